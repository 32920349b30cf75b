"""Clean the raw corpus: repair, filter, drop duplicates.

Reads data/raw and the `clean` parameters; writes data/clean/*.parquet, metrics/clean.json and metrics/funnel.csv.
A killed run goes on after its last finished shard.
"""

import shutil
from pathlib import Path

from tinypt import cleaning
from tinypt.cleaning.corpus import clean_corpus
from tinypt.cleaning.engines import from_environment
from tinypt.cleaning.funnel import write_funnel
from tinypt.errors import PipelineError
from tinypt.files import fingerprint, publish, work_folder, write_json
from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.stage import run


def main() -> None:
    """Write the clean corpus."""
    rules, raw = load("clean", Clean), Path("data/raw")
    code = sorted(Path(cleaning.__file__).parent.glob("*.py"))  # a change of it makes unfinished work useless
    work = work_folder("clean", fingerprint(rules, [raw, *code]))
    metrics = clean_corpus(raw, work, rules, *from_environment()).as_metrics()
    if not metrics["documents_out"]:
        raise PipelineError("clean: no document is left; metrics show which rule to relax in params.yaml")
    publish(work / "clean", Path("data/clean"))
    write_json(Path("metrics/clean.json"), metrics)
    write_funnel(metrics, Path("metrics/funnel.csv"))
    shutil.rmtree(work)


if __name__ == "__main__":
    run(main)
