import re
from pathlib import Path

from tests.reporting.conftest import SETS
from tinypt.reporting.columns import read_curve
from tinypt.reporting.page import Text, write_page
from tinypt.reporting.results import read_results


def page(metrics: Path, folder: Path, sample: bool) -> str:
    text = Text(sample, {"split": {"train": {"documents": 7}}}, [("raw", 10), ("too_short", 8)])
    curves = {name: read_curve(metrics / "training" / f"{name}.csv", "") for name in SETS}
    write_page(read_results(metrics, SETS), text, curves, folder)
    return (folder / "README.md").read_text(encoding="utf-8")


def test_one_section_a_measurement_and_every_picture_with_a_text(metrics: Path, tmp_path: Path) -> None:
    text = page(metrics, tmp_path / "report", sample=False)
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections[:4] == ["Masked language modelling", "ASSIN2 similarity", "ASSIN2 entailment", "TweetSentBR"]
    assert sections[4:] == ["Training", "Corpus"]
    pictures = re.findall(r"!\[(.+)\]\((.+)\)", text)
    assert [name for _, name in pictures] == ["headline.svg", "training.svg", "funnel.svg"]
    for alt, name in pictures:
        assert len(alt) > 20
        assert (tmp_path / "report" / name).is_file()
    assert "| train: documents | 7 |" in text
    assert "| too short | 2 | 8 | 80.0% |" in text
    assert "generated sample text" not in text


def test_sample_numbers_are_called_that(metrics: Path, tmp_path: Path) -> None:
    assert "**Measured on generated sample text.**" in page(metrics, tmp_path, sample=True)
