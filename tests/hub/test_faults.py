"""Faults of the hub and of the network: each ends in one line that says what to do, at every border."""

import errno
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import pytest
from huggingface_hub import constants

from tests.conftest import ROOT
from tests.hub.repositories import PARAMS
from tests.hub.server import GOOD_TOKEN, Fault, Hub, Repository
from tinypt.corpus.hub import HubStream
from tinypt.evaluation.tasks.hub import read_hub
from tinypt.modeling.load import load_published
from tinypt.params.corpus import HubCorpus
from tinypt.params.loader import load
from tinypt.params.tasks import HubColumns, HubData, HubSplits, Task
from tinypt.runtime import hub as hub_module
from tinypt.runtime.errors import PipelineError

BRWAC = ROOT / "params/brwac.yaml"
TEACHER = PARAMS["teacher"]


def read_teacher() -> Any:
    return load_published(TEACHER["id"], TEACHER["revision"], TEACHER["cased"])


def read_task() -> Any:
    task = load("tasks", dict[str, Task], BRWAC)["tweetsentbr_75shot"]
    return read_hub(task.data, task.kind)  # type: ignore[arg-type]


def read_corpus() -> list[str]:
    return [record.text for record in HubStream(load("corpus", HubCorpus, BRWAC), Counter()).records()]


BORDERS = {
    "teacher": (read_teacher, TEACHER["id"], "model"),
    "task": (read_task, "eduagarcia/tweetsentbr_fewshot", "dataset"),
    "corpus": (read_corpus, PARAMS["corpus"]["id"], "dataset"),
}
by_border = pytest.mark.parametrize(("read", "id", "kind"), BORDERS.values(), ids=BORDERS)
Read = Callable[[], Any]


def refused(read: Read) -> str:
    """The one line that a user sees."""
    with pytest.raises(PipelineError) as caught:
        read()
    message = str(caught.value)
    assert "\n" not in message
    assert "X-Amz-Signature" not in message
    return message


def repository(hub: Hub, id: str, kind: str) -> Repository:
    return hub.repositories[f"{kind}s/{id}"]


def page(id: str, kind: str) -> str:
    return f"https://huggingface.co/{'datasets/' if kind == 'dataset' else ''}{id}"


@by_border
def test_a_gate(hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read, id: str, kind: str) -> None:
    own = repository(hub, id, kind)
    hub.repositories[f"{kind}s/{id}"] = Repository(own.commits, gated=True)
    assert (
        refused(read)
        == f"{id}: is gated; ask for access at {page(id, kind)}, then set HF_TOKEN to a token of your account"
    )
    hub.faults = [Fault("/resolve/(?!.*README)", status=403, headers={"X-Error-Code": "GatedRepo"})]
    assert refused(read) == (
        f"{id}: is gated, and HF_TOKEN's account has no access; ask for it at {page(id, kind)} and run again"
    )
    hub.faults = []
    monkeypatch.setenv("HF_TOKEN", GOOD_TOKEN)
    assert read()
    sent = {(request.host.split(":")[0], request.token) for request in hub.requests if request.token}
    assert sent == {("127.0.0.1", GOOD_TOKEN)}  # never to the other origin


@by_border
def test_a_wrong_token(hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read, id: str, kind: str) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_oldtoken")
    message = refused(read)
    assert message.startswith(f"{id}: the hub refuses HF_TOKEN; renew it at https://")
    assert "hf_oldtoken" not in message


@by_border
def test_a_commit_or_repository_that_is_gone(hub: Hub, read: Read, id: str, kind: str) -> None:
    own = repository(hub, id, kind)
    [revision] = own.commits
    hub.repositories[f"{kind}s/{id}"] = Repository({"b" * 40: own.commits[revision]})
    assert refused(read).startswith(f"{id}: the hub has no commit {revision}; correct revision ({page(id, kind)}")
    del hub.repositories[f"{kind}s/{id}"]
    assert refused(read) == f"{id}: the hub has no such {kind}, or it is private; correct the id, or set HF_TOKEN"


@by_border
def test_a_hub_that_cannot_be_reached(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read, id: str, kind: str
) -> None:
    hub._server.shutdown()
    hub._server.server_close()
    expected = (
        f"{id}: the hub ({hub.endpoint}) cannot be reached, or breaks off; check the network, and run again later"
    )
    assert refused(read).startswith(expected)


@by_border
@pytest.mark.parametrize(("status", "line"), [(503, "is out of order (503)"), (429, "refuses so many requests (429)")])
def test_a_hub_that_refuses_for_ever_and_for_a_time(
    hub: Hub, read: Read, id: str, kind: str, status: int, line: str
) -> None:
    hub.faults = [Fault("/", status=status, headers={"Retry-After": "3"})]
    assert refused(read).startswith(f"{id}: the hub {line}")
    hub.faults = [Fault("/(tree|revision|resolve|cdn)/", times=1, status=status, headers={"Retry-After": "3"})]
    assert read()


@by_border
def test_a_stall_and_a_cut_in_mid_file(hub: Hub, read: Read, id: str, kind: str) -> None:
    hub.faults = [Fault("/cdn/", times=1, stall=2.0), Fault("/cdn/", times=1, cut=1000)]
    assert read()
    assert hub.faults[0].times == hub.faults[1].times == 0


@by_border
def test_a_stall_without_end(hub: Hub, read: Read, id: str, kind: str) -> None:
    hub.faults = [Fault("/cdn/", stall=3.0)]
    assert refused(read).startswith(f"{id}: the hub ({hub.endpoint}) cannot be reached, or breaks off")


def test_a_model_goes_on_where_the_cut_was(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 500)
    hub.faults = [Fault("/cdn/", times=1, cut=1000)]
    assert read_teacher()
    ranges = [request.range for request in hub.requests if request.path.startswith("/cdn/")]
    assert ranges == [None, "bytes=1000-"]


@by_border
def test_a_file_of_another_length_than_announced(hub: Hub, read: Read, id: str, kind: str) -> None:
    hub.faults = [Fault("/cdn/", short=1000)]
    assert refused(read).startswith(f"{id}")
    hub.faults = []
    assert read()  # nothing of it stayed


def test_retries_are_logged_once_without_the_token(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", GOOD_TOKEN)
    hub.faults = [Fault("/resolve/", times=2, status=429, headers={"Retry-After": "9"})]
    assert read_corpus()
    assert [record.getMessage() for record in caplog.records if "Waiting 10.0s" in record.getMessage()]
    assert GOOD_TOKEN not in caplog.text
    assert "Waiting" not in capsys.readouterr().err  # a second handler would print it again


@by_border
def test_one_changed_byte_in_a_download_is_refused(hub: Hub, read: Read, id: str, kind: str) -> None:
    hub.faults = [Fault("/cdn/", times=1, flip=2_000)]
    message = refused(read)
    path = named(message)
    name = next(link.name for link in path.parents[1].rglob("*") if link.is_symlink() and link.resolve() == path)
    assert message == (
        f"{id}: {name} in the hub's cache is not the file that the hub announces; delete {path} and run again"
    )
    assert refused(read) == message  # a cache is never trusted
    path.unlink()
    assert read()


@by_border
@pytest.mark.parametrize("offline", [False, True])
def test_one_changed_byte_in_a_warm_cache_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read, id: str, kind: str, offline: bool
) -> None:
    assert read()
    hub.requests.clear()
    if offline:
        go_offline(monkeypatch)
    folder = Path(constants.HF_HUB_CACHE, f"{kind}s--{id.replace('/', '--')}")
    for name in {"model": ("*.bin", "config.json"), "dataset": ("*.parquet", "README.md")}[kind]:
        path = next(folder.rglob(name))
        flip(path, 100)
        message = refused(read)
        assert message.startswith(f"{id}: {path.name} in the hub's cache is not the file that the hub announces")
        assert named(message) == path.resolve()
        flip(path, 100)
    assert read()
    assert not [path for path in hub.paths() if path.startswith("/cdn/")]


def test_the_corpus_is_compared_file_by_file_and_goes_on_after_the_remedy(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, compared = read_corpus(), list[str]()
    flip(next(Path(constants.HF_HUB_CACHE).rglob("train-00001-of-00003.parquet")), 2_000)
    differs = hub_module._differs
    monkeypatch.setattr(hub_module, "_differs", lambda path: (compared.append(path.name), differs(path))[1])
    corpus = load("corpus", HubCorpus, BRWAC)
    stream = HubStream(corpus, Counter())
    records = stream.records()
    assert [next(records).text for _ in range(100)] == texts[:100]
    position = stream.position()
    message = refused(lambda: next(records))
    assert compared == ["README.md", "train-00000-of-00003.parquet", "train-00001-of-00003.parquet"]
    named(message).unlink()
    again = HubStream(corpus, Counter(), position)
    assert [record.text for record in again.records()] == texts[100:]
    first, second, third = (compared.count(f"train-0000{part}-of-00003.parquet") for part in range(3))
    assert (first, second, third) == (2, 2, 1)  # the file in use when a run ends, and the one of the fault, twice


def named(message: str) -> Path:
    """The file that a message says to delete."""
    return Path(message.split("delete ")[1].removesuffix(" and run again"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.resolve().write_bytes(content)


@by_border
def test_offline_with_a_cold_cache(hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read, id: str, kind: str) -> None:
    go_offline(monkeypatch)
    message = refused(read)
    assert message.startswith(
        f"{id}: is not in the hub's cache, or not whole, and HF_HUB_OFFLINE is set; run `hf download {id}"
    )
    assert ("--repo-type dataset" in message) == (kind == "dataset")
    assert f"--revision {next(iter(repository(hub, id, kind).commits))}" in message
    assert ("--include README.md --include 'brwac/*'" in message) == (read is read_corpus)  # not cc100 nor OSCAR
    assert hub.requests == []


@pytest.mark.parametrize("read", [read_teacher, read_task])
def test_offline_with_a_warm_cache(hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read) -> None:
    assert read()
    hub.requests.clear()
    go_offline(monkeypatch)
    assert read()
    assert hub.requests == []


def test_the_corpus_is_read_offline_after_the_command_of_the_message(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = load("corpus", HubCorpus, BRWAC)
    online = read_corpus()
    huggingface_hub.snapshot_download(  # what the command does
        corpus.id, repo_type="dataset", revision=corpus.revision, allow_patterns=["README.md", "brwac/*"]
    )
    assert not [path for path in hub.paths() if "cc100" in path]
    hub.requests.clear()
    go_offline(monkeypatch)
    assert read_corpus() == online
    assert hub.requests == []
    next((Path(constants.HF_HUB_CACHE)).rglob("train-00001-of-00003.parquet")).unlink()
    assert "not in the hub's cache, or not whole" in refused(read_corpus)


def test_a_rehearsal_fetches_one_file_and_leaves_a_cache_that_is_not_whole(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = load("corpus", HubCorpus, BRWAC)
    few = replace(corpus, documents=50)
    assert len(list(HubStream(few, Counter()).records())) == 50
    assert len([path for path in hub.paths() if path.startswith("/cdn/")]) == 1
    go_offline(monkeypatch)
    assert "not in the hub's cache, or not whole" in refused(read_corpus)


def test_names_of_classes_in_the_card_are_read_offline_too(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    names = "".join(f"          '{number}': {name}\n" for number, name in enumerate(("NONE", "ENTAILMENT")))
    card = f"""---
configs:
- config_name: pairs
  data_files:
  - split: train
    path: train.csv
  - split: test
    path: test.csv
- config_name: other
  data_files: other.csv
dataset_info:
- config_name: pairs
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
{names}---
"""
    rows = b"text,label\num,1\nNA,0\n"
    files = {"README.md": card.encode(), "train.csv": rows, "test.csv": rows, "other.csv": b"a\n1\n"}
    hub.repositories["datasets/someone/pairs"] = Repository({"d" * 40: files})
    columns = HubColumns(None, "text", None, "label")
    source = HubData("hub", "someone/pairs", "pairs", "d" * 40, HubSplits("train", "test"), columns)
    online = read_hub(source, "text_classification")
    assert (online.train.first, online.train.labels) == (["um", "NA"], ["ENTAILMENT", "NONE"])
    go_offline(monkeypatch)
    assert read_hub(source, "text_classification") == online
    path = next(Path(constants.HF_HUB_CACHE).rglob("test.csv"))
    flip(path, 12)
    assert named(refused(lambda: read_hub(source, "text_classification"))) == path.resolve()


def go_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    huggingface_hub.utils.close_session()


@pytest.mark.parametrize("read", [read_teacher, read_task])
def test_a_full_disk(hub: Hub, monkeypatch: pytest.MonkeyPatch, read: Read) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(huggingface_hub.file_download, "http_get", full)
    message = refused(read)
    assert "the disk is full; free space and run again" in message
    assert f"the hub's cache is {constants.HF_HUB_CACHE}; HF_HOME moves it" in message
