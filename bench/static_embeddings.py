"""Score the sentence teacher, and the static embeddings that a user could make of it instead of a student.

    python -m bench.static_embeddings [WIDTH]      default: 256

Static embeddings are made as model2vec makes them (Tulkens and van Dongen 2024): the sentence teacher reads each piece
of the vocabulary; the vectors are reduced to WIDTH by PCA and weighted by smooth inverse frequency (Arora et al. 2017).
A text's vector is the mean of its pieces' vectors. Nothing is trained.

Needs params.yaml with a `sentence_teacher`, data/tasks, models/teacher (its tokenizer) and data/tokens/teacher. Prints
a Markdown table of `frozen` scores; the last line is the same as JSON.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.evaluation.frozen import Vectors, vector_scores
from tinypt.evaluation.scores.scoring import primary_metric
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.modeling.embeddings import Encode, pca_basis
from tinypt.params.loader import load, load_seed
from tinypt.params.sentences import SentenceTeacher
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.sentences.encoders import load_encoder
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.pieces import piece_texts

SMOOTHING = 1e-3  # model2vec's: the frequency at which a piece has half the weight of a rare one
EmbedTexts = Callable[[list[str]], Vectors]


def main(width: str = "256") -> None:
    """Print the scores of the sentence teacher and of static embeddings of `width` dimensions."""
    options: SentenceTeacher = load("sentence_teacher", SentenceTeacher)
    if options is None:
        raise PipelineError("sentence_teacher: is null in params.yaml; name an encoder (docs/sentences.md)")
    tokenizer = load_tokenizer(Path("models/teacher"))
    counts = count_pieces(open_blocks(Path("data/tokens/teacher/train")).ids, tokenizer)
    encode = load_encoder(options).encode
    rows = static_rows(encode, tokenizer, counts, int(width))
    systems: dict[str, EmbedTexts] = {
        "sentence teacher": lambda texts: encode(texts).astype(np.float64),
        f"static, {width}": lambda texts: mean_rows(rows, tokenizer, texts),
    }
    tasks, seed = read_tasks(Path("data/tasks")), load_seed()
    found = {
        name: {task: vector_scores(embed, data, seed)[0] for task, data in tasks.items()}
        for name, embed in systems.items()
    }
    primary = {task: primary_metric(data) for task, data in tasks.items()}
    print(f"| frozen | {' | '.join(f'{task}, {metric}' for task, metric in primary.items())} |")
    print(f"|---{'|--:' * len(tasks)}|")
    for name, scores in found.items():
        cells = [
            f"{scores[task][metric]:.3f} [{scores[task][f'{metric}_low']:.3f}, {scores[task][f'{metric}_high']:.3f}]"
            for task, metric in primary.items()
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print(json.dumps(found))


def static_rows(
    encode: Encode, tokenizer: PreTrainedTokenizerBase, counts: NDArray[np.int64], width: int
) -> NDArray[np.float64]:
    """A weighted vector for each piece, float64 [vocabulary, width]; special tokens have 0.

    Args:
        encode: the sentence teacher.
        tokenizer: of the vocabulary.
        counts: occurrences of each piece, int64 [vocabulary]; 0 for special tokens.
        width: at most that of the teacher.
    """
    vectors = encode(piece_texts(tokenizer)).astype(np.float64)
    if vectors.shape[1] < width:
        raise PipelineError(f"WIDTH: is {width}; the sentence teacher has only {vectors.shape[1]} dimensions")
    basis = pca_basis(torch.from_numpy(vectors), width).numpy()
    weights = SMOOTHING / (SMOOTHING + counts / max(counts.sum(), 1))
    weights[tokenizer.all_special_ids] = 0
    rows: NDArray[np.float64] = (vectors - vectors.mean(axis=0)) @ basis.T * weights[:, None]
    return rows


def mean_rows(rows: NDArray[np.float64], tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> Vectors:
    """The mean of each text's rows: float64 [texts, width]."""
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return np.stack([rows[pieces].mean(axis=0) if pieces else np.zeros(rows.shape[1]) for pieces in ids])


if __name__ == "__main__":
    run(main)
