"""Where things lie in a picture."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kx.pages.charts import Band, Chart, DotPlot, DotRow, Series, rounded, thinned
from kx.pages.dots import placed
from kx.pages.scales import padded, ticks
from kx.pages.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, drawn


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

    picture = drawn(Chart("", "", "", [series], x_range=(0, 1), y_range=(0, 1)))

    left, top, right, bottom = map(float, (LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM))
    assert [shape.d for shape in picture.shapes] == [f"M{left} {bottom}L{right} {top}"]


def test_gap_breaks_a_line_and_a_lonely_point_is_a_dot():
    values = [0.0, None, 1.0, None, 0.0, 1.0]

    picture = drawn(Chart("", "", "", [Series("", [0, 1, 2, 3, 4, 5], values)]))

    (shape,) = picture.shapes
    assert shape.d.count("M") == 3
    assert shape.d.count("h0") == 2
    assert shape.d.count("L") == 1


@pytest.mark.parametrize("values", [[], [None, None], [float("inf")]])
def test_nothing_to_draw_is_no_picture(values):
    assert drawn(Chart("", "", "", [Series("", list(range(len(values))), values)])) is None


def test_bars_stand_on_zero():
    picture = drawn(Chart("", "", "", [Series("", [0, 1], [2.0, 4.0], form="bars")]))

    assert picture.y_ticks[0].text == "0"


def test_marks_outside_the_frame_are_left_out():
    chart = Chart("", "", "", [Series("", [1, 2], [1.0, 2.0])], marks=[(1.5, "in"), (9, "out")])

    assert [text for _, text, _ in drawn(chart).marks] == ["in"]


def test_band_counts_for_the_range():
    band = Band("", [0, 1], [-5.0, -5.0], [5.0, 5.0])

    chart = Chart("", "", "", [Series("", [0, 1], [0.0, 0.0])], bands=[band])

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
    chart = Chart("", "", "", [series], y_range=(-2, 4), logarithmic=True, whole=True)

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

    picture = drawn(Chart("", "", "", [series], logarithmic=True))

    assert [tick.text for tick in picture.y_ticks] == ["1e-200", "1", "1e+200"]


def test_a_band_ends_where_the_lowest_point_of_a_logarithmic_axis_does():
    band = Band("", [0, 1], [-3.0, 10.0], [5.0, 1000.0])
    series = Series("", [0, 1], [1.0, 1000.0])

    picture = drawn(Chart("", "", "", [series], bands=[band], y_range=(0, 3), logarithmic=True))

    bottom = HEIGHT - BOTTOM
    assert picture.shapes[0].d.split("L")[0].endswith(f" {bottom}.0")


def test_crosses_stand_at_the_upper_edge_and_widen_the_range_of_epochs():
    lost = Series("lost", [3], [None], "plain", "lost")

    picture = drawn(Chart("", "", "", [Series("", [1, 2], [1.0, 2.0]), lost], whole=True))

    assert picture.data["x"][1] > 3
    assert (picture.shapes[-1].form, f" {TOP + 3}l8 8" in picture.shapes[-1].d) == ("lost", True)
    assert ("lost", "plain", "lost") in picture.legend
    assert len(picture.data["series"]) == 1
