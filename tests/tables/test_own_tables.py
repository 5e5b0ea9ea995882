"""Tables of one's own: how their columns are recognized, read, and kept from the test part."""

import gzip

import numpy as np
import pytest

from kx.base.errors import DataError, RowsError
from kx.contracts import ColumnForm
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.encoding import fit_table
from kx.data.tables.mixed_rows import numbers_of
from kx.wording.recorded import in_a_line
from kx.wording.words import Words
from tests.parts import info_of, loaded
from tests.tables.nasty import NASTY

HEADER = "id,make,km,sold,price\n"


def rows(count=20, *, start=0):
    """Return lines of a table: an id, a category, a number with gaps, a date, a target."""
    makes, km = ("Audi", "Fiat", "Fiat", "Seat"), ("10.5", "", "7", "8.25", "9")
    return "".join(
        f"{at + 1},{makes[at % 4]},{km[at % 5]},2024-01-{at % 28 + 1:02},{at * 1.5:.2f}\n"
        for at in range(start, start + count)
    )


@pytest.fixture
def table(tmp_path):
    """Writes a table, and returns the options that name it."""

    def write(content, target="price", name="cars.csv"):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        return {"path": str(tmp_path / name), "target": target}

    return write


def load(options, **more):
    more = ({"task": "regression"} if options["target"] == "price" else {}) | more
    return loaded("table", SourceFiles(offline=True), **options, **more)


def remarks(info):
    return [in_a_line(remark, Words("en")) for remark in info.remarks]


def kinds(info):
    return {form.name: form.kind for form in info.table}


def test_columns_are_recognized_by_their_values(table):
    info = load(table(HEADER + rows(40))).info

    assert kinds(info) == {"make": "category", "km": "number", "sold": "date"}
    assert info.task == "regression"
    assert info.features == ("make", "km", "sold")
    # Three makes and others, a number, a date; a column that marks gaps is added by the fit.
    assert info.input_shape == (4 + 1 + 5,)
    assert [said.partition(": column ")[2] for said in remarks(info)] == [
        "id numbers the rows: it is left out. To learn from it, list it in dataset.numbers; to "
        "silence this, in dataset.ignore",
    ]


def test_what_is_told_beforehand_is_what_is_loaded(table):
    options = table(HEADER + rows(40))

    assert info_of("table", **options) == load(options, task="auto").info


def test_the_spec_has_the_last_word_on_a_column(table):
    stated = {"numbers": ("id",), "categories": ("km",), "ignore": ("sold",)}

    info = load(table(HEADER + rows(40)), **stated).info

    assert kinds(info) == {"id": "number", "make": "category", "km": "category"}
    assert not [said for said in remarks(info) if "left out" in said]


def test_rows_become_numbers_places_and_days(table):
    bundle = load(table(HEADER + rows(20)), test_fraction=0.05)
    lines = [int(line.removeprefix("line ")) for line in bundle.origins["train"]]
    levels = bundle.info.table[0].levels

    first = bundle.train.x[lines.index(3)]  # id 2: Fiat, no km, 2 January 2024

    assert levels[0] == "Fiat"
    assert first[0] == 0
    assert np.isnan(first[1])
    assert first[2] == 19_724  # days from 1970-01-01 to 2024-01-02


def test_a_preparation_worked_out_by_hand():
    columns = (
        ColumnForm("make", "category", ("Fiat", "Audi"), gaps=True),
        ColumnForm("km", "number", gaps=True),
        ColumnForm("day", "date"),
    )
    nan = np.nan
    x = np.array([[0, 1.0, 0], [1, 3.0, 7], [nan, nan, 14], [-1, 5.0, 21]])

    preparation = fit_table(x, columns, "standardize", "indicator")
    prepared = preparation.apply(x)

    # Fiat, Audi, others, none; km; day, sines and cosines of year and week; whether km is missing.
    assert prepared.shape == (4, 4 + 1 + 5 + 1)
    assert preparation.input_shape((10,)) == (11,)
    np.testing.assert_array_equal(
        prepared[:, :4], [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    )
    deviation = np.std([1, 3, 5])
    np.testing.assert_allclose(prepared[:, 4], [-2 / deviation, 0, 0, 2 / deviation], atol=1e-6)
    np.testing.assert_allclose(prepared[:, 5], (x[:, 2] - 10.5) / np.std(x[:, 2]), atol=1e-6)
    np.testing.assert_allclose(prepared[:, 7], 0, atol=1e-6)  # whole weeks apart
    np.testing.assert_allclose(prepared[:, 9], 1, atol=1e-6)
    np.testing.assert_array_equal(prepared[:, 10], [0, 0, 1, 0])
    again = preparation_from(preparation.arrays(), preparation.settings())
    np.testing.assert_array_equal(again.apply(x), prepared)
    assert again.is_same(preparation)


def test_what_the_training_rows_never_showed_stays_zero():
    columns = (
        ColumnForm("make", "category", ("Fiat", "Audi")),
        ColumnForm("km", "number", gaps=True),
    )
    preparation = fit_table(np.array([[0, 1.0], [0, 2.0]]), columns, "standardize", "indicator")

    later = preparation.apply(np.array([[1, np.nan], [-1, 1.5]]))

    np.testing.assert_array_equal(later, np.zeros((2, 5)))


@pytest.mark.parametrize(
    ("missing", "width", "filled"), [("mean", 1, 0.0), ("zero", 1, 0.0), ("indicator", 2, 0.0)]
)
def test_gaps_are_filled_as_the_spec_says(missing, width, filled):
    columns = (ColumnForm("km", "number", gaps=True),)
    x = np.array([[1.0], [3.0], [np.nan]])

    prepared = fit_table(x, columns, "standardize", missing).apply(x)

    assert prepared.shape == (3, width)
    assert prepared[2, 0] == filled


def test_gaps_may_be_an_error():
    columns = (ColumnForm("km", "number", gaps=True),)

    with pytest.raises(DataError, match="Column km is missing in row 1 of the training part"):
        fit_table(np.array([[1.0], [np.nan]]), columns, "standardize", "error")


def test_neither_levels_nor_gaps_look_at_the_test_part(table):
    content = HEADER + rows(40)
    bundle = load(table(content))
    tested = {int(line.removeprefix("line ")) for line in bundle.origins["test"]}
    lines = content.splitlines()
    for line in tested:
        cells = lines[line - 1].split(",")
        lines[line - 1] = ",".join([cells[0], "Tesla", "999", cells[3], cells[4]])

    other = load(table("\n".join(lines) + "\n"))

    assert other.info.table == bundle.info.table
    np.testing.assert_array_equal(other.train.x, bundle.train.x)
    assert set(other.test.x[:, 0]) == {-1}


def test_the_preparation_of_a_fit_looks_at_its_training_rows_alone(table):
    bundle = load(table(HEADER + rows(40)))
    x, train = bundle.train.x.copy(), np.arange(20)
    one = fit_table(x[train], bundle.info.table, "standardize", "indicator")
    x[20:, 1:] = 1e6

    other = fit_table(x[train], bundle.info.table, "standardize", "indicator")

    assert one.is_same(other)


def test_a_gap_in_the_test_part_alone_is_refused_with_its_line(table):
    content = "a,price\n" + "".join(f"{at}.5,{at}.25\n" for at in range(30))
    tested = load(table(content)).origins["test"][0]
    line = int(tested.removeprefix("line "))
    lines = content.splitlines()
    lines[line - 1] = f",{line - 2}.25"

    with pytest.raises(DataError, match=f"column a has no value in line {line}, a test row"):
        load(table("\n".join(lines) + "\n"))


TWO = "a,price\n1,1.5\n2,2.5\n"
MISTAKES = {
    "target": ("a,b\n1,2.5\n", {}, r"no column 'price'.*dataset\.target"),
    "twice": ("a,a,price\n1,2,2.5\n", {}, "column 'a' twice"),
    "ragged": ("a,price\n1,2.5\n1,2,3\n2,3.5\n", {}, "line 3: 3 columns, but the first line"),
    "no target": ("a,price\n1,2.5\n2,\n3,1.5\n", {}, "line 3: no price"),
    "text among numbers": (
        "a,price\n" + "".join(f"{at},{at}.5\n" for at in range(12)) + "broken,3.5\n",
        {},
        r"column a: all values are numbers except 'broken' \(line 14\)",
    ),
    "no date": (
        "a,price\n2024-01-01,1.5\nsoon,2.5\n",
        {"dates": ("a",)},
        "1 value is not a date .*line 3: 'soon'",
    ),
    "no number": (
        "a,price\nx,1.5\n2,2.5\n",
        {"numbers": ("a",)},
        "1 value is not a number.*line 2: 'x'",
    ),
    "nothing": ("a,price\n1,1.5\n1,2.5\n", {}, "no column to learn from"),
    "unknown column": (TWO, {"ignore": ("b",)}, r"no column 'b'.*dataset\.ignore"),
    "listed twice": (TWO, {"ignore": ("a",), "numbers": ("a",)}, "'a' is listed twice"),
    "target listed": (TWO, {"ignore": ("price",)}, "which is the target"),
    "one row": ("a,price\n1,1.5\n", {}, "same number in every row"),
    "empty": ("", {}, "is empty"),
    "weight": (
        "a,w,price\n1,0,1.5\n2,1,2.5\n",
        {"weight": "w"},
        "line 2: a weight must be above 0",
    ),
    "group": (
        "a,g,price\n1,,1.5\n2,x,2.5\n",
        {"group": "g"},
        r"column g, which dataset\.group names, has no value in line 2",
    ),
    "one group": ("a,g,price\n1,x,1.5\n2,x,2.5\n", {"group": "g"}, "All rows are of one group"),
    "no time": ("a,price\nx,1.5\ny,2.5\n", {"time": "a"}, "values are not numbers"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_told_with_place_and_way_out(table, name):
    content, options, words = MISTAKES[name]

    with pytest.raises(DataError, match=words):
        load(table(content), **options)


def test_rows_that_cannot_be_used_may_be_left_out(table):
    options = table("a,price\n1,2.5\n1,2,3\n2,3.5\n3,\n4,1.5\n")

    with pytest.raises(RowsError, match="2 rows cannot be used"):
        load(options)
    info = load(options, on_broken="skip").info

    assert info.train_examples + info.test_examples == 3
    assert "2 rows were left out" in " ".join(remarks(info))


def test_what_is_suspicious_is_said(table):
    lines = [
        f"{at % 3},x,{'yes' if at % 2 else 'no'},{'A' if at % 2 else 'B'}\n" for at in range(60)
    ]

    told = " ".join(remarks(load(table("doors,same,copy,label\n" + "".join(lines), "label")).info))

    assert "column doors holds 3 whole numbers (0, 1, 2) and is read as a number" in told
    assert "column copy gives label away" in told
    assert "column same is x in every row: it is left out" in told


def test_rows_in_order_of_time_are_noticed(table):
    lines = "".join(f"2024-02-{at + 1:02},{at % 7}.5,{at}.25\n" for at in range(28))

    told = remarks(load(table("day,a,price\n" + lines)).info)
    told_again = remarks(load(table("day,a,price\n" + lines), time="day").info)

    assert any("the rows are in the order of" in said for said in told)
    assert not any("the rows are in the order of" in said for said in told_again)


def test_with_a_time_the_last_rows_are_for_testing(table):
    days = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]
    lines = "".join(f"{day}.{at},{at}.5\n" for at, day in enumerate(days))

    bundle = load(table("day,price\n" + lines), time="day", test_fraction=0.3)

    assert bundle.info.ordered
    assert [int(day) for day in bundle.train.x[:, 0]] == [1, 2, 3, 4, 5, 6, 7]
    assert [int(day) for day in bundle.test.x[:, 0]] == [8, 9, 10]
    assert len({*bundle.train.times.tolist()}) == 7  # rising days, for folds


@pytest.mark.parametrize(
    ("written", "folds"),
    [
        (["10", "9", "-1", "", "10"], [1, 0, -1, -1, 1]),  # numbers in their order
        (["b", "a", "", "-1", "2"], [2, 1, -1, -1, 0]),  # and names after them
    ],
)
def test_a_column_of_folds_is_no_feature(table, written, folds):
    lines = "".join(f"{fold},{at},{at}.5,train\n" for at, fold in enumerate(written))
    path = table("fold,a,price,part\n" + lines + f"{written[0]},7,8.5,test\n")

    bundle = load(path, fold="fold", part="part", task="regression")

    assert bundle.train.folds.tolist() == folds
    assert bundle.info.folds == "fold"
    assert [form.name for form in bundle.info.table] == ["a"]


def test_rows_with_the_same_flaw_are_told_at_once(table):
    lines = "".join(f"{at},{'' if at % 2 else at}\n" for at in range(40)) + "1,2,3\n"

    with pytest.raises(RowsError) as refused:
        load(table("a,price\n" + lines))

    assert str(refused.value).splitlines()[1:3] == [
        "  line 3, line 5, line 7 and 17 more: no price",
        "  line 42: 3 columns, but the first line names 2",
    ]


def test_of_a_very_long_name_its_ends_are_told(table):
    name = "first " + "long " * 100 + "last"

    with pytest.raises(DataError) as refused:
        load(table(f"{name},price\nx,1.5\n2,2.5\n"), numbers=(name,))

    assert len(str(refused.value)) < 300
    assert "column first long" in str(refused.value)


def test_no_group_is_in_both_parts(table):
    lines = "".join(f"{at % 6}p,{at * 0.5},{at}.5\n" for at in range(60))

    bundle = load(table("patient,a,price\n" + lines), group="patient", test_fraction=0.3)

    assert bundle.info.groups == "patient"
    assert kinds(bundle.info) == {"a": "number"}
    assert not set(bundle.train.groups) & set(bundle.test.groups)
    assert len(bundle.test) == 20  # two of six groups


def test_weights_stand_beside_the_rows(table):
    lines = "".join(f"{at}.5,{1 + at % 2},{at}.25\n" for at in range(20))

    bundle = load(table("a,w,price\n" + lines), weight="w")

    assert kinds(bundle.info) == {"a": "number"}
    assert set(bundle.train.weights) == {1.0, 2.0}
    assert bundle.train.weights.dtype == np.float32


def test_rare_values_count_as_one(table):
    lines = "".join(f"{'ab' if at < 50 else at}x,{at % 9}.5,{at}.25\n" for at in range(100, 160))
    content = "town,a,price\n" + "".join(f"capital,{at}.5,{at}.25\n" for at in range(90)) + lines

    bundle = load(table(content))

    assert bundle.info.table[0].levels == ("capital",)
    assert set(bundle.train.x[:, 0]) == {0, -1}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_tables_are_read_whole(table, name):
    content, target = NASTY[name]()
    told = {"charset": "cp1252"} if name == "old_windows" else {}  # `kx new` writes its guess

    bundle = load(table(content, target) | told)

    assert len(bundle.train) + len(bundle.test) == 240
    assert not np.isinf(numbers_of(bundle.train.x)).any()
    assert "id" not in bundle.info.features


def test_a_packed_table_is_the_same(table):
    content = HEADER + rows(40)

    plain, packed = load(table(content)), load(table(gzip.compress(content.encode()), name="c.gz"))

    np.testing.assert_array_equal(plain.train.x, packed.train.x)


def test_more_different_numbers_than_are_kept_as_texts_are_read_alike(table, monkeypatch):
    content = "a,price\n" + "".join(f"{at * 7 % 101}.25,{at}.5\n" for at in range(101))
    before = load(table(content)).train.x

    monkeypatch.setattr("kx.data.tables.columns.MOST_DISTINCT", 10)
    after = load(table(content, name="again.csv")).train.x

    np.testing.assert_array_equal(before, after)
    with pytest.raises(DataError, match="line 103: column a: must be a number"):
        load(table(content + "oops,1.5\n", name="third.csv"))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.5", "2"], [1.5, 2.0]),
        (["1,5", "2", "1.234,5"], [1.5, 2.0, 1234.5]),
        (["1,234.5", "2"], [1234.5, 2.0]),
        (["1,234", "1,234,567"], [1234.0, 1_234_567.0]),
        (["1.234", "2.5"], [1.234, 2.5]),
        (["-1,25", "+3,5"], [-1.25, 3.5]),
    ],
)
def test_decimals_and_thousands_are_told_apart_by_all_values(table, cells, expected):
    lines = "".join(f'"{cells[at % len(cells)]}",{at}.5\n' for at in range(12))

    x = load(table("a,price\n" + lines)).train.x

    assert sorted(set(x[:, 0])) == sorted(expected)


def test_what_may_be_thousands_or_decimals_is_asked(table):
    lines = "".join(f'"{at + 1},250",{at}\n' for at in range(12))

    with pytest.raises(DataError, match=r"'1,250' may be 1250 or 1\.25\. Set dataset\.decimal"):
        load(table("a,price\n" + lines))

    assert load(table("a,price\n" + lines), decimal="point").train.x.min() >= 1250
    assert load(table("a,price\n" + lines), decimal="comma").train.x.max() < 13


def test_of_a_large_table_the_columns_are_checked_beforehand(table, monkeypatch):
    monkeypatch.setattr("kx.datasets.table.CHEAP", 10)
    options = table(HEADER + rows(40))

    assert info_of("table", **options) is None
    with pytest.raises(DataError, match=r"no column 'prize'.*dataset\.target"):
        info_of("table", **options | {"target": "prize"})
    with pytest.raises(DataError, match=r"no column 'kms'.*dataset\.ignore"):
        info_of("table", **options, ignore=("kms",))


@pytest.mark.parametrize(
    ("values", "task", "words"),
    [
        (["1.5"] * 12, "auto", "same number in every row"),
        (
            [str(2**60 + at) for at in range(12)],
            "regression",
            "12 different values .* same 64-bit number",
        ),
    ],
)
def test_targets_that_are_one_number_are_told_as_they_are(table, values, task, words):
    lines = "".join(f"{at}.5,{value}\n" for at, value in enumerate(values))

    with pytest.raises(DataError, match=words):
        load(table("a,price\n" + lines), task=task)


def test_a_long_column_is_recognized_as_a_short_one_is(table, monkeypatch):
    lines = "".join(f"{at + 7},{at % 50}.{at},{at}.5,{at}.5\n" for at in range(120))
    content = "id,a,copy,price\n" + lines
    before = load(table(content))

    monkeypatch.setattr("kx.data.tables.columns.MOST_DISTINCT", 20)
    after = load(table(content, name="again.csv"))

    assert kinds(after.info) == kinds(before.info) == {"a": "number", "copy": "number"}
    np.testing.assert_array_equal(after.train.x, before.train.x)
    told = [
        [said.partition("column ")[2] for said in remarks(each.info)] for each in (before, after)
    ]
    assert told[0] == told[1]
    assert any("copy gives price away" in said for said in told[1])


def test_blocks_of_rows_are_read_as_single_rows_are(table, monkeypatch):
    cells = ["1", " 1 ", "nan", "?", "1_0", "\uff12", "1e1", "inf", "x"]
    lines = "".join(f'"{cells[at * 5 % 9]}","{cells[at % 4]}",{at}.5\n' for at in range(90))
    options = table("a,b,price\n" + lines)
    whole = load(options, categories=("a",))

    monkeypatch.setattr("kx.data.tables.rows.PIECE", 1)
    single = load(table("a,b,price\n" + lines, name="again.csv"), categories=("a",))

    assert whole.info.table == single.info.table
    np.testing.assert_array_equal(whole.train.x, single.train.x)


def test_what_float_takes_for_a_number_is_none_in_a_long_column_either(table, monkeypatch):
    monkeypatch.setattr("kx.data.tables.columns.MOST_DISTINCT", 5)
    lines = "".join(f"{at}.25,{at}.5\n" for at in range(30))

    for odd in ("1_0", "inf", "\u0662"):
        with pytest.raises(DataError, match="line 32: column a: must be a number"):
            load(table("a,price\n" + lines + f"{odd},1.5\n"))


def test_columns_that_add_up_to_the_target_are_told(table):
    pairs = [(37 * at % 101, 7 * at % 11) for at in range(100)]
    body = "".join(f"{a},{b},{a % 3},{a + b}\n" for a, b in pairs)

    remarks = load(table("a,b,c,sum\n" + body, "sum"), task="regression").info.remarks

    (said,) = [in_a_line(r, Words()) for r in remarks if r.code == "columns.relation"]
    assert "sum is exactly a weighted sum of a, b" in said
