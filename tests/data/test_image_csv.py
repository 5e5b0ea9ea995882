"""Pictures that a table lists: of any task, with what is missing, broken or there twice."""

import json
import shutil

import numpy as np
import pytest

from kx.base.errors import DataError, RowsError
from kx.data.files.sources import SourceFiles
from kx.wording.recorded import in_words
from tests.data.photos import encoded, noisy, plain, zipped
from tests.parts import info_of, loaded

COUNT = 12
SIDE = 16

HEADER = "picture,patient,weight,kind,tags,price,share,red,round"


def row(at):
    tags = ";".join(name for name, has in (("red", at % 2), ("round", at % 3 == 0)) if has)
    kind = ("apple", "pear")[at % 2]
    yes = "yes" if at % 3 == 0 else "no"
    return f"p{at}.png,{at // 2},{at + 1},{kind},{tags},{at * 1.5},{at / 11:.3f},{at % 2},{yes}"


@pytest.fixture
def folder(tmp_path):
    """A table, and the pictures that it lists in the folder beside it: p1.png is one shade of 1."""
    (tmp_path / "photos").mkdir()
    for at in range(COUNT):
        content = encoded(plain((at, at, at), (SIDE, SIDE)), "PNG")
        (tmp_path / "photos" / f"p{at}.png").write_bytes(content)
    write(tmp_path, [row(at) for at in range(COUNT)])
    return tmp_path


def write(folder, rows):
    (folder / "t.csv").write_text("\n".join([HEADER, *rows]) + "\n")


def options(at, /, **more):
    usual = {"image": "picture", "target": "kind", "folder": str(at / "photos")}
    return {"path": str(at / "t.csv"), "image_size": SIDE, **usual, **more}


def load(at, /, **more):
    return loaded("image_csv", SourceFiles(), **options(at, **more))


def by_shade(bundle):
    """Return shade of a picture, which is its number -> target."""
    return {
        int(x[0, 0, 0]): y.tolist()
        for split in (bundle.train, bundle.test)
        for x, y in zip(split.x, split.y, strict=True)
    }


@pytest.mark.parametrize(
    ("said", "task", "classes", "third"),
    [
        ({"target": "kind"}, "binary", ("apple", "pear"), 1),
        ({"target": "tags", "task": "multilabel", "empty_labels": "none"}, "multilabel",
         ("red", "round"), [1, 1]),
        ({"target": ("round", "red")}, "multilabel", ("round", "red"), [1, 1]),
        ({"target": "price", "task": "regression"}, "regression", (), 4.5),
        ({"target": "share", "task": "unit_regression"}, "unit_regression", (), np.float32(0.273)),
    ],
    ids=["classes", "labels in a cell", "labels in columns", "numbers", "shares"],
)  # fmt: skip
def test_a_picture_is_of_any_task_and_has_the_target_of_its_row(folder, said, task, classes, third):
    bundle = load(folder, **said)

    assert bundle.info == info_of("image_csv", **options(folder, **said))
    assert (bundle.info.task, bundle.info.classes) == (task, classes)
    assert bundle.train.x.dtype == np.uint8 and bundle.info.pixels
    assert (len(bundle.train), len(bundle.test)) == (10, 2)
    assert sorted(by_shade(bundle)) == list(range(COUNT))
    assert by_shade(bundle)[3] == third
    for part, split in (("train", bundle.train), ("test", bundle.test)):
        assert list(bundle.origins[part]) == [f"p{x[0, 0, 0]}.png" for x in split.x]


def test_groups_stay_whole_and_weights_go_with_their_rows(folder):
    bundle = load(folder, group="patient", weight="weight")

    assert bundle.info.groups == "patient"
    assert not set(bundle.train.groups) & set(bundle.test.groups)
    for split in (bundle.train, bundle.test):
        shades = split.x[:, 0, 0, 0].tolist()
        assert split.weights.tolist() == [at + 1 for at in shades]
        assert split.groups.tolist() == [at // 2 for at in shades]


def test_groups_have_the_names_of_the_table(folder):
    bundle = load(folder, group="kind", target="price")

    names = {
        x[0, 0, 0]: bundle.group_names[of]
        for x, of in zip(bundle.train.x, bundle.train.groups, strict=True)
    }
    assert set(names.values()) <= {"apple", "pear"}
    assert all(name == ("apple", "pear")[shade % 2] for shade, name in names.items())


def test_groups_of_pictures_have_names_and_parts_and_times_are_heeded(folder):
    write(folder, [row(at).replace(f",{at // 2},", f",p{at // 4},") for at in range(COUNT)])
    named = load(folder, group="patient")
    latest = load(folder, time="weight", test_fraction=0.25)

    assert named.group_names == ("p0", "p1", "p2")
    assert latest.info.ordered
    assert sorted(latest.test.x[:, 0, 0, 0].tolist()) == [9, 10, 11]


def test_a_picture_for_validation_that_is_left_out_is_not_counted(folder):
    parts = ["train", "valid", "test"]
    write(folder, [row(at).replace(f",{at // 2},", f",{parts[at % 3]},") for at in range(COUNT)])
    (folder / "photos" / "p4.png").unlink()

    bundle = load(folder, part="patient", on_corrupt="skip")

    assert bundle.train.x[:, 0, 0, 0].tolist() == [0, 3, 6, 9, 1, 7, 10]
    assert bundle.info.validation_examples == 3
    assert bundle.test.x[:, 0, 0, 0].tolist() == [2, 5, 8, 11]


def test_pictures_lie_beside_the_table_in_an_archive_or_lack_their_ending(folder):
    contents = {p.name: p.read_bytes() for p in (folder / "photos").iterdir()}
    archive = zipped(folder / "photos.zip", contents)
    write(folder, [row(at).replace(".png", "") for at in range(COUNT)])

    packed = load(folder, folder=str(archive), suffix=".png")
    shutil.copytree(folder / "photos", folder, dirs_exist_ok=True)
    beside = load(folder, folder=None, suffix=".png")

    for bundle in (packed, beside):
        assert by_shade(bundle) == {at: at % 2 for at in range(COUNT)}


def test_what_is_missing_or_broken_is_named_with_its_line_or_left_out(folder):
    (folder / "photos" / "p4.png").unlink()
    (folder / "photos" / "p6.png").write_bytes(noisy()[:100])

    with pytest.raises(DataError, match=r"t.csv: 1 picture is missing: (?s:.*)line 6: p4.png"):
        info_of("image_csv", **options(folder))
    with pytest.raises(DataError) as refused:
        load(folder)
    skipped = load(folder, on_corrupt="skip", weight="weight")

    assert "  line 6: p4.png: cannot be read (No such file or directory)" in str(refused.value)
    assert "  line 8: p6.png: " in str(refused.value)
    assert sorted(by_shade(skipped)) == [at for at in range(COUNT) if at not in (4, 6)]
    assert by_shade(skipped) == {at: at % 2 for at in by_shade(skipped)}
    assert skipped.train.weights.tolist() == [s + 1 for s in skipped.train.x[:, 0, 0, 0].tolist()]
    assert "2 of 12 pictures" in " ".join(map(in_words, skipped.remarks))


def test_a_picture_is_listed_once(folder):
    write(folder, [*[row(at) for at in range(COUNT)], "./p3.png" + row(4).removeprefix("p4.png")])

    with pytest.raises(RowsError) as refused:
        load(folder)
    skipped = load(folder, on_broken="skip")

    assert "1 row lists a picture that an earlier row lists: \n  line 14: p3.png is in line 5" in (
        str(refused.value)
    )
    assert "If a picture has several labels" in str(refused.value)
    assert by_shade(skipped)[3] == 1
    assert "line 14: p3.png is in line 5, too" in in_words(skipped.info.remarks[-1])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"target": "kinds"}, "has no column 'kinds'. Did you mean 'kind'?"),
        ({"image": "pictures"}, "Say which column is meant: dataset.image."),
        ({"image": "kind"}, "dataset.image lists 'kind', which is the target."),
        ({"group": "picture"}, "dataset.image and dataset.group are the same column: picture"),
        ({"folder": None}, "none of the 12 pictures that column picture lists is in"),
        ({"suffix": ".jpg"}, "such as p0.png.jpg, p1.png.jpg"),
        ({"target": "tags", "task": "multilabel"}, "4 rows cannot be used: \n  line 4, line 6"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(map(str, value.values())),
)
def test_what_cannot_be_meant_is_refused_before_a_picture_is_opened(folder, more, said):
    with pytest.raises(DataError) as refused:
        info_of("image_csv", **options(folder, **more))

    assert said in str(refused.value)


def test_addresses_are_not_fetched(folder):
    write(folder, [f"https://example.org/{row(at)}" for at in range(COUNT)])

    with pytest.raises(DataError, match=r"line 2: 'https:/.* is an address"):
        info_of("image_csv", **options(folder))


def test_a_row_without_a_picture_is_named(folder):
    write(folder, [row(0), row(1).removeprefix("p1.png"), *[row(at) for at in range(2, COUNT)]])

    with pytest.raises(RowsError, match="1 row cannot be used: \n  line 3: no picture"):
        load(folder)
    assert 1 not in by_shade(load(folder, on_broken="skip"))


SPEC = """
name: p
dataset: {name: image_csv, path: t.csv, image: picture, folder: photos, target: tags,
          task: multilabel, empty_labels: none, image_size: 16, weight: weight}
architecture: {name: cnn, filters: [2], units: []}
validation: {strategy: kfold, k: 2}
training: {epochs: 1}
"""


@pytest.mark.slow
def test_a_table_of_pictures_trains_and_is_predicted_as_it_was_recorded(kx, folder, tmp_path):
    (folder / "p.yaml").write_text(SPEC)
    code, _, err = kx("train", folder / "p.yaml", "-q", "--outputs", tmp_path / "o")
    assert code == 0, err
    (run,) = (path.parent for path in (tmp_path / "o").glob("*/record.json"))

    code, out, err = kx("predict", run.name, folder / "t.csv", "--json", "--outputs", run.parent)
    alone = kx("predict", run.name, folder / "photos" / "p3.png", "--json", "--outputs", run.parent)
    page, _, told = kx("report", run.name, "--outputs", run.parent)

    assert (code, page) == (0, 0), err + told
    found = {each["input"].split()[-1]: each for each in json.loads(out)["predictions"]}
    names = json.loads((run / "rows.json").read_text())["test"]
    kept = np.load(run / "predictions.npz")["predictions"]
    said = [[found[name]["probabilities"][tag] for tag in ("red", "round")] for name in names]
    np.testing.assert_array_equal(np.array(said, "float32"), kept)
    assert found["p3.png"]["label"] == "red;round"
    (one,) = json.loads(alone[1])["predictions"]
    assert one["probabilities"] == found["p3.png"]["probabilities"]
