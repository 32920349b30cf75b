from pathlib import Path

import pytest

from tinypt.params.loader import load
from tinypt.params.split import Split
from tinypt.runtime.errors import PipelineError


def _load(folder: Path, share: str = "0.1", near: str = "0.75", max_contamination: str = "0.0") -> Split:
    path = folder / "params.yaml"
    path.write_text(
        f"split:\n  test_share: {share}\n  near_duplicates: {near}\n  max_contamination: {max_contamination}\n"
    )
    return load("split", Split, path)


def test_the_share_is_read(tmp_path: Path) -> None:
    assert _load(tmp_path, "0.1").test_share == 0.1


@pytest.mark.parametrize("share", ["0", "1", "10", "-0.1"])
def test_a_share_that_empties_a_split_is_refused(tmp_path: Path, share: str) -> None:
    with pytest.raises(PipelineError, match=r"split\.test_share: must be a share between 0 and 1"):
        _load(tmp_path, share)


@pytest.mark.parametrize(
    ("key", "value"), [("near", "0"), ("near", "1.1"), ("max_contamination", "1"), ("max_contamination", "-0.1")]
)
def test_limits_out_of_range_are_refused(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(PipelineError, match=rf"split\.{key}\w*: must be a s"):
        _load(tmp_path, **{key: value})
