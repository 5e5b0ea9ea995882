"""The curves of a run as charts."""

import math

import pytest

from kx.charts.chart import VerticalLine
from kx.charts.curves import curve_sheets, fit_curves
from kx.charts.fit_scores import scores_of_fits
from kx.pages.folds import fold_plot
from kx.runs.reader import Run
from kx.runs.record_parts import DataFacts
from kx.wording.words import Words
from tests.pages.conftest import CURVES, a_record

EN = Words("en")


def curve_charts(run, words):
    return list(curve_sheets(fit_curves(run), words)[0].charts.values())


def refit_charts(run, words):
    return [
        chart
        for sheet in curve_sheets(fit_curves(run), words)[1:]
        for chart in sheet.charts.values()
    ]


def labels(chart):
    return [series.label for series in chart.series if series.label]


def test_each_metric_has_a_chart_with_the_best_epoch_marked(leave):
    charts = curve_charts(Run(leave()), EN)

    assert [chart.title for chart in charts] == ["loss", "accuracy"]
    assert labels(charts[0]) == ["training", "validation"]
    assert charts[0].marks == [VerticalLine(2, "best epoch 2 (0.4000)")]
    assert [(list(one.x), list(one.y)) for one in charts[0].series if one.form == "ring"] == [
        ([2], [0.4])
    ]


def test_refit_stands_apart(leave):
    refit = {"loss": [0.6, 0.4], "accuracy": [0.6, 0.8]}
    run = Run(leave(curves={"holdout": CURVES, "refit": refit}))

    assert len(curve_charts(run, EN)) == 2
    (loss, _) = refit_charts(run, EN)
    assert (list(loss.series[0].x), list(loss.series[0].y)) == ([1, 2], [0.6, 0.4])


def test_run_without_a_validation_part_shows_its_training(leave):
    run = Run(leave(curves={"refit": {"loss": [0.6, 0.4]}}))

    assert [labels(chart) for chart in curve_charts(run, EN)] == [["training"]]
    assert refit_charts(run, EN) == []


def test_folds_have_their_mean_and_the_spread_around_it(leave):
    other = {**CURVES, "val_loss": [0.8, 0.6, 0.7]}
    run = Run(leave(curves={"fold-1": CURVES, "fold-2": other}))

    loss = curve_charts(run, EN)[0]

    (mean,) = [one for one in loss.series if one.label == "validation, mean of 2 fits"]
    assert list(mean.y) == pytest.approx([0.7, 0.5, 0.6])
    assert loss.bands[0].low == pytest.approx([0.7 - 0.02**0.5, 0.5 - 0.02**0.5, 0.6 - 0.02**0.5])
    assert labels(loss).count("validation, each fit") == 2


def test_smoothing_and_skipped_epochs_are_those_of_the_strategy(leave):
    curves = {"loss": [9.0, 1.0, 0.5], "val_loss": [99.0, 2.0, 1.0]}
    spec = {"validation": {"smooth": 0.5, "skip_epochs": 1}}

    (loss,) = curve_charts(Run(leave(a_record(spec=spec), curves={"holdout": curves})), EN)

    (smoothed,) = [one for one in loss.series if one.label == "validation, smoothed by 0.5"]
    assert list(smoothed.y) == [None, 2.0, 1.5]
    assert [one.ink for one in loss.series if one.form.startswith("faint")] == [
        "training", "validation",
    ]  # fmt: skip
    assert loss.y.span[1] < 3  # 99 does not set the range
    assert [(zone.label, zone.end) for zone in loss.zones] == [("first epoch, not judged", 1.5)]


def test_phases_are_parted_by_a_line(leave):
    fits = [{"name": "holdout", "phases": [{"start": 1}, {"start": 3}]}]

    loss = curve_charts(Run(leave(a_record(fits=fits))), EN)[0]

    assert VerticalLine(2.5, label="next phase") in loss.marks


def test_unit_of_the_target_stands_beside_errors_in_it(leave):
    record = a_record(
        dataset=DataFacts(**{"name": "x", "task": "regression", "target": "price (USD)"})
    )
    curves = {"mae": [2.0, 1.0], "val_mae": [3.0, 2.0]}

    (mae,) = curve_charts(Run(leave(record, curves={"holdout": curves})), EN)

    assert (mae.title, mae.y.label, mae.y.unit) == (
        "mean absolute error", "mean absolute error", "price (USD)",
    )  # fmt: skip


def test_many_folds_share_a_row(leave):
    record = a_record(fold_scores={"accuracy": [0.5 + at / 100 for at in range(20)]})
    run = Run(leave(record, curves={f"fold-{at}": CURVES for at in range(20)}))

    rows = fold_plot(scores_of_fits(run, EN), EN).rows

    assert [row.label for row in rows] == ["20 fits", "mean ± sd", "- majority class"]
    assert len(rows[0].values) == 20


def test_single_fit_is_no_comparison(leave):
    assert scores_of_fits(Run(leave()), EN) is None


GROWN = {"loss": [0.5, 0.4, 90.0, 3e9], "val_loss": [0.6, 0.5, 200.0, math.inf]}


def test_loss_that_grew_beyond_measure_has_a_logarithmic_axis_that_says_so(leave):
    run = Run(leave(curves={"holdout": GROWN, "refit": {"loss": [0.5, 8e7]}}))

    (loss,), (refit,) = curve_charts(run, EN), refit_charts(run, EN)
    (in_chinese,) = curve_charts(run, Words("zh"))

    assert (loss.y.logarithmic, loss.y.label) == (True, "loss, logarithmic scale")
    assert (refit.y.logarithmic, refit.y.label) == (True, "loss, logarithmic scale")
    assert in_chinese.y.label.endswith("，对数刻度")


def test_epochs_without_a_finite_value_are_marked(leave):
    run = Run(leave(curves={"holdout": GROWN}))

    lost = curve_charts(run, EN)[0].series[-1]

    assert (lost.label, list(lost.x), lost.form) == ("infinite or not a number", [4], "lost")


def test_skipped_epochs_do_not_make_an_axis_logarithmic(leave):
    curves = {"loss": [1e9, 3.0, 2.0], "val_loss": [1e8, 2.5, 2.0]}
    record = a_record(spec={"validation": {"skip_epochs": 1}})

    (loss,) = curve_charts(Run(leave(record, curves={"holdout": curves})), EN)

    assert not loss.y.logarithmic
    assert loss.y.span == pytest.approx((2.0 - 0.08, 3.0 + 0.08))


def test_range_behind_skipped_epochs_of_a_logarithmic_axis_is_one_of_exponents(leave):
    curves = {"loss": [1e9, 1.0, 1e5], "val_loss": [1e8, 1.0, 1e5]}
    record = a_record(spec={"validation": {"skip_epochs": 1}})

    (loss,) = curve_charts(Run(leave(record, curves={"holdout": curves})), EN)

    assert loss.y.span == pytest.approx((-0.4, 5.4))  # 8 % of 5 beyond 0 and 5


def test_a_gap_in_one_fit_is_a_gap_in_the_spread_of_all(leave):
    other = {**CURVES, "val_loss": [0.8, math.nan, 0.7]}
    third = {**CURVES, "val_loss": [0.7, 0.5, 0.6]}
    run = Run(leave(curves={"fold-1": CURVES, "fold-2": other, "fold-3": third}))

    (band,) = curve_charts(run, EN)[0].bands

    assert [edge is None for edge in band.low] == [False, True, False]


def test_few_folds_have_a_row_each_with_their_names(leave):
    record = a_record(fold_scores={"accuracy": [0.5, 0.7]})
    named = Run(leave(record, curves={"fold-1": CURVES, "fold-2": CURVES}))
    unnamed = Run(leave(record, curves={"fold-1": CURVES}))

    rows = [fold_plot(scores_of_fits(run, EN), EN).rows for run in (named, unnamed)]

    assert [row.label for row in rows[0]][:3] == ["fold-1", "fold-2", "mean ± sd"]
    assert [row.label for row in rows[1]][:3] == ["1", "2", "mean ± sd"]
    assert rows[0][2].shown == "0.6000 ± 0.1414"
