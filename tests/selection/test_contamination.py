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


def test_copies_are_found_wherever_they_stand(tmp_path: Path) -> None:
    ours, theirs = [text(seed) for seed in range(6)], [text(seed) for seed in range(100, 140)]
    assert contamination(tmp_path, ours, theirs) == Contamination(exact=0, near=0)
    same = ours[4].upper().replace(" ", "\n")  # case and white space do not tell texts apart
    near = ours[1] + " e um fim que ninguém mais tem"
    assert contamination(tmp_path, ours, [*theirs[:7], same, *theirs[7:], near]) == Contamination(exact=1, near=2)


def test_what_is_alike_on_one_side_is_no_leak(tmp_path: Path) -> None:
    ours, theirs = [text(seed) for seed in range(6)], [text(seed) for seed in range(100, 110)]
    twice = [theirs[0], theirs[0] + " fim", *theirs]
    assert contamination(tmp_path, [ours[0], ours[0] + " fim", *ours], twice) == Contamination(exact=0, near=0)


@pytest.mark.parametrize(("threshold", "near"), [(0.75, 1), (0.95, 0)])
def test_the_threshold_is_one_of_similarity(tmp_path: Path, threshold: float, near: int) -> None:
    ours = text(1)
    words = ours.split()
    theirs = " ".join([*words[:140], *text(2).split()[:10]])  # 0.87 of the sequences of five are shared
    assert contamination(tmp_path, [ours, text(3)], [text(4), theirs], threshold) == Contamination(exact=0, near=near)
