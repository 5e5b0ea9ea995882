import math
import re

import pytest

from kx.base.curves import mean_curve, needs_logarithm, smooth_curve
from kx.base.errors import DataError, StorageError, UsageError
from kx.charts.curves import FitCurves, curve_sheets, drawable, mean_history
from kx.charts.fit_scores import fit_scores
from kx.drawing.canvas import Heading, new_figure
from kx.drawing.curves import draw_chart, draw_charts, draw_run_plots
from kx.drawing.folds import draw_fold_scores
from kx.wording.words import Words

HISTORY = {
    "loss": [0.7, 0.5, 0.4],
    "accuracy": [0.5, 0.7, 0.8],
    "val_loss": [0.6, 0.5, 0.6],
    "val_accuracy": [0.6, 0.7, 0.7],
}
WORDS = Words()


def charts(history, **look):
    """The charts of a single fit."""
    sheet, *_ = [*curve_sheets(FitCurves({"holdout": history}, **look), WORDS), None]
    return sheet.charts if sheet else {}


def plot(history, path, metric="loss", title="", sample=False, **look):
    draw_charts(path, [charts(history, **look)[metric]], Heading(title, sample))


def plot_run(folder, fits, title="", metrics=(), suffix="png", **look):
    sheets = curve_sheets(FitCurves(fits, **look), WORDS)
    return draw_run_plots(folder, sheets, Heading(title), metrics=metrics, suffix=suffix)


def plot_scores(path, metric, scores, title="", unit="", baseline=None):
    shown = fit_scores(metric, scores, dict([baseline] if baseline else []), unit, WORDS)
    draw_fold_scores(path, shown, Heading(title))


MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("points", "factor", "expected"),
    [
        # 10 * 0.8 + 20 * 0.2 = 12; 12 * 0.8 + 0 * 0.2 = 9.6
        ([10.0, 20.0, 0.0], 0.8, [10.0, 12.0, 9.6]),
        ([10.0, 20.0, 0.0], 0.0, [10.0, 20.0, 0.0]),
        # The gap stays, and the mean goes on behind it: 10 * 0.5 + 20 * 0.5 = 15
        ([None, 10.0, None, 20.0], 0.5, [None, 10.0, None, 15.0]),
        ([], 0.8, []),
    ],
)
def test_a_smoothed_curve_is_an_exponential_mean(points, factor, expected):
    assert smooth_curve(points, factor) == pytest.approx(expected)


@pytest.mark.parametrize("factor", [-0.1, 1.0, 2.0, math.nan])
def test_a_factor_out_of_range_is_refused(factor):
    with pytest.raises(UsageError, match="at least 0 and below 1"):
        smooth_curve([1.0], factor)


def test_the_mean_of_folds_ends_with_the_shortest_and_keeps_gaps():
    assert mean_curve([[1.0, 2.0, 3.0], [3.0, None]]) == [2.0, None]
    folds = [{"loss": [1.0], "val_loss": [2.0]}, {"loss": [3.0]}]
    assert mean_history(folds) == {"loss": [2.0]}


def test_the_loss_is_drawn_first():
    names = ["accuracy", "val_accuracy", "val_loss", "loss"]
    assert drawable({name: [] for name in names}) == ["loss", "accuracy"]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_numbers_give_the_same_bytes(tmp_path, suffix):
    paths = [tmp_path / f"{n}.{suffix}" for n in (1, 2)]
    for path in paths:
        plot(HISTORY, path, title="imdb", best_epoch=2, smooth=0.8)

    first, second = (path.read_bytes() for path in paths)
    assert first.startswith(MAGIC[suffix])
    assert first == second
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("history", "options"),
    [
        ({"loss": [0.5]}, {}),
        ({"loss": [0.5], "val_loss": [0.6]}, {"best_epoch": 1}),
        ({"loss": [0.5, None, 0.4], "val_loss": [None, 0.5, None]}, {"best_epoch": 1}),
        ({"loss": [None, None]}, {"best_epoch": 9}),
        ({"loss": []}, {}),
        ({"val_loss": [0.5, 0.4]}, {"best_epoch": 2, "sample": True}),
        ({"loss": [1e300, 1e-300]}, {"smooth": 0.9}),
    ],
    ids=["one", "one of each", "gaps", "nothing finite", "empty", "validation only", "extreme"],
)
def test_odd_histories_are_drawn(tmp_path, history, options):
    plot(history, tmp_path / "loss.svg", **options)

    assert (tmp_path / "loss.svg").stat().st_size > 1000


@pytest.mark.parametrize("title", [r"$\badcmd$", "$", "[/foo]", "\x1b]0;x\x07", "実験", "x" * 500])
def test_a_title_is_only_text(tmp_path, title):
    mae = {name.replace("loss", "mae"): values for name, values in HISTORY.items()}
    plot(mae, tmp_path / "loss.png", metric="mae", title=title, unit=title)
    odd = {title: [1.0, 2.0], f"val_{title}": [1.0, 2.0]}
    draw_charts(tmp_path / "odd.png", list(charts(odd).values()), Heading(title))

    assert (tmp_path / "loss.png").exists()


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """A function that draws into an SVG and returns the texts in it."""
    from kx.drawing import canvas

    monkeypatch.setitem(canvas.STYLE, "svg.fonttype", "none")  # texts stay texts

    def drawn(draw, *arguments, **options):
        draw(*arguments, **options)
        return re.findall(r"<text[^>]*>([^<]*)</text>", (tmp_path / "x.svg").read_text())

    return drawn


def test_axes_curves_and_the_best_epoch_are_named(tmp_path, texts):
    said = texts(plot, HISTORY, tmp_path / "x.svg", metric="accuracy", title="imdb", best_epoch=2)

    assert {"imdb", "epoch", "accuracy", "training", "validation"} <= set(said)
    assert "best epoch 2 (0.7000)" in said
    assert not any("SAMPLE" in text for text in said)


def test_a_picture_of_sample_data_says_so(tmp_path, texts):
    said = texts(plot, HISTORY, tmp_path / "x.svg", title="x", sample=True)

    assert "SAMPLE DATA, not the real data set" in said


def test_drawing_leaves_the_users_settings_alone(tmp_path, texts):
    import matplotlib as mpl

    texts(plot, HISTORY, tmp_path / "x.svg")

    assert mpl.rcParams["svg.fonttype"] == "path"


@pytest.mark.parametrize("metric", ["acc", "val_accuracy", "accuracy"])
def test_a_metric_may_be_spelled_as_keras_does(tmp_path, metric):
    (path,) = plot_run(tmp_path, {"holdout": HISTORY}, metrics=[metric])

    assert path == tmp_path / "accuracy.png"


def test_an_unknown_metric_is_refused_with_a_guess(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'accuracy'"):
        plot_run(tmp_path, {"holdout": HISTORY}, metrics=["acuracy"])


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"\.png, \.svg, \.pdf"):
        plot(HISTORY, tmp_path / "loss.gif")


def test_a_missing_folder_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        plot(HISTORY, tmp_path / "gone" / "loss.png")


def test_a_run_has_a_picture_per_metric_an_overview_and_those_of_its_refit(tmp_path):
    fits = {"holdout": HISTORY, "refit": {"loss": [0.7], "accuracy": [0.5]}}

    paths = plot_run(tmp_path, fits, "imdb", best_epoch=2)

    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "loss.png",
        "accuracy.png",
        "overview.png",
        "refit-loss.png",
        "refit-accuracy.png",
        "refit-overview.png",
    ]
    assert all(path.stat().st_size > 5000 for path in paths)


def test_folds_become_one_picture(tmp_path):
    fits = {f"fold-{k}": HISTORY for k in range(1, 5)}

    paths = plot_run(tmp_path, fits, "boston", metrics=["loss"], suffix="svg")

    assert [path.name for path in paths] == ["loss.svg"]


def test_refits_of_several_seeds_become_one_picture(tmp_path):
    fits = {"fold-1": HISTORY, "refit-seed-1": {"loss": [0.7]}, "refit": {"loss": [0.5]}}

    paths = plot_run(tmp_path, fits, "boston", metrics=["loss"])

    assert [path.name for path in paths] == ["loss.png", "refit-loss.png"]


@pytest.mark.parametrize(
    ("count", "smooth", "named", "left_out"),
    [
        (1, 0.0, {"validation"}, "validation, mean ± sd"),
        (
            2,
            0.0,
            {"validation, mean of 2 fits", "validation, mean ± sd", "validation, each fit"},
            "validation",
        ),
        (
            12,
            0.9,
            {"validation, smoothed mean", "validation, each fit"},
            "validation, mean of 12 fits",
        ),
        (
            13,
            0.9,
            {"validation, smoothed mean", "validation, mean ± sd"},
            "validation, each fit",
        ),
    ],
)
def test_several_fits_show_mean_and_spread_and_each_only_if_few(
    tmp_path, texts, count, smooth, named, left_out
):
    fits = {f"fold-{k}": {"val_loss": [k, 2 * k, k]} for k in range(1, count + 1)}
    sheet, *_ = curve_sheets(FitCurves(fits, smooth), WORDS)

    said = set(texts(draw_charts, tmp_path / "x.svg", list(sheet.charts.values()), Heading("x")))

    assert named <= said
    assert left_out not in said


def test_the_band_is_a_standard_deviation_wide():
    folds = [[1.0, 5.0], [2.0, 5.0], [3.0, 5.0, 9.0]]
    fits = {str(at): {"val_loss": fold} for at, fold in enumerate(folds)}

    (band,) = drawn_axes(fits=fits).collections

    corners = band.get_paths()[0].vertices.tolist()
    assert {tuple(corner) for corner in corners} == {(1, 1), (1, 3), (2, 5)}  # 2 ± 1, then 5 ± 0


def test_a_gap_in_one_fit_is_a_gap_in_the_spread(tmp_path):
    fits = {"a": {"val_loss": [1.0, None, 2.0]}, "b": {"val_loss": [2.0, 1.0, 3.0, 4.0]}}

    for smooth in (0.0, 0.5):
        (path,) = plot_run(tmp_path, fits, "x", smooth=smooth, skip_epochs=1)
        assert path.stat().st_size > 5000


def test_smoothing_begins_behind_the_skipped_epochs(tmp_path, texts):
    history = {"val_loss": [100.0, 4.0, 2.0, 3.0]}

    said = texts(plot, history, tmp_path / "x.svg", smooth=0.5, best_epoch=3, skip_epochs=1)

    assert "best epoch 3 (2.0000; smoothed 3.0000)" in said  # 4 * 0.5 + 2 * 0.5
    assert "first epoch, not judged" in said


@pytest.mark.parametrize(("skipped", "highest"), [(0, 1000), (2, 5), (3, 5), (4, 1000), (99, 1000)])
def test_skipped_epochs_do_not_squash_the_others(tmp_path, texts, skipped, highest):
    history = {"loss": [900.0, 80.0, 4.0, 3.0], "val_loss": [950.0, 90.0, 5.0, 4.0]}

    said = texts(plot, history, tmp_path / "x.svg", skip_epochs=skipped)

    ticks = [float(text) for text in said if re.fullmatch(r"[\d.]+", text)]
    assert highest / 2 < max(ticks) <= highest


def test_a_dot_per_fold_with_mean_spread_and_baseline(tmp_path, texts):
    scores = {"fold-1": 1.0, "fold-2": 2.0, "fold-3": 3.0}
    how = {"title": "boston", "unit": "1000 USD", "baseline": ("median", 6.5)}

    said = set(texts(plot_scores, tmp_path / "x.svg", "mae", scores, **how))

    assert {*scores, "boston, scores of 3 fits", "1000 USD"} <= said
    assert "validation mean absolute error" in said
    assert {"each fit", "mean 2.0000", "mean ± sd (1.0000)"} <= said
    assert "best baseline: median 6.5000" in said


@pytest.mark.parametrize(
    ("scores", "baseline", "expected"),
    [
        (
            [0.96, 0.98],
            ("majority", 0.6),
            "best baseline: majority class 0.6000 (off the scale, below)",
        ),
        ([1.0, 1.1], ("mean", 9.0), "best baseline: mean 9.0000 (off the scale, above)"),
        ([0.9, 0.9], ("majority", 0.6), "best baseline: majority class 0.6000"),
        ([1.0, math.nan, math.inf], None, "each fit (2 without a score)"),
        ([math.nan], ("mean", 2.0), "best baseline: mean 2.0000"),
        ([1.0], None, "mean 1.0000"),
        ([1.0] * 13, None, "fit, 1 to 13"),
        ([], None, "fit"),
    ],
)
def test_odd_scores_of_folds_are_drawn_and_explained(tmp_path, texts, scores, baseline, expected):
    named = {f"fold-{k}": score for k, score in enumerate(scores, 1)}

    said = texts(plot_scores, tmp_path / "x.svg", "mae", named, baseline=baseline)

    assert expected in said
    assert ("fold-1" in said) == (0 < len(scores) <= 12)


def test_names_of_fits_are_only_text(tmp_path):
    names = [r"$\badcmd$", "$", "[/foo]", "x" * 500]
    scores = {name: float(k) for k, name in enumerate(names)}

    plot_scores(tmp_path / "x.png", "mae", scores, title="$", baseline=(r"$\badcmd$", 1.0))

    assert (tmp_path / "x.png").exists()


def test_a_history_without_epochs_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="no epoch"):
        plot_run(tmp_path, {})


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        ("loss", [0.5, None, 501.0], True),
        ("val_mae", [1e6, 10.0], True),
        ("loss", [0.5, 499.0], False),
        ("loss", [0.0, 5000.0], False),  # zero has no logarithm
        ("loss", [-1.0, 5000.0], False),
        ("accuracy", [0.0001, 1.0], False),
        ("loss", [1e-300, 1e300], True),
        ("loss", [None], False),
        ("loss", [], False),
    ],
)
def test_errors_that_span_more_than_three_orders_need_a_logarithm(metric, values, expected):
    assert needs_logarithm(metric, values) is expected


GROWN = {"loss": [0.5, 0.4, 90.0, 3e9, None], "val_loss": [0.6, 0.5, 200.0, None, None]}


def drawn_axes(history=None, fits=None, **look):
    axes = new_figure(1).axes[0]
    (sheet,) = curve_sheets(FitCurves(fits or {"holdout": history}, **look), WORDS)
    draw_chart(axes, sheet.charts["loss"])
    return axes


def test_a_loss_that_grew_beyond_measure_has_a_logarithmic_axis_that_says_so():
    axes = drawn_axes(GROWN)

    low, high = axes.get_ylim()
    inside = [tick for tick in axes.get_yticks() if low <= tick <= high]
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "loss, logarithmic scale"
    assert inside == pytest.approx([1, 100, 1e4, 1e6, 1e8, 1e10])
    assert 0.01 < low < 0.4
    assert 3e9 < high < 1e11


def test_a_mean_less_its_deviation_does_not_stretch_a_logarithmic_axis():
    axes = drawn_axes(fits={"a": {"val_loss": [1e-12, 2500.0]}, "b": {"val_loss": [2.0, 7500.0]}})
    assert axes.get_ylim()[0] < 1e-12

    # 1 - sd = 0.29
    axes = drawn_axes(fits={"a": {"val_loss": [0.5, 4000.0]}, "b": {"val_loss": [1.5, 6000.0]}})
    assert axes.get_ylim()[0] > 0.1


def test_skipped_epochs_do_not_make_an_axis_logarithmic():
    axes = drawn_axes({"loss": [1e9, 3.0, 2.0], "val_loss": [1e8, 2.5, 2.0]}, skip_epochs=1)

    assert (axes.get_yscale(), axes.get_ylabel()) == ("linear", "loss")


def test_epochs_without_a_finite_value_are_marked_at_the_upper_edge():
    (crosses,) = [line for line in drawn_axes(GROWN).lines if line.get_marker() == "x"]

    assert list(crosses.get_xdata()) == [4, 5]
    assert crosses.get_label() == "infinite or not a number"
    assert [line for line in drawn_axes(HISTORY).lines if line.get_marker() == "x"] == []


def test_a_point_between_two_gaps_has_a_mark_of_its_own():
    axes = drawn_axes({"val_loss": [None, 0.5, None, 0.4, 0.3]})

    (square,) = [line for line in axes.lines if line.get_marker() == "s"]
    assert (list(square.get_xdata()), list(square.get_ydata())) == ([2], [0.5])
