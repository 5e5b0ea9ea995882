"""How predictions are told."""

import csv
import io
from dataclasses import replace

import pytest
from rich.console import Console

from kx.base.text import csv_cell, from_csv_cell, number
from kx.terminal.forecasts import (
    ForecastHeads,
    class_forecast,
    forecast_csv,
    forecast_table,
    value_forecast,
    values_forecast,
)
from kx.wording.words import Words

CLASSES = ("earn", "acq", "crude", "trade")
SAID = (0.125, 0.25, 0.5, 0.125)


def lines(forecasts, *, target="", width=80, every=False, paths=False):
    paper = Console(file=io.StringIO(), width=width or 10_000, highlight=False, emoji=False)
    paper.print(
        forecast_table(forecasts, ForecastHeads(target, Words()), width, every=every, paths=paths)
    )
    return [line.rstrip() for line in paper.file.getvalue().splitlines()]


def test_each_input_has_a_line_with_its_class_and_the_next_ones():
    table = lines([class_forecast("a.txt:1", "Oil prices", CLASSES, SAID)])

    assert table[0].split() == ["input", "class", "probability", "next"]
    assert table[2] == "Oil prices  crude       0.5000  acq 0.250, earn 0.125"
    assert len(table) == 3


def test_all_classes_are_shown_if_wanted_the_most_probable_first():
    table = lines([class_forecast("n", "Oil", CLASSES, SAID)], every=True)

    assert [line.split() for line in table[2:]] == [
        ["Oil", "crude", "0.5000"],
        ["acq", "0.2500"],
        ["earn", "0.1250"],
        ["trade", "0.1250"],
    ]


def test_two_classes_need_no_next_one_and_a_number_has_its_unit():
    two = lines([class_forecast("n", "film", ("negative", "positive"), (0.25, 0.75))])
    number = lines([value_forecast("n", "house", 23.456)], target="price (1000 USD)")

    assert two[0].split() == ["input", "class", "probability"]
    assert two[2].split() == ["film", "positive", "0.7500"]
    assert number[0] == "input  price (1000 USD)"
    assert number[2].split() == ["house", "23.46"]


@pytest.mark.parametrize(("width", "count"), [(80, 4), (80, 24), (None, 24)])
def test_many_numbers_stand_below_each_other_where_there_is_no_room(width, count):
    values = {f"heat t+{at}": at + 0.5 for at in range(1, count + 1)}
    told = [values_forecast(name, name, values) for name in ("north", "south")]

    table = lines(told, target="heat", width=width)

    below = (width, count) == (80, 24)
    assert len(table) == 2 + 2 * (count if below else 1)
    assert all(len(line) <= (width or 10_000) for line in table)
    assert table[2].split() == (
        ["north", "heat", "t+1", "1.5000"] if below else
        ["north", *map(number, values.values())]
    )  # fmt: skip


def test_labels_that_do_not_exclude_each_other_are_all_told():
    told = [class_forecast("n", name, CLASSES, said, exclusive=False) for name, said in
            (("two", (0.5, 0.1, 0.75, 0.4)), ("no", (0.1, 0.1, 0.1, 0.1)))]  # fmt: skip

    assert [line.split(maxsplit=1) for line in lines(told)[2:]] == [
        ["two", "crude 0.7500, earn 0.5000"],
        ["no", "none"],
    ]
    assert told[0].as_dict()["labels"] == ("crude", "earn")
    assert forecast_csv(told, CLASSES, every=False) == "input,labels\nn,crude;earn\nn,\n"


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("shown", ["word " * 100, "电影很好看" * 50], ids=["english", "chinese"])
def test_a_long_input_is_cut_to_one_line(width, shown):
    table = lines([class_forecast("n", shown, CLASSES, SAID)], width=width)

    assert len(table) == 3
    assert "..." in table[2]
    assert table[2].startswith(shown[:5])


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("folder", ["folder/", "图片"], ids=["english", "chinese"])
def test_of_a_long_path_both_ends_are_left(width, folder):
    told = class_forecast("n", f"photos/{folder * 40}/cat.17.jpg", CLASSES, SAID)

    table = lines([told], width=width, paths=True)

    assert len(table) == 3
    assert table[2].startswith("phot")
    assert "17.jpg" in table[2].split("...")[1]


def test_where_there_is_room_for_all_nothing_is_cut():
    path = "photos/" * 40 + "cat.17.jpg"

    table = lines([class_forecast("n", path, CLASSES, SAID)], width=None, paths=True)

    assert path in table[2]
    assert "..." not in table[2]


def test_nothing_reaches_the_terminal_as_a_command():
    told = class_forecast("a\x1b[2J\nb", "a\x1b[2J\nb", ("\x1b]0;x\x07", "b"), (0.75, 0.25))

    assert lines([told])[2].split() == ["a?[2J", "b", "?]0;x?", "0.7500"]
    assert forecast_csv([told], ("\x1b]0;x\x07", "b"), every=False) == (
        "input,class,probability\na?[2J b,?]0;x?,0.75\n"
    )


def test_csv_has_all_digits_and_the_classes_in_their_order():
    text = forecast_csv(
        [class_forecast('say "so", twice', "", CLASSES, (0.1, 0.2, 1 / 3, 0.3))],
        CLASSES,
        every=True,
    )

    (row,) = csv.DictReader(io.StringIO(text))
    assert row["input"] == 'say "so", twice'
    assert row["class"] == "crude"
    assert float(row["probability"]) == float(row["probability of crude"]) == 1 / 3
    assert list(row)[3:] == [f"probability of {name}" for name in CLASSES]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+A1", "'+A1"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("-", "'-"),
        ("-1.5", "-1.5"),
        ("+2e-3", "+2e-3"),
        ("-1.5=x", "'-1.5=x"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        (-1.5, -1.5),
        (None, None),
    ],
)
def test_a_cell_that_a_spreadsheet_would_carry_out_is_made_harmless(name, cell):
    assert csv_cell(name) == cell


def test_every_text_in_a_csv_is_harmless_and_every_number_as_it_was():
    classes = ("=a", "-1")
    told = class_forecast("=x", "", classes, (0.75, 0.25))
    both = class_forecast("n", "", classes, (0.75, 0.75), exclusive=False)

    assert forecast_csv([told], classes, every=True) == (
        "input,class,probability,probability of =a,probability of -1\n'=x,'=a,0.75,0.75,0.25\n"
    )
    assert forecast_csv([both], classes, every=False).splitlines()[1] == "n,'=a;-1"
    assert forecast_csv([value_forecast("n", "", -2.5)], (), every=False) == "input,value\nn,-2.5\n"


@pytest.mark.parametrize("name", ["=1+1", "-1.5", "@a", "plain"])
def test_what_was_put_in_front_is_taken_away_again(name):
    assert from_csv_cell(csv_cell(name)) == name


def test_what_the_user_says_stands_beside_what_the_network_says():
    said = [
        replace(class_forecast(name, name, CLASSES, SAID), label=label)
        for name, label in (("a", "crude"), ("b", ""), ("c", None))
    ]

    one, every = lines(said), lines(said, every=True)

    assert one[0].split()[-2:] == ["given", "label"]
    assert [line.split()[-1] for line in one[2:]] == ["crude", "0.125", "0.125"]
    assert [line.split() for line in every[2:5]] == [
        ["a", "crude", "0.5000", "crude"], ["acq", "0.2500"], ["earn", "0.1250"],
    ]  # fmt: skip
    assert forecast_csv(said, CLASSES, every=False).splitlines() == [
        "input,class,probability,given label", "a,crude,0.5,crude", "b,crude,0.5,", "c,crude,0.5,",
    ]  # fmt: skip
    assert forecast_csv([replace(said[0], label="=1+1")], CLASSES, every=False).endswith(",'=1+1\n")
    assert said[0].as_dict()["label"] == "crude"
    assert "label" not in said[2].as_dict()
