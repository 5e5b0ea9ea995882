import json
from itertools import pairwise

import numpy as np
import pytest

from kx.base.errors import DataError, MissingDataError
from kx.cli.main import main
from kx.data.arrays.fingerprint import fingerprint
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.samples.pets import pets
from kx.datasets import cats_vs_dogs as module
from kx.datasets.cats_vs_dogs import CLASSES
from kx.evaluators.baselines import baseline_predictions
from kx.wording.recorded import in_words
from tests.data.photos import noisy, state, write, zipped
from tests.parts import cats_vs_dogs, info_of

# Of each class: two pictures for training, one for validation, one for testing.
IDS = {"train": range(2), "validation": range(2, 3), "test": range(3, 4)}


def small(part_ids=IDS):
    return {
        f"{part}/{kind}s/{kind}.{number}.jpg": noisy(10 * number + label)
        for part, ids in part_ids.items()
        for number in ids
        for label, kind in enumerate(CLASSES)
    }


def full(pattern, capital=False):
    """The same pictures by the names of the full set, and one more that must not be looked at."""
    contents = {
        pattern.format(kind=kind.title() if capital else kind, number=number): noisy(
            10 * number + label
        )
        for number in range(4)
        for label, kind in enumerate(CLASSES)
    }
    return {**contents, pattern.format(kind="Dog" if capital else "dog", number=4): b"broken"}


LAYOUTS = {
    "small": lambda home: write(home / "cats_and_dogs_small", small()),
    "kaggle": lambda home: write(home / "dogs-vs-cats/train", full("{kind}.{number}.jpg")),
    "kaggle zip": lambda home: zipped(
        home / "dogs-vs-cats/train.zip", full("train/{kind}.{number}.jpg")
    ),
    "microsoft": lambda home: write(home / "PetImages", full("{kind}/{number}.jpg", True)),
    "microsoft zip": lambda home: zipped(
        home / "kagglecatsanddogs_5340.zip",
        {**full("PetImages/{kind}/{number}.jpg", True), "readme[1].txt": b"hello"},
    ),
}


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(module, "IDS", IDS)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.usefixtures("few")
def test_every_layout_gives_the_same_pictures_in_the_same_order(tmp_path, layout):
    LAYOUTS[layout](tmp_path / "mine")
    LAYOUTS["small"](tmp_path / "expected")
    before = state(tmp_path)

    bundle, expected = (
        cats_vs_dogs(SourceFiles(data_dir=tmp_path / name), image_size=16)
        for name in ("mine", "expected")
    )

    assert bundle.train.y.tolist() == [0, 1, 0, 1, 0, 1]
    assert bundle.test.y.tolist() == [0, 1]
    assert fingerprint(bundle) == fingerprint(expected)
    assert state(tmp_path) == before


@pytest.mark.usefixtures("few")
def test_the_file_of_every_row_is_on_record_validation_last(tmp_path):
    LAYOUTS["kaggle"](tmp_path)

    bundle = cats_vs_dogs(SourceFiles(data_dir=tmp_path), image_size=16)

    numbers = [(number, kind) for number in range(4) for kind in CLASSES]
    names = [f"{kind}.{number}.jpg" for number, kind in numbers]
    assert list(bundle.origins["train"]) == names[:6]
    assert list(bundle.origins["test"]) == names[6:]
    assert bundle.info.validation_examples == 2
    assert bundle.remarks == ()


@pytest.mark.usefixtures("few")
def test_what_is_left_out_changes_how_many_rows_are_for_validation(tmp_path):
    write(tmp_path / "cats_and_dogs_small", {**small(), "validation/cats/cat.2.jpg": b""})
    files = SourceFiles(data_dir=tmp_path)

    with pytest.raises(DataError, match=r"validation/cats/cat\.2\.jpg: empty"):
        cats_vs_dogs(files, image_size=16)
    bundle = cats_vs_dogs(files, image_size=16, on_corrupt="skip")

    assert bundle.info.train_examples == len(bundle.train) == 5
    assert "1 of 8 pictures was left out" in in_words(bundle.remarks[0])
    assert bundle.info.validation_examples == 1


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ({"cats_and_dogs_small/a.jpg": b"x"}, "these are not the pictures of Kaggle"),
        ({"cats_and_dogs_small/train/cats/1.jpg": b"x"}, "train has only one class, cats"),
        (
            {f"cats_and_dogs_small/train/{kind}/1.jpg": b"x" for kind in ("cats", "birds")},
            "birds, cats instead of cats and dogs",
        ),
        ({"PetImages/Cat/0.jpg": b"x"}, "these are not the pictures of Kaggle"),
    ],
    ids=["no layout", "one class", "another class", "half"],
)
def test_other_pictures_are_refused(tmp_path, contents, words):
    write(tmp_path, contents)

    with pytest.raises(DataError, match=words):
        cats_vs_dogs(SourceFiles(data_dir=tmp_path))


def test_the_numbers_of_the_parts_are_those_that_are_foretold():
    info, ids = info_of("cats_vs_dogs"), module.IDS

    assert [ids[part] for part in ids] == [range(1_000), range(1_000, 1_500), range(1_500, 2_000)]
    assert info.train_examples == 2 * (len(ids["train"]) + len(ids["validation"]))
    assert info.test_examples == 2 * len(ids["test"])


def test_missing_pictures_are_told_with_what_to_get_and_where_to_put_it(tmp_path):
    with pytest.raises(MissingDataError) as raised:
        cats_vs_dogs(SourceFiles(data_dir=tmp_path, keras_home=tmp_path / "keras"))

    for words in (
        "kaggle.com/c/dogs-vs-cats",
        "microsoft.com/en-us/download/details.aspx?id=54765",
        "KX_DATA_DIR",
        "KERAS_HOME/datasets",
        "licence",
        "kx train --sample",
    ):
        assert words in str(raised.value)


# The sample.


def test_the_sample_is_drawn_the_same_each_time_and_no_real_data():
    assert pets() == pets()
    assert "no real data" in pets.__doc__


def test_the_sample_has_the_parts_of_the_real_pictures_in_small():
    files = SampleFiles()

    bundle = cats_vs_dogs(files, image_size=16)

    assert files.provenance().is_sample
    assert bundle.info.train_examples * 1_000 == bundle.info.test_examples * 3_000
    assert bundle.remarks == ()
    held_out = bundle.origins["train"][-120:]
    assert all(name.startswith("validation/") for name in held_out)
    assert bundle.origins["train"][-121].startswith("train/")


def test_there_is_something_to_learn_in_the_sample():
    bundle = cats_vs_dogs(SampleFiles(), image_size=32)

    guess = baseline_predictions(bundle.train, bundle.test.x, bundle.info, linear=True)["linear"]

    assert ((guess[:, 0] > 0.5) == bundle.test.y).mean() > 0.75


# The commands.


def run(capsys, *args):
    with pytest.raises(SystemExit) as leaving:
        main(list(args))
    return leaving.value.code, capsys.readouterr()


@pytest.fixture
def here(no_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("KX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KX_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.usefixtures("few")
def test_verify_lists_all_pictures_that_are_broken(here, capsys):
    write(here / "cats_and_dogs_small", {**small(), "test/dogs/dog.3.jpg": b""})
    write(here / "PetImages", {"Cat/666.jpg": b"<html>"})

    code, shown = run(capsys, "data", "verify", "cats_vs_dogs", "--json")

    rows = json.loads(shown.out)
    assert code == 3
    assert [(row["file"], row["state"]) for row in rows] == [
        ("cats_and_dogs_small", "1 damaged"),
        ("PetImages", "1 damaged"),
    ]
    assert "cats_and_dogs_small/test/dogs/dog.3.jpg: empty" in shown.err
    assert "PetImages/Cat/666.jpg: a web page" in shown.err


def test_the_commands_tell_where_the_pictures_are_or_how_to_get_them(here, capsys):
    listed = " ".join(run(capsys, "data", "ls")[1].out.split())
    assert "not here yet; get it by hand: kx data info cats_vs_dogs" in listed
    assert "reads your own files" in listed
    assert run(capsys, "data", "verify", "cats_vs_dogs")[0] == 0
    assert "microsoft.com" in run(capsys, "data", "info", "cats_vs_dogs")[1].out
    code, shown = run(capsys, "data", "fetch", "cats_vs_dogs")
    assert code == 3
    assert "kx cannot fetch it" in shown.err

    write(here / "cats_and_dogs_small", small())

    assert "in KX_DATA_DIR" in run(capsys, "data", "info", "cats_vs_dogs")[1].out
    code, shown = run(capsys, "data", "fetch", "cats_vs_dogs", "--json")
    assert json.loads(shown.out)[0]["found"] == "KX_DATA_DIR"


def test_doctor_knows_where_the_pictures_are(here, capsys):
    def told():
        return json.loads(run(capsys, "doctor", "--json")[1].out)["data"]

    before = told()
    write(here / "cats_and_dogs_small", small())

    assert before["cats_vs_dogs"] == "missing"
    assert before["image_folder"] == "your own files"
    assert before["KX_CACHE_DIR"] == str(here / "cache")
    assert told()["cats_vs_dogs"] == "KX_DATA_DIR"


# Real pictures.


@pytest.mark.real_data
def test_the_real_pictures_are_those_of_the_notes(real_data_dir, tmp_path, monkeypatch):
    files = SourceFiles(data_dir=real_data_dir, cache_dir=tmp_path)

    bundle = cats_vs_dogs(files)

    assert bundle.info == info_of("cats_vs_dogs")
    assert bundle.train.x.shape == (3_000, 150, 150, 3)
    assert bundle.test.x.shape == (1_000, 150, 150, 3)
    assert bundle.remarks == ()
    train, test = (bundle.origins[part] for part in ("train", "test"))
    assert train[:3] == ("train/cats/cat.0.jpg", "train/dogs/dog.0.jpg", "train/cats/cat.1.jpg")
    assert train[2_000:2_002] == ("validation/cats/cat.1000.jpg", "validation/dogs/dog.1000.jpg")
    assert test[:2] == ("test/cats/cat.1500.jpg", "test/dogs/dog.1500.jpg")
    for y in (bundle.train.y, bundle.test.y):
        assert all(one != other for one, other in pairwise(y))
    assert 90 < np.mean(bundle.train.x[::50]) < 150

    def not_again(*_):
        raise AssertionError("decoded although it is in the cache")

    monkeypatch.setattr("kx.data.pictures.picture_rows.decode", not_again)
    assert fingerprint(cats_vs_dogs(files)) == fingerprint(bundle)
