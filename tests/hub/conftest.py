"""A hub on the loopback for each test, and clients that know no other and wait for nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

import datasets
import huggingface_hub
import pytest
from huggingface_hub import constants, hf_api

from tests.hub.repositories import everything
from tests.hub.server import Hub, Repository


@pytest.fixture(scope="session")
def repositories() -> dict[str, Repository]:
    """All that params/brwac.yaml names, small."""
    return everything(documents=300, rows=60)


@pytest.fixture
def hub(repositories: dict[str, Repository], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with these repositories, and an empty cache."""
    hub = Hub()
    hub.repositories = dict(repositories)
    point_clients(hub.endpoint, tmp_path / "cache", monkeypatch)
    with hub.running():
        yield hub


def point_clients(endpoint: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the imported clients use `endpoint` and `cache`, as HF_ENDPOINT and HF_HOME do when they are imported.

    They wait at most 0.3 s for an answer, and not at all between two tries.
    """
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache / "hub"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(cache / "token"))
    for name in ("HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT", "DEFAULT_REQUEST_TIMEOUT"):
        monkeypatch.setattr(constants, name, 0.3)
    monkeypatch.setattr(huggingface_hub.file_download, "_ETAG_RETRY_TIMEOUT", 0.3)
    monkeypatch.setattr(hf_api.api, "endpoint", endpoint)
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", endpoint)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(cache / "datasets"))
    monkeypatch.setattr(datasets.config, "HF_MODULES_CACHE", str(cache / "modules"))
    for name in ("STREAMING_READ_MAX_RETRIES", "STREAMING_OPEN_MAX_RETRIES"):
        monkeypatch.setattr(datasets.config, name, 2)
    huggingface_hub.HfFileSystem.clear_instance_cache()
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
