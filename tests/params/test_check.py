from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, sample_params
from tinypt.params.check import check_file
from tinypt.runtime.errors import PipelineError

ALIAS = "    init: {<<: *teacher_tokenizer}\n"
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
    with pytest.raises(PipelineError, match=r"students\.total\.distill\.epochs: must be at most 100000"):
        check_file(write(tmp_path, params))
