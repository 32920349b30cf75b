import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def run_stage(tmp_path: Path, body: str, *arguments: str, signature: str = "") -> subprocess.CompletedProcess[str]:
    """Run a temporary stage module in a process of its own."""
    stage = tmp_path / "example.py"
    stage.write_text(
        "import logging, sys\n"
        "from tinypt.runtime.errors import PipelineError\n"
        "from tinypt.runtime.run import run\n"
        f"def main({signature}):\n    {body}\n"
        "run(main)\n"
    )
    return subprocess.run(
        [sys.executable, stage, *arguments], env={"PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True
    )


def test_a_successful_run_exits_with_0_and_shows_its_log(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "logging.getLogger('x').info('kept %d', 3)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "kept 3\n")


def test_a_pipeline_error_gives_one_line_and_exit_status_1(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise PipelineError('data/raw/a.parquet: unreadable; run download')")
    assert (done.returncode, done.stderr) == (1, "example: data/raw/a.parquet: unreadable; run download\n")


def test_a_full_disk_gives_one_line_with_the_file(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise OSError(28, 'No space left on device', 'data/x')")
    assert done.returncode == 1
    assert done.stderr == "example: the disk is full while writing data/x; free space and run again\n"


def test_a_full_disk_is_recognised_in_a_real_write(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = run_stage(tmp_path, "file = open('/dev/full', 'wb', buffering=0); file.write(b'x')")
    assert done.returncode == 1
    assert done.stderr == "example: the disk is full while writing output; free space and run again\n"


def test_a_full_disk_is_recognised_in_a_library_error(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise ValueError('I/O error: No space left on device (os error 28)')")
    assert done.stderr.startswith("example: the disk is full")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("error", ["KeyError('x')", "OSError(13, 'denied', 'x')"])
def test_a_defect_keeps_its_traceback_and_asks_for_a_report(tmp_path: Path, error: str) -> None:
    done = run_stage(tmp_path, f"raise {error}")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-1].startswith("example: this is a defect")


def test_an_interrupt_gives_one_line(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise KeyboardInterrupt")
    assert done.returncode == 1
    assert done.stderr.startswith("example: interrupted")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_wrong_arguments_print_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = run_stage(tmp_path, "pass", *arguments, signature="name")
    assert (done.returncode, done.stderr) == (1, "usage: python -m stages.example <name>\n")


def test_a_type_error_inside_a_stage_is_not_a_usage_error(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "len(3)")
    assert "Traceback" in done.stderr
