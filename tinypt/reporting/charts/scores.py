"""Charts of the models' scores: each task, the gap to the teacher, and bits per character by student."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from tinypt.reporting.charts.drawing import INK, LINE, LINES, MUTED, Chart, canvas, finish, legend, looks
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import BASELINE, PROTOCOLS, Results, Score
from tinypt.reporting.tables import label

SPREAD = 0.6  # of a row's height, between the marks of its first and its last protocol
FILL = dict(zip(PROTOCOLS, ("none", "full", "bottom", "left", "right"), strict=True))


def draw_task(results: Results, task: str, published: bool) -> Chart:
    """A row for each model, with a mark for each protocol and, with `published`, a cross for the study's score.

    Bars are 95 % intervals, or one standard deviation over seeds. Vertical lines are the baselines.
    """
    metric, models = results.metrics(task)[0], results.models
    baselines = results.values(results.baselines(task), task, BASELINE, metric)
    parts = []
    protocols = results.protocols(task)
    with canvas(88 + _height(protocols) * len(models) + LINE * (len(protocols) + len(baselines))) as (figure, axes):
        axes.set_title(f"{label(task)}: {label(metric)}")
        _rows(axes, models)
        for number, (name, score) in enumerate(baselines.items()):
            line = LINES[(number + 1) % len(LINES)]
            axes.axvline(score, color=MUTED, linestyle=line, linewidth=1.1, label=f"{label(name)}, {score:.3f}")
            parts.append(f"{label(name)}: {score:.3f}.")
        for protocol, offset in _offsets(protocols).items():
            found = {model: results.score(model, task, protocol, metric) for model in models}
            scores = {model: score for model, score in found.items() if score is not None}
            _points(axes, models, scores, protocol, offset)
            if scores:
                listed = ", ".join(f"{model} {score.value:.3f}" for model, score in scores.items())
                parts.append(f"{label(protocol)}: {listed}.")
        if published and task in PUBLISHED and PUBLISHED[task].metric == metric:
            printed = [pair for column in PUBLISHED[task].columns.values() for pair in column.items()]
            pairs = [(score, models.index(model)) for model, score in printed if model in models]
            axes.plot(*zip(*pairs, strict=True), "x", color=INK, markersize=5, label="published by the study")
        legend(figure, 1)
        name = f"scores-{task.replace('_', '-')}"
        return finish(figure, name, label(task), f"{label(task)}, {label(metric)}. {' '.join(parts)}")


def draw_gap(gaps: Mapping[str, Mapping[str, Score]], task: str) -> Chart:
    """How close each model comes to the teacher (100 %), starting from untrained (0 %), with intervals.

    Args:
        gaps: protocol -> model -> share recovered.
        task: its name.
    """
    models = list(dict.fromkeys(model for found in gaps.values() for model in found))
    protocols = [name for name in PROTOCOLS if name in gaps]
    parts = []
    with canvas(90 + _height(protocols) * max(1, len(models)) + LINE * len(protocols)) as (figure, axes):
        axes.set_title(label(task))
        _rows(axes, models)
        for share in (0, 100):
            axes.axvline(share, color=INK, linewidth=1, linestyle=":" if share == 0 else "-")
        # intervals can be very wide where untrained and teacher are close, so the points set the limits of the axis
        values = [100 * gap.value for found in gaps.values() for gap in found.values()]
        left, right = min([-25, *(value - 40 for value in values)]), max([125, *(value + 40 for value in values)])
        axes.set_xlim(left, right)
        for protocol, offset in _offsets(protocols).items():
            shares = {model: _percent(gap) for model, gap in gaps[protocol].items()}
            _points(
                axes, models, {model: _within(share, left, right) for model, share in shares.items()}, protocol, offset
            )
            _arrows(axes, models, shares, offset, left, right)
            listed = ", ".join(f"{model} {share.value:.0f} %" for model, share in shares.items())
            parts.append(f"{label(protocol)}: {listed or 'none'}.")
        axes.set_xlabel("% of the way from untrained (0) to teacher (100)")
        legend(figure, 1)
        name = f"gap-{task.replace('_', '-')}"
        return finish(figure, name, f"Gap recovered: {label(task)}", f"Gap recovered, {label(task)}. {' '.join(parts)}")


def draw_bits_per_character(results: Results) -> Chart:
    """Bits per character of each student in order, with lines for untrained and teacher."""
    students, look = results.students(), looks(results.models)
    found = {name: results.bits_per_character(name) for name in results.models}
    points = {name: found[name] for name in students}
    with canvas(95 + 27 * len(students)) as (figure, axes):
        axes.set_title("Bits per character, lower is better")
        _rows(axes, students)
        shown = [(score, students.index(name)) for name, score in points.items() if score is not None]
        for score, row in shown:
            own = look[students[row]]
            axes.plot([score], [row], own.marker, color=own.colour)
            axes.annotate(f"{score:.2f}", (score, row), (7, 0), textcoords="offset points", va="center", fontsize=10)
        for name in ("teacher", "untrained"):
            bound = found.get(name)
            if bound is not None:
                axes.axvline(bound, color=INK, linestyle=look[name].line, linewidth=1, label=f"{name}, {bound:.2f}")
        axes.margins(x=0.16)
        legend(figure, 2)
        listed = ", ".join(f"{name} {score:.2f}" for name, score in found.items() if score is not None)
        return finish(
            figure,
            "bits-per-character",
            "Bits per character",
            f"Bits per character by model. {listed or 'Not measured'}.",
        )


def _rows(axes: Axes, models: Sequence[str]) -> None:
    axes.set_yticks(range(len(models)), [name.replace("_", " ") for name in models])
    axes.set_ylim(max(1, len(models)) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _percent(gap: Score) -> Score:
    if gap.low is None or gap.high is None:
        return Score(100 * gap.value)
    return Score(100 * gap.value, 100 * gap.low, 100 * gap.high)


def _within(share: Score, left: float, right: float) -> Score:
    """The same with the part of its interval that the axis shows."""
    if share.low is None or share.high is None:
        return share
    return Score(share.value, max(share.low, left), min(share.high, right))


def _arrows(
    axes: Axes, models: Sequence[str], shares: Mapping[str, Score], offset: float, left: float, right: float
) -> None:
    """An arrow head at the edge of the axis where an interval goes on beyond it."""
    look = looks(models)
    inside = (right - left) / 100  # so that the whole head is inside the frame
    for model, share in shares.items():
        row, colour = models.index(model) + offset, look[model].colour
        if share.low is not None and share.low < left:
            axes.plot([left + inside], [row], "<", color=colour, markersize=4)
        if share.high is not None and share.high > right:
            axes.plot([right - inside], [row], ">", color=colour, markersize=4)


def _height(protocols: Sequence[str]) -> int:
    """Of a row, px: enough for a mark of each protocol."""
    return max(27, 11 * len(protocols))


def _offsets(protocols: Sequence[str]) -> dict[str, float]:
    """Protocol -> distance of its marks from the middle of the row, in rows; downwards in the order of `protocols`."""
    steps = max(1, len(protocols) - 1)
    return {protocol: SPREAD * (place / steps - 0.5) for place, protocol in enumerate(protocols)}


def _points(axes: Axes, models: Sequence[str], scores: Mapping[str, Score], protocol: str, offset: float) -> None:
    """Draw one protocol's scores, with their intervals where known, in the models' styles."""
    look = looks(models)
    for model, score in scores.items():
        row, own = models.index(model) + offset, look[model]
        if score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [row, row], color=own.colour, linewidth=1.4, alpha=0.75)
        size = 9 if own.marker == "*" else 6
        axes.plot([score.value], [row], own.marker, color=own.colour, fillstyle=FILL[protocol], markersize=size)
    if scores:
        axes.plot([], [], "o", color=INK, fillstyle=FILL[protocol], markersize=6, label=label(protocol))
