"""Propose thresholds for the `select` rules that drop a share of the documents: `python -m stages.thresholds 0.08`.

Reads data/measures, as the clean stage leaves it, and the `select` parameters; prints every rule as it stands and as
it is proposed, with the share that it drops by itself. Copy what you like into params.yaml; nothing is written.
"""

from pathlib import Path

from tinypt.params.loader import load
from tinypt.params.select import Rule, Select
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.selection.thresholds import dropped_share, propose, read_all


def main(share: str) -> None:
    """Print the proposal; `share` is from 0 to 1."""
    try:
        wanted = float(share)
    except ValueError:
        wanted = -1.0
    if not 0 <= wanted < 1:
        raise PipelineError(f"{share}: give the share of documents to drop as a number from 0 to 1, as in 0.08")
    rules: dict[str, Rule] = load("select", Select).rules
    statistics = read_all(Path("data/measures"))
    proposed = propose(statistics, rules, wanted)
    for title, chosen in (("As they are", rules), ("Proposed", proposed)):
        print(
            f"# {title}: the rules drop {dropped_share(statistics, chosen):.2%} of {len(statistics.words):,} documents"
        )
        for name, rule in chosen.items():
            bounds = ", ".join(f"{end}: {_short(getattr(rule, end))}" for end in ("min", "max"))
            line = f"    {name}: {{statistic: {rule.statistic}, {bounds}}}"
            print(f"{line:<88}# {dropped_share(statistics, {name: rule}):.2%} by itself")


def _short(bound: float | None) -> str:
    return "null" if bound is None else f"{bound:.4g}" if bound < 1000 else f"{bound:.0f}"


if __name__ == "__main__":
    run(main)
