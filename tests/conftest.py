"""Shared by many tests: sample parameters, real data if available, and small models in the real formats."""

import stages  # noqa: F401  # isort: skip  # first, as NumPy and torch read once which arithmetic to use

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.corpus.files import expand, read_file
from tinypt.files import publish
from tinypt.modeling.bert import random_bert
from tinypt.params.models import Architecture
from tinypt.tokens.vocabulary import make_tokenizer, train_vocabulary

ROOT = Path(__file__).parents[1]
TEXTS = [
    "A menina comeu a maçã na cozinha da avó.\nDepois ela foi à escola com o irmão.",
    "O médico examinou o paciente e receitou um remédio amargo.",
    "Choveu muito no sertão; o açude encheu e os agricultores comemoraram.",
    "O time perdeu o jogo, mas a torcida cantou até o fim.",
    "João não gosta de café; prefere chá de camomila à tarde.",
    "As crianças brincam no quintal enquanto o avô lê o jornal.",
]


def sample_params() -> dict[str, Any]:
    """All sections of params/sample.yaml as plain values, for tests to change and write. Every call reads them anew."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    return params


def seal(*folders: Path) -> None:
    """Write the checksums of folders that a test has filled, as their stages do."""
    for folder in folders:
        publish(folder, folder)


# Property tests give the same answer every time, and on a slow machine too. `make soak` draws fresh examples instead.
settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("fixed"), derandomize=False, print_blob=True)
settings.load_profile("fixed")
# Hypothesis also draws constants of the modules imported so far, so examples would depend on the tests that ran before.
providers._get_local_constants = lambda: providers._local_constants
SOAK_FACTOR = 10  # times as many examples in the soak


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep both workers busy: the two longest files are first, and those that wait for the pipeline of one are last."""
    longest = ("test_pipeline.py", "test_rehearsal.py")
    items.sort(key=lambda item: -1 if item.path.name in longest else item.path.parent.name == "dag")
    if settings.get_current_profile_name() == "soak":
        functions = (item.obj for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj))
        for test in {getattr(function, "__func__", function) for function in functions}:  # of a method, its function
            own = test._hypothesis_internal_use_settings
            test._hypothesis_internal_use_settings = settings(own, max_examples=own.max_examples * SOAK_FACTOR)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep bytes out of the names of tests: packed data hold the time, and all workers must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder TINYPT_REAL_DATA. Tests that need it are skipped if the variable is not set."""
    folder = os.environ.get("TINYPT_REAL_DATA")
    if not folder:
        pytest.skip("TINYPT_REAL_DATA is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def real_texts(real_data: Path) -> list[str]:
    """A thousand real texts, taken from all files."""
    files = expand((real_data / "corpus/*.jsonl.zst",))
    each = -(-1000 // len(files))
    return [
        record.text
        for file in files
        for record in islice(read_file(file, "text", Counter()), 0, each * 3, 3)
        if len(record.text) < 30_000
    ]


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """A few Portuguese texts, repeated to fill some blocks."""
    return TEXTS * 20


@pytest.fixture(scope="session")
def cased(texts: list[str]) -> PreTrainedTokenizerBase:
    """A small cased tokenizer, like the teacher's."""
    return make_tokenizer(train_vocabulary(lambda: texts, 300, cased=True), cased=True, max_length=64)


@pytest.fixture(scope="session")
def uncased(texts: list[str]) -> PreTrainedTokenizerBase:
    """A small uncased tokenizer with another vocabulary, like BERT-tiny's."""
    return make_tokenizer(train_vocabulary(lambda: texts, 130, cased=False), cased=False, max_length=64)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, cased: PreTrainedTokenizerBase) -> Path:
    """A release of a random model without its card. Tests must not change it."""
    from tinypt.files import sealed_path
    from tinypt.modeling.load import save_model
    from tinypt.release.onnx import export_onnx
    from tinypt.release.sentence_vectors import write_pooling

    folder = tmp_path_factory.mktemp("release") / "release"
    model = random_bert(Architecture(2, 32, 2, 64, 24, "random"), cased, seed=5)
    with torch.no_grad():  # large enough for its predictions to differ
        for number, parameter in enumerate(model.parameters()):
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(number)))
    with sealed_path(folder) as temporary:
        save_model(model, cased, temporary)
        write_pooling(model, temporary)
        export_onnx(model, temporary / "onnx")
    return folder


@pytest.fixture
def teacher(cased: PreTrainedTokenizerBase) -> BertForMaskedLM:
    """A random teacher, wider and deeper than the base model."""
    return random_bert(
        Architecture(3, 48, 4, 96, 64, "random"),
        cased,
        seed=1,
    ).eval()


@pytest.fixture
def base(uncased: PreTrainedTokenizerBase) -> BertForMaskedLM:
    """A random base model, in place of BERT-tiny."""
    return random_bert(
        Architecture(2, 16, 2, 32, 64, "random"),
        uncased,
        seed=2,
    ).eval()
