import io
import json
import os
import pty
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from kx.base.errors import DataError, RunLockedError
from kx.runs.folder import RunFolder, run_ids
from kx.runs.looks import Look, earlier_looks, remember_looks, take_look
from kx.runs.record_parts import DataFacts
from kx.runs.removal import leftovers, remove_runs, size_of
from kx.runs.run_group import Group, page_of
from kx.wording.recorded import in_words
from tests.machine import PATIENCE

REAL = DataFacts(**{"name": "imdb", "source": "cache", "sample": False})
LATER = time.time() + 3600


@pytest.fixture
def outputs(tmp_path):
    return tmp_path / "outputs"


def looks(outputs, dataset="imdb"):
    return earlier_looks(outputs, Look(dataset))


def test_a_removed_run_is_gone_and_what_it_freed_is_said(kx, finished, outputs):
    kept, gone = finished(), finished()
    (gone / "model.keras").write_bytes(b"x" * 2_000_000)

    code, out, err = kx("rm", gone.name, "--yes", "--outputs", outputs)

    assert code == 0
    assert run_ids(outputs) == [kept.name]
    assert out == "removed 1 run, 2.0 MB\n"
    assert f"{gone.name}  completed  2.0 MB" in err
    assert list(outputs.iterdir()) == [kept]


@pytest.fixture
def group(finished, outputs):
    """Leave a group of two runs with its report; return the report and the folders."""
    group = Group.new("variants", "imdb")
    members = [group.member(label, place, {}) for place, label in enumerate(("imdb", "l2"))]
    folders = [finished(group=member) for member in members]
    page = page_of(outputs, group.id)
    page.write_text("x" * 2_000_000)
    return page, folders


def test_with_a_group_goes_its_report_and_that_is_said(kx, group, finished, outputs):
    page, _ = group
    kept, other = finished(), outputs / "imdb-variants-ffffff.html"
    other.write_text("of a group that is not meant")

    code, out, err = kx("rm", "imdb-variants", "--yes", "--outputs", outputs)

    assert code == 0, err
    assert out == "removed 2 runs and 1 report, 2.0 MB\n"
    assert f"{page.name}  report of the group  2.0 MB" in err
    assert set(outputs.iterdir()) == {kept, other}


def test_a_report_stays_as_long_as_a_run_of_its_group(kx, group, outputs):
    page, folders = group

    first = kx("rm", folders[0].name, "--yes", "--outputs", outputs)[1]
    stayed = page.exists()
    second = kx("rm", folders[1].name, "--yes", "--outputs", outputs)[1]

    assert ("report" in first, stayed) == (False, True)
    assert ("report" in second, page.exists()) == (True, False)


def test_who_says_no_keeps_the_report(kx, group, outputs, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y"))

    code, _, err = kx("rm", "imdb-variants", "--outputs", outputs)

    assert code == 2
    assert "Remove 2 runs and 1 report, 2.0 MB?" in err
    assert group[0].exists()


def test_a_record_that_names_a_file_elsewhere_has_no_report(kx, finished, outputs):
    victim = outputs.parent / "x-variants-000000.html"
    victim.write_text("mine")
    member = Group("../x-variants-000000", "variants", "x").member("x", 0, {})
    finished(group=member)

    assert kx("rm", "last", "--yes", "--outputs", outputs)[0] == 0
    assert victim.exists()


def test_looks_at_the_test_part_stay_counted(kx, finished, outputs):
    folders = [finished(dataset=REAL) for _ in range(3)]
    assert looks(outputs) == 3

    _, _, err = kx("rm", folders[0].name, folders[1].name, "--yes", "--outputs", outputs)

    assert "Still counted: 2 looks at the test set of imdb." in err
    assert (looks(outputs), looks(outputs, "reuters")) == (3, 0)
    kx("rm", "last", "--yes", "--outputs", outputs)
    assert looks(outputs) == 3


def test_looks_at_one_folder_of_pictures_are_none_at_another(kx, finished, outputs):
    own = {"name": "image_folder", "source": "path", "sample": False}
    finished(dataset=DataFacts(**{**own, "files": {"cats": "1f"}}))
    finished(dataset=DataFacts(**{**own, "files": {"dogs": "2e"}}))

    assert [looks(outputs, f"image_folder {name}") for name in ("cats", "dogs", "cows")] == [
        1,
        1,
        0,
    ]
    _, _, err = kx("rm", "last", "--yes", "--outputs", outputs)

    assert "Still counted: 1 look at the test set of image_folder dogs." in err
    assert looks(outputs, "image_folder dogs") == 1


@pytest.mark.parametrize("changes", [{"smoke": True, "dataset": REAL}, {}, {"scores": {}}])
def test_what_never_looked_is_not_remembered(kx, finished, outputs, changes):
    finished(**changes)

    assert kx("rm", "last", "--yes", "--outputs", outputs)[0] == 0
    assert looks(outputs) == 0


def test_a_run_that_was_not_removed_in_the_end_counts_once(finished, outputs):
    remember_looks(outputs, [finished(dataset=REAL)])

    assert looks(outputs) == 1


def test_without_its_ledger_nothing_is_removed_and_a_run_goes_on(kx, finished, outputs):
    folder = finished(dataset=REAL)
    (outputs / "looks.json").write_text('{"schema_version": 1}')
    said = []

    code, _, err = kx("rm", "last", "--yes", "--outputs", outputs)

    assert code == DataError.exit_code
    assert "looks.json: damaged" in err
    assert folder.exists()
    assert take_look(outputs, "b", REAL, lambda *told: said.append(told)) == 2
    assert said[0][0] == "title.looks_lost"


def test_a_run_that_is_being_written_is_refused_and_with_it_all_others(kx, finished, outputs):
    finished()

    with RunFolder.create(outputs, "busy"):
        code, out, err = kx("rm", "imdb", "busy", "--yes", "--outputs", outputs)

    assert (code, out) == (6, "")
    assert f"process {os.getpid()}" in err
    assert len(run_ids(outputs)) == 2


def test_a_busy_run_is_refused_before_anybody_is_asked_and_at_the_last_moment(kx, outputs):
    with RunFolder.create(outputs, "busy") as busy:
        assert kx("rm", "busy", "--outputs", outputs)[0] == 6
        with pytest.raises(RunLockedError):
            remove_runs(outputs, [busy.path])

        assert busy.path.exists()


def test_nobody_to_ask_means_no(kx, finished, outputs, monkeypatch):
    finished()
    monkeypatch.setattr("sys.stdin", io.StringIO("y"))

    code, out, err = kx("rm", "last", "--outputs", outputs)

    assert (code, out) == (2, "")
    assert "add --yes" in err
    assert len(run_ids(outputs)) == 1


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_it_asks_before_it_removes(finished, outputs, answer, left):
    finished()
    ours, theirs = pty.openpty()

    command = [sys.executable, "-m", "kx", "rm", "last", "--outputs", str(outputs)]
    process = subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, text=True)
    os.write(ours, answer.encode())
    _, err = process.communicate(timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)

    assert process.returncode == 0
    assert "Remove 1 run, " in err
    assert len(run_ids(outputs)) == left


def test_links_are_not_followed(kx, finished, outputs, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").write_text("x" * 100_000)
    folder = finished()
    (folder / "models").symlink_to(precious)
    (folder / "link").symlink_to(precious / "data")
    (precious / "own.keras").touch()
    (outputs / "20261125-000000-linked-0000").symlink_to(precious)

    assert size_of(folder) < 50_000
    assert leftovers(outputs, LATER) == []
    assert kx("rm", "20261125-000000-linked-0000", "--yes", "--outputs", outputs)[0] == 2
    assert kx("rm", folder.name, "--yes", "--outputs", outputs)[0] == 0

    assert not folder.exists()
    assert (precious / "data").stat().st_size == 100_000


def half_made(outputs, finished):
    """Leave everything that may go, and beside each what may not."""
    RunFolder.create(outputs, "nothing").release()
    with RunFolder.create(outputs, "epochs") as run:
        history = run.history()
        history.epoch("holdout", 1, {"loss": 0.5})
        history.close()
    folder = finished()
    for name in (".part-1234-model.keras", "models/fold-1.keras"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x" * 1000)
    (folder / "models" / "notes.txt").write_text("mine")
    (outputs / ".going-20261125-000000-x-0000" / "plots").mkdir(parents=True)
    (outputs / ".going-20261125-000000-x-0000" / "plots" / "a.png").write_bytes(b"x" * 500)
    return folder


def test_what_killed_processes_left_is_found_with_its_size(finished, outputs):
    folder = half_made(outputs, finished)

    found = leftovers(outputs, LATER)

    assert {(in_words(rest.why), rest.size) for rest in found if rest.path.parent != outputs} == {
        ("unfinished file", 1000),
        ("model that its run did not keep", 1000),
    }
    assert {rest.path.name[:6] for rest in found if rest.path.parent == outputs} == {
        ".going", folder.name[:6]
    }  # fmt: skip
    assert [rest.size for rest in found if rest.path.name.startswith(".going")] == [500]
    assert len(found) == 4


def test_what_is_young_or_in_use_is_not_left_over(finished, outputs):
    half_made(outputs, finished)
    with RunFolder.create(outputs, "busy") as busy:
        found = leftovers(outputs, LATER)

    assert leftovers(outputs) == []
    assert busy.path not in [rest.path for rest in found]


def test_clearing_leaves_what_a_run_ended_with(kx, finished, outputs):
    folder = half_made(outputs, finished)
    before = {path for path in outputs.rglob("*") if path.is_file()}
    for path in [outputs, *outputs.rglob("*")]:
        os.utime(path, (0, 0))

    code, out, err = kx("gc", "--dry-run", "--outputs", outputs)
    assert (code, out) == (0, "would remove 4 leftovers, 3 kB\n")
    assert len(err.splitlines()) == 4
    assert {path for path in outputs.rglob("*") if path.is_file()} == before

    code, out, _ = kx("gc", "--yes", "--outputs", outputs)
    assert (code, out) == (0, "removed 4 leftovers, 3 kB\n")
    names = {path.name for path in outputs.rglob("*")}
    assert {"record.json", "history.json", "notes.txt", "history.csv"} <= names
    assert not {".part-1234-model.keras", "fold-1.keras", "a.png"} & names
    assert len(run_ids(outputs)) == 2
    assert (folder / "record.json").exists()
    assert kx("gc", "--yes", "--outputs", outputs)[1].endswith("there is nothing to clean up\n")


def test_models_that_a_run_kept_stay(finished, outputs, record):
    with RunFolder.create(outputs, "kept") as run:
        (run.path / "models").mkdir()
        (run.path / "models" / "fold-1.keras").write_bytes(b"x")
        run.write_record(replace(record, id=run.id, artefacts=run.artefacts()))

    assert leftovers(outputs, LATER) == []


def test_leftovers_for_other_programs_are_one_document(kx, finished, outputs):
    half_made(outputs, finished)

    code, out, _ = kx("gc", "--dry-run", "--json", "--outputs", outputs)

    assert (code, json.loads(out)) == (0, {"removed": False, "leftovers": []})
    assert kx("gc", "--json", "--outputs", outputs)[0] == 2
