"""Which folders are parts and which are classes, for pictures and texts alike."""

import os
import stat
import zipfile
from functools import partial

import pytest

from kx.base.errors import DataError
from kx.contracts import DatasetInfo
from kx.data.files.class_folders import FolderOptions, layout_of
from kx.data.files.file_kinds import PICTURES, TEXTS
from kx.data.files.part_names import part_of
from kx.data.files.sources import SourceFiles
from kx.data.files.trees import memory_tree, open_tree
from kx.wording.recorded import in_words
from tests.data.photos import classes, halves, write, zipped
from tests.parts import image_folder, text_folder

INFO = DatasetInfo("toy", "binary", (4,))
KINDS = {PICTURES: "jpg", TEXTS: "txt"}


def tree_of(*folders, kind=PICTURES, loose=()):
    """Two empty files of a kind in each folder."""
    names = [f"{folder}/{n}.{KINDS[kind]}" for folder in folders for n in (1, 2)]
    return memory_tree("mine", dict.fromkeys([*names, *loose], b""))


def parts_of(*parts, classes=("cats", "dogs"), **options):
    return tree_of(*(f"{part}/{name}" for part in parts for name in classes), **options)


def sizes(layout):
    info = layout.described(INFO)
    return info.train_examples, info.validation_examples, info.test_examples


@pytest.mark.parametrize(
    ("part", "names"),
    {
        "train": ["train", "Train", "TRAINING", "trainset", "train_set", "Training Data", "训练集"],
        "validation": ["validation", "valid", "Val", "dev", "eval", "val-images", "验证"],
        "test": ["test", "Testing", "TEST", "testset", "test_data", "测试集"],
        "": ["trainer", "trained", "valley", "invalid", "devil", "tests1", "dataset", "contest"],
    }.items(),
)
def test_usual_names_of_parts_are_known_in_any_case(part, names):
    assert [part_of(name) for name in names] == [part] * len(names)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "names",
    [
        ("train", "val", "test"),
        ("Train", "Valid", "Test"),
        ("training", "dev", "testing"),
        ("TRAIN", "eval", "TEST"),
    ],
)
def test_folders_by_the_names_of_parts_are_the_parts_and_that_is_told(names, kind):
    layout = layout_of(parts_of(*names, kind=kind), kind, FolderOptions())

    assert list(layout.parts) == ["train", "validation", "test"]
    assert [list(found) for found in layout.parts.values()] == [["cats", "dogs"]] * 3
    assert sizes(layout) == (8, 4, 4)
    assert layout.described(INFO).classes == ("cats", "dogs")
    told = f"{names[0]} (train), {names[1]} (validation), {names[2]} (test)"
    (remark,) = map(in_words, layout.remarks)
    assert remark == f"mine: these folders are read as the parts of the dataset: {told}"


@pytest.mark.parametrize(
    ("names", "fraction", "expected"),
    [
        (("train", "test"), None, (4, 0, 4)),
        (("train", "test"), 0.5, (4, 0, 4)),
        (("train", "validation"), None, (8, 4, 0)),
        (("train", "validation"), 0.25, (7, 4, 1)),
        (("train", "validation"), 0.5, (6, 4, 2)),
    ],
)
def test_a_part_for_testing_is_drawn_only_if_it_is_asked_for(names, fraction, expected):
    layout = layout_of(parts_of(*names), PICTURES, FolderOptions(test_fraction=fraction))
    members = layout.members()

    assert sizes(layout) == expected
    counts = tuple(len(members.get(part, ())) for part in ("train", "validation", "test"))
    assert (counts[0] + counts[1], *counts[1:]) == expected
    silent = any(remark.code == "folders.no_test" for remark in layout.remarks)
    assert silent == (expected[2] == 0)


def test_classes_alone_are_divided_as_ever():
    assert sizes(layout_of(tree_of("a", "b", "c"), PICTURES, FolderOptions())) == (5, 0, 1)


UNCLEAR = {
    "parts by no known name": (
        parts_of("fold1", "fold2", "fold3"),
        "the folders fold1, fold2, fold3, which hold the same folders: cats, dogs. If they are",
    ),
    "one part by a known name": (parts_of("entrenamiento", "test"), "hold the same folders: cats"),
    "classes outside": (
        tree_of("cats/train", "cats/test", "dogs/train", "dogs/test"),
        "Put the parts outside and the classes inside, as train/cats",
    ),
    "something beside the parts": (
        tree_of("train/a", "train/b", "test/a", "test/b", "unlabelled"),
        "the folders train and test like a dataset in parts, and unlabelled beside",
    ),
    "a part alone and something beside it": (
        tree_of("Train/0", "Train/1", "Meta"),
        "the folder Train like a dataset in parts, and Meta beside",
    ),
    "two of one part": (parts_of("train", "val", "dev"), "folders dev and val, which mean"),
    "none for training": (parts_of("val", "test"), "folders val and test, but none for training"),
    "one that is not for training": (parts_of("test"), "folder test, but none for training"),
    "a part without classes": (
        tree_of("train/a", "train/b", "test"),
        "mine/test has no folders: put the pictures into one folder for each class",
    ),
    "an empty part": (
        memory_tree("mine", dict.fromkeys(("train/a/1.jpg", "train/b/1.jpg"), b""), ("test",)),
        "mine/test has no folders",
    ),
    "a class that training lacks": (
        tree_of("train/a", "train/b", "test/a", "test/b", "test/c"),
        r"mine: c \(2\) is a class of test, but not of train",
    ),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_could_be_parts_or_classes_is_refused_with_a_way_out(case):
    tree, words = UNCLEAR[case]

    with pytest.raises(DataError, match=words):
        layout_of(tree, PICTURES, FolderOptions())


def test_every_folder_can_be_declared_a_class():
    layout = layout_of(parts_of("fold1", "train"), PICTURES, FolderOptions(parts="none"))

    assert list(layout.parts["train"]) == ["fold1", "train"]
    assert sizes(layout) == (6, 0, 2)


def test_a_class_may_be_called_like_a_part_which_is_told():
    layout = layout_of(tree_of("plane", "train"), PICTURES, FolderOptions())

    assert list(layout.parts["train"]) == ["plane", "train"]
    assert tuple(map(in_words, layout.remarks)) == (
        "mine: train was read as a class, not as a part of the dataset",
    )


def test_folders_within_classes_may_be_alike_as_long_as_they_are_not_all():
    tree = tree_of("apple/red", "apple/green", "pear/green", "pear/yellow")

    assert list(layout_of(tree, PICTURES, FolderOptions()).parts["train"]) == ["apple", "pear"]


def test_folders_within_all_classes_are_told():
    tree = tree_of("animals/cats", "animals/dogs", "plants/oak", "plants/fir")

    layout = layout_of(tree, PICTURES, FolderOptions())

    assert tuple(map(in_words, layout.remarks)) == (
        "mine: each class has subfolders, which kx does not distinguish: "
        "animals has cats, dogs; plants has fir, oak",
    )


def test_classes_keep_their_numbers_where_a_part_lacks_one_of_them():
    tree = tree_of("train/a", "train/b", "train/c", "test/a", "test/c")

    layout = layout_of(tree, PICTURES, FolderOptions())

    assert layout.described(INFO).classes == ("a", "b", "c")
    assert {member.label for member in layout.members()["test"]} == {0, 2}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", ["shapes", "shapes/shapes", "a/b/c"])
@pytest.mark.parametrize("parts", [(), ("train", "val")])
def test_what_everything_is_wrapped_into_is_passed_over(kind, start, parts):
    below = [f"{start}/{part}" for part in parts] or [start]
    wrapped = layout_of(parts_of(*below, kind=kind), kind, FolderOptions())
    plain = parts_of(*parts, kind=kind) if parts else tree_of("cats", "dogs", kind=kind)

    assert wrapped.parts == layout_of(plain, kind, FolderOptions()).parts


def test_a_part_may_be_wrapped_once_more():
    tree = parts_of("train/seg_train", "test/seg_test")

    assert sizes(layout_of(tree, PICTURES, FolderOptions())) == (4, 0, 4)


@pytest.mark.parametrize("names", [("cats",), ("cats/old", "cats/old/x"), ("all/cats",)])
def test_a_single_class_stays_one_however_deep_it_lies(names):
    with pytest.raises(DataError, match=r"has only one class, (cats|all)"):
        layout_of(tree_of(*names), PICTURES, FolderOptions())


def test_files_that_lie_in_no_class_are_told():
    tree = tree_of("w/a", "w/b", loose=("w/x.jpg", "y.jpg", "w/notes.md"))

    layout = layout_of(tree, PICTURES, FolderOptions())

    assert tuple(map(in_words, layout.remarks)) == (
        "2 pictures are in no class folder and were not read: w/x.jpg, y.jpg",
    )


MESS = {
    "__MACOSX/s/a/._1.png": b"x",
    "s/.DS_Store": b"x",
    "s/apple/Thumbs.db": b"x",
    ".git/x": b"x",
}


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_what_systems_leave_behind_hides_no_wrapping(tmp_path, kind):
    from tests.data.test_texts import tar

    contents = {f"s/{name}": content for name, content in classes(3).items()} | MESS
    path = {
        "folder": lambda: write(tmp_path / "mine", contents),
        "zip": lambda: zipped(tmp_path / "mine.zip", contents),
        "tar": lambda: tar(tmp_path / "mine.tar.gz", contents),
    }[kind]()

    bundle = image_folder(SourceFiles(), path=str(path), image_size=16)

    assert bundle.info.classes == ("apple", "pear")
    assert len(bundle.train) + len(bundle.test) == 6
    assert bundle.remarks == ()


def test_names_in_an_archive_of_windows_are_paths_too(tmp_path):
    contents = {f"s\\{name}".replace("/", "\\"): c for name, c in classes(3).items()}
    path = zipped(tmp_path / "mine.zip", {**contents, "s\\plum\\": b""})

    assert {"s/plum", "s/apple"} < set(open_tree(path).folders)
    assert len([name for name in open_tree(path).files if name.startswith("s/apple/")]) == 3


# Links


def test_a_link_in_a_zip_archive_is_refused_as_in_a_tar_archive(tmp_path):
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("spam/1.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(DataError, match="neither a file nor a folder but a link"):
        open_tree(path)


SECRET = "what nobody asked for"
LOADERS = {
    "text_folder": (text_folder, {f"{k}/{n}.txt": b"hello" for k in "ab" for n in range(4)}, "txt"),
    "image_folder": (partial(image_folder, image_size=16), classes(4, ("a", "b")), "png"),
}


@pytest.fixture(params=LOADERS)
def linked(request, tmp_path):
    """A loader, and a folder with a link to a file elsewhere."""
    load, contents, suffix = LOADERS[request.param]
    secret = tmp_path / f"secret.{suffix}"
    secret.write_bytes(halves() if suffix == "png" else SECRET.encode())
    folder = write(tmp_path / "mine", contents)
    (folder / "a" / f"x.{suffix}").symlink_to(secret)
    return load, folder


def test_a_link_to_a_file_elsewhere_is_named_and_not_followed(linked):
    load, folder = linked

    with pytest.raises(
        DataError, match=r"symbolic links, which kx does not follow: a/x\."
    ) as found:
        load(SourceFiles(), path=str(folder))

    assert "dataset.links: follow" in str(found.value)


def test_links_are_followed_if_that_is_asked_for(linked):
    load, folder = linked

    bundle = load(SourceFiles(), path=str(folder), links="follow")

    assert len(bundle.train) + len(bundle.test) == 9


def test_a_linked_class_is_followed_if_that_is_asked_for(tmp_path):
    far = {"far/1.png": halves(), "far/2.png": halves()}
    write(tmp_path, {**{f"mine/{k}": v for k, v in classes(4).items()}, **far})
    (tmp_path / "mine" / "plum").symlink_to(tmp_path / "far")

    layout = layout_of(open_tree(tmp_path / "mine"), PICTURES, FolderOptions())

    assert {name: len(files) for name, files in layout.parts["train"].items()} == {
        "apple": 4,
        "pear": 4,
        "plum": 2,
    }


@pytest.mark.parametrize("target", ["..", "../..", "../b", "../../.."])
def test_links_that_lead_in_a_circle_are_refused(tmp_path, target):
    folder = write(tmp_path / "x" / "mine", classes(1, ("a", "b")))
    (folder / "a" / "l").symlink_to(target)
    (folder / "b" / "l").symlink_to("../a")

    with pytest.raises(DataError, match=r"is a link to a folder above it: remove it"):
        open_tree(folder)


@pytest.mark.skipif(os.name != "posix", reason="needs a path that is a link")
def test_the_path_of_a_spec_may_be_a_link_itself(tmp_path):
    write(tmp_path / "real", classes(4))
    (tmp_path / "mine").symlink_to(tmp_path / "real")

    assert len(image_folder(SourceFiles(), path=str(tmp_path / "mine"), image_size=16).train) == 6
