"""Progress of long work: a line that is redrawn on a terminal, a log line a minute elsewhere."""

import logging
import sys
import time

log = logging.getLogger(__name__)
REDRAW, LOG = 0.5, 60.0  # seconds between two lines on a terminal and in a log


class Progress:
    """Count, rate and remaining time.

    On a terminal, one line is redrawn at most twice a second. Elsewhere, a log gets a line a minute, without control
    characters.
    """

    def __init__(self, label: str, unit: str, total: int | None = None) -> None:
        """`total` is the expected number of units. Without it the line has no remaining time."""
        self.label, self.unit, self.total = label, unit, total
        self.done = 0
        self.note = ""  # stands at the end of the line
        self._start = self._shown = time.monotonic()

    def add(self, count: int) -> None:
        """Count `count` more units as done."""
        self.done += count
        now = time.monotonic()
        on_terminal = sys.stderr.isatty()
        if now - self._shown <= (REDRAW if on_terminal else LOG):
            return
        self._shown = now
        if on_terminal:
            print(f"\r{self.line(now - self._start)}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            log.info(self.line(now - self._start))

    def line(self, seconds: float) -> str:
        """The line after `seconds` of work."""
        rate = self.done / max(seconds, 1e-9)
        text = f"{self.label}: {self.done:,} {self.unit}, {rate:,.0f} {self.unit}/s"
        if self.total and rate > 0:
            text += f", {max(self.total - self.done, 0) / rate:,.0f} s left"
        if self.note:
            text += f"; {self.note}"
        return text

    def close(self) -> None:
        """Draw the final line on a terminal and end it."""
        if sys.stderr.isatty():
            print(f"\r{self.line(time.monotonic() - self._start)}\x1b[K", file=sys.stderr, flush=True)
