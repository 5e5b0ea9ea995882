import pytest

from kx.charts.inks import INKS
from kx.charts.overlay import RunCurve, overlay
from kx.drawing.canvas import Heading, new_figure
from kx.drawing.curves import draw_chart, draw_charts
from kx.pages.many import many_runs
from kx.wording.words import Words
from tests.pages.conftest import leave as leave

WORDS = Words()


def framed(*curves, **how):
    axes = new_figure(1).axes[0]
    of = [RunCurve.whole(str(at), points, None, at, WORDS) for at, points in enumerate(curves)]
    draw_chart(axes, overlay("val_loss", of, WORDS, **how))
    return axes


def test_each_run_has_its_line_and_its_best_epoch(tmp_path):
    path = tmp_path / "a.svg"
    runs = [("base", [0.5, 0.3, 0.4], 2), ("wild $x$", [0.6, None, 0.5], 9), ("none", [], None)]
    curves = [RunCurve.whole(*run, at, WORDS) for at, run in enumerate(runs)]

    draw_charts(path, [overlay("val_loss", curves, WORDS)], Heading("a title"))

    text = path.read_text()
    assert "base (best epoch 2)" in text
    assert "wild $x$" in text
    assert "epoch 9" not in text
    assert "validation loss" in text


def test_the_best_epoch_has_a_ring_in_the_ink_of_its_run():
    curves = [
        RunCurve.whole("a", [0.5, 0.4], None, 0, WORDS),
        RunCurve("b", [1, 20], [0.5, 0.3], 20, 9),
    ]

    *_, ring = overlay("val_loss", curves, WORDS).series

    assert (ring.form, ring.ink, list(ring.x), list(ring.y)) == ("ring", "c1 d1", [20], [0.3])


def test_a_lone_peak_does_not_squash_the_others():
    curve = [0.3 + 0.01 * epoch for epoch in range(60)]
    low, high = framed([*curve[:30], 50.0, *curve[30:]]).get_ylim()

    assert 0.2 < low < 0.36  # the first tenth of the epochs does not decide
    assert 0.8 < high < 1.0


def test_a_highest_value_that_is_not_far_off_is_shown():
    curve = [0.3 + 0.01 * epoch for epoch in range(60)]  # from 0.3 to 0.89

    assert framed([*curve, 1.0]).get_ylim()[1] > 1.0


def test_skipped_epochs_do_not_decide_what_is_shown():
    assert framed([900.0, 500.0, 3.0, 2.0, 2.5], skipped=2).get_ylim()[1] < 4


def test_losses_of_different_size_are_shown_by_their_ratio():
    near, far = framed([1.0, 2.0, 3.0]), framed([1.0, 2.0, 3.0], [50.0, 45.0, 40.0])

    assert (near.get_yscale(), far.get_yscale()) == ("linear", "log")
    assert "$" not in "".join(label.get_text() for label in far.get_yticklabels())


def test_runs_have_the_colours_of_pages():
    lines = framed(*[[1.0, 2.0]] * 10).get_lines()

    assert [line.get_color() for line in lines[:8]] == [INKS[f"c{at}"] for at in range(8)]
    assert lines[8].get_color() == lines[0].get_color()
    assert [lines[at].get_linestyle() for at in (0, 8)] == ["-", "--"]


@pytest.mark.parametrize("ratio", [2, 9, 20, 900, 2000])
def test_picture_and_page_agree_on_the_axis(leave, ratio):
    curves = [{"loss": [1.0] * 3, "val_loss": [scale] * 3} for scale in (1.0, float(ratio))]

    page = many_runs([leave(curves={"holdout": each}) for each in curves], Words("en"))
    picture = framed(*(each["val_loss"] for each in curves))

    assert page.charts[0].chart.y.logarithmic is (picture.get_yscale() == "log") is (ratio > 10)


def test_picture_and_page_show_the_same_range_though_one_value_is_far_off(leave):
    wild = [0.5, 0.4, *[0.3] * 5, 90.0, *[0.2] * 50]

    page = many_runs([leave(curves={"holdout": {"val_loss": wild}})] * 2, Words("en"))

    low, high = framed(wild).get_ylim()
    assert page.charts[0].chart.y.span == pytest.approx((low, high))
    assert high < 1
