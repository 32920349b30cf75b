"""Charts of the training: the curves of each quantity for all students, and the composition of their losses."""

from collections.abc import Mapping, Sequence

from matplotlib.ticker import MaxNLocator

from tinypt.reporting.charts.drawing import INK, MUTED, RULE, Chart, canvas, finish, legend, looks
from tinypt.reporting.tables import label

VALIDATION = "validation_mlm"
AXES = ("step", "tokens", "learning_rate")  # columns of a curve that are not measurements
QUANTITIES = {
    VALIDATION: "MLM loss on validation blocks, nats",
    "loss": "training loss, all terms weighted",
    "mlm": "training MLM loss, nats",
    "kl": "KL divergence × T², nats",
    "kl_all": "KL divergence × T², all positions, nats",
    "cosine": "1 − cosine",
    "hidden": "hidden states, squared error",
    "relations": "relations, KL divergence, nats",
    "sentence": "sentences, 1 − cosine",
    "similarity": "similarities between sentences, squared error",
}
PARTS = (  # fill, hatch
    *((MUTED, ""), (RULE, ""), (RULE, "//"), (RULE, "xx")),
    *((MUTED, "\\\\"), (RULE, "--"), (MUTED, ".."), (RULE, "||")),
)
Curve = Mapping[str, Sequence[float]]


def draw_curves(curves: Mapping[str, Curve]) -> list[Chart]:
    """A chart for each quantity, validation first, with a line for each student that was trained with it.

    Args:
        curves: student -> column -> values, nan where nothing was measured. The horizontal axis is `tokens`, or
            `step` if a curve has no `tokens`.
    """
    found = dict.fromkeys(name for curve in curves.values() for name in curve if name not in AXES)
    look = looks(list(curves))
    charts = []
    for quantity in sorted(found, key=lambda name: name != VALIDATION):
        trained = {name: curve for name, curve in curves.items() if quantity in curve}
        across = "tokens" if all("tokens" in curve for curve in trained.values()) else "step"
        title = QUANTITIES.get(quantity, label(quantity))
        with canvas(215 + 8 * len(trained)) as (figure, axes):
            axes.set_title(title)
            axes.set_xlabel("tokens seen" if across == "tokens" else "step")
            axes.grid()
            axes.xaxis.set_major_formatter(_short)
            axes.xaxis.set_major_locator(MaxNLocator(5))
            for name, curve in trained.items():
                own = look[name]
                places = max(1, len(curve[across]) // 8)
                axes.plot(
                    curve[across],
                    curve[quantity],
                    color=own.colour,
                    linestyle=own.line,
                    marker=own.marker,
                    markersize=4,
                    markevery=places,
                    linewidth=1.6,
                    label=name.replace("_", " "),
                )
            legend(figure, 2)
            ends = ", ".join(f"{name} {curve[quantity][-1]:.3f}" for name, curve in trained.items())
            alt = f"{title}, by {across}. At the end: {ends}."
            charts.append(finish(figure, f"training-{quantity.replace('_', '-')}", title, alt))
    return charts


def draw_loss_terms(terms: Mapping[str, Mapping[str, float]]) -> Chart:
    """The composition of each student's loss at the end of training: a bar per student, a part per weighted term.

    Args:
        terms: student -> term -> weight times the term's last value.
    """
    names = list(dict.fromkeys(term for parts in terms.values() for term in parts))
    listed = []
    with canvas(105 + 27 * max(1, len(terms))) as (figure, axes):
        axes.set_title("Share of the loss by term, weighted")
        left = dict.fromkeys(terms, 0.0)
        for place, term in enumerate(names):
            students = [name for name in terms if term in terms[name]]
            shares = [100 * terms[name][term] / max(1e-12, sum(terms[name].values())) for name in students]
            rows = [list(terms).index(name) for name in students]
            axes.barh(
                rows,
                shares,
                left=[left[name] for name in students],
                height=0.6,
                color=PARTS[place % len(PARTS)][0],
                hatch=PARTS[place % len(PARTS)][1],
                edgecolor=INK,
                linewidth=0.6,
                label=term,
            )
            for name, share in zip(students, shares, strict=True):
                left[name] += share
        for name, parts in terms.items():
            whole = max(1e-12, sum(parts.values()))
            listed.append(f"{name}: " + ", ".join(f"{term} {part / whole:.0%}" for term, part in parts.items()) + ".")
        axes.set_yticks(range(len(terms)), [name.replace("_", " ") for name in terms])
        axes.set_ylim(max(1, len(terms)) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, 100)
        axes.set_xlabel("% of the loss at the last step")
        legend(figure, 4)
        return finish(figure, "loss-terms", "Loss terms", f"Share of each term in the final loss. {' '.join(listed)}")


def _short(number: float, _: object) -> str:
    """A count as the label of an axis: 1,500,000 as 1.5M."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"
