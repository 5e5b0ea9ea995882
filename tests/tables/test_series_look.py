"""What `kx data look` says of a time series: by hand-made ones."""

import numpy as np
import pytest

from kx.advice.series_look import LATEST, look_at_series


def seen(y, times=None, whose=None, names=(), dates=True):
    y = np.array(y, np.float64)
    times = np.arange(len(y), dtype=np.float64) if times is None else np.array(times, np.float64)
    groups = None if whose is None else np.array(whose)
    return look_at_series(y, times, groups, names, range(2, len(y) + 2), dates=dates)


def test_steps_that_lack_repeat_or_have_no_time_are_counted_in_each_series():
    look = seen(
        [1, 2, 9, 3, 4, 5, 6, 7],
        times=[0, 1, 1, 4, np.nan, 0, 1, 3],
        whose=[0, 0, 0, 0, 0, 1, 1, 1],
        names=("a", "b"),
    )

    assert (look.series, look.repeated, look.timeless) == (2, 1, 1)
    assert (look.gaps, look.missing) == (2, 3)  # days 2 and 3 of a, day 2 of b
    assert (look.pace.size, look.pace.start, look.last) == (1, 0, 4)
    assert [each.name for each in look.drawn] == ["a", "b"]
    assert look.drawn[0].values == [1, 2, None, None, 3]
    assert look.drawn[1].values == [5, 6, None, 7]


def test_a_series_without_a_usable_time_takes_no_other_ones_name():
    look = seen([1, 2, 3], times=[np.nan, 0, 1], whose=[0, 1, 1], names=("lost", "there"))

    assert [each.name for each in look.drawn] == ["there"]


def test_a_week_is_found_and_the_value_a_season_ago_is_the_best_forecast():
    look = seen([0, 0, 0, 0, 0, 7, 14] * 8)

    assert look.season == 7
    assert look.likeness > 0.9
    assert (look.best, look.is_hard, look.errors["seasonal"]) == ("seasonal", False, 0)
    assert look.errors["mean"] == pytest.approx((5 * 3 + 4 + 11) / 7)  # the mean is 3
    assert look.errors["last"] == pytest.approx((8 * (7 + 7) + 7 * 14) / 55)
    assert not look.has_trend


def test_a_straight_line_is_a_trend_and_its_last_value_is_hard_to_beat():
    look = seen(2.0 * np.arange(20))

    assert look.season == 1
    assert (look.has_trend, look.change) == (True, pytest.approx(38))
    assert look.straight == pytest.approx(1)
    assert look.errors == {"last": pytest.approx(2), "mean": pytest.approx(10)}
    assert look.is_hard


def test_a_constant_has_neither_season_nor_trend():
    look = seen(np.full(30, 5.0))

    assert (look.season, look.change, look.straight) == (1, 0, 0)


def test_irregular_times_are_told_and_each_row_is_a_step():
    look = seen(np.arange(6.0), times=[0, 1, 2, 2.4, 4, 5])

    assert "falls between two steps" in look.irregular
    assert look.pace.unit == "row"


def test_the_last_steps_are_drawn():
    look = seen(np.arange(1_000.0))

    assert look.drawn[0].values == list(range(1_000 - LATEST, 1_000))
    assert look.drawn[0].steps == list(range(1_000 - LATEST, 1_000))


ROWS = "day,shop,heat\n" + "".join(
    f"2024-01-{day:02},{shop},{day % 7 + ord(shop)}\n" for shop in "ab" for day in range(1, 29)
)
ASK = ("--target", "heat", "--set", "dataset=series", "--set", "dataset.series=shop")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("2024-01-01 to 2024-01-28", "1 day", "a week (7 steps)", "1 row has no value")),
        ("zh", ("2024-01-01 至 2024-01-28", "1 天", "一周（7 步）", "1 行没有值")),
    ],
)
def test_the_command_tells_it_on_screen_and_as_a_page(run_kx, tmp_path, lang, said):
    (tmp_path / "heat.csv").write_text(f"{ROWS}2024-01-29,a,\n")

    code, out, err = run_kx("data", "look", tmp_path / "heat.csv", *ASK, "--lang", lang)
    page = tmp_path / "look.html"
    run_kx("data", "look", tmp_path / "heat.csv", *ASK, "--lang", lang, "-o", page)

    assert code == 0, err
    for text in said:
        assert text in out
        assert text in page.read_text()
    assert "<svg" in page.read_text()


def test_a_series_needs_a_target(run_kx, tmp_path):
    (tmp_path / "heat.csv").write_text(ROWS)

    code, _, err = run_kx("data", "look", tmp_path / "heat.csv", *ASK[2:])

    assert code == 2
    assert "Which column is the time series? Give --target COLUMN." in err
