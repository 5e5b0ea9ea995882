"""Runs that older versions of kx recorded are read by every command that reads runs.

``old_runs.tar.gz`` holds what commits e9f074b and 2ea36d6 wrote, untouched but for files left out:
the plots of all but ``digits``, and of the last three runs all but record, history and spec.
"""

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kx.base.text import number
from kx.runs.older_records import REASONS
from kx.runs.record import SCHEMA_VERSION, read_record

ARCHIVE = Path(__file__).with_name("old_runs.tar.gz")
WHOLE = ("wine_kfold", "digits", "imdb_raw", "boston_kfold", "boston_kfold-l2")
CUT = ("imdb_glove", "cats_vs_dogs_features", "cats_vs_dogs_finetune")
RUNS = (*WHOLE, "wild", *CUT)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def outputs(unpacked, tmp_path):
    shutil.copytree(unpacked, tmp_path / "old")
    return tmp_path / "old" / "runs"


@pytest.fixture
def old(kx, outputs):
    """Run a reading command on the old runs; it must succeed. Return what it prints."""

    def run(*args: object) -> str:
        code, out, err = kx(*args, "--outputs", outputs)
        assert code == 0, err
        return out

    return run


def lost(old: object, new: object, place: str = "") -> Iterator[str]:
    """Yield where ``new`` has another value than ``old``.

    What was empty may be null or gone, and a sentence may be a remark without a code, or a reason
    by its name.
    """
    if old in ({}, [], None, "") and new in ({}, [], None, ""):
        return
    if isinstance(old, str) and new in (
        {"code": "text", "values": {"text": old}},
        REASONS.get(old),
    ):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            yield from lost(value, new.get(key), f"{place}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from lost(before, after, f"{place}.{at}")
    elif old != new:
        yield place


def folder_of(outputs: Path, name: str) -> Path:
    return next(path for path in outputs.iterdir() if path.name[16:-5] == name)


@pytest.mark.parametrize("name", RUNS)
def test_an_old_record_holds_all_it_held_under_todays_version(outputs, name):
    path = folder_of(outputs, name) / "record.json"
    old, new = json.loads(path.read_text()), json.loads(read_record(path).to_json())

    assert new["schema_version"] == SCHEMA_VERSION
    assert list(lost(old, new)) == ["schema_version"]


@pytest.mark.parametrize("name", RUNS)
def test_an_old_run_is_shown_with_its_dataset_and_headline(old, outputs, name):
    record = json.loads((folder_of(outputs, name) / "record.json").read_text())

    shown, document = old("show", name), json.loads(old("show", name, "--json"))

    assert name in shown
    assert record["dataset"]["name"] in shown
    assert document["record"]["dataset"]["fingerprint"] == record["dataset"]["fingerprint"]
    scores = record["scores"].get("test") or record["scores"].get("validation") or {}
    for metric in (*scores,)[:1]:
        assert number(scores[metric]["value"]) in shown


def test_lists_have_every_old_run_with_its_state(old):
    listed = json.loads(old("runs", "--json"))

    assert {run["name"]: run["state"] for run in listed} == {
        name: "diverged" if name == "wild" else "completed" for name in RUNS
    }
    for name in RUNS:
        assert name in old("runs")
    assert "boston_kfold-l2" in old("runs", "--where", "variant = l2", "--json")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", RUNS)
def test_an_old_run_has_a_page(old, tmp_path, name, language):
    page = tmp_path / "page.html"

    old("report", name, "--lang", language, "-o", page)

    assert f">{name}" in page.read_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_old_runs_have_a_page_together(old, tmp_path, language):
    page = tmp_path / "page.html"

    old("report", *RUNS, "--lang", language, "-o", page)

    assert all(name in page.read_text() for name in RUNS)


def test_old_runs_of_one_dataset_are_compared_on_their_folds(old):
    document = json.loads(old("compare", "boston_kfold", "boston_kfold-l2", "--json"))

    assert [run["name"] for run in document["runs"]] == ["boston_kfold", "boston_kfold-l2"]
    assert "resampled t-test" in old("compare", "boston_kfold", "boston_kfold-l2")


@pytest.mark.parametrize("name", WHOLE)
def test_an_old_run_is_drawn(old, tmp_path, name):
    old("plot", name, "--output", tmp_path / "drawn")

    assert (tmp_path / "drawn" / "loss.png").stat().st_size > 0


@pytest.mark.parametrize("name", RUNS[:6])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_old_run_is_diagnosed_as_it_was(old, outputs, name, language):
    record = json.loads((folder_of(outputs, name) / "record.json").read_text())

    document = json.loads(old("diagnose", name, "--lang", language, "--json"))

    assert document["kind"] == record["diagnosis"]["kind"]


@pytest.mark.parametrize("name", ["wine_kfold", "digits", "boston_kfold"])
def test_an_old_run_suggests_a_spec(old, tmp_path, name):
    old("suggest", name, "-o", tmp_path / "next.yaml")

    assert f"dataset: {name.partition('_')[0]}" in (tmp_path / "next.yaml").read_text().replace(
        "dataset:\n  name: ", "dataset: "
    ).replace("{name: boston", "boston")


def rows_of(outputs: Path, name: str) -> list[object]:
    """Return arguments that give ``kx predict`` one example."""
    inputs = json.loads((folder_of(outputs, name) / "inputs.json").read_text())
    if inputs["kind"] == "table":
        return ["--row", json.dumps(dict.fromkeys(inputs["features"], 1.0))]
    return ["a film that nobody needs"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wine_kfold", "imdb_raw", "boston_kfold"])
def test_an_old_network_predicts(old, outputs, name):
    document = json.loads(old("predict", name, *rows_of(outputs, name), "--json"))

    assert len(document["predictions"]) == 1


@pytest.mark.slow
def test_the_pictures_that_an_old_network_got_wrong_are_drawn(old, outputs, tmp_path):
    with np.load(folder_of(outputs, "digits") / "predictions.npz") as kept:
        wrong = (kept["y"] != kept["predictions"].argmax(axis=1)).sum()

    document = json.loads(
        old("explain", "errors", "digits", "--count", 4, "--output", tmp_path, "--json")
    )

    assert wrong > 4
    assert document["wrong"] == wrong
    old("explain", "filters", "digits", "--output", tmp_path)


def test_the_files_of_old_runs_are_verified(kx, outputs):
    code, out, _ = kx("doctor", "--outputs", outputs, "--json")

    found = json.loads(out)["findings"]
    assert code == 3  # files were left out on purpose
    assert {each["state"] for each in found} == {"missing"}
    assert not [each for each in found if "digits" in each["run"]]
    for each in found:
        assert each["file"].startswith("plots/") or any(name in each["run"] for name in CUT)


@pytest.mark.filterwarnings("ignore")  # what MLflow's own dependencies warn each other of
@pytest.mark.slow
@pytest.mark.parametrize("name", ["wine_kfold", "imdb_raw", "boston_kfold"])
def test_an_old_run_goes_to_mlflow(old, tmp_path, monkeypatch, name):
    pytest.importorskip("mlflow", reason='MLflow is not installed: pip install "kx[mlflow]"')

    monkeypatch.chdir(tmp_path)  # where MLflow keeps files beside a database
    store = f"sqlite:///{tmp_path}/mlflow.db"
    exported = json.loads(old("export", name, "--to", "mlflow", "--tracking-uri", store, "--json"))

    assert exported["id"]


@pytest.mark.parametrize("name", RUNS)
def test_tags_and_notes_of_an_old_run(old, name):
    old("tag", name, "kept")

    assert [run["name"] for run in json.loads(old("runs", "--where", "tag = kept", "--json"))] == [
        name
    ]
