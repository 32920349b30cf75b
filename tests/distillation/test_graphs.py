"""torch.compile makes one graph of each shipped student's step, as on a GPU: no part of it runs uncompiled."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.conftest import ROOT
from tests.distillation.test_sentences import STORED, WIDTH, vectors
from tests.training.test_loop import CPU
from tinypt.distillation import fused
from tinypt.distillation.student_objective import student_objective
from tinypt.modeling.bert import same_shape
from tinypt.modeling.load import save_model
from tinypt.params.loader import load
from tinypt.params.students import Student
from tinypt.sentences.store import write_texts
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs
from tinypt.training import mlm
from tinypt.training.step import Step
from tinypt.training.workers import Workers

STUDENTS = load("students", dict[str, Student], ROOT / "params/sample.yaml")


@pytest.mark.parametrize("name", STUDENTS)
@pytest.mark.long
def test_a_step_of_each_shipped_student_is_one_graph(
    name: str,
    tmp_path: Path,
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Masks and counts are a second graph, since the shares of several batches need the counts of all."""
    tokenizer = cased if STUDENTS[name].init.tokenizer == "teacher" else uncased
    tokens, stored = tmp_path / "tokens", tmp_path / "stored"
    tokens.mkdir()
    if tokenizer is cased:
        write_blocks(texts, cased, 24, tokens)
    else:
        write_pairs(texts, uncased, cased, 24, tokens)
    save_model(teacher, cased, tmp_path / "teacher")
    write_texts(STORED, {}, WIDTH, stored)[:] = vectors(len(STORED))
    options = replace(STUDENTS[name].distill, batch_size=4, validation_blocks=8)
    params, blocks = Student(STUDENTS[name].init, options), open_blocks(tokens)
    folders = (tmp_path / "teacher", tmp_path / "cached", stored)
    student = same_shape(base, tokenizer, seed=5).eval()
    objective = student_objective(name, params, student, tokenizer, blocks, *folders, seed=7)
    objective.prepare(CPU, torch.float32)
    step = Step(objective, blocks, options, 7, CPU, Workers(0, 1))
    batch = objective.read(blocks, np.arange(4), np.zeros(4, dtype=np.int64), CPU)
    masked, counts = step.masks(batch, 4)
    expected = objective(batch, masked)
    for module in (fused, mlm):
        monkeypatch.setattr(module, "compiler_fuses", lambda device: torch.compiler.is_compiling())
    torch.compiler.reset()
    found, found_counts = torch.compile(step.masks, backend="eager", fullgraph=True)(batch, 4)
    assert torch.equal(found.inputs, masked.inputs)
    assert found_counts == counts
    terms = torch.compile(objective, backend="eager", fullgraph=True)(batch, masked)
    assert terms.keys() == expected.keys()
    for term, value in expected.items():
        assert terms[term].item() == pytest.approx(value.item(), rel=1e-4), term
