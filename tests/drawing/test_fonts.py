"""Fonts of pictures: the same on all machines, others for signs that it lacks alone."""

import pytest

from kx.charts.chart import DotPlot, DotRow
from kx.drawing import canvas
from kx.drawing.canvas import Heading
from kx.drawing.dots import draw_dot_plot


def drawn(path, label, monkeypatch, fonts):
    monkeypatch.setattr(canvas, "OTHER_FONTS", fonts)
    draw_dot_plot(path, DotPlot("MAE", [DotRow(label, [1.0])]), Heading("cars"))
    return path.read_bytes()


@pytest.mark.parametrize(("label", "same"), [("price", True), ("\u22c9\u2a1d", False)])
def test_another_font_draws_only_what_the_usual_one_lacks(tmp_path, monkeypatch, label, same):
    # STIX comes with Matplotlib, and has these signs of mathematics; DejaVu lacks the second.
    fonts = ("STIXGeneral", "no such font")

    alone = drawn(tmp_path / "a.png", label, monkeypatch, ())
    with_others = drawn(tmp_path / "b.png", label, monkeypatch, fonts)

    assert (alone == with_others) == same
