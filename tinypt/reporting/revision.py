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
from tinypt.reporting.results import PROTOCOLS, Number, Results, Score, flatten, tabulate
from tinypt.reporting.tables import BLANK, Table, label, show
from tinypt.runtime.errors import PipelineError

DERIVED = "metrics/compare.json"  # follows from the scores; its many numbers would hide them


NOTE = """\
*within*: the new score lies in the 95 % interval that the earlier one had; another sample of test rows might have given
it without any change. *outside* says that the change is larger than that."""


@dataclass(frozen=True)
class Revision:
    """What git holds of another state of the project.

    name: as the user gave it. commit: its 40 digits. params: params.yaml. metrics: content of every JSON
    file under metrics/ by path.
    """

    name: str
    commit: str
    params: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]


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
    evaluations = {model: old.metrics.get(f"metrics/{model}/evaluate.json", {}) for model in results.models}
    earlier = tabulate(evaluations, {}, {})
    rows = []
    for model in results.models:
        scores = [("bits per character", _bits(earlier, model), _bits(results, model))]
        for task in results.tasks():
            metric = results.metrics(task)[0]
            for protocol in PROTOCOLS:
                before, now = (table.score(model, task, protocol, metric) for table in (earlier, results))
                scores.append((f"{label(task)}, {label(protocol)}, {label(metric)}", before, now))
        for name, before, now in scores:
            was, new = (None if score is None else score.value for score in (before, now))
            if was == new:
                continue
            change = BLANK if was is None or new is None else f"{new - was:+.4f}".replace("-", "−")
            rows.append([label(model), name, show(was), show(new), change, _within(before, new)])
    header = ["model", "measurement", old.name, "now", "change", "earlier interval"]
    return Table("Scores", header, rows, [NOTE], words=frozenset({0, 1, 5}))


def _bits(results: Results, model: str) -> Score | None:
    bits = results.bits_per_character(model)
    return None if bits is None else Score(bits)


def _within(before: Score | None, now: Number | None) -> str:
    if before is None or before.low is None or before.high is None or now is None:
        return BLANK
    return "within" if before.low <= now <= before.high else "outside"


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
