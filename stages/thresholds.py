"""Propose thresholds for the `select` rules that drop a given share of the documents.

`python -m stages.thresholds 0.08` reads data/measures (from the clean stage) and the `select` parameters. It prints
the current and the proposed rules, each with the share of documents that it drops separately. Nothing is written:
copy the rules you want into params.yaml.
"""

from pathlib import Path

from tinypt.params.loader import load
from tinypt.params.select import Rule, Select
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.selection.thresholds import dropped_share, propose, read_all


def main(share: str) -> None:
    """Print the proposal; `share` is a number from 0 to 1."""
    try:
        wanted = float(share)
    except ValueError:
        wanted = -1.0
    if not 0 <= wanted < 1:
        raise PipelineError(f"{share}: must be the share of documents to drop, a number from 0 to 1 such as 0.08")
    rules: dict[str, Rule] = load("select", Select).rules
    statistics = read_all(Path("data/measures"))
    proposed = propose(statistics, rules, wanted)
    for title, chosen in (("Current", rules), ("Proposed", proposed)):
        print(
            f"# {title}: the rules drop {dropped_share(statistics, chosen):.2%} of {len(statistics.words):,} documents"
        )
        for name, rule in chosen.items():
            bounds = ", ".join(f"{end}: {_short(getattr(rule, end))}" for end in ("min", "max"))
            line = f"    {name}: {{statistic: {rule.statistic}, {bounds}}}"
            print(f"{line:<88}# {dropped_share(statistics, {name: rule}):.2%} separately")


def _short(bound: float | None) -> str:
    return "null" if bound is None else f"{bound:.4g}" if bound < 1000 else f"{bound:.0f}"


if __name__ == "__main__":
    run(main)
