"""Pictures that stay uint8: the network brings them to 0..1."""

from dataclasses import replace

import numpy as np
import pytest

from kx.contracts import DatasetInfo, Split
from kx.training import trainer as trainer_module
from kx.training.engine import Engine, Machine, choose, examples_at_once, size_in_memory
from tests.parts import cnn, linear, mlp
from tests.training.trained import job, trainer_for

pytestmark = pytest.mark.slow

FLOATS = DatasetInfo("pictures", "binary", (8, 8, 3))
BYTES = replace(FLOATS, pixels=True)
NETWORKS = {
    "cnn": (cnn, {"filters": (3,), "units": (4,)}),
    "mlp": (mlp, {"units": (6,)}),
    "linear": (linear, {}),
}
ENGINES = {
    "fit": Engine("fit", "the test says so"),
    "streamed": Engine("fit", "the test says so", streamed=True),
    "resident": Engine("resident", "the test says so"),
    "xla": Engine("xla", "the test says so"),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """70 pictures as bytes in a file that is mapped, and their labels."""
    draws = np.random.default_rng(0).integers(0, 256, (70, 8, 8, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("cache") / "x.npy"
    np.save(path, draws)
    y = (draws[:, :4].mean(axis=(1, 2, 3)) > draws[:, 4:].mean(axis=(1, 2, 3))).astype("int32")
    return Split(np.asarray(np.load(path, mmap_mode="r")), y)


def fitted(info, data, network, engine, **changes):
    build, options = NETWORKS[network]
    trainer = trainer_for(info, "fit", build, options, **changes)
    trainer.engine = ENGINES[engine]
    (done,) = trainer.fit([job(info, data, range(50), range(50, 70))])
    return trainer, done


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("network", NETWORKS)
def test_bytes_give_the_results_of_floats(pictures, network, engine):
    if (network, engine) == ("cnn", "xla"):
        pytest.skip("no engine is chosen like that")
    floats = Split(pictures.x.astype("float32") / 255, pictures.y)

    one, bytes_fit = fitted(BYTES, pictures, network, engine)
    other, floats_fit = fitted(FLOATS, floats, network, engine)

    assert bytes_fit.history.keys() == floats_fit.history.keys()
    for metric, values in floats_fit.history.items():
        assert bytes_fit.history[metric] == pytest.approx(values, abs=1e-5)
    assert np.ptp(bytes_fit.history["loss"]) > 0
    rows = np.arange(50, 70)
    predicted = one.predict(bytes_fit, rows)
    assert predicted == pytest.approx(other.predict(floats_fit, rows), abs=1e-5)
    assert one.predict_on(bytes_fit, pictures.x[50:]) == pytest.approx(predicted, abs=1e-6)
    assert one.model(bytes_fit).count_params() == other.model(floats_fit).count_params()


def test_streamed_data_are_predicted_in_parts(pictures, monkeypatch):
    trainer, done = fitted(BYTES, pictures, "mlp", "resident")
    rows = np.arange(69, 0, -2)
    whole = trainer.predict(done, rows)
    trainer.engine = ENGINES["streamed"]
    monkeypatch.setattr(trainer_module, "MOST_BYTES_PREDICTED", 10 * 8 * 8 * 3)
    largest = []

    def resident(split):
        largest.append(len(split))
        return Resident(split)

    Resident = trainer_module.Resident
    monkeypatch.setattr(trainer_module, "Resident", resident)

    assert trainer.predict(done, rows) == pytest.approx(whole, abs=1e-6)
    assert trainer.predict_on(done, pictures.x[rows]) == pytest.approx(whole, abs=1e-6)
    assert largest == [10, 10, 10, 5] * 2


def test_bytes_take_a_quarter_of_the_memory_of_floats(pictures):
    floats = Split(pictures.x.astype("float32"), pictures.y)
    section = trainer_for(BYTES, "fit")._training
    model = cnn(BYTES, filters=(3,))

    assert size_in_memory(pictures) == 70 * 8 * 8 * 3
    assert size_in_memory(floats) == 4 * size_in_memory(pictures)
    machine = Machine(5 * size_in_memory(pictures))
    assert not choose(section, model, pictures, 10, machine).streamed
    assert choose(section, model, floats, 10, machine).streamed


def test_fewer_large_pictures_are_predicted_at_once():
    digits = cnn(replace(FLOATS, input_shape=(28, 28, 1)))
    photos = cnn(replace(BYTES, input_shape=(150, 150, 3)), filters=(32, 64), pooling="all")

    assert examples_at_once(digits, 1024) == 1024
    # 256 MB, of 148 x 148 pictures behind 32 filters
    assert examples_at_once(photos, 1024) == 256_000_000 // (4 * 148 * 148 * 32)


def test_the_notes_network_for_cats_and_dogs_has_their_number_of_weights():
    info = replace(BYTES, input_shape=(150, 150, 3))

    model = cnn(info, filters=(32, 64, 128, 128), pooling="all", units=(512,))

    assert model.count_params() == 3_453_121


def test_what_is_scaled_before_gets_no_rescaling():
    plain, bytes_ = (
        [type(layer).__name__ for layer in mlp(info).layers] for info in (FLOATS, BYTES)
    )

    assert "Rescaling" not in plain
    assert bytes_ == ["Rescaling", *plain]
