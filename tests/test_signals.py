"""Signals where nothing trains: what handles them, and how commands end by them."""

import json
import os
import signal
import subprocess
import sys

import pytest

from kx.runs.folder import RunFolder, judged, state
from kx.runs.history import read_history
from kx.runs.record import Record
from kx.runs.run_group import groups
from tests.conftest import ROOT

HELD = """
import os, signal
from kx.base import signals

signals.install()
with signals.held():
    os.kill(os.getpid(), signal.SIGTERM)
    print("held")
print("never")
"""

NOTED = """
import os, signal, sys
from kx.base import signals

signals.install()
sys.modules["tensorflow"] = object()
os.kill(os.getpid(), signal.SIGTERM)
print("noted")
signals.check()
"""

IN_A_FINALIZER = """
import os, signal, time
from kx.base import signals

class Finalized:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

signals.install()
try:
    Finalized()
    while True:
        time.sleep(0.01)
except signals.Interrupted as stopped:
    print(stopped)
"""

DEEP = """
import os, select, signal, sys
from kx.base import signals
from kx.base.errors import Interrupted

def write(stopped):
    with open("written", "w") as file:
        file.write(str(stopped))
    stopped.run, stopped.kept = "a-run", "Kept: 3 epochs"

signals.install()
with signals.held(), signals.ending(signals.Ending(write, lambda: NOTHING)):
    print("ready", flush=True)
    while True:
        try:
            select.select([], [], [])  # a long call, from which nothing raises
        except Interrupted:
            print("raised", flush=True)
"""


def python(script, folder, **variables):
    command = [sys.executable, "-c", script]
    return subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
    )  # fmt: skip


def test_what_is_held_is_done_before_a_signal_raises(tmp_path):
    out, err = python(HELD, tmp_path).communicate(timeout=60)

    assert out == "held\n"
    assert "kx.base.errors.Interrupted: stopped by SIGTERM" in err


def test_with_tensorflow_loaded_a_signal_raises_at_safe_points_alone(tmp_path):
    out, err = python(NOTED, tmp_path).communicate(timeout=60)

    assert out == "noted\n"
    assert err.splitlines()[-1] == "kx.base.errors.Interrupted: stopped by SIGTERM"
    assert "in check" in err


def test_a_signal_in_a_finalizer_is_not_lost(tmp_path):
    out, err = python(IN_A_FINALIZER, tmp_path).communicate(timeout=60)

    assert (out, err) == ("stopped by SIGTERM\n", "")


def test_a_second_signal_ends_a_process_that_does_not_get_to_a_safe_point(tmp_path):
    process = python(DEEP.replace("NOTHING", "False"), tmp_path)
    assert process.stdout.readline() == "ready\n"

    process.send_signal(signal.SIGTERM)
    heard = process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    assert heard.startswith("SIGTERM received: kx stops as soon as")
    assert process.returncode == 143
    assert (out, err) == (
        "",
        "Stopped (stopped by SIGTERM). Kept: 3 epochs: see `kx show a-run`.\n",
    )
    assert (tmp_path / "written").read_text() == "stopped by SIGTERM"


def test_with_nothing_to_lose_the_first_signal_ends_it(tmp_path):
    process = python(DEEP.replace("NOTHING", "True"), tmp_path)
    assert process.stdout.readline() == "ready\n"

    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 143
    assert (out, err) == (
        "",
        "Stopped (stopped by SIGTERM). Kept: 3 epochs: see `kx show a-run`.\n",
    )


def begun(outputs, **changes):
    """Return the folder of a run of which nothing is written but how it began, still locked."""
    run = RunFolder.create(outputs, "imdb")
    run.write_record(Record(id=run.id, name="imdb", status="running", started="", **changes))
    return run


def test_a_run_that_only_began_is_running_while_locked_and_crashed_afterwards(kx, tmp_path):
    with begun(tmp_path) as run:
        assert judged(run.path) == ("running", None, "")
    assert judged(run.path) == ("crashed", None, "")

    for command in (["runs"], ["show", run.id], ["gc", "--dry-run"], ["rm", run.id, "--yes"]):
        code, _, err = kx(*command, "--outputs", tmp_path)
        assert (code, "Traceback" in err) == (0, False), (command, err)


def test_of_a_run_that_was_killed_the_csv_is_read(tmp_path):
    with begun(tmp_path) as run:
        history = run.history()
        history.epoch("holdout", 1, {"loss": 0.5})
        (run.path / "history.json").write_text('{"schema_version": 1, "fits": []}')

    assert read_history(run.path) == {"holdout": {"loss": [0.5]}}


def test_a_run_that_only_began_is_in_no_group(tmp_path):
    member = {"group": "imdb-variants-abcdef", "kind": "variants", "of": "imdb", "label": "a"}
    with begun(tmp_path, group={**member, "place": 0, "changes": {}}) as run:
        assert groups(tmp_path) == {}
    assert state(run.path) == "crashed"


SPEC = "{name: tiny, seed: 1, dataset: wine, architecture: mlp, training: {epochs: 2}}"


def test_a_folder_that_cannot_be_begun_does_not_stay(kx, spec_file, tmp_path, monkeypatch):
    """The second write of a run finds no room: the first is its record."""
    monkeypatch.setenv("KX_FAULT", "enospc:7")
    from kx.base import storage

    monkeypatch.setattr(storage, "_points", iter(range(1, 1000)))
    code, _, err = kx("train", spec_file(SPEC), "--outputs", tmp_path / "out")

    assert code == 5, err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("outputs", ["out", "absolute"])
def test_from_a_working_folder_that_is_gone_no_empty_run_stays(spec_file, tmp_path, outputs):
    gone, spec = tmp_path / "gone", spec_file(SPEC.replace("wine", "mnist"))
    gone.mkdir()
    where = "out" if outputs == "out" else str(tmp_path / "out")
    script = (
        f"import os, shutil; os.chdir({str(gone)!r}); shutil.rmtree({str(gone)!r})\n"
        "from kx.cli.main import main\n"
        f"main(['train', {str(spec)!r}, '--outputs', {where!r}])"
    )
    process = python(script, tmp_path, KX_OFFLINE="1", KERAS_HOME=str(tmp_path / "keras"))
    _, err = process.communicate(timeout=60)
    runs = list(tmp_path.rglob("20*"))

    assert "Traceback" not in err
    if outputs == "out":
        assert (process.returncode, runs) == (5, [])
    else:  # what it needs is elsewhere: it gets as far as anywhere
        assert process.returncode == 3, err
        assert json.loads((runs[0] / "record.json").read_text())["status"] == "failed"
