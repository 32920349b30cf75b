import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedTokenizerBase, pipeline

from stages import export
from tests.conftest import TEXTS, sample_params, seal
from tests.reporting.conftest import evaluation, write
from tinypt.evaluation.frozen import embed
from tinypt.evaluation.model import load_evaluated
from tinypt.files import CHECKSUMS, read_json
from tinypt.inference.model import Model
from tinypt.modeling.bert import random_bert
from tinypt.modeling.load import save_model
from tinypt.params.models import Architecture
from tinypt.publish import check_card
from tinypt.runtime.errors import PipelineError

POSITIONS = "bert.embeddings.position_embeddings.weight"
REPOSITORY = Path(__file__).parents[2]
INSTALL = "sentence_transformers is not installed (pip install -r requirements-sentences.txt)"
TRAINED = 32  # of the 64 positions of the student
HUB = {"source": "hub", "id": "some/model", "revision": "0" * 40, "cased": True}
PARAMS = {
    "seed": 1,
    "corpus": {"source": "vert", "path": "brwac.vert"},
    "teacher": HUB,
    "base": HUB | {"id": "some/base", "cased": False},
    "tokenize": {"length": TRAINED},
    "sentence_teacher": None,
    "tasks": {"assin2_similarity": {"kind": "pair_regression", "max_contamination": 0.0, "data": {"format": "sample"}}},
    "students": {"total": sample_params()["students"]["total"]},
    "export": {"license": "mit", "datasets": ["some/corpus"], "text": None, "files": "all"},
}


def prepare(folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    """Write the inputs of the stage for the student `total`."""
    shape = Architecture(layers=2, hidden=16, heads=2, feed_forward=32, positions=64, initialisation="random")
    distilled = folder / "models/total/distilled"
    save_model(random_bert(shape, tokenizer, seed=3), tokenizer, distilled)
    weights = load_file(distilled / "model.safetensors")
    save_file(weights | {"projection.weight": torch.ones(4, 4)}, distilled / "model.safetensors", {"format": "pt"})
    seal(distilled)
    (folder / "params.yaml").write_text(yaml.safe_dump(PARAMS), encoding="utf-8")
    for name in ("total", "teacher", "base"):
        write(folder / "metrics" / name / "evaluate.json", evaluation(0.5))
    write(folder / "metrics/total/distill.json", {"validation_mlm": 2.5})


def digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cased: PreTrainedTokenizerBase) -> Path:
    """A folder in which the stage has run from the command line."""
    folder = tmp_path_factory.mktemp("project")
    prepare(folder, cased)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-m", "stages.export", "total"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "differ from PyTorch's" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return folder


def test_the_release_has_exactly_these_files(project: Path) -> None:
    assert sorted(digests(project / "models/total/release")) == [
        "1_Pooling/config.json",
        "README.md",
        CHECKSUMS,
        "config.json",
        "model.safetensors",
        "modules.json",
        "onnx/compact.onnx",
        "onnx/model.onnx",
        "onnx/model_quantized.onnx",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ]
    assert sorted(os.listdir(project / "models/total")) == ["distilled", "release"]


def test_weights_used_only_in_training_are_not_released(project: Path) -> None:
    released = load_file(project / "models/total/release/model.safetensors")
    distilled = load_file(project / "models/total/distilled/model.safetensors")
    assert distilled.keys() - released.keys() == {"projection.weight"}
    distilled[POSITIONS] = distilled[POSITIONS][:TRAINED]
    assert all(torch.equal(released[name], distilled[name]) for name in released)


def test_it_promises_only_the_positions_that_were_trained(project: Path) -> None:
    release = project / "models/total/release"
    config, tokenizer = (read_json(release / f"{name}.json") for name in ("config", "tokenizer_config"))
    assert config["max_position_embeddings"] == tokenizer["model_max_length"] == TRAINED
    assert read_json(release / "sentence_bert_config.json") == {"max_seq_length": TRAINED}
    assert f"the model reads at most {TRAINED} of them" in (release / "README.md").read_text(encoding="utf-8")
    for file in ("model.onnx", "model_quantized.onnx"):
        session = onnxruntime.InferenceSession(release / "onnx" / file, providers=["CPUExecutionProvider"])

        def states(length: int, session: onnxruntime.InferenceSession = session) -> np.ndarray:
            ids, zeros = np.full((1, length), 5), np.zeros((1, length), np.int64)
            given = {"input_ids": ids, "attention_mask": zeros + 1, "token_type_ids": zeros}
            return session.run(["last_hidden_state"], given)[0]

        assert np.isfinite(states(TRAINED)).all()
        with pytest.raises(Exception, match="Non-zero status code"):
            states(TRAINED + 1)


def test_anyone_may_read_it_and_nothing_tells_how_it_was_made(project: Path) -> None:
    files = [file for file in (project / "models/total/release").rglob("*") if file.is_file()]
    mask = os.umask(0)
    os.umask(mask)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o666 & ~mask}
    for folder in ("distilled", "release"):
        settings = read_json(project / "models/total" / folder / "tokenizer_config.json")
        assert not {"is_local", "local_files_only"} & settings.keys()


def test_sentence_transformers_makes_the_vector_that_is_scored_as_frozen(project: Path) -> None:
    library = pytest.importorskip("sentence_transformers", reason=INSTALL)
    release = project / "models/total/release"
    shipped = library.SentenceTransformer(str(release), device="cpu", local_files_only=True)
    assert shipped.max_seq_length == TRAINED
    texts = [*TEXTS, "Choveu.", "", "palavra " * 50]
    scored = embed(load_evaluated("total", release, TRAINED), texts, "vectors")
    np.testing.assert_allclose(shipped.encode(texts), scored, rtol=0, atol=1e-5)


def test_it_loads_and_fills_a_mask(project: Path) -> None:
    release = project / "models/total/release"
    model, loading = AutoModelForMaskedLM.from_pretrained(release, output_loading_info=True)
    assert not any(loading.values()), loading
    tokenizer = AutoTokenizer.from_pretrained(release)
    assert len(tokenizer) == model.config.vocab_size
    answers = pipeline("fill-mask", model=str(release))(f"A menina comeu a {tokenizer.mask_token} na cozinha.")
    assert len(answers) == 5
    assert all(0 < answer["score"] <= 1 for answer in answers)


def test_the_card_names_its_sources(project: Path) -> None:
    card = (project / "models/total/release/README.md").read_text(encoding="utf-8")
    header = yaml.safe_load(card.split("---")[1])
    assert header["base_model"] == ["some/model", "some/base"]
    assert header["datasets"] == ["some/corpus"]
    assert header["model-index"][0]["results"][0]["dataset"]["type"] == "vert"
    assert "| ASSIN2 similarity (generated data), frozen: Pearson |" in card  # its task is the sample's
    assert "| onnx/model_quantized.onnx |" in card
    assert str(project) not in card


def test_the_hub_can_read_the_card(project: Path) -> None:
    assert check_card(project / "models/total/release/README.md") > 0


def test_the_release_can_be_used_by_itself(project: Path, tmp_path: Path) -> None:
    model = Model(project.joinpath("models/total/release").rename(tmp_path / "elsewhere"))
    assert model.length == TRAINED
    assert len(model.fill("A menina comeu a [MASK] na cozinha.")) == 5
    (tmp_path / "elsewhere").rename(project / "models/total/release")


def test_the_same_bytes_in_another_place(
    project: Path, tmp_path: Path, cased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, cased)
    monkeypatch.chdir(tmp_path)
    export.main("total")
    assert digests(tmp_path / "models/total/release") == digests(project / "models/total/release")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("metrics/total/evaluate.json", r"evaluate.json: no such file; run `dvc repro evaluate@total`"),
        ("metrics/total/distill.json", r"distill.json: no such file; run `dvc repro distill@total`"),
        ("models/total/distilled/config.json", r"models/total/distilled: no model here"),
    ],
)
def test_a_missing_input_is_named_and_nothing_is_left(
    tmp_path: Path, cased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch, file: str, message: str
) -> None:
    prepare(tmp_path, cased)
    (tmp_path / file).unlink()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PipelineError, match=message):
        export.main("total")
    assert os.listdir("models/total") == ["distilled"]


@pytest.mark.parametrize("file", ["total/evaluate.json", "total/distill.json", "base/evaluate.json"])
@pytest.mark.parametrize("content", ["{}", '{"mlm": {"loss": 2.5}}'])
def test_emptied_and_foreign_metrics_are_refused(
    tmp_path: Path, cased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch, file: str, content: str
) -> None:
    prepare(tmp_path, cased)
    (tmp_path / "metrics" / file).write_text(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PipelineError, match=rf"{file}: has no number .*; run `dvc repro .* again$"):
        export.main("total")


def test_a_compact_release_is_used_by_tinypt_and_its_card_names_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cased: PreTrainedTokenizerBase
) -> None:
    prepare(tmp_path, cased)
    values = PARAMS | {"export": {"license": "mit", "datasets": [], "text": "Laws, CC0", "files": "compact"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    export.main("total")
    release = Path("models/total/release")
    kept = ["README.md", CHECKSUMS, "config.json", "onnx/compact.onnx", "tokenizer.json", "tokenizer_config.json"]
    assert sorted(digests(release)) == kept
    assert len(Model(release).fill("A menina foi à [MASK].")) == 5
    card = (release / "README.md").read_text(encoding="utf-8")
    assert "Text: Laws, CC0." in card
    assert "tinypt fill" in card
    assert not [word for word in ("safetensors", "model_quantized", "sentence_transformers") if word in card]
    check_card(release / "README.md")
