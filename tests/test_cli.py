"""The command `tinypt`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT, TEXTS
from tinypt.cli import main

GAP = "A menina comeu a [MASK] na cozinha."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "textos.txt"
    path.write_text("\n".join([*TEXTS, "palavra " * 50]), encoding="utf-8")
    return path


def test_it_starts_without_pytorch_and_transformers(release: Path) -> None:
    code = (
        "import sys, tinypt.cli as cli\n"
        f"cli.main(['fill', {GAP!r}, '--model', {str(release)!r}, '--top', '3'])\n"
        "print(sorted({'torch', 'transformers', 'stages', 'huggingface_hub', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    *guesses, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert len(guesses) == 3
    assert all(guess.split()[0].endswith("%") for guess in guesses)


def test_similar_and_search(release: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["similar", TEXTS[0], TEXTS[0], "--model", str(release)])
    assert capsys.readouterr().out == "1.0000\n"
    main(["search", str(file), TEXTS[2], "--model", str(release), "--top", "2"])
    first, _ = capsys.readouterr().out.splitlines()
    assert first == f"1.0000  4: {TEXTS[2]}"  # the first text has two lines


def test_embed_writes_the_same_vectors_in_both_forms(
    release: Path, file: Path, capsysbinary: pytest.CaptureFixture[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    main(["embed", str(file), "--model", str(release), "--output", str(file.with_suffix(".npy"))])
    main(["embed", str(file), "--model", str(release)])
    printed = [eval(line) for line in capsysbinary.readouterr().out.splitlines()]
    np.testing.assert_allclose(printed, np.load(file.with_suffix(".npy")), rtol=1e-4)
    assert len(printed) == len(file.read_text(encoding="utf-8").splitlines())
    assert "1 text was longer than the model reads and cut at the end" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["fill", "nada"], "tinypt: the text has no [MASK]; put one where a word is missing"),
        (["embed", "none.txt"], "tinypt: none.txt: no such file"),
        (["embed", "none.txt", "--output", "x.csv"], "tinypt: x.csv: must end in .npy or .jsonl"),
    ],
)
def test_an_error_is_one_line(release: Path, arguments: list[str], line: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--model", str(release)])
    assert str(stopped.value).startswith(line)
    assert "\n" not in str(stopped.value)


def test_the_number_of_answers_must_be_positive(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["fill", GAP, "--top", "0"])
    assert "--top: must be a number from 1, is 0" in capsys.readouterr().err


def test_help_lists_the_commands_and_the_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("fill", "similar", "embed", "search", "publish"):
        assert f"    {command} " in shown
    for target in ("repro", "plan", "demo", "check", "test"):
        assert f"make {target} " in shown
        assert f"\n{target}: " in makefile
