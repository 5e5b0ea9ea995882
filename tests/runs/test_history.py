import json
import math
import signal
import subprocess
import sys

import pytest

from kx.base.errors import DataError, StorageError
from kx.runs.history import (
    HistoryWriter,
    canonical,
    read_history,
    read_history_csv,
    read_history_json,
)


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acc", "accuracy"),
        ("val_acc", "val_accuracy"),
        ("accuracy", "accuracy"),
        ("mean_absolute_error", "mae"),
        ("val_mean_squared_error", "val_mse"),
        ("loss", "loss"),
        ("f1", "f1"),
    ],
)
def test_metrics_have_one_spelling(name, expected):
    assert canonical(name) == expected


def test_both_files_hold_what_was_told(tmp_path):
    writer = HistoryWriter(tmp_path)
    writer.epoch("holdout", 1, {"loss": 0.5, "val_acc": 0.25})
    writer.epoch("holdout", 2, {"loss": math.nan, "val_acc": math.inf})
    writer.epoch("refit", 1, {"loss": 0.125})
    writer.close()

    assert (tmp_path / "history.csv").read_text() == (
        "fit,epoch,metric,value\n"
        "holdout,1,loss,0.5\nholdout,1,val_accuracy,0.25\n"
        "holdout,2,loss,\nholdout,2,val_accuracy,\n"
        "refit,1,loss,0.125\n"
    )
    assert json.loads((tmp_path / "history.json").read_text()) == {
        "schema_version": 1,
        "fits": [
            {"name": "holdout", "history": {"loss": [0.5, None], "val_accuracy": [0.25, None]}},
            {"name": "refit", "history": {"loss": [0.125]}},
        ],
    }


def test_the_csv_has_each_epoch_at_once_and_the_json_once_a_second(tmp_path):
    clock = Clock()
    writer = HistoryWriter(tmp_path, clock)
    path = tmp_path / "history.json"
    seen = []
    for epoch, clock.now in enumerate([0.5, 1.0, 1.9, 2.0], start=1):
        writer.epoch("holdout", epoch, {"loss": 0.5})
        known = len(read_history_json(path)["holdout"]["loss"]) if path.exists() else 0
        seen.append((len(read_history_csv(tmp_path / "history.csv")["holdout"]["loss"]), known))

    writer.close()

    assert seen == [(1, 0), (2, 2), (3, 2), (4, 4)]


def test_both_files_read_alike(tmp_path):
    writer = HistoryWriter(tmp_path)
    for epoch in range(1, 4):
        writer.epoch('odd, "name"', epoch, {"loss": 1 / epoch, "val_loss": math.nan})
    writer.close()

    expected = {'odd, "name"': {"loss": [1.0, 0.5, 1 / 3], "val_loss": [None, None, None]}}
    assert read_history_csv(tmp_path / "history.csv") == expected
    assert read_history_json(tmp_path / "history.json") == expected


def test_a_killed_run_keeps_every_epoch(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from kx.runs.history import HistoryWriter\n"
        "writer = HistoryWriter(Path(sys.argv[1]))\n"
        "for epoch in range(1, 51): writer.epoch('holdout', epoch, {'loss': 1 / epoch})\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)])

    assert done.returncode == -signal.SIGKILL
    assert read_history(tmp_path) == {"holdout": {"loss": [1 / epoch for epoch in range(1, 51)]}}


def test_a_csv_cut_anywhere_never_yields_a_wrong_number(tmp_path):
    writer = HistoryWriter(tmp_path)
    for epoch, loss in enumerate([0.123456, 0.234567], start=1):
        writer.epoch("holdout", epoch, {"loss": loss})
    writer.close()
    path = tmp_path / "history.csv"
    whole = path.read_bytes()

    for length in range(len(b"fit,epoch,metric,value\n"), len(whole)):
        path.write_bytes(whole[:length])
        read = read_history_csv(path).get("holdout", {"loss": []})["loss"]
        assert read == [0.123456, 0.234567][: len(read)]


def test_a_finished_run_is_read_from_its_json_and_a_killed_one_from_its_csv(tmp_path):
    (tmp_path / "history.csv").write_text("fit,epoch,metric,value\na,1,loss,1.0\na,2,loss,0.5\n")
    (tmp_path / "history.json").write_text(
        '{"schema_version": 1, "fits": [{"name": "a", "history": {"loss": [1.0]}}]}'
    )

    assert read_history(tmp_path) == {"a": {"loss": [1.0, 0.5]}}
    (tmp_path / "record.json").touch()
    assert read_history(tmp_path) == {"a": {"loss": [1.0]}}
    (tmp_path / "history.json").unlink()
    assert read_history(tmp_path) == {"a": {"loss": [1.0, 0.5]}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema_version": 1}',
        '{"schema_version": 1, "fits": [{"name": "a", "history": {"loss": 3}}]}',
        '{"schema_version": 1, "fits": [{"name": "a", "history": {"loss": ["x"]}}]}',
        '{"schema_version": 1, "fits": [{"name": ["a"], "history": {}}]}',
    ],
)
def test_a_damaged_json_is_a_data_error(tmp_path, text):
    (tmp_path / "history.json").write_text(text)

    with pytest.raises(DataError, match="damaged"):
        read_history_json(tmp_path / "history.json")


@pytest.mark.parametrize(
    "text",
    ["", "loss,1\n", "fit,epoch,metric,value\na,1,loss\n", "fit,epoch,metric,value\na,1,loss,x\n"],
)
def test_a_damaged_csv_is_a_data_error(tmp_path, text):
    (tmp_path / "history.csv").write_text(text)

    with pytest.raises(DataError, match="damaged"):
        read_history_csv(tmp_path / "history.csv")


def test_a_newer_form_is_refused_with_the_reason(tmp_path):
    (tmp_path / "history.json").write_text('{"schema_version": 2, "fits": []}')

    with pytest.raises(DataError, match="newer kx"):
        read_history_json(tmp_path / "history.json")


def test_a_run_without_history_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="no history"):
        read_history(tmp_path)


def test_a_history_is_never_written_onto_another_or_through_a_link(tmp_path):
    (tmp_path / "history.csv").symlink_to(tmp_path / "victim")

    with pytest.raises(StorageError, match="File exists"):
        HistoryWriter(tmp_path)

    assert not (tmp_path / "victim").exists()


def test_closing_twice_is_closing_once(tmp_path):
    writer = HistoryWriter(tmp_path)
    writer.close()
    (tmp_path / "history.json").unlink()

    writer.close()

    assert not (tmp_path / "history.json").exists()


def test_a_full_disk_is_told_and_leaves_what_can_be_read(tmp_path):
    script = (
        "import resource, sys; from pathlib import Path; from kx.base.errors import StorageError\n"
        "from kx.runs.history import HistoryWriter\n"
        "writer = HistoryWriter(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n"
        "    for epoch in range(1, 99): writer.epoch('holdout', epoch, {'loss': 0.123456})\n"
        "except StorageError as error: print(epoch, error)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
    )

    # 23 bytes of header and 24 per epoch: the fourth does not fit whole.
    assert done.stdout.startswith("4 ")
    assert "history.csv: cannot be written: File too large" in done.stdout
    assert read_history(tmp_path)["holdout"]["loss"] == [0.123456] * 3


def test_names_that_a_spreadsheet_would_carry_out_are_harmless_and_read_as_they_were(tmp_path):
    writer = HistoryWriter(tmp_path)
    writer.epoch("=fold", 1, {"loss": -0.5})
    writer.close()

    assert (tmp_path / "history.csv").read_text().splitlines()[1] == "'=fold,1,loss,-0.5"
    assert read_history_csv(tmp_path / "history.csv") == {"=fold": {"loss": [-0.5]}}
