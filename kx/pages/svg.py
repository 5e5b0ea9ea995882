"""Where everything of a chart with two axes lies in an SVG picture. No library is needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from kx.charts.chart import Band, Chart, Number, Range, padded, rounded, thinned
from kx.pages.scales import Scale, Tick, powers, ticks

WIDTH, HEIGHT = 560, 320
LEFT, TOP, RIGHT, BOTTOM = 58, 26, 14, 46
"""Room around the frame, in units of the picture, for ticks and labels."""

MOST = 400
"""At most so many epochs of a curve are drawn: more than a screen has room for."""


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
    chart = _thinned(chart) if chart.x.whole else chart
    placed = _in_exponents(chart) if chart.y.logarithmic else chart
    ranges = _ranges(placed)
    if ranges is None:
        return None
    x_range, y_range = ranges
    frame = (LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)
    x, y = Scale(x_range, (frame[0], frame[2])), Scale(y_range, (frame[3], frame[1]))
    y_ticks = (powers if chart.y.logarithmic else ticks)(y_range, 6)
    return Drawing(
        chart=chart,
        width=WIDTH,
        height=HEIGHT,
        frame=frame,
        x_ticks=[Tick(x(value), text) for value, text in ticks(x_range, 7, whole=chart.x.whole)],
        y_ticks=[Tick(y(value), text) for value, text in y_ticks],
        shapes=list(_shapes(placed, x, y)),
        marks=[_mark(x(mark.at), mark.text) for mark in chart.marks if x.holds(mark.at)],
        legend=list(_legend(chart)),
        data=_data(chart, placed, frame, x_range, y_range),
    )


def _thinned(chart: Chart) -> Chart:
    """Return a chart over epochs with no more points than a screen has room for."""

    def of(values: Sequence[Any]) -> list[Any]:
        return [values[at] for at in thinned(len(values), MOST)]

    return replace(
        chart,
        series=[replace(one, x=of(one.x), y=of(one.y)) for one in chart.series],
        bands=[replace(b, x=of(b.x), low=of(b.low), high=of(b.high)) for b in chart.bands],
    )


def _in_exponents(chart: Chart) -> Chart:
    """Return the chart with the exponents of ten in place of its values.

    What lies between two curves is cut off below the lowest point.
    """
    floor = min((y for one in chart.series for y in one.y if y and y > 0), default=1.0)

    def above(values: Sequence[Number]) -> list[Number]:
        return [None if y is None else math.log10(max(y, floor)) for y in values]

    return replace(
        chart,
        series=[replace(one, y=[_exponent(y) for y in one.y]) for one in chart.series],
        bands=[replace(b, low=above(b.low), high=above(b.high)) for b in chart.bands],
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
    ends = [end for band in chart.bands for end in (*band.low, *band.high)]
    edges = [end for end in ends if end is not None and math.isfinite(end)]
    xs, ys = [x for x, _ in points], [y for _, y in points] + edges
    xs += [x for series in chart.series if series.form == "lost" for x in series.x]
    if any(series.form == "bars" for series in chart.series):
        ys.append(0.0)
    if chart.diagonal and chart.x.span is None:
        span = padded(min(xs + ys), max(xs + ys))
        return span, span
    x_range = chart.x.span or (_epochs(xs) if chart.x.whole else padded(min(xs), max(xs)))
    return x_range, chart.y.span or padded(min(ys), max(ys))


def _epochs(xs: Sequence[float]) -> Range:
    margin = max(0.3, 0.02 * (max(xs) - min(xs)))
    return min(xs) - min(margin, 0.9), max(xs) + margin  # no epoch 0 on the axis


def _shapes(chart: Chart, x: Scale, y: Scale) -> Iterator[Shape]:
    for zone in chart.zones:
        low, high = y.places
        d = f"M{x(zone.start)} {low}H{x(zone.end)}V{high}H{x(zone.start)}z"
        yield Shape(d, "plain", "zone")
    for band in chart.bands:
        yield Shape("".join(_areas(band, x, y)), band.ink, "band")
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
        if series.form in ("dots", "faint dots"):
            yield Shape("".join(_dots(points)), series.ink, series.form)
        elif series.form == "ring":
            yield Shape("".join(_rings(points)), series.ink, "ring")
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


def _rings(points: _Points) -> Iterator[str]:
    return (f"M{x - 4:.1f} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0" for x, y in filter(None, points))


def _areas(band: Band, x: Scale, y: Scale) -> Iterator[str]:
    """Yield an area for each part of a band between two gaps."""
    known = [None not in ends for ends in zip(band.low, band.high, strict=True)]
    for is_known, part in groupby(range(len(known)), key=known.__getitem__):
        if is_known:
            at = list(part)
            there = [f"{x(band.x[n])} {y(band.low[n] or 0.0)}" for n in at]
            back = [f"{x(band.x[n])} {y(band.high[n] or 0.0)}" for n in reversed(at)]
            yield f"M{'L'.join([*there, *back])}z"


def _mark(at: float, text: str) -> tuple[float, str, str]:
    third = (WIDTH - LEFT - RIGHT) / 3
    side = "start" if at < LEFT + third else "end" if at > LEFT + 2 * third else "middle"
    return at, text, side


def _legend(chart: Chart) -> Iterator[tuple[str, str, str]]:
    shown: set[str] = set()
    entries: Iterable[tuple[str, str, str]] = [
        *((series.label, series.ink, series.form) for series in chart.series),
        *((band.label, band.ink, "band") for band in chart.bands),
        *((zone.label, "plain", "zone") for zone in chart.zones),
        *((mark.label, "plain", "mark phase") for mark in chart.marks),
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
            "label": series.label or chart.y.label,
            "ink": series.ink,
            "x": [rounded(x, 6) for x in series.x],
            "y": [rounded(y, 5) for y in at.y],
            "values": [rounded(y, 5) for y in series.y],
        }
        for series, at in zip(chart.series, placed.series, strict=True)
        if series.form in ("line", "bars") or (series.form == "dots" and chart.x.whole)
    ]
    return {"frame": frame, "x": x_range, "y": y_range, "name": chart.x.label, "series": lines}
