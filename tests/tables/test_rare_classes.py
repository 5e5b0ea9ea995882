"""Tables with a class that is rare: what is measured of them, and what is said."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.slow

SPEC = """\
name: rare
dataset: {name: table, path: rare.csv, target: sick}
architecture: {name: mlp, units: [8]}
validation: {strategy: kfold, k: 2}
training: {epochs: 3, optimizer: adam, batch_size: 64}
expect: {test.brier_score: {at_most: 1}}
"""


def write_table(folder, share=0.1, rows=400):
    draws = np.random.default_rng(0)
    sick = draws.random(rows) < share
    numbers = draws.normal(size=(rows, 2)) + 1.5 * sick[:, None]
    lines = [
        f"{a:.3f},{b:.3f},{'yes' if s else 'no'}" for (a, b), s in zip(numbers, sick, strict=True)
    ]
    (folder / "rare.csv").write_text("\n".join(["a,b,sick", *lines]) + "\n")


def train(run_kx, folder, spec=SPEC):
    (folder / "rare.yaml").write_text(spec)
    code, _, err = run_kx("train", folder / "rare.yaml", "-q", "--outputs", folder / "runs")
    assert code == 0, err
    (path,) = (folder / "runs").glob("*/record.json")
    return path.parent.name, json.loads(path.read_text())


def test_metrics_of_rare_classes_stand_beside_the_accuracy_and_why_is_said(run_kx, tmp_path):
    write_table(tmp_path)

    name, record = train(run_kx, tmp_path)

    more = ["balanced_accuracy", "mcc", "pr_auc"]
    for part in ("validation", "test"):
        assert list(record["scores"][part]) == ["accuracy", *more, "brier_score", "loss"]
        assert record["baselines"][part]["balanced_accuracy"]["majority"] == 0.5
        assert record["baselines"][part]["mcc"]["majority"] == 0
    assert all(record["scores"]["test"][metric]["interval"] == "bootstrap" for metric in more)
    assert len(record["fold_scores"]["mcc"]) == 2
    assert record["dataset"]["largest_class"] == "no"
    assert 0.85 < record["dataset"]["largest_share"] < 0.95
    assert [each["verdict"] for each in record["expectations"]] == ["met"]
    for lang, told in (("en", "are of class no: accuracy alone"), ("zh", "属于类别 no")):
        page = tmp_path / f"{lang}.html"
        code, _, err = run_kx(
            "report", name, "--lang", lang, "-o", page, "--outputs", tmp_path / "runs"
        )
        assert code == 0, err
        assert told in page.read_text()


def test_classes_of_like_size_are_judged_as_before(run_kx, tmp_path):
    write_table(tmp_path, share=0.5)

    _, record = train(run_kx, tmp_path, SPEC.partition("expect")[0])

    assert list(record["scores"]["test"]) == ["accuracy", "loss"]
    assert record["of_kept"] == []


def test_balanced_sampling_finds_the_rare_class_and_is_advised(run_kx, tmp_path):
    write_table(tmp_path, share=0.1, rows=600)
    name, plain = train(run_kx, tmp_path, SPEC.replace("epochs: 3", "epochs: 6"))

    better = tmp_path / "better.yaml"
    code, _, err = run_kx("suggest", name, "-o", better, "--outputs", tmp_path / "runs")
    assert code == 0, err
    assert plain["diagnosis"]["score"] == "balanced_accuracy"
    assert plain["diagnosis"]["advice"][0] == "balance"
    assert "sampling: balanced" in better.read_text()

    change = ("--set", "training.sampling=balanced", "--set", "training.epochs=6")
    for outputs in ("one", "two"):
        code, _, err = run_kx(
            "train", tmp_path / "rare.yaml", "-q", *change, "--outputs", tmp_path / outputs
        )
        assert code == 0, err
    (path,), (twin,) = ((tmp_path / each).glob("*/record.json") for each in ("one", "two"))
    record = json.loads(path.read_text())
    assert record["scores"] == json.loads(twin.read_text())["scores"]
    scores = [each["scores"]["test"]["balanced_accuracy"]["value"] for each in (plain, record)]
    assert scores[1] > scores[0]
