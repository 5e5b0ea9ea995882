"""Dot plots as pictures: the same description that pages draw."""

from kx.charts.subgroups import subgroup_plot
from kx.drawing.canvas import Heading
from kx.drawing.dots import draw_dot_plot
from kx.runs.record_parts import LevelScore, SubgroupFacts
from kx.wording.words import Words


def level(name, value, *, worse=False):
    return LevelScore(
        column="make", level=name, rows=30, value=value, low=value - 1, high=value + 1, worse=worse
    )


def test_the_worse_level_stands_above_those_that_differ_more_and_all_have_their_numbers(texts):
    facts = SubgroupFacts(
        "test", "mae", 10, 90, [level("a", 4), level("b", 12, worse=True), level("c", 10)]
    )

    said = texts(draw_dot_plot, subgroup_plot(facts, Words()), Heading("cars"))

    assert [text for text in said if "make" in text] == ["make = b", "make = a", "make = c"]
    assert {"cars", "test mean absolute error", "12.00", "4.0000", "10.00"} <= set(said)
