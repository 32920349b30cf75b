"""A step on a device: nothing is copied to it, and nothing is read from it."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.training.test_loop import CPU, OPTIONS, _every_term
from tinypt.distillation.teacher import Teacher
from tinypt.modeling import forward
from tinypt.params.students import SENTENCE_TERMS
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import continuation_pieces
from tinypt.training.batches import Batch
from tinypt.training.step import Step
from tinypt.training.workers import Workers


class Copies(TorchDispatchMode):
    """Records operations that read or make a tensor on the CPU, while all others are on the device `meta`.

    `meta` holds no values, so to read one, as `float` or a shape that depends on values does, is an error there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        leaves = tree_leaves((args, kwargs, result))
        if any(isinstance(each, Tensor) and each.device.type == "cpu" for each in leaves):
            self.found.append(str(function))
        return result


def _on_meta(batch: Batch) -> Batch:
    moved = {name: value.to("meta") for name, value in vars(batch).items() if isinstance(value, Tensor)}
    return replace(batch, **moved, extra=tree_map(lambda value: value.to("meta"), dict(batch.extra)))


def test_a_step_copies_nothing_to_the_device_and_waits_for_nothing(
    tmp_path: Path,
    cased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The terms of blocks, whole words, and a trimmed vocabulary.

    Sentences are padded, and transformers looks whether a mask hides something, unless it is compiled.
    """
    write_blocks(texts, cased, 24, tmp_path)
    blocks = open_blocks(tmp_path)
    objective = _every_term(cased, teacher, blocks)
    objective.continuations = continuation_pieces(cased)
    assert isinstance(objective.teacher, Teacher)
    objective.sentences = None
    objective.weights = {name: 1.0 for name in objective.weights if name not in SENTENCE_TERMS}
    objective.teacher.ids = torch.arange(len(cased))
    objective.prepare(CPU, torch.float32)
    objective.to("meta")
    objective.teacher.to(torch.device("meta"), torch.float32)
    monkeypatch.setattr(forward, "_own_precision", lambda model: nullcontext())  # autocast does not know meta
    step = Step(objective, blocks, OPTIONS, 7, CPU, Workers(0, 1))
    batches = [_on_meta(batch) for batch in step.batches(0)]
    with Copies() as copies:
        terms = step.backward(batches, 0.5)
        torch.nn.utils.clip_grad_norm_(objective.parameters(), 1.0)
    assert terms["loss"].is_meta
    assert copies.found == []
