"""The changes on a branch as short Markdown: parameters, the headline metrics, then every number that differs.

`python -m ci.diff main` compares the workspace with main; `python -m ci.diff main try/lr` compares two revisions. The
values come from `dvc params diff` and `dvc metrics diff`. This report sorts them, shows each number with its interval
or deviation, and omits numbers that are equal to four digits.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

HEADLINE = re.compile(r"(words\.bits_per_character|\w+\.frozen\.(f1|pearson)|\w+\.finetune_\w+\.(f1|pearson)_mean)")
OPEN_ROWS = 40  # the tables of single numbers are open if they have at most this many rows together

Values = dict[str, Any]


def main(old: str, new: str | None = None) -> None:
    """Print the differences between revision `old` and revision `new`; without `new`, the workspace."""
    name = new or "this branch"
    parameters = _dvc("params", "diff", old, *([new] if new else []))
    metrics = _dvc("metrics", "diff", "--all", old, *([new] if new else []))
    print("\n".join(report(parameters, metrics, old.removeprefix("origin/"), name)))


def _dvc(*command: str) -> dict[str, dict[str, Values]]:
    """DVC's JSON output: {file: {key: {"old": value, "new": value}}}; empty if nothing differs."""
    output = subprocess.run(
        [sys.executable, "-m", "dvc", *command, "--json"], stdout=subprocess.PIPE, check=True
    ).stdout
    return json.loads(output or "{}")  # type: ignore[no-any-return]


def report(
    parameters: dict[str, dict[str, Values]], metrics: dict[str, dict[str, Values]], old: str, new: str
) -> Iterator[str]:
    """The lines of the report; `old` and `new` are the column headers."""
    yield f"## {old} → {new}"
    rows = [[f"`{key}`", _plain(v.get("old")), _plain(v.get("new"))] for _, key, v in _sorted(parameters)]
    yield from ["", "### Parameters", ""]
    yield from _table(["parameter", old, new], rows) if rows else ["None changed."]
    groups = changed_numbers(metrics)
    yield from ["", "### Metrics", ""]
    if not groups:
        yield "None changed in the first four digits."
        return
    yield from _headline(groups)
    unfolded = " open" if sum(map(len, groups.values())) <= OPEN_ROWS else ""
    for group, rows in groups.items():
        yield from [f"<details{unfolded}><summary><b>{group}</b>: {len(rows)} changed</summary>", ""]
        yield from _table(["metric", old, new, "change"], rows)
        yield from ["", "</details>"]


def changed_numbers(metrics: dict[str, dict[str, Values]]) -> dict[str, list[list[str]]]:
    """Model or stage -> rows of a metric's name, old value, new value and change, where the printed values differ."""
    sides: dict[str, dict[str, Values]] = {"old": {}, "new": {}}
    for path, key, value in _sorted(metrics):
        for side in sides:
            if value.get(side) is not None:
                sides[side].setdefault(path, {})[key] = value[side]
    groups: dict[str, list[list[str]]] = {}
    for path in sorted(metrics):
        group, *below = PurePosixPath(path).with_suffix("").parts[1:] or (path,)
        old, new = ({name: cell for name, *cell in _cells(sides[side].get(path, {}))} for side in sides)
        for name in sorted(old | new):
            (before, low), (after, high) = old.get(name, (None, "–")), new.get(name, (None, "–"))
            if low != high:
                prefix = "" if below in ([], ["evaluate"]) else f"{'.'.join(below)}."
                groups.setdefault(group, []).append([prefix + name, low, high, _change(before, after)])
    return groups


def _cells(values: Values) -> Iterator[tuple[str, Any, str]]:
    """(key, number, text) of each metric; the text includes its bounds or its deviation."""
    for key, value in values.items():
        stem = re.sub(r"(_mean|\.value|\.difference)$", "", key)
        spread = {kind: _spread(values, stem, kind) for kind in ("low", "high", "sd")}
        if spread["low"] is not None and spread["high"] is not None:
            yield key, value, f"{_number(value)} [{_number(spread['low'])}, {_number(spread['high'])}]"
        elif key.endswith("_mean") and spread["sd"]:
            yield key, value, f"{_number(value)} ± {_number(spread['sd'])}"
        elif not _is_spread(values, key):
            yield key, value, _number(value)


def _spread(values: Values, stem: str, kind: str) -> Any:
    """The value of `stem`_low or `stem`.low, for example; None if there is neither."""
    return values.get(f"{stem}_{kind}", values.get(f"{stem}.{kind}"))


def _is_spread(values: Values, key: str) -> bool:
    """Whether `key` is a bound or the deviation of another metric."""
    match = re.fullmatch(r"(.+)[_.](low|high|sd)", key)
    return bool(match) and any(match[1] + end in values for end in ("", "_mean", ".value", ".difference"))  # type: ignore[index]


def _headline(groups: dict[str, list[list[str]]]) -> Iterator[str]:
    """A row per model and a column per headline metric, without intervals."""
    found = {
        group: {
            row[0]: f"{row[1].split(' ')[0]} → {row[2].split(' ')[0]}" for row in rows if HEADLINE.fullmatch(row[0])
        }
        for group, rows in groups.items()
    }
    metrics = sorted({metric for cells in found.values() for metric in cells})
    rows = [[group, *(cells.get(metric, "=") for metric in metrics)] for group, cells in found.items() if cells]
    if rows:
        header = [metric.removesuffix("_mean").replace(".", "<br>") for metric in metrics]  # narrow columns
        yield from [*_table(["model", *header], rows), ""]


def _sorted(difference: dict[str, dict[str, Values]]) -> Iterable[tuple[str, str, Values]]:
    return sorted(((path, key, value) for path, keys in difference.items() for key, value in keys.items()), key=str)


def _table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + " :-- |" + " --: |" * (len(header) - 1)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> str:
    """A parameter in YAML's flow style."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False).strip('"')


def _change(old: Any, new: Any) -> str:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (old, new))
    return f"{new - old:+.3g}" if numbers and new != old else ""


if __name__ == "__main__":
    main(*sys.argv[1:])
