"""The changes on a branch as short Markdown: parameters, and each model's scores.

`python -m ci.diff main` compares the workspace with main; `python -m ci.diff main try/lr` compares two revisions. The
values come from `dvc params diff` and `dvc metrics diff`. This report sorts them, omits scores that are equal to four
digits, and says whether a new score lies within the 95 % interval of the earlier one.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from tinypt.runtime.errors import visible

OPEN_ROWS = 40  # a longer table of scores is folded
NOTE = """\
*within*: inside the 95 % interval of the earlier score, so other test rows alone could make the difference.
{command} lists every number that has changed."""

_PLAIN = re.compile(r"[\w .,+–%:/-]*")
Values = dict[str, Any]
Differences = dict[str, dict[str, Values]]  # file -> key -> {"old": value, "new": value}


def main(old: str, new: str | None = None) -> None:
    """Print the differences between revision `old` and revision `new`; without `new`, the workspace."""
    name = new or "this branch"
    parameters = _dvc("params", "diff", old, *([new] if new else []))
    scores = _dvc("metrics", "diff", old, *([new] if new else []))
    print("\n".join(report(parameters, scores, lambda path: _show(old, path), old.removeprefix("origin/"), name)))


def _dvc(*command: str) -> Differences:
    """DVC's JSON output; empty if nothing differs."""
    output = subprocess.run(
        [sys.executable, "-m", "dvc", *command, "--json"], stdout=subprocess.PIPE, check=True
    ).stdout
    return json.loads(output or "{}")  # type: ignore[no-any-return]


def _show(revision: str, path: str) -> Values:
    """A JSON file at a revision; empty if git finds none there."""
    done = subprocess.run(["git", "show", f"{revision}:./{path}"], capture_output=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def report(
    parameters: Differences, scores: Differences, details: Callable[[str], Values], old: str, new: str
) -> Iterator[str]:
    """The lines of the report.

    Args:
        parameters: the parameters that differ.
        scores: the keys of metrics/<model>/scores.json that differ.
        details: gives the content of a file at the revision `old`, or nothing.
        old, new: the column headers.
    """
    yield f"## {_shown(old)} → {_shown(new)}"
    columns = [_shown(old), _shown(new)]
    changed = [[_code(key), *(_shown(_plain(v.get(at))) for at in ("old", "new"))] for _, key, v in _sorted(parameters)]
    yield from ["", "### Parameters", ""]
    yield from _table(["parameter", *columns], changed) if changed else ["None changed."]
    rows = [[_shown(cell) for cell in row] for row in score_rows(scores, details)]
    yield from ["", "### Scores", ""]
    if not rows:
        yield "None changed in the first four digits."
        return
    folded = len(rows) > OPEN_ROWS
    yield from [f"<details><summary>{len(rows)} changed</summary>", ""] if folded else []
    yield from _table(["model", "score", *columns, "change", "earlier interval"], rows)
    yield from ["", "</details>"] if folded else []
    command = _code(f"python -m stages.report --against {shlex.quote(old)}")
    yield from ["", NOTE.format(command=command)]


def score_rows(scores: Differences, details: Callable[[str], Values]) -> Iterator[list[str]]:
    """Model, score, old value, new value, change, and `within` or `outside`, where the printed values differ."""
    for path in sorted(scores):
        folder = PurePosixPath(path).parent
        evaluation: Values | None = None
        for _, key, value in _sorted({path: scores[path]}):
            before, after = value.get("old"), value.get("new")
            if _number(before) != _number(after):
                evaluation = details(str(folder / "evaluate.json")) if evaluation is None else evaluation
                place = _place(evaluation, key, before, after)
                yield [folder.name, key, _number(before), _number(after), _change(before, after), place]


def _place(evaluation: Values, key: str, before: Any, after: Any) -> str:
    """Whether `after` lies in the interval that evaluate.json gives for the score `before`; empty without interval."""
    task, _, protocol = key.partition(".")
    for name, found in evaluation.get(task, {}).items():
        if name.startswith("finetune_" if protocol == "finetuned" else "frozen"):
            for metric in ("pearson", "f1"):
                if before is not None and before in (found.get(metric), found.get(f"{metric}_mean")):
                    inside = after is not None and found[f"{metric}_low"] <= after <= found[f"{metric}_high"]
                    return "within" if inside else "outside"
    return ""


def _sorted(difference: Differences) -> Iterable[tuple[str, str, Values]]:
    return sorted(((path, key, value) for path, keys in difference.items() for key, value in keys.items()), key=str)


def _table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield _row(header)
    yield "|" + " :-- |" + " --: |" * (len(header) - 1)
    yield from map(_row, rows)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _shown(text: str) -> str:
    """Markdown that shows the text itself: as code, unless it is a plain word or number."""
    return text if _PLAIN.fullmatch(text) else _code(text)


def _code(text: str) -> str:
    """Text as Markdown code on one line, in which tags, links and mentions mean nothing."""
    line = visible(" ".join(text.split()))
    ticks = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"`{line}`"


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> str:
    """A parameter in YAML's flow style."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False).strip('"')


def _change(old: Any, new: Any) -> str:
    return "" if old is None or new is None else f"{new - old:+.3g}"


if __name__ == "__main__":
    main(*sys.argv[1:])
