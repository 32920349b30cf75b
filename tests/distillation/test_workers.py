"""Two processes under torchrun's variables must make the training that one makes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.load import save_model
from tinypt.tokens.pairs import write_pairs

REPOSITORY = Path(__file__).parents[2]
WORKER = """
import sys, torch
from pathlib import Path
from tests.distillation.test_loop import OPTIONS
from tinypt.distillation import loop
from tinypt.distillation.objective import Objective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.workers import leads
from tinypt.errors import PipelineError
from tinypt.modeling.load import load_model, load_tokenizer
from tinypt.modeling.student import make_projection
from tinypt.params.experiments import Student
from tinypt.params.training import Training
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.masking import SpecialIds
folder, name, stop = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
student, teacher = (load_model(folder / model) for model in ("student", "teacher"))
ours, theirs = (SpecialIds.of(load_tokenizer(folder / model)) for model in ("student", "teacher"))
projection = make_projection(Student("base", "base", "base", None), 16, teacher, seed=0)
told = Teacher(teacher, theirs, None, "word")
objective = Objective(student, ours, {"mlm": 1.0, "cosine": 1.0}, told, projection)
options = Training(**OPTIONS.__dict__ | {"batch_size": 8, "epochs": 0.5, "learning_rate": 1e-3})
saves = 0
def save(*arguments):
    global saves
    loop_save(*arguments)
    saves += 1
    if saves == stop:
        raise PipelineError("stopped")
loop_save, loop.save_checkpoint = loop.save_checkpoint, save
result = loop.train(objective, open_blocks(folder), options, 7, torch.device("cpu"), folder / f"{name}.pt", "test", 0.0)
assert result.steps > 4
if leads():
    torch.save({"rows": result.rows, "weights": objective.state_dict()}, folder / f"{name}.out")
"""


@pytest.fixture
def folder(
    tmp_path: Path,
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    texts: list[str],
) -> Path:
    """Two models and blocks whose words, which the cosine is a mean over, are unlike in number."""
    save_model(base, uncased, tmp_path / "student")
    save_model(teacher, cased, tmp_path / "teacher")
    write_pairs(texts, uncased, cased, 24, tmp_path)
    return tmp_path


def _start(folder: Path, name: str, workers: int, stop: int = 0) -> list[subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"PYTHONPATH": str(REPOSITORY), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    places = [{"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(workers)} for rank in range(workers)]
    command = [sys.executable, "-c", WORKER, str(folder), name, str(stop)]
    return [subprocess.Popen(command, env=os.environ | shared | place, stderr=subprocess.PIPE) for place in places]


def _finish(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    return [process.wait(timeout=120) for process in processes]


def test_two_workers_make_the_weights_of_one_and_go_on_from_its_checkpoint(folder: Path) -> None:
    one, two, stopped = _start(folder, "one", 1), _start(folder, "two", 2), _start(folder, "resumed", 1, stop=3)
    assert _finish(one) == [0]
    assert _finish(two) == [0, 0]
    assert _finish(stopped) == [1]
    assert not (folder / "resumed.out").exists()
    assert _finish(_start(folder, "resumed", 2)) == [0, 0]
    expected = torch.load(folder / "one.out", weights_only=True)
    for name in ("two", "resumed"):
        found = torch.load(folder / f"{name}.out", weights_only=True)
        assert len(found["rows"]) == len(expected["rows"])
        for left, right in zip(found["rows"], expected["rows"], strict=True):
            assert left == pytest.approx(right, rel=1e-4)
        for weight, value in expected["weights"].items():
            torch.testing.assert_close(found["weights"][weight], value, rtol=1e-3, atol=1e-4, msg=weight)


def test_a_worker_that_fails_ends_the_others(folder: Path) -> None:
    """The first fails where it writes; the second, which waits for it, must not wait for ever."""
    leader, other = _start(folder, "failing", 2, stop=2)
    assert leader.wait(timeout=60) != 0
    assert other.wait(timeout=60) != 0
    assert not (folder / "failing.out").exists()
