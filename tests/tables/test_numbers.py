"""Numbers as people and programs write them."""

import numpy as np
import pytest

from kx.data.inputs.given import Given
from kx.data.inputs.mixed import form, read
from kx.data.tables.numbers import as_number, sign_of_money, unit_of, without_unit
from tests.tables.test_own_tables import load


def wide(text):
    """Return a text in the signs that are as wide as a Chinese character."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1'234.5", False, 1234.5), ("1\u2019234,5", True, 1234.5), ("1 234 567", False, 1234567),
        ("1\u202f234", True, 1234), ("(1.70)", False, -1.7), ("\u22125", False, -5),
        ("1,234.5", False, 1234.5), ("1.234,5", True, 1234.5), ("1e5", False, 1e5),
        (wide("123"), False, 123), (wide("-1,234.5"), False, -1234.5), (wide("1,5"), True, 1.5),
    ],
)  # fmt: skip
def test_numbers(text, comma, number):
    assert as_number(text, comma=comma) == number


@pytest.mark.parametrize(
    "text", ["1 23", "12'34", "(a)", "1,23,4", "--5", "5 kg", "nan", "()", "10²", "①"]
)
def test_what_is_no_number(text):
    assert as_number(text, comma=False) is None


@pytest.mark.parametrize(
    ("values", "unit", "bare"),
    [
        (["$1,234", "-$5"], "$", ["1,234", "-5"]),
        (["50.000 €", "7€"], "€", ["50.000", "7"]),
        (["1248 CC", "998 cc"], "cc", ["1248", "998"]),
        (["45%", "3 %"], "%", ["45", "3"]),
        (["20㎡", "30.5 平米", "7 m2", "8m²"], "m²", ["20", "30.5", "7", "8"]),
        (["-3℃", f"{wide('4.5')}℃"], "°C", ["-3", "4.5"]),
        ([wide("12%"), "3%"], "%", ["12", "3"]),
        (["1.5万", "20万"], "万", ["1.5", "20"]),
        (["12,000元/㎡", "9,500元/平米"], "元/m²", ["12,000", "9,500"]),
        (["3楼", "12楼"], "", ["3楼", "12楼"]),  # floors: names, not amounts
        (["5 kg", "5 g"], "", ["5 kg", "5 g"]),  # not the same amount
        (["5 kg", "5"], "", ["5 kg", "5"]),
        (["12A", "3A"], "", ["12A", "3A"]),  # seats
        (["Q1", "Q2"], "", ["Q1", "Q2"]),
        ([], "", []),
    ],
)
def test_units(values, unit, bare):
    assert unit_of(values) == unit
    assert [without_unit(value, unit) for value in values] == bare


def test_a_unit_that_an_older_run_kept_is_known_by_its_new_name():
    assert without_unit("20㎡", "m2") == "20"


@pytest.mark.parametrize(
    ("values", "unit", "sign"),
    [
        (["1,250", "7"], "$", "point"),
        (["107.219", "50.000", "7"], "€", "comma"),
        (["107,219", "50,000"], "€", "point"),
        (["1.659", "1.729"], "€", "auto"),  # petrol
        (["107.219", "50.00"], "€", "auto"),
        (["107.219", "50.000"], "km", "auto"),
        (["7", "8"], "€", "auto"),
    ],
)
def test_of_money_there_are_no_three_decimals(values, unit, sign):
    assert sign_of_money(values, unit) == sign


def test_columns_and_targets_with_units_are_numbers_and_read_again(tmp_path):
    path = tmp_path / "cars.csv"
    rows = [(f"{900 + at % 7} CC", f"{at % 12 + 1}/{at % 28 + 1}/2024") for at in range(60)]
    path.write_text("engine,sold,price\n" + "".join(
        f'{engine},{sold},"${at * 37 % 61 + 1},000"\n' for at, (engine, sold) in enumerate(rows)
    ))  # fmt: skip
    options = {"path": str(path), "target": "price"}

    bundle = load(options, task="regression")

    engine, sold = bundle.info.table
    assert (engine.unit, sold.month_first) == ("cc", True)
    assert bundle.info.target == "price ($)"
    assert bundle.train.y.min() >= 1000
    kept = form(bundle.info, bundle.train.x, {"target": "price", "missing_values": [""]})
    found = read(Given(inputs=[str(path)]), kept, None)
    lines = [int(line.removeprefix("line ")) - 2 for line in bundle.origins["test"]]
    np.testing.assert_array_equal(found.x[lines], bundle.test.x)


def test_more_values_than_are_kept_lose_their_units_too(tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text("km,y\n" + "".join(f"{at} km,{'ab'[at % 2]}\n" for at in range(10_050)))

    bundle = load({"path": str(path), "target": "y"}, numbers=("km",))

    assert sorted(np.concatenate([bundle.train.x[:, 0], bundle.test.x[:, 0]])) == list(
        range(10_050)
    )
