import math

import pytest

from kx.errors import DataError, StorageError, UsageError
from kx.reporting.plots.curves import (
    Look,
    draw_run_plots,
    drawable,
    mean_history,
    plot_history,
    plot_overview,
)
from kx.reporting.plots.smoothing import mean_curve, smooth_curve

HISTORY = {
    "loss": [0.7, 0.5, 0.4],
    "accuracy": [0.5, 0.7, 0.8],
    "val_loss": [0.6, 0.5, 0.6],
    "val_accuracy": [0.6, 0.7, 0.7],
}
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
        plot_history(HISTORY, path, metric="loss", title="imdb", best_epoch=2, smooth=0.8)

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
    plot_history(history, tmp_path / "loss.svg", metric="loss", **options)

    assert (tmp_path / "loss.svg").stat().st_size > 1000


@pytest.mark.parametrize("title", [r"$\badcmd$", "$", "[/foo]", "\x1b]0;x\x07", "実験", "x" * 500])
def test_a_title_is_only_text(tmp_path, title):
    plot_history(HISTORY, tmp_path / "loss.png", metric="loss", title=title, unit=title)
    odd = {title: [1.0, 2.0], f"val_{title}": [1.0, 2.0]}
    plot_overview(odd, tmp_path / "odd.png", Look(title))

    assert (tmp_path / "loss.png").exists()


def texts(path, monkeypatch, **options):
    """Draw into an SVG that keeps its texts as texts."""
    import matplotlib as mpl

    from kx.reporting.plots import curves

    monkeypatch.setitem(curves.STYLE, "svg.fonttype", "none")
    plot_history(HISTORY, path, metric="accuracy", **options)
    assert mpl.rcParams["svg.fonttype"] == "path"
    return path.read_text()


def test_axes_curves_and_the_best_epoch_are_named(tmp_path, monkeypatch):
    svg = texts(tmp_path / "accuracy.svg", monkeypatch, title="imdb", best_epoch=2)

    for text in ("imdb", "epoch", "accuracy (share correct)", "training", "validation"):
        assert f">{text}<" in svg
    assert "best epoch: 2 (0.7000)" in svg
    assert "SAMPLE DATA" not in svg


def test_a_picture_of_sample_data_says_so(tmp_path, monkeypatch):
    svg = texts(tmp_path / "accuracy.svg", monkeypatch, title="imdb", sample=True)

    assert "SAMPLE DATA, not the real data set" in svg


@pytest.mark.parametrize("metric", ["acc", "val_accuracy", "accuracy"])
def test_a_metric_may_be_spelled_as_keras_does(tmp_path, metric):
    plot_history(HISTORY, tmp_path / "accuracy.png", metric=metric)

    assert (tmp_path / "accuracy.png").exists()


def test_an_unknown_metric_is_refused_with_a_guess(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'accuracy'"):
        plot_history(HISTORY, tmp_path / "x.png", metric="acuracy")


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"\.png, \.svg, \.pdf"):
        plot_history(HISTORY, tmp_path / "loss.gif", metric="loss")


def test_a_missing_folder_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        plot_history(HISTORY, tmp_path / "gone" / "loss.png", metric="loss")


def test_a_run_has_a_picture_per_metric_an_overview_and_those_of_its_refit(tmp_path):
    fits = {"holdout": HISTORY, "refit": {"loss": [0.7], "accuracy": [0.5]}}

    paths = draw_run_plots(tmp_path, fits, Look("imdb", best_epoch=2))

    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "plots/loss.png",
        "plots/accuracy.png",
        "plots/overview.png",
        "plots/refit-loss.png",
        "plots/refit-accuracy.png",
        "plots/refit-overview.png",
    ]
    assert all(path.stat().st_size > 5000 for path in paths)


def test_folds_become_one_picture(tmp_path):
    fits = {f"fold-{k}": HISTORY for k in range(1, 5)}

    paths = draw_run_plots(tmp_path, fits, Look("boston"), metrics=["loss"], suffix="svg")

    assert [path.name for path in paths] == ["loss.svg"]


def test_a_history_without_epochs_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="no epoch"):
        draw_run_plots(tmp_path, {}, Look())
