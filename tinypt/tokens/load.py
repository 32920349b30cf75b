"""Loading a tokenizer. The module is its own, so that stages without a model start without the models' library."""

from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from tinypt.files import verify
from tinypt.runtime.errors import PipelineError, environment_fault, first_line


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load one of the pipeline's own tokenizers.

    Raises:
        PipelineError: the folder is missing, or has no tokenizer or a damaged one.
    """
    if not (folder / "tokenizer.json").is_file():
        raise PipelineError(f"{folder}: no tokenizer here; run the stage that writes it (`dvc repro`)")
    for name in ("tokenizer.json", "tokenizer_config.json"):  # not the weights, which may be large
        verify(folder / name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the libraries raise many kinds, and Exception itself
        if environment_fault(error):
            raise
        raise PipelineError(
            f"{folder}: its tokenizer cannot be loaded ({first_line(error)}); run the stage that writes it again"
        ) from None
    return unlimited(tokenizer)


def unlimited(tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """Switch off the truncation and padding that a published tokenizer.json may hold: a corpus is cut by us."""
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer
