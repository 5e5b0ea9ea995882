"""Curves in one line of text: how a validation went, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from kx.curves import mean_curve
from kx.errors import DataError
from kx.reporting.history import Curves, read_history

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-=+*#@"
"""From the least to the greatest value; the plain ones where a terminal knows only ASCII."""

GAP = " "
"""Where there was no finite number."""


def sparkline(values: Sequence[float | None], width: int, *, ascii_only: bool = False) -> str:
    """Return a character for each of ``values``, or for the mean of some where there are many.

    Args:
        values: one per epoch; None where there was no number.
        width: at most so many characters.
        ascii_only: whether nothing but ASCII can be shown.
    """
    marks = PLAIN if ascii_only else BLOCKS
    points = _thinned(values, width)
    known = [point for point in points if point is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    steps = len(marks) - 1
    return "".join(
        GAP if point is None else marks[round((point - low) / span * steps) if span else 0]
        for point in points
    )


def _thinned(values: Sequence[float | None], width: int) -> list[float | None]:
    count = min(len(values), width)
    bounds = [at * len(values) // count for at in range(count + 1)] if count else []
    parts = [values[start:end] for start, end in pairwise(bounds)]
    known = [[value for value in part if value is not None] for part in parts]
    return [fmean(part) if part else None for part in known]


def validation_curves(folder: Path, monitor: str = "val_loss") -> Curves:
    """Return the curves of the validation part: of several fits, their means; ``monitor`` first.

    Without a history that can be read there are none: who wants to know why asks ``kx plot``.
    """
    try:
        fits = read_history(folder)
    except DataError:
        return {}
    judged = [fit for fit in fits.values() if any(map(_is_judged, fit))]
    names = sorted(filter(_is_judged, judged[0] if judged else ()), key=lambda n: n != monitor)
    return {name: mean_curve([fit[name] for fit in judged if name in fit]) for name in names}


def main_curve(folder: Path) -> Sequence[float | None]:
    """Return the loss of the validation part, epoch by epoch, or nothing without one."""
    return next(iter(validation_curves(folder).values()), ())


def _is_judged(name: str) -> bool:
    return name.startswith("val_")
