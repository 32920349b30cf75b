"""Hold out a share of the selected documents for evaluation, each together with its duplicates.

Reads data/clean, data/select and the `split` parameters. Writes data/split/{train,test}/*.parquet and
metrics/split.json. The written documents are compared again, and the stage fails if the training split contains
held-out documents.
"""

from pathlib import Path

from tinypt.files import sealed_path, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.split import Split
from tinypt.runtime.run import run
from tinypt.selection.split import split_corpus


def main() -> None:
    """Write both splits."""
    options, seed = load("split", Split), load_seed()
    with sealed_path(Path("data/split")) as folder:
        metrics = split_corpus(Path("data/clean"), Path("data/select"), folder, options, seed)
    write_json(Path("metrics/split.json"), metrics)


if __name__ == "__main__":
    run(main)
