"""Draws charts with matplotlib, which takes a second to import."""

import io
from functools import cache

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from charts.model import Chart, Panel

DPI = 200
SIZE = (4.5, 3.4)
"""Inches: 900 x 680 pixels. A phone shows them 390 points wide, so the letters look as large as
those of a message."""
MARGIN = 0.1
"""Inches of margin around the chart."""
FONT = 9.0
"""Size of most letters in points; on a phone 11 points."""

LABELLED = 12
"""Vertical bars up to which each shows its value."""
SINGLE = 62
"""Vertical bars up to which they are drawn apart; more become one shape."""
NAMED = 7
"""Names that fit below vertical bars."""
FEWEST = 5
"""Horizontal bars to leave room for at least, because a single one would fill the picture."""
LONGEST = 18
"""Characters of the name of a horizontal bar; a longer name is cut off."""

FAMILY = "DejaVu Sans"
"""The font. matplotlib brings it, so charts look the same on every machine."""

LIGHT = {"paper": "#ffffff", "ink": "#222222", "faint": "#d9dde3", "bar": "#2481cc"}
DARK = {"paper": "#17212b", "ink": "#e8edf2", "faint": "#33414f", "bar": "#5eb5f7"}

THOUSAND = 1000
UNITS = ("", "k", "M", "G", "T", "P")


def draw(chart: Chart) -> bytes:
    """Draw a chart.

    Returns:
        A PNG, 900 pixels wide.
    """
    colours = DARK if chart.dark else LIGHT
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN)
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=colours["paper"], layout=layout)
    FigureCanvasAgg(figure)
    all_axes = figure.subplots(len(chart.panels), 1, squeeze=False, sharex=not chart.lying)
    for axes, panel in zip(all_axes[:, 0], chart.panels, strict=True):
        _dress(axes, panel, colours)
        if chart.lying:
            _lie(axes, chart, panel, colours)
        else:
            _stand(axes, chart, panel, colours)
    png = io.BytesIO()
    figure.savefig(png, format="png", facecolor=colours["paper"], metadata={"Software": None})
    return png.getvalue()


def drawable(text: str) -> str:
    """Remove the characters that the font lacks, which would show as boxes."""
    known = _letters()
    return " ".join("".join(sign for sign in text if sign.isspace() or ord(sign) in known).split())


def short(value: float) -> str:
    """Write a number with few characters: 950, 1.2k, -3.5M."""
    unit = 0
    while round(abs(value), 1) >= THOUSAND and unit + 1 < len(UNITS):
        value /= THOUSAND
        unit += 1
    return f"{value:.1f}".removesuffix(".0") + UNITS[unit]


@cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(findfont(FontProperties(family=FAMILY))).get_charmap())


def _dress(axes: Axes, panel: Panel, colours: dict[str, str]) -> None:
    axes.set_facecolor(colours["paper"])
    axes.tick_params(colors=colours["ink"], labelsize=FONT, length=0, pad=5)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_axisbelow(True)
    if title := drawable(panel.title):
        axes.set_title(title, color=colours["ink"], fontsize=FONT + 1, loc="left", parse_math=False)


def _stand(axes: Axes, chart: Chart, panel: Panel, colours: dict[str, str]) -> None:
    positions = range(len(panel.values))
    if len(positions) > SINGLE:
        # One shape, because 365 single bars take half a second.
        edges = [position - 0.5 for position in range(len(positions) + 1)]
        axes.stairs(panel.values, edges, fill=True, color=colours["bar"])
    else:
        bars = axes.bar(positions, panel.values, color=colours["bar"], width=0.8)
    if len(positions) <= LABELLED:
        labels = [short(value) for value in panel.values]
        axes.bar_label(bars, labels, color=colours["ink"], fontsize=FONT - 1, padding=2)
        axes.margins(y=0.15)
    named = [position for position in positions if chart.names[position]]
    step = -(-len(named) // NAMED)
    shown = named[::step] if step else []
    axes.set_xticks(shown, [drawable(chart.names[position]) for position in shown])
    axes.set_xlim(-0.7, len(positions) - 0.3)
    if not any(panel.values):
        axes.set_ylim(0, 1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.grid(axis="y", color=colours["faint"], linewidth=0.8)
    axes.axhline(0, color=colours["ink"], linewidth=0.8)


def _lie(axes: Axes, chart: Chart, panel: Panel, colours: dict[str, str]) -> None:
    positions = range(len(panel.values))
    bars = axes.barh(positions, panel.values, color=colours["bar"], height=0.7)
    labels = [short(value) for value in panel.values]
    axes.bar_label(bars, labels, color=colours["ink"], fontsize=FONT, padding=3)
    names = [_cut(drawable(name)) for name in chart.names]
    axes.set_yticks(positions, names, parse_math=False)
    axes.set_ylim(max(len(positions), FEWEST) - 0.4, -0.6)
    axes.margins(x=0.15)
    axes.set_xticks([])
    axes.axvline(0, color=colours["ink"], linewidth=0.8)


def _cut(name: str) -> str:
    return (
        name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )
