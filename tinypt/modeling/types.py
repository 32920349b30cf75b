"""Types of masked language models that can be a teacher, as config.json names them. Importing this needs no PyTorch."""

from typing import Any

from tinypt.params.fit import Sizes

# The parts of each type's masked-language-model head, in order.
HEADS = {
    "albert": ("predictions",),
    "bert": ("cls",),
    "camembert": ("lm_head",),
    "deberta": ("cls",),
    "deberta-v2": ("cls",),
    "distilbert": ("vocab_transform", "activation", "vocab_layer_norm", "vocab_projector"),
    "electra": ("generator_predictions", "generator_lm_head"),
    "modernbert": ("head", "decoder"),
    "roberta": ("lm_head",),
    "xlm-roberta": ("lm_head",),
}
ACTIVATIONS = {"gelu": "Gelu", "relu": "Relu"}  # those that a release can have, and the operator of ONNX
EXPORTED = " and ".join(ACTIVATIONS)
WORDPIECE = ("bert", "distilbert", "electra")  # types whose tokenizer is BERT's
LIKE_BERT = ("bert", "camembert", "electra", "roberta", "xlm-roberta")  # types with BERT's attention
PADDED_POSITIONS = ("camembert", "roberta", "xlm-roberta")  # they count a text's positions from the id of padding + 1


def sizes(config: Any) -> Sizes:
    """Sizes of a model, from its configuration as transformers reads it."""
    return Sizes(
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        heads=config.num_attention_heads,
        feed_forward=getattr(config, "intermediate_size", 0),  # compared for BERTs alone
        positions=config.max_position_embeddings,
        table=getattr(config, "embedding_size", config.hidden_size),
        types=getattr(config, "type_vocab_size", 0),
        activation=getattr(config, "hidden_act", ""),
    )


def longest_text(config: Any) -> int:
    """Number of pieces, special tokens included, that a model has positions for."""
    reserved = config.pad_token_id + 1 if config.model_type in PADDED_POSITIONS else 0
    return int(config.max_position_embeddings) - reserved
