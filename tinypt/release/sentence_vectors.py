"""Files that tell sentence-transformers how to make a vector of a text: the mean of its states."""

from pathlib import Path

from transformers import PreTrainedModel

from tinypt.files import write_json

MODULES = ("Transformer", ""), ("Pooling", "1_Pooling")  # class, and the folder of its configuration


def write_pooling(model: PreTrainedModel, folder: Path) -> None:
    """Add the configuration of sentence-transformers to a release.

    `SentenceTransformer(folder)` then returns the mean of the last states over all pieces of a text, [CLS] and [SEP]
    included (`tinypt.modeling.forward.mean_state`), which is what the evaluation scores as frozen. The files are in the
    form of sentence-transformers 2, which later versions read too.
    """
    write_json(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (kind, path) in enumerate(MODULES)
        ],
    )
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": model.config.max_position_embeddings})
    write_json(
        folder / MODULES[1][1] / "config.json",
        {
            "word_embedding_dimension": model.config.hidden_size,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    )
