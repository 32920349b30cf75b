"""The workflows: valid for their linters, pinned, with the least permissions, and without logic of their own."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
OURS = re.compile(r"(ci/\w+\.sh|python -m ci\.|make )")
PLUMBING = re.compile(r'cat \.cache/ci/summary\.md >> "\$GITHUB_STEP_SUMMARY"|gh pr comment ')


def _load(workflow: Path) -> dict[str, Any]:
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in _load(workflow)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    "command",
    [
        ["actionlint"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
        ["zizmor", "--offline", "--pedantic", "--quiet", "--no-progress", ".github/workflows"],
        ["shellcheck", *(str(script.relative_to(ROOT)) for script in sorted((ROOT / "ci").glob("*.sh")))],
    ],
    ids=lambda command: command[0],
)
def test_the_linters_are_content(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        package = f"{command[0]}-py" if command[0] in ("actionlint", "shellcheck") else command[0]
        pytest.skip(f"{command[0]} is not installed: pip install {package}")
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit_and_say_which_version(workflow: Path) -> None:
    uses = re.findall(r"uses: (.*)", workflow.read_text(encoding="utf-8"))
    assert uses
    assert [use for use in uses if not re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_the_same_action_has_the_same_version_everywhere() -> None:
    pins = {use for workflow in WORKFLOWS for use in re.findall(r"uses: (.*)", workflow.read_text(encoding="utf-8"))}
    assert len({"/".join(pin.split("@")[0].split("/")[:2]) for pin in pins}) == len({pin.split("@")[1] for pin in pins})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_permissions_are_the_least(workflow: Path) -> None:
    content = _load(workflow)
    assert content["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in content[True], "YAML reads the key `on` as true"
    for job in content["jobs"].values():
        if "permissions" in job:  # may write: then it runs nothing that a pull request brings
            assert not any(
                "checkout" in step.get("uses", "") or OURS.match(step.get("run", "")) for step in job["steps"]
            )
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_steps_only_call_scripts_that_exist(workflow: Path) -> None:
    for step in _steps(workflow):
        if "run" in step:
            command = step["run"]
            assert OURS.match(command) or PLUMBING.match(command), command
            assert "${{" not in command, (
                "values come in through the environment, where the shell does not read them as code"
            )
            for script in re.findall(r"ci/\w+\.sh", command):
                assert (ROOT / script).is_file()


def test_every_job_ends_some_day() -> None:
    assert all("timeout-minutes" in job for workflow in WORKFLOWS for job in _load(workflow)["jobs"].values())
