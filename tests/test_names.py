"""Names that are no UTF-8: one way to write them, and the way back."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.names import READABLE, path_of, plain_path, readable

ODD = os.fsdecode(b"gr\xfcn")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("grün 実", "grün 実"),
        (ODD, r"gr\xfcn"),
        ("\ud800", r"\ud800"),  # of no name, but YAML and JSON can write it
        ("\U0001f600", "\U0001f600"),
    ],
    ids=ascii,
)
def test_what_is_no_utf_8_is_escaped_and_nothing_else(text, expected):
    assert readable(text) == expected
    assert text.encode(errors=READABLE).decode() == expected


@given(st.binary())
def test_every_name_can_be_written_and_is_written_once(content):
    name = os.fsdecode(content)

    readable(name).encode("utf-8")
    assert readable(readable(name)) == readable(name)


def test_ascii_can_be_asked_for_too():
    assert f"ü {ODD}".encode("ascii", READABLE) == rb"\xfc gr\xfcn"


def test_a_path_is_found_by_what_was_written(tmp_path):
    (tmp_path / ODD).mkdir()
    (tmp_path / ODD / ODD).touch()

    assert path_of(r"gr\xfcn", tmp_path) == tmp_path / ODD
    assert path_of(r"gr\xfcn/gr\xfcn", tmp_path) == tmp_path / ODD / ODD
    assert path_of(str(tmp_path / "other")) == tmp_path / "other"


def test_what_is_there_by_that_very_name_comes_first(tmp_path):
    (tmp_path / ODD).touch()
    (tmp_path / r"gr\xfcn").touch()

    assert path_of(r"gr\xfcn", tmp_path) == tmp_path / r"gr\xfcn"


def test_bytes_that_are_utf_8_together_are_one_letter(tmp_path):
    (tmp_path / "grün").touch()

    assert path_of(r"gr\xc3\xbcn", tmp_path) == tmp_path / "grün"


def test_a_home_that_nobody_knows_is_no_error(monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda text: text)  # as without HOME and passwd

    assert str(path_of("~/data")) == "~/data"


def test_a_library_gets_a_plain_way_to_the_same_folder(tmp_path):
    with plain_path(tmp_path / ODD / "events") as plain:
        str(plain).encode("utf-8")
        (plain / "file").write_text("here", encoding="utf-8")
    with plain_path(tmp_path / "plain") as plain:
        assert plain == tmp_path / "plain"

    assert (tmp_path / ODD / "events" / "file").read_text(encoding="utf-8") == "here"
    assert not (tmp_path / "plain").exists()


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes UTF-8 alone")
def test_two_names_that_are_written_alike_are_refused(tmp_path):
    from kx.base.errors import DataError
    from kx.data.files.trees import open_tree

    for name in (ODD, r"gr\xfcn"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").touch()

    with pytest.raises(DataError, match=r"two names that are both written gr\\xfcn"):
        open_tree(tmp_path)


def test_a_tree_reads_what_it_shows(tmp_path):
    from kx.data.files.trees import open_tree

    (tmp_path / ODD / ODD).mkdir(parents=True)
    (tmp_path / ODD / ODD / f"{ODD}.txt").write_bytes(b"content")

    tree = open_tree(tmp_path / ODD)

    assert (tree.name, tree.folders) == (r"gr\xfcn", (r"gr\xfcn",))
    assert tree.files == (r"gr\xfcn/gr\xfcn.txt",)
    assert (tree.read(tree.files[0]), tree.size(tree.files[0])) == (b"content", 7)
