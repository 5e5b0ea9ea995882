"""The page of a table that was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kx.advice.distributions import Distribution
from kx.advice.table_look import SeenColumn, SeenTable
from kx.wording.look_words import (
    content_said,
    doubts_said,
    kind_said,
    opening_said,
    repeated_said,
)
from kx.wording.places import place_said
from kx.wording.recorded import in_words
from kx.wording.words import Words

WIDTH, HEIGHT = 220, 56
"""Of a small chart, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: place and size in the units of the chart.

    Attributes:
        text: what is to be read of it.
    """

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class SmallChart:
    """A histogram of a column, and what the target is in each bar.

    Attributes:
        line: the path of the target; empty without one.
        dots: whether it is one of dots.
        low: the name of the first bar.
        high: that of the last one.
    """

    bars: Sequence[Bar]
    line: str
    dots: bool
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column as it is shown.

    Attributes:
        tells: share of the target, as a text; empty: not known.
        chart: None of columns that are left out.
    """

    name: str
    kind: str
    content: str
    missing: str
    tells: str
    chart: SmallChart | None


@dataclass(frozen=True, slots=True)
class TableView:
    """All that the page shows, in its order."""

    rows: str
    target: str
    target_chart: SmallChart | None
    lines: Sequence[ColumnLine]
    note: str
    findings: Sequence[str]
    repeated: Sequence[str]
    doubts: Sequence[str]
    doubtful: Sequence[tuple[str, str, str, str]]


def table_view(seen: SeenTable, words: Words) -> TableView:
    """Return what the page shows of a table."""
    look = seen.look
    ends = _ends([each.shape for each in look.columns.values()])
    of = next((each.shape.of for each in look.columns.values()), "")
    rows, target = opening_said(seen, words)
    return TableView(
        rows=rows,
        target=target,
        target_chart=small_chart(look.target, ends) if look.target else None,
        lines=[_line(column, words, ends) for column in seen.columns],
        note=words("look.shape_note", of=_of(of, words)) if seen.target else "",
        findings=[in_words(each, words.language) for each in seen.findings],
        repeated=repeated_said(look.repeated, words),
        doubts=doubts_said(look.doubts, words) if seen.target else [],
        doubtful=[
            (
                place_said(each.place, words),
                each.given,
                each.said,
                "" if each.sure is None else f"{each.sure:.3f}",
            )
            for each in (look.doubts.rows if look.doubts else ())
        ],
    )


def _of(name: str, words: Words) -> str:
    return words("look.shape_share", name=name) if name else words("look.shape_numbers")


def _ends(shapes: Sequence[Distribution]) -> tuple[float, float]:
    """Return the range of the target in all bars of all charts, so that these can be compared."""
    if any(shape.of for shape in shapes):
        return 0.0, 1.0
    known = [value for shape in shapes for value in shape.target if value is not None]
    return min(known, default=0.0), max(known, default=0.0)


def _line(column: SeenColumn, words: Words, ends: tuple[float, float]) -> ColumnLine:
    look = column.look
    return ColumnLine(
        column.name,
        kind_said(column, words),
        content_said(column, words),
        f"{look.missing:.0%}" if look and look.missing else "",
        f"{look.tells:.0%}" if look and look.tells is not None else "",
        small_chart(look.shape, ends, dots=column.kind == "category") if look else None,
    )


def small_chart(
    shape: Distribution, range_: tuple[float, float], *, dots: bool = False
) -> SmallChart:
    """Return the bars of a distribution, and the target above them.

    Args:
        shape: the distribution.
        range_: of the target: from the bottom to the top of the chart.
        dots: whether bars are no neighbours, so that no line leads from one to the next.
    """
    count, most = max(len(shape.counts), 1), max(shape.counts, default=0) or 1
    step = WIDTH / count
    bars = [
        Bar(round(at * step + 1, 1), round(HEIGHT * (1 - rows / most), 1), round(step - 2, 1),
            round(HEIGHT * rows / most, 1), _told(shape, at))
        for at, rows in enumerate(shape.counts)
    ]  # fmt: skip
    ends = (shape.names[0], shape.names[-1]) if shape.names else ("", "")
    return SmallChart(bars, _path(shape, step, range_, dots=dots), dots, *ends)


def _told(shape: Distribution, at: int) -> str:
    mean = shape.target[at] if shape.target else None
    more = "" if mean is None else f"; {mean:.2%}" if shape.of else f"; {mean:,.4g}"
    return f"{shape.names[at]}: {shape.counts[at]:,}{more}"


def _path(shape: Distribution, step: float, range_: tuple[float, float], *, dots: bool) -> str:
    """Return the line, or dots, of what the target is in each bar."""
    if not any(value is not None for value in shape.target):
        return ""
    low, span = range_[0], (range_[1] - range_[0]) or 1.0
    points = [
        f"{(at + 0.5) * step:.1f} {HEIGHT - 4 - (value - low) / span * (HEIGHT - 8):.1f}"
        for at, value in enumerate(shape.target)
        if value is not None
    ]
    return "".join(f"M{point}h0" for point in points) if dots else "M" + "L".join(points)
