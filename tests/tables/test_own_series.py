"""``kx new --from`` for a time series: a look at the table, and a spec that can be trained."""

import datetime
from math import pi, sin

import pytest

from kx.planning import make_plan

SERIES = ("--set", "dataset.name=series")


def hours(count=24 * 10, *, houses=("",), time="when"):
    """Return lines of a table: a time, perhaps a house, a number with a daily season, guests."""
    begin = datetime.datetime(2024, 1, 1)
    house = "house," if houses != ("",) else ""
    lines = [f"{time},{house}heat,guests,note\n"]
    for name in houses:
        for at in range(count):
            when = begin + datetime.timedelta(hours=at)
            of = f"{name}," if name else ""
            heat = 10 + 4 * sin(at * pi / 12) + at % 5 / 10
            lines.append(f"{when:%Y-%m-%d %H:%M},{of}{heat:.2f},{at % 3},same\n")
    return "".join(lines)


@pytest.fixture
def new(kx, tmp_path):
    """Writes a table, and returns what `kx new` says and the path of its spec."""

    def write(content, *more):
        (tmp_path / "heat.csv").write_text(content)
        path = tmp_path / "heat.yaml"
        asked = (path, "--from", tmp_path / "heat.csv", "--target", "heat")
        return kx("new", *asked, *SERIES, *more), path

    return write


def test_the_spec_of_a_series_can_be_trained_as_it_is(new):
    (code, _, err), path = new(hours(), "--set", "dataset.horizon=3")

    assert code == 0, err
    plan = make_plan(path)
    info, text = plan.info, path.read_text()
    assert info.series.leads == (3,)
    assert (info.series.time, info.series.season, info.series.window) == ("when", 24, 24)
    assert info.features[:2] == ("heat", "guests")
    assert plan.validation.entry.name == "time_series"
    assert "# steps of 1 hour, a season of 24 steps" in text
    assert "ignore: [note]" in text


def test_settings_are_kept_and_a_window_is_as_long_as_what_is_known_ahead(new):
    more = ("dataset.series=house", "dataset.known=[guests]", "dataset.horizon=30")
    more += ("dataset.forecast=all_steps",)
    content = hours(houses=("north", "south"))

    (code, _, err), path = new(content, *(word for each in more for word in ("--set", each)))

    assert code == 0, err
    series = make_plan(path).info.series
    assert (series.names, series.window, len(series.leads)) == (("north", "south"), 30, 30)
    assert series.known == ("guests",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            hours(houses=("north", "south")),
            "name the column that tells them apart in dataset.series",
        ),
        (hours().replace("2024-", "A 2024-"), "use --set dataset.time=COLUMN"),
        (hours().replace("2024-01-02 03:00", "2024-01-02 03:20"), "falls between two steps"),
    ],
)
def test_what_is_no_series_is_told_with_what_to_say(new, content, said):
    (code, _, err), path = new(content)

    assert code == 3
    assert said in " ".join(err.split())
    assert not path.exists()


def test_a_series_has_one_target(new):
    (code, _, err), _ = new(hours(), "--target", "guests")

    assert code == 2
    assert "a series has one target" in err


def test_years_are_the_time_of_a_series(new):
    rows = "".join(f"{1850 + at},{at % 11 + at / 100}\n" for at in range(120))

    (code, _, err), path = new(f"YEAR,heat\n{rows}")

    assert code == 0, err
    assert "time: YEAR" in path.read_text()


def test_gaps_of_the_target_can_be_left_out_while_the_table_is_looked_at(new):
    lines = hours().splitlines(keepends=True)
    for at in (7, 9, 30, 31, 50):
        lines[at] = lines[at].replace(lines[at].split(",")[1], "", 1)
    skipped = ("--set", "dataset.on_broken=skip", "--set", "dataset.on_gap=skip")

    assert new("".join(lines))[0][0] == 3
    (code, _, err), path = new("".join(lines), *skipped)

    assert code == 0, err
    (said,) = [str(w) for w in make_plan(path).warnings if "left out: line" in str(w)]
    assert "5 rows were left out: line 8, line 10, line 31 and 2 more: no heat" in said
