"""A student with every term and every option, built and trained by the stages."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
import yaml
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerBase

from stages import distill, student
from tests.conftest import seal
from tests.distillation.test_sentences import STORED, WIDTH, vectors
from tinypt.runtime.errors import PipelineError
from tinypt.sentences.store import write_texts
from tinypt.tokens.load import load_tokenizer

ROOT = Path(__file__).parents[2]
CURVE = "metrics/training/mine.csv"
MINE: dict[str, Any] = {
    "init": {
        "tokenizer": "teacher",
        "vocabulary": "full",
        "embeddings": "teacher_pca_weighted",
        "encoder": "neighbours",
        "architecture": {"layers": 3, "hidden": 24, "heads": 2, "feed_forward": 40},
    },
    "distill": {
        "losses": dict.fromkeys(("mlm", "kl", "cosine", "hidden", "relations", "sentence", "similarity"), 1.0),
        "temperature": 2.0,
        "alignment": "token",
        "layers": [[1, 1], [3, 3]],
        "relation_heads": 8,
        "targets": "live",
        "sentences": "stored",
        "sentences_per_block": 2,
        "masking": "pieces",
        "epochs": 1.0,
        "batch_size": 8,
        "accumulation": 1,
        "precision": "fp32",
        "compile": False,
        "learning_rate": 0.01,
        "warmup": 0.1,
        "weight_decay": 0.01,
        "clip": 1.0,
        "mask_probability": [0.15, 0.15],
        "validation_blocks": 8,
    },
}


def _write(vocabulary: str = "full", **changes: Any) -> None:
    mine = {"init": MINE["init"] | {"vocabulary": vocabulary}, "distill": MINE["distill"] | changes}
    Path("params.yaml").write_text(yaml.safe_dump({"seed": 3, "students": {"mine": mine}}), encoding="utf-8")
    Path("data/sentences").mkdir()
    write_texts(STORED, {}, WIDTH, Path("data/sentences/stored"))[:] = vectors(len(STORED))
    seal(Path("data/sentences"))


def test_every_term_is_logged_and_no_map_is_released(tokenized: Path) -> None:
    _write()
    student.main("mine")
    distill.main("mine")
    final = json.loads(Path("metrics/mine/distill.json").read_text(encoding="utf-8"))["final"]
    assert final.keys() == {"loss", *MINE["distill"]["losses"]}
    assert final["loss"] == pytest.approx(sum(final[term] for term in MINE["distill"]["losses"]), rel=1e-4)
    with Path("metrics/training/mine.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(np.isfinite(float(row[term])) for row in rows for term in MINE["distill"]["losses"])
    assert float(rows[-1]["hidden"]) < float(rows[0]["hidden"])
    before, after = (load_file(Path("models/mine") / part / "model.safetensors") for part in ("student", "distilled"))
    assert before.keys() == after.keys()
    assert not any("map" in name or "projection" in name for name in after)
    assert not torch.equal(
        before["bert.encoder.layer.2.output.dense.weight"], after["bert.encoder.layer.2.output.dense.weight"]
    )


def test_a_trimmed_student_learns_from_the_teachers_blocks(tokenized: Path, cased: PreTrainedTokenizerBase) -> None:
    """And masks whole words."""
    _write("trimmed", masking="words")
    student.main("mine")
    distill.main("mine")
    released = load_tokenizer(Path("models/mine/distilled"))
    assert len(released) < len(cased)
    assert len(load_file(Path("models/mine/distilled/model.safetensors"))["cls.predictions.bias"]) == len(released)
    with Path(CURVE).open(encoding="utf-8", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < 0.9 * losses[0]


def test_a_checkpoint_of_other_code_is_not_used(tokenized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write()
    student.main("mine")
    checkpoints = []

    def note_and_stop(*arguments: Any, **_: Any) -> None:
        checkpoints.append(next(argument for argument in arguments if isinstance(argument, Path)))
        raise KeyboardInterrupt

    monkeypatch.setattr(distill, "train", note_and_stop)
    changed = tokenized / distill.CODE[0].name
    changed.write_text(distill.CODE[0].read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    for code in (distill.CODE, distill.CODE, [changed, *distill.CODE[1:]]):
        monkeypatch.setattr(distill, "CODE", code)
        with pytest.raises(KeyboardInterrupt):
            distill.main("mine")
    assert checkpoints[0] == checkpoints[1] != checkpoints[2]


def test_layers_that_a_model_lacks_are_refused_before_training(tokenized: Path) -> None:
    _write(layers=[[1, 4]])
    student.main("mine")
    with pytest.raises(PipelineError, match=r"layers: \[1, 4\] names layer 4 of the teacher, which has 3"):
        distill.main("mine")


# The stage as on a machine with two GPUs. Its workers, processes of their own, find none and train on the CPU.
TWO_GPUS = """
import sys, torch
torch.cuda.device_count = lambda: 2
sys.argv = ["stages/distill.py", "mine"]
from stages import distill
from tinypt.runtime.run import run
run(distill.main)
"""


def _start_with_two_gpus() -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", TWO_GPUS], env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.long
def test_a_worker_on_each_gpu_trains_the_student_that_one_process_trains(tokenized: Path) -> None:
    _write(batch_size=4, accumulation=2, learning_rate=1e-3)
    student.main("mine")
    distill.main("mine")
    released, metrics, curve = (Path(path) for path in ("models/mine/distilled", "metrics/mine/distill.json", CURVE))
    alone = load_file(released / "model.safetensors"), json.loads(metrics.read_text(encoding="utf-8"))
    shutil.rmtree(released)
    for file in (metrics, curve):
        file.unlink()
    process = _start_with_two_gpus()
    process.communicate(timeout=240)
    assert process.returncode == 0
    together = load_file(released / "model.safetensors"), json.loads(metrics.read_text(encoding="utf-8"))
    for weight, value in alone[0].items():
        torch.testing.assert_close(together[0][weight], value, rtol=1e-3, atol=1e-4, msg=weight)
    assert together[1].pop("final") == pytest.approx(alone[1].pop("final"), rel=1e-3)
    assert together[1] == pytest.approx(alone[1], rel=1e-3)
    assert curve.exists()
    assert not list(Path(".cache").rglob("checkpoint.pt"))


@pytest.mark.long
def test_a_failing_worker_is_one_line(tokenized: Path) -> None:
    _write(layers=[[1, 4]])
    student.main("mine")
    process = _start_with_two_gpus()
    _, lines = process.communicate(timeout=240)
    assert process.returncode == 1
    assert "layers: [1, 4] names layer 4 of the teacher, which has 3" in lines
    assert re.search(r"^distill: worker [01] of 2 ended with status 1; its message is above$", lines, re.M)


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.long
def test_no_worker_outlives_its_stage(tokenized: Path, kill: signal.Signals) -> None:
    _write(epochs=10_000)
    student.main("mine")
    process = _start_with_two_gpus()
    assert process.stderr is not None
    while "fp32 on cpu" not in process.stderr.readline():
        assert process.poll() is None
    workers = psutil.Process(process.pid).children(recursive=True)
    assert len(workers) >= 2
    process.send_signal(kill)
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []
    assert process.wait(60) != 0
    assert not Path("models/mine/distilled").exists()
