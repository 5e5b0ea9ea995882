"""Dot plots on pages: names have room, in either script."""

import pytest

from kx.charts.chart import DotPlot, DotRow
from kx.pages.dots import DIGIT, NAME, cells, fitting, placed


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("hours_since_service", "hours_since_service"),
        ("上次保养以来的小时数", "上次保养以来的小时数"),
        ("x" * 30, "x" * 20 + "…"),
        ("长" * 20, "长" * 10 + "…"),
    ],
)
def test_a_name_has_the_room_that_it_takes(label, shown):
    drawing = placed(DotPlot("MAE", [DotRow(label, [1.0], shown="1.0000")]))

    (row,) = drawing.rows
    assert row.name == shown == fitting(label, NAME)
    assert drawing.left - 12 >= DIGIT * cells(shown)
