"""Pipes, devices and damaged notes where data and what was made of them should be."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from kx.base.errors import DataError
from kx.data.files import cache

ROWS = np.arange(40, dtype="uint8").reshape(4, 10)


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_pipe_in_place_of_an_official_file_is_named(tmp_path, file, source):
    (tmp_path / "datasets").mkdir()
    os.mkfifo(tmp_path / "datasets" / file.name)

    with pytest.raises(DataError, match="cannot be read: this is a named pipe, not a file"):
        source.arrays(file)


def test_a_file_of_terabytes_in_its_place_is_not_read(tmp_path, file, source):
    (tmp_path / "datasets").mkdir()
    with (tmp_path / "datasets" / file.name).open("wb") as huge:
        huge.truncate(1 << 42)

    with pytest.raises(DataError, match="is not the expected file"):
        source.arrays(file)


def test_a_device_or_an_idle_pipe_is_no_input(pipe, monkeypatch):
    from kx.data.inputs.given import Given, read_text

    monkeypatch.setattr("kx.base.reading.PATIENCE", 0.01)
    problems = []

    assert read_text(Path("/dev/zero"), Given(), problems) == ""
    assert read_text(pipe, Given(), problems) == ""
    assert problems[0] == "/dev/zero: cannot be read (this is a device, not a file)"
    assert problems[1].endswith("pipe: cannot be read (this is a pipe that nobody writes to)")


def test_an_endless_stdin_is_read_up_to_a_bound(monkeypatch):
    from kx.data.inputs import given

    monkeypatch.setattr(given, "MOST_BYTES", 100)
    problems = []
    with Path("/dev/zero").open("rb") as endless:
        said = given.read_text("-", given.Given(stdin=lambda: endless.read(101)), problems)

    assert (said, problems) == ("", ["stdin: more than 100 bytes large"])


def test_devices_and_pipes_are_no_pictures(pipe, tmp_path, monkeypatch):
    from kx.data.inputs.given import Given
    from kx.data.inputs.picture import read

    monkeypatch.setattr("kx.base.reading.PATIENCE", 0.01)
    form = {"size": 16, "channels": 3, "black": 0, "white": 255, "dtype": "uint8"}

    with pytest.raises(DataError) as caught:
        read(Given(inputs=("/dev/zero", str(pipe), str(tmp_path / "none"))), form, None)

    first, second, third = str(caught.value).splitlines()
    assert first.endswith("none: there is no such file")
    assert second == "/dev/zero: cannot be read (this is a device, not a file)"
    assert third.endswith("cannot be read (this is a pipe that nobody writes to)")


def test_pipes_and_huge_files_among_texts_are_named(tmp_path):
    from kx.data.files.trees import open_tree
    from kx.data.texts.text_files import text_flaws

    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(1 << 42)

    huge_told, pipe_told = text_flaws(open_tree(tmp_path))

    assert huge_told.startswith("huge.txt: has 4,398,046,511,104 bytes, more than")
    assert pipe_told == "pipe.txt: cannot be read: this is a named pipe, not a file"


def _deep(_):
    return "[" * 200_000


DAMAGE = {
    "cut": lambda text: text[:20],
    "null": lambda _: "null",
    "a list": lambda _: "[]",
    "too deep": _deep,
    "no UTF-8": lambda _: b"\xff\xfe",
    "no notes": lambda text: json.dumps({"sha256": json.loads(text)["sha256"]}),
    "null as notes": lambda text: json.dumps({**json.loads(text), "notes": None}),
    "other notes": lambda text: json.dumps({**json.loads(text), "notes": {"flaws": 1}}),
    "no seal": lambda text: json.dumps({**json.loads(text), "seal": None}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_note_is_as_if_it_were_not_there(tmp_path, damage):
    sha256 = cache.keep(tmp_path, "key", iter(ROWS), (10,))
    cache.seal(tmp_path, "key", sha256, {"flaws": [], "oddities": {}})
    cache.note(tmp_path, "noted", {"parameters": 3})
    assert cache.recall(tmp_path, "key").notes == {"flaws": [], "oddities": {}}
    assert cache.noted(tmp_path, "noted") == {"parameters": 3}

    for name in ("key.json", "noted.json"):
        content = damage((tmp_path / name).read_text(encoding="utf-8"))
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    assert cache.recall(tmp_path, "key") is None
    assert cache.noted(tmp_path, "noted") is None


@pytest.mark.parametrize("name", ["key.json", "key.npy"])
def test_so_is_a_pipe(tmp_path, name):
    sha256 = cache.keep(tmp_path, "key", iter(ROWS), (10,))
    cache.seal(tmp_path, "key", sha256, {})
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)

    assert cache.recall(tmp_path, "key") is None


NOTES = [None, {}, {"flaws": 1, "oddities": {}}, {"flaws": [[1]], "oddities": {}}, {"flaws": [],
         "oddities": 3}, {"flaws": [], "oddities": {"rotated": "x"}}]  # fmt: skip


@pytest.mark.parametrize("notes", NOTES, ids=str)
def test_pictures_are_decoded_anew_where_the_notes_are_of_another_kx(tmp_path, notes):
    from kx.data.files.class_folders import LabelledFile
    from kx.data.files.trees import open_tree
    from kx.data.pictures.decoding import PictureForm
    from kx.data.pictures.picture_files import looked_at
    from kx.data.pictures.picture_rows import Findings, read_part
    from tests.data.photos import noisy

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(noisy())
    (tmp_path / "pictures" / "b.jpg").write_bytes(b"no picture")
    tree = open_tree(tmp_path / "pictures")
    entries = looked_at(tree, [LabelledFile("a.jpg", 0), LabelledFile("b.jpg", 1)])

    def decoded():
        (rows, found), problem = read_part(
            tree, entries, PictureForm(16), tmp_path / "c", Findings()
        )
        return rows.copy(), found.flaws, problem

    rows, flaws, _ = decoded()
    (key,) = (path.stem for path in (tmp_path / "c").glob("*.npy"))
    sha256 = json.loads((tmp_path / "c" / f"{key}.json").read_bytes())["sha256"]
    cache.seal(tmp_path / "c", key, sha256, notes)

    again, flaws_again, problem = decoded()
    np.testing.assert_array_equal(again, rows)
    assert flaws_again == flaws
    assert [name for name, _ in flaws] == ["b.jpg"]
    assert problem is None
