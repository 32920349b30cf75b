"""Clean the raw corpus: repair every document and measure it.

Reads data/raw and the `clean` parameters; writes data/clean/*.parquet (every document, repaired),
data/measures/*.parquet (what selection decides by) and metrics/clean.json. A killed run goes on after its last
finished shard.
"""

import shutil
from pathlib import Path

from tinypt import cleaning
from tinypt.cleaning.clean import clean_corpus, count_repairs
from tinypt.executors import from_environment
from tinypt.files import fingerprint, publish, work_folder, write_json
from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.runtime.run import run


def main() -> None:
    """Write the clean corpus and its measures."""
    rules, raw = load("clean", Clean), Path("data/raw")
    code = sorted(Path(cleaning.__file__).parent.glob("*.py"))  # a change of it makes unfinished work useless
    work = work_folder("clean", fingerprint(rules, [raw, *code]))
    clean_corpus(raw, work, rules, *from_environment())
    metrics = count_repairs(work / "measures")
    for name in ("clean", "measures"):
        publish(work / name, Path("data") / name)
    write_json(Path("metrics/clean.json"), metrics)
    shutil.rmtree(work)


if __name__ == "__main__":
    run(main)
