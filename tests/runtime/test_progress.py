import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.runtime.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_has_count_rate_and_remaining_time() -> None:
    progress = Progress("clean", "documents", 3000)
    progress.add(1000)
    assert progress.line(2.0) == "clean: 1,000 documents, 500 documents/s, 4 s left"


def test_a_note_ends_the_line() -> None:
    progress = Progress("train", "tokens", 3000)
    progress.add(1000)
    progress.note = "loss 5.1"
    assert progress.line(2.0) == "train: 1,000 tokens, 500 tokens/s, 4 s left; loss 5.1"


def test_without_a_total_the_line_has_no_remaining_time() -> None:
    progress = Progress("download", "documents")
    progress.add(10)
    assert progress.line(1.0) == "download: 10 documents, 10 documents/s"


@given(st.integers(0, 10**12), st.one_of(st.none(), st.integers(0, 10**12)), st.floats(0, 1e9))
def test_the_line_holds_for_any_count(done: int, total: int | None, seconds: float) -> None:
    progress = Progress("work", "units", total)
    progress.add(done)
    line = progress.line(seconds)
    assert "-" not in line
    assert "\n" not in line


def test_without_a_terminal_a_log_gets_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    caplog.set_level("INFO")
    progress = Progress("clean", "documents", 1000)
    for _ in range(300):  # five minutes
        now += 1.0
        progress.add(2)
    progress.close()
    assert 4 <= len(caplog.messages) <= 5
    assert caplog.messages[0] == "clean: 122 documents, 2 documents/s, 439 s left"
    assert capsys.readouterr() == ("", "")


def test_the_line_is_drawn_at_most_twice_a_second_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, now = Terminal(), 0.0
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("time.monotonic", lambda: now)
    progress = Progress("clean", "documents", 100)
    for _ in range(100):  # ten seconds
        now += 0.1
        progress.add(1)
    drawn = terminal.getvalue().count("\r")
    assert 1 <= drawn <= 20
    progress.close()
    assert terminal.getvalue().endswith("clean: 100 documents, 10 documents/s, 0 s left\x1b[K\n")
