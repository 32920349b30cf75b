"""Types of masked language models that can be a teacher, as config.json names them. Importing this needs no PyTorch."""

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
WORDPIECE = ("bert", "distilbert", "electra")  # types whose tokenizer is BERT's
PADDED_POSITIONS = ("camembert", "roberta", "xlm-roberta")  # they count a text's positions from the id of padding + 1
