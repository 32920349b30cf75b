"""The metrics and parameters of another git revision, and the changes since then."""

import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tinypt.files import flatten, read_json
from tinypt.reporting.parameters import changed_parameters
from tinypt.reporting.results import PROTOCOLS, Number, Results, Score, tabulate
from tinypt.reporting.tables import BLANK, Table, label, plain, show, signed
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.strict_yaml import load_yaml

DERIVED = ("compare.json", "scores.json")  # computed from, or part of, evaluate.json; they would hide the rest

NOTE = """\
*within*: the new score lies in the 95 % interval of the earlier score, so another sample of test rows could have caused
the difference. *outside*: the difference is larger than that."""


@dataclass(frozen=True)
class Revision:
    """Metrics and parameters of another revision.

    name: as given by the user. commit: its 40 digits. params: content of params.yaml. metrics: path -> content of
    every JSON file under metrics/.
    """

    name: str
    commit: str
    params: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]


def read_revision(name: str) -> Revision:
    """Read `metrics/` and `params.yaml` of a branch, tag or commit of the repository that holds the working directory.

    Raises:
        PipelineError: git does not know the revision, or the revision has no metrics.
    """
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        raise PipelineError(f"--against {name}: git knows no such revision; `git log --all` lists them")
    # git archive takes paths relative to the working directory, which need not be the top of the repository
    archive = _git("archive", "--format=tar", commit.decode().strip(), "metrics", "params.yaml")
    if archive is None:
        raise PipelineError(f"--against {name}: this revision has no metrics/ or no params.yaml; name a later one")
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)) is not None:
                files[member.name] = content.read()
    return Revision(name, commit.decode().strip(), *_parsed(files, name))


def score_changes(old: Revision, results: Results) -> Table:
    """Changes of bits per character and of every task's primary metric, by model.

    The last column says whether the new score lies in the interval of the earlier one.
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
            change = BLANK if was is None or new is None else signed(new - was, digits=4)
            rows.append([label(model), name, show(was), show(new), change, _within(before, new)])
    header = ["model", "measurement", plain(old.name), "now", "change", "earlier interval"]
    return Table("Scores", header, rows, [NOTE], text=frozenset({0, 1, 5}))


def _bits(results: Results, model: str) -> Score | None:
    bits = results.bits_per_character(model)
    return None if bits is None else Score(bits)


def _within(before: Score | None, now: Number | None) -> str:
    if before is None or before.low is None or before.high is None or now is None:
        return BLANK
    return "within" if before.low <= now <= before.high else "outside"


def all_changes(old: Revision, metrics: Path) -> Table:
    """Every number under metrics/ that has changed, file by file, without those in DERIVED."""
    now = {str(path): read_json(path) for path in sorted(metrics.rglob("*.json"))}
    rows = []
    for file in sorted(file for file in {*old.metrics, *now} if not file.endswith(DERIVED)):
        was, new = flatten(old.metrics.get(file, {})), flatten(now.get(file, {}))
        for key in dict.fromkeys([*was, *new]):
            if was.get(key) != new.get(key):
                rows.append([plain(file.removeprefix("metrics/")), plain(key), show(was.get(key)), show(new.get(key))])
    return Table("All metrics", ["file", "key", plain(old.name), "now"], rows, text=frozenset({0, 1}))


def parameter_changes(old: Revision, params: Mapping[str, Any]) -> Table:
    """Every parameter that has changed."""
    rows = [[plain(key), plain(was), plain(now)] for key, (was, now) in changed_parameters(old.params, params).items()]
    return Table("Parameters", ["parameter", plain(old.name), "now"], rows, text=frozenset({0, 1, 2}))


def changes_markdown(old: Revision, results: Results, metrics: Path, params: Mapping[str, Any]) -> str:
    """The section on the changes since `old`: scores, parameters, and every number in a collapsible table."""
    parts = [f"## Changes since {plain(old.name)}", f"Commit `{old.commit}`."]
    for table, same in ((score_changes(old, results), "score"), (parameter_changes(old, params), "parameter")):
        parts.append(f"### {table.title} changed\n\n{table.markdown()}" if table.rows else f"No {same} has changed.")
    everything = all_changes(old, metrics)
    if everything.rows:
        summary = f"All {len(everything.rows)} changed metrics"
        parts.append(f"<details>\n<summary>{summary}</summary>\n\n{everything.markdown()}\n</details>")
    return "\n\n".join(part.strip("\n") for part in parts)


def _git(*arguments: str) -> bytes | None:
    """The output of a git command; None if it fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise PipelineError("--against: git is not installed") from None
    return done.stdout if done.returncode == 0 else None


def _parsed(files: Mapping[str, bytes], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        params = load_yaml(files["params.yaml"].decode())
        metrics = {path: json.loads(content) for path, content in files.items() if path.endswith(".json")}
    except (ValueError, KeyError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise PipelineError(
            f"--against {name}: its metrics or params.yaml cannot be read ({problem}); name another revision"
        ) from None
    return params, metrics
