"""Shared by all charts: size, the style of every model, and SVG output that takes its colours from the page."""

import html
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LINE = 15  # of a legend, px
WIDTH = 360  # px: fits a phone without scaling; wider screens show charts side by side
INK, MUTED, RULE = "#0a0b0c", "#6a6b6c", "#cacbcc"
# Colours after Okabe and Ito (2008), as (variable, on light, on dark). All have a contrast of at least 3:1.
COLOURS = {
    INK: ("--ink", "#1b1f24", "#e8eaed"),
    MUTED: ("--muted", "#656d76", "#9aa4ae"),
    RULE: ("--rule", "#d0d7de", "#3a414a"),
    "#0072b2": ("--blue", "#0072b2", "#56a9e8"),
    "#d55e00": ("--vermilion", "#d55e00", "#f28a45"),
    "#009e73": ("--green", "#00875f", "#2fc79d"),
    "#cc79a7": ("--purple", "#b85c90", "#e6a0c8"),
    "#e69f00": ("--orange", "#b97f00", "#f2b83a"),
    "#56b4e9": ("--sky", "#3592cc", "#9fd6f7"),
}
CYCLE = tuple(COLOURS)[3:]
MARKERS = ("o", "s", "^", "D", "P", "X", "v", "p")
LINES = ("-", "--", ":", "-.")
REFERENCES = {"teacher": (INK, "*", "-"), "base": (MUTED, "<", "--"), "untrained": (MUTED, ">", ":")}
STYLE = {
    "svg.hashsalt": "bert-tiny-pt",
    "svg.fonttype": "none",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 10,
}


@dataclass(frozen=True)
class Look:
    """The style of one model in every chart. Colour, marker and line each identify it."""

    colour: str
    marker: str
    line: str


@dataclass(frozen=True)
class Chart:
    """A drawn chart. name: of its file, without suffix. alt: its content as text. svg: for use inside a page."""

    name: str
    alt: str
    svg: str

    def standalone(self) -> str:
        """The SVG as a separate file, including the colours that a page would define."""
        return self.svg.replace(">", f"><style>{palette()}</style>", 1) + "\n"


def palette() -> str:
    """CSS variables of all colours, for the light and the dark scheme."""
    colours = "".join(f"{name}:light-dark({light},{dark});" for name, light, dark in COLOURS.values())
    return f":root{{color-scheme:light dark;{colours}}}"


def looks(models: Sequence[str]) -> dict[str, Look]:
    """The style of every model: fixed for references, by order for students."""
    students = [name for name in models if name not in REFERENCES]
    found = {name: Look(*look) for name, look in REFERENCES.items() if name in models}
    for place, name in enumerate(students):
        # the line style also shifts with every cycle of colours, so that the first 24 students all differ
        line = LINES[(place + place // len(CYCLE)) % len(LINES)]
        found[name] = Look(CYCLE[place % len(CYCLE)], MARKERS[place % len(MARKERS)], line)
    return found


@contextmanager
def canvas(height: float) -> Iterator[tuple[Figure, Axes]]:
    """An empty chart in the report's style, WIDTH px wide and `height` px high."""
    with sheet(height) as figure:
        yield figure, figure.add_subplot()


@contextmanager
def sheet(height: float) -> Iterator[Figure]:
    """The same without axes, for several panels."""
    with matplotlib.rc_context(STYLE):
        yield Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")


def legend(figure: Figure, columns: int) -> None:
    """Add a legend below the chart, unless it would be empty."""
    if any(axes.get_legend_handles_labels()[0] for axes in figure.axes):
        figure.legend(loc="outside lower left", ncols=columns)


def finish(figure: Figure, name: str, title: str, alt: str) -> Chart:
    """The figure as a chart; call it inside `canvas` or `sheet`. `name` prefixes its ids, to be unique on a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r"font(-family)?: ([^;\"]*?)'DejaVu Sans'[^;\"]*", r"font\1: \2system-ui, sans-serif", text)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    for colour, (variable, _, _) in COLOURS.items():
        text = text.replace(colour, f"var({variable})")
    text = re.sub(r"\n\s*", "\n", text).replace("\n/>", "/>").strip()
    box = re.search(r'viewBox="([^"]+)"', text)
    assert box is not None
    label = html.escape(alt)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box[1]}" '
        f'width="{WIDTH}" role="img" aria-label="{label}"><title>{html.escape(title)}</title><desc>{label}</desc>'
    )
    return Chart(name, alt, head + text[text.index(">") + 1 :])
