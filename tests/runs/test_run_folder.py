import itertools
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import RunLockedError, StorageError, UsageError
from kx.runs.folder import (
    NAME,
    RUN_ID,
    RunFolder,
    damaged_artefacts,
    find_run,
    run_ids,
    slug,
    state,
)
from kx.runs.run_summary import list_runs

MORNING = datetime(2026, 11, 23, 10, 15, 2, tzinfo=UTC)

HOLD = """
import sys
from pathlib import Path
from kx.runs.folder import RunFolder
run = RunFolder.create(Path(sys.argv[1]), "held")
sys.stdout.write(run.id + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that works on a run in ``tmp_path``, and that run's folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process, tmp_path / process.stdout.readline().strip()
        process.kill()


@pytest.fixture
def runs(tmp_path):
    """Four runs of two specs, made one second after the other."""
    for second, (name, token) in enumerate(
        [("imdb", "aaaa"), ("boston", "bbbb"), ("imdb", "cccc"), ("boston", "dddd")]
    ):
        now = MORNING.replace(second=second)
        RunFolder.create(tmp_path, name, now=lambda now=now: now, token=lambda t=token: t).release()
    return tmp_path


def test_an_id_is_made_of_time_name_and_token(tmp_path):
    run = RunFolder.create(tmp_path, "IMDB reviews", now=lambda: MORNING, token=lambda: "7f3a")

    assert run.path == tmp_path / "20261123-101502-imdb-reviews-7f3a"
    assert run.path.is_dir()


@given(st.text())
def test_every_name_gives_an_id_that_is_safe(name):
    run = f"20261123-101502-{slug(name)}-7f3a"

    assert RUN_ID.fullmatch(run)
    assert NAME.fullmatch(run)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", run)
    assert ".." not in run


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("imdb", "imdb"),
        ("My Net/v2", "my-net-v2"),
        ("../../etc", "etc"),
        ("a..b", "a.b"),
        ("", "run"),
        ("Ä", "run"),
        ("x" * 99, "x" * 43),
    ],
)
def test_names_become_parts_of_ids(name, expected):
    assert slug(name) == expected


def test_a_taken_id_is_not_used_again(tmp_path):
    tokens = iter(["aaaa", "aaaa", "bbbb"])

    made = [
        RunFolder.create(tmp_path, "x", now=lambda: MORNING, token=lambda: next(tokens)).id
        for _ in range(2)
    ]

    assert made == ["20261123-101502-x-aaaa", "20261123-101502-x-bbbb"]


def test_sixteen_runs_in_one_second_are_sixteen_folders(tmp_path):
    digits = itertools.cycle(f"000{digit:x}" for digit in range(16))
    token = lambda: next(digits)  # noqa: E731

    made = {RunFolder.create(tmp_path, "x", now=lambda: MORNING, token=token).id for _ in range(16)}

    assert len(made) == len(list(tmp_path.iterdir())) == 16


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_outputs_that_is_no_folder_is_refused(tmp_path, place):
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="cannot be written"):
        RunFolder.create(tmp_path / place, "imdb")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_outputs_that_is_read_only_is_refused(tmp_path):
    tmp_path.chmod(0o555)

    with pytest.raises(StorageError, match="Permission denied"):
        RunFolder.create(tmp_path, "imdb")


def test_a_deleted_run_folder_is_a_storage_error(tmp_path):
    run = RunFolder.create(tmp_path, "imdb")
    (run.path / ".lock").unlink()
    run.path.rmdir()

    with pytest.raises(StorageError, match=r"spec\.yaml: cannot be written"):
        run.write_spec("name: imdb\n")


def test_a_run_is_running_while_its_process_lives_and_crashed_after_a_kill(holder):
    process, folder = holder

    assert state(folder) == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert state(folder) == "crashed"


def test_a_held_run_is_refused_with_the_holders_process_id(holder):
    process, folder = holder

    with pytest.raises(RunLockedError, match=rf"process {process.pid}\b"):
        RunFolder(folder)

    assert state(folder) == "running"


def test_looking_at_a_run_leaves_no_trace(tmp_path):
    bare = tmp_path / "20261123-101502-imdb-7f3a"
    bare.mkdir()
    with RunFolder.create(tmp_path, "locked") as run:
        before = (run.path / ".lock").read_bytes()
        seen = [state(run.path), state(bare)]

        assert (run.path / ".lock").read_bytes() == before == f"{os.getpid()}\n".encode()

    assert seen == ["running", "crashed"]
    assert list(bare.iterdir()) == []


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    with RunFolder.create(tmp_path, "locked") as run:
        other = tmp_path / "20261123-101502-imdb-7f3a"
        other.mkdir()
        (other / ".lock").symlink_to(run.path / ".lock")

        assert state(other) == "crashed"
        with pytest.raises(StorageError):
            RunFolder(other)


def test_who_takes_a_run_over_sweeps_what_is_unfinished(tmp_path):
    with RunFolder.create(tmp_path, "imdb") as run:
        (run.path / ".part-12-model.keras").touch()

    RunFolder(run.path).release()

    assert sorted(path.name for path in run.path.iterdir()) == [".lock"]


@pytest.mark.parametrize("status", ["completed", "failed", "diverged", "interrupted"])
def test_a_finished_run_is_what_its_record_says(finished, status):
    assert state(finished(status=status)) == status


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("20261123-101500-imdb-aaaa", "20261123-101500-imdb-aaaa"),
        ("20261123-101501", "20261123-101501-boston-bbbb"),
        ("imdb", "20261123-101502-imdb-cccc"),
        ("boston", "20261123-101503-boston-dddd"),
        ("last", "20261123-101503-boston-dddd"),
    ],
)
def test_a_run_is_found(runs, reference, expected):
    assert find_run(runs, reference) == runs / expected


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("imbd", "Did you mean 'imdb'"),
        ("2026", "could be 4 runs, the newest: .*boston-dddd"),
        ("20261123-101509", "no run is called"),
        ("../../etc", "cannot be a run"),
        ("..", "cannot be a run"),
        ("a/../b", "cannot be a run"),
        ("a..b", "cannot be a run"),
        ("/etc", "cannot be a run"),
        ("%2e%2e", "cannot be a run"),
        ("a\0b", r"'a\?b' cannot be a run"),
        ("last\n", "cannot be a run"),
        ("-rf", "cannot be a run"),
        ("", "cannot be a run"),
        ("x" * 65, "cannot be a run"),
        ("x" * 300, "cannot be a run"),
        ("LAST", "cannot be a run"),
        ("\x1b]0;title\x07", "cannot be a run"),
    ],
    ids=repr,
)
def test_what_means_no_single_run_is_refused(runs, reference, complaint):
    with pytest.raises(UsageError, match=complaint):
        find_run(runs, reference)


def test_a_run_that_is_a_link_is_no_run(tmp_path):
    outputs, elsewhere = tmp_path / "outputs", tmp_path / "elsewhere"
    outputs.mkdir()
    RunFolder.create(elsewhere, "x", now=lambda: MORNING, token=lambda: "aaaa").release()
    run = "20261123-101502-x-aaaa"
    (outputs / run).symlink_to(elsewhere / run)
    RunFolder.create(outputs, "y").release()

    assert [found.name for found in list_runs(outputs)] == ["y"]
    with pytest.raises(UsageError, match="no run is called"):
        find_run(outputs, run)


def test_without_runs_the_way_to_the_first_is_told(tmp_path):
    assert list_runs(tmp_path / "nowhere") == []
    with pytest.raises(UsageError, match="kx train"):
        find_run(tmp_path / "nowhere", "last")


def test_a_file_in_place_of_outputs_is_a_usage_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="cannot be listed"):
        list_runs(tmp_path / "file")


def test_runs_are_listed_by_time_with_what_matters(finished, runs):
    (run,) = list_runs(finished().parent)

    assert (run.state, run.dataset, run.sample) == ("completed", "imdb", True)
    assert (run.part, run.metric, run.value) == ("test", "accuracy", 0.885)
    assert (run.baseline, run.baseline_name) == (0.8693, "logistic")
    assert (run.best_epoch, run.seconds) == (4, 72.4)
    assert [run.id[-4:] for run in list_runs(runs)] == ["aaaa", "bbbb", "cccc", "dddd"]


def damages(content):
    yield b""
    yield content[: len(content) // 2]
    for at in range(0, len(content), max(1, len(content) // 60)):
        yield content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


@pytest.mark.parametrize("name", ["record.json", "history.json", "history.csv", "spec.yaml"])
def test_a_damaged_file_spoils_one_line_of_the_list_at_most(finished, name):
    good, bad = finished(), finished()
    whole = (bad / name).read_bytes()
    states = set()
    for content in damages(whole):
        (bad / name).write_bytes(content)
        runs = {run.id: run.state for run in list_runs(good.parent)}
        assert runs[good.name] == "completed"
        states.add(runs[bad.name])

    assert states == ({"completed", "damaged"} if name == "record.json" else {"completed"})


@pytest.mark.parametrize("name", ["history.json", "spec.yaml"])
def test_every_damage_is_seen_by_the_sum(finished, record, name):
    folder = finished()
    from kx.runs.record import read_record

    kept = read_record(folder / "record.json")
    whole = (folder / name).read_bytes()

    assert damaged_artefacts(folder, kept, kept.artefacts) == []
    for content in damages(whole):
        (folder / name).write_bytes(content)
        assert damaged_artefacts(folder, kept, kept.artefacts) == [name]


def test_artefacts_are_all_files_but_log_and_hidden_ones(tmp_path):
    with RunFolder.create(tmp_path, "imdb") as run:
        run.write_spec("name: imdb\n")
        run.log_path.touch()
        (run.plots / "loss.png").touch()

        assert sorted(run.artefacts()) == ["plots/loss.png", "spec.yaml"]


def test_plots_that_are_a_link_are_refused(tmp_path):
    run = RunFolder.create(tmp_path / "outputs", "imdb")
    (run.path / "plots").symlink_to(tmp_path)

    with pytest.raises(StorageError, match="it is a link"):
        _ = run.plots


def test_two_hundred_runs_are_listed(finished):
    folder = finished()
    content = (folder / "record.json").read_bytes()
    for n in range(199):
        copy = folder.with_name(f"20261123-101502-imdb-{n:04x}")
        copy.mkdir()
        (copy / "record.json").write_bytes(content)
        (copy / ".lock").touch()

    assert len(list_runs(folder.parent)) == 200


def test_listing_loads_nothing_heavy(finished):
    script = (
        "import sys; from pathlib import Path\n"
        "from kx.terminal import console; from kx.runs.run_summary import list_runs\n"
        "console.results().print(console.runs_list(list_runs(Path(sys.argv[1]))))\n"
        "heavy = {'numpy', 'tensorflow', 'keras', 'matplotlib', 'scipy', 'sklearn', 'PIL'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(finished().parent)], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "completed" in done.stdout


def test_no_path_of_this_machine_is_in_what_a_run_writes(finished):
    folder = finished()

    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert str(Path.home()).encode() not in content
        assert str(folder.parent).encode() not in content


@pytest.mark.parametrize("first", ["apple", "pear"])
def test_of_two_runs_of_one_second_the_last_is_the_one_begun_later(tmp_path, first):
    second = "pear" if first == "apple" else "apple"
    for at, name in enumerate((first, second)):
        with RunFolder.create(tmp_path, name, now=lambda: MORNING) as run:
            pass
        os.utime(run.path / ".lock", ns=(at, at))

    assert find_run(tmp_path, "last") == run.path
    assert [summary.name for summary in list_runs(tmp_path)] == [first, second]


def made(outputs, year, name="x", token="aaaa"):
    """Make a run while the clock says so; return its id."""
    now = MORNING.replace(year=year)
    with RunFolder.create(outputs, name, now=lambda: now, token=lambda: token) as run:
        return run.id


def test_the_last_run_is_the_one_made_last_though_the_clock_was_set_back(tmp_path):
    order = [made(tmp_path, 2026), made(tmp_path, 2099)]
    order += [made(tmp_path, 2027), made(tmp_path, 1970), made(tmp_path, 2026, token="bbbb")]

    assert run_ids(tmp_path) == order
    assert find_run(tmp_path, "last") == find_run(tmp_path, "x") == tmp_path / order[-1]

    (tmp_path / order[1]).rename(tmp_path / "gone")  # that of the future
    order = [*order[:1], *order[2:], made(tmp_path, 2028)]
    assert run_ids(tmp_path) == order


def test_with_a_clock_that_goes_right_nothing_is_taken_down(tmp_path):
    made(tmp_path, 2026), made(tmp_path, 2027)

    assert not (tmp_path / ".order").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"2026 x\n", b"[" * 200_000])
def test_a_damaged_note_of_the_order_costs_only_the_order(tmp_path, content):
    runs = [made(tmp_path, 2026), made(tmp_path, 2027)]
    (tmp_path / ".order").write_bytes(content)

    assert run_ids(tmp_path) == runs


def test_a_note_of_the_order_that_is_no_file_is_passed_over(tmp_path):
    runs = [made(tmp_path, 2026), made(tmp_path, 2027)]
    os.mkfifo(tmp_path / ".order")

    assert run_ids(tmp_path) == runs
