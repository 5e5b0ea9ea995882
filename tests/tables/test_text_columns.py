"""Columns of free text in a table: recognized, told apart, kept from the test part, read again."""

import hashlib
import random

import numpy as np
import pytest

from kx.base.errors import DataError, SpecError
from kx.contracts import Block, ColumnForm, Split, TextForm
from kx.data.arrays.array_digest import add_array
from kx.data.arrays.duplicates import row_hashes
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.encoding import fit_table
from kx.data.tables.mixed_rows import TableRows, are_texts
from kx.data.texts.text_columns import fit_text_columns, with_texts
from kx.planning.making import make_plan
from kx.wording.recorded import in_a_line
from kx.wording.words import Words
from tests.parts import loaded

WORDS = ["the", "parcel", "came", "late", "and", "was", "put", "on", "our", "table", "by"]


@pytest.fixture
def load(tmp_path):
    def read(content, **options):
        (tmp_path / "t.csv").write_text(content)
        options = {"target": "y", "path": str(tmp_path / "t.csv"), "task": "regression", **options}
        return loaded("table", SourceFiles(offline=True), **options)

    return read


def table(count=40, seed=0, gap=7):
    chance = random.Random(seed)
    lines = [
        f"{'' if at % gap == 0 else ' '.join(chance.sample(WORDS, 6))},{chance.random()},{at}.5\n"
        for at in range(count)
    ]
    return "said,a,y\n" + "".join(lines)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["a good red car", "a bad red car", "the good blue car"], True),
        (["这辆车很好", "这辆车不好", "那辆车很好"], True),
        (["A-17", "B-18", "C-19"], False),
        (["photos/1.png", "photos/2.png", "photos/3.png"], False),
        (["1 2 3", "1 2 4", "1 3 2"], False),
        (["Berlin", "New York", "Paris"], False),
        (["one two three", "four five six", "seven eight nine"], False),
    ],
)
def test_texts_have_several_words_that_come_again(values, found):
    assert are_texts(values) == found


def test_a_column_of_texts_is_recognized_and_told(load):
    info = load(table()).info

    assert [(form.name, form.kind) for form in info.table] == [("said", "text"), ("a", "number")]
    assert info.table[0].text.encoding == "tf_idf"
    assert info.input_shape == (1_000 + 1,)
    assert "column said holds texts of several words" in in_a_line(info.remarks[0], Words("en"))
    assert load(table(), texts=("said",)).info.remarks == ()
    assert load(table(), ignore=("said",)).info.features == ("a",)


def test_options_of_texts_are_those_of_the_dataset(load):
    options = {"encoding": "count", "num_words": 20, "ngrams": 2}

    form = load(table(), texts=("said",), **options).info.table[0]

    assert (form.text.encoding, form.text.ngrams, form.width) == ("count", 2, 20)


def rows(texts, numbers, form):
    forms = (ColumnForm("said", "text", gaps=True, text=form), ColumnForm("a", "number"))
    x = np.column_stack([np.zeros(len(texts)), numbers]).astype(float)
    return with_texts(x, forms, {"said": texts}), forms


def test_a_bag_of_words_worked_out_by_hand():
    form = TextForm(encoding="count", num_words=5)
    x, forms = rows(["red red blue", "red green", "", "blue pink red"], [1, 2, 3, 4], form)
    train = x[np.array([0, 1, 2])]

    preparation = fit_table(train, forms, "none", "error", texts=fit_text_columns(train, forms))

    # Padding, any other word, red, blue, green: by frequency, then by the alphabet. No row for
    # training had any other word, so nothing was learned of one.
    wanted = [[0, 0, 2, 1, 0, 1], [0, 0, 1, 0, 1, 2], [0, 0, 0, 0, 0, 3], [0, 0, 1, 1, 0, 4]]
    np.testing.assert_array_equal(preparation.apply(x), wanted)
    again = preparation_from(preparation.arrays(), preparation.settings())
    np.testing.assert_array_equal(again.apply(x), wanted)
    assert again.is_same(preparation)


def test_tf_idf_is_kept_with_the_preparation():
    x, forms = rows(["red red blue", "red green", "blue"], [1, 2, 3], TextForm(encoding="tf_idf"))
    preparation = fit_table(x, forms, "none", "error", texts=fit_text_columns(x, forms))

    again = preparation_from(preparation.arrays(), preparation.settings())

    np.testing.assert_array_equal(again.apply(x), preparation.apply(x))
    np.testing.assert_allclose(np.linalg.norm(again.apply(x)[:, :-1], axis=1), 1, atol=1e-6)


def test_a_column_without_a_word_is_named():
    x, forms = rows(["", ""], [1, 2], TextForm())

    with pytest.raises(DataError, match="column said: The texts of the training part hold no word"):
        fit_text_columns(x, forms)


def test_rows_are_taken_hashed_and_told_apart_with_their_texts():
    x, _ = rows(["red", "blue", "red", "red"], [1, 1, 1, 2], TextForm())
    split = Split(x, np.arange(4.0)).take(np.array([3, 0, 2]))
    hashes = row_hashes(x)

    def digest(values):
        found = hashlib.sha256()
        add_array(found, "x", values)
        return found.hexdigest()

    assert isinstance(split.x, TableRows)
    assert list(split.x.beside["said"].strings) == ["red", "red", "red"]
    assert split.x.numbers[:, 1].tolist() == [2, 1, 1]
    assert hashes[0] == hashes[2]
    assert len(set(hashes.tolist())) == 3
    assert digest(x[np.array([0, 1])]) != digest(x[np.array([0, 2])])


@pytest.mark.parametrize("seed", range(3))
def test_texts_of_the_test_part_change_no_vocabulary(load, seed):
    lines = table(60, seed).splitlines()

    def fitted():
        bundle = load("\n".join(lines) + "\n", texts=("said",))
        texts = fit_text_columns(bundle.train.x, bundle.info.table)
        return bundle, fit_table(bundle.train.x, bundle.info.table, "log", "mean", texts=texts)

    before, first = fitted()
    for line in before.origins["test"]:
        at = int(line.removeprefix("line ")) - 1
        lines[at] = f"unheard of, {lines[at].partition(',')[2]}"
    after, second = fitted()

    assert "unheard" in " ".join(after.test.x.beside["said"].strings)
    assert after.info.table == before.info.table
    assert second.is_same(first)


def test_the_order_of_words_is_not_for_networks_that_take_numbers(load, tmp_path):
    load(table())  # writes the file
    spec = tmp_path / "t.yaml"
    spec.write_text(
        "name: t\ndataset: {name: table, path: t.csv, target: y, task: regression, "
        "encoding: sequence}\narchitecture: {name: mlp}\n"
    )

    with pytest.raises(SpecError, match="mlp would take the words of said for amounts"):
        make_plan(spec)


def test_words_in_their_order_are_a_block_of_indices():
    form = TextForm(encoding="sequence", num_words=5, maxlen=3)
    x, forms = rows(["red red blue", "red", "pink green"], [1, 2, 3], form)
    train = x[np.array([0, 1])]
    preparation = fit_table(train, forms, "none", "error", texts=fit_text_columns(train, forms))

    # Red, of which there are most, has index 2, blue 3, and all that was not seen 1.
    wanted = [[2, 2, 3, 1], [0, 0, 2, 2], [0, 1, 1, 3]]
    np.testing.assert_array_equal(preparation.apply(x), wanted)
    assert preparation.blocks == (Block("said", "words", 0, 3, 5), Block("a", "numbers", 3, 1))


def test_a_bag_is_a_block():
    x, forms = rows(["red", "blue"], [1, 2], TextForm(num_words=4))
    preparation = fit_table(x, forms, "none", "error", texts=fit_text_columns(x, forms))

    assert preparation.blocks[0] == Block("said", "bag", 0, 4)
