"""Clean the raw corpus: repair and measure every document.

Reads data/raw and the `clean` parameters. Writes data/clean/*.parquet (all documents, repaired),
data/measures/*.parquet (the measures that `select` decides by) and metrics/clean.json. A killed run resumes after
its last finished shard.
"""

import logging
import shutil
from pathlib import Path

from tinypt import cleaning, measures
from tinypt.cleaning.clean import clean_corpus, count_repairs
from tinypt.corpus import shards
from tinypt.executors import from_environment
from tinypt.files import fingerprint, publish, work_folder, write_json
from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.runtime.run import run

log = logging.getLogger(__name__)
MANY = 0.5  # share of the corpus that one repair may remove without a word

# The code that decides the content of a shard. Shards left by a killed run are used only if it is unchanged.
CODE = [
    *sorted(Path(cleaning.__file__).parent.glob("*.py")),
    *sorted(Path(measures.__file__).parent.glob("*.py")),
    Path(shards.__file__),
]


def main() -> None:
    """Write the clean corpus and its measures."""
    rules, raw = load("clean", Clean), Path("data/raw")
    work = work_folder("clean", fingerprint(rules, [raw, *CODE]))
    clean_corpus(raw, work, rules, *from_environment())
    metrics = count_repairs(work / "measures")
    for repair, changed in metrics["repairs"].items():
        if changed["bytes"] > MANY * metrics["bytes_in"]:
            removed = f"{changed['bytes']:,} of {metrics['bytes_in']:,} bytes"
            log.warning("clean: %s removes %s: compare data/raw and data/clean", repair, removed)
    for name in ("clean", "measures"):
        publish(work / name, Path("data") / name)
    write_json(Path("metrics/clean.json"), metrics)
    shutil.rmtree(work)


if __name__ == "__main__":
    run(main)
