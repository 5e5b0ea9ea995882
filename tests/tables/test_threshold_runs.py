"""A threshold, from the spec through the run to predictions and pages."""

import csv
import io
import json

import numpy as np
import pytest

pytestmark = pytest.mark.slow

SPEC = """\
name: rare
dataset: {name: table, path: rare.csv, target: sick}
architecture: {name: mlp, units: [8]}
validation: {strategy: kfold, k: 2}
training:
  epochs: 4
  optimizer: {name: adam, learning_rate: 0.01}
  metrics: [accuracy, f1_score, auc]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("thresholds")
    draws = np.random.default_rng(0)
    sick = draws.random(400) < 0.15
    numbers = draws.normal(size=(400, 2)) + 1.5 * sick[:, None]
    lines = [
        f"{a:.3f},{b:.3f},{'yes' if s else 'no'}" for (a, b), s in zip(numbers, sick, strict=True)
    ]
    (made / "rare.csv").write_text("\n".join(["a,b,sick", *lines]) + "\n")
    return made


@pytest.fixture(scope="module")
def trained(run_kx, folder):
    done = {}

    def train(threshold):
        if threshold not in done:
            spec, outputs = folder / f"{len(done)}.yaml", folder / f"runs-{len(done)}"
            spec.write_text(f"{SPEC}threshold: {threshold}\n")
            code, _, err = run_kx("train", spec, "-q", "--outputs", outputs)
            assert code == 0, err
            (path,) = outputs.glob("*/record.json")
            done[threshold] = path.parent, json.loads(path.read_text())
        return done[threshold]

    return train


def f1(y, said):
    hits = (said & y).sum()
    return 2 * hits / (said.sum() + y.sum())


def test_it_is_chosen_on_validation_rows_alone_and_judged_on_the_test_part(trained):
    run, record = trained("{maximize: f1}")
    said = np.load(run / "predictions.npz")

    (at,) = record["threshold"]["values"]
    y, held_out = said["validation_y"] > 0, said["validation_predictions"][:, 0]
    assert f1(y, held_out > at) == max(f1(y, held_out > other) for other in [0.0, *held_out])
    assert record["threshold"]["rows"] == len(y)
    test_y, outputs = said["y"] > 0, said["predictions"][:, 0]
    scores, half = record["scores"]["test"], record["threshold"]["at_half"]
    assert scores["f1_score"]["value"] == pytest.approx(f1(test_y, outputs > at))
    assert half["f1_score"] == pytest.approx(f1(test_y, outputs > 0.5), nan_ok=True)
    assert scores["accuracy"]["value"] == pytest.approx(((outputs > at) == test_y).mean())
    assert scores["accuracy"]["interval"] == "wilson"
    assert "auc" not in half


def test_the_test_part_has_no_say_in_it(run_kx, trained, folder):
    _, record = trained("{maximize: f1}")
    lines = (folder / "rare.csv").read_text().splitlines()
    code, _, err = run_kx(
        "train", folder / "0.yaml", "-q", "--no-test", "--outputs", folder / "unseen"
    )

    assert code == 0, err
    (path,) = (folder / "unseen").glob("*/record.json")
    assert json.loads(path.read_text())["threshold"]["values"] == record["threshold"]["values"]
    assert len(lines) == 401


def test_predictions_follow_it_and_say_so(run_kx, trained, folder):
    run, record = trained("{least_recall: 0.9}")
    (at,) = record["threshold"]["values"]

    code, out, err = run_kx(
        "predict", run.name, folder / "rare.csv", "--csv", "--outputs", run.parent
    )

    assert code == 0, err
    assert "for a recall of at least 90.0%" in " ".join(err.split())
    rows = list(csv.DictReader(io.StringIO(out)))
    yes = np.array([row["class"] == "yes" for row in rows])
    share = np.array([float(row["probability"]) for row in rows])
    share = np.where(yes, share, 1 - share)
    assert (yes == (share > at)).all()
    assert (share[yes] < 0.5).any()


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ("chosen on 320 validation predictions", "Threshold 0.")),
        ("zh", ("依据 320 个验证集预测选定", "阈值 0.")),
    ],
)
def test_the_page_tells_the_choice_and_draws_it(run_kx, trained, folder, lang, told):
    run, _ = trained("{cost: {false_positive: 1, false_negative: 10}}")
    page = folder / f"{lang}.html"

    code, _, err = run_kx("report", run.name, "--lang", lang, "-o", page, "--outputs", run.parent)

    assert code == 0, err
    assert all(text in page.read_text() for text in told)


def test_a_stated_one_is_used_as_it_is(trained):
    _, record = trained("0.3")

    assert record["threshold"]["values"] == [0.3]
    assert (record["threshold"]["aim"], record["threshold"]["rows"]) == ("", 0)


LABELS = """\
name: labels
dataset: {name: table, path: labels.csv, target: [c, d], task: multilabel}
architecture: {name: mlp, units: [4]}
training: {epochs: 2, optimizer: adam}
threshold: {maximize: balanced_accuracy}
"""


def test_each_label_has_its_own(run_kx, tmp_path):
    draws = np.random.default_rng(0)
    x = draws.normal(size=(200, 2))
    c, d = x[:, 0] > 1, x[:, 1] > 0
    lines = [f"{a:.3f},{b:.3f},{int(p)},{int(q)}" for (a, b), p, q in zip(x, c, d, strict=True)]
    (tmp_path / "labels.csv").write_text("\n".join(["a,b,c,d", *lines]) + "\n")
    (tmp_path / "labels.yaml").write_text(LABELS)

    code, _, err = run_kx("train", tmp_path / "labels.yaml", "-q", "--outputs", tmp_path)

    assert code == 0, err
    (path,) = tmp_path.glob("*/record.json")
    record, said = json.loads(path.read_text()), np.load(path.with_name("predictions.npz"))
    values = record["threshold"]["values"]
    assert len(values) == 2
    right = ((said["predictions"] > values) == (said["y"] > 0)).mean()
    assert record["scores"]["test"]["accuracy"]["value"] == pytest.approx(right)
