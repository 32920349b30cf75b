"""A data set on the hub, or in a folder with its layout: each of its data files is compared before it is read."""

from glob import has_magic
from pathlib import Path
from typing import Any

import yaml

from tinypt.runtime.errors import PipelineError
from tinypt.runtime.hub import ask_for_dataset, fetch_data


class DataSet:
    """A data set as the library `datasets` understands it.

    files: the data files of each split, in order, as `datasets` names them.
    """

    def __init__(
        self, id: str, configuration: str | None, revision: str | None, split: str | None, cache: Path | None = None
    ) -> None:
        """Find out which files the data set has; none but its card is read.

        With HF_HUB_OFFLINE=1 that is a copy in the hub's cache. It need not hold the other configurations, which may be
        many times larger, but without them `datasets` does not understand the card.

        Args:
            id, configuration, revision: of the data set; `id` may be a local folder.
            split: the only one that is needed; None for all.
            cache: folder for prepared data; None for that of `datasets`.

        Raises:
            PipelineError: as `ask_for_dataset`, or the path of a local folder cannot be read. Other exceptions of the
                clients and of `datasets` pass.
        """
        if Path(id).is_dir() and has_magic(where := str(Path(id).resolve())):
            raise PipelineError(
                f"{id}: rename {where}: the library `datasets` takes *, ? and [ in a path for a pattern"
            )
        import datasets  # imported here because it is slow
        import huggingface_hub

        self._id, self._revision = id, revision
        self._root = None if Path(id).is_dir() else f"hf://datasets/{id}@{revision}/"
        place: str = id
        chosen: dict[str, Any] = {"name": configuration, "revision": revision}
        infos: dict[str, Any] = {}
        if self._root and huggingface_hub.constants.is_offline_mode():
            place, chosen = self._cached(configuration, split)
            self._root = f"{place}/"
            infos = datasets.info.DatasetInfosDict.from_directory(place)
        else:
            ask_for_dataset(id, revision)
        self._builder = datasets.load_dataset_builder(place, cache_dir=cache and str(cache), **chosen)
        info = infos.get(configuration or "default", self._builder.info)
        self._features = info.features
        files_of = self._builder.config.data_files or {}
        # `dvc add train.csv` leaves train.csv.dvc next to it, which `datasets` takes for data as well.
        self.files = {str(name): [file for file in own if not file.endswith(".dvc")] for name, own in files_of.items()}

    def open(self, files: dict[str, list[str]]) -> Any:
        """A builder of `datasets` that reads these files of each split, which are fetched and compared first.

        A file that the card names on another server is not compared. The builder serves until the next call.

        Raises:
            PipelineError: a file differs from the one that the hub announces. Exceptions of the clients pass.
        """
        self._builder.config.data_files = {split: self._fetched(own) for split, own in files.items()}
        self._builder.info.features = self._features  # otherwise those of the first file that was ever opened
        return self._builder

    def _fetched(self, files: list[str]) -> list[str]:
        names = {file: file.removeprefix(self._root) for file in files if self._root and file.startswith(self._root)}
        paths = fetch_data(self._id, self._revision, list(names.values())) if names else []
        places = dict(zip(names, paths, strict=True))
        return [str(places.get(file, file)) for file in files]

    def _cached(self, configuration: str | None, split: str | None) -> tuple[str, dict[str, Any]]:
        """The folder in the hub's cache, and the arguments that choose the data files in it."""
        import huggingface_hub

        [card] = fetch_data(self._id, self._revision, ["README.md"])
        files = _listed(card, configuration, split)
        patterns = [pattern for own in files.values() for pattern in own] or None
        huggingface_hub.snapshot_download(  # raises unless all of them are there
            self._id, repo_type="dataset", revision=self._revision, local_files_only=True, allow_patterns=patterns
        )
        return str(card.parent), {"data_files": files} if files else {"name": configuration}


def _listed(card: Path, configuration: str | None, split: str | None) -> dict[str, list[str]]:
    """Patterns of the configuration's data files by split; {} if the card does not list them."""
    front = yaml.safe_load(card.read_text(encoding="utf-8").split("---")[1]) if card.is_file() else {}
    for own in front.get("configs", []):
        if own["config_name"] == configuration and isinstance(own["data_files"], list):
            entries = [entry for entry in own["data_files"] if isinstance(entry, dict)]
            paths = {entry["split"]: entry["path"] for entry in entries if split in (None, entry["split"])}
            return {name: [path] if isinstance(path, str) else path for name, path in paths.items()}
    return {}
