"""The Hugging Face hub: its files, compared with what it announces, and its faults, in one line each."""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from glob import escape
from pathlib import Path
from typing import Any, Literal

from tinypt.runtime.errors import PipelineError, environment_fault

Kind = Literal["model", "dataset"]
# Weights in safetensors are preferred; those in .bin are fetched only where there are no others.
# The numbered folders are layers of sentence-transformers models; some have .bin files next to a safetensors model.
SMALL, SAFE, PICKLED = ["*.json", "*.txt", "*.model", "[0-9]_*/*.bin"], ["*.safetensors"], ["*.bin"]
OTHER_FORMATS = ["onnx/*", "openvino/*"]
NETWORK = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "aiohttp"}  # packages
UNREACHABLE = "cannot be reached, or breaks off"
LATER = "run again later; finished parts are kept"


def fetch_model(id: str, revision: str | None) -> Path:
    """A folder with a model's files: the local folder `id`, or the commit `revision` in the hub's cache.

    What the cache lacks is downloaded; a complete cache needs no network.

    Raises:
        PipelineError: the hub refuses, cannot be reached, or sent other bytes than it announces.
    """
    if Path(id).is_dir():
        return Path(id)
    import huggingface_hub

    _quiet()
    with hub_faults(id, revision, "model"):
        for weights in (SAFE, PICKLED):
            folder = Path(
                huggingface_hub.snapshot_download(
                    id, revision=revision, allow_patterns=SMALL + weights, ignore_patterns=OTHER_FORMATS
                )
            )
            if next(folder.rglob(weights[0]), None):
                break
        _compare(id, folder.rglob("*"))
    return folder


def fetch_data(id: str, revision: str | None, names: list[str]) -> list[Path]:
    """Files of the data set `id` by their names there, in the hub's cache. What the cache lacks is downloaded.

    Exceptions of the clients pass (see `hub_faults`).

    Raises:
        PipelineError: a file of the cache is not the one that the hub announces.
    """
    import huggingface_hub

    _quiet()
    patterns = [escape(name) for name in names]
    # Not hf_hub_download: this also keeps the list of files, by which a cache that is not whole is noticed offline.
    folder = huggingface_hub.snapshot_download(id, repo_type="dataset", revision=revision, allow_patterns=patterns)
    paths = [Path(folder, name) for name in names]
    _compare(id, paths)
    return paths


def ask_for_model(id: str, revision: str | None) -> None:
    """Look whether `fetch_model` can fetch a model, without its files. Offline, it must be in the cache.

    Raises:
        PipelineError: as `fetch_model`; also if the model has no weights or no configuration.
    """
    from huggingface_hub import constants, snapshot_download

    if constants.is_offline_mode():
        fetch_model(id, revision)
        return
    with hub_faults(id, revision, "model"):
        files = snapshot_download(
            id, revision=revision, allow_patterns=SMALL + SAFE + PICKLED, ignore_patterns=OTHER_FORMATS, dry_run=True
        )
    names = [file.filename for file in files]
    for patterns in (["config.json"], SAFE + PICKLED):
        if not any(fnmatch(name, pattern) for name in names for pattern in patterns):
            raise PipelineError(f"{id} (revision {revision}): has no file {' or '.join(patterns)}")


def read_config(id: str, revision: str | None) -> dict[str, Any]:
    """The config.json of a model on the hub, or in the hub's cache, or in a local folder.

    Raises:
        PipelineError: as `fetch_model`; or there is none, or it is not JSON.
    """
    if Path(id).is_dir():
        path = Path(id, "config.json")
    else:
        from huggingface_hub import hf_hub_download

        with hub_faults(id, revision, "model"):
            path = Path(hf_hub_download(id, "config.json", revision=revision))
        _compare(id, [path])
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; a model's folder has its config.json") from None
    except ValueError as error:
        raise PipelineError(f"{path}: not valid JSON ({error})") from None
    if not isinstance(config, dict):
        raise PipelineError(f"{path}: not a model's configuration, which is a JSON object")
    return config


def _quiet() -> None:
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()


def _compare(id: str, paths: Iterable[Path]) -> None:
    """Compare files of the cache with the hashes that the hub announced for them.

    Raises:
        PipelineError: a file is another.
    """
    for path in sorted(paths):
        if path.is_symlink() and _differs(path):
            raise PipelineError(
                f"{id}: {path.name} in the hub's cache is not the file that the hub announces; "
                f"delete {path.resolve()} and run again"
            )


def _differs(path: Path) -> bool:
    """Whether a file of the cache differs from its name there: the SHA-256 of a large file, git's SHA-1 of a small one.

    The hub announces both in the header ETag. With a mirror that announces something else there is no check.
    """
    announced = Path(os.readlink(path)).name
    git_header = b"blob %d\0" % path.stat().st_size
    with path.open("rb") as stream:
        if len(announced) == 64:
            return hashlib.file_digest(stream, "sha256").hexdigest() != announced
        if len(announced) == 40:
            return hashlib.file_digest(stream, lambda: hashlib.sha1(git_header)).hexdigest() != announced
    return False


def ask_for_dataset(id: str, revision: str | None) -> None:
    """Fetch a data set's card, or find it in the cache; nothing for a local folder.

    The library datasets hides the reason where the hub refuses or is not there, so this comes before it.

    Raises:
        PipelineError: as `hub_faults`.
    """
    if Path(id).is_dir():
        return
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    with hub_faults(id, revision, "dataset"), suppress(RemoteEntryNotFoundError):
        _compare(id, [Path(hf_hub_download(id, "README.md", repo_type="dataset", revision=revision))])


@contextmanager
def hub_faults(id: str, revision: str | None, kind: Kind, include: str = "") -> Iterator[None]:
    """Turn the hub's and the network's exceptions, of whichever library, into a PipelineError; let others pass.

    Args:
        id, revision, kind: of the repository in use.
        include: the options of `hf download` that fetch only what is needed.
    """
    from huggingface_hub import constants

    for library in ("huggingface_hub", "datasets"):  # their own handlers would print each line a second time
        logging.getLogger(library).handlers.clear()
        logging.getLogger(library).propagate = True
    logging.getLogger("datasets.packaged_modules").setLevel(logging.CRITICAL)  # their exceptions say the same
    try:
        yield
    except PipelineError:
        raise
    except Exception as error:
        chain = _chain(error)
        if fault := next(filter(None, map(environment_fault, chain)), None):
            raise PipelineError(
                f"{id}: {fault} (the hub's cache is {constants.HF_HUB_CACHE}; HF_HOME moves it)"
            ) from None
        if message := _message(chain, id, revision, kind, include):
            raise PipelineError(f"{id}: {message}") from None
        raise


def _chain(error: BaseException | None) -> list[BaseException]:
    """An exception and those it came from, the last first."""
    from huggingface_hub.errors import EntryNotFoundError

    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        context = error.__context__
        # Clients look for optional files, and whatever goes wrong later has their absence as its context.
        error = error.__cause__ or (None if isinstance(context, EntryNotFoundError) else context)
    return found


def _message(chain: list[BaseException], id: str, revision: str | None, kind: Kind, include: str) -> str | None:
    """One line about the first cause that is known; None without one."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
        XetDownloadError,
    )

    def raised(*kinds: type[BaseException]) -> BaseException | None:
        return next((error for error in chain if isinstance(error, kinds)), None)

    page = f"https://huggingface.co/{'datasets/' if kind == 'dataset' else ''}{id}"
    answered = raised(HfHubHTTPError)
    status = getattr(getattr(answered, "response", None), "status_code", None)
    # The library datasets drops the cause of its own exception about a gate; its text depends on the status.
    gate = next((str(error) for error in chain if "is a gated dataset on the Hub" in str(error)), "")
    if (raised(GatedRepoError) and status == 403) or "ask for access" in gate:
        return f"is gated, and HF_TOKEN's account has no access; ask for it at {page} and run again"
    if raised(GatedRepoError) or gate:
        return f"is gated; ask for access at {page}, then set HF_TOKEN to a token of your account"
    if raised(RevisionNotFoundError):
        return f"the hub has no commit {revision}; correct revision ({page}/commits/main lists them)"
    if status == 401 and "Invalid credentials" in str(answered):
        return "the hub refuses HF_TOKEN; renew it at https://huggingface.co/settings/tokens, or unset it"
    if raised(RepositoryNotFoundError):
        return f"the hub has no such {kind}, or it is private; correct the id, or set HF_TOKEN"
    if raised(RemoteEntryNotFoundError):
        return f"a file of commit {revision} is no longer on the hub; see {page}/tree/{revision}"
    if status == 429:
        return f"the hub refuses so many requests (429); set HF_TOKEN for a higher limit, or {LATER}"
    if status is not None and status >= 500:
        return f"the hub is out of order ({status}); {LATER}"
    if status is not None:
        return f"the hub refuses access ({status}); look at {page}, and check the rights of HF_TOKEN"
    if raised(OfflineModeIsEnabled) or (raised(LocalEntryNotFoundError) and constants.is_offline_mode()):
        options = f"{' --repo-type dataset' if kind == 'dataset' else ''} --revision {revision}{include}"
        return (
            "is not in the hub's cache, or not whole, and HF_HUB_OFFLINE is set; "
            f"run `hf download {id}{options}` with network access"
        )
    if short := next((error for error in chain if "Consistency check failed" in str(error)), None):
        return f"a file arrived with another length than announced ({_sizes(str(short))}); {LATER}"
    if raised(ConnectionError, TimeoutError, XetDownloadError) or any(_package(error) in NETWORK for error in chain):
        return f"the hub ({constants.ENDPOINT}) {UNREACHABLE}; check the network, and {LATER}"
    return None


def _sizes(message: str) -> str:
    return message.split(": ", 1)[-1].split(" (")[0].split("\n")[0]


def _package(error: BaseException) -> str:
    return type(error).__module__.split(".")[0]
