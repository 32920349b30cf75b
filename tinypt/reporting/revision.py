"""The metrics and parameters of another git revision, and what has changed since."""

import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tinypt.reporting.ladder import changed
from tinypt.reporting.results import (
    PROTOCOLS,
    Results,
    Scores,
    bits_per_character,
    flatten,
    interval,
    is_task,
    metrics_of,
    value,
)
from tinypt.reporting.tables import BLANK, Table, label, show
from tinypt.runtime.errors import PipelineError

DERIVED = "metrics/compare.json"  # follows from the scores; its many numbers would hide them


NOTE = """\
*within*: the new score lies in the 95 % interval that the earlier one had; another sample of test rows might have given
it without any change. *outside* says that the change is larger than that."""
Measure = tuple[str, float | int | None, float | int | None, tuple[float, float] | None]  # name, before, now, interval


@dataclass(frozen=True)
class Revision:
    """What git holds of another state of the project.

    name: as the user gave it. commit: its 40 digits. params: params.yaml. metrics: content of every JSON
    file under metrics/ by path.
    """

    name: str
    commit: str
    params: Mapping[str, Any]
    metrics: Mapping[str, Scores]


def read_revision(name: str) -> Revision:
    """Read `metrics/` and `params.yaml` of a branch, tag or commit of the repository of the working directory.

    Raises:
        PipelineError: git does not know the revision, or it holds no metrics.
    """
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        raise PipelineError(f"--against {name}: git knows no such revision here; `git log --all` shows what there is")
    # the folder this runs in need not be the top of the repository: paths are taken relative to it
    archive = _git("archive", "--format=tar", commit.decode().strip(), "metrics", "params.yaml")
    if archive is None:
        raise PipelineError(f"--against {name}: that revision holds no metrics/ or no params.yaml; name a later one")
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)) is not None:
                files[member.name] = content.read()
    return Revision(name, commit.decode().strip(), *_parsed(files, name))


def score_changes(old: Revision, results: Results) -> Table:
    """Bits per character and the first metric of every task where they have changed, with what that may mean.

    Where the earlier score has a 95 % interval, the last column says whether the new one lies within it.
    """
    rows = []
    for model, scores in results.models.items():
        before = old.metrics.get(f"metrics/{model}/evaluate.json", {})
        measures: list[Measure] = [("bits per character", bits_per_character(before), bits_per_character(scores), None)]
        for task in (name for name, part in scores.items() if is_task(part)):
            metric = metrics_of(results, task)[0]
            measures += [
                (
                    f"{label(task)}, {label(protocol)}, {label(metric)}",
                    value(before, task, protocol, metric),
                    value(scores, task, protocol, metric),
                    interval(before, task, protocol, metric),
                )
                for protocol in PROTOCOLS
            ]
        for what, was, now, band in measures:
            if was == now:
                continue
            change = BLANK if was is None or now is None else f"{now - was:+.4f}".replace("-", "−")
            within = BLANK if band is None or now is None else "within" if band[0] <= now <= band[1] else "outside"
            rows.append([label(model), what, show(was), show(now), change, within])
    header = ["model", "measurement", old.name, "now", "change", "earlier interval"]
    return Table("Scores", header, rows, [NOTE], words=frozenset({0, 1, 5}))


def all_changes(old: Revision, metrics: Path) -> Table:
    """Every other number under metrics/ that has changed, file by file."""
    now = {str(path): json.loads(path.read_text(encoding="utf-8")) for path in sorted(metrics.rglob("*.json"))}
    rows = []
    for file in sorted({*old.metrics, *now} - {DERIVED}):
        was, new = flatten(old.metrics.get(file, {})), flatten(now.get(file, {}))
        for key in dict.fromkeys([*was, *new]):
            if was.get(key) != new.get(key):
                rows.append([file.removeprefix("metrics/"), key, show(was.get(key)), show(new.get(key))])
    return Table("All metrics", ["file", "key", old.name, "now"], rows, words=frozenset({0, 1}))


def parameter_changes(old: Revision, params: Mapping[str, Any]) -> Table:
    """Every parameter that has changed."""
    rows = [[key, was, now] for key, (was, now) in changed(old.params, params).items()]
    return Table("Parameters", ["parameter", old.name, "now"], rows, words=frozenset({0, 1, 2}))


def changes_markdown(old: Revision, results: Results, metrics: Path, params: Mapping[str, Any]) -> str:
    """The section on what has changed since `old`: scores, parameters, and in a fold every other number."""
    parts = [f"## Against {old.name}", f"Commit `{old.commit}`."]
    for table, same in ((score_changes(old, results), "score"), (parameter_changes(old, params), "parameter")):
        parts.append(f"### {table.title} changed\n\n{table.markdown()}" if table.rows else f"No {same} has changed.")
    everything = all_changes(old, metrics)
    if everything.rows:
        summary = f"All {len(everything.rows)} metrics that have changed"
        parts.append(f"<details>\n<summary>{summary}</summary>\n\n{everything.markdown()}\n</details>")
    return "\n\n".join(part.strip("\n") for part in parts)


def _git(*arguments: str) -> bytes | None:
    """What git prints; None where it fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise PipelineError("--against: git is not installed") from None
    return done.stdout if done.returncode == 0 else None


def _parsed(files: Mapping[str, bytes], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        params = yaml.safe_load(files["params.yaml"])
        metrics = {path: json.loads(content) for path, content in files.items() if path.endswith(".json")}
    except (ValueError, KeyError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise PipelineError(f"--against {name}: its metrics cannot be read ({problem}); name another") from None
    return params, metrics
