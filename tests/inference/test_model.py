from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from tests.conftest import TEXTS
from tinypt.evaluation.frozen import embed
from tinypt.evaluation.model import load_evaluated
from tinypt.files import CHECKSUMS
from tinypt.inference import model as inference
from tinypt.inference.model import Model, find_release, normalised
from tinypt.runtime.errors import PipelineError

GAP = "A menina comeu a [MASK] na cozinha."


@pytest.fixture(scope="module")
def model(release: Path) -> Model:
    return Model(release)


def test_it_fills_a_gap_as_pytorch_does(model: Model, release: Path) -> None:
    torch_model, tokenizer = AutoModelForMaskedLM.from_pretrained(release), AutoTokenizer.from_pretrained(release)
    given = tokenizer(GAP, return_tensors="pt")
    with torch.no_grad():
        logits = torch_model(**given).logits[0, given["input_ids"][0].tolist().index(tokenizer.mask_token_id)]
    probabilities = logits.softmax(0)
    probabilities[tokenizer.all_special_ids] = 0
    guesses = model.fill(GAP, 3)
    assert [guess.piece for guess in guesses] == tokenizer.convert_ids_to_tokens(probabilities.topk(3).indices)
    np.testing.assert_allclose([guess.probability for guess in guesses], probabilities.topk(3).values, rtol=0.1)


def test_special_tokens_are_never_offered(model: Model, release: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(release)
    guesses = model.fill(GAP, 10**6)
    assert len(guesses) == len(tokenizer) - len(tokenizer.all_special_ids)
    assert not {guess.piece for guess in guesses} & set(tokenizer.all_special_tokens)
    assert all(0 <= guess.probability <= 1 for guess in guesses)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A menina.", r"the text has no \[MASK\]; put one where a word is missing"),
        ("[MASK] e [MASK]", r"the text has 2 \[MASK\]"),
        ("menina " * 40 + "[MASK]", r"\[MASK\] comes after the 24 pieces that the model reads; shorten the text"),
    ],
)
def test_a_text_without_one_gap_is_refused(model: Model, text: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        model.fill(text)


def test_vectors_are_those_of_the_evaluation(model: Model, release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "CHUNK", 5)
    monkeypatch.setattr(inference, "BATCH", 2)
    texts = [*TEXTS, "Choveu.", "", "palavra " * 50]
    scored = embed(load_evaluated("x", release, 24), texts, "vectors").astype(np.float32)
    chunks = list(model.embed(texts))
    assert [len(chunk) for chunk in chunks] == [5, 4]
    assert (normalised(np.concatenate(chunks)) * normalised(scored)).sum(axis=1).min() > 0.999
    cosine = float(normalised(scored[0]) @ normalised(scored[1]))
    assert model.similarity(*texts[:2]) == pytest.approx(cosine, abs=0.01)


def test_cut_texts_are_counted(release: Path) -> None:
    model = Model(release)
    model.vectors(["curto", "palavra " * 50, "menina " * 50])
    assert model.cut == 2


@pytest.mark.parametrize("name", ["onnx/compact.onnx", "tokenizer.json", "config.json"])
def test_a_missing_or_damaged_file_is_named(release: Path, tmp_path: Path, name: str) -> None:
    folder = copytree(release, tmp_path / "copy")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    for damaged in (bytes(content), content[:-1], b""):
        (folder / name).write_bytes(damaged)
        with pytest.raises(PipelineError, match=f"{name}: damaged; make the release again"):
            Model(folder)
    (folder / CHECKSUMS).unlink()  # as in a release from the hub
    with pytest.raises(PipelineError, match=r"copy: cannot be loaded \(.*\); make the release again"):
        Model(folder)
    (folder / name).unlink()
    with pytest.raises(PipelineError, match=f"{name}: no such file"):
        Model(folder)


def test_a_release_is_found_by_folder_by_student_or_shipped(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    copytree(release, "models/total/release")
    assert find_release(str(release)) == release
    assert find_release("total") == Path("models/total/release")
    with pytest.raises(PipelineError, match="semantic: neither the folder of a release nor a student"):
        find_release("semantic")
    monkeypatch.setattr(inference, "__file__", str(tmp_path / "tinypt/inference/model.py"))
    with pytest.raises(PipelineError, match="no model is shipped here"):
        find_release(None)
    (tmp_path / "preview").mkdir()
    assert find_release(None) == tmp_path / "preview"
