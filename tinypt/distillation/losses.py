"""The loss terms, as plain functions of tensors. Entropies are in nats; half precision is raised to fp32."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def wide(tensor: Tensor) -> Tensor:
    """The tensor in fp32 where it is of half precision, otherwise as it is."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor


def mlm(logits: Tensor, targets: Tensor) -> Tensor:
    """Masked-language-model loss: mean cross-entropy over the masked positions (Devlin et al. 2019).

    Args:
        logits: [positions, vocabulary].
        targets: int64 [positions]; -100 marks positions that do not count.
    """
    return F.cross_entropy(wide(logits), targets, ignore_index=-100)


def kl(student: Tensor, teacher: Tensor, temperature: float, targets: Tensor) -> Tensor:
    """T² · KL(teacher ‖ student) between the distributions softened at temperature T, mean over positions.

    The factor T² keeps the gradient's size independent of T (Hinton et al. 2015, section 2.1).

    Args:
        student: logits [positions, vocabulary].
        teacher: logits of the same shape, over the same vocabulary.
        temperature: T > 0.
        targets: int64 [positions]; positions marked -100 do not count.

    Raises:
        ValueError: the two vocabularies differ in size.
    """
    if student.shape != teacher.shape:
        raise ValueError(f"KL needs one vocabulary: student {tuple(student.shape)}, teacher {tuple(teacher.shape)}")
    student_log = F.log_softmax(wide(student) / temperature, dim=-1)
    teacher_log = F.log_softmax(wide(teacher) / temperature, dim=-1)
    each = (teacher_log.exp() * (teacher_log - student_log)).sum(dim=-1)
    return temperature**2 * _mean(each, targets != -100)


def sampled_kl(
    student: Tensor, samples: Tensor, log_probability: Tensor, temperature: float, targets: Tensor
) -> Tensor:
    """`kl` estimated from pieces drawn from the teacher's softened distribution p, whose logits are not at hand.

    T² · mean over the samples of log p(sample) − log q(sample), q being the student's softened distribution:
    the expectation, and that of the gradient, is `kl`'s (random-sampling knowledge distillation, Anshumann et
    al. 2025, where the gradient is the same). With the teacher's own log-probabilities of the same samples in
    place of its entropy, which is their expectation, the value varies the less the closer q is to p.

    Args:
        student: logits [positions, vocabulary].
        samples: int64 [positions, samples], ids of the drawn pieces, repeated as often as drawn.
        log_probability: [positions], mean over the samples of the teacher's log-probability at T, nats.
        temperature: T > 0, at which the samples were drawn.
        targets: int64 [positions]; positions marked -100 do not count.
    """
    student_log = F.log_softmax(wide(student) / temperature, dim=-1).gather(1, samples).mean(dim=-1)
    return temperature**2 * _mean(wide(log_probability) - student_log, targets != -100)


def cosine(student: Tensor, teacher: Tensor, counted: Tensor) -> Tensor:
    """1 − cos between paired vectors, mean over the pairs that count (DistilBERT, Sanh et al. 2019).

    Args:
        student: [..., width], already projected to the teacher's width.
        teacher: [..., width].
        counted: bool [...].
    """
    return _mean(1 - F.cosine_similarity(wide(student), wide(teacher), dim=-1), counted)


def hidden(student: Tensor, teacher: Tensor, counted: Tensor) -> Tensor:
    """Mean squared difference of paired hidden states, over the pairs that count (TinyBERT, Jiao et al. 2020, eq. 8).

    Args:
        student: [..., width], already mapped to the teacher's width.
        teacher: [..., width].
        counted: bool [...].
    """
    return _mean((wide(student) - wide(teacher)).square().mean(dim=-1), counted)


def relations(student: Sequence[Tensor], teacher: Sequence[Tensor], heads: int, real: Tensor) -> Tensor:
    """KL(teacher ‖ student) of self-attention relations (MiniLMv2, Wang et al. 2021, section 3).

    The relation of a kind of vectors X (queries, keys, values) is softmax(X Xᵀ / sqrt(d)) in each of `heads`
    equal parts of X, d wide, whatever the attention heads were: so widths may differ. Each kind's KL is a
    mean over heads and real positions; the kinds are summed, as in the paper.

    Args:
        student: one [blocks, length, width] a kind; `heads` divides the width.
        teacher: the same kinds, of a width of its own that `heads` divides too.
        heads: relation heads.
        real: bool [blocks, length]; padding is neither related nor counted.
    """
    kinds = []
    for ours, theirs in zip(student, teacher, strict=True):
        student_log, teacher_log = _relation(ours, heads, real), _relation(theirs, heads, real)
        each = (teacher_log.exp() * (teacher_log - student_log)).sum(dim=-1)
        kinds.append(_mean(each.mean(dim=1), real))
    return torch.stack(kinds).sum()


def pool_text(states: Tensor, counted: Tensor) -> Tensor:
    """Mean of the counted positions' states: [blocks, length, width] and bool [blocks, length] to [blocks, width]."""
    weights = counted.to(states.dtype).unsqueeze(-1)
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def pool_words(states: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of the states of each word's pieces.

    Args:
        states: [blocks, length, width].
        words: int64 [blocks, length], index in the block of the word each position belongs to, -1 for none.

    Returns:
        [blocks, length, width], word i of a block at position i, and bool [blocks, length], which exist.
    """
    blocks, length, width = states.shape
    index = words.masked_fill(words < 0, length)  # what belongs to no word is gathered in one slot past the end
    sums = states.new_zeros(blocks, length + 1, width)
    sums.scatter_add_(1, index.unsqueeze(-1).expand(-1, -1, width), states)
    counts = states.new_zeros(blocks, length + 1).scatter_add_(1, index, torch.ones_like(index, dtype=states.dtype))
    counts = counts[:, :length]
    return sums[:, :length] / counts.clamp(min=1).unsqueeze(-1), counts > 0


def word_exists(words: Tensor) -> Tensor:
    """Which words `pool_words` makes a vector of: bool [blocks, length], word i of a block at position i."""
    blocks, length = words.shape
    index = words.masked_fill(words < 0, length)
    found = torch.zeros(blocks, length + 1, dtype=torch.bool, device=words.device)
    return found.scatter(1, index, torch.ones_like(index, dtype=torch.bool))[:, :length]


def pool(alignment: str, states: Tensor, words: Tensor | None, real: Tensor) -> Tensor:
    """A model's vectors of what the cosine term compares.

    Args:
        alignment: token, word or sentence.
        states: [blocks, length, width].
        words: for word alone, as in `pool_words`.
        real: bool [blocks, length], True where a token of the text stands.

    Returns:
        [blocks, length, width]; for sentence [blocks, width].
    """
    if alignment == "sentence":
        return pool_text(states, real)
    if alignment == "word":
        assert words is not None
        return pool_words(states, words)[0]
    return states


def _relation(vectors: Tensor, heads: int, real: Tensor) -> Tensor:
    """Log-probabilities [blocks, heads, length, length] of each position's relation to the real ones."""
    blocks, length, width = vectors.shape
    parts = vectors.view(blocks, length, heads, width // heads).transpose(1, 2)
    scores = wide(parts @ parts.transpose(-1, -2)) / math.sqrt(parts.shape[-1])
    # The least finite number, not -inf: 0 * (-inf - -inf) would be nan in the divergence.
    return F.log_softmax(scores.masked_fill(~real[:, None, None], torch.finfo(scores.dtype).min), dim=-1)


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    weights = counted.to(values.dtype)
    return (values * weights).sum() / weights.sum().clamp(min=1)
