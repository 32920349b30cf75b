"""Charts of what the models score: each task, the gap to the teacher, and the ladder from set to set."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from tinypt.reporting.charts.drawing import INK, LINES, MUTED, Chart, canvas, finish, legend, looks
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import BASELINE, PROTOCOLS, TASK_DISTILLATION, Results, Score
from tinypt.reporting.tables import label

OFFSET = {"frozen": -0.22, "finetune": 0.04, TASK_DISTILLATION: 0.3}  # in rows
FILL = {"frozen": "none", "finetune": "full", TASK_DISTILLATION: "left"}


def draw_task(results: Results, task: str) -> Chart:
    """A row for each model, hollow marks for frozen and full ones for fine-tuned scores, a cross for the published.

    Bars are 95 % intervals, or the deviation over seeds; vertical lines the baselines that need no model.
    """
    metric, models = results.metrics(task)[0], results.models
    baselines = results.values(results.baselines(task), task, BASELINE, metric)
    told = []
    with canvas(118 + 27 * len(models) + 15 * len(baselines)) as (figure, axes):
        axes.set_title(f"{label(task)}: {label(metric)}")
        _rows(axes, models)
        for number, (name, score) in enumerate(baselines.items()):
            line = LINES[(number + 1) % len(LINES)]
            axes.axvline(score, color=MUTED, linestyle=line, linewidth=1.1, label=f"{label(name)}, {score:.3f}")
            told.append(f"{label(name)}: {score:.3f}.")
        for protocol in PROTOCOLS:
            found = {model: results.score(model, task, protocol, metric) for model in models}
            scores = {model: score for model, score in found.items() if score is not None}
            _points(axes, models, scores, protocol)
            if scores:
                listed = ", ".join(f"{model} {score.value:.3f}" for model, score in scores.items())
                told.append(f"{label(protocol)}: {listed}.")
        if task in PUBLISHED and PUBLISHED[task].metric == metric:
            printed = [pair for column in PUBLISHED[task].columns.values() for pair in column.items()]
            pairs = [(score, models.index(model)) for model, score in printed if model in models]
            axes.plot(*zip(*pairs, strict=True), "x", color=INK, markersize=5, label="published by the study")
        legend(figure, 2 if not baselines else 1)
        name = f"scores-{task.replace('_', '-')}"
        return finish(figure, name, label(task), f"{label(task)}, {label(metric)}. {' '.join(told)}")


def draw_gap(gaps: Mapping[str, Mapping[str, Score]], task: str) -> Chart:
    """How far each model has come from the untrained (0 %) to the teacher (100 %), with intervals.

    Args:
        gaps: protocol -> model -> share recovered.
        task: its name.
    """
    models = list(dict.fromkeys(model for found in gaps.values() for model in found))
    told = []
    with canvas(105 + 27 * max(1, len(models))) as (figure, axes):
        axes.set_title(label(task))
        _rows(axes, models)
        for share in (0, 100):
            axes.axvline(share, color=INK, linewidth=1, linestyle=":" if share == 0 else "-")
        for protocol in (name for name in PROTOCOLS if name in gaps):
            shares = {model: _percent(gap) for model, gap in gaps[protocol].items()}
            _points(axes, models, shares, protocol)
            listed = ", ".join(f"{model} {share.value:.0f} %" for model, share in shares.items())
            told.append(f"{label(protocol)}: {listed or 'none'}.")
        # an interval may reach far where untrained and teacher are close; the points decide what is shown
        values = [100 * gap.value for found in gaps.values() for gap in found.values()]
        axes.set_xlim(min([-25, *(value - 40 for value in values)]), max([125, *(value + 40 for value in values)]))
        axes.set_xlabel("% of the way from untrained (0) to teacher (100)")
        legend(figure, 2)
        name = f"gap-{task.replace('_', '-')}"
        return finish(figure, name, f"Gap recovered: {label(task)}", f"Gap recovered, {label(task)}. {' '.join(told)}")


def draw_ladder(results: Results, sets: Sequence[str]) -> Chart:
    """Bits per character from set to set, in their order, between the untrained's and the teacher's."""
    look = looks(results.models)
    found = {name: results.bits_per_character(name) for name in results.models}
    points = {name: found[name] for name in sets}
    with canvas(95 + 27 * len(sets)) as (figure, axes):
        axes.set_title("Bits per character, less is better")
        _rows(axes, sets)
        shown = [(score, sets.index(name)) for name, score in points.items() if score is not None]
        axes.plot([score for score, _ in shown], [row for _, row in shown], color=MUTED, linewidth=1)
        for score, row in shown:
            own = look[sets[row]]
            axes.plot([score], [row], own.marker, color=own.colour)
            axes.annotate(f"{score:.2f}", (score, row), (7, 0), textcoords="offset points", va="center", fontsize=10)
        for name in ("teacher", "untrained"):
            bound = found.get(name)
            if bound is not None:
                axes.axvline(bound, color=INK, linestyle=look[name].line, linewidth=1, label=f"{name}, {bound:.2f}")
        axes.margins(x=0.16)
        legend(figure, 2)
        listed = ", ".join(f"{name} {score:.2f}" for name, score in found.items() if score is not None)
        return finish(figure, "ladder", "From set to set", f"Bits per character by set. {listed or 'Not measured'}.")


def _rows(axes: Axes, models: Sequence[str]) -> None:
    axes.set_yticks(range(len(models)), [name.replace("_", " ") for name in models])
    axes.set_ylim(max(1, len(models)) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _percent(gap: Score) -> Score:
    if gap.low is None or gap.high is None:
        return Score(100 * gap.value)
    return Score(100 * gap.value, 100 * gap.low, 100 * gap.high)


def _points(axes: Axes, models: Sequence[str], scores: Mapping[str, Score], protocol: str) -> None:
    """One protocol's scores, each with its interval where it has one, in the models' looks."""
    look = looks(models)
    for model, score in scores.items():
        row, own = models.index(model) + OFFSET[protocol], look[model]
        if score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [row, row], color=own.colour, linewidth=1.4, alpha=0.75)
        size = 9 if own.marker == "*" else 6
        axes.plot([score.value], [row], own.marker, color=own.colour, fillstyle=FILL[protocol], markersize=size)
    if scores:
        axes.plot([], [], "o", color=INK, fillstyle=FILL[protocol], markersize=6, label=label(protocol))
