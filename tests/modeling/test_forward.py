from typing import Any

import pytest
import torch
import torch.nn.functional as F
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.forward import encode, encode_layers
from tinypt.tokens.masking import SpecialIds


def test_encode_returns_the_last_of_all_layers(teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> None:
    ids = torch.randint(5, len(cased), (2, 12), generator=torch.Generator().manual_seed(0))
    ids[1, 9:] = cased.pad_token_id
    layers = encode_layers(teacher, ids, SpecialIds.of(cased))
    assert len(layers) == 4  # the embeddings and three layers
    assert torch.equal(layers[-1], encode(teacher, ids, SpecialIds.of(cased)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_without_padding_the_states_are_those_with_a_mask_of_ones(
    dtype: torch.dtype, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """Bit for bit where nothing is compiled. In a compiled graph, attention then has no mask."""
    special, model = SpecialIds.of(cased), teacher.to(dtype)
    ids = torch.randint(5, len(cased), (3, 12), generator=torch.Generator().manual_seed(0))
    masked = encode_layers(model, ids, special)
    for states, expected in zip(encode_layers(model, ids, special, padded=False), masked, strict=True):
        assert torch.equal(states, expected)
    assert torch.equal(encode(model, ids, special, padded=False), masked[-1])

    masks: list[Any] = []

    def look(graph: torch.fx.GraphModule, _: Any) -> Any:
        calls = [node for node in graph.graph.nodes if node.target is F.scaled_dot_product_attention]
        masks.extend(node.kwargs["attn_mask"] for node in calls)
        return graph.forward

    for padded in (True, False):
        torch.compiler.reset()
        masks.clear()
        compiled = torch.compile(encode, backend=look, fullgraph=True)
        torch.testing.assert_close(compiled(model, ids, special, padded), masked[-1], rtol=1e-2, atol=1e-2)
        assert len(masks) == 3
        assert all((mask is not None) == padded for mask in masks)
