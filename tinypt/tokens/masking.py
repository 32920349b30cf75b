"""Masking for masked language modelling, on the device of the ids."""

from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.pieces import continues_word

MASKED, RANDOM = 0.8, 0.1  # of the chosen positions; the rest keep their token (Devlin et al. 2019, section 3.1)


@dataclass(frozen=True)
class SpecialIds:
    """The parts of a tokenizer that masking needs: vocabulary size and special ids."""

    vocabulary: int
    mask: int
    pad: int
    special: tuple[int, ...]

    @staticmethod
    def of(tokenizer: PreTrainedTokenizerBase) -> "SpecialIds":
        """Read them from a Hugging Face tokenizer."""
        special = tuple(sorted(tokenizer.all_special_ids))
        return SpecialIds(len(tokenizer), tokenizer.mask_token_id, tokenizer.pad_token_id, special)

    def is_special(self, ids: Tensor) -> Tensor:
        """True where a position holds a special token, padding included. Same shape as `ids`, bool."""
        found = torch.zeros_like(ids, dtype=torch.bool)
        for each in self.special:  # one by one: to copy a tensor of them to a GPU would wait for the GPU
            found |= ids == each
        return found


@dataclass(frozen=True)
class Masked:
    """A masked batch of `blocks` rows of `length` tokens, k of them chosen in each row.

    inputs: int64 [blocks, length], the model's input.
    positions: int64 [blocks * k], chosen positions as indices into the flattened inputs.
    targets: int64 [blocks * k], the original tokens there; -100 for the rest of a row with fewer than k to choose.
    """

    inputs: Tensor
    positions: Tensor
    targets: Tensor


def mask_tokens(ids: Tensor, ids_of: SpecialIds, probability: float, generator: torch.Generator) -> Masked:
    """`mask_by` with random numbers from a generator, on the same device as `ids`."""
    randoms = torch.rand(3, *ids.shape, generator=generator, device=ids.device)
    return mask_by(ids, ids_of, masked_positions(probability, ids.shape[1]), randoms)


def continuation_pieces(tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """`continues_word` as a tensor, bool [vocabulary]."""
    return torch.from_numpy(continues_word(tokenizer))


def masked_positions(probability: float, length: int) -> int:
    """Number of positions to mask in a row, at least 1; `probability` is the share of positions, 0 to 1."""
    return max(1, round(probability * length))


def mask_by(
    ids: Tensor, ids_of: SpecialIds, chosen: int, randoms: Tensor, continuations: Tensor | None = None
) -> Masked:
    """Choose exactly `chosen` positions of each row at random and mask them 80/10/10.

    With a fixed count every shape is static: the heads run at the chosen positions alone, and nothing waits for the
    device. Special tokens are never chosen.

    Args:
        ids: int64 [blocks, length].
        ids_of: vocabulary size and special ids of the tokenizer.
        chosen: number of positions, see `masked_positions`. A smaller number chooses a subset of a larger one.
        randoms: fp32 [3, blocks, length], uniform in [0, 1). They decide which positions are chosen, which of the three
            replacements each gets, and which random token.
        continuations: bool [vocabulary], on the device of the ids, for whole-word masking. The pieces of a word
            are chosen together; the last word of a row is cut at the number. Each piece is replaced on its
            own, as in BERT's code. None chooses pieces.
    """
    blocks, length = ids.shape
    order_by = randoms[0] if continuations is None else _by_word(randoms[0], continuations[ids])
    best, columns = order_by.masked_fill(ids_of.is_special(ids), -1.0).topk(chosen, dim=1)
    columns, order = columns.sort(dim=1)
    usable = (best.gather(1, order) >= 0).reshape(-1)
    positions = (columns + torch.arange(blocks, device=ids.device)[:, None] * length).reshape(-1)
    originals = ids.reshape(-1)[positions]
    fate, token = randoms[1:].reshape(2, -1)[:, positions]
    kept = torch.where(fate < MASKED + RANDOM, (token * ids_of.vocabulary).long(), originals)
    seen = torch.where(fate < MASKED, ids_of.mask, kept)
    inputs = ids.reshape(-1).scatter(0, positions, torch.where(usable, seen, originals)).reshape(blocks, length)
    return Masked(inputs, positions, originals.masked_fill(~usable, -100))


def _by_word(randoms: Tensor, continues: Tensor) -> Tensor:
    """The random number of each position's word, fp64 [blocks, length], less a trifle for each column.

    Numbers are multiples of 2^-24, so the trifle orders a word's pieces, and those of equal words, without a tie.
    """
    columns = torch.arange(randoms.shape[1], device=randoms.device).expand_as(randoms)
    starts = columns.masked_fill(continues, 0).cummax(dim=1).values
    return randoms.gather(1, starts).double() - columns * 2.0**-40
