from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation.batches import Batch, take
from tinypt.distillation.objective import Objective, Teacher
from tinypt.modeling.student import make_projection, same_shape
from tinypt.params.experiments import Student
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.masking import SpecialIds, mask_tokens
from tinypt.tokens.pairs import write_pairs


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch(tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]) -> Batch:
    """Four blocks of the same text under both tokenizers."""
    write_pairs(texts, uncased, cased, 24, tmp_path)
    return take(open_blocks(tmp_path), np.arange(4), torch.device("cpu"))


def _one_sided(batch: Batch) -> Batch:
    assert batch.teacher_ids is not None
    return Batch(batch.teacher_ids, None, None, None)


def test_heads_at_masked_positions_give_the_loss_of_all_positions(
    teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """The gathered loss must be what transformers computes itself from labels."""
    special = SpecialIds.of(cased)
    one = _one_sided(batch)
    ours = Objective(teacher, special, {"mlm": 1.0}, 0.15).eval()(one, _generator())["mlm"]
    masked = mask_tokens(one.ids, special, 0.15, _generator())
    labels = torch.full_like(one.ids, -100).reshape(-1).scatter(0, masked.positions, masked.targets).view_as(one.ids)
    theirs = teacher(masked.inputs, attention_mask=(masked.inputs != 0).long(), labels=labels).loss
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)


def test_totals_terms_against_the_whole_models(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    special = SpecialIds.of(cased)
    one = _one_sided(batch)
    student = same_shape(base, cased, seed=5).eval()
    projection = make_projection(Student("teacher", "random", "random"), 16, teacher, seed=0)
    weights = {"mlm": 2.0, "kl": 5.0, "cosine": 1.0}
    objective = Objective(student, special, weights, 0.15, Teacher(teacher, special, 2.0, "token"), projection)
    terms = objective(one, _generator())

    masked = mask_tokens(one.ids, special, 0.15, _generator())
    attention = (masked.inputs != 0).long()
    ours = student(masked.inputs, attention_mask=attention, output_hidden_states=True)
    theirs = teacher(masked.inputs, attention_mask=attention, output_hidden_states=True)
    rows = masked.positions[masked.targets != -100]
    softened = [F.log_softmax(out.logits.reshape(-1, len(cased))[rows] / 2.0, dim=-1) for out in (ours, theirs)]
    kl = 4.0 * F.kl_div(*softened, reduction="batchmean", log_target=True)
    real = ~special.is_special(one.ids)
    cosine = 1 - F.cosine_similarity(projection(ours.hidden_states[-1]), theirs.hidden_states[-1], dim=-1)[real].mean()
    assert terms["kl"].item() == pytest.approx(kl.item(), rel=1e-4)
    assert terms["cosine"].item() == pytest.approx(cosine.item(), rel=1e-4)
    expected = sum(weights[name] * terms[name].item() for name in weights)
    assert terms["loss"].item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("alignment", ["word", "sentence"])
def test_partials_cosine_pools_both_sides_alike(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    batch: Batch,
    alignment: str,
) -> None:
    ours, theirs = SpecialIds.of(uncased), SpecialIds.of(cased)
    projection = make_projection(Student("base", "base", "base"), 16, teacher, seed=0)
    objective = Objective(
        base, ours, {"mlm": 1.0, "cosine": 1.0}, 0.15, Teacher(teacher, theirs, None, alignment), projection
    )
    found = objective(batch, _generator())["cosine"].item()

    masked = mask_tokens(batch.ids, ours, 0.15, _generator())
    left = base.bert(masked.inputs, attention_mask=(masked.inputs != 0).long()).last_hidden_state
    right = teacher.bert(batch.teacher_ids, attention_mask=(batch.teacher_ids != 0).long()).last_hidden_state
    each = []
    for row in range(len(batch.ids)):
        if alignment == "word":
            groups = [
                (batch.words[row] == w, batch.teacher_words[row] == w) for w in range(int(batch.words[row].max()) + 1)
            ]
        else:
            groups = [(~ours.is_special(batch.ids[row]), ~theirs.is_special(batch.teacher_ids[row]))]
        for mine, other in groups:
            pooled = projection(left[row][mine].mean(dim=0)), right[row][other].mean(dim=0)
            each.append(1 - F.cosine_similarity(*pooled, dim=0).item())
    assert found == pytest.approx(np.mean(each), rel=1e-4)


def test_the_teacher_stays_frozen_and_out_of_the_parameters(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    special = SpecialIds.of(cased)
    before = {name: weight.clone() for name, weight in teacher.state_dict().items()}
    projection = make_projection(Student("teacher", "random", "random"), 16, teacher, seed=0)
    student = same_shape(base, cased, seed=5)
    objective = Objective(
        student, special, {"kl": 1.0, "cosine": 1.0}, 0.15, Teacher(teacher, special, 2.0, "token"), projection
    )
    objective(_one_sided(batch), _generator())["loss"].backward()
    assert all(weight.grad is None for weight in teacher.parameters())
    assert {name.split(".")[0] for name, _ in objective.named_parameters()} == {"student", "projection"}
    assert all(torch.equal(before[name], weight) for name, weight in teacher.state_dict().items())


def test_what_the_teacher_reads_does_not_depend_on_the_masks(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    batch: Batch,
) -> None:
    """With two tokenizers the teacher reads the text unmasked: another text there is another loss."""
    projection = make_projection(Student("base", "base", "base"), 16, teacher, seed=0)
    aligned = Teacher(teacher, SpecialIds.of(cased), None, "sentence")
    objective = Objective(base, SpecialIds.of(uncased), {"cosine": 1.0}, 0.15, aligned, projection)
    assert batch.teacher_ids is not None
    other = replace(batch, teacher_ids=batch.teacher_ids.flip(0))
    assert objective(batch, _generator())["cosine"] != objective(other, _generator())["cosine"]
