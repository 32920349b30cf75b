"""Upload of a release, with the hub's client replaced at the network."""

from pathlib import Path
from shutil import copytree

import huggingface_hub
import pytest

from tinypt.publish import check_card, publish
from tinypt.runtime.errors import PipelineError

HEADER = """\
language: [pt]
license: mit
library_name: transformers
pipeline_tag: fill-mask
model-index:
- name: some-model
  results:
  - task: {type: fill-mask}
    dataset: {name: held-out, type: sample}
    metrics:
    - {type: loss, value: 2.5}
    - {type: accuracy, value: 0.5}
"""


@pytest.fixture
def folder(release: Path, tmp_path: Path) -> Path:
    folder = copytree(release, tmp_path / "release")
    (folder / "README.md").write_text(f"---\n{HEADER}---\n\n# some model\n", encoding="utf-8")
    (folder / ".hidden").write_text("x")
    return folder


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """What would have gone to the hub."""
    seen: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(huggingface_hub, "create_repo", lambda repo, **named: seen.append(("create", {"repo": repo})))
    monkeypatch.setattr(huggingface_hub, "upload_folder", lambda **named: seen.append(("upload", named)) or "done")
    return seen


def test_by_default_it_only_says_what_would_be_uploaded(
    folder: Path, calls: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    publish(folder, "someone/model", upload=False)
    shown = capsys.readouterr().out
    size = (folder / "onnx/compact.onnx").stat().st_size
    assert f"{size:12,}  onnx/compact.onnx\n" in shown
    assert ".hidden" not in shown
    assert "the card is valid and states 2 scores" in shown
    assert shown.endswith("nothing is uploaded; add --yes to upload this to someone/model\n")
    assert calls == []


def test_with_yes_it_uploads_the_files_it_lists(
    folder: Path, calls: list[tuple[str, dict[str, object]]], capsys: pytest.CaptureFixture[str]
) -> None:
    publish(folder, "someone/model", upload=True)
    (created, uploaded) = calls
    assert created == ("create", {"repo": "someone/model"})
    assert uploaded[1]["repo_id"] == "someone/model"
    listed = [line.split()[1] for line in capsys.readouterr().out.splitlines()[:-2]]
    assert uploaded[1]["allow_patterns"] == listed


def test_a_damaged_weight_is_not_uploaded(folder: Path, calls: list[object]) -> None:
    content = bytearray((folder / "onnx/compact.onnx").read_bytes())
    content[-9] ^= 1
    (folder / "onnx/compact.onnx").write_bytes(content)
    with pytest.raises(PipelineError, match=r"onnx/compact\.onnx: damaged"):
        publish(folder, "someone/model", upload=True)
    assert calls == []


def test_a_refusal_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(repo: str, **_: object) -> None:
        raise ValueError("401: who are you?\nmore")

    monkeypatch.setattr(huggingface_hub, "create_repo", refuse)
    with pytest.raises(PipelineError, match=r"^someone/model: 401: who are you\?; a token is set by `hf auth login`$"):
        publish(folder, "someone/model", upload=True)


def test_a_repository_needs_its_owner(folder: Path) -> None:
    with pytest.raises(PipelineError, match="--to model: must have the form USER/REPO"):
        publish(folder, "model", upload=False)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("license: mit\n", "", "its metadata lacks license"),
        ("language: [pt]", "language: [pt", "its metadata is not valid"),
        ("type: loss, ", "", "its metadata is not valid"),
    ],
)
def test_a_wrong_card_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    card = folder / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(PipelineError, match=f"README.md: {message}"):
        check_card(card)


def test_a_release_without_a_card_is_refused(release: Path) -> None:
    with pytest.raises(PipelineError, match=r"README.md: no such file; make the release again"):
        check_card(release / "README.md")
