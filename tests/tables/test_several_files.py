"""Tables of several files, and rows whose part is given."""

import json

import numpy as np
import pyarrow.parquet
import pytest

from kx.base.errors import DataError, MissingDataError
from kx.data.files.sources import SourceFiles
from kx.data.tables.given_parts import last_in_time
from tests.parts import loaded
from tests.tables.test_own_tables import remarks
from tests.tables.test_typed_tables import rows as typed_rows

HEADER = "a,b,label\n"


def lines(start, count, header=HEADER):
    body = (f"{at},{at % 7 * 1.5},{'xy'[at % 2]}\n" for at in range(start, start + count))
    return header + "".join(body)


@pytest.fixture
def folder(tmp_path):
    """Writes files into a folder, and returns it."""

    def write(**files):
        (tmp_path / "d").mkdir()
        for name, content in files.items():
            path = tmp_path / "d" / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "d"

    return write


def load(path, **options):
    options = {"target": "label", "numbers": ("a",)} | options
    paths = tuple(map(str, path)) if isinstance(path, list) else str(path)
    return loaded("table", SourceFiles(offline=True), path=paths, **options)


def first_column(split):
    return sorted(split.x[:, 0].astype(int).tolist())


@pytest.mark.parametrize("named", ["list", "glob", "folder"])
def test_several_files_are_one_table(named, folder):
    path = folder(part2__csv=lines(20, 20), part10__csv=lines(40, 20), part1__csv=lines(0, 20))
    names = ["part1.csv", "part2.csv", "part10.csv"]
    given = {
        "list": [path / name for name in names],
        "glob": path / "*.csv",
        "folder": path,
    }[named]
    (path.parent / "whole.csv").write_text(lines(0, 60))

    found, whole = load(given), load(path.parent / "whole.csv")

    np.testing.assert_array_equal(found.train.x, whole.train.x)
    np.testing.assert_array_equal(found.test.y, whole.test.y)
    told = {*found.origins["train"], *found.origins["test"]}
    assert {f"{name}, line {line}" for name in names for line in range(2, 22)} == told


def test_columns_may_stand_in_another_order_and_files_have_other_forms(folder):
    turned = "label;b;a\n" + "".join(f"{'xy'[at % 2]};1,5;{at}\n" for at in range(20, 40))
    objects = "".join(
        json.dumps({"b": 1.5, "label": "xy"[0], "a": at}) + "\n" for at in range(40, 60)
    )
    found = load(folder(one__csv=lines(0, 20), two__csv=turned.replace(",", "."), x__jsonl=objects))

    assert sorted(first_column(found.train) + first_column(found.test)) == list(range(60))
    assert "x.jsonl, line 20" in {*found.origins["train"], *found.origins["test"]}


def test_a_file_with_other_columns_is_named(folder):
    with pytest.raises(DataError, match=r"two.csv lacks b, which one.csv has"):
        load(folder(one__csv=lines(0, 20), two__csv="a,label\n1,x\n"))


def test_what_is_wrong_with_a_row_is_told_with_its_file(folder):
    with pytest.raises(DataError, match=r"two.csv, line 3: 2 columns, but the first line names 3"):
        load(folder(one__csv=lines(0, 20), two__csv=HEADER + "1,2,x\n1,2\n"))


def test_a_value_is_told_with_its_file(folder):
    path = folder(one__csv=lines(0, 20), two__csv=HEADER + "20,n.k.,x\n")

    with pytest.raises(DataError, match=r"is not a number \('n\.k\.'|two\.csv, line 2: 'n\.k\.'"):
        load(path, numbers=("a", "b"))


def test_the_names_of_files_tell_the_parts(folder):
    path = folder(
        train__csv=lines(0, 30), val__csv=lines(30, 10), test__csv=lines(40, 10), notes__md="hi"
    )

    found = load(path)

    assert first_column(found.train) == list(range(40))
    assert first_column(found.test) == list(range(40, 50))
    assert found.info.validation_examples == 10
    assert found.origins["train"][-10:] == [f"val.csv, line {at}" for at in range(2, 12)]
    assert "left out, because their names match no part: notes.md" in remarks(found.info)


def test_without_rows_for_testing_some_are_drawn_from_those_for_training(folder):
    found = load(folder(train__csv=lines(0, 30), validation__csv=lines(30, 10)))

    assert found.info.validation_examples == 10
    assert len(found.test) == 6
    assert set(first_column(found.test)) < set(range(30))
    assert first_column(found.train)[-10:] == list(range(30, 40))


def test_a_test_file_without_a_target_is_told_to_be_predicted(folder):
    path = folder(train__csv=lines(0, 30), test__csv="a,b\n1,2\n", sample_submission__csv="a\n1\n")

    found = load(path)

    assert len(found.train) + len(found.test) == 30
    told = " ".join(remarks(found.info))
    assert "test.csv has no column 'label'" in told
    assert "kx predict RUN test.csv" in told
    assert "sample_submission.csv" in told


def test_files_whose_part_is_unclear_are_asked_about(folder):
    path = folder(train__csv=lines(0, 30), more__csv=lines(30, 10), test__csv=lines(40, 9))

    with pytest.raises(
        DataError, match=r"train.csv is the train part by its name, but what is more.cs"
    ):
        load(path / "*.csv")
    with pytest.raises(DataError, match=r"none of the files is the training part by its name"):
        load([path / "test.csv"])
    with pytest.raises(MissingDataError, match=r"matches no file"):
        load(path / "*.parquet")


def test_pieces_of_parts_are_known_by_their_names(folder):
    table = typed_rows()
    path = folder(train__csv="")
    (path / "train.csv").unlink()
    for name, part in (
        ("train-00000-of-00002", table.slice(0, 15)),
        ("train-00001-of-00002", table.slice(15, 15)),
        ("test-00000-of-00001", table.slice(30)),
    ):
        pyarrow.parquet.write_table(part, path / f"{name}.parquet")

    found = load(path, numbers=())

    assert (len(found.train), len(found.test)) == (30, 10)
    assert found.origins["train"][15] == "train-00001-of-00002.parquet, row 1"


def with_parts(parts):
    body = (f"{at},{at % 7},{'xy'[at % 2]},{part}\n" for at, part in enumerate(parts))
    return "a,b,label,split\n" + "".join(body)


def test_a_column_tells_the_parts(folder):
    parts = ["Train"] * 20 + ["val"] * 5 + ["TEST"] * 5 + ["training"] * 10
    path = folder(t__csv=with_parts(parts))

    found = load(path, part="split")

    assert first_column(found.test) == list(range(25, 30))
    assert found.info.validation_examples == 5
    assert first_column(found.train)[-1] == 39
    assert found.train.x[-5:, 0].tolist() == [20, 21, 22, 23, 24]
    assert "split" not in found.info.features


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            ["train"] * 10 + ["later"],
            r"names: line 12: 'later' is not a part. Parts are called train",
        ),
        (["train"] * 10 + [""], r"which dataset.part names, has no value in line 12"),
        (["test"] * 10, r"marks no row as training"),
    ],
)
def test_a_column_that_tells_no_parts_is_refused(parts, told, folder):
    with pytest.raises(DataError, match=told):
        load(folder(t__csv=with_parts(parts)), part="split")


def test_time_and_given_parts_exclude_each_other(folder):
    path = folder(train__csv=lines(0, 30), test__csv=lines(30, 10))

    with pytest.raises(DataError, match=r"dataset.time tests on the last rows, but files"):
        load(path, time="a", numbers=())


@pytest.mark.parametrize(
    ("times", "test"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [8, 9]),
        ([5, 5, 5, 5, 5, 5, 5, 9, 9, 9], [7, 8, 9]),
        ([1, 2, 3, 3, 3, 3, 3, 3, 3, 3], [2, 3, 4, 5, 6, 7, 8, 9]),
        ([9, 9, 1, 1, 1, 1, 1, 1, 1, 1], [0, 1]),
    ],
)
def test_rows_of_the_same_time_are_in_the_same_part(times, test):
    earlier, later = last_in_time(np.array(times, np.float64), 0.2)

    assert sorted(later.tolist()) == test
    assert sorted([*earlier, *later]) == list(range(10))


def test_rows_that_are_all_of_the_same_time_are_refused():
    with pytest.raises(DataError, match="all rows have the same dataset"):
        last_in_time(np.ones(5), 0.2)
