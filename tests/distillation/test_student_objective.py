from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.conftest import sample_params
from tests.distillation.test_sentences import STORED, WIDTH, vectors
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.student_objective import student_objective
from tinypt.modeling.load import save_model
from tinypt.params.students import Distill, Init, Student
from tinypt.runtime.errors import PipelineError
from tinypt.sentences.store import write_texts
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.training.objective import MlmObjective, Objective

DISTILL: dict[str, Any] = sample_params()["students"]["mlm_only"]["distill"] | {
    "epochs": 1.0,
    "batch_size": 8,
    "learning_rate": 0.01,
    "mask_probability": (0.15, 0.15),
    "validation_blocks": 8,
}


@pytest.fixture
def blocks(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> Blocks:
    write_blocks(texts, cased, 24, tmp_path)
    return open_blocks(tmp_path)


def _objective(
    folder: Path, blocks: Blocks, model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, **distill: Any
) -> Objective:
    params = Student(Init("teacher", "full", "random", "random", None), Distill(**DISTILL | distill))
    folders = (folder / name for name in ("teacher", "cached", "stored"))
    return student_objective("mine", params, model, tokenizer, blocks, *folders, seed=1)


def test_mlm_alone_reads_no_teacher(
    tmp_path: Path, blocks: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    objective = _objective(tmp_path, blocks, teacher, cased, losses={"mlm": 2.0})
    assert isinstance(objective, MlmObjective)
    assert objective.weight == 2.0


def test_mlm_and_sentences_read_no_teacher(
    tmp_path: Path, blocks: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    write_texts(STORED, {}, WIDTH, tmp_path / "stored")[:] = vectors(len(STORED))
    stored = {"sentences": "stored", "sentences_per_block": 4}
    objective = _objective(tmp_path, blocks, teacher, cased, losses={"mlm": 1.0, "sentence": 2.0}, **stored)
    assert isinstance(objective, DistillationObjective)
    assert objective.teacher is None
    batch = objective.read(blocks, np.array([3, 1]), np.array([0, 2]), torch.device("cpu"))
    assert objective(batch, batch.mask(objective.special, 0.15, 1)).keys() == {"loss", "mlm", "sentence"}
    assert batch.extra["sentence_vectors"].shape == (8, WIDTH)


def test_a_student_with_another_vocabulary_is_refused(
    tmp_path: Path,
    blocks: Blocks,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
) -> None:
    save_model(teacher, cased, tmp_path / "teacher")
    with pytest.raises(PipelineError, match=r"students\.mine: losses\.kl needs the teacher's vocabulary"):
        _objective(tmp_path, blocks, base, uncased, losses={"kl": 1.0}, temperature=2.0)
