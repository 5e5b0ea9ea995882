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


PICTURES = """\
import kx

@kx.dataset("lights_NAME")
def lights() -> kx.DatasetBundle:
    '''Pictures of one grey each, and prices near 300,000 that rise with it.'''
    import numpy as np
    grey = np.random.default_rng(0).integers(0, 256, 120)
    x = np.broadcast_to(grey[:, None, None, None], (120, 32, 32, 3)).astype("uint8")
    y = (300_000 + 500 * (grey - 128.0)).astype("float32")
    info = kx.DatasetInfo("lights_NAME", "regression", (32, 32, 3), pixels=True)
    return kx.DatasetBundle(info, kx.Split(x[:90], y[:90]), kx.Split(x[90:], y[90:]))
"""
BASE = """\
name: lights
seed: 1
plugins: [lights.py]
dataset: lights_NAME
architecture: {ARCHITECTURE}
preparation: {target: standardize}
validation: {strategy: holdout, size: 0.3, refit: REFIT}
training: {TRAINING, batch_size: 8, metrics: [mae, r2]}
"""
SMALL = "name: pretrained, base: MobileNet, base_options: {alpha: 0.25}, weights: none"
CUT = f"{SMALL}, cut_at: conv_pw_3_relu, units: [8]"
ADAM = "optimizer: {name: adam, learning_rate: 1e-2}"
PHASES = """phases: [{epochs: 10, trainable: head, optimizer: {name: adam, learning_rate: 1e-2}},
  {epochs: 5, trainable: all, optimizer: {name: adam, learning_rate: 1e-3}}]"""
CNN = "name: cnn, filters: [4], units: [8]"


@pytest.mark.parametrize(
    ("name", "architecture", "training", "refit"),
    [
        ("features", f"{CUT}, mode: features", f"{ADAM}, epochs: 20", "best_epoch"),
        ("phases", f"{CUT}, mode: fine_tune, unfreeze_from: conv_dw_3", PHASES, "none"),
        ("half", CNN, f"{ADAM}, epochs: 20, precision: mixed_bfloat16", "best_epoch"),
        (
            "half_features",
            f"{CUT}, mode: features",
            f"{ADAM}, epochs: 20, precision: mixed_bfloat16",
            "none",
        ),
    ],
)
def test_scaled_targets_are_told_in_their_own_unit_whatever_else_is_chosen(
    kx, tmp_path, monkeypatch, name, architecture, training, refit
):
    import keras

    monkeypatch.setenv("KX_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "lights.py").write_text(PICTURES.replace("NAME", name))
    chosen = {"NAME": name, "ARCHITECTURE": architecture, "TRAINING": training, "REFIT": refit}
    spec, out, text = tmp_path / "lights.yaml", tmp_path / "out", BASE
    for key, value in chosen.items():
        text = text.replace(key, value)
    spec.write_text(text)

    code, _, err = kx("train", spec, "-q", "--outputs", out)

    assert code == 0, err
    (folder,) = out.glob("*-lights-*")
    record = json.loads((folder / "record.json").read_text())
    grey = np.random.default_rng(0).integers(0, 256, 120)
    y = 300_000 + 500 * (grey - 128.0)
    with np.load(folder / "predictions.npz") as arrays:
        said = arrays["predictions"].reshape(-1)
        held_out = arrays["validation_predictions"].reshape(-1)
    scores = {metric: of["value"] for metric, of in record["scores"]["test"].items()}
    errors = said - y[90:]
    assert scores["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-3)
    assert scores["loss"] == pytest.approx((errors**2).mean(), rel=1e-3)
    assert scores["r2"] == pytest.approx(1 - (errors**2).mean() / y[90:].var(), abs=1e-3)
    assert scores["mae"] < record["baselines"]["test"]["mae"]["median"]
    (split,) = json.loads((folder / "splits.json").read_text())["splits"]
    curves = json.loads((folder / "history.json").read_text())["fits"][0]["history"]
    errors = held_out - y[split["validation"]]  # of the last epoch
    assert curves["val_mae"][-1] == pytest.approx(np.abs(errors).mean(), rel=1e-3)
    best = curves["val_mae"][record["best_epoch"] - 1]
    assert record["scores"]["validation"]["mae"]["value"] == pytest.approx(best, rel=1e-6)
    x = np.broadcast_to(grey[90:, None, None, None], (30, 32, 32, 3)).astype("float32")
    model = keras.saving.load_model(folder / "model.keras")
    again = np.asarray(model(x)).reshape(-1)
    assert again == pytest.approx(said, abs=1_000)  # bfloat16: other batches, other rounding
