"""Cut the split corpus into token blocks.

    python -m stages.tokenize teacher    blocks in the teacher's tokenizer
    python -m stages.tokenize base       the same text in BERT-tiny's tokenizer and the teacher's, aligned by word

Reads data/split and the models' tokenizers; writes data/tokens/<tokenizer>/{train,test}/blocks.npy and
metrics/tokenize/<tokenizer>.json. A killed run resumes after its last finished shard.
"""

import dataclasses
import shutil
from pathlib import Path

from tinypt import tokens
from tinypt.corpus import shards
from tinypt.executors import from_environment
from tinypt.files import fingerprint, sealed_path, work_folder, write_json
from tinypt.params.loader import load
from tinypt.params.tokenize import Tokenize
from tinypt.runtime.run import run
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.shards import write_split

DOCUMENTS, TEACHER, BASE = Path("data/split"), Path("models/teacher"), Path("models/base")
VOCABULARIES = [model / file for model in (TEACHER, BASE) for file in ("tokenizer.json", "tokenizer_config.json")]

# The code that decides the content of a shard. Shards left by a killed run are used only if it is unchanged.
CODE = [*sorted(Path(tokens.__file__).parent.glob("*.py")), Path(shards.__file__)]


def main(name: str) -> None:
    """Write the token blocks of both splits for the tokenizer called `name`, teacher or base."""
    length = load("tokenize", Tokenize).length
    teacher, base = load_tokenizer(TEACHER), load_tokenizer(BASE) if name == "base" else None
    work = work_folder("tokenize", fingerprint(name, [DOCUMENTS, *VOCABULARIES, *CODE]))
    metrics = {}
    with sealed_path(Path("data/tokens") / name) as folder:
        for split in ("train", "test"):
            (folder / split).mkdir(parents=True)
            counts = write_split(
                DOCUMENTS / split, folder / split, work / split, length, teacher, base, *from_environment()
            )
            metrics[split] = dataclasses.asdict(counts)
    write_json(Path("metrics/tokenize") / f"{name}.json", metrics)
    shutil.rmtree(work)


if __name__ == "__main__":
    run(main)
