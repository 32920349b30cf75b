"""Memory of a step against the formula in docs/performance.md; it does not grow with the corpus."""

import math
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.lib.format import open_memmap
from torch import nn
from torch.profiler import ProfilerActivity, profile
from transformers import BertConfig, BertForMaskedLM

from tests.training.test_loop import OPTIONS
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Cosine
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.training.batches import Batch
from tinypt.training.loop import train
from tinypt.training.mlm import CHUNK
from tinypt.training.objective import MlmObjective

MASKED, WIDTH = 0.15, 64
CPU = torch.device("cpu")


def _bert(layers: int, width: int, vocabulary: int) -> BertForMaskedLM:
    return BertForMaskedLM(
        BertConfig(
            vocab_size=vocabulary,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=2,
            intermediate_size=4 * width,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    ).eval()


def _special(vocabulary: int) -> SpecialIds:
    return SpecialIds(vocabulary, mask=4, pad=0, special=(0, 1, 2, 3, 4))


def _peak(blocks: int, length: int, vocabulary: int, layers: int, precision: str) -> tuple[int, int]:
    """Peak bytes allocated by a step of MLM, KL and cosine, and the bytes of the gradients among them."""
    special, student, teacher = _special(vocabulary), _bert(layers, WIDTH, vocabulary), _bert(2, 96, vocabulary)
    if precision == "bf16":
        teacher.to(torch.bfloat16)
    weights, cosine = {"mlm": 1.0, "kl": 1.0, "cosine": 1.0}, Cosine(nn.Linear(WIDTH, 96), "token", special)
    objective = DistillationObjective(student, special, weights, Teacher(teacher, special), 2.0, cosine)
    ids = torch.randint(5, vocabulary, (blocks, length), generator=torch.Generator().manual_seed(0))
    places = torch.arange(blocks)
    batch = Batch(ids, None, None, None, places, places)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        masked = batch.mask(special, MASKED, 0)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            terms = objective(batch, masked)
        torch.autograd.backward(terms["loss"])
    changes = [event.nbytes() for event in profiler.profiler.kineto_results.events() if event.name() == "[memory]"]
    return int(np.cumsum(changes).max()), sum(4 * parameter.numel() for parameter in objective.parameters())


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    ("blocks", "length", "vocabulary", "layers"), [(16, 64, 8000, 2), (32, 64, 8000, 2), (8, 128, 8000, 4)]
)
def test_the_steps_peak_agrees_with_the_formula(
    blocks: int, length: int, vocabulary: int, layers: int, precision: str
) -> None:
    found, gradients = _peak(blocks, length, vocabulary, layers, precision)
    logits = blocks * round(MASKED * length) * vocabulary
    each = 12 if precision == "fp32" else 6
    states = 60 * blocks * length * layers * WIDTH
    expected = gradients + each * logits + 28 * min(logits, CHUNK["cpu"]) + states
    assert 0.85 * expected < found < 1.15 * expected


def test_twice_the_corpus_takes_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (2**18, 2**19):
        folder = tmp_path / str(count)
        folder.mkdir()
        ids = open_memmap(folder / "blocks.npy", "w+", np.uint16, (count, 24))
        ids[:] = 7
        ids.flush()
        special, blocks = _special(50), open_blocks(folder)
        objective = MlmObjective(_bert(1, 16, 50), special)
        options = replace(OPTIONS, epochs=3 * 4 / count)
        tracemalloc.start()
        train(objective, blocks, options, 1, CPU, folder / "c.pt", "test", math.inf)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**17  # far less than a byte for each further block
