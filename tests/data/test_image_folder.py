import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kx.base.errors import DataError, MissingDataError
from kx.data.arrays.fingerprint import fingerprint
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.planning import make_plan
from kx.runs.record import read_record
from kx.wording.recorded import in_words
from tests.data.photos import classes, halves, noisy, state, write, zipped
from tests.parts import image_folder, info_of

SPEC = """
name: mine
dataset: {name: image_folder, path: photos, image_size: 16, on_corrupt: skip}
architecture: {name: cnn, filters: [2], units: []}
validation: {size: 0.3, refit: none}
training: {epochs: 1}
"""


def load(path, files=None, **options):
    return image_folder(files or SourceFiles(), path=str(path), image_size=16, **options)


def described(path, **options):
    return info_of("image_folder", path=str(path), image_size=16, **options)


def divided(validation=True):
    """Six, two and three of each class in parts."""
    counts = {"train": 6, "validation": 2, "test": 3}
    return {
        f"{part}/{name}": content
        for part, count in counts.items()
        if validation or part != "validation"
        for name, content in classes(count).items()
    }


def test_two_classes_are_a_binary_task_divided_by_kx(tmp_path):
    folder = write(tmp_path, classes(10))
    before = state(folder)

    bundle = load(folder)

    assert bundle.info == described(folder)
    assert (bundle.info.task, bundle.info.classes) == ("binary", ("apple", "pear"))
    assert bundle.train.x.shape == (16, 16, 16, 3)
    assert bundle.test.x.shape == (4, 16, 16, 3)
    assert bundle.test.y.sum() == 2
    assert state(folder) == before
    for part in ("train", "test"):
        labels = [int(name.startswith("pear/")) for name in bundle.origins[part]]
        assert labels == getattr(bundle, part).y.tolist()
    assert len({*bundle.origins["train"], *bundle.origins["test"]}) == 20


def test_more_classes_are_a_multiclass_task_with_a_share_of_each_in_both_parts(tmp_path):
    contents = classes(10, ("c", "a", "b")) | classes(20, ("d",))
    bundle = load(write(tmp_path, contents), channels=1, test_fraction=0.3)

    assert (bundle.info.task, bundle.info.classes) == ("multiclass", ("a", "b", "c", "d"))
    assert bundle.info == described(tmp_path, channels=1, test_fraction=0.3)
    assert bundle.train.x.shape == (35, 16, 16, 1)
    assert Counter(bundle.test.y.tolist()) == {0: 3, 1: 3, 2: 3, 3: 6}


def test_the_seed_alone_decides_the_split(tmp_path):
    contents = classes(10)
    one = load(write(tmp_path / "one", contents))
    other = load(write(tmp_path / "other", dict(reversed(contents.items()))))

    assert fingerprint(one) == fingerprint(other)
    assert one.origins == other.origins
    assert one.origins != load(tmp_path / "one", split_seed=1).origins


@pytest.mark.parametrize("archive", [False, True])
def test_parts_that_are_there_are_kept(tmp_path, archive):
    path = zipped(tmp_path / "mine.zip", divided()) if archive else write(tmp_path / "m", divided())

    bundle = load(path)

    assert bundle.info == described(path)
    assert [len(part) for part in (bundle.train, bundle.test)] == [16, 6]
    assert [name.split("/")[0] for name in bundle.origins["train"]] == (
        ["train"] * 12 + ["validation"] * 4
    )
    assert bundle.train.y.tolist() == [0, 1] * 8
    assert bundle.info.validation_examples == 4
    assert bundle.remarks == ()


def test_parts_without_one_for_validation(tmp_path):
    bundle = load(write(tmp_path, divided(validation=False)))

    assert [len(part) for part in (bundle.train, bundle.test)] == [12, 6]
    assert bundle.remarks == ()


def test_rows_hold_a_share_of_each_class_in_every_slice(tmp_path):
    contents = {f"train/{name}": c for name, c in classes(12, ("a",)).items()}
    contents |= {f"train/{name}": c for name, c in classes(4, ("b",)).items()}
    contents |= {f"test/{name}": c for name, c in classes(1, ("a", "b")).items()}

    y = load(write(tmp_path, contents)).train.y

    assert [y[at : at + 4].sum() for at in range(0, 16, 4)] == [1, 1, 1, 1]


def test_pictures_further_below_count_and_others_are_remarked(tmp_path):
    contents = {**classes(2), "apple/red/x.PNG": halves(), "pear/notes.txt": b"", "a.heic": b""}
    folder = write(tmp_path, contents)
    write(folder, {"apple/.DS_Store": b"", "pear/Thumbs.db": b"", ".hidden/1.jpg": b""})

    bundle = load(folder, test_fraction=0.5)

    names = [*bundle.origins["train"], *bundle.origins["test"]]
    assert len(names) == 5
    assert "apple/red/x.PNG" in names
    (remark,) = map(in_words, bundle.remarks)
    assert (
        remark
        == "2 files were not read, whose names are not those of pictures: a.heic, pear/notes.txt"
    )


REFUSED = {
    "nothing": ({}, "has no folders"),
    "no folders": ({"1.png": halves()}, "has no folders"),
    "one class": ({"apple/1.png": halves()}, "has only one class, apple"),
    "empty class": ({**classes(2), "plum/notes.txt": b""}, "no pictures of plum: fill the folder"),
    "no train": ({"test/a/1.png": b"", "test/b/1.png": b""}, "has a folder test, but none for tr"),
    "other classes": (
        {f"{name}/1.png": b"" for name in ("train/a", "train/b", "test/a", "test/c")},
        r"c \(1\) is a class of test, but not of train",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_folders_that_cannot_be_meant_are_refused_before_a_picture_is_read(tmp_path, case):
    contents, words = REFUSED[case]
    write(tmp_path, contents)

    for look in (load, described):
        with pytest.raises(DataError, match=words):
            look(tmp_path)


def test_a_class_folder_that_is_a_link_is_refused(tmp_path):
    write(tmp_path, {**{f"photos/{k}": v for k, v in classes(2).items()}, "far/1.png": halves()})
    (tmp_path / "photos" / "plum").symlink_to(tmp_path / "far")

    with pytest.raises(DataError, match=r"symbolic links, which kx does not follow: plum\."):
        load(tmp_path / "photos")


def test_an_empty_class_in_an_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "photos.zip", {**classes(2), "plum/": b""})

    with pytest.raises(DataError, match="no pictures of plum: fill the folder"):
        load(path)


@pytest.mark.parametrize("start", ["./", ".//"])
def test_names_in_an_archive_may_be_written_in_any_way(tmp_path, start):
    path = zipped(tmp_path / "photos.zip", {f"{start}{k}": v for k, v in classes(5).items()})
    plain = write(tmp_path / "photos", classes(5))

    found, expected = load(path), load(plain)

    assert found.info.classes == expected.info.classes
    np.testing.assert_array_equal(found.train.x, expected.train.x)


def test_a_class_may_be_called_train(tmp_path):
    assert load(write(tmp_path, classes(5, ("train", "plane")))).info.classes == ("plane", "train")


def test_own_pictures_have_no_sample(tmp_path):
    folder = write(tmp_path / "photos", classes(5))
    files, real = SampleFiles(), SourceFiles()

    assert fingerprint(load(folder, files)) == fingerprint(load(folder, real))
    assert files.provenance() == real.provenance()
    assert files.provenance().source == "path"
    assert list(files.provenance().files) == ["photos"]
    with pytest.raises(MissingDataError, match="does not exist"):
        load(tmp_path / "nowhere", files)


# The plan.


def test_a_relative_path_begins_at_the_spec_s_folder_and_is_recorded_as_it_is(spec_file, tmp_path):
    write(tmp_path / "photos", classes(10))

    plan = make_plan(spec_file(SPEC))

    assert plan.info.train_examples == 16
    assert len(plan.load_data(SourceFiles()).train) == 16
    assert plan.resolved()["dataset"]["path"] == "photos"


def test_check_tells_what_a_folder_without_a_test_part_cannot_judge(kx, spec_file, tmp_path):
    for part in ("train", "val"):
        write(tmp_path / "parts" / part, classes(2))

    code, _, err = kx("check", spec_file(GIVEN))

    assert code == 0
    assert ":6:" in err
    assert "expect.test.accuracy: is never judged: image_folder has no test part here" in err


def test_check_tells_what_is_wrong_with_the_folder_where_the_spec_names_it(kx, spec_file, tmp_path):
    code, _, err = kx("check", spec_file(SPEC))
    assert code == 3
    assert "spec.yaml:3:" in err
    assert "dataset.path" in err
    assert "does not exist" in " ".join(err.split())

    write(tmp_path / "photos", classes(1, ("apple",)))

    code, _, err = kx("check", spec_file(SPEC))
    assert code == 3
    assert "has only one class, apple" in " ".join(err.split())


@pytest.mark.parametrize(("scale", "good"), [("auto", True), ("none", True), ("unit", False)])
def test_pictures_are_not_scaled_before_the_network(kx, spec_file, tmp_path, scale, good):
    write(tmp_path / "photos", classes(10))

    code, _, err = kx("check", spec_file(SPEC), "--set", f"preparation.scale={scale}")

    assert (code == 0) == good
    assert ("networks rescale them" in " ".join(err.split())) != good


def test_describing_a_folder_needs_nothing_heavy(tmp_path):
    write(tmp_path, classes(2))
    script = """
import json, sys
from tests.parts import info_of
info_of("image_folder", path=sys.argv[1])
print(json.dumps([name for name in ("numpy", "PIL", "keras") if name in sys.modules]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
    )

    assert json.loads(done.stdout) == [], done.stderr


# Whole runs.


@pytest.fixture
def at_home(no_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("KX_CACHE_DIR", str(tmp_path / "cache"))


GIVEN = """
name: given
dataset: {name: image_folder, path: parts, image_size: 16}
architecture: {name: cnn, filters: [2], units: []}
training: {epochs: 1}
expect: {test.accuracy: {at_least: 0}}
"""


@pytest.mark.slow
@pytest.mark.usefixtures("at_home")
def test_a_run_validates_with_the_part_that_is_given_and_needs_none_for_testing(
    kx, spec_file, tmp_path
):
    kinds = {"train": (6, "Train"), "validation": (2, "val")}
    contents = {
        f"{folder}/{name}": content
        for count, folder in kinds.values()
        for name, content in classes(count).items()
    }
    write(tmp_path / "parts", contents)
    outputs = ("--outputs", tmp_path / "outputs")

    code, out, err = kx("train", spec_file(GIVEN), *outputs)

    assert code == 0, err
    (folder,) = (tmp_path / "outputs").glob("*-given-*")
    record = json.loads((folder / "record.json").read_text())
    (split,) = json.loads((folder / "splits.json").read_text())["splits"]
    rows = json.loads((folder / "rows.json").read_text())
    assert split["train"] == "rest"
    assert [rows["train"][row].split("/")[0] for row in split["validation"]] == ["val"] * 4
    assert rows["test"] == []
    assert record["dataset"]["validation_as_given"] is True
    assert list(record["scores"]) == ["validation"]
    assert record["refit_epochs"] == 1
    assert record["test_looks"] == 0
    assert record["expectations"][0]["reason"] == "unused"
    said = " ".join(out.split())
    assert "validated on the dataset's own validation set: 4 rows" in said
    assert "the dataset has no test set" in said
    assert "Train (train), val (validation)" in " ".join(err.split())

    # Everything else that reads the run gets along without a test part.
    assert "4 rows" in " ".join(kx("show", "given", *outputs)[1].split())
    code, _, err = kx("report", "given", *outputs, "-o", tmp_path / "r.html")
    assert code == 0, err
    text = (tmp_path / "r.html").read_text()
    assert "own validation set: 4 rows" in text
    assert "the dataset has no test set" in text
    code, out, err = kx("predict", "given", tmp_path / "parts/val", *outputs, "--json")
    assert len(json.loads(out)["predictions"]) == 4, err
    code, _, err = kx("explain", "errors", "given", *outputs)
    assert code == 3
    assert "has no test part" in err

    code, out, err = kx("kfold", spec_file(GIVEN), *outputs, "--k", "2", "--no-test", "--json")
    assert code == 0, err
    assert "mixes the 4 rows that image_folder has for validation" in " ".join(err.split())
    assert json.loads(out)["dataset"]["validation_as_given"] is False


@pytest.mark.slow
@pytest.mark.usefixtures("at_home")
def test_a_run_on_own_pictures_records_files_and_remarks(kx, spec_file, tmp_path):
    photos = write(tmp_path / "photos", {**classes(20), "apple/broken.png": b""})

    code, _, err = kx("train", spec_file(SPEC), "--outputs", tmp_path / "outputs", "--json")

    assert code == 0, err
    (folder,) = (tmp_path / "outputs").glob("*-mine-*")
    record = json.loads((folder / "record.json").read_text())
    rows = json.loads((folder / "rows.json").read_text())
    assert record["dataset"]["source"] == "path"
    assert record["dataset"]["train_examples"] == len(rows["train"])
    assert len({*rows["train"], *rows["test"]}) == 40
    told = [in_words(remark) for remark in read_record(folder / "record.json").warnings]
    assert any("apple/broken.png (empty, 0 bytes)" in text for text in told)
    assert str(tmp_path) not in (folder / "record.json").read_text()
    assert "apple/broken.png" in err
    assert (photos / "apple/broken.png").read_bytes() == b""


@pytest.mark.slow
@pytest.mark.usefixtures("at_home")
def test_the_log_lists_all_pictures_that_cannot_be_used(kx, spec_file, tmp_path):
    broken = {f"apple/broken{number}.png": b"" for number in range(30)}
    write(tmp_path / "photos", {**classes(5), **broken})
    options = ("--set", "dataset.on_corrupt=error", "--outputs", tmp_path / "outputs")

    code, _, err = kx("train", spec_file(SPEC), *options)

    assert code == 3
    assert "and 10 more, listed in the run's log" in err
    (log,) = (tmp_path / "outputs").glob("*-mine-*/log.txt")
    assert log.read_text().count("empty, 0 bytes") == 30


@pytest.mark.slow
def test_a_saved_network_takes_pictures_as_they_are(tmp_path, spec_file):
    import keras

    write(tmp_path / "photos", {**classes(10), "apple/x.jpg": noisy()})
    plan = make_plan(spec_file(SPEC))
    bundle = plan.load_data(SourceFiles())
    model = plan.build_model(bundle.info)
    model.save(tmp_path / "model.keras")

    loaded = keras.models.load_model(Path(tmp_path / "model.keras"))

    plain = plan.build_model(replace(bundle.info, pixels=False))
    plain.set_weights(model.get_weights())
    expected = plain.predict(bundle.test.x / np.float32(255), verbose=0)
    assert np.allclose(loaded.predict(bundle.test.x, verbose=0), expected, atol=1e-6)
