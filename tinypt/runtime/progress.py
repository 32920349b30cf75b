"""A progress line for long work, shown on a terminal only."""

import sys
import time


class Progress:
    """A line with count, rate and remaining time, redrawn at most twice a second.

    Nothing is printed if standard error is not a terminal, so logs and CI contain no control characters.
    """

    def __init__(self, label: str, unit: str, total: int | None = None) -> None:
        """`total` is the expected number of units. Without it the line has no remaining time."""
        self.label, self.unit, self.total = label, unit, total
        self.done = 0
        self._start = self._drawn = time.monotonic()

    def add(self, count: int) -> None:
        """Count `count` more units as done."""
        self.done += count
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._drawn > 0.5:
            self._drawn = now
            print(f"\r{self.line(now - self._start)}\x1b[K", end="", file=sys.stderr, flush=True)

    def line(self, seconds: float) -> str:
        """The line after `seconds` of work."""
        rate = self.done / max(seconds, 1e-9)
        text = f"{self.label}: {self.done:,} {self.unit}, {rate:,.0f} {self.unit}/s"
        if self.total and rate > 0:
            text += f", {max(self.total - self.done, 0) / rate:,.0f} s left"
        return text

    def close(self) -> None:
        """Draw the final line and end it."""
        if sys.stderr.isatty():
            print(f"\r{self.line(time.monotonic() - self._start)}\x1b[K", file=sys.stderr, flush=True)
