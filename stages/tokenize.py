"""Cut the split corpus into token blocks.

    python -m stages.tokenize teacher    blocks in the teacher's tokenizer
    python -m stages.tokenize base       the same text in BERT-tiny's tokenizer and the teacher's, aligned by word

Reads data/split and the models' tokenizers; writes data/tokens/<tokenizer>/{train,test}/*.npy and
metrics/tokenize/<tokenizer>.json.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from tinypt.corpus.shards import iter_texts
from tinypt.files import sealed_path, write_json
from tinypt.modeling.load import load_tokenizer
from tinypt.params.loader import load
from tinypt.params.tokenize import Tokenize
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs


def main(name: str) -> None:
    """Write the token blocks of both splits for the tokenizer called `name`, teacher or base."""
    length = load("tokenize", Tokenize).length
    teacher = load_tokenizer(Path("models/teacher"))
    base = load_tokenizer(Path("models/base")) if name == "base" else None
    metrics = {}
    with sealed_path(Path("data/tokens") / name) as folder:
        for split in ("train", "test"):
            (folder / split).mkdir(parents=True)
            texts = _counted(iter_texts(Path("data/split") / split), f"tokenize {name}, {split}")
            if base is None:
                metrics[split] = dataclasses.asdict(write_blocks(texts, teacher, length, folder / split))
            else:
                metrics[split] = dataclasses.asdict(write_pairs(texts, base, teacher, length, folder / split))
    write_json(Path("metrics/tokenize") / f"{name}.json", metrics)


def _counted(texts: Iterator[str], label: str) -> Iterator[str]:
    progress = Progress(label, "documents")
    for text in texts:
        yield text
        progress.add(1)
    progress.close()


if __name__ == "__main__":
    run(main)
