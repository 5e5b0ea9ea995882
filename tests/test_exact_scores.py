"""Final scores that are no means over rows are those of all rows at once."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

pytestmark = pytest.mark.slow

SPEC = """
name: {name}
dataset: {{name: breast_cancer}}
architecture: {{name: mlp, units: [4]}}
validation: {{strategy: kfold, k: 2}}
training: {{epochs: {epochs}, batch_size: 16, metrics: [auc], optimizer: {{name: adam, learning_rate: {rate}}}}}
"""  # noqa: E501


@pytest.fixture(scope="module")
def trained(run_kx, tmp_path_factory):
    """Return record and predictions of a run whose best epoch is not, or is, the last."""

    def train(name, epochs, rate):
        folder = tmp_path_factory.mktemp(name)
        spec = folder / "spec.yaml"
        spec.write_text(SPEC.format(name=name, epochs=epochs, rate=rate), encoding="utf-8")
        code, _, err = run_kx("train", spec, "--outputs", folder / "outputs", "-q")
        assert code == 0, err
        (run,) = (folder / "outputs").glob("*/record.json")
        return run.parent, json.loads(run.read_text(encoding="utf-8"))

    return {"early": train("early", 4, 0.3), "last": train("last", 1, 0.003)}


@pytest.mark.parametrize("name", ["early", "last"])
def test_the_auc_of_the_test_part_is_exact(trained, name):
    folder, record = trained[name]
    kept = np.load(folder / "predictions.npz")

    value = record["scores"]["test"]["auc"]["value"]

    assert value == pytest.approx(roc_auc_score(kept["y"], kept["predictions"]), abs=1e-12)


def test_that_of_a_fold_is_exact_where_its_network_is_at_hand(trained):
    folder, record = trained["last"]
    kept = np.load(folder / "predictions.npz")
    folds = [
        roc_auc_score(kept["validation_y"][rows], kept["validation_predictions"][rows])
        for rows in (kept["validation_fit"] == fit for fit in range(2))
    ]

    assert record["fold_scores"]["auc"] == pytest.approx(folds, abs=1e-12)
    assert record["streamed"] == []


def test_otherwise_it_is_told_that_it_is_an_estimate(trained, run_kx):
    folder, record = trained["early"]
    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    epoch = record["best_epoch"]
    estimates = [fit["history"]["val_auc"][epoch - 1] for fit in history["fits"][:2]]
    _, out, _ = run_kx("show", folder.name, "--outputs", folder.parent)

    assert epoch < 4
    assert record["fold_scores"]["auc"] == estimates
    assert record["streamed"] == ["auc"]
    assert "200 thresholds" in out
