"""Pipes, devices, damage and other people's folders among the files of runs."""

import json
import os
import shutil
from pathlib import Path

import pytest

from kx.base.errors import DataError
from kx.runs.record import read_record

FILES = ("record.json", "history.json", "history.csv", "labels.json", "predictions.npz")

KINDS = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "too deep": lambda path: path.write_bytes(b"[" * 200_000),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "null": lambda path: path.write_bytes(b"null"),
    "a huge number": lambda path: path.write_bytes(b'{"schema_version": 1e999}'),
    "huge": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 1 << 42),
    "a dead link": lambda path: path.symlink_to("nowhere"),
}

COMMANDS = (
    "runs", "runs --json", "show last", "show last --json", "diagnose last",
    "plot last --metric loss",
    "report last", "report", "compare last GOOD", "gc --dry-run", "note last x", "predict last x",
    "tag last x", "suggest last -o s.yaml", "explain errors last", "runs --where name=imdb",
)  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_no_command_hangs_or_breaks(kx, finished, tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    good = finished()
    bad = finished()
    (bad / name).unlink(missing_ok=True)
    KINDS[kind](bad / name)
    last = bad.name

    for command in COMMANDS:
        words = command.replace("last", last).replace("GOOD", good.name).split()
        code, out, err = kx(*words, "--outputs", tmp_path / "outputs")

        assert code in (0, 2, 3), (command, err)
        assert "Traceback" not in err
        if command.startswith(("runs", "report -")):
            assert good.name in out


@pytest.mark.parametrize("kind", ["pipe", "too deep", "no UTF-8", "null"])
def test_the_others_are_shown_and_the_damaged_one_is_named(kx, finished, tmp_path, kind):
    good, bad = finished(), finished()
    (bad / "record.json").unlink()
    KINDS[kind](bad / "record.json")

    code, out, _ = kx("runs", "--outputs", tmp_path / "outputs")

    assert code == 0
    assert out.count("damaged") >= 1
    assert good.name in out
    assert bad.name in out


def test_a_damaged_run_can_be_removed_and_so_can_others(kx, finished, tmp_path):
    good, bad = finished(), finished()
    (bad / "record.json").write_bytes(b"[" * 200_000)

    for run in (good, bad):
        code, _, err = kx("rm", run.name, "--yes", "--outputs", tmp_path / "outputs")

        assert code == 0, err
        assert not run.exists()


def test_the_page_of_many_runs_is_made_beside_a_pipe(kx, finished, tmp_path):
    good, bad = finished(), finished()
    shutil.rmtree(bad / "plots", ignore_errors=True)
    for name in FILES:
        (bad / name).unlink(missing_ok=True)
        os.mkfifo(bad / name)

    code, _, err = kx("report", "--outputs", tmp_path / "outputs")

    assert (code, err) == (0, "")
    assert good.name in (tmp_path / "outputs" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("dataset.classes", 5),
        ("dataset.classes", {"a": 1}),
        ("dataset.files", True),
        ("dataset.test_examples", [[]]),
        ("dataset.files", {"a": []}),
        ("fits.0.seconds", "x"),
        ("fits.0.scores", [[]]),
        ("fits.0", "x"),
        ("spec.validation", {"smooth": "x"}),
        ("spec.validation", 5),
    ],
    ids=str,
)
def test_a_field_of_another_kind_is_damage_that_is_named(finished, place, value):
    path = finished() / "record.json"
    document = holder = json.loads(path.read_bytes())
    *keys, last = (int(key) if key.isdigit() else key for key in place.split("."))
    for key in keys:
        holder = holder[key]
    holder[last] = value
    path.write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(DataError, match=rf"record\.json: damaged: {place}"):
        read_record(path)
