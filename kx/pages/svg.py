"""Where everything of a chart with two axes lies in an SVG picture. No library is needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kx.pages.charts import Band, Chart, Number, rounded
from kx.pages.scales import Range, Scale, Tick, padded, powers, ticks

WIDTH, HEIGHT = 560, 320
LEFT, TOP, RIGHT, BOTTOM = 58, 26, 14, 46
"""Room around the frame, in units of the picture, for ticks and labels."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a picture: the ``d`` of a path, and how it looks."""

    d: str
    ink: str
    form: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with every position worked out, in units of the picture.

    Attributes:
        frame: left, top, right and bottom of the field between the axes.
        marks: position, text, and to which side of it the text stands.
        legend: label, ink and form of what is drawn.
        data: the numbers themselves, for the script that shows them under the pointer.
    """

    chart: Chart
    width: int
    height: int
    frame: tuple[float, float, float, float]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    shapes: Sequence[Shape]
    marks: Sequence[tuple[float, str, str]]
    legend: Sequence[tuple[str, str, str]]
    data: dict[str, Any]


def drawn(chart: Chart) -> Drawing | None:
    """Return where everything of a chart lies; None if there is no point to draw."""
    placed = _in_exponents(chart) if chart.logarithmic else chart
    ranges = _ranges(placed)
    if ranges is None:
        return None
    x_range, y_range = ranges
    frame = (LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)
    x, y = Scale(x_range, (frame[0], frame[2])), Scale(y_range, (frame[3], frame[1]))
    y_ticks = (powers if chart.logarithmic else ticks)(y_range, 6)
    return Drawing(
        chart=chart,
        width=WIDTH,
        height=HEIGHT,
        frame=frame,
        x_ticks=[Tick(x(value), text) for value, text in ticks(x_range, 7, whole=chart.whole)],
        y_ticks=[Tick(y(value), text) for value, text in y_ticks],
        shapes=list(_shapes(placed, x, y)),
        marks=[_mark(x(at), text) for at, text in chart.marks if x.holds(at)],
        legend=list(_legend(chart)),
        data=_data(chart, placed, frame, x_range, y_range),
    )


def _in_exponents(chart: Chart) -> Chart:
    """Return the chart with the exponents of ten in place of its values.

    What lies between two curves is cut off below the lowest point.
    """
    floor = min((y for one in chart.series for y in one.y if y and y > 0), default=1.0)
    return replace(
        chart,
        series=[replace(one, y=[_exponent(y) for y in one.y]) for one in chart.series],
        bands=[
            replace(
                band,
                low=[math.log10(max(y, floor)) for y in band.low],
                high=[math.log10(max(y, floor)) for y in band.high],
            )
            for band in chart.bands
        ],
    )


def _exponent(value: Number) -> Number:
    known = value is not None and math.isfinite(value) and value > 0
    return math.log10(value) if known else None  # type: ignore[arg-type]


def _ranges(chart: Chart) -> tuple[Range, Range] | None:
    points = [
        (x, y)
        for series in chart.series
        for x, y in zip(series.x, series.y, strict=True)
        if y is not None and math.isfinite(y)
    ]
    if not points:
        return None
    edges = [end for band in chart.bands for end in (*band.low, *band.high) if math.isfinite(end)]
    xs, ys = [x for x, _ in points], [y for _, y in points] + edges
    xs += [x for series in chart.series if series.form == "lost" for x in series.x]
    if any(series.form == "bars" for series in chart.series):
        ys.append(0.0)
    if chart.diagonal and chart.x_range is None:
        span = padded(min(xs + ys), max(xs + ys))
        return span, span
    x_range = chart.x_range or (_epochs(xs) if chart.whole else padded(min(xs), max(xs)))
    return x_range, chart.y_range or padded(min(ys), max(ys))


def _epochs(xs: Sequence[float]) -> Range:
    margin = max(0.3, 0.02 * (max(xs) - min(xs)))
    return min(xs) - min(margin, 0.9), max(xs) + margin  # no epoch 0 on the axis


def _shapes(chart: Chart, x: Scale, y: Scale) -> Iterator[Shape]:
    for band in chart.bands:
        yield Shape(_area(band, x, y), band.ink, "band")
    if chart.diagonal:
        low, high = x.values
        yield Shape(f"M{x(low)} {y(low)}L{x(high)} {y(high)}", "plain", "reference")
    for at, low, high in chart.whiskers:
        yield Shape(f"M{x(at)} {y(low)}V{y(high)}", "validation", "whisker")
    for series in chart.series:
        points = [
            None if v is None or not math.isfinite(v) else (x(at), y(v))
            for at, v in zip(series.x, series.y, strict=True)
        ]
        if series.form == "dots":
            yield Shape("".join(_dots(points)), series.ink, "dots")
        elif series.form == "lost":
            yield Shape("".join(_crosses(series.x, x, y)), series.ink, "lost")
        elif series.form == "bars":
            yield Shape("".join(_bars(points, y(0))), series.ink, "bars")
        else:
            yield Shape("".join(_line(points)), series.ink, series.form)


_Points = Sequence[tuple[float, float] | None]


def _line(points: _Points) -> Iterator[str]:
    """Yield moves and lines; a point between two gaps becomes a line of no length: a round dot."""
    pen = "M"
    for at, point in enumerate(points):
        if point is None:
            pen = "M"
            continue
        yield f"{pen}{point[0]} {point[1]}"
        alone = pen == "M" and (at + 1 == len(points) or points[at + 1] is None)
        yield "h0" if alone else ""
        pen = "L"


def _dots(points: _Points) -> Iterator[str]:
    return (f"M{point[0]} {point[1]}h0" for point in points if point)


def _crosses(places: Sequence[float], x: Scale, y: Scale) -> Iterator[str]:
    top = y.places[1]
    return (f"M{x(at) - 4:.1f} {top + 3}l8 8m0 -8l-8 8" for at in places)


def _bars(points: _Points, floor: float) -> Iterator[str]:
    known = [point for point in points if point]
    width = known[1][0] - known[0][0] if len(known) > 1 else 20.0
    for x, y in known:
        yield f"M{x - width * 0.46:.1f} {floor}V{y}h{width * 0.92:.1f}V{floor}z"


def _area(band: Band, x: Scale, y: Scale) -> str:
    there = [f"{x(at)} {y(v)}" for at, v in zip(band.x, band.low, strict=True)]
    back = [f"{x(at)} {y(v)}" for at, v in zip(band.x, band.high, strict=True)]
    return f"M{'L'.join([*there, *reversed(back)])}z"


def _mark(at: float, text: str) -> tuple[float, str, str]:
    third = (WIDTH - LEFT - RIGHT) / 3
    side = "start" if at < LEFT + third else "end" if at > LEFT + 2 * third else "middle"
    return at, text, side


def _legend(chart: Chart) -> Iterator[tuple[str, str, str]]:
    shown: set[str] = set()
    entries: Iterable[tuple[str, str, str]] = [
        *((series.label, series.ink, series.form) for series in chart.series),
        *((band.label, band.ink, "band") for band in chart.bands),
    ]
    for label, ink, form in entries:
        if label and label not in shown:
            shown.add(label)
            yield label, ink, form


def _data(
    chart: Chart, placed: Chart, frame: tuple[float, ...], x_range: Range, y_range: Range
) -> dict[str, Any]:
    """Return what the script needs to tell the numbers of lines; scatters have too many.

    Args:
        chart: with the numbers.
        placed: with what stands for them on the axis.
        frame: where the axes are.
        x_range: of the horizontal axis.
        y_range: of the vertical axis.
    """
    lines = [
        {
            "label": series.label or chart.y_label,
            "ink": series.ink,
            "x": [rounded(x, 6) for x in series.x],
            "y": [rounded(y, 5) for y in at.y],
            "values": [rounded(y, 5) for y in series.y],
        }
        for series, at in zip(chart.series, placed.series, strict=True)
        if series.form in ("line", "bars") or (series.form == "dots" and chart.whole)
    ]
    return {"frame": frame, "x": x_range, "y": y_range, "name": chart.x_label, "series": lines}
