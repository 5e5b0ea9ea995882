"""Numbers of 16 bits to compute with."""

import numpy as np
import pytest

from kx.training.environment import start_tensorflow
from tests.parts import cnn
from tests.training.trained import HOUSES, PICTURES, Trained

pytestmark = pytest.mark.slow

CNN = {"filters": (4, 6), "kernel_size": 2, "units": (8,)}


@pytest.fixture
def mixed():
    start_tensorflow(deterministic=True, precision="mixed_bfloat16")
    yield
    start_tensorflow(deterministic=True)


@pytest.mark.parametrize(
    ("info", "engine", "options"),
    [
        (PICTURES, "fit", {"build": cnn, "options": CNN}),
        (PICTURES, "resident", {"build": cnn, "options": CNN}),
        (HOUSES, "xla", {}),
    ],
)
def test_half_precision_learns_nearly_the_same(info, engine, options, tmp_path, request):
    import keras

    exact = Trained(info, engine, epochs=4, **options)
    request.getfixturevalue("mixed")
    found = Trained(info, engine, epochs=4, **options)

    assert found.history["loss"] != exact.history["loss"]
    for metric in ("loss", "val_loss"):
        assert found.history[metric] == pytest.approx(exact.history[metric], rel=0.02)
    assert {variable.dtype for variable in found.model.variables} == {"float32"}
    assert found.predictions.dtype == found.model(found.validation.x).numpy().dtype == "float32"
    assert found.model.layers[0].compute_dtype == "bfloat16"
    found.model.save(tmp_path / "model.keras")
    start_tensorflow(deterministic=True)
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    assert loaded(found.validation.x).numpy() == pytest.approx(found.predictions, abs=0.01)


def test_the_next_start_computes_in_full_again(mixed):
    import keras

    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    start_tensorflow(deterministic=True)

    assert keras.layers.Dense(1).compute_dtype == "float32"
    assert np.dtype(keras.config.floatx()) == "float32"
