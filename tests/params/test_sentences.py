from pathlib import Path
from typing import Any

import pytest
import yaml

from tinypt.params.loader import load
from tinypt.params.sentences import HubEncoder, PackageEncoder, Sentences, SentenceTeacher
from tinypt.runtime.errors import PipelineError

COMMIT = "0123456789abcdef" * 2 + "01234567"
HUB = {"source": "hub", "id": "sentence-transformers/LaBSE", "revision": COMMIT, "prompt": ""}
SENTENCES = {"number": 10, "min_words": 4, "max_words": 40, "tasks": {"assin2": 3}}


def _load(folder: Path, section: str, value: Any, schema: Any) -> Any:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump({section: value}), encoding="utf-8")
    return load(section, schema, path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({"source": "package", "name": "use_multilingual"}, PackageEncoder("package", "use_multilingual")),
        (HUB, HubEncoder("hub", "sentence-transformers/LaBSE", COMMIT, "")),
        (HUB | {"id": ".", "revision": None, "prompt": "query: "}, HubEncoder("hub", ".", None, "query: ")),
    ],
)
def test_a_sentence_teacher_is_a_package_a_hub_model_a_folder_or_none(
    tmp_path: Path, value: Any, expected: Any
) -> None:
    assert _load(tmp_path, "sentence_teacher", value, SentenceTeacher) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"source": "package", "name": "bert"}, r"sentence_teacher\.name: must be one of use_multilingual, is 'bert'"),
        (HUB | {"revision": None}, r"sentence_teacher\.revision: must be the 40-digit commit of sentence-transformers"),
        (HUB | {"revision": "main"}, r"sentence_teacher\.revision: must be the 40-digit commit"),
        ({"source": "files"}, r"sentence_teacher\.source: must be one of package, hub, is 'files'"),
    ],
)
def test_other_sentence_teachers_are_refused(tmp_path: Path, value: Any, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        _load(tmp_path, "sentence_teacher", value, SentenceTeacher)


def test_sentences_are_read(tmp_path: Path) -> None:
    assert _load(tmp_path, "sentences", SENTENCES, Sentences) == Sentences(10, 4, 40, {"assin2": 3})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": 0}, r"sentences\.number: must be greater than 0, is 0"),
        ({"min_words": 0}, r"sentences\.min_words: must be greater than 0, is 0"),
        ({"max_words": 3}, r"sentences\.max_words: must be at least min_words \(4\), is 3"),
        (
            {"tasks": {"assin2": 0}},
            r"sentences\.tasks\.assin2: must be greater than 0 and at most 1000, is 0; to add no texts",
        ),
        ({"tasks": ["assin2"]}, r"sentences\.tasks: must be a mapping"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        _load(tmp_path, "sentences", SENTENCES | changes, Sentences)
