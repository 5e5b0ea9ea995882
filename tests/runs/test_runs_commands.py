import io
import json
import os

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from kx.base.errors import DataError, UsageError
from kx.cli.plot import plot
from kx.cli.runs import runs, show
from kx.runs.folder import RunFolder


@pytest.fixture
def kx(tmp_path, monkeypatch):
    """A function that runs a command on ``tmp_path / outputs`` and returns its stdout."""
    monkeypatch.setenv("KX_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    for command in (runs, show, plot):
        app.command()(command)

    def run(*arguments):
        result = CliRunner().invoke(app, list(map(str, arguments)))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_runs_are_listed_newest_last(kx, finished):
    folders = [finished(), finished(status="diverged")]
    for at, folder in enumerate(folders):  # whichever seconds they fell into
        os.utime(folder / ".lock", (at, at))
    runs = [folder.name for folder in folders]

    out = kx("runs").stdout

    assert out.index(runs[0]) < out.index(runs[1])
    for text in ("completed", "diverged", "SAMPLE DATA", "imdb"):
        assert text in out
    assert "test accuracy 0.8850  baseline 0.8693  epoch 4" in out


def test_no_runs_is_said_on_stderr(kx):
    result = kx("runs")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "kx train" in result.stderr


def test_runs_for_other_programs_are_one_document(kx, finished):
    folder = finished()

    (run,) = json.loads(kx("runs", "--json").stdout)

    assert (run["id"], run["state"], run["value"]) == (folder.name, "completed", 0.885)
    assert json.loads(kx("runs", "--json", "--outputs", folder / "none").stdout) == []


def test_a_run_is_shown(kx, finished):
    folder = finished()

    out = kx("show", "imdb").stdout

    for text in (folder.name, "160,305", "test accuracy", "0.8850", "met: test.accuracy"):
        assert text in out
    document = json.loads(kx("show", "last", "--json").stdout)
    assert document["state"] == "completed"
    assert document["record"]["parameters"] == 160305


def test_a_crashed_run_is_shown(kx, tmp_path):
    RunFolder.create(tmp_path / "outputs", "imdb").release()

    assert "crashed" in kx("show", "last").stdout
    document = json.loads(kx("show", "last", "--json").stdout)
    assert (document["state"], document["record"]) == ("crashed", None)


def test_a_damaged_run_is_shown_with_the_reason(kx, finished):
    (finished() / "record.json").write_text("{")

    out = kx("show", "last").stdout

    assert "damaged" in out
    assert "not valid JSON" in " ".join(out.split())


@pytest.mark.parametrize("command", ["show", "plot"])
def test_a_run_that_is_none_is_a_usage_error(kx, finished, command):
    finished()

    with pytest.raises(UsageError, match="cannot be a run"):
        kx(command, "../../etc")


def test_plots_are_drawn_into_the_run(kx, finished):
    folder = finished()

    out = kx("plot", "last").stdout

    assert out.split() == [
        str(folder / "plots" / name) for name in ("loss.png", "accuracy.png", "overview.png")
    ]
    assert all((folder / "plots" / name).exists() for name in ("loss.png", "overview.png"))


def test_plots_are_drawn_as_asked(kx, finished, tmp_path):
    folder = finished()

    result = kx(
        "plot",
        "last",
        "--metric",
        "loss",
        "--format",
        "svg",
        "--output",
        tmp_path / "a/b",
        "--json",
    )

    path = tmp_path / "a/b/loss.svg"
    assert json.loads(result.stdout) == {"id": folder.name, "plots": [str(path)]}
    assert path.exists()
    assert not (folder / "plots").exists()


def test_a_crashed_run_is_drawn_as_far_as_it_came(kx, tmp_path):
    with RunFolder.create(tmp_path / "outputs", "imdb") as run:
        history = run.history()
        history.epoch("holdout", 1, {"loss": 0.5})
        history.close()
        (run.path / "history.json").unlink()

    assert kx("plot", "last").stdout.split() == [str(run.path / "plots" / "loss.png")]


@pytest.mark.parametrize("damage", [b"", b'{"schema_version": 1, "fi', None])
def test_a_damaged_history_is_a_data_error(kx, finished, damage):
    path = finished() / "history.json"
    path.write_bytes(path.read_bytes().replace(b"0.7", b"0.6") if damage is None else damage)

    with pytest.raises(DataError, match=r"history\.json: damaged"):
        kx("plot", "last")


@pytest.mark.parametrize("arguments", [("--smooth", "1"), ("--format", "gif")])
def test_options_out_of_range_are_refused(kx, finished, arguments):
    finished()

    assert kx("plot", "last", *arguments).exit_code == 2


def test_an_unknown_metric_is_refused(kx, finished):
    finished()

    with pytest.raises(UsageError, match="did you mean 'accuracy'"):
        kx("plot", "last", "--metric", "acuracy")


def test_ascii_streams_get_what_they_can_show(record, monkeypatch):
    import sys
    from dataclasses import replace

    from kx.terminal import console

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)

    console.results().print(console.result_lines(replace(record, name="Größe")))

    stream.flush()
    assert isinstance(console.results(), Console)
    assert rb"Gr\xf6\xdfe" in stream.buffer.getvalue()
