import html
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.reporting.conftest import STUDENTS, TASKS, evaluation, write
from tinypt.reporting.page import Page, ReportData
from tinypt.reporting.results import read_results
from tinypt.reporting.revision import all_changes, changes_markdown, parameter_changes, read_revision, score_changes
from tinypt.reporting.webpage import render
from tinypt.runtime.errors import PipelineError, visible

GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]


@pytest.fixture
def project(metrics: Path, report_data: ReportData, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder inside a git repository, with its metrics committed on branch main."""
    folder = metrics.parent
    (folder / "params.yaml").write_text(yaml.safe_dump(dict(report_data.params)), encoding="utf-8")
    for command in (["init", "-q", "-b", "main", "."], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


def test_a_revision_does_not_differ_from_itself(project: Path, report_data: ReportData) -> None:
    old = read_revision("main")
    assert len(old.commit) == 40
    assert score_changes(old, report_data.results).rows == []
    assert all_changes(old, Path("metrics")).rows == []
    assert parameter_changes(old, report_data.params).rows == []
    assert "No score has changed." in changes_markdown(old, report_data.results, Path("metrics"), report_data.params)


def test_changes_are_shown_with_their_interval(project: Path, report_data: ReportData) -> None:
    write(project / "metrics/total/evaluate.json", evaluation(0.9))
    old, results = read_revision("HEAD"), read_results(project / "metrics", STUDENTS, TASKS)
    rows = score_changes(old, results).rows
    assert {row[0] for row in rows} == {"total"}
    changes = {row[1]: row[2:] for row in rows}
    assert changes["bits per character"] == ["2.0500", "1.3000", "−0.7500", "–"]
    assert changes["ASSIN2 similarity, frozen, Pearson"] == ["0.5500", "0.8000", "+0.2500", "outside"]
    params = {"seed": 14, "students": report_data.params["students"]}
    assert parameter_changes(old, params).rows == [["seed", "13", "14"]]
    text = changes_markdown(old, results, Path("metrics"), params)
    assert "## Changes since HEAD" in text
    assert old.commit in text
    assert "| total/evaluate.json | mlm.loss | 2.7500 | 1.5000 |" in text


def test_a_model_new_since_then_has_no_earlier_score(project: Path) -> None:
    old = read_revision("main")
    write(project / "metrics/mine/evaluate.json", evaluation(0.5))
    write(project / "metrics/mine/distill.json", {"validation_mlm": 2.5})
    rows = score_changes(old, read_results(Path("metrics"), [*STUDENTS, "mine"], TASKS)).rows
    assert {(row[0], row[2], row[4]) for row in rows} == {("mine", "–", "–")}


@pytest.mark.parametrize("name", ["<img/src=x/onerror=alert(1)>", "a|b", "`a`", "<!--", "\u202ea", "a&amp;b"])
def test_the_name_of_a_branch_shows_itself(project: Path, report_data: ReportData, name: str) -> None:
    write(project / "metrics/total/evaluate.json", evaluation(0.9))
    subprocess.run([*GIT, "branch", name], check=True)
    results, params = read_results(project / "metrics", STUDENTS, TASKS), {"seed": 14}
    markdown = changes_markdown(read_revision(name), results, Path("metrics"), params)
    page = render(Page(f"# t\n\n{markdown}", [], ""))
    links, headings = (re.findall(f"<(?:{tag})[ >](?:[^>]*>)?(.*?)</(?:{tag})>", page) for tag in ("a", "h2|th"))
    assert f"Changes since {visible(name)}" in map(html.unescape, links)
    assert f"Changes since {visible(name)}" in map(html.unescape, headings)
    assert [html.unescape(heading) for heading in headings].count(visible(name)) == 3


@pytest.mark.parametrize("name", ["gone", "--help", ""])
def test_an_unknown_revision_is_refused_in_one_line(project: Path, name: str) -> None:
    with pytest.raises(PipelineError, match=rf"^--against {name}: git knows no such revision.*$"):
        read_revision(name)


def test_a_revision_without_metrics_is_refused(project: Path) -> None:
    for command in (["checkout", "-q", "--orphan", "empty"], ["rm", "-rqf", "metrics"], ["commit", "-qm", "x"]):
        subprocess.run([*GIT, *command], check=True)
    with pytest.raises(PipelineError, match=r"^--against empty: this revision has no metrics/"):
        read_revision("empty")
