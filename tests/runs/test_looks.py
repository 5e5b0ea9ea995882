"""Looks at test parts: which are at the same, and when each of them counts."""

import json
import subprocess
import sys

import pytest

from kx.runs.folder import RunFolder
from kx.runs.looks import Look, earlier_looks, remember_looks, settle_look, take_look
from kx.runs.record_parts import DataFacts
from kx.wording.recorded import in_words
from tests.conftest import ROOT

PLUGIN = {"name": "mine", "source": "plugin", "sample": False, "files": {}}
OWN = {"name": "text_csv", "source": "path", "sample": False}
OFFICIAL = {"name": "imdb", "source": "download", "sample": False, "files": {"imdb.npz": "69"}}
IMDB = DataFacts(**OFFICIAL)


def unwarned(title, text):
    raise AssertionError(f"{title}: {text}")


@pytest.fixture
def outputs(tmp_path):
    (tmp_path / "outputs").mkdir()
    return tmp_path / "outputs"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        # The four files of one plugin's dataset are four test sets.
        (PLUGIN | {"test_fingerprint": "a"}, PLUGIN | {"test_fingerprint": "b"}, False),
        (PLUGIN | {"test_fingerprint": "a"}, PLUGIN | {"test_fingerprint": "a"}, True),
        # What it is called makes no difference.
        (
            PLUGIN | {"test_fingerprint": "a"},
            PLUGIN | {"test_fingerprint": "a", "name": "yours"},
            True,
        ),
        # One file under two names; and read in two ways, which changes the fingerprint.
        (
            OWN | {"files": {"a.csv": "1f"}, "test_fingerprint": "a"},
            OWN | {"files": {"b.csv": "1f"}, "test_fingerprint": "a"},
            True,
        ),
        (
            OWN | {"files": {"a.csv": "1f"}, "test_fingerprint": "a"},
            OWN | {"files": {"b.csv": "1f"}, "test_fingerprint": "b"},
            True,
        ),
        # Another file under the same name.
        (
            OWN | {"files": {"a.csv": "1f"}, "test_fingerprint": "a"},
            OWN | {"files": {"a.csv": "2e"}, "test_fingerprint": "b"},
            False,
        ),
        # Only the file of the test part is the same.
        (
            OWN | {"files": {"a.csv": "1f", "test.csv": "3d"}, "test_fingerprint": "a"},
            OWN | {"files": {"b.csv": "2e", "test.csv": "3d"}, "test_fingerprint": "a"},
            True,
        ),
        # A dataset of kx has one test set, however many of its words are looked at.
        (OFFICIAL | {"test_fingerprint": "a"}, OFFICIAL | {"test_fingerprint": "b"}, True),
        (
            OFFICIAL | {"test_fingerprint": "a"},
            OFFICIAL | {"name": "reuters", "test_fingerprint": "b"},
            False,
        ),
        # An official file that somebody reads with a plugin.
        (OFFICIAL | {"test_fingerprint": "a"}, PLUGIN | {"test_fingerprint": "a"}, True),
        # Of what an older kx recorded, names are known.
        (PLUGIN, PLUGIN | {"test_fingerprint": "b"}, True),
        (PLUGIN, PLUGIN | {"name": "yours", "test_fingerprint": "b"}, False),
        (
            OWN | {"files": {"a.csv": "1f"}},
            OWN | {"files": {"a.csv": "2e"}, "test_fingerprint": "b"},
            True,
        ),
        (
            OWN | {"files": {"a.csv": "1f"}},
            OWN | {"files": {"b.csv": "1f"}, "test_fingerprint": "b"},
            False,
        ),
    ],
)
def test_looks_go_by_what_was_looked_at(finished, outputs, first, second, same):
    """Once by the record of the run, once by the ledger alone."""
    folder = finished(dataset=DataFacts(**first))
    assert take_look(outputs, "b", DataFacts(**second), unwarned) == 1 + same

    remember_looks(outputs, [folder])
    (folder / "record.json").unlink()
    assert take_look(outputs, "b", DataFacts(**second), unwarned) == 1 + same  # b counts once


def test_a_look_counts_before_it_is_taken(outputs):
    """The first run was killed while it looked: it has the record of its beginning, no scores."""
    with RunFolder.create(outputs, "killed") as run:
        assert take_look(outputs, run.id, IMDB, unwarned) == 1

    assert take_look(outputs, "20260101-000000-next-0000", IMDB, unwarned) == 2


def test_what_the_record_of_a_run_tells_does_not_stay_in_the_ledger(finished, outputs):
    folder = finished(dataset=IMDB)
    with RunFolder.create(outputs, "killed") as run:
        take_look(outputs, run.id, IMDB, unwarned)
    take_look(outputs, folder.name, IMDB, unwarned)

    settle_look(outputs, run.id)  # no record of its end: it stays
    settle_look(outputs, folder.name)

    assert list(json.loads((outputs / "looks.json").read_text())["taken"]) == [run.id]
    assert earlier_looks(outputs, Look.of(IMDB)) == 2


def test_a_ledger_with_nothing_in_it_goes(finished, outputs):
    folder = finished(dataset=IMDB)
    take_look(outputs, folder.name, IMDB, unwarned)

    settle_look(outputs, folder.name)

    assert [path.name for path in outputs.iterdir()] == [folder.name]


def test_the_look_of_a_killed_run_is_remembered_when_it_is_removed(kx, outputs):
    with RunFolder.create(outputs, "killed") as run:
        take_look(outputs, run.id, IMDB, unwarned)

    code, _, err = kx("rm", run.id, "--yes", "--outputs", outputs)

    assert code == 0, err
    assert "Still counted: 1 look at the test set of imdb." in err
    assert earlier_looks(outputs, Look.of(IMDB)) == 1


def test_looks_taken_at_the_same_time_have_numbers_of_their_own(outputs):
    script = (
        "import sys; from pathlib import Path; from kx.runs.looks import take_look\n"
        "from kx.runs.record_parts import DataFacts\n"
        "sys.stdin.read()\n"
        "data = DataFacts(name='imdb', source='download')\n"
        "print(take_look(Path(sys.argv[1]), sys.argv[2], data, print))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(outputs), f"run-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(4)
    ]
    for process in processes:
        process.stdin.close()

    assert sorted(process.stdout.read() for process in processes) == ["1\n", "2\n", "3\n", "4\n"]
    for process in processes:
        process.stdout.close()
        assert process.wait(60) == 0


def test_the_ledger_of_an_older_kx_still_counts(outputs):
    looks = {"imdb": ["a", "b"], "text_csv a.csv": ["c"]}
    document = {"schema_version": 1, "looks": looks}
    (outputs / "looks.json").write_text(json.dumps(document))

    own = DataFacts(**OWN, files={"a.csv": "1f"}, test_fingerprint="x")
    assert take_look(outputs, "d", DataFacts(**OFFICIAL, test_fingerprint="y"), unwarned) == 3
    assert take_look(outputs, "e", own, unwarned) == 2
    assert json.loads((outputs / "looks.json").read_text())["looks"] == looks


@pytest.mark.parametrize("content", ["{", "[]", "\xff", "[" * 100_000])
def test_a_record_that_cannot_be_read_is_named_beside_the_number_of_looks(outputs, content):
    for run in ("20260101-000000-first-0000", "20260101-000001-other-0001"):
        (outputs / run).mkdir()
    (outputs / "20260101-000000-first-0000" / "record.json").write_text(content, "latin-1")
    said = []

    looks = take_look(outputs, "b", IMDB, lambda *told: said.append(told))

    assert looks == 1
    ((title, text),) = said
    assert title == "title.looks_unknown"
    assert in_words(text).startswith("The record of 20260101-000000-first-0000 cannot be read: ")


def test_of_several_damaged_records_the_number_is_told(outputs):
    for number in range(3):
        folder = outputs / f"20260101-00000{number}-bad-0000"
        folder.mkdir()
        (folder / "record.json").mkdir()
    said = []

    take_look(outputs, "b", IMDB, lambda *told: said.append(told))

    assert "of 20260101-000000-bad-0000 (and of 2 more) cannot" in in_words(said[0][1])
