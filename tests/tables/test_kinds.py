"""Columns with an order, and columns of yes and no: recognized, encoded by hand, read again."""

import numpy as np
import pytest

from kx.authoring.own_table import table_proposal
from kx.base.errors import DataError
from kx.contracts import ColumnForm
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.cells import value_of
from kx.data.tables.encoding import fit_table
from kx.data.tables.scales import ranges_of
from kx.wording.recorded import in_a_line
from kx.wording.words import Words
from tests.parts import loaded

SIZE = ColumnForm("size", "ordered", ("small", "medium", "large"))


@pytest.fixture
def load(tmp_path):
    def read(content, **options):
        (tmp_path / "t.csv").write_text(content)
        options = {"target": "y", "path": str(tmp_path / "t.csv"), "task": "regression", **options}
        return loaded("table", SourceFiles(offline=True), **options)

    return read


def rows(values, header="v"):
    return f"{header},y\n" + "".join(f"{v},{at * 1.25}\n" for at, v in enumerate(values))


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        (("Yes", "No"), "boolean", ("No", "Yes")),
        (("true", "false"), "boolean", ("false", "true")),
        (("ja", "nein"), "boolean", ("nein", "ja")),
        (("yes", "no", "maybe"), "category", None),
        (("Low", "high", "medium"), "ordered", ("very low", "Low", "medium", "high", "very high")),
        (("很低", "低", "中"), "ordered", ("很低", "低", "中", "高", "很高")),
        (("low", "high"), "category", None),
        (("small", "medium", "red"), "category", None),
        (("low", "LOW", "high", "medium"), "category", None),
    ],
)
def test_yes_and_no_and_known_scales_are_recognized(load, values, kind, levels):
    (form,) = load(rows(values * 8)).info.table

    assert form.kind == kind
    assert levels is None or form.levels == levels


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (("65+", "26-35", "18-25"), ("18-25", "26-35", "65+")),
        (("65 and over", "under 18", "18 to 64"), ("under 18", "18 to 64", "65 and over")),
        ((">=2,000", "<1,000", "1,000-1,999"), ("<1,000", "1,000-1,999", ">=2,000")),
        (("20-30岁", "0-10岁", "10-20岁"), ("0-10岁", "10-20岁", "20-30岁")),
        (("10-20", "15-30", "30+"), ()),  # they overlap
        (("2-1", "3-0", "1-1"), ()),  # results of matches
        (("1-2", "3-4", "other"), ()),
        (("1-2", "3-4"), ()),
        (("<1", "<2", "<3"), ()),
        (tuple(f"{at}-{at + 1}" for at in range(51)), ()),  # more than a spec can list
    ],
)
def test_ranges_of_numbers_rise(values, levels):
    assert ranges_of(values) == levels


def test_a_column_of_ranges_is_ordered(load):
    (form,) = load(rows(("65+", "26-35", "18-25") * 8)).info.table

    assert (form.kind, form.levels) == ("ordered", ("18-25", "26-35", "65+"))


def test_a_scale_that_was_taken_for_one_is_told(load):
    told = [in_a_line(said, Words("en")) for said in load(rows(("s", "m", "l") * 8)).info.remarks]
    stated = load(rows(("s", "m", "l") * 8), ordered={"v": ("l", "m", "s")}).info

    assert "column v holds levels of a known scale (s, m, l) and is read as ordered" in told[0]
    assert stated.table[0].levels == ("l", "m", "s")
    assert not stated.remarks


def test_levels_may_be_numbers_and_yes_may_be_1(load):
    ordered = load(rows((10, 2, 30) * 8), ordered={"v": (2, 10, 30)})
    boolean = load(rows((1, 0, "yes") * 8), booleans=("v",))

    assert set(ordered.train.x[:, 0]) == {0, 1, 2}
    assert set(boolean.train.x[:, 0]) == {0, 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"ordered": {"v": ("s", "m")}},
            "column v: 2 values are not levels (line 4: 'l', line 5: 'XL') of those that "
            "dataset.ordered lists: s, m.",
        ),
        ({"booleans": ("v",)}, "4 values are neither yes nor no (line 2: 's', line 3: 'm'"),
        ({"booleans": ("v",), "ordered": {"v": ("s", "m")}}, "column 'v' is listed twice"),
        ({"ordered": {"w": ("s", "m")}}, "t.csv has no column 'w'"),
    ],
)
def test_what_cannot_be_meant_is_refused(load, options, words):
    with pytest.raises(DataError) as error:
        load(rows(("s", "m", "l", "XL") * 8), **options)

    assert words in str(error.value)


def test_steps_and_answers_worked_out_by_hand():
    columns = (
        ColumnForm("size", "ordered", ("small", "medium", "large"), gaps=True),
        ColumnForm("paid", "boolean", ("no", "yes"), gaps=True),
    )
    nan = np.nan
    x = np.array([[0, 1], [1, 0], [2, nan], [nan, 1]])

    preparation = fit_table(x, columns, "standardize", "error")

    # Above small, above medium, no size; paid, not known whether.
    wanted = [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0]]
    np.testing.assert_array_equal(preparation.apply(x), wanted)
    again = preparation_from(preparation.arrays(), preparation.settings())
    np.testing.assert_array_equal(again.apply(x), wanted)
    assert preparation.input_shape((5,)) == (5,)


def test_a_step_that_no_training_row_stands_below_tells_nothing():
    preparation = fit_table(np.array([[1.0], [1.0]]), (SIZE,), "standardize", "error")

    np.testing.assert_array_equal(preparation.apply(np.array([[0.0], [2.0]])), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        (SIZE, "medium", 1),
        (SIZE, "Medium", 1),
        (ColumnForm("b", "boolean", ("nein", "ja")), "JA", 1),
        (ColumnForm("b", "boolean", ("nein", "ja")), "false", 0),
    ],
)
def test_later_values_are_read_by_their_level(form, text, found):
    assert value_of(form, text) == (found, "")


def test_a_later_value_of_no_level_is_refused():
    assert value_of(SIZE, "huge")[1] == "must be one of small, medium, large; got 'huge'"
    assert value_of(ColumnForm("b", "boolean", ("no", "yes")), "2")[1] == (
        "must be no or yes; got '2'"
    )


def test_a_spec_that_was_written_for_a_table_lists_levels_and_answers(tmp_path):
    (tmp_path / "t.csv").write_text(rows(("s,yes", "m,no", "l,no") * 8, "size,paid"))

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text

    assert "  booleans: [paid]\n  ordered:\n    size: [xxs, xs, s, m, l, xl, xxl, xxxl]\n" in text
    assert "# paid  boolean   no or yes\n" in text
