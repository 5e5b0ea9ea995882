import json
import math
import shutil
import subprocess
from dataclasses import replace

import pytest

from kx.errors import DataError
from kx.reporting.record import (
    Record,
    best_baseline,
    collect_versions,
    environment,
    git_commit,
    headline,
    read_record,
)

SMALLEST = {
    "id": "20261123-101502-x-7f3a",
    "name": "x",
    "status": "completed",
    "started": "2026-11-23T10:15:02+00:00",
}


def test_a_record_comes_back_as_it_was(record):
    assert Record.from_json(record.to_json()) == record


def test_four_fields_are_enough():
    assert Record.from_json(json.dumps(SMALLEST)) == Record(**SMALLEST)


def test_nan_becomes_null(record):
    text = replace(record, peak_memory_mb=math.nan, seeds={}, scores={}).to_json()

    assert json.loads(text)["peak_memory_mb"] is None


def test_fields_of_the_future_are_passed_over():
    assert Record.from_json(json.dumps({**SMALLEST, "mood": "good"})) == Record(**SMALLEST)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema_version": 3, "scores": 7}, "newer kx"),
        ({"status": "fine"}, "status: Input should be 'completed'"),
        ({"scores": {"test": {"accuracy": 0.5}}}, "scores.test.accuracy"),
        ({"scores": []}, "scores"),
        ({"seconds": "12"}, "seconds"),
        ({"id": None}, "id"),
        ({"warnings": "none"}, "warnings"),
    ],
)
def test_what_a_reader_would_stumble_over_is_refused(change, complaint):
    with pytest.raises(DataError, match=complaint):
        Record.from_json(json.dumps({**SMALLEST, **change}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"accuracy": {"majority": 0.5}}, {"test": {"accuracy": {"majority": 0.5}}}),
        ({"mae": {"mean": None}}, {"test": {"mae": {"mean": None}}}),
        ({}, {}),
    ],
)
def test_baselines_of_a_first_form_record_are_those_of_the_test_part(old, new):
    text = json.dumps({**SMALLEST, "schema_version": 1, "baselines": old, "seconds": 1.5})

    assert Record.from_json(text) == Record(**SMALLEST, baselines=new, seconds=1.5)
    again = Record.from_json(Record.from_json(text).to_json())
    assert (again.baselines, again.schema_version) == (new, 2)


@pytest.mark.parametrize("baselines", [7, "none", [], None, {"accuracy": 0.5}])
def test_damaged_baselines_of_a_first_form_record_are_refused(baselines):
    with pytest.raises(DataError, match=r"baselines\.test"):
        Record.from_json(json.dumps({**SMALLEST, "schema_version": 1, "baselines": baselines}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"id": NaN}'])
def test_what_is_no_record_is_a_data_error(tmp_path, text):
    (tmp_path / "record.json").write_text(text)

    with pytest.raises(DataError, match=r"record\.json: damaged"):
        read_record(tmp_path / "record.json")


def test_a_run_is_judged_by_its_test_score_before_its_loss(record):
    assert headline(record) == ("test", "accuracy", record.scores["test"]["accuracy"])
    validated = replace(record, scores={"validation": record.scores["validation"]})
    assert headline(validated)[:2] == ("validation", "accuracy")
    assert headline(replace(record, scores={})) is None
    loss = validated.scores["validation"]["loss"]
    house = replace(record, scores={"test": {"loss": loss, "mae": loss}})
    assert headline(house)[:2] == ("test", "mae")


def test_the_best_baseline_is_the_one_hardest_to_beat():
    test = {"accuracy": {"a": 0.5, "b": 0.9, "c": None}, "mae": {"a": 3.0, "b": 2.0}}
    record = Record(**SMALLEST, baselines={"test": test, "validation": {"mae": {"a": 1.0}}})

    assert best_baseline(record, "test", "accuracy") == ("b", 0.9)
    assert best_baseline(record, "test", "mae") == ("b", 2.0)
    assert best_baseline(record, "validation", "mae") == ("a", 1.0)
    assert best_baseline(record, "validation", "accuracy") is None
    assert best_baseline(record, "test", "auc") is None


def test_versions_are_known_without_importing():
    versions = collect_versions(["rich", "no-such-package"])

    assert sorted(versions) == ["python", "rich"]
    assert versions["rich"][0].isdigit()


def test_the_environment_holds_no_secret_and_no_path(monkeypatch):
    for name, value in {
        "AWS_SECRET_ACCESS_KEY": "hush",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": "/home/ada/.keras",
        "TF_CONFIG": '{"cluster": {"worker": ["node17:2222"]}}',
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "0,1",
    }.items():
        monkeypatch.setenv(name, value)

    found = environment(threads=2, deterministic=True)

    assert (found["threads"], found["deterministic"], found["onednn"]) == (2, True, False)
    assert found["variables"]["KERAS_BACKEND"] == "tensorflow"
    assert found["variables"]["KERAS_HOME"] == "(a path)"
    assert found["variables"]["CUDA_VISIBLE_DEVICES"] == "0,1"
    for secret in ("hush", "ada", "node17"):
        assert secret not in json.dumps(found)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_says_when_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) is None

    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init")
    assert git_commit(tmp_path) is None
    (tmp_path / "spec.yaml").write_text("name: x\n")
    git("add", ".")
    git("commit", "-m", "x")
    head = git("rev-parse", "HEAD")

    assert git_commit(tmp_path) == head
    (tmp_path / "spec.yaml").write_text("name: y\n")
    assert git_commit(tmp_path) == f"{head}-dirty"
