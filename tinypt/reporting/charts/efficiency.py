"""Charts of quality against cost."""

from collections.abc import Mapping

from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tinypt.reporting.charts.drawing import MUTED, Chart, canvas, finish, looks

MARGIN = 1.7  # factor by which the cost axis extends beyond the data on both sides
GAP = 0.075  # smallest distance between two labels, as a share of the axis


def draw_scatter(cost: Mapping[str, float], quality: Mapping[str, float], name: str, title: str, unit: str) -> Chart:
    """Quality (vertical) against cost (horizontal, logarithmic), with a mark for each model and its name on the right.

    Args:
        cost: model -> megabytes or milliseconds, greater than 0.
        quality: model -> score. Models that lack either value are left out.
        name: of the chart.
        title: name of `quality`.
        unit: of `cost`.
    """
    models = [model for model in quality if model in cost]
    look = looks(models)
    order = sorted(models, key=lambda model: (quality[model], model))
    scores = [quality[model] for model in order] or [0.0]
    low, span = min(scores), max(max(scores) - min(scores), 1e-6)
    with canvas(250) as (figure, axes):
        axes.set_title(title)
        axes.set_xlabel(unit)
        axes.set_xscale("log")
        axes.grid()
        for model in models:
            own = look[model]
            size = 10 if own.marker == "*" else 7
            axes.plot([cost[model]], [quality[model]], own.marker, color=own.colour, markersize=size)
        places = _spread([0.08 + 0.84 * (score - low) / span for score in scores])
        axes.set_ylim(low - 0.0952 * span, low + 1.0952 * span)
        for model, place in zip(order, places, strict=False):
            axes.annotate(
                model.replace("_", " "),
                (cost[model], quality[model]),
                (1.04, place),
                textcoords="axes fraction",
                va="center",
                fontsize=10,
                color=look[model].colour,
                arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.5, "alpha": 0.6},
            )
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=8))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
        shown = [cost[model] for model in models] or [1.0]
        axes.set_xlim(min(shown) / MARGIN, max(shown) * MARGIN)
        listed = "; ".join(f"{model} {cost[model]:.3g}, {quality[model]:.3f}" for model in models)
        return finish(figure, name, f"{title} by {unit}", f"{title} against {unit}. {listed or 'Nothing measured'}.")


def _spread(places: list[float]) -> list[float]:
    """Ascending places moved until neighbours are at least GAP apart and the last is at most 1."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + GAP) if moved else place)
    over = max(0.0, moved[-1] - 1.0) if moved else 0.0
    return [place - over for place in moved]
