"""Tokenizers: training a WordPiece vocabulary, or reading one from a vocab.txt."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError

SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def train_vocabulary(texts: Callable[[], Iterable[str]], size: int, cased: bool) -> dict[str, int]:
    """Train a WordPiece vocabulary of at most `size` pieces, piece to id, special tokens first.

    The trainer of the tokenizers library numbers continuation letters (##a) in the order of a hash table. That order
    changes from run to run, and with it every tie the trainer breaks. Here the letters are listed beforehand, so that
    the result is a function of the texts.

    Args:
        texts: starts a pass over the texts; called twice.
        size: number of pieces, including special tokens and letters.
        cased: False folds case and strips accents, as in BERT.
    """
    trained = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    trained.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=not cased)
    trained.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text in texts():
        counts.update(trained.normalizer.normalize_str(text))
    by_count = sorted((char for char in counts if not char.isspace()), key=lambda char: (-counts[char], char))
    alphabet = sorted(by_count[: min(size // 3, 1000)])
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=SPECIAL_TOKENS + [f"##{char}" for char in alphabet],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    trained.train_from_iterator(texts(), trainer)
    return dict(sorted(trained.get_vocab().items(), key=lambda item: item[1]))


def read_vocabulary(path: Path) -> dict[str, int]:
    """Read a BERT vocab.txt: one piece in each line; its id is the line's number, from 0.

    Raises:
        PipelineError: the file is missing or not UTF-8, a line is blank or repeated, a byte order mark precedes them,
            or one of BERT's special tokens is missing.
    """
    vocabulary: dict[str, int] = {}
    for index, line in enumerate(_read_lines(path)):
        piece = line.removesuffix("\r")
        if not piece or piece in vocabulary:
            fault = f"repeats line {vocabulary[piece] + 1} ({piece})" if piece else "is blank"
            raise PipelineError(
                f"{path}: line {index + 1} {fault}; a line is a piece and its number the id: remove it if it is at the "
                f"end, else put an unused piece there, such as [unused-{index}]"
            )
        vocabulary[piece] = index
    if next(iter(vocabulary), "").startswith("\ufeff"):
        raise PipelineError(f"{path}: begins with a byte order mark; save it as UTF-8 without one")
    for token in SPECIAL_TOKENS:
        if token not in vocabulary:
            raise PipelineError(f"{path}: {token} is missing; this is not a BERT vocabulary")
    return vocabulary


def _read_lines(path: Path) -> list[str]:
    """The lines of a vocab.txt.

    Raises:
        PipelineError: the file is missing or not UTF-8.
    """
    try:
        pieces = path.read_bytes().decode("utf-8").split("\n")
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such vocabulary file") from None
    except UnicodeDecodeError as error:
        raise PipelineError(f"{path}: not UTF-8 (byte {error.start}); it must be the model's own vocab.txt") from None
    return pieces[:-1] if pieces[-1] == "" else pieces


def make_tokenizer(vocabulary: dict[str, int], cased: bool, max_length: int) -> PreTrainedTokenizerBase:
    """Build BERT's tokenizer for `vocabulary`; texts are truncated to `max_length` on request."""
    return BertTokenizer(vocab=vocabulary, do_lower_case=not cased, model_max_length=max_length)
