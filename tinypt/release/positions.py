"""The positions of a release: those that training has used."""

import copy

from transformers import BertForMaskedLM, PreTrainedModel


def cut_positions(model: PreTrainedModel, length: int) -> PreTrainedModel:
    """A copy of a student that accepts at most `length` pieces; the model itself if it accepts no more.

    A student has as many positions as BERT-tiny, 512, but it is trained on blocks of `tokenize.length` pieces. The rows
    after these keep their random start, and texts that reach them get useless states. Cutting them changes no output
    for a text of at most `length` pieces.

    Args:
        model: a BertForMaskedLM.
        length: of the blocks it was trained on, in pieces, special tokens included.
    """
    if length >= model.config.max_position_embeddings:
        return model
    config = copy.deepcopy(model.config)
    config.max_position_embeddings = length
    weights = model.state_dict()
    name = next(name for name in weights if name.endswith("embeddings.position_embeddings.weight"))
    cut = BertForMaskedLM(config)
    cut.load_state_dict(weights | {name: weights[name][:length]})
    return cut.eval()
