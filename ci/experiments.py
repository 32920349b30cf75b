"""A table of branches and experiments: a row for each parameter and score that differs, a column for each revision.

`dvc exp show` has a column for each of them, hundreds of characters in all. The arguments are its own:
`python -m ci.experiments --all-branches`, or `--num 5` for the last five commits.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tinypt.reporting.parameters import flatten_parameters
from tinypt.runtime.errors import visible


def main(*arguments: str) -> None:
    """Print the table."""
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json", *arguments]
    shown = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print("\n".join(table(dict(_columns(shown)))))


def table(columns: dict[str, dict[str, str]]) -> Iterator[str]:
    """The lines of the table; `columns` has each revision's parameters and scores by name."""
    names = dict.fromkeys(name for values in columns.values() for name in values)
    rows = [[name, *(values.get(name, "") for values in columns.values())] for name in names]
    rows = [["", *columns], *(row for row in rows if len(set(row[1:])) > 1)]
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for name, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([name.ljust(widths[0]), *padded])
    if len(rows) == 1:
        yield "No parameter and no score differs."


def _columns(shown: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each revision's name, parameters and scores, from the JSON of `dvc exp show`."""
    for commit in shown:
        for state in [commit, *(found["revs"][0] for found in commit["experiments"] or [])]:
            data = state["data"] or {"params": {}, "metrics": {}}  # null where DVC cannot read the revision
            values: dict[str, str] = {}
            for content in data["params"].values():
                values |= flatten_parameters(content.get("data", {}))
            for path, content in data["metrics"].items():
                model, scores = PurePosixPath(path).parent.name, flatten_parameters(content.get("data", {}))
                values |= {f"{model}: {score}": value for score, value in scores.items()}
            yield state.get("name") or state["rev"][: len("workspace")], values  # that word, or a hash


if __name__ == "__main__":
    main(*sys.argv[1:])
