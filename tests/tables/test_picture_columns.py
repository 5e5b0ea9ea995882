"""Columns of a table that list pictures: read beside the numbers, told by line, read again."""

import json

import numpy as np
import pytest
from PIL import Image

from kx.base.errors import DataError
from kx.contracts import Block, ColumnForm
from kx.data.arrays.duplicates import row_hashes
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.encoding import fit_table
from kx.data.tables.mixed_rows import TableRows
from tests.parts import info_of, loaded

FORMS = (ColumnForm("photo", "image", gaps=True, picture=(1, 2, 1)), ColumnForm("a", "number"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table of 40 rows, one of them without a picture, and its pictures, as bright as y is."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "photos").mkdir()
    lines = []
    for at in range(40):
        Image.new("L", (20, 30), at * 6).save(folder / "photos" / f"{at}.png")
        lines.append(f"{'' if at == 7 else f'photos/{at}.png'},{at * 37 % 11}.5,{at * 2}.5\n")
    (folder / "t.csv").write_text("photo,a,y\n" + "".join(lines))
    return folder


def options(folder, **more):
    return {"path": str(folder / "t.csv"), "target": "y", "task": "regression", **more}


def test_pictures_are_recognized_where_they_are(folder, tmp_path):
    (tmp_path / "t.csv").write_text((folder / "t.csv").read_text())

    info = info_of("table", **options(folder))
    alone = info_of("table", **options(tmp_path))

    assert [(form.name, form.kind) for form in info.table] == [("photo", "image"), ("a", "number")]
    assert info.table[0].picture == (32, 32, 3)
    assert alone.features == ("a",)


def test_each_row_has_its_own_picture(folder):
    bundle = loaded(
        "table", SourceFiles(offline=True), **options(folder, image_size=16, channels=1)
    )

    assert bundle.train.x.beside["photo"].shape == (32, 16, 16, 1)
    for part in (bundle.train, bundle.test):
        bright = part.x.beside["photo"].max(axis=(1, 2, 3))
        wanted = np.round((part.y - 0.5) / 2) * 6
        np.testing.assert_array_equal(bright, np.where(wanted == 42, 0, wanted))  # line 9 has none


def test_pixels_are_a_block_of_shares_of_255():
    pixels = np.array([[0, 255], [0, 51]], np.uint8).reshape(2, 1, 2, 1)
    x = TableRows(np.array([[0, 1.0], [0, 3.0]]), {"photo": pixels})

    preparation = fit_table(x, FORMS, "standardize", "error")

    np.testing.assert_allclose(preparation.apply(x), [[0, 1, -1], [0, 0.2, 1]])
    again = preparation_from(preparation.arrays(), preparation.settings())
    np.testing.assert_array_equal(again.apply(x), preparation.apply(x))
    assert preparation.blocks == (
        Block("photo", "picture", 0, 2, 0, (1, 2, 1)),
        Block("a", "numbers", 2, 1),
    )


def test_a_pixel_that_was_black_in_training_may_be_bright_later():
    pixels = np.array([[0], [255]], np.uint8).reshape(2, 1, 1, 1)
    x = TableRows(np.array([[0, 1.0], [0, 3.0]]), {"photo": pixels})
    forms = (ColumnForm("photo", "image", gaps=True, picture=(1, 1, 1)), FORMS[1])

    preparation = fit_table(x[np.array([0])], forms, "none", "error")

    assert preparation.apply(x)[:, 0].tolist() == [0, 1]


def test_rows_are_told_apart_by_their_pictures():
    pixels = np.array([0, 9, 0], np.uint8).reshape(3, 1, 1, 1)

    hashes = row_hashes(TableRows(np.ones((3, 1)), {"photo": pixels}))

    assert hashes[0] == hashes[2] != hashes[1]


def test_missing_and_broken_pictures_are_told_by_their_lines(folder, tmp_path):
    for at in range(4):
        Image.new("L", (20, 20), at).save(tmp_path / f"{at}.png")
    (tmp_path / "1.png").write_bytes(b"no picture")
    (tmp_path / "2.png").unlink()
    rows = "".join(f"{at % 4}.png,{at}.5,{at}.5\n" for at in range(12))
    (tmp_path / "t.csv").write_text("photo,a,y\n" + rows)

    with pytest.raises(DataError) as error:
        loaded("table", SourceFiles(offline=True), **options(tmp_path))

    said = " ".join(str(error.value).split())
    assert said.startswith("column photo: 6 pictures cannot be used: line 3: 1.png: not a")
    assert "line 4: 2.png: cannot be read (No such file or directory)" in said


@pytest.mark.slow
def test_the_original_file_is_predicted_as_the_run_recorded(run_kx, folder, tmp_path, monkeypatch):
    spec = folder / "t.yaml"
    said = [
        run_kx("new", spec, "--from", folder / "t.csv", "--target", "y"),
        run_kx(
            "train", spec, "-q", "--outputs", tmp_path, "--set", "training.epochs=2",
            "--set", "training.early_stopping=null", "--set", "validation.k=2",
            "--set", "dataset.image_size=16",
        ),
    ]  # fmt: skip
    assert [code for code, _, _ in said] == [0, 0], said
    (run,) = (each.parent for each in tmp_path.glob("*/record.json"))
    args = ("predict", run.name, "--json", "--outputs", tmp_path)

    code, out, err = run_kx(*args, folder / "t.csv")
    monkeypatch.chdir(folder)
    typed = run_kx(*args, "--row", '{"photo": "photos/3.png", "a": 1.5}')
    refused = run_kx(*args, "--row", '{"photo": "photos/none.png", "a": 1.5}')

    assert code == 0, err
    by_line = {each["input"].rpartition(":")[2]: each for each in json.loads(out)["predictions"]}
    lines = json.loads((run / "rows.json").read_text())["test"]
    found = [by_line[line.removeprefix("line ")]["value"] for line in lines]
    kept = np.load(run / "predictions.npz")["predictions"]
    np.testing.assert_array_equal(np.array(found, "float32"), kept[:, -1])
    assert typed[0] == 0, typed
    assert refused[0] == 3
    assert "--row: photo: cannot be read" in " ".join(refused[2].split())
