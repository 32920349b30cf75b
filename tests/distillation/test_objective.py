from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation import losses
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Cosine, Layers
from tinypt.modeling.bert import same_shape
from tinypt.modeling.forward import encode, score
from tinypt.modeling.student import make_maps, make_projection
from tinypt.params.students import Init
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.masking import Masked, SpecialIds
from tinypt.tokens.pairs import write_pairs
from tinypt.tokens.trimming import ids_in, trim
from tinypt.training.batches import Batch, take
from tinypt.training.mlm import mlm


def _masked(batch: Batch, special: SpecialIds, seed: int = 0) -> Masked:
    return batch.mask(special, 0.15, seed)


@pytest.fixture
def batch(tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]) -> Batch:
    """Four blocks of the same text under both tokenizers."""
    write_pairs(texts, uncased, cased, 24, tmp_path)
    return take(open_blocks(tmp_path), np.arange(4), np.zeros(4, dtype=np.int64), torch.device("cpu"))


def _one_sided(batch: Batch) -> Batch:
    assert batch.teacher_ids is not None
    return replace(batch, ids=batch.teacher_ids, words=None, teacher_ids=None, teacher_words=None)


def test_totals_terms_against_the_whole_models(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    special = SpecialIds.of(cased)
    one = _one_sided(batch)
    student = same_shape(base, cased, seed=5).eval()
    projection = make_projection(Init("teacher", "full", "random", "random", None), 16, teacher, seed=0)
    weights = {"mlm": 2.0, "kl": 5.0, "cosine": 1.0}
    cosine_term = Cosine(projection, "token", special)
    objective = DistillationObjective(student, special, weights, Teacher(teacher, special), 2.0, cosine_term)
    masked = _masked(one, special)
    terms = objective(one, masked)

    attention = (masked.inputs != 0).long()
    student_out = student(masked.inputs, attention_mask=attention, output_hidden_states=True)
    teacher_out = teacher(masked.inputs, attention_mask=attention, output_hidden_states=True)
    rows = masked.positions[masked.targets != -100]
    logits = [out.logits.reshape(-1, len(cased))[rows] for out in (student_out, teacher_out)]
    softened = [F.log_softmax(each / 2.0, dim=-1) for each in logits]
    kl = 4.0 * F.kl_div(*softened, reduction="batchmean", log_target=True)
    attended = one.ids != special.pad
    projected, expected_states = projection(student_out.hidden_states[-1]), teacher_out.hidden_states[-1]
    cosine = 1 - F.cosine_similarity(projected.double(), expected_states.double(), dim=-1)[attended].mean()
    assert terms["kl"].item() == pytest.approx(kl.item(), rel=1e-4)
    assert terms["cosine"].item() == pytest.approx(cosine.item(), rel=1e-4)
    expected = sum(weights[name] * terms[name].item() for name in weights)
    assert terms["loss"].item() == pytest.approx(expected, rel=1e-6)


def test_kl_at_all_positions_against_the_whole_models(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """All positions but padding."""
    special, one = SpecialIds.of(cased), _one_sided(batch)
    student = same_shape(base, cased, seed=5).eval()
    weights = {"kl": 1.0, "kl_all": 1.0}
    objective = DistillationObjective(student, special, weights, Teacher(teacher, special), 2.0)
    masked = _masked(one, special)
    terms = objective(one, masked)
    attended = one.ids != special.pad
    logits = [
        model(masked.inputs, attention_mask=(masked.inputs != 0).long()).logits[attended].double()
        for model in (student, teacher)
    ]
    softened = [F.log_softmax(each / 2.0, dim=-1) for each in logits]
    expected = 4.0 * F.kl_div(*softened, reduction="batchmean", log_target=True).item()
    assert terms["kl_all"].item() == pytest.approx(expected, rel=1e-4)
    assert terms["kl"] != terms["kl_all"]
    assert objective.counts(one, masked)["kl_all"] == attended.sum()


def test_terms_of_layers_against_the_models_own_values(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """Hooks catch queries, keys and values inside the models; the objective recomputes them."""
    special, one = SpecialIds.of(cased), _one_sided(batch)
    student = same_shape(base, cased, seed=5).eval()
    pairs = ((1, 2), (2, 3))
    maps = make_maps(Init("teacher", "full", "random", "random", None), 16, teacher, len(pairs), seed=0)
    live = Teacher(teacher, special)
    layers = Layers(student, live, special, pairs, maps, 8)
    weights = {"mlm": 1.0, "hidden": 2.0, "relations": 3.0}
    masked = _masked(one, special)
    terms = DistillationObjective(student, special, weights, live, layers=layers)(one, masked)

    states, vectors = {}, {}
    for name, model in (("student", student), ("teacher", teacher)):
        caught: list[list[torch.Tensor]] = [[] for _ in model.bert.encoder.layer]
        handles = [
            linear.register_forward_hook(lambda _module, _given, made, into=caught[index]: into.append(made))
            for index, layer in enumerate(model.bert.encoder.layer)
            for linear in (layer.attention.self.query, layer.attention.self.key, layer.attention.self.value)
        ]
        out = model(masked.inputs, attention_mask=(masked.inputs != 0).long(), output_hidden_states=True)
        for handle in handles:
            handle.remove()
        states[name], vectors[name] = out.hidden_states, caught
    attended = one.ids != special.pad
    hidden = np.mean(
        [
            F.mse_loss(
                linear(states["student"][left])[attended].double(), states["teacher"][right][attended].double()
            ).item()
            for linear, (left, right) in zip(maps, pairs, strict=True)
        ]
    )
    relations = np.mean(
        [
            losses.relations(vectors["student"][left - 1], vectors["teacher"][right - 1], 8, attended).item()
            for left, right in pairs
        ]
    )
    assert terms["hidden"].item() == pytest.approx(hidden, rel=1e-4)
    assert terms["relations"].item() == pytest.approx(relations, rel=1e-4)
    expected = sum(weights[name] * terms[name].item() for name in weights)
    assert terms["loss"].item() == pytest.approx(expected, rel=1e-6)


def test_terms_without_a_weight_have_no_effect_on_training(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """Two steps of total against two steps written out with last states, logits and the plain losses alone."""
    special, one = SpecialIds.of(cased), _one_sided(batch)
    weights = {"mlm": 2.0, "kl": 5.0, "cosine": 1.0}
    found, expected = [], []
    for written_out, into in ((False, found), (True, expected)):
        student = same_shape(base, cased, seed=5).eval()
        projection = make_projection(Init("teacher", "full", "random", "random", None), 16, teacher, seed=0)
        cosine_term = Cosine(projection, "token", special)
        objective = DistillationObjective(student, special, weights, Teacher(teacher, special), 2.0, cosine_term)
        optimizer = torch.optim.SGD(objective.parameters(), lr=1e-2)
        for step in range(2):
            if written_out:
                masked = _masked(one, special, step)
                states = encode(student, masked.inputs, special)
                teacher_states = encode(teacher, masked.inputs, special)
                logits = score(student, states, masked.positions)
                teacher_logits = score(teacher, teacher_states, masked.positions)
                mlm_term = mlm(logits, masked.targets)
                kl = losses.kl(logits, teacher_logits, 2.0, masked.targets)
                cosine = losses.cosine(projection(states), teacher_states, one.ids != special.pad)
                terms = {"loss": torch.stack([2.0 * mlm_term, 5.0 * kl, 1.0 * cosine]).sum()}
                terms |= {"mlm": mlm_term, "kl": kl, "cosine": cosine}
            else:
                terms = objective(one, _masked(one, special, step))
            terms["loss"].backward()
            optimizer.step()
            optimizer.zero_grad()
            into += [(name, value.detach()) for name, value in terms.items()]
        into += list(objective.state_dict().items())
    for (name, value), (other, reference) in zip(found, expected, strict=True):
        assert name == other
        torch.testing.assert_close(value, reference, rtol=1e-4, atol=1e-5)


def test_cls_is_taught_and_padding_is_not(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """The gradient with respect to the student's last states is nonzero at every position but padding."""
    special, one = SpecialIds.of(cased), _one_sided(batch)
    ids = one.ids.clone()
    ids[0, 15:] = special.pad
    one, live, student = replace(one, ids=ids), Teacher(teacher, special), same_shape(base, cased, seed=5).eval()
    options = Init("teacher", "full", "random", "random", None)
    cosine = Cosine(make_projection(options, 16, teacher, seed=0), "token", special)
    layers = Layers(student, live, special, ((2, 3),), make_maps(options, 16, teacher, 1, seed=0))
    found: list[torch.Tensor] = []
    last = student.bert.encoder.layer[-1]
    last.register_full_backward_hook(lambda _module, _given, gradients: found.append(gradients[0]))
    for term in ("cosine", "hidden", "kl_all"):
        of_layers = layers if term == "hidden" else None
        of_vectors = cosine if term == "cosine" else None
        objective = DistillationObjective(student, special, {term: 1.0}, live, 2.0, of_vectors, of_layers)
        objective(one, _masked(one, special))["loss"].backward()
        assert torch.equal(found[-1].abs().sum(dim=-1) > 0, ids != special.pad), term


@pytest.mark.parametrize("alignment", ["word", "sentence"])
def test_partials_cosine_pools_both_sides_in_the_same_way(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    batch: Batch,
    alignment: str,
) -> None:
    special, teacher_special = SpecialIds.of(uncased), SpecialIds.of(cased)
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    weights, cosine = {"mlm": 1.0, "cosine": 1.0}, Cosine(projection, alignment, special)
    objective = DistillationObjective(base, special, weights, Teacher(teacher, teacher_special), cosine=cosine)
    masked = _masked(batch, special)
    found = objective(batch, masked)["cosine"].item()

    left = base.bert(masked.inputs, attention_mask=(masked.inputs != 0).long()).last_hidden_state
    right = teacher.bert(batch.teacher_ids, attention_mask=(batch.teacher_ids != 0).long()).last_hidden_state
    each = []
    for row in range(len(batch.ids)):
        if alignment == "word":
            groups = [
                (batch.words[row] == w, batch.teacher_words[row] == w) for w in range(int(batch.words[row].max()) + 1)
            ]
        else:
            groups = [(~special.is_special(batch.ids[row]), ~teacher_special.is_special(batch.teacher_ids[row]))]
        for positions, teacher_positions in groups:
            pooled = projection(left[row][positions].mean(dim=0)), right[row][teacher_positions].mean(dim=0)
            each.append(1 - F.cosine_similarity(*pooled, dim=0).item())
    assert found == pytest.approx(np.mean(each), rel=1e-4)


def test_relations_are_between_words_where_tokenizers_differ(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    batch: Batch,
) -> None:
    """In float64, block by block and head by head, over each block's words."""
    special, live = SpecialIds.of(uncased), Teacher(teacher, SpecialIds.of(cased))
    layers = Layers(base, live, special, ((1, 2),), relation_heads=4)
    objective = DistillationObjective(base, special, {"mlm": 1.0, "relations": 1.0}, live, layers=layers)
    masked = _masked(batch, special)
    found = objective(batch, masked)["relations"].item()
    sides = []
    for model, ids, words, layer in (
        (base, masked.inputs, batch.words, 1),
        (teacher, batch.teacher_ids, batch.teacher_words, 2),
    ):
        states = model.bert(ids, attention_mask=(ids != 0).long(), output_hidden_states=True).hidden_states
        attention = model.bert.encoder.layer[layer - 1].attention.self
        made = [linear(states[layer - 1]).double() for linear in (attention.query, attention.key, attention.value)]
        sides.append((made, words))
    kinds = []
    for kind in range(3):
        each = []
        for row in range(len(batch.ids)):
            count, logs = int(batch.words[row].max()) + 1, []
            for made, words in sides:
                pooled = torch.stack([made[kind][row][words[row] == word].mean(dim=0) for word in range(count)])
                parts = pooled.view(count, 4, -1).transpose(0, 1)
                logs.append(F.log_softmax(parts @ parts.transpose(1, 2) / parts.shape[-1] ** 0.5, dim=-1))
            each.append((logs[1].exp() * (logs[1] - logs[0])).sum(dim=-1).mean(dim=0))
        kinds.append(torch.cat(each).mean().item())
    assert found == pytest.approx(sum(kinds), rel=1e-4)
    assert objective.counts(batch, masked)["relations"] == sum(int(row.max()) + 1 for row in batch.words)


def test_a_trimmed_students_kl_is_over_its_own_pieces(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    """The teacher reads the same pieces under its own ids, and its distribution is renormalised over the student's."""
    assert batch.teacher_ids is not None
    counts = torch.bincount(batch.teacher_ids.flatten(), minlength=len(cased)).numpy()
    trimmed = trim(cased, counts)
    ids = ids_in(trimmed, cased)
    assert ids is not None
    back = torch.zeros(len(cased), dtype=torch.int64)
    back[torch.from_numpy(ids)] = torch.arange(len(trimmed))
    special, one = SpecialIds.of(trimmed), replace(_one_sided(batch), ids=back[batch.teacher_ids])
    student = same_shape(base, trimmed, seed=5).eval()
    live = Teacher(teacher, SpecialIds.of(cased), ids)
    masked = _masked(one, special)
    found = DistillationObjective(student, special, {"mlm": 1.0, "kl": 1.0}, live, 2.0)(one, masked)["kl"].item()

    seen = torch.from_numpy(ids)[masked.inputs]
    assert cased.convert_ids_to_tokens(seen[0].tolist()) == trimmed.convert_ids_to_tokens(masked.inputs[0].tolist())
    rows = masked.positions[masked.targets != -100]
    logits = teacher(seen, attention_mask=(seen != 0).long()).logits.flatten(0, 1)[rows].double()
    kept = (logits / 2.0).softmax(dim=-1)[:, ids]
    kept = kept / kept.sum(dim=-1, keepdim=True)
    scores = student(masked.inputs, attention_mask=(masked.inputs != 0).long()).logits.flatten(0, 1)[rows].double()
    expected = 4.0 * (kept * (kept.log() - (scores / 2.0).log_softmax(dim=-1))).sum(dim=-1).mean()
    assert found == pytest.approx(expected.item(), rel=1e-4)


def test_the_teacher_stays_frozen_and_out_of_the_parameters(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, batch: Batch
) -> None:
    special = SpecialIds.of(cased)
    before = {name: weight.clone() for name, weight in teacher.state_dict().items()}
    projection = make_projection(Init("teacher", "full", "random", "random", None), 16, teacher, seed=0)
    student = same_shape(base, cased, seed=5)
    weights, cosine = {"kl": 1.0, "cosine": 1.0}, Cosine(projection, "token", special)
    objective = DistillationObjective(student, special, weights, Teacher(teacher, special), 2.0, cosine)
    one = _one_sided(batch)
    objective(one, _masked(one, special))["loss"].backward()
    assert all(weight.grad is None for weight in teacher.parameters())
    assert {name.split(".")[0] for name, _ in objective.named_parameters()} == {"model", "cosine"}
    assert all(torch.equal(before[name], weight) for name, weight in teacher.state_dict().items())


def test_with_two_tokenizers_the_teacher_reads_its_own_side_of_the_text(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    batch: Batch,
) -> None:
    """Another text on the teacher's side changes the loss."""
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    special, live = SpecialIds.of(uncased), Teacher(teacher, SpecialIds.of(cased))
    cosine = Cosine(projection, "sentence", special)
    objective = DistillationObjective(base, special, {"cosine": 1.0}, live, cosine=cosine)
    masked = _masked(batch, objective.special)
    assert batch.teacher_ids is not None
    other = replace(batch, teacher_ids=batch.teacher_ids.flip(0))
    assert objective(batch, masked)["cosine"] != objective(other, masked)["cosine"]
