import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.bert import random_bert
from tinypt.params.models import Architecture


def _model(tokenizer: PreTrainedTokenizerBase, initialisation: str, seed: int = 0) -> BertForMaskedLM:
    model = random_bert(Architecture(2, 128, 2, 256, 64, initialisation), tokenizer, seed)  # type: ignore[arg-type]
    model.set_attn_implementation("eager")
    return model


def _attention(model: BertForMaskedLM, vocabulary: int) -> torch.Tensor:
    """Attention of the first layer, mean over texts: [heads, from, to]."""
    ids = torch.randint(5, vocabulary, (4, 40), generator=torch.Generator().manual_seed(0))
    return model.bert(ids, output_attentions=True).attentions[0].mean(dim=0)


def test_heads_start_out_attending_to_their_neighbours(cased: PreTrainedTokenizerBase) -> None:
    attention = _attention(_model(cased, "neighbours"), len(cased))
    for head, wanted in enumerate((-1, 1)):
        mean = {offset: attention[head].diagonal(offset).mean().item() for offset in range(-2, 3)}
        assert sum(mean.values()) > 0.8  # most attention is on the token and its neighbours
        assert mean[wanted] > 2 * mean[-wanted]  # on the head's own side


def test_the_first_position_starts_out_attending_to_all_alike(cased: PreTrainedTokenizerBase) -> None:
    """A classifier reads the state at [CLS]; no other piece needs it."""
    attention = _attention(_model(cased, "neighbours"), len(cased))
    assert attention[:, 0].max() < 3 / 40
    assert attention[:, 0].min() > 1 / 3 / 40
    assert attention[:, 3:, 0].mean() < 0.01


def test_the_usual_start_prefers_no_position(cased: PreTrainedTokenizerBase) -> None:
    assert _attention(_model(cased, "random"), len(cased)).max() < 0.15


def test_the_seed_determines_the_weights(cased: PreTrainedTokenizerBase) -> None:
    first, again, other = (_model(cased, "neighbours", seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "bert.encoder.layer.0.intermediate.dense.weight"
    assert not torch.equal(first[name], other[name])


def test_residual_branches_end_smaller_in_deeper_models(cased: PreTrainedTokenizerBase) -> None:
    layer = _model(cased, "neighbours").bert.encoder.layer[0]
    wide, end = layer.intermediate.dense.weight.std(), layer.output.dense.weight.std()
    assert abs(wide / end - (2 * 2) ** 0.5) < 0.05
