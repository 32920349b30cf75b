import copy
import operator
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, sample_params
from tinypt.params.check import check_file
from tinypt.runtime.errors import PipelineError

ALIAS = "    init: {<<: *teacher_tokenizer}\n"
CACHED = {"draws": 2, "mask_probability": 0.15, "temperature": 2.0, "samples": 50, "alignment": "sentence", "width": 64}
CACHED |= {"precision": "fp32"}
LOSSES = "losses: {mlm: 1.0}, alignment: null, "


def write(folder: Path, params: dict[str, Any]) -> Path:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("untrained", "the name is reserved; choose another"),
        ("char_ngrams", "the name is reserved; choose another"),
        ("Total", "a student's name may contain only a-z, 0-9 and _"),
        ("total-2", "a student's name may contain only a-z, 0-9 and _"),
    ],
)
def test_bad_names_of_students_are_refused(tmp_path: Path, name: str, message: str) -> None:
    params = sample_params()
    params["students"] = {name: params["students"]["total"]}
    with pytest.raises(PipelineError, match=rf"params\.yaml: students\.{name}: {message}"):
        check_file(write(tmp_path, params))


def test_unknown_names_of_tasks_and_students_are_refused(tmp_path: Path) -> None:
    params = sample_params()
    params["evaluate"]["finetune"]["joint"] = [["assin2_similarity", "assin1"]]
    with pytest.raises(PipelineError, match=r"evaluate\.finetune\.joint: no task is called assin1"):
        check_file(write(tmp_path, params))
    params["evaluate"]["finetune"]["joint"] = []
    params["evaluate"]["task_distillation"] = {
        "teacher": None,
        "students": ["best"],
        "weight": 0.5,
        "temperature": 2.0,
        "recombined": 1.0,
    }
    with pytest.raises(PipelineError, match=r"evaluate\.task_distillation\.students: no student is called best"):
        check_file(write(tmp_path, params))


def test_sentences_of_unknown_tasks_are_refused(tmp_path: Path) -> None:
    params = sample_params()
    params["sentences"]["tasks"] = {"assin2_similarity": 3, "assin1": 1}
    with pytest.raises(PipelineError, match=r"sentences\.tasks: no task is called assin1"):
        check_file(write(tmp_path, params))


@pytest.mark.parametrize("name", ["partial", "total"])
def test_embeddings_of_the_sentence_teacher_need_one(tmp_path: Path, name: str) -> None:
    params = sample_params()
    params["students"][name]["init"] = params["students"][name]["init"] | {"embeddings": "sentence_teacher"}
    check_file(write(tmp_path, params))
    params["sentence_teacher"] = None
    params["students"].pop("semantic")
    with pytest.raises(PipelineError, match=rf"students\.{name}\.init\.embeddings: sentence_teacher needs a sentence"):
        check_file(write(tmp_path, params))


def test_texts_longer_than_the_blocks_of_training_are_refused(tmp_path: Path) -> None:
    params = sample_params()
    params["evaluate"]["max_length"] = 1 + params["tokenize"]["length"]
    with pytest.raises(PipelineError, match=r"evaluate\.max_length: must be at most tokenize.length \(64\), is 65"):
        check_file(write(tmp_path, params))


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        (ALIAS, "    init: *teacher_tokenizer\n", ("mlm_only.init", "total.init")),
        (LOSSES, "", ("mlm_only.distill.losses", "partial.distill.losses")),
    ],
)
def test_a_mapping_shared_by_two_students_is_refused(tmp_path: Path, old: str, new: str, keys: tuple[str, str]) -> None:
    text = (ROOT / "params/sample.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "params.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PipelineError) as refused:
        check_file(path)
    assert str(refused.value) == (
        f"{path}: students.{keys[0]}: is the same mapping as students.{keys[1]}, so `dvc exp run -S` on one changes "
        "both; write {<<: *anchor} in place of an alias, or spell out the values"
    )


def test_stored_sentences_need_a_sentence_teacher(tmp_path: Path) -> None:
    params = sample_params()
    params["sentence_teacher"] = None
    params["students"]["semantic"]["init"]["embeddings"] = "random"
    with pytest.raises(PipelineError, match=r"students\.semantic\.distill\.sentences: stored needs a sentence teacher"):
        check_file(write(tmp_path, params))


@pytest.mark.parametrize("name", ["teacher", "base"])
def test_a_stand_in_has_a_position_for_every_token_of_a_block(tmp_path: Path, name: str) -> None:
    params = sample_params()
    params[name]["architecture"]["positions"] = params["tokenize"]["length"] - 1
    with pytest.raises(PipelineError, match=rf"{name}\.architecture\.positions: must be at least tokenize\.length"):
        check_file(write(tmp_path, params))


def test_epochs_without_end_are_refused(tmp_path: Path) -> None:
    params = sample_params()
    params["students"]["total"]["distill"]["epochs"] = 1e308
    with pytest.raises(PipelineError, match=r"students\.total\.distill\.epochs: must be at most 100,000"):
        check_file(write(tmp_path, params))


def numbers(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The keys of every whole number in nested mappings and lists."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(item, (*keys, key))
    elif type(value) is int:
        yield keys


def refusal(path: Path) -> str | None:
    try:
        check_file(path)
    except PipelineError as error:
        return str(error)
    return None


@pytest.mark.parametrize("huge", [2**62, 10**400], ids=["62 bits", "401 digits"])
def test_whole_numbers_without_bounds_are_refused_by_name(tmp_path: Path, huge: int) -> None:
    params = sample_params()
    init, distill = (params["students"]["total_best"][part] for part in ("init", "distill"))
    params["students"] = {"total_best": {"init": dict(init), "distill": distill}}
    params["students"]["total_best"]["init"]["architecture"] = {"layers": 2, "hidden": 8, "heads": 2, "feed_forward": 8}
    distill["losses"] = distill["losses"] | {"relations": 1.0, "similarity": 1.0}
    distill |= {"relation_heads": 2, "sentences": "stored", "sentences_per_block": 4, "layers": [[2, 2]]}
    params["sentences"]["tasks"] = {"assin2_similarity": 3}
    params["targets"]["teacher"] = CACHED
    check_file(write(tmp_path, params))
    passed = []
    for *above, last in numbers(params):
        changed = copy.deepcopy(params)
        reduce(operator.getitem, above, changed)[last] = huge
        if (message := refusal(write(tmp_path, changed))) is None:
            passed.append([*above, last])
        else:
            assert str(above[0] if above else last) in message
            assert len(message) < 300
    no_counts = [["seed"], ["evaluate", "finetune", "seeds", 0], ["select", "rules", "too_short", "min"]]
    no_counts.append(["select", "rules", "too_long", "max"])  # bounds of a float, as large as one likes
    assert sorted(passed, key=str) == (sorted(no_counts, key=str) if huge < 2**63 else [])


def test_tasks_that_have_no_text_in_common_are_not_learnt_together(tmp_path: Path) -> None:
    params = sample_params()
    params["evaluate"]["finetune"]["joint"] = [["assin2_similarity", "tweetsentbr"]]
    with pytest.raises(PipelineError, match=r"evaluate\.finetune\.joint\[0\]: joins tasks of pairs with tasks of si"):
        check_file(write(tmp_path, params))


def test_tasks_that_are_learnt_together_give_a_file_its_name(tmp_path: Path) -> None:
    params = sample_params()
    names = [letter * 60 for letter in "abcd"]
    params["tasks"] |= dict.fromkeys(names, params["tasks"]["tweetsentbr"])
    params["evaluate"]["finetune"]["joint"] = [names[:3]]
    check_file(write(tmp_path, params))
    params["evaluate"]["finetune"]["joint"] = [names]
    with pytest.raises(PipelineError, match=r"joint\[0\]: the names have more than 200 characters together"):
        check_file(write(tmp_path, params))


SHAPE = {"layers": 2, "hidden": 192, "heads": 3, "feed_forward": 768}


@pytest.mark.parametrize(
    ("init", "distill", "message"),
    [
        ({}, {"layers": [[3, 2]]}, r"distill\.layers: \[3, 2\] names layer 3 of the student, which has 2"),
        ({}, {"layers": [[2, 3]]}, r"distill\.layers: \[2, 3\] names layer 3 of the teacher, which has 2"),
        ({}, {"relation_heads": 3}, r"distill\.relation_heads: must divide the student's width of 128, is 3"),
        ({}, {"relation_heads": 128}, r"distill\.relation_heads: must divide the teacher's width of 192, is 128"),
        ({"encoder": "teacher"}, {}, r"init\.encoder: teacher needs a student with the teacher's hidden 192, not 128"),
        (
            {"encoder": "teacher", "architecture": SHAPE | {"layers": 3}},
            {},
            r"teacher has 2 layers, the student need",
        ),
        (
            {"embeddings": "teacher"},
            {},
            r"init\.embeddings: teacher needs a student of the teacher's width 192, not 128",
        ),
        (
            {"embeddings": "fvt", "architecture": SHAPE},
            {},
            r"init\.embeddings: fvt needs a student of the base model's width 128, not 192",
        ),
        (
            {"architecture": SHAPE | {"hidden": 198}},
            {},
            r"init\.embeddings: teacher_pca needs a teacher at least 198 wide; it has 192",
        ),
        (
            {"embeddings": "sentence_teacher", "architecture": SHAPE | {"hidden": 516}},
            {},
            r"init\.embeddings: sentence_teacher needs an encoder at least 516 wide; it has 512",
        ),
    ],
)
def test_students_that_do_not_fit_their_models_are_refused(
    tmp_path: Path, init: dict[str, Any], distill: dict[str, Any], message: str
) -> None:
    params = sample_params()
    student = params["students"]["total_best"]
    student["distill"] = student["distill"] | {"losses": {"relations": 1.0}, "relation_heads": 2, "temperature": None}
    student["init"] = student["init"] | {"encoder": "random"}
    check_file(write(tmp_path, params))
    student["init"], student["distill"] = student["init"] | init, student["distill"] | distill
    with pytest.raises(PipelineError, match=rf"params\.yaml: students\.total_best\..*{message}"):
        check_file(write(tmp_path, params))


def test_a_base_with_fewer_positions_than_the_teacher_can_give_them_and_not_conversely(tmp_path: Path) -> None:
    params = sample_params()
    params["students"]["total"]["init"] = params["students"]["total"]["init"] | {
        "encoder": "teacher",
        "architecture": SHAPE,
    }
    check_file(write(tmp_path, params))
    params["base"]["architecture"]["positions"] = 256
    with pytest.raises(PipelineError, match=r"encoder: teacher has 128 positions, the student needs 256"):
        check_file(write(tmp_path, params))


def test_neighbours_need_an_even_head_size_of_the_base_too(tmp_path: Path) -> None:
    params = sample_params()
    params["base"]["architecture"] |= {"hidden": 126, "initialisation": "random"}
    with pytest.raises(PipelineError, match=r"init\.encoder: neighbours needs an even head size, is 63"):
        check_file(write(tmp_path, params))


@pytest.mark.parametrize(
    ("name", "cached"), [("teacher", CACHED), ("base", {"alignment": "word", "precision": "fp32"})]
)
def test_cached_vectors_are_narrower_than_the_teachers(tmp_path: Path, name: str, cached: dict[str, Any]) -> None:
    params = sample_params()
    params["targets"][name] = cached | {"width": 191}
    check_file(write(tmp_path, params))
    params["targets"][name] = cached | {"width": 192}
    with pytest.raises(PipelineError, match=rf"targets\.{name}\.width: must be less than the teacher's 192, is 192"):
        check_file(write(tmp_path, params))
