"""Dates as people and programs write them."""

from dataclasses import asdict
from datetime import date

import numpy as np
import pytest

from kx.base.errors import DataError
from kx.contracts import ColumnForm
from kx.data.tables.cells import value_of
from kx.data.tables.dates import (
    are_compact,
    are_dates,
    as_day,
    clock_ahead,
    day_of,
    month_comes_first,
)
from kx.data.tables.encoding import columns_from, fit_table
from tests.tables.test_own_tables import load


def days(year, month, day):
    return (date(year, month, day) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05", "2024/3/5", "2024.03.05", "5.3.2024", "05.03.24", "20240305", "2024年3月5日",
        "5 Mar 2024", "05-Mar-2024", "5-MAR-24", "5. März 2024", "5th March 2024", "Mar 5, 2024",
        "March 5th, 2024", "5/3/2024", "05/03/24", "05-03-2024",
    ],
)  # fmt: skip
def test_the_fifth_of_march(text):
    assert as_day(text) == days(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["2024-13-01", "30 Feb 2024", "5 Foo 2024", "99999999", "18990101", "05-03-24", "2024", "Mar",
     "1/2/3", "3/5/2024 25:00", "3/5/2024 13:00 PM", "5 Ma 2024"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert as_day(text) is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2024-03-05 18:00", 18), ("5 Mar 2024 6:30 PM", 18.5), ("5 Mar 2024 12:00 am", 0),
     ("2024-03-05T18:00:00+02:00", 16), ("2024-03-05T18:00Z", 18)],
)  # fmt: skip
def test_times_of_the_day(text, hours):
    assert as_day(text) == pytest.approx(days(2024, 3, 5) + hours / 24, abs=1e-9)


@pytest.mark.parametrize(
    ("texts", "ahead"),
    [
        (["2024-05-01T10:00+01:00", "2024-05-02 11:30:00+0100"], 60),
        (["5 Mar 2024 6:30 PM -05:30", "5 Mar 2024 7:30:00.5 a.m.-0530"], -330),
        (["2024-05-01T10:00Z"], 0),
        (["2024-05-01T10:00+01:00", "2024-05-01T10:00+02:00"], 0),
        (["2024-05-01T10:00+01:00", "2024-05-01T10:00"], 0),
        (["2024-05-01", "1.3.2024 10:00"], 0),
        ([], 0),
    ],
)
def test_the_offset_that_all_times_share(texts, ahead):
    assert all(as_day(text) is not None for text in texts)
    assert clock_ahead(texts) == ahead


@pytest.mark.parametrize(
    ("offsets", "hours", "told"),
    [
        (["+05:30"], (0, 23), []),  # the hours of the clock, as they are written
        (["Z"], (0, 23), []),
        (["+01:00", "+03:00"], (-2, 21), ["+01:00, +03:00"]),  # UTC: 1 o'clock there is -2, 22 21
    ],
)
def test_hours_are_local_where_all_times_have_one_offset(tmp_path, offsets, hours, told):
    times = [f"2024-05-02T{at % 24:02}:00{offsets[at % len(offsets)]}" for at in range(72)]
    (tmp_path / "t.csv").write_text("\n".join(["t,v,y", *(
        f"{time},{at * 7 % 5},{'ab'[at % 3 % 2]}" for at, time in enumerate(times)
    )]))  # fmt: skip

    bundle = load({"path": str(tmp_path / "t.csv"), "target": "y"})

    x = np.concatenate([bundle.train.x[:, 0], bundle.test.x[:, 0]])
    found = np.rint((x - days(2024, 5, 2)) * 24)
    assert (found.min(), found.max()) == hours
    said = [
        each.values["offsets"] for each in bundle.info.remarks if each.code == "columns.offsets"
    ]
    assert [", ".join(each.values["names"]) for each in said] == told


def test_a_later_time_with_another_offset_is_told_by_the_clock_of_the_training_table():
    form = ColumnForm("t", "date", ahead=60)

    for text in ("2024-05-01T10:00+01:00", "2024-05-01T09:00Z", "2024-05-01 10:00"):
        assert value_of(form, text)[0] == pytest.approx(days(2024, 5, 1) + 10 / 24)
    older = {name: value for name, value in asdict(form).items() if name != "ahead"}
    (kept,) = columns_from([older])
    assert value_of(kept, "2024-05-01T10:00+01:00")[0] == pytest.approx(days(2024, 5, 1) + 9 / 24)


def test_years_of_two_digits_are_of_this_century_up_to_68():
    assert [day_of(as_day(f"1/1/{year}"))[:4] for year in ("68", "69")] == ["2068", "1969"]


def test_one_date_tells_the_order_of_all():
    assert month_comes_first("d", ["3/5/2024", "12/31/2024"], "auto") is True
    assert month_comes_first("d", ["3/5/2024", "31/12/2024"], "auto") is False
    assert as_day("3/5/2024", month_first=True) == days(2024, 3, 5)
    assert not are_dates(["13/5/2024", "5/13/2024"])


def test_dates_of_which_nothing_tells_are_asked_about():
    with pytest.raises(DataError, match="'3/5/2024' may be 2024-05-03 or 2024-03-05"):
        month_comes_first("d", ["4/4/2024", "3/5/2024"], "auto")
    assert month_comes_first("d", ["3/5/2024"], "month_first") is True
    assert month_comes_first("d", ["4/4/2024", "2024-01-01"], "auto") in (True, False)


def test_a_month_is_its_first_day():
    assert as_day("2024-03") == as_day("2024/3") == days(2024, 3, 1)
    assert as_day("2024-13") is as_day("2024.03") is None


@pytest.mark.parametrize(
    "text",
    ["1977-Apr", "1977 April", "Apr 1977", "April-1977", "Apr. 1977", "1977年4月", "1977Q2",
     "1977-Q2", "1977 q2", "Q2 1977", "Q2/1977"],
)  # fmt: skip
def test_months_by_name_and_quarters(text):
    assert as_day(text) == days(1977, 4, 1)


@pytest.mark.parametrize(
    "text", ["1977Q5", "1977-Foo", "Foo 1977", "Q0 1977", "mar1", "1977年13月"]
)
def test_what_is_no_month_and_no_quarter(text):
    assert as_day(text) is None


def test_eight_digits_are_a_date_if_all_are():
    assert are_compact(["20240305", "19991231"])
    assert not are_compact(["20240305", "20241332"])


def test_times_of_the_day_have_a_cycle_where_they_differ(tmp_path):
    path = tmp_path / "t.csv"
    hours = [f"2024-01-{at % 28 + 1:02d} {6 * (at % 4):02d}:00" for at in range(40)]
    path.write_text("hour,day,y\n" + "".join(
        f"{hour},{hour[:10]},{'ab'[at % 2]}\n" for at, hour in enumerate(hours)
    ))  # fmt: skip

    bundle = load({"path": str(path), "target": "y"})

    hour, day = bundle.info.table
    assert (hour.clock, hour.width, day.clock, day.width) == (True, 7, False, 5)
    encoded = fit_table(bundle.train.x, bundle.info.table, "standardize", "error").apply(
        bundle.train.x
    )
    sines, cosines = encoded[:, 3], encoded[:, 6]
    at = 2 * np.pi * (bundle.train.x[:, 0] % 1)
    np.testing.assert_allclose(np.stack([sines, cosines]), [np.sin(at), np.cos(at)], atol=1e-5)
