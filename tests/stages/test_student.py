"""The student stage with embeddings from the sentence teacher."""

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from stages import student
from tinypt.modeling.load import load_model
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.load import load_tokenizer

INIT = {"vocabulary": "full", "embeddings": "sentence_teacher", "encoder": "random", "architecture": None}


def _write(teacher: Any, tokenizer: str) -> None:
    students = {"mine": {"init": INIT | {"tokenizer": tokenizer}}}
    params = {"seed": 3, "sentence_teacher": teacher, "students": students}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


@pytest.mark.parametrize("tokenizer", ["base", "teacher"])
def test_the_rows_of_related_pieces_are_alike(tokenized: Path, tokenizer: str) -> None:
    _write({"source": "package", "name": "use_multilingual"}, tokenizer)
    student.main("mine")
    folder = Path("models/mine/student")
    table = load_model(folder).get_input_embeddings().weight.detach()
    pieces = load_tokenizer(folder).get_vocab()
    assert torch.allclose(table.norm(dim=1)[pieces["[UNK]"] :], torch.tensor(0.05 * table.shape[1] ** 0.5))
    letter, same, other = (table[pieces[piece]] for piece in ("a", "##a", "##r"))
    assert torch.allclose(letter, same)
    assert torch.cosine_similarity(letter, other, dim=0) < 0.9


def test_a_missing_sentence_teacher_is_named(tokenized: Path) -> None:
    _write(None, "teacher")
    with pytest.raises(PipelineError, match=r"sentence_teacher: is null, but students\.mine\.init\.embeddings is"):
        student.main("mine")
