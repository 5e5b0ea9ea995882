import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kx.base.curves import best_epoch
from kx.base.errors import DivergedError
from kx.contracts import Split, Watcher
from kx.spec.schema import EarlyStopping, ReduceLROnPlateau
from kx.training.engine import Machine, choose
from kx.training.judge import measure
from tests.parts import cnn, linear, mlp
from tests.training.trained import (
    HOMES,
    HOUSES,
    PICTURES,
    PRICES,
    REVIEWS,
    SIZES,
    TAGS,
    VISITS,
    WIRE_ROWS,
    WIRES,
    Trained,
    examples,
    job,
    together,
    trainer_for,
)

pytestmark = pytest.mark.slow

FAST = ("resident", "xla")
ENGINES = (*FAST, "fit")
SMALL_CNN = {"filters": (2, 3), "kernel_size": 2, "units": (4,)}


PLAIN = ((HOUSES, mlp, {"units": (6, 4)}, "xla"), (PICTURES, cnn, SMALL_CNN, "resident"))
USUAL = ("sgd", "rmsprop", "adam", "adamw")
RARER = ("adafactor", "ftrl", "lion", "lamb", "muon")
TRAINED = [
    *((*network, name) for network in PLAIN for name in USUAL),
    *((*PLAIN[0], name) for name in RARER),
    # Whatever else the loss or the step does, in turn with those that decay, or remember, most.
    *(
        (info, build, options | variant, engine, name)
        for info, build, options, engine in PLAIN
        for variant, name in (({"l2": 0.01}, "adamw"), ({"batch_norm": True}, "adam"))
    ),
    (WIRES, linear, {}, "xla", "sgd"),
]


@pytest.mark.parametrize(("info", "build", "options", "engine", "optimizer"), TRAINED)
def test_a_fast_engine_learns_what_plain_keras_learns(info, build, options, engine, optimizer):
    # 50 examples in batches of 8: the last batch has 2
    one, other = (
        Trained(info, name, build=build, options=options, optimizer={"name": optimizer})
        for name in (engine, "fit")
    )

    same_results(one, other)


@pytest.mark.parametrize(
    ("info", "build", "options", "engine"),
    [
        (HOUSES, mlp, {"units": (6,)}, "resident"),
        (TAGS, mlp, {"units": (6,)}, "xla"),
        (VISITS, mlp, {"units": (6,)}, "xla"),
        (SIZES, mlp, {"units": (6,)}, "xla"),
        (HOMES, mlp, {"units": (6,)}, "xla"),
        (PRICES, mlp, {"units": (6,)}, "xla"),
        (WIRE_ROWS, mlp, {"units": (6,), "l1": 0.01}, "xla"),
    ],
)
def test_every_engine_can_do_every_task(info, build, options, engine):
    one, other = (Trained(info, name, build=build, options=options) for name in (engine, "fit"))

    same_results(one, other)


def same_results(one, other):
    assert list(one.history) == list(other.history)
    for name, values in one.history.items():
        assert len(values) == len(other.history[name])
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    for ours, kerass in zip(one.fitted.values, other.fitted.values, strict=True):
        np.testing.assert_allclose(ours, kerass, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("engine", FAST)
def test_weights_of_examples_count_in_training_and_not_in_validation(engine):
    weights = np.linspace(0, 2, 50, dtype="float32")
    train = replace(examples(HOUSES, 50), weights=weights)

    one, other = (Trained(HOUSES, name, train=train) for name in (engine, "fit"))

    same_results(one, other)
    assert one.history["loss"] != Trained(HOUSES, engine).history["loss"]
    part = one.validation
    expected = one.model.evaluate(part.x, part.y, verbose=0, return_dict=True)
    assert one.history["val_loss"][-1] == pytest.approx(expected["loss"], rel=1e-4)


def test_with_dropout_the_engines_differ_by_chance_alone():
    def losses(engine):
        data = together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))
        options = {"units": (16,), "dropout": 0.5}
        trainer = trainer_for(HOUSES, engine, options=options, epochs=5)
        jobs = [
            job(
                HOUSES,
                data,
                range(50),
                range(50, 70),
                5,
                weights=seed,
                shuffle=seed,
                name=f"{seed}",
            )
            for seed in range(24)
        ]
        return np.array([fitted.history["loss"][-1] for fitted in trainer.fit(jobs)])

    xla, fit = losses("xla"), losses("fit")

    # 24 draws each: the means lie within three standard errors, and the spreads are alike
    error = np.hypot(xla.std(ddof=1), fit.std(ddof=1)) / np.sqrt(24)
    assert abs(xla.mean() - fit.mean()) < 3 * error
    assert 1 / 2 < xla.std() / fit.std() < 2
    assert len(set(xla.tolist())) == 24


def test_fits_side_by_side_are_those_of_each_alone():
    data = together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))
    trainer = trainer_for(HOUSES, "xla", epochs=4)
    jobs = [
        # folds of different sizes, and of different lengths
        job(
            HOUSES, data, range(40 + fold), range(50, 70), 2 + fold, fold, 20 + fold, f"fold-{fold}"
        )
        for fold in range(6)
    ]

    found = list(trainer.fit(jobs))

    assert [fitted.job.name for fitted in found] == [each.name for each in jobs]
    for each, fitted in zip(jobs, found, strict=True):
        (alone,) = trainer_for(HOUSES, "xla", epochs=4).fit([each])
        assert alone.history == fitted.history
        for ours, other in zip(alone.values, fitted.values, strict=True):
            np.testing.assert_array_equal(ours, other)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_fit_knows_nothing_of_the_first(engine):
    data = together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))
    options = {"units": (6,), "dropout": 0.2, "batch_norm": True}
    trainer = trainer_for(HOUSES, engine, options=options, optimizer={"name": "adam"})
    one = job(HOUSES, data, range(50), range(50, 70), name="one")
    other = job(HOUSES, data, range(40), range(50, 70), weights=6, name="other")

    first, _, again = trainer.fit([one, other, replace(one, name="again")])

    assert first.history == again.history
    for ours, theirs in zip(first.values, again.values, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("count", [4, 16])
def test_any_number_of_examples_can_be_learned_from(count):
    trained = Trained(HOUSES, train=examples(HOUSES, count))

    assert int(trained.model.optimizer.iterations) == 3 * math.ceil(count / 8)
    assert trained.history["loss"][-1] < trained.history["loss"][0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("info", [HOUSES, WIRES], ids=lambda info: info.task)
def test_the_validation_metrics_are_those_of_evaluate(info, engine):
    # more than one validation batch of 512, and the second one partial
    trained = Trained(
        info, options={"units": (6,), "l2": 0.01}, validation=examples(info, 700, 1), engine=engine
    )

    part = trained.validation
    expected = trained.model.evaluate(part.x, part.y, verbose=0, return_dict=True)

    last = {name: values[-1] for name, values in trained.history.items()}
    assert set(last) == {*expected, *(f"val_{name}" for name in expected)}
    for name, value in expected.items():
        assert last[f"val_{name}"] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_validation_there_is_no_validation_curve(engine):
    trainer = trainer_for(HOUSES, engine, checkpoint="best")

    (fitted,) = trainer.fit([job(HOUSES, examples(HOUSES, 50), range(50), ())])

    assert set(fitted.history) == {"loss", "mae"}
    assert fitted.best_epoch == best_epoch(fitted.history["loss"], "loss")


@pytest.mark.parametrize(("engine", "units"), [("resident", (6,)), ("resident", ()), ("fit", (6,))])
def test_sparse_and_dense_input_give_the_same_history(engine, units):
    def thinned(split):
        x = np.where(np.abs(split.x) < 1, 0, split.x)
        x[3] = 0
        return Split(x, split.y)

    train, validation = thinned(examples(REVIEWS, 50)), thinned(examples(REVIEWS, 20, seed=1))
    sparse = [Split(csr_matrix(split.x), split.y) for split in (train, validation)]
    options = {"units": units}

    one = Trained(REVIEWS, engine, train, validation, options=options)
    other = Trained(replace(REVIEWS, sparse=True), engine, *sparse, options=options)

    assert one.history.keys() == other.history.keys()
    for name, values in one.history.items():
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    np.testing.assert_allclose(other.predictions, one.predictions, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("engine", "options", "epochs"),
    # The first epoch is the best, since nothing later is better by 1,000.
    [
        ("xla", {"patience": 1}, 2),
        ("resident", {"patience": 1, "start_from_epoch": 2}, 4),
        ("fit", {"patience": 3}, 4),
        ("fit", {"patience": 2, "monitor": "val_mae"}, 3),
    ],
)
def test_early_stopping_stops_when_patience_ends(engine, options, epochs):
    stopping = EarlyStopping(min_delta=1000.0, **options)

    trained = Trained(HOUSES, engine, epochs=9, early_stopping=stopping)

    assert trained.epochs == epochs


def test_a_refit_does_not_stop_early():
    stopping = EarlyStopping(min_delta=1000.0, patience=1)

    assert Trained(HOUSES, epochs=5, early_stopping=stopping, guarded=False).epochs == 5


@pytest.mark.parametrize(
    ("engine", "monitor", "stopping"),
    [
        ("xla", "val_loss", None),
        ("xla", "val_loss", EarlyStopping(patience=3)),
        ("resident", "val_accuracy", None),
        ("fit", "val_loss", None),
    ],
)
def test_the_best_checkpoint_has_the_weights_of_the_best_epoch(engine, stopping, monitor):
    # Validated on the opposite of what is learned, so that it only gets worse.
    opposite = examples(REVIEWS, 20, seed=1)
    opposite = Split(opposite.x, 1 - opposite.y)
    trained = Trained(
        REVIEWS,
        options={"units": (32,)},
        validation=opposite,
        engine=engine,
        epochs=12,
        optimizer={"name": "adam", "learning_rate": 0.02},
        checkpoint="best",
        early_stopping=stopping,
        monitor=monitor,
    )

    part = trained.validation
    reached = measure(part.y, trained.predictions, REVIEWS, trained.head)

    values = trained.history[monitor]
    assert trained.best_epoch < trained.epochs
    assert values[trained.best_epoch - 1] == (min if monitor == "val_loss" else max)(values)
    for name, value in reached.items():
        expected = trained.history[f"val_{name}"][trained.best_epoch - 1]
        assert value == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plateau_lowers_the_learning_rate(engine):
    plateau = ReduceLROnPlateau(factor=0.5, patience=1, min_delta=1000.0, min_lr=0.003)
    optimizer = {"name": "sgd", "learning_rate": 0.01}

    trained = Trained(
        HOUSES, engine=engine, epochs=5, optimizer=optimizer, reduce_lr_on_plateau=plateau
    )

    expected = [0.01, 0.01, 0.005, 0.003, 0.003]  # of each epoch, before it is judged
    assert trained.history["learning_rate"] == pytest.approx(expected)


@pytest.mark.parametrize("engine", FAST)
def test_guards_do_with_a_fast_engine_what_they_do_with_plain_keras(engine):
    # validated on other targets, so that the loss soon rises: rate lowered, weights restored
    other = examples(HOUSES, 20, seed=1)
    options = {
        "validation": Split(other.x, -other.y),
        "epochs": 9,
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "reduce_lr_on_plateau": ReduceLROnPlateau(factor=0.1, patience=1, min_delta=0.01),
        "early_stopping": EarlyStopping(patience=3),
        "checkpoint": "best",
    }

    one, kerass = (Trained(HOUSES, name, **options) for name in (engine, "fit"))

    assert kerass.best_epoch < kerass.epochs < 9
    assert kerass.history["learning_rate"][-1] < 0.05
    same_results(one, kerass)


def test_guarded_fits_side_by_side_are_those_of_each_alone():
    data = together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))
    changes = {
        "epochs": 12,
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "early_stopping": EarlyStopping(patience=1),
        "checkpoint": "best",
    }
    # two sizes of a partial batch, two more or fewer rows to validate on
    jobs = [
        job(HOUSES, data, range(42 + at % 2), range(50, 70 - at), 12, at, at, f"fold-{at}")
        for at in range(4)
    ]

    together_fitted = list(trainer_for(HOUSES, "xla", **changes).fit(jobs))

    assert len({len(fitted.history["loss"]) for fitted in together_fitted}) > 1
    for each, fitted in zip(jobs, together_fitted, strict=True):
        (alone,) = trainer_for(HOUSES, "xla", **changes).fit([each])
        assert alone.history == fitted.history
        for ours, other in zip(alone.values, fitted.values, strict=True):
            np.testing.assert_array_equal(ours, other)


def test_a_program_is_compiled_once_for_folds_that_differ_by_a_row():
    data = together(examples(HOUSES, 50), examples(HOUSES, 20, seed=1))
    trainer = trainer_for(HOUSES, "xla", epochs=2)
    jobs = [
        job(HOUSES, data, range(40 + at), range(50, 60 + at), 2, name=f"fold-{at}")
        for at in range(3)
    ]

    list(trainer.fit(jobs))

    (kit,) = trainer._kits._made.values()
    (program,) = kit.programs.values()
    assert program.form.rests == (0, 1, 2)


@pytest.mark.parametrize("engine", FAST)
def test_without_validation_a_fit_that_keras_drives_keeps_its_losses(engine):
    optimizer = {"name": "sgd", "use_ema": True}  # the average is taken over by Keras's fit
    data = examples(HOUSES, 50)

    one, kerass = (
        next(trainer_for(HOUSES, name, optimizer=optimizer).fit([job(HOUSES, data, range(50), ())]))
        for name in (engine, "fit")
    )

    assert one.history["loss"] == pytest.approx(kerass.history["loss"], rel=1e-4)


@pytest.mark.parametrize(
    ("fits", "epochs", "steps", "kind"),
    # steps, epochs and fits each cost something: 75 us, 3 ms, 60 ms; compiling this takes 1.0 s
    [
        (1, 60, 240, "resident"),  # 0.06 + 0.18 + 0.02 s
        (10, 600, 2400, "xla"),  # 0.60 + 1.80 + 0.18 s
        (1, 250, 250, "resident"),  # 0.06 + 0.75 + 0.02 s
        (1, 100, 20_000, "xla"),  # 0.06 + 0.30 + 1.50 s
        (4, 8, 1536, "resident"),  # 0.24 + 0.02 + 0.12 s: a smoke run
    ],
)
def test_the_engine_follows_from_what_steps_epochs_and_fits_cost(fits, epochs, steps, kind):
    trainer = trainer_for(HOUSES, "fit")
    data = examples(HOUSES, 50)
    model = trainer.network(job(HOUSES, data, range(50), ()))

    found = choose(trainer._training, model, data, steps, Machine(1e9), epochs=epochs, fits=fits)

    assert found.kind == kind


@pytest.mark.parametrize("engine", ENGINES)
def test_a_refit_follows_the_learning_rates_that_were_found(engine):
    trainer = trainer_for(HOUSES, engine, optimizer={"name": "sgd", "learning_rate": 0.01})
    data = examples(HOUSES, 20)

    rates = (0.01, 0.005, 0.001)
    (fitted,) = trainer.fit([job(HOUSES, data, range(20), [], 4, learning_rates=rates)])

    # Fewer rates than epochs: the last holds on.
    assert fitted.history["learning_rate"] == pytest.approx([0.01, 0.005, 0.001, 0.001])


def test_a_schedule_is_followed_while_training():
    decay = {"name": "exponential_decay", "decay_epochs": 1.0, "decay_rate": 0.5}
    optimizer = {"name": "sgd", "learning_rate": 0.08}

    trained = Trained(HOUSES, optimizer=optimizer, learning_rate_schedule=decay)

    assert float(trained.model.optimizer.learning_rate) == pytest.approx(0.01)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loss_that_explodes_ends_the_training_with_a_message(engine):
    optimizer = {"name": "sgd", "learning_rate": 1e6}

    with pytest.raises(DivergedError, match=r"became (nan|inf) in epoch \d+.*now 1e\+06") as caught:
        Trained(HOUSES, engine=engine, epochs=50, optimizer=optimizer)
    assert caught.value.exit_code == 4


class Told(Watcher):
    """Writes down what it is told."""

    def __init__(self):
        self.events = []

    def fit_started(self, name, epochs, steps):
        self.events.append(("started", name, epochs, steps))

    def batch_ended(self, name, step):
        self.events.append(("batch", name, step))

    def epoch_ended(self, name, epoch, metrics):
        self.events.append(("epoch", name, epoch, *metrics))

    def fit_ended(self, name):
        self.events.append(("ended", name))


def test_the_watcher_is_told_of_every_batch_of_plain_keras():
    told = Told()

    Trained(HOUSES, engine="fit", epochs=1, watcher=told)

    assert told.events == [
        ("started", "holdout", 1, 7),
        *(("batch", "holdout", step) for step in range(1, 8)),
        ("epoch", "holdout", 1, "loss", "mae", "val_loss", "val_mae"),
        ("ended", "holdout"),
    ]


@pytest.mark.parametrize("engine", FAST)
def test_the_watcher_is_told_of_every_epoch_of_a_fast_engine(engine):
    told = Told()

    Trained(HOUSES, engine, epochs=2, watcher=told)

    assert [event for event in told.events if event[0] != "batch"] == [
        ("started", "holdout", 2, 7),
        ("epoch", "holdout", 1, "loss", "mae", "val_loss", "val_mae"),
        ("epoch", "holdout", 2, "loss", "mae", "val_loss", "val_mae"),
        ("ended", "holdout"),
    ]
    assert told.events.count(("batch", "holdout", 7)) == (2 if engine == "resident" else 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seeds_give_the_same_weights(engine):
    options = {"units": (6,), "dropout": 0.5}
    one, other = (Trained(WIRES, engine, options=options) for _ in range(2))

    assert one.history == other.history
    for ours, theirs in zip(one.fitted.values, other.fitted.values, strict=True):
        np.testing.assert_array_equal(ours, theirs)
