"""BERT models with new weights, in a given shape."""

import torch
from transformers import BertConfig, BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase

from tinypt.modeling.initialisation import attend_to_neighbours
from tinypt.params.models import Architecture


def random_bert(architecture: Architecture, tokenizer: PreTrainedTokenizerBase, seed: int) -> BertForMaskedLM:
    """Make a BERT of the given shape with random weights for `tokenizer`'s vocabulary."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        hidden_size=architecture.hidden,
        num_hidden_layers=architecture.layers,
        num_attention_heads=architecture.heads,
        intermediate_size=architecture.feed_forward,
        max_position_embeddings=architecture.positions,
    )
    return new_bert(config, seed, architecture.initialisation)


def same_shape(base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, seed: int) -> BertForMaskedLM:
    """Make a BERT with the architecture of `base` and random weights for `tokenizer`'s vocabulary."""
    return new_bert(config_like(base, tokenizer), seed)


def config_like(base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> BertConfig:
    """The configuration of `base` for `tokenizer`'s vocabulary, with the MLM head tied to the embeddings."""
    config = BertConfig.from_dict(base.config.to_dict())
    config.vocab_size, config.pad_token_id = len(tokenizer), tokenizer.pad_token_id
    config.tie_word_embeddings = True
    return config


def new_bert(config: BertConfig, seed: int, initialisation: str = "random") -> BertForMaskedLM:
    """Make a BERT with weights drawn from `seed`; `initialisation` is random or neighbours (see `initialisation`)."""
    torch.manual_seed(seed)
    model: BertForMaskedLM = BertForMaskedLM(config).eval()
    if initialisation == "neighbours":
        attend_to_neighbours(model)
    return model
