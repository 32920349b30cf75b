"""`ci.repro` in small projects, whose stages are shell commands."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import psutil
import pytest
from dvc.repo import Repo

from ci import repro

ROOT = Path(__file__).parents[2]
PIPELINE = """
stages:
  corpus:
    cmd: echo um > corpus
    outs: [corpus]
  distill:
    foreach: ${students}
    do:
      cmd: COMMAND && mkdir -p models/${key}/distilled && cp corpus models/${key}/distilled
      deps: [corpus]
      outs: ["models/${key}/distilled"]
  report:
    cmd: cat models/*/distilled/corpus > report
    deps: [models/one/distilled, models/two/distilled]
    outs: [report]
"""
SHARED = """
stages:
  corpus:
    cmd: echo um > corpus
    outs: [corpus]
  teacher:
    cmd: touch teacher.here && timeout 60 sh -c 'until test -e base.here; do sleep 0.1; done' && cp corpus teacher
    deps: [corpus]
    outs: [teacher]
  base:
    cmd: touch base.here && timeout 60 sh -c 'until test -e teacher.here; do sleep 0.1; done' && touch base
    outs: [base]
  tokenize:
    foreach: [teacher, base]
    do:
      cmd: cat ${item} corpus > ${item}.tokens
      deps: ["${item}", corpus]
      outs: ["${item}.tokens"]
"""
MEET = "touch ${key}.here && timeout 60 sh -c 'until test -e one.here -a -e two.here; do sleep 0.1; done'"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DVC project with two students in params.yaml, and this one's modules on the path."""
    (tmp_path / "params.yaml").write_text("students: {one: {}, two: {}}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Repo.init(no_scm=True).close()
    return tmp_path


def _run(
    project: Path, command: str, capfd: pytest.CaptureFixture[str], pipeline: str = PIPELINE
) -> tuple[int, list[str]]:
    """The exit status, and the stages that ran."""
    (project / "dvc.yaml").write_text(pipeline.replace("COMMAND", command), encoding="utf-8")
    status = repro.main()
    output = capfd.readouterr().out
    return status, [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pytest's signal handlers alone."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def test_students_run_at_the_same_time(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "processes", lambda: 2)
    status, ran = _run(project, MEET, capfd)  # each waits for the other
    assert status == 0
    assert (ran[0], sorted(ran[1:3]), ran[3:]) == ("corpus", ["distill@one", "distill@two"], ["report"])
    assert _run(project, MEET, capfd) == (0, []), "all is in dvc.lock"


def test_in_a_new_clone_the_lock_file_is_short_until_the_end(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "processes", lambda: 2)
    command, lock = "cp dvc.lock seen", project / "dvc.lock"
    assert _run(project, command, capfd)[0] == 0
    whole = lock.read_bytes()
    for path in ("models", ".dvc/cache"):
        shutil.rmtree(path)
    for path in ("corpus", "report", "seen"):
        Path(path).unlink()
    status, ran = _run(project, command, capfd)
    assert (status, len(ran)) == (0, 4)
    assert "report" not in (project / "seen").read_text(encoding="utf-8")
    assert lock.read_bytes() == whole, "the same entries in the same order"


def test_after_a_failure_the_lock_file_keeps_what_did_not_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "processes", lambda: 2)
    assert _run(project, "true", capfd)[0] == 0
    whole = (project / "dvc.lock").read_text(encoding="utf-8")
    for path in ("models", ".dvc/cache"):
        shutil.rmtree(path)
    (project / "corpus").unlink()
    assert _run(project, "false", capfd)[0] != 0
    assert (project / "dvc.lock").read_text(encoding="utf-8") == whole


def test_stages_that_students_share_run_at_the_same_time_too(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "processes", lambda: 2)
    status, ran = _run(project, "", capfd, SHARED)
    assert (status, sorted(ran)) == (0, ["base", "corpus", "teacher", "tokenize@base", "tokenize@teacher"])


def test_the_longest_chain_goes_first() -> None:
    needs = {
        **{"split": [], "base": [], "tokenize@base": ["split", "base"], "teacher": ["split"], "tasks": ["split"]},
        **{"tokenize@teacher": ["teacher"], "distill@one": ["tokenize@teacher"], "report": ["distill@one", "tasks"]},
    }
    order = repro.by_urgency(nx.DiGraph(needs))
    assert order[:3] == ["split", "teacher", "tokenize@teacher"]
    assert order.index("tasks") > order.index("tokenize@teacher")
    assert set(order) == set(needs)


def test_the_stage_that_measures_time_runs_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stage = "{cmd: 'echo NAME >> log; sleep 0.5; echo NAME >> log; touch NAME', outs: [NAME]}"
    names = ("before", "timed", "after")
    pipeline = "stages:\n" + "".join(f"  {name}: {stage.replace('NAME', name)}\n" for name in names)
    pipeline = pipeline.replace("[timed]}", "[timed], meta: {alone: true}}")
    monkeypatch.setattr(repro, "processes", lambda: 2)
    status, ran = _run(project, "", capfd, pipeline)
    assert (status, len(ran)) == (0, 3)
    log = (project / "log").read_text(encoding="utf-8").split()
    place = log.index("timed")
    assert log[place + 1] == "timed"


def test_students_take_turns_with_a_gpu_or_little_memory(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "GPUS", ("null",))
    assert repro.processes() == 1
    monkeypatch.setattr(repro, "GPUS", ())
    monkeypatch.setattr(repro, "MEMORY", 1 << 60)
    assert repro.processes() < 2
    assert _run(project, "true", capfd) == (0, ["corpus", "distill@one", "distill@two", "report"])


def test_the_first_failure_ends_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(repro, "processes", lambda: 2)
    status, ran = _run(project, f"{MEET} && test ${{key}} = two", capfd)
    assert status != 0
    assert ran[:1] == ["corpus"]
    assert "report" not in ran
    assert (project / "models/two/distilled").is_dir(), "a student that was running ends"


@pytest.mark.parametrize(
    "text", ["students: [", "students: null", "other: 1", "students: {one: {}, two: {}}\nx: [", "\x00"]
)
def test_a_faulty_params_yaml_is_left_to_dvc(project: Path, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    (project / "params.yaml").write_text(text, encoding="utf-8")
    assert repro.main() != 0
    errors = capfd.readouterr().err
    assert errors.startswith("ERROR: ")
    assert "Traceback" not in errors


def _start(project: Path, command: list[str]) -> tuple["subprocess.Popen[bytes]", list[int]]:
    """The process, and those of the two students' stages, which write their numbers and wait."""
    code = "import os, pathlib, time; from tinypt.runtime import parent; parent.end_with_parent(); "
    stage = code + "pathlib.Path('${key}.here').write_text(str(os.getpid())); time.sleep(99)"
    (project / "dvc.yaml").write_text(PIPELINE.replace("COMMAND", f'{sys.executable} -c "{stage}"'), encoding="utf-8")
    process = subprocess.Popen(command, start_new_session=True)
    files = [project / f"{name}.here" for name in ("one", "two")]
    while not all(file.exists() and file.read_text() for file in files):
        assert process.poll() is None
        time.sleep(0.1)
    return process, [int(file.read_text()) for file in files]


MAIN = [sys.executable, "-c", "from ci import repro; repro.processes = lambda: 2; raise SystemExit(repro.main())"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_every_stage(project: Path, number: signal.Signals) -> None:
    process, stages = _start(project, MAIN)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    assert process.wait(60) != 0
    _, running = psutil.wait_procs([psutil.Process(stage) for stage in stages if psutil.pid_exists(stage)], 20)
    assert running == []


def test_a_second_one_in_the_same_folder_is_refused_in_one_line(project: Path) -> None:
    first, _ = _start(project, MAIN)
    second = subprocess.run([sys.executable, "-m", "ci.repro"], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    line = f"make repro: runs here already, as process {first.pid}; wait for its end, or end it\n"
    assert (second.stdout, second.stderr) == ("", line)
    first.terminate()
    first.wait(60)
    assert not list(Path(".cache/running").iterdir())


@pytest.mark.skipif(not shutil.which("make"), reason="this system has no make")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_make_ends_every_stage(
    project: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    (project / "sitecustomize.py").write_text(
        "import os\nos.sched_getaffinity = lambda _: {0, 1}\nimport psutil\n"
        "psutil.virtual_memory = lambda: type('', (), {'available': 1 << 40})\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{project}:{ROOT}")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    make, stages = _start(project, ["make", "-f", str(ROOT / "Makefile"), "-o", ".venv/installed", "repro"])
    make.send_signal(number)
    make.wait(60)
    _, running = psutil.wait_procs([psutil.Process(stage) for stage in stages if psutil.pid_exists(stage)], 20)
    assert running == []
