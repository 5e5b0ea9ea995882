"""Time series: steps and gaps, windows cut after the split, what the past alone forecasts."""

import datetime
from dataclasses import replace

import numpy as np
import pytest

from kx.base.errors import DataError, RowsError
from kx.contracts import DatasetInfo, Pace, Rows, SeriesForm
from kx.data.arrays.fingerprint import fingerprint
from kx.data.arrays.target_scale import Unit, unit_of
from kx.data.arrays.windows import Windows
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.forecasting import Cut
from kx.data.tables.seasons import naive_error, season_of
from kx.data.tables.timeline import steps_between, time_after, timeline, told_pace
from kx.data.tables.window_preparation import fit_windows
from kx.evaluators.forecast_scores import (
    block_bootstrap,
    errors_by_step,
    forecast_errors,
    forecast_measure,
    forecast_names,
    with_block_intervals,
)
from kx.evaluators.naive import naive_forecasts
from kx.evaluators.paired import paired_block_bootstrap, paired_bootstrap
from kx.evaluators.scores import bootstrap_mean
from kx.models.heads import suited_head
from kx.running.splitting import rows_to_split
from kx.running.steps import step_facts
from kx.strategies.time_series import TimeSeries
from kx.wording.recorded import in_a_line
from kx.wording.words import Words
from tests.parts import info_of, loaded

HOURS = Pace("day", 1 / 24, 0.0, True)


def hourly(count=60, *, lacks=(), station="", start=0):
    """Return lines of a table: a time, perhaps a station, a number, a wind, a holiday."""
    begin = datetime.datetime(2024, 1, 1)
    name = f"{station}," if station else ""
    return "".join(
        f"{begin + datetime.timedelta(hours=at):%Y-%m-%d %H:%M},{name}{at * 0.5:.2f},"
        f"{at % 7}.5,{'yes' if at % 24 < 12 else 'no'}\n"
        for at in range(start, start + count)
        if at not in lacks
    )


HEADER = "when,temperature,wind,holiday\n"
STATIONS = "when,station,temperature,wind,holiday\n"


@pytest.fixture
def series(tmp_path):
    """Writes a table, and returns the options that name it."""

    def write(content, **more):
        (tmp_path / "weather.csv").write_text(content)
        options = {"path": str(tmp_path / "weather.csv"), "time": "when", "target": "temperature"}
        return {**options, "window": 4, **more}

    return write


def load(options, **more):
    return loaded("series", SourceFiles(offline=True), **options, **more)


# Steps


def days(*texts):
    return np.array([np.datetime64(text, "s").astype(float) / 86_400 for text in texts])


def lined(times, series=None, **more):
    return timeline(times, series, range(2, len(times) + 2), **{"dates": True, **more})


def test_hours_are_steps_of_an_hour_in_whatever_order_they_stand():
    line = lined(days("2024-01-01T02", "2024-01-01T00", "2024-01-01T01", "2024-01-01T04"))

    assert told_pace(line.pace) == "1 hour"
    assert line.order.tolist() == [1, 2, 0, 3]
    assert line.steps.tolist() == [0, 1, 2, 4]
    assert line.begins.tolist() == [0, 0, 0, 3]
    assert line.gaps.tolist() == [3]


@pytest.mark.parametrize(
    "texts",
    [
        ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"),
        ("2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30"),
    ],
)
def test_months_are_steps_however_long_they_are(texts):
    line = lined(days(*texts))

    assert told_pace(line.pace) == "1 month"
    assert line.steps.tolist() == [0, 1, 2, 3]
    assert steps_between(line.pace, days(*texts)).tolist() == [1, 1, 1]
    later = time_after(line.pace, float(days(texts[0])[0]), 3)
    assert later == days(texts[3])[0]


def test_ten_thousand_minutes_do_not_drift_apart():
    times = np.round(19_723 + np.arange(10_000) / 1440, 7)

    line = lined(times)

    assert line.steps.tolist() == list(range(10_000))
    assert told_pace(line.pace) == "1 minute"


def test_series_have_the_same_steps_at_the_same_time():
    times = days("2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03", "2024-01-04")

    line = lined(times, np.array([7, 7, 3, 3, 3]))

    assert line.steps.tolist() == [1, 2, 3, 0, 1]
    assert line.whose.tolist() == [0, 0, 0, 1, 1]
    assert line.gaps.tolist() == []


def test_numbers_may_count_steps():
    line = lined(np.array([1990.0, 1995, 2000]), dates=False)

    assert (told_pace(line.pace), line.steps.tolist()) == ("5", [0, 1, 2])


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("2024-01-01", "2024-01-02", "2024-01-02"), "lines 3 and 4 have the same time"),
        (
            ("2024-01-01", "2024-01-02", "2024-01-03T10", "2024-01-04"),
            "line 4: 2024-01-03 10:00:00 falls between",
        ),
    ],
)
def test_times_that_are_no_steps_are_refused(texts, said):
    with pytest.raises(RowsError, match=said):
        lined(days(*texts))


def test_trading_days_may_be_one_step_apart_whatever_lies_between():
    times = days("2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09")

    assert lined(times).gaps.tolist() == [2]
    line = lined(times, as_rows=True)
    assert (line.steps.tolist(), line.gaps.tolist()) == ([0, 1, 2, 3], [])


# Windows


def test_windows_end_where_all_that_is_read_and_forecast_is_there():
    whole = np.zeros(8, int)

    assert Cut(3, (1,)).ends(whole).tolist() == [2, 3, 4, 5, 6]
    assert Cut(3, (3,)).ends(whole).tolist() == [2, 3, 4]
    assert Cut(3, (1,), stride=2).ends(whole).tolist() == [2, 4, 6]
    # Behind row 4 a step lacks, or another series begins.
    assert Cut(3, (1,)).ends(np.array([0, 0, 0, 0, 0, 5, 5, 5, 5])).tolist() == [2, 3, 7]


def test_windows_are_cut_as_numpy_does_it():
    rows = np.arange(20.0).reshape(10, 2)
    ends = np.array([2, 3, 9])
    windows = of_rows(rows, ends, 3)
    view = np.lib.stride_tricks.sliding_window_view(rows, 3, axis=0).transpose(0, 2, 1)

    assert windows.shape == (3, 3, 2)
    assert np.array_equal(windows[np.array([0, 2])], view[[0, 7]])
    assert np.array_equal(windows[1:], view[[1, 7]])
    assert windows.covered(np.array([0, 1])).tolist() == [0, 1, 2, 3]
    assert windows.nbytes == rows.nbytes + ends.nbytes


def of_rows(rows, ends, length, begins=None):
    steps = np.arange(len(rows))
    begins = np.zeros(len(ends), int) if begins is None else begins
    return Windows(rows, ends, length, rows[:, 0], begins, steps, np.zeros(len(rows), int))


def test_a_window_reads_the_past_and_its_target_comes_later(series):
    bundle = load(series(HEADER + hourly(80), horizon=2, gap=1, inputs=()))

    train = bundle.train
    assert bundle.info.input_shape == (4, 3)  # the target, and where in the day a step is
    assert train.x[:1][0, :, 0].tolist() == [0, 0.5, 1, 1.5]
    assert train.y[0] == 3.0  # three steps behind the last
    assert bundle.origins["train"][0] == "line 8"


def test_what_is_told_beforehand_is_what_is_loaded(series):
    options = series(HEADER + hourly())

    assert info_of("series", **options) == load(options).info


def test_all_series_are_divided_at_one_moment_and_tests_begin_when_training_ends(series):
    content = STATIONS + hourly(40, station="A") + hourly(40, station="B", start=5)
    bundle = load(series(content, series="station", horizon=3))

    train, test = bundle.train.x.spans(3), bundle.test.x.spans(3)
    assert train[:, 1].max() <= test[:, 0].min()
    assert bundle.info.series.names == ("A", "B")
    for part in (bundle.train.x, bundle.test.x):
        first = part.ends - part.length + 1
        assert (part.whose[first] == part.whose[part.ends]).all()
        assert (np.diff(part.times[part.ends]) >= 0).all()
    assert set(bundle.test.x.whose[bundle.test.x.ends].tolist()) == {0, 1}


def test_series_that_a_part_lacks_are_told(series):
    content = STATIONS + hourly(60, station="A") + hourly(30, station="B")
    content += hourly(8, station="C", start=52)

    told = load(series(content, series="station")).info.remarks

    assert [in_a_line(remark, Words("en")) for remark in told] == [
        "weather.csv: 1 series has no window in the training part: C",
        "weather.csv: 1 series has no window in the test part: B",
    ]


@pytest.mark.parametrize("seed", range(3))
def test_later_rows_change_nothing_that_a_network_is_trained_on(series, seed):
    lines = hourly(80).splitlines(keepends=True)
    random = np.random.default_rng(seed)
    options = {"horizon": 2, "known": ("holiday",), "test_fraction": 0.25}
    before = load(series(HEADER + "".join(lines), **options))
    changed = [
        f"{line.split(',')[0]},{random.normal():.2f},{random.integers(99)},no\n"
        for line in lines[60:]
    ]

    after = load(series(HEADER + "".join(lines[:60] + changed), **options))

    assert np.array_equal(before.train.x[:], after.train.x[:])
    assert np.array_equal(before.train.y, after.train.y)
    assert before.info.table == after.info.table
    assert before.info.series == after.info.series
    fits = [
        fit_windows(of.train.x, np.arange(len(of.train)), of.info.table, "standardize", "mean")
        for of in (before, after)
    ]
    assert fits[0].is_same(fits[1])
    assert not np.array_equal(before.test.y, after.test.y)
    assert fingerprint(before) != fingerprint(after)


def test_columns_known_ahead_are_read_up_to_the_target(series):
    bundle = load(series(HEADER + hourly(), horizon=3, inputs=("wind",), known=("holiday",)))

    assert bundle.info.features[:3] == ("temperature", "wind", "holiday")
    yes = bundle.info.table[2].levels.index("yes")
    for row in (0, 10, len(bundle.train) - 1):
        end = int(bundle.train.x.ends[row])
        ahead = [(at + 3) % 24 < 12 for at in range(end - 3, end + 1)]
        window = bundle.train.x[np.array([row])][0]
        assert (window[:, 2] == yes).tolist() == ahead
        assert window[:, 1].tolist() == [at % 7 + 0.5 for at in range(end - 3, end + 1)]


def test_windows_cross_no_gap_and_the_gap_is_told(series):
    options = series(HEADER + hourly(60, lacks=(20, 21)))

    with pytest.raises(RowsError, match="line 22: 2 steps are missing before 2024-01-01 22:00:00"):
        load(options)
    with pytest.raises(RowsError, match=r"on_gap: skip.*dataset\.steps: rows"):
        load(options)
    bundle = load(options, on_gap="skip")
    steps = bundle.train.x.times[bundle.train.x.ends[:, None] + np.arange(-3, 2)]
    assert (np.diff(steps, axis=1) == 1).all()
    told = [in_a_line(remark, Words("en")) for remark in bundle.info.remarks]
    assert any("1 gap in time, in steps of 1 hour" in text for text in told)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"window": 50}, "no window is left for the training part"),
        ({"window": 3, "horizon": 13}, "no window is left for the test part"),
        ({"inputs": ("wnd",)}, "Did you mean 'wind'"),
        ({"known": ("holiday",), "horizon": 5}, "make window at least as large"),
        ({"time": "temperature"}, "is listed elsewhere too|which is the target"),
        ({"time": "holiday"}, "holiday"),
        ({"ignore": ("holiday",), "known": ("holiday",)}, "not a column to learn from"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(series, more, said):
    with pytest.raises(DataError, match=said):
        load(series(HEADER + hourly(), **more))


def test_each_row_counts_once_in_what_is_learned_for_preparation(series):
    bundle = load(series(HEADER + hourly(), inputs=()))
    few = np.array([0, 1, 2])

    fitted = fit_windows(bundle.train.x, few, bundle.info.table, "standardize", "mean")

    rows = fitted.apply(bundle.train.x).rows[:6, 0]  # all that these windows read
    assert (rows.mean(), rows.std()) == (pytest.approx(0, abs=1e-6), pytest.approx(1))
    prepared = fitted.apply(bundle.train.x)[few]
    assert prepared.dtype == np.float32
    assert prepared.shape == (3, *fitted.input_shape(bundle.info.input_shape))
    again = preparation_from(fitted.arrays(), fitted.settings())
    assert again.is_same(fitted)


def test_all_steps_of_a_horizon_are_targets_and_the_last_is_that_which_stands_alone(series):
    options = series(HEADER + hourly(80), horizon=3, gap=1, known=("holiday",))

    one, every = load(options), load(options, forecast="all_steps")

    assert (every.info.task, every.info.outputs) == ("multi_regression", 3)
    assert every.info.targets == ("temperature t+2", "temperature t+3", "temperature t+4")
    assert np.array_equal(every.train.y[:, -1], one.train.y)
    assert np.array_equal(every.train.x[:], one.train.x[:])
    # Window by window: the target is half the number of the row, and stands 2 to 4 behind.
    assert np.array_equal(every.test.y, (every.test.x.ends[:, None] + [2, 3, 4]) * 0.5)
    assert np.array_equal(every.train.x.spans(4), one.train.x.spans(4))
    assert load({**options, "horizon": 1}, forecast="all_steps").info.task == "regression"


def test_steps_of_a_series_have_one_unit():
    y = np.array([[0.0, 10.0], [20.0, 30.0]])
    info = DatasetInfo("s", "multi_regression", (2, 1), targets=("a", "b"), series=form_of())

    assert unit_of(y, info) == Unit(15.0, pytest.approx(125**0.5))
    assert isinstance(unit_of(y, replace(info, series=None)).mean, tuple)
    assert suited_head(info).metrics == ("mae",)


# Validation


def test_a_fold_trains_on_targets_that_were_known_when_its_forecasts_are_made():
    lead = 3
    ends = np.arange(40)
    spans = np.stack([ends, ends + lead], axis=1)

    for proposal in TimeSeries(k=3).propose(Rows(40, spans=spans), 0):
        assert spans[proposal.train, 1].max() <= spans[proposal.validation, 0].min()
        assert len(proposal.validation) == 10
    plain = TimeSeries(k=3).propose(Rows(40), 0)[0]
    assert len(plain.train) == 10  # rows that stand alone: as before


def test_a_series_with_few_rows_is_trained_on_what_was_known_too(series):
    begin = datetime.date(2024, 1, 1)
    lines = [
        f"{begin + datetime.timedelta(days=day)},{station},{day}\n"
        for day in range(100)
        for station in ("daily", "weekly")
        if station == "daily" or day % 7 == 0
    ]
    content = "when,station,temperature\n" + "".join(lines)
    train = load(series(content, series="station", horizon=3, steps="rows", window=2)).train

    made, known = train.x.spans(3).T

    assert (train.y == known).all()  # the temperature is the number of the day
    assert {*(known - made)[train.x.whose[train.x.ends] == 1].tolist()} == {21}


def test_no_fold_divides_what_several_series_have_at_one_time(series):
    content = "".join(hourly(40, station=name) for name in "ABC")
    bundle = load(series(STATIONS + content, series="station"))
    rows = rows_to_split(bundle)

    for proposal in TimeSeries(k=3).propose(rows, 0):
        moments = rows.times[proposal.validation]
        assert rows.times[proposal.train].max() < moments.min()
        assert len(moments) == 3 * len({*moments.tolist()})


def test_a_horizon_that_leaves_nothing_to_train_on_is_told():
    spans = np.stack([np.arange(12), np.arange(12) + 6], axis=1)

    (told,) = TimeSeries(k=2).complaints(Rows(12, spans=spans))

    assert "is known when its forecasts are made" in told.message


# What the past alone says


def form_of(lead=1, season=1, naive=1.0, **more):
    return SeriesForm("y", "when", "", 3, (lead,), HOURS, season=season, naive=naive, **more)


def test_naive_forecasts_by_hand():
    values = np.array([1.0, 2, 4, 8, 16, 32])[:, None]
    windows = of_rows(values, np.array([3, 5]), 3)

    said = naive_forecasts(windows, np.array([0, 1]), form_of(lead=2, season=4))

    assert said["last"].tolist() == [[8], [32]]
    assert said["seasonal"].tolist() == [[2], [8]]  # four steps before the target
    assert said["drift"].tolist() == [[pytest.approx(8 + 7 / 3 * 2)], [pytest.approx(44.4)]]


def test_a_season_that_is_not_there_yet_is_the_last_value():
    windows = of_rows(np.array([1.0, 2, 3, 4])[:, None], np.array([3]), 2)

    said = naive_forecasts(windows, np.array([0]), form_of(season=9))

    assert said["seasonal"].tolist() == [[4]]
    assert "seasonal" not in naive_forecasts(windows, np.array([0]), form_of())


def test_the_season_of_hours_is_a_day_and_of_noise_there_is_none():
    hours, random = np.arange(24 * 30), np.random.default_rng(0)
    wave = np.sin(hours * 2 * np.pi / 24) + 0.1 * hours + 0.3 * random.normal(size=len(hours))
    begins = np.zeros(len(hours), int)

    assert season_of(wave, begins, HOURS) == 24
    assert season_of(random.normal(size=len(hours)), begins, HOURS) == 1
    wave = np.sin(hours * 2 * np.pi / 17)
    assert season_of(wave, begins, Pace("number", 1.0, 0.0, False)) == 17
    assert season_of(np.ones(50), begins[:50], HOURS) == 1


def test_the_naive_error_counts_no_pair_across_a_gap():
    target, begins = np.array([1.0, 2, 4, 100, 101, 103]), np.array([0, 0, 0, 3, 3, 3])

    assert naive_error(target, begins, 1) == pytest.approx((1 + 2 + 1 + 2) / 4)
    assert naive_error(target, begins, 2) == 3.0
    assert naive_error(target, begins, 9) == 0.0


def test_each_step_has_its_own_naive_forecast():
    windows = of_rows(np.array([1.0, 2, 4, 8, 16, 32])[:, None], np.array([3]), 3)
    form = replace(form_of(season=2), leads=(1, 2, 3))

    said = naive_forecasts(windows, np.array([0]), form)

    assert said["last"].tolist() == [[8, 8, 8]]
    assert said["seasonal"].tolist() == [[4, 8, 4]]  # the last two values, again and again
    assert said["drift"].tolist() == [[pytest.approx(8 + 7 / 3 * lead) for lead in (1, 2, 3)]]


# Scores


def test_errors_by_step_are_of_all_windows():
    y, said = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 0], [0, 4]])

    found = errors_by_step(y, said)

    assert found["mae"].tolist() == [1.5, 1.0]
    assert found["rmse"].tolist() == [pytest.approx(4.5**0.5), pytest.approx(2**0.5)]
    mean = forecast_errors(y, said, form_of())["mae"][0].mean()
    assert found["mae"].mean() == mean == 1.25


def test_errors_by_step_are_averaged_over_folds_of_the_network_and_of_the_baselines_alike():
    info = DatasetInfo("s", "multi_regression", (2, 1), targets=("a", "b"), series=form_of())
    near, far = np.zeros((4, 2)), np.zeros((2, 2))
    folds = [(near, near + 1), (far, far + 3)]  # of all rows together, the RMSE is sqrt(22 / 6)

    found = step_facts(folds, [(y, {"last": said}) for y, said in folds], info)

    assert found.errors == {"mae": (2, 2), "rmse": (2, 2)}
    assert found.baselines["last"] == found.errors


def test_scores_of_forecasts_by_hand():
    y, said = np.array([1.0, 2, 0]), np.array([[2.0], [2], [0]])

    form = form_of(naive=0.5)

    assert forecast_measure("mase", y, said, form) == pytest.approx((1 / 3) / 0.5)
    assert forecast_measure("smape", y, said, form) == pytest.approx(200 / 3 / 3)
    assert forecast_measure("rmse", y, said, form) == pytest.approx((1 / 3) ** 0.5)
    assert forecast_names(form_of(naive=0.0)) == ["rmse", "smape"]
    assert forecast_names(None) == []


def test_intervals_are_wider_where_neighbours_err_alike():
    noise, errors = np.random.default_rng(1).normal(size=2000), np.zeros(2000)
    for at in range(1, 2000):
        errors[at] = 0.95 * errors[at - 1] + noise[at]
    errors = np.abs(errors)

    low, high = block_bootstrap(errors, 48, 1)
    alone = bootstrap_mean(errors, 1)

    assert low < errors.mean() < high
    assert high - low > 2.5 * (alone[1] - alone[0])
    assert block_bootstrap(np.full(50, 2.0), 5, 1) == (2.0, 2.0)


def test_too_few_blocks_have_no_interval():
    y = np.arange(60.0)
    said = (y + 1)[:, None]

    few = with_block_intervals({"mae": 1.0, "loss": 1.0}, y, said, form_of(season=24), 1)
    many = with_block_intervals({"mae": 1.0, "rmse": 1.0}, y, said, form_of(season=12), 1)

    assert (few["mae"].low, few["mae"].interval) == (None, "")
    assert (many["mae"].low, many["rmse"].high) == (1.0, 1.0)
    assert many["rmse"].interval == "block bootstrap"
    strided = form_of(season=24, stride=4)
    assert with_block_intervals({"mae": 1.0}, y, said, strided, 1)["mae"].low == 1.0


def test_runs_on_a_series_are_compared_by_blocks():
    chance = np.random.default_rng(3).normal(0, 1, 40)
    waves = np.repeat(chance - chance.mean() + 0.15, 24)

    blocks = paired_block_bootstrap("mae", np.zeros(960), waves, 1, 24)
    alone = paired_bootstrap("mae", np.zeros(960), waves, 1)

    assert alone.distinguishable
    assert not blocks.distinguishable
    assert blocks.difference == alone.difference
    assert paired_block_bootstrap("mae", waves, waves, 1, 300).distinguishable is None
