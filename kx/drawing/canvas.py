"""What all pictures have in common: colours, fonts, title, and how they become files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import UsageError
from kx.base.storage import atomic_file
from kx.base.text import clean, shortened
from kx.runs.history import Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAINING, VALIDATION = "#2a6fb0", "#d9622b"  # told apart by the colour-blind, and in grey
INK, FAINT, GRID, ALARM = "#22303c", "#7b8794", "#e3e8ee", "#b3261e"

STYLE = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same picture on every machine
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

LABELS = {
    "accuracy": "accuracy (share correct)",
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "rmse": "root mean squared error",
}

# Dates and versions would make every file a new one.
NO_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How curves are drawn, whatever they show.

    Attributes:
        title: of the picture.
        smooth: weight of the past in the curves, in [0, 1); the raw curves stay faintly behind.
        best_epoch: counted from 1; is marked, on the smoothed curve if there is one.
        sample: whether the data are a stand-in, which the picture then says.
        unit: of what a regression predicts; stands beside the errors.
        folds: curves of single fits, drawn faintly behind their mean.
        skip_epochs: epochs at the start that were not judged: they are greyed, do not count for
            the range of values shown, and smoothing begins behind them.
        alarm: what else the picture must say, such as that nothing was learned.
        phases: the first epochs of the phases of the training; a thin line begins each but one.
    """

    title: str = ""
    smooth: float = 0.0
    best_epoch: int | None = None
    sample: bool = False
    unit: str = ""
    folds: Sequence[Curves] = ()
    skip_epochs: int = 0
    alarm: str = ""
    phases: Sequence[int] = ()


@contextmanager
def styled() -> Iterator[None]:
    """Draw as this module says, whatever the user's own settings for Matplotlib are."""
    from matplotlib import style

    with style.context(["default", STYLE]), warnings.catch_warnings():
        # A name in a script that the font lacks: boxes in the title are no reason to stop.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def new_figure(count: int) -> Figure:
    """Return a figure with ``count`` axes, at most three beside each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(
        figsize=(6.4 if count == 1 else 4.8 * columns, 4.0 * rows), layout="constrained"
    )
    FigureCanvasAgg(figure)  # draws to memory: needs no screen, leaves pyplot's state alone
    figure.subplots(rows, columns, squeeze=False)
    for unused in figure.axes[count:]:
        unused.remove()
    return figure


def head(figure: Figure, look: CurveStyle) -> None:
    """Write the title, and that the data are a sample if they are."""
    title = shortened(clean(look.title), 60)
    alarms = [look.alarm, "SAMPLE DATA, not the real data set" if look.sample else ""]
    title = "\n".join([title, *filter(None, alarms)])
    if title:
        color = ALARM if any(alarms) else INK
        figure.suptitle(title, fontsize=11.5, weight="bold", color=color)


def value_label(axes: Axes, metric: str, unit: str) -> None:
    """Name the vertical axis after the metric, with the unit where it has that of the target."""
    label = LABELS.get(metric, metric.replace("_", " "))
    of = f"\n{shortened(clean(unit), 48)}" if unit and metric in ("mae", "rmse") else ""
    scale = ", logarithmic scale" if axes.get_yscale() == "log" else ""
    axes.set_ylabel(shortened(clean(label), 48) + scale + of)


def make_logarithmic(axes: Axes, low: float, high: float) -> None:
    """Make the vertical axis logarithmic, from ``low`` to ``high``, both above 0.

    Its numbers are plain: formulas are not drawn here.
    """
    from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, StrMethodFormatter

    axes.set_autoscaley_on(False)  # with its margins, the range may end beyond any float
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    first, last = math.log10(low), math.log10(high)
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
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.16),
            ncols=3 if len("".join(labels)) <= 40 else 2,
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
