"""Runs that are stopped while they train: how they end, and what they leave."""

import json
import random
import signal

import numpy as np
import pytest

from benchmarks.soak import KINDS, faults, signalled

pytestmark = pytest.mark.slow

SEED = 20261128

STOP = """
import os, signal, threading
import keras, numpy as np
import kx

@kx.callback("spoil_and_stop")
def spoil_and_stop():
    '''Keep the weights of every epoch, spoil those of the second, and signal in the fourth.'''

    class SpoilAndStop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            weights = self.model.get_weights()
            np.savez(os.path.join(os.environ["KX_TEST_WEIGHTS"], f"{epoch + 1}.npz"), *weights)
            if epoch == 1:
                self.model.set_weights([-10 * weight for weight in weights])
            if epoch == 3:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    return SpoilAndStop()
"""

SPEC = """\
name: stopped
seed: 1
dataset: wine
architecture: {name: mlp, units: [8]}
validation: {strategy: holdout, size: 0.25}
training: {epochs: 50, CHECKPOINT, callbacks: {spoil_and_stop: {}}}
variants: {wide: {architecture.units: [16]}}
plugins: [stop.py]
"""


@pytest.fixture
def stopped(kx, spec_file, tmp_path, monkeypatch, own_parts):
    """Train until the signal comes; return folder, record, stderr and the weights by epoch."""

    def train(checkpoint, *options):
        monkeypatch.setenv("KX_TEST_WEIGHTS", str(tmp_path))
        (tmp_path / "stop.py").write_text(STOP)
        spec = spec_file(SPEC.replace("CHECKPOINT", checkpoint))
        code, _, err = kx("train", spec, *options, "--outputs", tmp_path / "out")
        assert code == 130, err
        (folder,) = (tmp_path / "out").iterdir()  # what was to follow has not begun
        return folder, json.loads((folder / "record.json").read_text()), err

    def weights(epoch):
        with np.load(tmp_path / f"{epoch}.npz") as arrays:
            return [arrays[name] for name in arrays.files]

    return train, weights


@pytest.mark.parametrize(
    ("checkpoint", "epoch", "told"),
    [
        ("checkpoint: best", 2, "at its best, in epoch 2 of 50"),
        ("batch_size: 16", 4, "when it was stopped, after 4 of 50 epochs"),
    ],
    ids=["best", "last"],
)
def test_a_stopped_run_keeps_its_network(stopped, kx, tmp_path, checkpoint, epoch, told):
    import keras

    train, weights = stopped
    folder, record, err = train(checkpoint, "--variants")
    model = keras.saving.load_model(folder / "partial.keras", compile=False)

    for kept, then in zip(model.get_weights(), weights(epoch), strict=True):
        np.testing.assert_array_equal(kept, then)
    assert record["status"] == "interrupted"
    assert (record["partial"]["epoch"], record["partial"]["file"]) == (epoch, "partial.keras")
    assert "partial.keras" in record["artefacts"]
    assert f"Kept: 4 epochs and the network of holdout {told} (partial.keras)" in err
    assert "Traceback" not in err

    features = json.loads((folder / "inputs.json").read_text())["features"]
    row = ",".join(f"{name}=1" for name in features)
    code, out, err = kx("predict", folder.name, "--row", row, "--json", "--outputs", folder.parent)
    assert code == 0, err
    (remark,) = json.loads(out)["remarks"]
    assert remark == f"STOPPED EARLY: the network of holdout {told} (partial.keras)"
    assert "kept: the network of holdout" in " ".join(
        kx("show", "last", "--outputs", folder.parent)[1].split()
    )


@pytest.mark.parametrize("place", range(8))
def test_a_signal_at_any_moment_ends_a_run_in_good_order(tmp_path, place):
    kind = KINDS[place % len(KINDS)]
    number = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[place % 3]
    moment = random.Random(SEED + place).uniform(0, 10)

    ended = signalled(kind, tmp_path / "run", number, moment)

    assert faults(ended) == [], (kind.name, moment, ended.said)
