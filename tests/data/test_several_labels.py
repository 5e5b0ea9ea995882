"""Targets of which a row may have several, out of one cell or of several columns; and shares."""

import numpy as np
import pytest

from kx.base.errors import DataError, RowsError
from kx.data.arrays.splitting import divided, strata
from kx.data.files.sources import SourceFiles
from kx.data.inputs.said_targets import SaidTargets
from kx.data.tables.column_options import ColumnOptions
from kx.data.tables.targets import TargetOptions
from kx.datasets.table import OwnTable
from kx.datasets.text_csv import TextTable
from kx.wording.recorded import in_words

TAGS = ["red;round", "red", "round", "big; red", "", "big;round;red", "red ;", "round"]
COLUMNS = ["1,yes", "0,No", "1,no", "0,YES", "1.0,no", "0,no"]


def tagged(tmp_path, cells, name="t.csv"):
    path = tmp_path / name
    path.write_text("a,tags\n" + "".join(f'{at % 3}.5,"{cell}"\n' for at, cell in enumerate(cells)))
    return str(path)


def answered(tmp_path, rows):
    path = tmp_path / "t.csv"
    path.write_text("a,red,round\n" + "".join(f"{at}.5,{row}\n" for at, row in enumerate(rows)))
    return str(path)


def loaded(**options):
    labels = {key: options.pop(key) for key in ("task", "label_separator", "empty_labels")
              if key in options}  # fmt: skip
    return OwnTable(labels=TargetOptions(**labels), **options).load(SourceFiles())


def rows_of(bundle):
    """Return line -> target, of both parts."""
    parts = (("train", bundle.train), ("test", bundle.test))
    return {
        int(line.removeprefix("line ")): y.tolist()
        for part, split in parts
        for line, y in zip(bundle.origins[part], split.y, strict=True)
    }


def test_labels_in_a_cell_are_told_apart_and_no_label_is_one_of_the_answers(tmp_path):
    bundle = loaded(path=tagged(tmp_path, TAGS), target="tags", empty_labels="none")

    assert (bundle.info.task, bundle.info.classes) == ("multilabel", ("big", "red", "round"))
    assert bundle.train.y.dtype == np.float32
    assert rows_of(bundle) == {
        2: [0, 1, 1], 3: [0, 1, 0], 4: [0, 0, 1], 5: [1, 1, 0],
        6: [0, 0, 0], 7: [1, 1, 1], 8: [0, 1, 0], 9: [0, 0, 1],
    }  # fmt: skip
    told = " ".join(map(in_words, bundle.info.remarks))
    assert "with ';' between them: red (5), round (4), big (2). Set dataset.task:" in told


def test_columns_that_say_yes_or_no_are_labels_in_the_order_of_the_spec(tmp_path):
    path = answered(tmp_path, COLUMNS)

    bundle = loaded(path=path, target=("round", "red"), task="multilabel")

    assert (bundle.info.task, bundle.info.classes) == ("multilabel", ("round", "red"))
    assert list(rows_of(bundle).values()) and bundle.info.remarks == ()
    assert rows_of(bundle)[2] == [1, 1]
    assert rows_of(bundle)[5] == [1, 0]
    assert bundle.info.features == ("a",)


def test_one_column_in_a_list_is_that_column(tmp_path):
    path = answered(tmp_path, COLUMNS * 2)

    assert loaded(path=path, target=("round",)).info.classes == ("NO", "No", "YES", "no", "yes")[1:]


def test_a_cross_or_nothing_is_yes_or_no_if_the_spec_says_so(tmp_path):
    path = answered(tmp_path, ["x,nan", ",x", ",", "x,x"])

    bundle = loaded(path=path, target=("red", "round"), empty_labels="none")

    assert rows_of(bundle) == {2: [1, 0], 3: [0, 1], 4: [0, 0], 5: [1, 1]}
    with pytest.raises(
        RowsError, match="3 rows cannot be used: \\n  line 2: no round, but 'nan'\\n  line 3"
    ):
        loaded(path=path, target=("red", "round"))


@pytest.mark.parametrize(
    "cells",
    [
        ["male, adult", "male, child", "female, adult", "female, child", "male, old", "female, old"]
        * 2,
        ["low;high", "low", "high;higher"] * 2,
    ],
    ids=["as many parts in each", "as many labels as cells"],
)
def test_classes_with_a_comma_in_their_names_stay_classes(tmp_path, cells):
    assert loaded(path=tagged(tmp_path, cells), target="tags").info.task == "multiclass"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"label_separator": "+"}, "no cell contains the separator '+'"),
        ({"task": "classes", "label_separator": ";"}, "dataset.task is classes"),
        ({"task": "classes", "empty_labels": "none"}, "dataset.empty_labels: none is for several"),
        ({"target": ("a", "a")}, "dataset.target lists 'a' twice"),
        ({"target": ("a", "tag")}, "has no column 'tag'. Did you mean 'tags'?"),
        ({"target": ("a", "tags"), "task": "classes"}, "lists 2 columns, but dataset.task: class"),
        ({"target": ("tags", "a")}, "line 2: 'red;round' is neither yes nor no. Where dataset.tar"),
        ({"target": ("tags", "a"), "label_separator": ";"}, "separates the labels of one col"),
        ({"columns": ColumnOptions(ignore=("tags",))}, "lists 'tags', which is the target."),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_meant_is_refused(tmp_path, options, said):
    path = tagged(tmp_path, [cell for cell in TAGS if cell] * 2)

    with pytest.raises(DataError) as refused:
        loaded(**{"path": path, "target": "tags", **options})

    assert said in str(refused.value)


def test_one_label_alone_is_no_several(tmp_path):
    with pytest.raises(DataError, match="has 1 label, but multilabel needs at least two"):
        loaded(path=tagged(tmp_path, ["red;", "red", ""]), target="tags", task="multilabel",
               empty_labels="none")  # fmt: skip


def test_texts_may_have_several_labels_or_a_share(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,tags,share\n" + 'good,"a,b",0.25\nbad,a,1\nugly,b,0\n' * 3)

    several = TextTable(path=str(path), label="tags", target=TargetOptions("multilabel"))
    share = TextTable(path=str(path), label="share", target=TargetOptions("unit_regression"))

    assert several.info().classes == ("a", "b")
    assert several.load(SourceFiles()).train.y.shape == (7, 2)
    assert share.load(SourceFiles()).info.task == "unit_regression"
    assert sorted(set(share.load(SourceFiles()).train.y.tolist())) == [0, 0.25, 1]


def test_numbers_from_0_to_1_are_a_regression_that_is_asked_about(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,share\n" + "".join(f"{n * n},0.{n:02}\n" for n in range(1, 60)))

    found = loaded(path=str(path), target="share").info

    assert found.task == "regression"
    assert "set dataset.task: unit_regression" in in_words(found.remarks[0])


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (["0.5", "12", "100"], "line 3: 12 is not from 0 to 1 (the numbers are from 0.5 to 100), "
         "which dataset.task: unit_regression needs. If these are percentages, divide them by 100"),
        (["0.5", "-1", "1"], "line 3: -1 is not from 0 to 1"),
        (["85%", "5%", "10%"], "line 2: '85%' is written with a %"),
        (["0.5", "half", "1"], "line 3: 'half'"),
    ],
)  # fmt: skip
def test_what_is_no_share_is_named_with_its_line(tmp_path, shares, said):
    path = tagged(tmp_path, shares)

    with pytest.raises(DataError) as refused:
        loaded(path=path, target="tags", task="unit_regression")

    assert said in str(refused.value)


def test_both_parts_have_their_share_of_a_rare_label():
    y = np.zeros((100, 4), np.float32)
    sets = np.arange(100) // 20  # five sets of the first three labels; the last one is in each
    y[sets % 2 == 1, 0], y[sets % 4 > 1, 1], y[sets == 4, 2], y[::20, 3] = 1, 1, 1, 1

    for seed in range(20):
        train, test = divided(_numbered(y), 0.2, strata(y), seed, mixed=False)

        assert test.y[:, 3].sum() == 1  # the rarest, exactly
        assert test.y.sum(axis=0) == pytest.approx([8, 8, 4, 1], abs=1)
        assert (train.y.sum(axis=0) + test.y.sum(axis=0)).tolist() == [40, 40, 20, 5]


def test_strata_of_numbers_are_the_numbers():
    y = np.array([3, 1, 2])

    assert strata(y) is y


def _numbered(y):
    from kx.contracts import Split

    return Split(np.arange(len(y)), y)


def test_what_a_table_says_itself_stands_beside_predictions():
    form = {"target": ["red", "round"], "task": "multilabel", "classes": ["red", "round"]}
    reader = SaidTargets.of(form, "target")

    assert reader.places(("a", "red")) == ()
    assert reader.said(("1", "yes"), ()) is None
    assert [reader.said(row, (0, 1)) for row in (("yes", "1"), ("no", "x"), ("0", ""))] == [
        "red;round", "round", "",
    ]  # fmt: skip
    assert reader.is_known("red;round") and not reader.is_known("red;square")


@pytest.mark.parametrize(
    ("cells", "options", "asked"),
    [
        (TAGS, {}, True),
        (["red", "big", "", "red", "big"], {"task": "multilabel"}, True),
        (["red", "big", "", "red", "big"], {}, False),
        (["red;big", "big", "nan", "red", "red;big"], {"task": "multilabel"}, False),
    ],
    ids=["guessed", "said", "classes", "a word"],
)
def test_an_empty_cell_may_mean_no_label_and_the_message_says_how(tmp_path, cells, options, asked):
    with pytest.raises(RowsError) as refused:
        loaded(path=tagged(tmp_path, cells), target="tags", **options)
    text = tmp_path / "texts.csv"
    text.write_text((tmp_path / "t.csv").read_text().replace("a,tags", "text,tags"))
    with pytest.raises(RowsError) as again:
        TextTable(path=str(text), label="tags", target=TargetOptions(**options)).info()

    for error in (refused, again):
        assert ("set dataset.empty_labels: none." in str(error.value)) == asked
