"""Charts of quality against cost."""

from collections.abc import Mapping

from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tinypt.reporting.charts.drawing import LINE, Chart, finish, looks, sheet

MARGIN = 1.3  # factor by which the cost axis extends beyond the data on both sides
PANEL = 130  # height of a panel, px
COLUMNS = 3  # of the legend


def draw_cost(cost: Mapping[str, float], scores: Mapping[str, Mapping[str, float]], name: str, unit: str) -> Chart:
    """A panel for each score: quality (vertical) against cost (horizontal, logarithmic), with a mark for each model.

    Args:
        cost: model -> megabytes or milliseconds, greater than 0.
        scores: title of a panel -> model -> score. Models that lack either value are left out.
        name: of the chart.
        unit: of `cost`.
    """
    models = [model for model in cost if any(model in quality for quality in scores.values())]
    look = looks(models)
    listed = []
    with sheet(40 + PANEL * max(1, len(scores)) + LINE * -(-len(models) // COLUMNS)) as figure:
        panels = figure.subplots(max(1, len(scores)), sharex=True, squeeze=False)[:, 0]
        for axes, (title, quality) in zip(panels, scores.items(), strict=False):
            axes.set_title(title)
            axes.grid()
            axes.margins(y=0.15)
            shown = [model for model in models if model in quality]
            for model in shown:
                own = look[model]
                size = 10 if own.marker == "*" else 7
                line = axes.plot([cost[model]], [quality[model]], own.marker, color=own.colour, markersize=size)
                line[0].set_label(model.replace("_", " "))
            points = "; ".join(f"{model} {cost[model]:.3g}, {quality[model]:.3f}" for model in shown)
            listed.append(f"{title} against {unit}. {points or 'Nothing measured'}.")
        panels[-1].set_xlabel(unit)
        panels[-1].set_xscale("log")
        panels[-1].xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=8))
        panels[-1].xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
        panels[-1].xaxis.set_minor_locator(NullLocator())
        costs = [cost[model] for model in models] or [1.0]
        panels[-1].set_xlim(min(costs) / MARGIN, max(costs) * MARGIN)
        handles = {text: mark for axes in panels for mark, text in zip(*axes.get_legend_handles_labels(), strict=True)}
        if handles:
            figure.legend(handles.values(), handles.keys(), loc="outside lower left", ncols=COLUMNS)
        return finish(figure, name, f"Quality by {unit}", " ".join(listed) or f"Quality against {unit}: not measured.")
