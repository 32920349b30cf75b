from pathlib import Path

import pytest

from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError

VALUES = {
    "markup": "true",
    "mojibake": "true",
    "urls": "false",
    "metadata": "true",
    "lossy_mojibake": "true",
    "personal_data": "false",
    "boilerplate_documents": "8",
    "boilerplate_words": "15",
}


def _load(folder: Path, **changes: str) -> Clean:
    path = folder / "params.yaml"
    path.write_text("clean:\n" + "".join(f"  {key}: {value}\n" for key, value in (VALUES | changes).items()))
    return load("clean", Clean, path)


def test_values_arrive_as_they_stand(tmp_path: Path) -> None:
    rules = _load(tmp_path, boilerplate_words="0")
    assert (rules.urls, rules.boilerplate_documents, rules.boilerplate_words) == (False, 8, 0)


@pytest.mark.parametrize(
    ("key", "value"), [("boilerplate_documents", "1"), ("boilerplate_words", "-1"), ("markup", "1")]
)
def test_values_out_of_range_are_named(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(PipelineError, match=rf"params\.yaml: clean\.{key}: must be"):
        _load(tmp_path, **{key: value})


@pytest.mark.parametrize("name", sorted(path.name for path in Path(__file__).parents[2].glob("params/*.yaml")))
def test_the_shipped_files_hold_the_section(name: str) -> None:
    load("clean", Clean, Path(__file__).parents[2] / "params" / name)
