import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.forward import encode, encode_layers
from tinypt.tokens.masking import SpecialIds


def test_encode_returns_the_last_of_all_layers(teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> None:
    ids = torch.randint(5, len(cased), (2, 12), generator=torch.Generator().manual_seed(0))
    ids[1, 9:] = cased.pad_token_id
    layers = encode_layers(teacher, ids, SpecialIds.of(cased))
    assert len(layers) == 4  # the embeddings and three layers
    assert torch.equal(layers[-1], encode(teacher, ids, SpecialIds.of(cased)))
