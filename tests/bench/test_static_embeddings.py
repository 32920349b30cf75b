"""Static embeddings made of a sentence teacher, as model2vec makes them."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from bench.static_embeddings import main, mean_rows, static_rows
from tests.conftest import seal
from tests.families import publish
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.modeling.load import save_model
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.load import load_tokenizer

WIDTH = 4


def _encode(texts: list[str]) -> NDArray[np.float32]:
    """Vectors that depend on the text alone, 8 wide."""
    return np.stack([np.random.default_rng(len(text) * 99 + ord(text[0])).normal(size=8) for text in texts]).astype(
        np.float32
    )


def test_common_pieces_weigh_less_and_special_tokens_nothing(cased: PreTrainedTokenizerBase) -> None:
    counts = np.zeros(len(cased), dtype=np.int64)
    common, rare = cased.convert_tokens_to_ids(["o", "a"])
    counts[common] = 1000
    rows = static_rows(_encode, cased, counts, WIDTH)
    even = static_rows(_encode, cased, np.zeros_like(counts), WIDTH)
    assert not rows[cased.all_special_ids].any()
    np.testing.assert_allclose(rows[rare], even[rare])
    np.testing.assert_allclose(rows[common], even[common] * 1e-3 / 1.001)


@pytest.mark.parametrize(("kind", "mark"), [("bert", "##"), ("xlm-roberta", "▁"), ("roberta", "Ġ")])
def test_the_sentence_teacher_reads_pieces_without_their_mark(
    kind: str, mark: str, tmp_path: Path, texts: list[str]
) -> None:
    publish(kind, tmp_path, texts)
    read: list[str] = []

    def encode(pieces: list[str]) -> NDArray[np.float32]:
        read.extend(pieces)
        return _encode(pieces)

    tokenizer = load_tokenizer(tmp_path)
    static_rows(encode, tokenizer, np.zeros(len(tokenizer), dtype=np.int64), WIDTH)
    assert len(read) == len(tokenizer)
    assert {piece for piece in read if piece.startswith(mark)} <= {mark}  # a mark alone is a piece too


def test_a_text_has_the_mean_of_its_pieces(cased: PreTrainedTokenizerBase) -> None:
    rows = static_rows(_encode, cased, np.zeros(len(cased), dtype=np.int64), WIDTH)
    pieces = cased("A menina", add_special_tokens=False)["input_ids"]
    found = mean_rows(rows, cased, ["A menina", ""])
    np.testing.assert_allclose(found, [rows[pieces].mean(axis=0), np.zeros(WIDTH)])


def test_a_width_that_the_teacher_lacks_is_refused(cased: PreTrainedTokenizerBase) -> None:
    with pytest.raises(PipelineError, match="WIDTH: is 9; the sentence teacher has only 8 dimensions"):
        static_rows(_encode, cased, np.ones(len(cased), dtype=np.int64), 9)


def test_the_last_line_repeats_the_table(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    params = {"seed": 3, "sentence_teacher": {"source": "package", "name": "use_multilingual"}}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    save_model(teacher, cased, Path("models/teacher"))
    Path("data/tokens/teacher/train").mkdir(parents=True)
    write_blocks(texts, cased, 64, Path("data/tokens/teacher/train"))
    first, second = texts[:6] * 2, texts[:6] + texts[1:6] + texts[:1]
    labels = [5.0] * 6 + [1.0] * 6
    splits = [Split([f"{part}-{row}" for row in range(12)], first, second, labels) for part in ("train", "test")]
    write_task(TaskData(*splits), Path("data/tasks/similarity"))
    seal(Path("data/tokens"), Path("data/tasks"))
    main("16")
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    assert list(found) == ["sentence teacher", "static, 16"]
    for name, tasks in found.items():
        scores = tasks["similarity"]
        assert scores["pearson"] > 0.9
        bounds = f"[{scores['pearson_low']:.3f}, {scores['pearson_high']:.3f}]"
        assert f"| {name} | {scores['pearson']:.3f} {bounds} |" in lines
