"""A regression whose targets are far from 1, through a whole run."""

import csv
import io
import json

import numpy as np
import pytest

pytestmark = pytest.mark.slow

PLUGIN = """\
import kx

@kx.dataset("house_prices_ENGINE")
def house_prices() -> kx.DatasetBundle:
    '''Prices near 300,000, which depend on two of three columns.'''
    import numpy as np
    x = np.random.default_rng(0).normal(size=(260, 3)).astype("float32")
    y = (300_000 + 40_000 * x[:, 0] - 15_000 * x[:, 1]).astype("float32")
    info = kx.DatasetInfo("house_prices_ENGINE", "regression", (3,), features=("a", "b", "c"))
    return kx.DatasetBundle(info, kx.Split(x[:200], y[:200]), kx.Split(x[200:], y[200:]))
"""
SPEC = """\
name: prices
seed: 1
plugins: [prices.py]
dataset: house_prices_ENGINE
architecture: {name: mlp, units: [16]}
validation: {strategy: kfold, k: 3}
training:
  {optimizer: {name: adam, learning_rate: 1e-2}, epochs: 30, metrics: [mae, r2], CHANGES}
"""


@pytest.mark.parametrize("engine", ["compiled", "fit"])
def test_prices_are_learned_and_told_in_their_own_unit(kx, tmp_path, engine):
    import keras

    (tmp_path / "prices.py").write_text(PLUGIN.replace("ENGINE", engine))
    spec, out = tmp_path / "prices.yaml", tmp_path / "out"
    changes = f"engine: {engine}, early_stopping: {{patience: 3}}"
    spec.write_text(SPEC.replace("CHANGES", changes).replace("ENGINE", engine))

    code, _, err = kx("train", spec, "-q", "--outputs", out)
    _, text, _ = kx("predict", "prices", "--row", "a=1,b=0,c=0", "--csv", "--outputs", out)

    assert code == 0, err
    (folder,) = out.glob("*-prices-*")
    record = json.loads((folder / "record.json").read_text())
    assert record["scores"]["test"]["r2"]["value"] > 0.9
    assert record["baselines"]["test"]["mae"]["median"] > 20_000
    assert record["scores"]["validation"]["mae"]["value"] < 10_000
    assert float(list(csv.reader(io.StringIO(text)))[1][1]) == pytest.approx(340_000, rel=0.05)
    model = keras.saving.load_model(folder / "model.keras")
    with np.load(folder / "predictions.npz") as arrays:
        assert arrays["predictions"].mean() == pytest.approx(300_000, rel=0.05)
        assert arrays["validation_predictions"].mean() == pytest.approx(300_000, rel=0.05)
    assert float(model(np.zeros((1, 3), "float32"))[0, 0]) == pytest.approx(300_000, rel=0.05)
