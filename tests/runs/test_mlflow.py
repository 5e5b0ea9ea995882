"""Runs in a real tracking store, read back with MLflow's own client."""

import json
import socket
import sys
from pathlib import Path

import pytest

from kx.runs.folder import RunFolder


def test_mlflow_that_is_not_installed_is_told_with_what_to_install(kx, finished, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)

    code, out, err = kx("export", "last", "--to", "mlflow", "--outputs", finished().parent)

    assert (code, out) == (2, "")
    assert 'pip install "kx[mlflow]"' in err


def test_a_run_without_a_record_cannot_be_exported(kx, tmp_path):
    RunFolder.create(tmp_path, "killed").release()

    code, _, err = kx("export", "last", "--to", "mlflow", "--outputs", tmp_path)

    assert code == 3
    assert "is crashed, and has no record: it cannot be exported" in err


def test_only_known_programs_are_exported_to(kx, finished):
    code, _, err = kx("export", "last", "--to", "wandb", "--outputs", finished().parent)

    assert code == 2
    assert "'mlflow'" in err


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The address of a database that all tests share: making one takes seconds."""
    pytest.importorskip("mlflow", reason='MLflow is not installed: pip install "kx[mlflow]"')
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def client(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where MLflow keeps files beside a database
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=store)


@pytest.fixture
def exported(kx, store, client):
    """Export a run; return what the command says, and what MLflow knows of it."""

    def export(folder, experiment):
        asked = ("--to", "mlflow", "--tracking-uri", store, "--experiment", experiment, "--json")
        code, out, err = kx("export", folder.name, *asked, "--outputs", folder.parent)
        assert code == 0, err
        told = json.loads(out)
        return told, client.get_run(told["id"])

    return export


SPEC = {
    "name": "imdb",
    "training": {"epochs": 20, "optimizer": {"name": "adam"}, "loss": None},
    "architecture": {"units": [16, 16]},
    "expect": {"test.accuracy": {"at_least": 0.8}},
}

quiet = pytest.mark.filterwarnings("ignore")  # what MLflow's own dependencies warn each other of


@quiet
@pytest.mark.slow
def test_a_run_is_read_back_with_mlflows_client(exported, client, finished):
    folder = finished(spec=SPEC, seconds=90.5, engine="fit")
    (folder / "plots").mkdir()
    (folder / "plots" / "loss.png").write_bytes(b"picture")

    told, run = exported(folder, "read")

    assert (told["new"], told["experiment"]) == (True, "read")
    assert client.get_experiment(run.info.experiment_id).name == "read"
    assert (run.info.run_name, run.info.status) == (folder.name, "FINISHED")
    assert (run.info.start_time, run.info.end_time) == (1795428902000, 1795428992500)
    assert run.data.params == {
        "training.epochs": "20",
        "training.optimizer.name": "adam",
        "architecture.units": "[16, 16]",
    }
    curve = client.get_metric_history(run.info.run_id, "holdout/val_loss")
    assert [(point.step, point.value) for point in curve] == [(1, 0.6), (2, 0.5)]
    shown = run.data.metrics
    assert (shown["test.accuracy"], shown["test.accuracy.low"]) == (0.885, 0.881)
    assert shown["test.accuracy.baseline"] == 0.8693
    assert (shown["parameters"], shown["best_epoch"]) == (160305, 4)
    tags = run.data.tags
    assert (tags["kx.run"], tags["kx.engine"], tags["kx.sample"]) == (folder.name, "fit", "true")
    files = [file.path for file in client.list_artifacts(run.info.run_id)]
    assert files == ["history.csv", "plots", "record.json", "spec.yaml"]
    copy = client.download_artifacts(run.info.run_id, "record.json")
    assert json.loads(Path(copy).read_text())["id"] == folder.name


@quiet
@pytest.mark.slow
def test_a_second_time_only_labels_and_files_change(exported, kx, client, finished):
    folder = finished(spec=SPEC, status="interrupted")
    first, _ = exported(folder, "again")
    kx("tag", folder.name, "paper", "--outputs", folder.parent)
    kx("note", folder.name, "look here", "--outputs", folder.parent)

    second, run = exported(folder, "again")

    assert second == {**first, "new": False}
    assert (run.data.tags["kx.tags"], run.data.tags["mlflow.note.content"]) == (
        "paper",
        "look here",
    )
    assert run.info.status == "KILLED"
    assert len(client.get_metric_history(run.info.run_id, "holdout/val_loss")) == 2
    assert len(client.search_runs([run.info.experiment_id])) == 1


@quiet
@pytest.mark.slow
def test_an_export_that_was_cut_short_is_made_anew(exported, client, finished):
    folder = finished(spec=SPEC)
    experiment = client.create_experiment("cut")
    half = client.create_run(experiment, tags={"kx.run": folder.name})

    told, run = exported(folder, "cut")

    assert told["new"]
    assert [found.info.run_id for found in client.search_runs([experiment])] == [run.info.run_id]
    assert run.info.run_id != half.info.run_id


@quiet
@pytest.mark.slow
def test_what_mlflow_refuses_is_told_in_one_message(kx, client, store, finished, tmp_path):
    folder = finished()
    client.delete_experiment(client.create_experiment("gone"))
    asked = ("export", "last", "--to", "mlflow", "--outputs", folder.parent, "--tracking-uri")

    code, _, err = kx(*asked, store, "--experiment", "gone")
    assert code == 2
    assert "was deleted in MLflow" in err

    (tmp_path / "text").write_text("no database " * 100)
    code, _, err = kx(*asked, f"sqlite:///{tmp_path}/text")
    assert code == 5
    assert "the run cannot be exported: " in err
    assert "Traceback" not in err


@pytest.fixture
def silent(monkeypatch):
    """The address of a server that accepts a connection, and never says a word."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "600")  # no limit but that of kx ends it
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_store_that_does_not_answer_is_told_with_what_was_waited_for(kx, finished, silent):
    pytest.importorskip("mlflow", reason='MLflow is not installed: pip install "kx[mlflow]"')
    asked = ("--to", "mlflow", "--tracking-uri", silent, "--timeout", "0.2")

    code, out, err = kx("export", "last", *asked, "--outputs", finished().parent)

    assert (code, out) == (5, "")
    assert "loading MLflow" in err
    what = f"looking for the experiment 'imdb' in {silent}"
    assert f"Error: {what}: no end within 0.2 s; --timeout sets the limit." in " ".join(err.split())
