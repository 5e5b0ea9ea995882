"""What all pictures have in common: colours, fonts, title, and how they become files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import UsageError
from kx.base.storage import atomic_file
from kx.base.text import clean, shortened
from kx.charts.chart import Axis as ChartAxis
from kx.wording.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, GRID, ALARM = "#22303c", "#7b8794", "#e3e8ee", "#b3261e"

OTHER_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC",
    "Hiragino Sans GB", "Arial Unicode MS",
)  # fmt: skip
"""Asked, where a machine has them, for signs alone that the font of all pictures lacks."""

STYLE = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: all machines draw the same
    "font.size": 9.5,
    "text.color": INK,
    # A name with dollar signs is no formula, and may be none that can be drawn.
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "kx",
}

FEW = 3
"""Up to so many orders of magnitude a logarithmic axis has ticks between the powers of ten."""

TICKS = 8
"""About so many powers of ten stand on an axis that has more of them."""

LONG = 40
"""Characters of a legend that have room beside each other."""

# Dates and versions would make every file a new one.
NO_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a picture.

    Attributes:
        title: of the picture.
        sample: whether the data are a stand-in, which the picture then says.
        alarm: what else the picture must say, such as that nothing was learned.
    """

    title: str = ""
    sample: bool = False
    alarm: str = ""

    @property
    def alarms(self) -> list[str]:
        """What must be said, a line each."""
        said = [self.alarm, Words()("caveat.picture.sample") if self.sample else ""]
        return [text for text in said if text]


@contextmanager
def styled() -> Iterator[None]:
    """Draw as this module says, whatever the user's own settings for Matplotlib are."""
    from matplotlib import style

    fonts = {"font.family": [STYLE["font.family"], *_others()]}
    with style.context(["default", {**STYLE, **fonts}]), warnings.catch_warnings():
        # A name in a script that the font lacks: boxes in the title are no reason to stop.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _others() -> list[str]:
    """Return the fonts that this machine has for other scripts."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return [name for name in OTHER_FONTS if name in installed]


def new_figure(count: int, height: float = 4.0) -> Figure:
    """Return a figure with ``count`` axes, each so many inches high, at most three in a row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(
        figsize=(6.4 if count == 1 else 4.8 * columns, height * rows), layout="constrained"
    )
    FigureCanvasAgg(figure)  # draws to memory: needs no screen, leaves pyplot's state alone
    figure.subplots(rows, columns, squeeze=False)
    for unused in figure.axes[count:]:
        unused.remove()
    return figure


def head(figure: Figure, heading: Heading) -> None:
    """Write the title, and that the data are a sample if they are."""
    title = "\n".join([shortened(clean(heading.title), 60), *heading.alarms])
    if title:
        color = ALARM if heading.alarms else INK
        figure.suptitle(title, fontsize=11.5, weight="bold", color=color)


def name_axis(axes: Axes, axis: ChartAxis) -> None:
    """Say what is on the vertical axis, with the unit of the target where it has that."""
    lines = [axis.label, axis.unit] if axis.unit else [axis.label]
    axes.set_ylabel("\n".join(shortened(clean(line), 48) for line in lines))


def show_range(axes: Axes, axis: ChartAxis) -> None:
    """Show the span of the vertical axis, if it has one."""
    if axis.span and axis.logarithmic:
        _make_logarithmic(axes, *axis.span)
    elif axis.span:
        axes.set_ylim(*axis.span)


def _make_logarithmic(axes: Axes, first: float, last: float) -> None:
    """Make the vertical axis logarithmic, between two exponents of ten.

    Its numbers are plain: formulas are not drawn here.
    """
    from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, StrMethodFormatter

    axes.set_autoscaley_on(False)  # with its margins, the range may end beyond any float
    axes.set_yscale("log")
    first, last = max(first, -307.0), min(last, 308.0)
    axes.set_ylim(10**first, 10**last)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    if last - first > FEW:  # Matplotlib's own ticks, too, may lie beyond any float
        step = math.ceil((last - first) / TICKS)
        powers = range(math.ceil(first / step), math.floor(last / step) + 1)
        axes.yaxis.set_major_locator(FixedLocator([10.0 ** (step * at) for at in powers]))
        axes.minorticks_off()
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def legend(axes: Axes) -> None:
    """Explain what is drawn, below the axes: within them it sooner or later lies on a curve."""
    labels = axes.get_legend_handles_labels()[1]
    if labels:
        longest, all_of_them = max(map(len, labels)), len("".join(labels))
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.16),
            ncols=1 if longest > LONG else 2 if all_of_them > LONG else 3,
            frameon=False,
            fontsize=8.5,
        )


def save(figure: Figure, path: Path) -> None:
    """Write the picture; the suffix of ``path`` decides what kind it is.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    metadata = NO_METADATA.get(path.suffix)
    if metadata is None:
        raise UsageError(f"{path.name}: a picture is one of {', '.join(NO_METADATA)}")
    with atomic_file(path) as part:
        figure.savefig(part, dpi=150, metadata=metadata)
