"""Upload of a release to the Hugging Face hub, after a check of its model card."""

import re
from pathlib import Path

import huggingface_hub

from tinypt.files import list_files, verify
from tinypt.runtime.errors import PipelineError, environment_fault, first_line

CHECKED = (".json", ".onnx", ".safetensors")  # not the card and other text, which a person may edit
REQUIRED = ("language", "license", "library_name", "pipeline_tag")  # what the hub's filters and widgets read


def publish(folder: Path, repository: str, upload: bool) -> None:
    """Check the model card, list the files of a release with their sizes and, with `upload`, upload them.

    The check needs no network. The upload creates the repository if there is none, and takes the token that
    `hf auth login` or HF_TOKEN has set.

    Raises:
        PipelineError: the repository's name or the card is wrong, a file is damaged, or the hub refuses.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise PipelineError(f"--to {repository}: must have the form USER/REPO")
    scores = check_card(folder / "README.md")
    files = list_files(folder)
    for file in files:
        if file.suffix in CHECKED:
            verify(file)
    for file in files:
        print(f"{file.stat().st_size:12,}  {file.relative_to(folder)}")
    total = sum(file.stat().st_size for file in files)
    print(f"{total:12,}  bytes in {len(files)} files; the card is valid and states {scores} scores")
    if not upload:
        print(f"nothing is uploaded; add --yes to upload this to {repository}")
        return
    try:
        huggingface_hub.create_repo(repository, exist_ok=True)
        done = huggingface_hub.upload_folder(
            repo_id=repository,
            folder_path=folder,
            allow_patterns=[str(file.relative_to(folder)) for file in files],
            commit_message="Release of bert-tiny-pt",
        )
    except Exception as error:  # the client raises its own kinds and those of the libraries below it
        fault = environment_fault(error)
        raise PipelineError(fault or f"{repository}: {first_line(error)}; a token is set by `hf auth login`") from None
    print(done)


def check_card(path: Path) -> int:
    """Read a model card as the hub does, and count the scores in its metadata.

    Raises:
        PipelineError: there is no card, or its metadata is incomplete or in a wrong form.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; make the release again")
    try:
        data = huggingface_hub.ModelCard(path.read_text(encoding="utf-8")).data
    except Exception as error:  # of YAML and of the hub's own checks
        raise PipelineError(f"{path}: its metadata is not valid: {first_line(error)}") from None
    if missing := [name for name in REQUIRED if not data.get(name)]:
        raise PipelineError(f"{path}: its metadata lacks {', '.join(missing)}")
    return len(data.get("eval_results") or [])
