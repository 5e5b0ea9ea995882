"""Trainings in steps."""

from dataclasses import replace

import numpy as np
import pytest

from kx.architectures.pretrained import BASE, Pretrained
from kx.base.errors import FrozenError
from kx.contracts import DatasetInfo, Split, Watcher
from kx.models.heads import suited_head
from kx.spec.schema import SGD, Adam, Phase, TrainingSection
from kx.training.assemble import make_metrics
from kx.training.engine import Engine
from kx.training.feed import Batching
from kx.training.jobs import Hooks
from kx.training.phases import TrainableParts, cut_short, phases_of
from kx.training.trainer import Trainer
from tests.parts import mlp, pretrained
from tests.training.trained import HOUSES, examples, job, together, trainer_for

pytestmark = pytest.mark.slow

TWO = (Phase(epochs=2, optimizer=SGD(name="sgd")), Phase(epochs=3, optimizer=Adam(name="adam")))
OPTIMIZERS = (("sgd", 2), ("adam", 3))


@pytest.mark.parametrize(("epochs", "expected"), [(5, [2, 3]), (4, [2, 2]), (2, [2]), (1, [1])])
def test_phases_are_cut_where_a_refit_ends(epochs, expected):
    training = TrainingSection(phases=TWO)

    assert [phase.epochs for phase in phases_of(training, epochs)] == expected
    assert training.epochs == 5


def test_a_smoke_run_has_an_epoch_of_each_phase():
    short = cut_short(TrainingSection(phases=TWO), 2)

    assert [phase.epochs for phase in short.phases] == [1, 1]
    assert short.epochs == 2


@pytest.fixture(scope="module")
def houses():
    return together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))


def by_hand(model, data, phases, info, before=lambda *_: None):
    """Keras alone, phase after phase, on the batches that kx takes."""
    import keras

    rows, epoch, losses = np.arange(50, dtype="int32"), 0, []
    for number, (optimizer, epochs) in enumerate(phases):
        before(model, number)
        head = suited_head(info)
        model.compile(
            optimizer=keras.optimizers.get(optimizer),
            loss=head.loss,
            metrics=make_metrics(info, head),
        )
        for _ in range(epochs):
            order = Batching(rows, 8, True, 9).order(epoch).numpy()
            told = model.fit(
                data.x[order], data.y[order], batch_size=8, shuffle=False, verbose=0,
                validation_data=(data.x[50:], data.y[50:]),
            )  # fmt: skip
            losses.append(told.history["val_loss"][0])
            epoch += 1
    return losses


@pytest.mark.parametrize("engine", ["fit", "resident", "xla"])
def test_phases_are_one_training_after_the_other(houses, engine):
    trainer = trainer_for(HOUSES, engine, epochs=5, phases=TWO)
    (fitted,) = trainer.fit([job(HOUSES, houses, range(50), range(50, 70), epochs=5)])

    import keras

    keras.utils.set_random_seed(5)
    model = mlp(HOUSES, units=(6,))
    losses = by_hand(model, houses, OPTIMIZERS, HOUSES)
    assert fitted.history["val_loss"] == pytest.approx(losses, rel=1e-4)
    for ours, theirs in zip(fitted.values, model.variables, strict=True):
        assert ours == pytest.approx(theirs.numpy(), abs=1e-5)
    assert [note.start for note in fitted.phases] == [1, 3]
    assert len(fitted.history["loss"]) == 5


def test_the_orders_of_a_later_phase_are_others():
    rows = np.arange(50, dtype="int32")
    one, other = (Batching(rows, 8, True, 9, first) for first in (0, 2))

    assert (one.order(2).numpy() == other.order(0).numpy()).all()
    assert (one.order(0).numpy() != other.order(0).numpy()).any()


def test_early_stopping_ends_a_phase_and_not_the_training(houses):
    phases = (Phase(epochs=6, optimizer=SGD(name="sgd", learning_rate=1e-9)), TWO[1])
    trainer = trainer_for(
        HOUSES, "resident", epochs=9, phases=phases, early_stopping={"patience": 1, "min_delta": 1}
    )
    (fitted,) = trainer.fit([job(HOUSES, houses, range(50), range(50, 70), epochs=9)])

    assert [note.start for note in fitted.phases] == [1, 3]  # the first improves on nothing
    assert len(fitted.history["loss"]) > 2


WORSE = Adam(name="adam", learning_rate=2.0)


@pytest.mark.parametrize("engine", ["fit", "resident"])
@pytest.mark.parametrize("last", [WORSE, Adam(name="adam", learning_rate=0.01)], ids=["1", "2"])
def test_the_best_weights_are_those_of_all_phases(houses, engine, last):
    """They are the same as if nothing had been trained behind the best epoch."""
    phases = (Phase(epochs=4, optimizer=Adam(name="adam", learning_rate=0.03)),
              Phase(epochs=3, optimizer=last))  # fmt: skip
    fit = job(HOUSES, houses, range(50), range(50, 70), epochs=7)
    trainer = trainer_for(HOUSES, engine, epochs=7, phases=phases, checkpoint="best")
    (fitted,) = trainer.fit([fit])
    (unguarded,) = trainer.fit([replace(fit, guarded=False)])

    losses = fitted.history["val_loss"]
    assert (fitted.best_epoch <= 4) is (last is WORSE)
    said = trainer.predict(fitted, np.arange(50, 70, dtype="int32"))[:, 0]
    mean_square = ((said - houses.y[50:70]) ** 2).mean()
    assert mean_square == pytest.approx(min(losses), rel=1e-4)
    assert losses[-1] > min(losses) or fitted.best_epoch == 7
    said = trainer.predict(unguarded, np.arange(50, 70, dtype="int32"))[:, 0]
    mean_square = ((said - houses.y[50:70]) ** 2).mean()
    assert mean_square == pytest.approx(unguarded.history["val_loss"][-1], rel=1e-4)


PICTURES = DatasetInfo("pictures", "binary", (32, 32, 3), ("a", "b"), pixels=True)
OPTIONS = {
    "base": "MobileNet", "base_options": {"alpha": 0.25}, "weights": "none", "units": (6,),
    "mode": "fine_tune", "cut_at": "conv_pw_3_relu", "unfreeze_from": "conv_dw_3", "dropout": 0.0,
}  # fmt: skip
STEPS = (
    Phase(epochs=1, trainable="head", optimizer=SGD(name="sgd")),
    Phase(epochs=2, trainable="unfrozen", optimizer=SGD(name="sgd")),
)


@pytest.fixture(scope="module")
def pictures():
    x = np.random.default_rng(0).integers(0, 256, (70, 32, 32, 3), dtype=np.uint8)
    return Split(x, (np.arange(70) % 2).astype("float32"))


def tuner(parts=None, engine="resident", phases=STEPS):
    made = Trainer(
        lambda info: pretrained(info, None, **OPTIONS),
        PICTURES,
        suited_head(PICTURES),
        TrainingSection(batch_size=8, phases=phases),
        Hooks(Watcher(), lambda *_: None),
        parts=parts or TrainableParts(Pretrained(**OPTIONS).choose, Pretrained(**OPTIONS).frozen),
    )
    made.engine = Engine(engine, "the test says so")
    return made


def by_layer(model):
    layers = model.get_layer(BASE).layers
    return {layer.name: layer.get_weights() for layer in layers if layer.weights}


@pytest.mark.parametrize("engine", ["resident", "fit"])
def test_fine_tuning_moves_only_the_layers_that_are_named(pictures, engine):
    import keras

    trainer = tuner(engine=engine)
    (fitted,) = trainer.fit([job(PICTURES, pictures, range(50), range(50, 70))])
    keras.utils.set_random_seed(5)
    model = pretrained(PICTURES, None, **OPTIONS)
    before = by_layer(model)
    losses = by_hand(
        model, pictures, (("sgd", 1), ("sgd", 2)), PICTURES,
        lambda model, number: Pretrained(**OPTIONS).choose(model, STEPS[number].trainable),
    )  # fmt: skip
    after = by_layer(trainer.model(fitted))

    moved = {
        name for name, values in after.items() if not all(map(np.array_equal, values, before[name]))
    }
    assert moved == {"conv_dw_3", "conv_pw_3"}
    assert fitted.history["val_loss"] == pytest.approx(losses, abs=1e-5)
    for name, values in by_layer(model).items():
        for ours, theirs in zip(after[name], values, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-5)


def test_what_stayed_frozen_is_proved_phase_by_phase(pictures):
    (fitted,) = tuner().fit([job(PICTURES, pictures, range(50), range(50, 70))])

    first, second = fitted.phases
    assert (first.start, second.start) == (1, 2)
    assert (first.frozen, second.frozen) == (7 + 7 * 4, 5 + 7 * 4)
    assert first.before == first.after != second.before == second.after
    assert len(first.before) == 64


def test_a_refit_for_fewer_epochs_leaves_the_last_phases_away(pictures):
    one = replace(job(PICTURES, pictures, range(50), range(0)), epochs=1)
    (fitted,) = tuner().fit([one])

    assert [note.start for note in fitted.phases] == [1]


def test_what_was_frozen_but_changed_ends_the_run(pictures):
    lying = TrainableParts(Pretrained(**OPTIONS).choose, lambda model: model.trainable_variables)

    with pytest.raises(FrozenError, match="holdout: of 4 tensors that were frozen from epoch 1"):
        list(tuner(lying).fit([job(PICTURES, pictures, range(50), range(50, 70))]))
