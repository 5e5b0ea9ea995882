"""What networks are told of the columns of a prepared row."""

import numpy as np
import pytest

from kx.base.errors import SpecError
from kx.contracts import Architecture, Block, ColumnForm, DatasetInfo
from kx.data.preparation import fit_preparation, preparation_from
from kx.data.tables.blocks import MOST_ONE_HOT, blocks_of, read_in_blocks
from kx.data.tables.encoding import fit_table
from kx.planning.making import make_plan

NAN = np.nan
KM = ColumnForm("km", "number", gaps=True)
FEW = ColumnForm("make", "category", ("a", "b"))
MANY = ColumnForm("town", "category", tuple("abcdefghi"), gaps=True)
DAY = ColumnForm("day", "date")
SIZE = ColumnForm("size", "ordered", ("s", "m", "l"))


def info(*forms):
    width = sum(form.width for form in forms)
    return DatasetInfo("table", "binary", (width,), ("no", "yes"), table=forms)


def indexed(*forms):
    return read_in_blocks(info(*forms), reads_blocks=True, categories="auto")


def test_blocks_stand_one_behind_the_other_and_marks_of_gaps_at_the_end():
    found = indexed(KM, FEW, MANY, DAY, SIZE)

    assert found.blocks == (
        Block("km", "numbers", 0, 1),
        Block("make", "one_hot", 1, 3),
        Block("town", "index", 4, 1, size=11),
        Block("day", "numbers", 5, 5),
        Block("size", "flags", 10, 2),
    )
    assert found.input_shape == (12,)
    marked = blocks_of(found.table, marked=[0])
    assert marked == (*found.blocks, Block("km", "flags", 12, 1))


def test_levels_other_values_and_gaps_have_an_index_each():
    forms = indexed(KM, MANY).table
    x = np.array([[1, 0], [3, 8], [NAN, 9], [2, -1], [2, NAN]])

    preparation = fit_table(x, forms, "none", "indicator")

    np.testing.assert_array_equal(preparation.apply(x)[:, 1], [0, 8, 9, 9, 10])
    assert preparation.blocks == blocks_of(forms, [0])
    assert preparation.apply(x).shape[1] == sum(block.width for block in preparation.blocks)


def test_a_place_that_all_training_rows_share_says_nothing_wrong_of_later_rows():
    forms = indexed(MANY).table
    preparation = fit_table(np.zeros((3, 1)), forms, "none", "error")

    np.testing.assert_array_equal(preparation.apply(np.array([[5.0], [0.0]])), [[5], [0]])


def test_a_kept_preparation_prepares_as_before():
    forms = indexed(KM, MANY).table
    x = np.array([[1, 0], [3, 8], [NAN, NAN]])
    preparation = fit_table(x, forms, "standardize", "indicator")

    again = preparation_from(preparation.arrays(), preparation.settings())

    assert again.is_same(preparation)
    assert again.blocks == preparation.blocks
    np.testing.assert_array_equal(again.apply(x), preparation.apply(x))


def category(levels):
    return ColumnForm("c", "category", tuple(map(str, range(levels))))


@pytest.mark.parametrize(
    ("levels", "reads", "asked", "index"),
    [
        (MOST_ONE_HOT, True, "auto", False), (MOST_ONE_HOT + 1, True, "auto", True),
        (9_999, False, "auto", False), (2, True, "embed", True), (9_999, True, "one_hot", False),
    ],
)  # fmt: skip
def test_categories_are_indices_where_there_are_many_and_the_network_reads_them(
    levels, reads, asked, index
):
    found = read_in_blocks(info(category(levels)), reads_blocks=reads, categories=asked)

    assert found.blocks == (
        (Block("c", "index", 0, 1, levels + 1) if index else Block("c", "one_hot", 0, levels + 1)),
    )


def test_rows_of_numbers_alone_have_no_blocks():
    assert fit_preparation(np.eye(3), "standardize").blocks == ()
    plain = DatasetInfo("plain", "regression", (3,))
    assert read_in_blocks(plain, reads_blocks=True, categories="auto") is plain


def test_architectures_read_no_blocks_unless_they_say_so():
    assert not Architecture.reads_blocks


SPEC = """
name: t
dataset: {dataset}
architecture: mlp
validation: holdout
preparation: {{categories: {asked}}}
training: {{epochs: 1}}
"""


@pytest.mark.parametrize(
    ("dataset", "asked", "words"),
    [
        ("boston", "one_hot", "boston has no categories"),
        (
            "{name: table, path: t.csv, target: y, task: regression}",
            "embed",
            "would take the place of a category",
        ),
    ],
)
def test_categories_are_asked_for_where_they_are_and_can_be_read(tmp_path, dataset, asked, words):
    (tmp_path / "t.csv").write_text("make,y\n" + "a,1.5\nb,2.5\na,0.5\nb,1\n" * 5)
    spec = tmp_path / "t.yaml"
    spec.write_text(SPEC.format(dataset=dataset, asked=asked))

    with pytest.raises(SpecError) as error:
        make_plan(spec)

    assert words in str(error.value)
