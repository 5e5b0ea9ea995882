"""Where things lie in a picture."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kx.charts.chart import (
    Axis,
    Band,
    Chart,
    DotPlot,
    DotRow,
    Series,
    VerticalLine,
    Zone,
    padded,
    rounded,
    thinned,
)
from kx.pages.dots import placed
from kx.pages.scales import ticks
from kx.pages.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, drawn

PLAIN, EPOCHS = Axis(""), Axis("", whole=True)


def a_chart(*series, x=PLAIN, y=PLAIN, **parts):
    return Chart("", x, y, series, **parts)


@pytest.mark.parametrize(
    ("span", "count", "texts"),
    [
        ((0, 1), 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((-0.02, 0.031), 6, ["-0.02", "-0.01", "0", "0.01", "0.02", "0.03"]),
        ((0, 30000), 3, ["0", "10,000", "20,000", "30,000"]),
        ((0.999, 1.001), 2, ["0.999", "1.000", "1.001"]),
    ],
)
def test_ticks_are_round_numbers(span, count, texts):
    assert [text for _, text in ticks(span, count)] == texts


def test_ticks_of_epochs_are_whole():
    assert [text for _, text in ticks((0.7, 4.3), 7, whole=True)] == ["1", "2", "3", "4"]


@given(
    st.floats(-1e9, 1e9, allow_subnormal=False),
    st.floats(0, 1e9, allow_subnormal=False),
    st.integers(2, 9),
)
@example(1.5, 0.0, 6)  # 1.65 is no sum of fifteen floats of 0.1
def test_ticks_lie_within_the_span_and_are_not_too_many(low, width, count):
    span = padded(low, low + width)
    found = [at for at, _ in ticks(span, count)]
    slack = 1e-6 * (span[1] - span[0])

    assert len(found) <= count + 1
    assert all(span[0] - slack <= at <= span[1] + slack for at in found)


@given(st.integers(0, 5000), st.integers(2, 400))
def test_thinning_keeps_first_and_last(count, most):
    kept = thinned(count, most)

    assert len(kept) == min(count, most)
    assert kept == sorted(set(kept))
    assert kept[:1] + kept[-1:] == ([0, count - 1] if count else [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.123456, 0.1235), (123456.7, 123500.0), (None, None), (float("nan"), None)],
)
def test_numbers_are_rounded_to_significant_digits(value, expected):
    assert rounded(value) == expected


def test_line_runs_from_corner_to_corner_of_its_frame():
    series = Series("", [0, 1], [0.0, 1.0])

    picture = drawn(a_chart(series, x=Axis("", span=(0, 1)), y=Axis("", span=(0, 1))))

    left, top, right, bottom = map(float, (LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM))
    assert [shape.d for shape in picture.shapes] == [f"M{left} {bottom}L{right} {top}"]


def test_gap_breaks_a_line_and_a_lonely_point_is_a_dot():
    values = [0.0, None, 1.0, None, 0.0, 1.0]

    picture = drawn(a_chart(Series("", [0, 1, 2, 3, 4, 5], values)))

    (shape,) = picture.shapes
    assert shape.d.count("M") == 3
    assert shape.d.count("h0") == 2
    assert shape.d.count("L") == 1


@pytest.mark.parametrize("values", [[], [None, None], [float("inf")]])
def test_nothing_to_draw_is_no_picture(values):
    assert drawn(a_chart(Series("", list(range(len(values))), values))) is None


def test_bars_stand_on_zero():
    picture = drawn(a_chart(Series("", [0, 1], [2.0, 4.0], form="bars")))

    assert picture.y_ticks[0].text == "0"


def test_marks_outside_the_frame_are_left_out():
    lines = [VerticalLine(1.5, "in"), VerticalLine(9, "out")]
    chart = a_chart(Series("", [1, 2], [1.0, 2.0]), marks=lines)

    assert [text for _, text, _ in drawn(chart).marks] == ["in"]


def test_band_counts_for_the_range():
    band = Band("", [0, 1], [-5.0, -5.0], [5.0, 5.0])

    chart = a_chart(Series("", [0, 1], [0.0, 0.0]), bands=[band])

    texts = [tick.text for tick in drawn(chart).y_ticks]
    assert "-4" in texts
    assert "4" in texts


def test_dots_beyond_the_focus_become_arrows():
    rows = [DotRow("a", [0.9], 0.88, 0.92), DotRow("far", [0.1]), DotRow("near", [0.89])]

    found = placed(DotPlot("", rows, focus=[0.88, 0.92, 0.89]))

    assert [row.beyond and row.beyond[1] for row in found.rows] == [None, "◂", None]
    assert [len(row.dots) for row in found.rows] == [1, 0, 1]
    assert found.rows[0].low < found.rows[0].dots[0] < found.rows[0].high


def test_dot_plot_without_a_value_is_no_picture():
    assert placed(DotPlot("", [DotRow("a", [])])) is None


def test_equal_ratios_are_equal_distances_on_a_logarithmic_axis():
    series = Series("loss", [1, 2, 3, 4], [0.01, 1.0, 100.0, 10_000.0])
    chart = a_chart(series, x=EPOCHS, y=Axis("", span=(-2, 4), logarithmic=True))

    picture = drawn(chart)

    bottom = HEIGHT - BOTTOM
    heights = [tick.at for tick in picture.y_ticks]
    assert [tick.text for tick in picture.y_ticks] == [
        "0.01", "0.1", "1", "10", "100", "1,000", "10,000",
    ]  # fmt: skip
    assert heights == pytest.approx([bottom - at * (bottom - TOP) / 6 for at in range(7)], abs=0.1)
    (line,) = picture.data["series"]
    assert (line["y"], line["values"]) == ([-2, 0, 2, 4], [0.01, 1.0, 100.0, 10_000.0])


def test_a_logarithmic_axis_may_end_beyond_any_float():
    series = Series("", [1, 2, 3], [1e-308, 0.0, 1.7e308])

    picture = drawn(a_chart(series, y=Axis("", logarithmic=True)))

    assert [tick.text for tick in picture.y_ticks] == ["1e-200", "1", "1e+200"]


def test_a_band_ends_where_the_lowest_point_of_a_logarithmic_axis_does():
    band = Band("", [0, 1], [-3.0, 10.0], [5.0, 1000.0])
    series = Series("", [0, 1], [1.0, 1000.0])

    picture = drawn(a_chart(series, bands=[band], y=Axis("", span=(0, 3), logarithmic=True)))

    bottom = HEIGHT - BOTTOM
    assert picture.shapes[0].d.split("L")[0].endswith(f" {bottom}.0")


def test_crosses_stand_at_the_upper_edge_and_widen_the_range_of_epochs():
    lost = Series("lost", [3], [None], "plain", "lost")

    picture = drawn(a_chart(Series("", [1, 2], [1.0, 2.0]), lost, x=EPOCHS))

    assert picture.data["x"][1] > 3
    assert (picture.shapes[-1].form, f" {TOP + 3}l8 8" in picture.shapes[-1].d) == ("lost", True)
    assert ("lost", "plain", "lost") in picture.legend
    assert len(picture.data["series"]) == 1


def test_a_gap_in_a_band_parts_it():
    band = Band("", [1, 2, 3, 4], [0.0, 0.0, None, 0.0], [1.0, 1.0, None, 1.0])

    picture = drawn(a_chart(Series("", [1, 2, 3, 4], [0.0] * 4), bands=[band]))

    assert picture.shapes[0].d.count("z") == 2


def test_a_ring_stands_on_its_point_and_is_not_told_under_the_pointer():
    at = Series("", [2], [1.0], form="ring")

    picture = drawn(a_chart(Series("line", [1, 2], [0.0, 1.0]), at, x=EPOCHS))

    line, ring = picture.shapes
    x, y = map(float, line.d.partition("L")[2].split())
    assert ring.d.startswith(f"M{x - 4:.1f} {y}a4 4")
    assert [series["label"] for series in picture.data["series"]] == ["line"]


def test_zones_and_thin_lines_are_explained_in_the_legend():
    parts = {
        "zones": [Zone("zone", 0, 1.5)],
        "marks": [VerticalLine(1.5, label="phase"), VerticalLine(2, "best")],
    }

    picture = drawn(a_chart(Series("line", [1, 2], [0.0, 1.0]), x=EPOCHS, **parts))

    assert [label for label, *_ in picture.legend] == ["line", "zone", "phase"]
    assert picture.shapes[0].form == "zone"
    assert [text for _, text, _ in picture.marks] == ["", "best"]


def test_a_long_curve_keeps_first_and_last_of_at_most_so_many_points():
    picture = drawn(a_chart(Series("", range(1, 2001), [0.5] * 2000), x=EPOCHS))

    (line,) = picture.data["series"]
    assert (len(line["x"]), line["x"][0], line["x"][-1]) == (400, 1, 2000)
