import pytest

from kx.drawing.canvas import CurveStyle, new_figure
from kx.drawing.overlay import _draw, _frame, draw_overlay
from kx.pages.many import many_runs
from kx.wording.words import Words
from tests.report.conftest import leave as leave
from tests.report.test_colours import LIGHT


def framed(*curves, **look):
    axes = new_figure(1).axes[0]
    for at, points in enumerate(curves):
        _draw(axes, at, str(at), points, None)
    _frame(axes, curves, CurveStyle(**look))
    return axes


def test_each_run_has_its_line_and_its_best_epoch(tmp_path):
    path = tmp_path / "a.svg"
    curves = {"base": [0.5, 0.3, 0.4], "wild $x$": [0.6, None, 0.5], "none": []}

    draw_overlay(path, "val_loss", curves, {"base": 2, "wild $x$": 9}, CurveStyle("a title"))

    text = path.read_text()
    assert "base (best: epoch 2)" in text
    assert "wild $x$" in text
    assert "epoch 9" not in text
    assert "validation loss" in text


def test_a_lone_peak_does_not_squash_the_others():
    curve = [0.3 + 0.01 * epoch for epoch in range(60)]
    low, high = framed([*curve[:30], 50.0, *curve[30:]]).get_ylim()

    assert 0.2 < low < 0.36  # the first tenth of the epochs does not decide
    assert 0.8 < high < 1.0


def test_skipped_epochs_do_not_decide_what_is_shown():
    assert framed([900.0, 500.0, 3.0, 2.0, 2.5], skip_epochs=2).get_ylim()[1] < 4


def test_losses_of_different_size_are_shown_by_their_ratio():
    near, far = framed([1.0, 2.0, 3.0]), framed([1.0, 2.0, 3.0], [50.0, 45.0, 40.0])

    assert (near.get_yscale(), far.get_yscale()) == ("linear", "log")
    assert "$" not in "".join(label.get_text() for label in far.get_yticklabels())


def test_runs_have_the_colours_of_pages():
    lines = framed(*[[1.0, 2.0]] * 10).get_lines()

    assert [line.get_color() for line in lines[:8]] == [LIGHT[f"c{at}"] for at in range(8)]
    assert lines[8].get_color() == lines[0].get_color()
    assert [lines[at].get_linestyle() for at in (0, 8)] == ["-", "--"]


@pytest.mark.parametrize("ratio", [2, 9, 20, 900, 2000])
def test_picture_and_page_agree_on_the_axis(leave, ratio):
    curves = [{"loss": [1.0] * 3, "val_loss": [scale] * 3} for scale in (1.0, float(ratio))]

    page = many_runs([leave(curves={"holdout": each}) for each in curves], Words("en"))
    picture = framed(*(each["val_loss"] for each in curves))

    assert page.charts[0].chart.logarithmic is (picture.get_yscale() == "log") is (ratio > 10)
