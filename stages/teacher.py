"""Get the teacher: a published model, or a stand-in pre-trained here by MLM on the training split.

Reads data/split/train (for a stand-in only); writes models/teacher and metrics/teacher/teacher.json.
"""

from pathlib import Path

import torch

from tinypt.corpus.shards import iter_texts
from tinypt.params.loader import load, load_seed
from tinypt.params.models import Teacher
from tinypt.params.tokenize import Tokenize
from tinypt.runtime.run import run
from tinypt.training.pretraining import make_model


def main() -> None:
    """Write the teacher."""
    torch.set_num_threads(max(2, torch.get_num_threads()))  # the students wait for it; little else can run
    length = load("tokenize", Tokenize).length
    make_model("teacher", load("teacher", Teacher), lambda: iter_texts(Path("data/split/train")), length, load_seed())


if __name__ == "__main__":
    run(main)
