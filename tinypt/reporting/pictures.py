"""The report's pictures: SVG, the same bytes each time, in colours that the colour-blind tell apart."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tinypt.files import atomic_path
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import PROTOCOLS, Results, metrics_of, value
from tinypt.reporting.tables import label

# Okabe and Ito (2008); with each colour comes another line style, for lines that lie on one another.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
LINES = ("-", "--", ":", "-.")
VALIDATION = "validation_mlm"
AXES = ("step", "tokens", "learning_rate")  # columns of a curve that are no measurement
QUANTITIES = {
    VALIDATION: "MLM loss on validation blocks",
    "loss": "training loss, all terms",
    "mlm": "MLM loss",
    "kl": "KL divergence",
    "kl_all": "KL divergence, all positions",
    "cosine": "1 − cosine",
    "hidden": "hidden states, squared error",
    "relations": "relations, KL divergence",
}
STYLE = {"svg.hashsalt": "bert-tiny-pt", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
Curve = Mapping[str, Sequence[float]]


def draw_curves(curves: Mapping[str, Curve], path: Path) -> str:
    """One panel for each quantity that any set was trained with, one line a set; returns the alternative text.

    Args:
        curves: set -> column -> values, nan where nothing was measured; `step` is the horizontal axis.
        path: the SVG file to write.
    """
    found = dict.fromkeys(name for curve in curves.values() for name in curve if name not in AXES)
    quantities = sorted(found, key=lambda name: name != VALIDATION)
    columns = min(3, max(1, len(quantities)))
    rows = max(1, math.ceil(len(quantities) / columns))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(3.3 * columns, 2.6 * rows), layout="constrained")
        for index, quantity in enumerate(quantities):
            axes = figure.add_subplot(rows, columns, index + 1)
            axes.set_title(QUANTITIES.get(quantity, label(quantity)), loc="left")
            axes.set_xlabel("step")
            axes.grid(alpha=0.3)
            for number, (name, curve) in enumerate(curves.items()):
                if quantity in curve:
                    colour, line = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
                    axes.plot(curve["step"], curve[quantity], label=name, color=colour, linestyle=line)
            axes.legend(frameon=False)
        ends = [f"{name} {curve[VALIDATION][-1]:.3f}" for name, curve in curves.items() if VALIDATION in curve]
        alt = f"Training curves of {', '.join(curves)}. Validation MLM loss at the end: {', '.join(ends) or 'none'}."
        _save(figure, path, "Training curves", alt)
    return alt


def draw_funnel(steps: Sequence[tuple[str, int]], path: Path) -> str:
    """Horizontal bars of the documents left after each step of cleaning; returns the alternative text.

    Args:
        steps: at least one (step, documents left after it), the first being all documents.
        path: the SVG file to write.
    """
    names, counts = [label(name) for name, _ in steps], [count for _, count in steps]
    first = max(1, counts[0])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7, 0.6 + 0.28 * len(steps)), layout="constrained")
        axes = figure.add_subplot()
        bars = axes.barh(range(len(steps)), counts, color=COLOURS[0])
        axes.bar_label(bars, [f"{count:,} ({count / first:.1%})" for count in counts], padding=3)
        axes.set_yticks(range(len(steps)), names)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.3 * first)
        axes.set_xlabel("documents left")
        alt = f"Cleaning funnel: {counts[-1]:,} of {counts[0]:,} documents are left after {len(steps) - 1} steps."
        _save(figure, path, "Cleaning funnel", alt)
    return alt


def draw_headline(results: Results, path: Path) -> str:
    """One panel a task, one row a model, a dot for each protocol and a cross for the published value.

    Vertical lines are the floors that need no model. Returns the alternative text.
    """
    tasks, models = results.task_names(), list(results.models)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(3.2 * max(1, len(tasks)) + 1, 1.3 + 0.3 * len(models)), layout="constrained")
        panels = list(figure.subplots(1, max(1, len(tasks)), sharey=True, squeeze=False)[0])
        told = [text for task, axes in zip(tasks, panels, strict=False) for text in _draw_task(axes, results, task)]
        panels[0].set_yticks(range(len(models)), models)
        panels[0].set_ylim(max(1, len(models)) - 0.5, -0.5)
        entries = {name: mark for axes in panels for mark, name in zip(*axes.get_legend_handles_labels(), strict=True)}
        if entries:
            figure.legend(entries.values(), entries.keys(), loc="outside lower center", ncols=3, frameon=False)
        alt = " ".join(told) or "No task was measured."
        _save(figure, path, "Scores by task", alt)
    return alt


def _draw_task(axes: Axes, results: Results, task: str) -> list[str]:
    """One panel of the headline; returns what it shows, a sentence a protocol."""
    metric, models, told = metrics_of(results, task)[0], list(results.models), []
    axes.set_title(label(task), loc="left")
    axes.set_xlabel(label(metric))
    axes.grid(axis="x", alpha=0.3)
    for number, (name, floor) in enumerate(results.floors(task).items()):
        if metric in floor:
            axes.axvline(floor[metric], color="#999999", linestyle=LINES[number % len(LINES)], label=label(name))
    for protocol, marker, colour in zip(PROTOCOLS, ("o", "s"), COLOURS, strict=False):
        scores = {model: value(results.models[model], task, protocol, metric) for model in models}
        points = {model: score for model, score in scores.items() if score is not None}
        if points:
            rows = [models.index(model) for model in points]
            axes.plot(list(points.values()), rows, marker, color=colour, label=label(protocol))
            listed = ", ".join(f"{model} {score:.3f}" for model, score in points.items())
            told.append(f"{label(task)}, {label(metric)}, {label(protocol)}: {listed}.")
    if task in PUBLISHED and PUBLISHED[task].metric == metric:
        printed = [pair for column in PUBLISHED[task].columns.values() for pair in column.items() if pair[0] in models]
        rows = [models.index(model) for model, _ in printed]
        axes.plot([score for _, score in printed], rows, "x", color="#000000", label="published")
    return told


def _save(figure: Figure, path: Path, title: str, alt: str) -> None:
    """Write as SVG without date; title and alternative text go into the file for screen readers."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None, "Title": title, "Description": alt})
