"""The real clients read every repository of params/brwac.yaml from a hub, as published."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import torch

from tests.conftest import ROOT
from tests.hub.repositories import PARAMS, sentence_transformer
from tests.hub.server import Hub, Repository
from tinypt.corpus.hub import HubStream
from tinypt.evaluation.tasks.hub import read_hub
from tinypt.modeling.load import load_published
from tinypt.params.corpus import HubCorpus
from tinypt.params.loader import load
from tinypt.params.sentences import HubEncoder
from tinypt.params.tasks import HubData, Task
from tinypt.sentences.encoders import load_encoder

BRWAC = ROOT / "params/brwac.yaml"
TEACHER, BASE = PARAMS["teacher"], PARAMS["base"]


def test_the_corpus_is_streamed_and_goes_on_where_it_was(hub: Hub) -> None:
    corpus = load("corpus", HubCorpus, BRWAC)
    whole = HubStream(corpus, Counter())
    records = list(whole.records())
    assert len(records) == 300
    assert whole.read() == 1
    first = HubStream(corpus, Counter())
    before = list(islice(first.records(), 150))
    position = json.loads(json.dumps(first.position()))
    hub.requests.clear()
    assert before + list(HubStream(corpus, Counter(), position).records()) == records
    assert not [path for path in hub.paths("HEAD") if "train-00000" in path]  # a finished file is not asked for
    assert not [path for path in hub.paths() if "cc100" in path or "OSCAR" in path]


def test_the_tasks_are_read(hub: Hub) -> None:
    for name, task in load("tasks", dict[str, Task], BRWAC).items():
        assert isinstance(task.data, HubData)
        data = read_hub(task.data, task.kind)
        assert len(data.train.ids) == len(data.test.ids) == 60, name
        kinds = {"assin2_similarity": float}.get(name, str)
        assert all(isinstance(label, kinds) for label in data.test.labels)


def test_bertimbau_and_bert_tiny_are_read_whole_once(hub: Hub) -> None:
    for source, pieces in ((TEACHER, 700), (BASE, 500)):
        model, tokenizer = load_published(source["id"], source["revision"], source["cased"])
        files = hub.repositories[f"models/{source['id']}"].commits[source["revision"]]
        assert len(tokenizer) == model.config.vocab_size == pieces
        published = torch.load(_file(hub, files["pytorch_model.bin"]), weights_only=True)
        assert torch.equal(
            model.state_dict()["bert.encoder.layer.1.output.dense.weight"],
            published["bert.encoder.layer.1.output.dense.weight"],
        )
    before = len(hub.requests)
    load_published(TEACHER["id"], TEACHER["revision"], cased=True)
    assert len(hub.requests) == before  # a whole cache needs no network
    assert [path for path in hub.paths() if "pytorch_model.bin" in path] == []  # LFS: from the other origin
    assert len([path for path in hub.paths() if path.startswith("/cdn/")]) == 2
    assert not [request for request in hub.requests if "discussions" in request.path or request.method == "POST"]


def _file(hub: Hub, content: bytes) -> Path:
    from huggingface_hub import constants

    path = Path(constants.HF_HUB_CACHE).parent / "published.bin"
    path.write_bytes(content)
    return path


def test_a_sentence_transformers_model_is_read(hub: Hub, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    id, revision = "someone/sentences", "a" * 40
    hub.repositories[f"models/{id}"] = Repository({revision: sentence_transformer(tmp_path / "made")})
    encoder = load_encoder(HubEncoder("hub", id, revision, ""))
    assert encoder.encode(["Um gato dorme."]).shape == (1, 12)
    paths = [request.path for request in hub.requests]
    assert any("1_Pooling/config.json" in path for path in paths)
    assert any("2_Dense/pytorch_model.bin" in path for path in paths)
    assert not [path for path in paths if "openvino" in path or f"{revision}/pytorch_model.bin" in path]
