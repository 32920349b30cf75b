"""Two processes with torchrun's variables must train as one process does."""

import multiprocessing
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.distillation.test_sentences import sentence_terms
from tests.training.test_loop import CPU, OPTIONS
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Cosine
from tinypt.modeling.load import load_model, save_model
from tinypt.modeling.student import make_projection
from tinypt.params.students import Init
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.pairs import write_pairs
from tinypt.training import loop, workers
from tinypt.training.workers import is_main_process, join_workers

REPOSITORY = Path(__file__).parents[2]
WORKER = """
import os, sys
from pathlib import Path
from tests.training.test_workers import run
folder, ports = Path(sys.argv[1]), sys.argv[2:]
for name, stop, port in zip(("two", "resumed", "failing"), (0, 0, 2), ports, strict=True):
    os.environ["MASTER_PORT"] = port
    run(folder, name, stop)
"""


def run(folder: Path, name: str, stop: int) -> None:
    """A training in this process, or its share of one; with `stop` > 0 it fails after that many checkpoints."""
    student, teacher = (load_model(folder / model) for model in ("student", "teacher"))
    special, teacher_special = (SpecialIds.of(load_tokenizer(folder / model)) for model in ("student", "teacher"))
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    weights, cosine = {"mlm": 1.0, "cosine": 1.0, "sentence": 1.0}, Cosine(projection, "word", special)
    blocks, live = open_blocks(folder), Teacher(teacher, teacher_special)
    sentences = sentence_terms(
        load_tokenizer(folder / "student"), 16, len(blocks) - OPTIONS.validation_blocks, similarity=False
    )
    objective = DistillationObjective(student, special, weights, live, cosine=cosine, sentences=sentences)
    options = replace(OPTIONS, batch_size=8, epochs=0.5, learning_rate=1e-3)
    save, saves = loop.save_checkpoint, 0

    def save_and_stop(*arguments: object) -> None:
        nonlocal saves
        save(*arguments)
        saves += 1
        if saves == stop:
            raise PipelineError("stopped")

    loop.save_checkpoint = save_and_stop
    try:
        checkpoint, device = folder / f"{name}.pt", torch.device("cpu")
        result = loop.train(objective, blocks, options, 7, device, checkpoint, "test", 0.0)
    finally:
        loop.save_checkpoint = save
    assert result.steps > 4
    if is_main_process():
        torch.save({"rows": result.rows, "weights": objective.state_dict()}, folder / f"{name}.out")


def _ports(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    ports = [str(free.getsockname()[1]) for free in sockets]
    for free in sockets:
        free.close()
    return ports


def _check(rank: int, port: str, folder: Path, weights: torch.Tensor, step: int) -> None:
    """One of two workers, in a process of its own; it writes what it raises."""
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    with join_workers(CPU) as two:
        try:
            two.require_shared_folder(folder, CPU, "test")
            two.require_agreement(step, {"weights": [weights], "name": rank}, CPU, "test")
            found = "agreed"
        except PipelineError as error:
            found = str(error)
    Path(f"{rank}.out").write_text(found, encoding="utf-8")


@pytest.mark.parametrize(
    ("other", "weight", "step", "found"),
    [
        (False, 1.0, 3, "agreed"),
        (True, 1.0, 3, "test: worker 1 of 2 does not see .*; several machines need the project .* on a shared disk"),
        (False, 2.0, 3, "test: the workers would start from different weights; .*"),
        (False, 1.0, 4, "test: the workers would start from steps 3, 4; .*"),
    ],
)
def test_workers_that_do_not_start_alike_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: bool, weight: float, step: int, found: str
) -> None:
    """By every worker, so that none waits for another. Forked, since nothing here needs autograd."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers, "PATIENCE", 0.3)
    folders = [tmp_path / "first", tmp_path / ("second" if other else "first")]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    (port,), fork = _ports(1), multiprocessing.get_context("fork")
    values = [(torch.ones(3), 3), (torch.full((3,), weight), step)]
    processes = [fork.Process(target=_check, args=(rank, port, folders[rank], *values[rank])) for rank in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    for rank in (0, 1):
        assert re.fullmatch(found, Path(f"{rank}.out").read_text(encoding="utf-8"))
    assert not list(folders[0].iterdir())


@pytest.mark.long
def test_two_workers_train_the_weights_of_one(
    tmp_path: Path,
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    texts: list[str],
) -> None:
    """Also from a checkpoint of one worker. If the first worker fails, the second does not wait forever.

    The cosine is a mean over words, and their number differs between blocks.
    """
    save_model(base, uncased, tmp_path / "student")
    save_model(teacher, cased, tmp_path / "teacher")
    write_pairs(texts, uncased, cased, 24, tmp_path)
    run(tmp_path, "one", 0)
    with pytest.raises(PipelineError, match="stopped"):
        run(tmp_path, "resumed", 3)
    assert not (tmp_path / "resumed.out").exists()

    shared = {"PYTHONPATH": str(REPOSITORY), "MASTER_ADDR": "127.0.0.1", "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    places = [{"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
    command = [sys.executable, "-c", WORKER, str(tmp_path), *_ports(3)]
    both = [subprocess.Popen(command, env=os.environ | shared | place) for place in places]
    assert all(worker.wait(timeout=240) != 0 for worker in both)  # the last of their trainings fails

    expected = torch.load(tmp_path / "one.out", weights_only=True)
    for name in ("two", "resumed"):
        found = torch.load(tmp_path / f"{name}.out", weights_only=True)
        assert len(found["rows"]) == len(expected["rows"])
        for left, right in zip(found["rows"], expected["rows"], strict=True):
            assert left == pytest.approx(right, rel=1e-4)
        for weight, value in expected["weights"].items():
            torch.testing.assert_close(found["weights"][weight], value, rtol=1e-3, atol=1e-4, msg=weight)
    assert not (tmp_path / "failing.out").exists()
