import fcntl
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from tinypt.runtime.errors import PipelineError
from tinypt.runtime.lock import one_at_a_time
from tinypt.runtime.run import run

REPOSITORY = Path(__file__).parents[2]


def start_stage(tmp_path: Path, body: str, *arguments: str, signature: str = "") -> subprocess.Popen[str]:
    """Start a temporary stage module in a process of its own, in `tmp_path`."""
    stage = tmp_path / "example.py"
    stage.write_text(
        '"""Read x; write y."""\n'
        "import logging, sys\n"
        "from tinypt.runtime.errors import PipelineError\n"
        "from tinypt.runtime.run import run\n"
        f"def main({signature}):\n    {body}\n"
        "run(main)\n"
    )
    return subprocess.Popen(
        [sys.executable, stage, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_stage(tmp_path: Path, body: str, *arguments: str, signature: str = "") -> subprocess.CompletedProcess[str]:
    """Run a temporary stage module to its end."""
    process = start_stage(tmp_path, body, *arguments, signature=signature)
    output, errors = process.communicate(timeout=100)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def test_a_successful_run_exits_with_0_and_shows_its_log(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "logging.getLogger('x').info('kept %d', 3)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "kept 3\n")


def test_no_request_is_logged_and_no_signed_address(tmp_path: Path) -> None:
    log = "log = logging.getLogger; log('httpx2').info('HTTP Request: GET x'); "
    log += "log('huggingface_hub').warning('from %s: cut', 'http://cdn/a?X-Amz-Signature=s&b=1'); "
    done = run_stage(tmp_path, log + "raise PipelineError('http://cdn/a?X-Amz-Signature=s broke off')")
    assert done.stderr == "from http://cdn/a cut\nexample: http://cdn/a broke off\n"


def test_a_name_with_control_characters_stays_on_one_line(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise PipelineError('in/a\\nb\\x1b[31m\\u202e.txt: unreadable')")
    assert done.stderr == "example: in/a\\nb\\x1b[31m\\u202e.txt: unreadable\n"


def test_a_pipeline_error_gives_one_line_and_exit_status_1(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise PipelineError('data/raw/a.parquet: unreadable; run download')")
    assert (done.returncode, done.stderr) == (1, "example: data/raw/a.parquet: unreadable; run download\n")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("OSError(28, 'No space left on device', 'data/x')", "data/x: the disk is full; free space and run again"),
        ("ValueError('I/O error: No space left on device (os error 28)')", "the disk is full"),
        ("OSError('1048576 requested and 131056 written')", "the disk is full"),
        ("RuntimeError('[enforce fail at inline_container.cc:664] . unexpected pos 64 vs 0')", "the disk is full"),
        ("PermissionError(13, 'Permission denied', 'data/raw')", "data/raw: this user may not read or write it"),
        (
            "FileExistsError(17, 'File exists', 'data')",
            "data: it is a file, or a link to nothing, and a folder is expected",
        ),
        ("OSError(27, 'File too large', 'data/x')", "data/x: the file would be larger than the system allows"),
        ("OSError(30, 'Read-only file system', '.cache/x')", ".cache/x: it is on a read-only file system"),
        ("RuntimeError('Failed to open a.parquet. Detail: [errno 13] Permission denied')", "Failed to open a.parquet"),
        (
            "IsADirectoryError(21, 'Is a directory', 'params.yaml')",
            "params.yaml: it is a folder, and a file is expected",
        ),
        ("MemoryError()", "output: the memory is used up"),
        ('RuntimeError("can\'t start new thread")', "the memory is used up"),
        ("RuntimeError('DefaultCPUAllocator: can\\'t allocate memory: Error code 12')", "the memory is used up"),
        ("RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')", "the memory is used up"),
        ("OSError(24, 'Too many open files', 'x')", "x: too many files are open"),
    ],
)
def test_a_fault_of_the_machine_gives_one_line(
    error: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def main() -> None:
        raise eval(error)

    monkeypatch.setattr(sys, "argv", ["stages/example.py"])
    with pytest.raises(SystemExit) as exit:
        run(main)
    assert str(exit.value).startswith("example: ")
    assert line in str(exit.value)
    assert "\n" not in str(exit.value)
    assert capsys.readouterr().err == ""


def test_a_folder_in_place_of_a_file_is_recognised(tmp_path: Path) -> None:
    done = run_stage(tmp_path, f"open({str(tmp_path)!r})")
    assert done.returncode == 1
    assert done.stderr == f"example: {tmp_path}: it is a folder, and a file is expected; remove or rename it\n"


def test_a_full_disk_is_recognised_in_a_real_write(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = run_stage(tmp_path, "file = open('/dev/full', 'wb', buffering=0); file.write(b'x')")
    assert done.returncode == 1
    assert done.stderr.endswith("the disk is full; free space and run again\n")
    assert "Traceback" not in done.stderr


def test_a_second_process_of_a_stage_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    """Also by a kill."""
    work = "import sys, time; print('at work', flush=True); sys.stdin.read()"
    first = start_stage(tmp_path, work, "total", signature="name")
    assert first.stdout is not None
    assert first.stdout.readline() == "at work\n"
    second = run_stage(tmp_path, "pass", "total", signature="name")
    assert second.returncode == 1
    assert second.stderr == f"example: runs here already, as process {first.pid}; wait for its end, or end it\n"
    assert run_stage(tmp_path, "pass", "semantic", signature="name").returncode == 0
    first.kill()
    first.communicate()
    assert run_stage(tmp_path, "pass", "total", signature="name").returncode == 0
    assert not list((tmp_path / ".cache/running").iterdir())


def test_a_lock_that_its_holder_has_just_removed_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process opens the file, its holder ends and removes it, a third makes a new one and locks that."""
    monkeypatch.chdir(tmp_path)
    real, third = fcntl.flock, []

    def late(file: TextIO, operation: int) -> None:
        if not third:
            path = tmp_path / ".cache/running/total"
            path.unlink()
            third.append(path.open("w"))
            third[0].write("17")
            third[0].flush()
            real(third[0], operation)
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(PipelineError, match="runs here already, as process 17"), one_at_a_time("total"):
        pass
    third[0].close()
    with one_at_a_time("total"):
        pass
    assert not list((tmp_path / ".cache/running").iterdir())


@pytest.mark.parametrize("error", ["KeyError('x')", "FileNotFoundError(2, 'none', 'x')", "ValueError('error 28')"])
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


def test_help_prints_the_usage_and_the_docstring(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "raise KeyError", "--help", signature="name, share='1'")
    assert (done.returncode, done.stdout) == (
        0,
        "usage: python -m stages.example <name> [<share>]\n\nRead x; write y.\n",
    )


def test_a_type_error_inside_a_stage_is_not_a_usage_error(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "len(3)")
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("closed", ["2>&-", "1>&-", "<&-", "<&- 1>&- 2>&-"])
def test_closed_standard_files_are_no_error_and_lend_their_number_to_no_other(tmp_path: Path, closed: str) -> None:
    stage = tmp_path / "example.py"
    stage.write_text(
        "import sys\nfrom pathlib import Path\nfrom tinypt.runtime.progress import Progress\n"
        "from tinypt.runtime.run import run\n"
        "def main():\n"
        "    with open('x', 'w') as file:\n        print('said'); print('logged', file=sys.stderr)\n"
        "        Progress('a', 'b', 1).close()\n        file.write(f'{file.fileno() > 2}')\n"
        "run(main)\n"
    )
    command = f"exec {sys.executable} example.py {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env={"PYTHONPATH": str(REPOSITORY)}, check=False)
    assert done.returncode == 0
    assert (tmp_path / "x").read_text() == "True"


def test_a_reader_that_stops_early_is_no_defect(tmp_path: Path) -> None:
    process = start_stage(tmp_path, "[print('x' * 9999, flush=True) for _ in range(99)]")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() == 1


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("-m stages.plan --help", "standard output: No space left on device; print elsewhere\n"),
        ("example.py --help", "standard output: No space left on device; print elsewhere\n"),
        ("example.py", "example: [Errno 28] No space left on device: the disk is full; free space and run again\n"),
    ],
)
def test_a_full_standard_output_ends_in_one_line(tmp_path: Path, command: str, message: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    assert run_stage(tmp_path, "print('x')").stdout == "x\n"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, *command.split()],
            cwd=tmp_path,
            env={"PYTHONPATH": str(REPOSITORY)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, message)
