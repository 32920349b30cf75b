"""The chart of the cleaning funnel."""

from collections.abc import Sequence

from tinypt.reporting.charts.drawing import CYCLE, RULE, Chart, canvas, finish
from tinypt.reporting.tables import label

LONGEST = 40  # characters of a rule's name; a longer one would leave no place for the bars


def draw_funnel(steps: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each cleaning rule: its dark part the documents left, its light part the documents dropped.

    Args:
        steps: (rule, documents left after it), the first being all documents; at least one.
    """
    names, counts = [label(name) for name, _ in steps], [count for _, count in steps]
    first, before = max(1, counts[0]), [counts[0], *counts[:-1]]
    with canvas(55 + 26 * len(steps)) as (figure, axes):
        axes.set_title("Documents left after each rule")
        rows = range(len(steps))
        axes.barh(rows, before, color=RULE, height=0.62)
        axes.barh(rows, counts, color=CYCLE[0], height=0.62)
        for row, count in enumerate(counts):
            text = f"{count / first:.1%}"
            axes.annotate(text, (before[row], row), (4, 0), textcoords="offset points", va="center", fontsize=10)
        axes.set_yticks(rows, [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names])
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.spines[["bottom"]].set_visible(False)
        axes.set_xticks([])
        axes.set_xlim(0, 1.22 * first)
        listed = ", ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True))
        alt = f"Cleaning funnel: {counts[-1]:,} of {counts[0]:,} documents are left after {len(steps) - 1} rules"
        alt = f"{alt}. {listed}."
        return finish(figure, "funnel", "Cleaning funnel", alt)
