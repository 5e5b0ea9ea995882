import json
import threading

import pytest

from kx.base.errors import DataError, UsageError
from kx.runs.folder import RunFolder
from kx.runs.labels import Labels, change_note, change_tags, read_labels
from kx.runs.run_summary import list_runs


def test_tags_are_kept_once_each_in_the_order_in_which_they_came(tmp_path):
    change_tags(tmp_path, add=["b", "a"])
    change_tags(tmp_path, add=["a", "好的", "v1.2/x"])

    assert read_labels(tmp_path).tags == ("b", "a", "好的", "v1.2/x")
    assert change_tags(tmp_path, remove=["a", "b"]).tags == ("好的", "v1.2/x")


def test_tags_and_note_do_not_touch_each_other(tmp_path):
    change_tags(tmp_path, add=["a"])
    change_note(tmp_path, " first\nsecond ")
    change_tags(tmp_path, add=["b"])

    assert read_labels(tmp_path) == Labels(("a", "b"), "first\nsecond")
    assert change_note(tmp_path, "").note == ""
    assert read_labels(tmp_path) == Labels(("a", "b"))


@pytest.mark.parametrize("tag", ["", "two words", "-x", "a,b", "x" * 41, "\x1b[31m", "a=b", "a'"])
def test_what_cannot_be_asked_for_is_no_tag(tmp_path, tag):
    with pytest.raises(UsageError, match="cannot be a tag"):
        change_tags(tmp_path, add=["good", tag])

    assert not (tmp_path / "labels.json").exists()


def test_a_tag_that_is_not_there_cannot_be_removed(tmp_path):
    change_tags(tmp_path, add=["good"])

    with pytest.raises(UsageError, match="has no tag bad; it has: good"):
        change_tags(tmp_path, remove=["bad"])


def test_a_note_has_an_end(tmp_path):
    assert change_note(tmp_path, "x" * 2000).note == "x" * 2000
    with pytest.raises(UsageError, match="at most 2000 characters; this one: 2001"):
        change_note(tmp_path, "x" * 2001)


def test_of_many_who_tag_at_once_none_is_forgotten(tmp_path):
    names = [f"tag{number}" for number in range(12)]
    threads = [threading.Thread(target=change_tags, args=[tmp_path], kwargs={"add": [name]})
               for name in names]  # fmt: skip

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(read_labels(tmp_path).tags) == sorted(names)


DAMAGED = [b"", b"{", b"[]", b'{"schema_version": 1, "tags": [1], "note": ""}',
           b'{"schema_version": 1, "tags": []}', b'{"schema_version": 9, "tags": [], "note": ""}',
           b'{"schema_version": 1, "tags": 3, "note": ""}', b"null", b"\xff"]  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED)
def test_damaged_labels_are_told_and_not_overwritten(finished, content):
    folder = finished()
    (folder / "labels.json").write_bytes(content)

    with pytest.raises(DataError, match=r"labels\.json: damaged"):
        change_tags(folder, add=["x"])

    assert (folder / "labels.json").read_bytes() == content
    (run,) = list_runs(folder.parent)
    assert (run.state, run.value, run.labels) == ("completed", 0.885, Labels())
    assert "labels.json: damaged" in run.note


def test_labels_are_read_through_no_link(finished, tmp_path):
    (tmp_path / "elsewhere").write_text('{"schema_version": 1, "tags": ["x"], "note": "secret"}')
    folder = finished()
    (folder / "labels.json").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(DataError, match="cannot be read"):
        read_labels(folder)


def test_a_run_that_goes_on_can_be_labelled_and_does_not_vouch_for_it(tmp_path):
    with RunFolder.create(tmp_path, "imdb") as run:
        change_tags(run.path, add=["early"])

        assert run.artefacts() == {}
    assert list_runs(tmp_path)[0].labels.tags == ("early",)


def test_commands_label_a_run_and_others_show_it(kx, finished):
    where = ("--outputs", finished().parent)

    assert kx("tag", "last", "good", "paper", *where)[0] == 0
    code, out, _ = kx("note", "last", "wrong\nlabels \x1b[31m in fold 3", *where)

    assert code == 0
    assert out.endswith(": wrong labels ?[31m in fold 3\n")
    for command in (("show", "last"), ("runs",)):
        _, shown, _ = kx(*command, *where)
        assert "good, paper" in shown
        assert "wrong labels ?[31m in fold 3" in shown
        assert "\x1b" not in shown
    (run,) = json.loads(kx("runs", "--where", "tag = paper", "--json", *where)[1])
    assert run["labels"]["tags"] == ["good", "paper"]
    shown = json.loads(kx("show", "last", "--json", *where)[1])
    assert shown["labels"]["note"] == "wrong\nlabels \x1b[31m in fold 3"
    assert kx("tag", "last", "paper", "--remove", *where)[1].endswith(": good\n")
