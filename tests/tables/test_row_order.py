"""Rows of several shops, one below the other: the order of time within each is told."""

import pytest

from kx.authoring.own_table import table_proposal


def told(tmp_path, rows, header="shop,day,guests,sales"):
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    found = table_proposal("t", tmp_path / "t.csv", "sales", tmp_path / "t.yaml").remarks
    return [(each.code, each.values) for each in found if each.code.startswith("columns.sorted")]


def shops(days, names="north south west"):
    return [
        f"{shop},{day},{at * 7 % 5}.5,{at * 13 % 17 + at / 4}"
        for shop in names.split()
        for at, day in enumerate(days)
    ]


DAYS = [f"2024-01-{day:02}" for day in range(1, 13)]


@pytest.mark.parametrize("days", [DAYS, [str(1952 + 5 * at) for at in range(12)]])
def test_the_days_or_years_of_each_shop(days, tmp_path):
    ((code, values),) = told(tmp_path, shops(days))

    assert code == "columns.sorted_within"
    assert (values["name"], values["of"]) == ("day", "shop")


def test_all_shops_day_by_day_are_in_the_order_of_days(tmp_path):
    rows = sorted(shops(DAYS), key=lambda row: row.split(",")[1])

    ((code, _),) = told(tmp_path, rows)

    assert code == "columns.sorted"


@pytest.mark.parametrize(
    "rows",
    [
        [row for at in range(12) for row in shops(DAYS)[at * 7 % 12 :: 12]],  # in no order
        shops(DAYS, "north south north"),  # a shop in two places
        shops(DAYS[:3], "a b c d e f g h"),  # so few rows may rise by chance
    ],
)
def test_other_orders_say_nothing_of_time(rows, tmp_path):
    assert told(tmp_path, rows) == []
