"""Targets that are far from 1 are trained on as small numbers, and told in their own unit."""

from dataclasses import replace

import numpy as np
import pytest

from kx.contracts import DatasetInfo, Split
from kx.data.arrays.target_scale import Unit, fit_unit, why_scaled
from kx.models.heads import suited_head
from kx.spec.schema import EarlyStopping
from kx.training.judge import measure
from kx.training.target_unit import in_unit, suits, without_unit
from kx.wording.recorded import in_words
from tests.training.trained import HOUSES, examples, job, trainer_for

pytestmark = pytest.mark.slow

ENGINES = ["fit", "resident", "xla"]
UNIT = Unit(300_000.0, 2_000.0)
FACTOR = 2_000.0**2


def prices(rows=40, unit=UNIT):
    """Houses whose small targets are told in a unit, and what they are without one."""
    small = examples(HOUSES, rows)
    return Split(small.x, (small.y * unit.deviation + unit.mean).astype("float32")), small


def fitted(engine, data, epochs=4, unit=UNIT, validation=range(30, 40), **changes):
    trainer = trainer_for(HOUSES, engine, **changes)
    told = {"unit": unit, "loss_unit": unit.of_loss("mse")} if unit else {}
    (found,) = trainer.fit([job(HOUSES, data, range(30), validation, epochs, **told)])
    return trainer, found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_is_that_of_the_small_targets_and_all_is_told_in_the_unit(engine, optimizer):
    large, small = prices()
    options = {"optimizer": {"name": optimizer, "learning_rate": 0.01}}
    _, plain = fitted(engine, small, unit=None, **options)
    trainer, scaled = fitted(engine, large, **options)

    for name, factor in {"loss": FACTOR, "mae": 2_000.0}.items():
        for part in ("", "val_"):
            expected = np.array(plain.history[part + name]) * factor
            assert scaled.history[part + name] == pytest.approx(expected, rel=2e-3), part + name
    predictions = trainer.predict(scaled, np.arange(30, 40))
    found = measure(large.y[30:], predictions, HOUSES, suited_head(HOUSES))
    assert found["loss"] == pytest.approx(scaled.history["val_loss"][-1], rel=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_watched_while_training_is_in_the_unit(engine):
    # Each epoch gains less than 1e9, which in small numbers would be a gain of 250.
    stopping = EarlyStopping(patience=1, min_delta=1e9)

    _, found = fitted(engine, prices()[0], epochs=9, early_stopping=stopping)

    assert len(found.history["loss"]) == 2
    assert found.history["val_loss"][0] > 1e6


def test_fits_side_by_side_have_a_unit_each():
    trainer = trainer_for(HOUSES, "xla", optimizer={"name": "adam", "learning_rate": 0.05})
    units = {"a": Unit(300_000.0, 2_000.0), "b": Unit(-50.0, 0.5)}
    parts = {name: prices(unit=unit)[0] for name, unit in units.items()}
    jobs = [
        job(
            HOUSES, parts[name], range(30), range(30, 40), 30, name=name,
            unit=unit, loss_unit=unit.of_loss("mse"),
        )
        for name, unit in units.items()
    ]  # fmt: skip

    for found in trainer.fit(jobs):
        unit, part = units[found.job.name], parts[found.job.name]
        said = trainer.predict(found, np.arange(40)).ravel()
        assert np.abs(said - part.y).mean() < 0.5 * unit.deviation
        assert found.history["val_mae"][-1] == pytest.approx(
            np.abs(said - part.y)[30:].mean(), rel=1e-3
        )


def test_the_saved_network_needs_only_keras_and_has_the_weights_of_the_spec(tmp_path):
    import keras

    large, _ = prices()
    trainer, found = fitted("xla", large)
    bare, unit = without_unit(trainer.model(found))
    in_unit(bare, unit).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")

    assert unit == UNIT
    assert type(loaded.layers[-1]).__name__ == "Rescaling"
    assert loaded.count_params() == trainer.parameters(found)
    np.testing.assert_allclose(
        loaded.predict(large.x, verbose=0), trainer.predict(found, np.arange(40)), rtol=1e-6
    )


def test_r_squared_while_training_keeps_its_digits_where_targets_are_far_from_0():
    info = DatasetInfo("years", "regression", (5,))
    unit = Unit(30_000.0, 2.0)
    large, _ = prices(unit=unit)
    head = {"activation": "linear", "loss": "mse", "metrics": ("r2",)}
    trainer = trainer_for(info, "xla", optimizer={"name": "adam", "learning_rate": 0.05}, head=head)
    task = job(info, large, range(30), range(30, 40), 5, unit=unit, loss_unit=4.0)
    (found,) = trainer.fit([task])

    said = trainer.predict(found, np.arange(30, 40))

    exact = measure(large.y[30:], said, info, replace(suited_head(info), **head))["r2"]
    assert found.history["val_r2"][-1] == pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize(
    ("mean", "deviation", "told"),
    [
        (22.5, 9.2, ""),  # Boston's prices
        (2.07, 1.15, ""),  # California's
        (300_000.0, 90_000.0, "root mean square"),
        (0.0, 200.0, "root mean square"),
        (0.02, 0.01, "deviation"),
        (20.0, 1.0, "more than 10 standard deviations"),
    ],
)
def test_targets_are_scaled_where_a_network_could_hardly_reach_them(mean, deviation, told):
    y = mean + deviation * np.array([-1.0, 1.0] * 5)

    assert told in in_words(why_scaled(y))
    assert bool(why_scaled(y)) == bool(told)
    assert fit_unit(y) == Unit(pytest.approx(mean), pytest.approx(deviation))


@pytest.mark.parametrize(
    ("loss", "deviation", "divisor"),
    [("mse", 20.0, 400.0), ("mae", 20.0, 20.0), ("huber", 20.0, 20.0), ("huber", 0.1, 0.01),
     ("mape", 20.0, 1.0), ("msle", 20.0, 1.0)],
)  # fmt: skip
def test_a_loss_is_divided_by_its_unit(loss, deviation, divisor):
    assert Unit(5.0, deviation).of_loss(loss) == pytest.approx(divisor)


def test_a_network_that_cannot_say_every_number_stays_as_it_is():
    import keras

    def ends_with(activation):
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation=activation)])

    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    plain = ends_with(None)
    assert suits(plain)
    assert not suits(ends_with("exponential"))
    assert not suits(Own(plain.inputs, plain.outputs))
