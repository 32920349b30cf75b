from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from tinypt.selection.contamination import Contamination, find_contamination, write_index


def text(seed: int, words: int = 150) -> str:
    random = Random(seed)
    return " ".join(f"w{random.randrange(1000)}" for _ in range(words))


def contamination(folder: Path, held_out: list[str], train: list[str], threshold: float = 0.75) -> Contamination:
    for name, texts in (("test", held_out), ("train", train)):
        (folder / name).unlink(missing_ok=True)
        write_index(pa.array(texts[:3], pa.large_string()), folder / name)
        write_index(pa.array(texts[3:], pa.large_string()), folder / name)
    return find_contamination(folder / "test", folder / "train", threshold)


def test_copies_are_found_at_any_position(tmp_path: Path) -> None:
    held_out, train = [text(seed) for seed in range(6)], [text(seed) for seed in range(100, 140)]
    assert contamination(tmp_path, held_out, train) == Contamination(exact=0, near=0)
    same = held_out[4].upper().replace(" ", "\n")  # case and white space are ignored
    near = held_out[1] + " e um fim que ninguém mais tem"
    assert contamination(tmp_path, held_out, [*train[:7], same, *train[7:], near]) == Contamination(exact=1, near=2)


def test_duplicates_within_one_split_are_no_contamination(tmp_path: Path) -> None:
    held_out, train = [text(seed) for seed in range(6)], [text(seed) for seed in range(100, 110)]
    twice = [train[0], train[0] + " fim", *train]
    assert contamination(tmp_path, [held_out[0], held_out[0] + " fim", *held_out], twice) == Contamination(
        exact=0, near=0
    )


@pytest.mark.parametrize(("threshold", "near"), [(0.75, 1), (0.95, 0)])
def test_the_threshold_is_a_similarity(tmp_path: Path, threshold: float, near: int) -> None:
    held_out = text(1)
    words = held_out.split()
    train = " ".join([*words[:140], *text(2).split()[:10]])  # shares 0.87 of the sequences of five words
    assert contamination(tmp_path, [held_out, text(3)], [text(4), train], threshold) == Contamination(
        exact=0, near=near
    )
