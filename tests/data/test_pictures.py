import os
import warnings

import numpy as np
import pytest
from PIL import Image

from kx.base.errors import DataError, MissingDataError
from kx.base.remark import Remark
from kx.contracts import Watcher
from kx.data.files.class_folders import LabelledFile
from kx.data.files.files import DataFolder
from kx.data.files.sources import SourceFiles
from kx.data.files.trees import memory_tree, natural, open_tree
from kx.data.pictures import picture_files, picture_rows
from kx.data.pictures.decoding import FlawError, PictureForm, decode, quiet_decoder
from kx.data.pictures.picture_remarks import SHOWN
from kx.data.pictures.pictures import picture_flaws, read_album
from kx.wording.recorded import in_words
from tests.data.photos import (
    BROKEN,
    ODD,
    classes,
    encoded,
    halves,
    noisy,
    plain,
    state,
    turned,
    write,
    zipped,
)

SIDE = 16


def decoded(content, name="picture.png", channels=3):
    with quiet_decoder():
        return decode(name, content, PictureForm(SIDE, channels))


def album(path, cache=None, on_corrupt="error", size=SIDE, channels=3):
    """All pictures at ``path`` as one part."""
    files = SourceFiles(cache_dir=cache)
    tree = files.own(path)
    found = [LabelledFile(name, number % 2) for number, name in enumerate(tree.files)]
    return read_album(
        files, tree, {"train": found}, PictureForm(size, channels), on_corrupt, ("apple", "pear")
    )


# One file.


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_by_what_is_wrong_with_it(name):
    content, words = BROKEN[name]

    with pytest.raises(FlawError) as raised:
        decoded(content, name)

    assert words in str(raised.value)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_all_the_same(name):
    content, oddity = ODD[name]

    picture, oddities = decoded(content, name)

    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - [255, 0, 0]).max() < 8
    assert oddities == ((oddity,) if oddity else ())


def test_what_is_transparent_lies_on_white():
    picture, _ = decoded(encoded(plain((0, 0, 0, 51), mode="RGBA"), "PNG"))

    assert np.unique(picture).tolist() == [204]  # 255 x (1 - 51/255)


def test_pictures_of_16_bits_keep_their_upper_8():
    grey = Image.fromarray(np.full((20, 20), 0x80FF, np.uint16))

    picture, oddities = decoded(encoded(grey, "PNG"))

    assert np.unique(picture).tolist() == [0x80]
    assert oddities == ("sixteen",)


def test_grey_pictures_get_three_channels_and_coloured_ones_one():
    grey, _ = decoded(encoded(plain(100, mode="L"), "PNG"))
    red, _ = decoded(encoded(plain("red"), "PNG"), channels=1)

    assert np.unique(grey).tolist() == [100]
    assert grey.shape == (SIDE, SIDE, 3)
    assert np.unique(red).tolist() == [76]  # 0.299 x 255
    assert red.shape == (SIDE, SIDE, 1)


# Where red is, which was on the left, once the picture is turned upright.
@pytest.mark.parametrize(
    ("orientation", "red"),
    [
        (1, np.s_[:, :6]),
        (2, np.s_[:, 10:]),
        (3, np.s_[:, 10:]),
        (4, np.s_[:, :6]),
        (5, np.s_[:6]),
        (6, np.s_[:6]),
        (7, np.s_[10:]),
        (8, np.s_[10:]),
    ],
)
def test_pictures_are_turned_as_the_camera_noted(orientation, red):
    picture, oddities = decoded(turned(orientation))

    assert (picture[red] == [255, 0, 0]).all()
    assert oddities == (("rotated",) if orientation > 1 else ())


def test_an_orientation_without_meaning_is_none():
    assert (decoded(turned(77))[0] == decoded(halves())[0]).all()


def test_resizing_averages_over_all_pixels():
    board = np.indices((160, 160)).sum(axis=0) % 2 * 255
    picture, _ = decoded(encoded(Image.fromarray(board.astype(np.uint8)), "PNG"))

    assert 120 <= picture.min() <= picture.max() <= 135


# Many files.


def test_all_broken_files_are_named_in_one_error_and_nothing_is_changed(tmp_path):
    good = {"good.jpg": noisy(), "good.png": halves()}
    write(tmp_path, {**good, **{name: content for name, (content, _) in BROKEN.items()}})
    (tmp_path / "lost.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    before = state(tmp_path)

    with pytest.raises(DataError) as raised:
        album(tmp_path)

    lines = str(raised.value).splitlines()
    assert lines[0].startswith(f"{len(BROKEN) + 2} of {len(BROKEN) + 4} pictures in")
    told = dict(line.strip().split(": ", 1) for line in lines[1:-1])
    wrong = {name: words for name, (_, words) in BROKEN.items()}
    wrong["lost.jpg"] = "cannot be read (No such file or directory)"
    wrong["pipe.jpg"] = "cannot be read (this is a named pipe, not a file)"
    assert told.keys() == wrong.keys()
    assert all(words in told[name] for name, words in wrong.items())
    assert "dataset.on_corrupt: skip" in lines[-1]
    assert state(tmp_path) == before


def test_a_long_list_is_cut_and_whole_in_the_details(tmp_path):
    write(tmp_path, {f"{number}.jpg": b"" for number in range(SHOWN + 3)})

    with pytest.raises(DataError, match="and 3 more, listed in the run's log") as raised:
        album(tmp_path)

    assert str(raised.value).count("empty") == SHOWN
    assert raised.value.details.count("empty") == SHOWN + 3


@pytest.mark.parametrize("cached", [False, True])
def test_broken_files_can_be_left_out(tmp_path, cached):
    write(tmp_path, {"1.jpg": b"", "2.png": halves(), "3.jpg": noisy(), "4.png": b"x"})
    cache = tmp_path / ".cache" if cached else None

    for _ in range(2):
        found = album(tmp_path, cache, on_corrupt="skip")

        assert found.names["train"] == ("2.png", "3.jpg")
        assert len(found.parts["train"].x) == 2
        assert found.parts["train"].y.tolist() == [1, 0]
        assert found.parts["train"].x[0, 0, 0].tolist() == [255, 0, 0]


def test_what_is_left_out_and_what_is_odd_is_remarked(tmp_path):
    contents = {name: content for name, (content, _) in ODD.items()}
    write(tmp_path, {**contents, "1.jpg": b"", "2.jpg": b"", "3.png": halves()})

    remarks = [*map(in_words, album(tmp_path, on_corrupt="skip").remarks)]

    assert remarks[0] == (
        "2 of 11 pictures were left out: 1.jpg (empty, 0 bytes), 2.jpg (empty, 0 bytes)"
    )
    assert [remark.split()[:3] for remark in remarks[1:]] == [
        ["1", "picture", "is"],
        ["1", "picture", "is"],
        ["1", "picture", "is"],
    ]


def test_a_class_without_any_good_picture_is_an_error(tmp_path):
    write(tmp_path, {"1.jpg": b"", "2.png": halves()})

    with pytest.raises(DataError, match=r"no picture of apple in the train part.*1\.jpg"):
        album(tmp_path, on_corrupt="skip")


def test_no_warning_of_pillow_escapes_and_its_filters_are_put_back(tmp_path):
    write(tmp_path, {name: content for name, (content, _) in {**BROKEN, **ODD}.items()})
    filters = list(warnings.filters)

    assert len(picture_flaws(open_tree(tmp_path))) == len(BROKEN)

    assert list(warnings.filters) == filters


def test_a_file_that_changes_while_it_is_read_is_refused():
    contents = {"1.png": halves()}
    tree = memory_tree("memory", contents)
    files = SourceFiles()
    files._read["memory"] = ("path", "")
    looked_at = picture_files.looked_at(tree, [LabelledFile("1.png", 0)])
    contents["1.png"] = noisy(kind="PNG")

    with pytest.raises(DataError, match=r"1\.png changed while it was being read"):
        list(picture_rows.decoded(tree, looked_at, PictureForm(SIDE), picture_rows.Findings()))


def test_the_order_does_not_depend_on_the_file_system(tmp_path):
    contents = {f"{number}.png": noisy(number, kind="PNG") for number in (1, 2, 3, 10, 20)}
    one = write(tmp_path / "one", contents)
    other = write(tmp_path / "other", dict(reversed(contents.items())))

    found = [album(path) for path in (one, other)]

    assert found[0].names["train"] == ("1.png", "2.png", "3.png", "10.png", "20.png")
    assert found[0].names == found[1].names
    assert (found[0].parts["train"].x == found[1].parts["train"].x).all()


def test_natural_order_counts_as_people_do():
    names = ["cat.10.jpg", "cat.2.jpg", "Cat.1.jpg", "cat.02.jpg", "7.jpg", "ça.jpg", "٣.jpg"]

    assert natural(names) == natural(reversed(names))
    assert natural(names)[:4] == ("7.jpg", "Cat.1.jpg", "cat.02.jpg", "cat.2.jpg")


# The cache.


@pytest.fixture
def decodings(monkeypatch):
    """The names of the files that were decoded."""
    names = []

    def counted(name, content, form):
        names.append(name)
        return decode(name, content, form)

    monkeypatch.setattr(picture_rows, "decode", counted)
    return names


@pytest.fixture
def kept(tmp_path):
    """A folder of pictures, and a cache that has them."""
    folder = write(tmp_path / "photos", {"1.png": halves(), "2.jpg": noisy(), "3.jpg": b""})
    album(folder, tmp_path / "cache", "skip")
    return folder, tmp_path / "cache"


def test_pictures_are_decoded_once(kept, decodings):
    folder, cache = kept
    fresh = album(folder, on_corrupt="skip")
    decodings.clear()

    again = album(folder, cache, "skip")

    assert decodings == []
    assert (again.parts["train"].x == fresh.parts["train"].x).all()
    assert again.names == fresh.names
    assert again.remarks == fresh.remarks
    mapped = again.parts["train"].x
    assert not mapped.flags.owndata
    assert not mapped.flags.writeable
    assert mapped.dtype == np.uint8


def test_errors_are_the_same_from_the_cache(kept, decodings):
    folder, cache = kept

    with pytest.raises(DataError, match=r"3\.jpg: empty"):
        album(folder, cache)

    assert decodings == []


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, {"1.png": noisy(kind="PNG")}),
        lambda folder: write(folder, {"4.png": halves()}),
        lambda folder: (folder / "1.png").rename(folder / "0.png"),
        lambda folder: (folder / "3.jpg").unlink(),
    ],
    ids=["content", "more", "name", "fewer"],
)
def test_other_files_are_decoded_anew(kept, decodings, change):
    folder, cache = kept
    change(folder)

    album(folder, cache, "skip")

    assert len(decodings) >= 2


@pytest.mark.parametrize("form", [{"size": 17}, {"channels": 1}], ids=str)
def test_another_form_is_decoded_anew(kept, decodings, form):
    album(*kept, "skip", **form)

    assert len(decodings) == 3


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("suffix", ["npy", "json"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-10]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        flip_a_byte,
    ],
    ids=["cut", "empty", "gone", "flipped"],
)
def test_a_damaged_cache_is_made_anew(kept, decodings, suffix, damage):
    folder, cache = kept
    (path,) = (cache / "pictures").glob(f"*.{suffix}")
    damage(path)

    mended = album(folder, cache, "skip").parts["train"].x
    count = len(decodings)
    again = album(folder, cache, "skip").parts["train"].x

    assert count == len(decodings) == 3
    assert (mended == album(folder, on_corrupt="skip").parts["train"].x).all()
    assert (again == mended).all()


def test_folders_in_the_place_of_pictures_in_the_cache_are_put_aside(kept, decodings):
    folder, cache = kept
    for path in list((cache / "pictures").iterdir()):
        path.unlink()
        path.mkdir()

    mended, again = (album(folder, cache, "skip") for _ in range(2))

    assert len(decodings) == 3
    assert [said.code for said in mended.remarks].count("cache.aside") == 1
    assert "cache.aside" not in [said.code for said in again.remarks]
    assert (again.parts["train"].x == mended.parts["train"].x).all()


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    folder = write(tmp_path / "photos", {"1.png": halves(), "2.jpg": noisy()})
    (tmp_path / "file").write_text("no folder")

    found = album(folder, tmp_path / "file")

    assert (found.parts["train"].x == album(folder).parts["train"].x).all()
    assert "the cache cannot be used" in in_words(found.remarks[0])


def test_nothing_unfinished_stays_in_the_cache(tmp_path, monkeypatch):
    folder = write(tmp_path / "photos", {"1.png": halves(), "2.jpg": noisy()})
    stale = tmp_path / "cache" / "pictures" / ".part-old"
    write(stale.parent, {stale.name: b"x"})
    os.utime(stale, (0, 0))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(picture_rows, "decode", interrupted)
    with pytest.raises(KeyboardInterrupt):
        album(folder, tmp_path / "cache")

    assert list(stale.parent.iterdir()) == []


# Folders and archives.


def test_an_archive_is_read_like_a_folder(tmp_path):
    contents = classes()
    folder = write(tmp_path / "photos", contents)
    archive = zipped(tmp_path / "photos.zip", contents)

    one, other = open_tree(folder), open_tree(archive)

    assert (one.files, one.folders) == (other.files, other.folders)
    assert album(folder).parts["train"].x.tolist() == album(archive).parts["train"].x.tolist()


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/evil.jpg", "C:\\evil.jpg"])
def test_an_archive_whose_names_lead_out_of_it_is_refused(tmp_path, name):
    path = zipped(tmp_path / "photos.zip", {"1.png": halves(), name: b"x"})

    with pytest.raises(DataError, match="leads out of the archive"):
        open_tree(path)


def test_an_archive_that_is_a_bomb_is_refused(tmp_path):
    import zipfile

    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.jpg", bytes(10_000_000))

    with pytest.raises(DataError, match="would unpack to 10,000,000 bytes"):
        open_tree(path)


def test_a_damaged_member_of_an_archive_is_a_broken_picture(tmp_path):
    path = zipped(tmp_path / "photos.zip", {"1.png": noisy(kind="PNG"), "2.png": halves()})
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF  # within the first member, which is stored as it is
    path.write_bytes(content)

    with pytest.raises(DataError, match=r"1\.png: cannot be read \(damaged in the archive"):
        album(path)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_neither_folder_nor_archive_is_refused(tmp_path, content):
    write(tmp_path, {"photos.zip": content})

    with pytest.raises(DataError, match="not a folder, and no zip archive either"):
        open_tree(tmp_path / "photos.zip")


def test_what_systems_leave_in_folders_is_ignored(tmp_path):
    hidden = (".DS_Store", "Thumbs.db", ".git/x.jpg", "__MACOSX/._1.png", "a/._1.png")
    contents = {"a/1.png": halves(), **dict.fromkeys(hidden, b"x")}

    for tree in (
        open_tree(write(tmp_path / "photos", contents)),
        open_tree(zipped(tmp_path / "photos.zip", contents)),
    ):
        assert tree.files == ("a/1.png",)
        assert tree.folders == ("a",)


# Where folders are looked for.

FOLDER = DataFolder(("small", "full.zip"), "https://pictures.example", "Ask.", dict, picture_flaws)


def test_a_folder_is_found_in_the_user_s_place_first(tmp_path):
    mine, keras = tmp_path / "mine", tmp_path / "keras"
    zipped(mine / "full.zip", {"1.png": halves()})
    write(keras / "datasets" / "small", {"2.png": halves(), "3.png": halves()})
    files = SourceFiles(data_dir=mine, keras_home=keras)

    assert files.folder(FOLDER).files == ("1.png",)
    assert [place.source for place in files.folder_places(FOLDER)] == ["KX_DATA_DIR", "KERAS_HOME"]

    write(mine / "small", {"4.png": halves()})
    assert files.folder(FOLDER).files == ("4.png",)


def test_a_missing_folder_is_told_with_what_to_do(tmp_path):
    with pytest.raises(MissingDataError) as raised:
        SourceFiles(data_dir=tmp_path).folder(FOLDER)

    for words in ("small is not in KX_DATA_DIR", "https://pictures.example", "Ask.", "--sample"):
        assert words in str(raised.value)


def test_the_provenance_is_a_digest_of_names_and_bytes(tmp_path):
    def digest(contents):
        write(tmp_path / "small", contents)
        files = SourceFiles(data_dir=tmp_path)
        tree = files.folder(FOLDER)
        parts = {"train": [LabelledFile(name, 0) for name in tree.files]}
        read_album(files, tree, parts, PictureForm(SIDE), "error")
        assert files.provenance().source == "KX_DATA_DIR"
        return files.provenance().files["small"]

    first = digest({"1.png": halves()})

    assert len(first) == 64
    assert digest({}) == first
    assert digest({"1.png": noisy(kind="PNG")}) != first


class Counted(Watcher):
    """Writes down how far a work is."""

    def __init__(self):
        self.told = []

    def counted(self, what, done, total):
        self.told.append((what, done, total))


@pytest.mark.parametrize("cached", [True, False])
def test_it_is_told_how_far_reading_and_decoding_are(tmp_path, monkeypatch, cached):
    monkeypatch.setattr(picture_files, "CHUNK", 2)
    write(tmp_path / "photos", {f"{n}.png": encoded(plain((n, 0, 0)), "PNG") for n in range(5)})
    tree = open_tree(tmp_path / "photos")
    found = [LabelledFile(name, number % 2) for number, name in enumerate(tree.files)]

    def told():
        files = SourceFiles(cache_dir=tmp_path / "cache" if cached else None, watcher=Counted())
        read_album(
            files, files.own(tmp_path / "photos"), {"train": found}, PictureForm(SIDE), "error"
        )
        return files.watcher.told

    reading = [("reading the train pictures", done, 5) for done in (2, 4, 5)]
    stage = Remark.of("stage.decoding", part="train")
    decoding = [(stage, done, 5) for done in (2, 4, 5)]
    assert told() == [*reading, *decoding]
    assert told() == [*reading, *([] if cached else decoding)]
