"""The sentences that come with blocks, and their terms against the student run on each sentence alone."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.conftest import TEXTS
from tinypt.distillation import fused
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.sentences import SentenceTerms, TokenizedSentences, tokenize_sentences
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Layers
from tinypt.modeling.bert import same_shape
from tinypt.modeling.student import make_maps
from tinypt.params.students import Init
from tinypt.sentences.store import SentenceStore
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.training.batches import Batch, Order
from tinypt.training.mlm import mlm

CPU, SEED, PER_BLOCK, WIDTH = torch.device("cpu"), 7, 3, 10
STORED = [part for text in TEXTS for part in (text, text.split(",")[0], " ".join(text.split()[:3]))]


def vectors(count: int) -> NDArray[np.float16]:
    found = np.random.default_rng(0).normal(size=(count, WIDTH))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def sentence_terms(
    tokenizer: PreTrainedTokenizerBase, width: int, trained: int, similarity: bool = True, projected: bool = True
) -> SentenceTerms:
    """The terms of a small store, for a student `width` wide that is trained on `trained` blocks."""
    torch.manual_seed(0)
    projection = nn.Linear(width, WIDTH, bias=False) if projected else None
    sentences = tokenize_sentences(SentenceStore(STORED, vectors(len(STORED))), tokenizer, 24)
    special = SpecialIds.of(tokenizer)
    return SentenceTerms(sentences, PER_BLOCK, Order(trained, SEED), special, projection, similarity)


@pytest.fixture
def blocks(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> Blocks:
    write_blocks(texts, cased, 24, tmp_path)
    return open_blocks(tmp_path)


@pytest.fixture
def student(base: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> BertForMaskedLM:
    return same_shape(base, cased, seed=5)


def _batch(terms: SentenceTerms, blocks: Blocks, rows: list[int]) -> Batch:
    objective = DistillationObjective(nn.Module(), terms.special, {}, None, sentences=terms)
    return objective.read(blocks, np.array(rows), np.zeros(len(rows), dtype=np.int64), CPU)


def test_sentences_are_tokenized_as_a_user_does_and_cut(
    cased: PreTrainedTokenizerBase, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        sentences = tokenize_sentences(SentenceStore(STORED, vectors(len(STORED))), cased, 16)
    whole = [cased(text)["input_ids"] for text in STORED]
    assert f"{sum(len(ids) > 16 for ids in whole)} are cut to 16 pieces" in caplog.text
    rows = np.array([4, 0, 2])
    expected = cased(
        [STORED[row] for row in rows], truncation=True, max_length=16, padding="longest", return_tensors="np"
    )
    assert np.array_equal(sentences.padded(rows, cased.pad_token_id), expected["input_ids"])


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 40), trained=st.integers(1, 30), per_block=st.integers(1, 5), seed=st.integers(0, 9))
def test_every_pass_over_the_store_shows_every_sentence_once(
    count: int, trained: int, per_block: int, seed: int
) -> None:
    """Blocks in the order of training; a sentence is known by its only piece."""
    ids = np.arange(count, dtype=np.uint16) + 1
    sentences = TokenizedSentences(ids, np.arange(count + 1), np.zeros((count, 2), dtype=np.float16))
    order, special = Order(trained, seed), SpecialIds(count, 0, 0, (0,))
    terms = SentenceTerms(sentences, per_block, order, special, None, similarity=True)
    rows, epochs = order.rows(np.arange(2 * count // per_block + 1))
    whole = terms.read(rows, epochs, CPU)["sentence_ids"].flatten()
    for start in (0, count):
        assert sorted(whole[start : start + count].tolist()) == ids.tolist()
    each = [terms.read(rows[[k]], epochs[[k]], CPU)["sentence_ids"].flatten() for k in range(len(rows))]
    assert torch.equal(torch.cat(each), whole)


def _states_alone(student: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, ids: Tensor) -> Tensor:
    """A sentence's last states without padding, [[CLS], pieces and [SEP], hidden]."""
    real = ids[ids != tokenizer.pad_token_id][None]
    assert (real[0, 0], real[0, -1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    states: Tensor = student.bert(input_ids=real).last_hidden_state
    return states[0].double()


@pytest.mark.parametrize("with_mlm", [False, True])
def test_the_terms_against_each_sentence_run_alone(
    student: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    blocks: Blocks,
    with_mlm: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a teacher; with MLM and without. Values and gradients, of groups and in a batch with much padding.

    The term sentence teaches two vectors: the mean, as sentence-transformers makes it, and the state at [CLS].
    """
    monkeypatch.setattr("tinypt.distillation.sentences.GROUP", 5)
    terms = sentence_terms(cased, 16, len(blocks))
    weights = {"sentence": 1.0, "similarity": 20.0} | ({"mlm": 2.0} if with_mlm else {})
    objective = DistillationObjective(student, terms.special, weights, None, sentences=terms).eval()
    batch = _batch(terms, blocks, [4, 0, 9])
    masked = batch.mask(terms.special, 0.15, SEED)
    found = objective(batch, masked)
    found["loss"].backward()
    gradients = {name: weight.grad.clone() for name, weight in objective.named_parameters() if weight.grad is not None}

    objective.zero_grad()
    ids, taught = batch.extra["sentence_ids"], batch.extra["sentence_vectors"].double()
    assert (ids == cased.pad_token_id).float().mean() > 0.2
    states = [_states_alone(student, cased, row) for row in ids]
    ours = torch.stack([each.mean(dim=0) for each in states])
    distances = [
        1 - torch.cosine_similarity(terms.projection.weight.double() @ vector, vectors, dim=0)
        for each, vectors in zip(states, taught, strict=True)
        for vector in (each.mean(dim=0), each[0])
    ]
    squares = [
        (torch.cosine_similarity(ours[i], ours[j], dim=0) - torch.cosine_similarity(taught[i], taught[j], dim=0)) ** 2
        for i in range(len(ids))
        for j in range(i)
    ]
    expected = {"sentence": torch.stack(distances).mean(), "similarity": torch.stack(squares).mean()}
    if with_mlm:
        logits = student(masked.inputs).logits.flatten(0, 1)[masked.positions]
        expected["mlm"] = mlm(logits, masked.targets)
    loss = torch.stack([weights[name] * term for name, term in expected.items()]).sum()
    loss.backward()
    for name, term in (expected | {"loss": loss}).items():
        assert found[name].item() == pytest.approx(term.item(), rel=1e-4), name
    trained = {name: weight.grad for name, weight in objective.named_parameters() if weight.grad is not None}
    assert gradients.keys() == trained.keys()
    for name, gradient in trained.items():
        torch.testing.assert_close(gradients[name], gradient, rtol=1e-3, atol=1e-5, msg=name)
    count = PER_BLOCK * 3
    counts = {name: int(number) for name, number in objective.counts(batch, masked).items()}
    assert (counts["sentence"], counts["similarity"]) == (count, count * (count - 1) // 2)


def test_without_a_pair_similarity_is_0_and_counts_nothing(
    student: BertForMaskedLM, cased: PreTrainedTokenizerBase, blocks: Blocks
) -> None:
    terms = sentence_terms(cased, 16, len(blocks), projected=False)
    terms.per_block = 1
    objective = DistillationObjective(student, terms.special, {"similarity": 1.0}, None, sentences=terms)
    batch = _batch(terms, blocks, [5])
    masked = batch.mask(terms.special, 0.15, SEED)
    assert objective.counts(batch, masked) == {"similarity": 0}
    assert objective(batch, masked)["loss"] == 0


@pytest.mark.parametrize("weights", [{"sentence": 1.0}, {"mlm": 2.0, "kl": 5.0, "hidden": 1.0, "sentence": 1.0}])
@pytest.mark.long
def test_the_terms_compile_to_one_graph_for_any_length(
    student: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    blocks: Blocks,
    weights: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As for a GPU, where the compiler fuses the terms of logits; alone, and with the terms of total_best."""
    monkeypatch.setattr(fused, "compiler_fuses", lambda _device: torch.compiler.is_compiling())
    terms, live, layers = sentence_terms(cased, 16, len(blocks)), Teacher(teacher, SpecialIds.of(cased)), None
    if "hidden" in weights:
        maps = make_maps(Init("teacher", "full", "random", "random", None), 16, teacher, 1, seed=0)
        layers = Layers(student, live, terms.special, [(2, 3)], maps)
    weights = weights | {"similarity": 20.0}
    objective = DistillationObjective(student, terms.special, weights, live, 2.0, None, layers, terms)
    objective.prepare(CPU, torch.float32)
    compiled = torch.compile(objective, backend="aot_eager", fullgraph=True)
    lengths = set()
    for rows in ([4, 0, 9], [1, 2, 3], [5, 6]):
        batch = _batch(terms, blocks, rows)
        lengths.add(batch.extra["sentence_ids"].shape)
        masked = batch.mask(terms.special, 0.15, SEED)
        torch.testing.assert_close(compiled(batch, masked), objective(batch, masked))
    assert len(lengths) > 1
