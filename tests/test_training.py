import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kx.contracts import DatasetInfo, Split, Watcher
from kx.errors import DivergedError
from kx.models.cnn import cnn
from kx.models.heads import METRICS, Head, suited_head
from kx.models.mlp import mlp
from kx.reporting.history import lower_is_better
from kx.seeds import PURPOSES, derive
from kx.spec.schema import EarlyStopping, ReduceLROnPlateau, TrainingSection
from kx.training.assemble import compile_model, make_metrics, make_optimizer, make_schedule
from kx.training.environment import seed_everything, start_tensorflow
from kx.training.feed import Batching, Resident, batches, row_chunks
from kx.training.fit import Fitting, fit
from kx.training.judge import measure, predict
from kx.training.monitor import best_epoch

pytestmark = pytest.mark.slow

ENGINES = ("compiled", "fit")
CLASSES = tuple("abcdef")
HOUSES = DatasetInfo("houses", "regression", (5,))
REVIEWS = DatasetInfo("reviews", "binary", (12,))
WIRES = DatasetInfo("wires", "multiclass", (12,), CLASSES)
WIRE_ROWS = replace(WIRES, one_hot=True)
TAGS = DatasetInfo("tags", "multilabel", (12,), CLASSES)
PICTURES = DatasetInfo("pictures", "multiclass", (6, 6, 1), CLASSES)


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    start_tensorflow(deterministic=True)


def examples(info, count, seed=0):
    """Targets that depend on the features, so that there is something to learn."""
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(count, *info.input_shape)).astype("float32")
    flat = x.reshape(count, -1)
    if info.task == "regression":
        return Split(x, flat @ np.linspace(-1, 1, flat.shape[1], dtype="float32"))
    if info.task == "binary":
        return Split(x, (flat.sum(axis=1) > 0).astype("float32"))
    if info.task == "multilabel":
        return Split(x, (flat[:, : info.outputs] > 0).astype("float32"))
    labels = flat[:, : info.outputs].argmax(axis=1)
    return Split(x, np.eye(info.outputs, dtype="float32")[labels] if info.one_hot else labels)


class Trained:
    """A new network, fitted on 50 examples and validated on 20 others."""

    def __init__(self, info, build=mlp, options=None, train=None, validation=None, **changes):
        guarded = changes.pop("guarded", True)
        watcher = changes.pop("watcher", Watcher())
        self.head = suited_head(info)
        self.train = train or examples(info, 50)
        self.validation = validation or examples(info, 20, seed=1)
        section = TrainingSection(**{"batch_size": 8, "epochs": 3} | changes)
        seed_everything(5)
        self.model = build(info, **(options or {"units": (6,)}))
        steps = math.ceil(len(self.train) / section.batch_size)
        compile_model(self.model, info, self.head, section, steps)
        fitting = Fitting("holdout", section.epochs, 9, watcher, lambda *a: None, guarded)
        self.history, self.best_epoch, self.seconds = fit(
            self.model, self.train, self.validation, section, fitting
        )

    @property
    def epochs(self):
        return len(self.history["loss"])


SMALL_CNN = {"filters": (2, 3), "kernel_size": 2, "units": (4,)}


@pytest.mark.parametrize(
    ("info", "build", "options", "optimizer"),
    [
        (HOUSES, mlp, {"units": (6,)}, "sgd"),
        (HOUSES, mlp, {"units": (6,)}, "adam"),
        (HOUSES, mlp, {"units": (6,)}, "adamw"),
        (REVIEWS, mlp, {"units": (6,), "l2": 0.01}, "rmsprop"),
        (WIRES, mlp, {"units": (6,), "batch_norm": True}, "adam"),
        (PICTURES, cnn, SMALL_CNN, "rmsprop"),
        (PICTURES, cnn, SMALL_CNN, "adamw"),
    ],
)
def test_both_engines_learn_the_same(info, build, options, optimizer):
    # 50 examples in batches of 8: the last batch has 2
    one, other = (
        Trained(info, build, options, engine=engine, optimizer={"name": optimizer})
        for engine in ENGINES
    )

    assert list(one.history) == list(other.history)
    for name, values in one.history.items():
        assert len(values) == 3
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    weights = zip(one.model.get_weights(), other.model.get_weights(), strict=True)
    for ours, kerass in weights:
        np.testing.assert_allclose(ours, kerass, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("count", [4, 16])
def test_any_number_of_examples_can_be_learnt_from(count):
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
    section = TrainingSection(epochs=2, engine=engine, checkpoint="best")
    seed_everything(5)
    model = mlp(HOUSES)
    compile_model(model, HOUSES, suited_head(HOUSES), section, 2)
    fitting = Fitting("refit", 2, 9, Watcher(), lambda *a: None)

    history, best, _ = fit(model, examples(HOUSES, 50), None, section, fitting)

    assert set(history) == {"loss", "mae"}
    assert best == best_epoch(history["loss"], "loss")


@pytest.mark.parametrize(("engine", "units"), [("compiled", (6,)), ("compiled", ()), ("fit", (6,))])
def test_sparse_and_dense_input_give_the_same_history(engine, units):
    def thinned(split):
        x = np.where(np.abs(split.x) < 1, 0, split.x)
        x[3] = 0
        return Split(x, split.y)

    train, validation = thinned(examples(REVIEWS, 50)), thinned(examples(REVIEWS, 20, seed=1))
    sparse = [Split(csr_matrix(split.x), split.y) for split in (train, validation)]
    options = {"units": units}

    one = Trained(REVIEWS, mlp, options, train, validation, engine=engine)
    other = Trained(replace(REVIEWS, sparse=True), mlp, options, *sparse, engine=engine)

    assert one.history.keys() == other.history.keys()
    for name, values in one.history.items():
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    np.testing.assert_allclose(
        predict(other.model, sparse[1].x), predict(one.model, validation.x), rtol=1e-4, atol=1e-6
    )


def orders(engine, batching, epochs=3):
    """The rows in the order in which the engine takes them, epoch by epoch."""
    rows = np.arange(batching.examples)
    if engine == "fit":
        steps = [y.numpy() for _, y in batches(Resident(Split(rows, rows)), batching, epochs)]
    else:
        steps = [row for piece in row_chunks(batching, epochs, 3)[0] for row in piece.numpy()]
    assert len(steps) == batching.steps * epochs
    assert {len(step) for step in steps} <= {batching.batch_size, 50 % batching.batch_size}
    return np.concatenate(steps).reshape(epochs, -1).tolist()


@pytest.mark.parametrize("engine", ENGINES)
def test_each_epoch_has_another_order_of_all_rows(engine):
    first, second, third = orders(engine, Batching(50, 8, shuffle=True, seed=4))

    assert sorted(first) == sorted(second) == sorted(third) == list(range(50))
    assert len({tuple(order) for order in (first, second, third, range(50))}) == 4


@pytest.mark.parametrize("shuffle", [True, False])
def test_both_engines_take_the_rows_in_the_same_order(shuffle):
    batching = Batching(50, 8, shuffle, seed=4)

    assert orders("compiled", batching) == orders("fit", batching)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_depends_on_the_seed_alone(engine):
    batching = Batching(50, 8, shuffle=True, seed=4)
    before = orders(engine, batching)
    seed_everything(123)

    assert orders(engine, batching) == before
    assert orders(engine, replace(batching, seed=5)) != before


@pytest.mark.parametrize("engine", ENGINES)
def test_unshuffled_rows_keep_their_order(engine):
    batching = Batching(50, 8, shuffle=False, seed=4)

    assert orders(engine, batching, epochs=2) == [list(range(50))] * 2


@pytest.mark.parametrize("chunks", [1, 2, 5, 100])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 23, 50])
def test_every_row_of_an_epoch_is_dealt_once(count, chunks):
    batching = Batching(count, 8, shuffle=True, seed=4)

    dataset, per_epoch = row_chunks(batching, 2, chunks)

    pieces = [piece.numpy() for piece in dataset]
    assert len(pieces) == int(dataset.cardinality()) == 2 * per_epoch
    assert per_epoch <= min(chunks, count // 8) + (count % 8 > 0)
    for epoch in (pieces[:per_epoch], pieces[per_epoch:]):
        dealt = np.concatenate([piece.ravel() for piece in epoch])
        assert sorted(dealt.tolist()) == list(range(count))
        assert sum(len(piece) for piece in epoch) == batching.steps


@pytest.mark.parametrize(
    ("engine", "options", "epochs"),
    # The first epoch is the best, since nothing later is better by 1,000.
    [
        ("compiled", {"patience": 1}, 2),
        ("compiled", {"patience": 1, "start_from_epoch": 2}, 4),
        ("fit", {"patience": 3}, 4),
        ("fit", {"patience": 2, "monitor": "val_mae"}, 3),
    ],
)
def test_early_stopping_stops_when_patience_ends(engine, options, epochs):
    stopping = EarlyStopping(min_delta=1000.0, **options)

    trained = Trained(HOUSES, engine=engine, epochs=9, early_stopping=stopping)

    assert trained.epochs == epochs


def test_a_refit_does_not_stop_early():
    stopping = EarlyStopping(min_delta=1000.0, patience=1)

    assert Trained(HOUSES, epochs=5, early_stopping=stopping, guarded=False).epochs == 5


@pytest.mark.parametrize(
    ("engine", "monitor", "stopping"),
    [
        ("compiled", "val_loss", None),
        ("compiled", "val_loss", EarlyStopping(patience=3)),
        ("compiled", "val_accuracy", None),
        ("fit", "val_loss", None),
    ],
)
def test_the_best_checkpoint_has_the_weights_of_the_best_epoch(engine, stopping, monitor):
    # Validated on the opposite of what is learnt, so that it only gets worse.
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
    predictions = predict(trained.model, part.x)
    reached = measure(part.y, predictions, REVIEWS, trained.head)

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
    assert float(trained.model.optimizer.learning_rate) == pytest.approx(0.003)


def schedule(**options):
    """Of a spec with learning rate 0.1, for epochs of 10 steps."""
    optimizer = {"name": "sgd", "learning_rate": 0.1}
    return make_schedule(TrainingSection(optimizer=optimizer, learning_rate_schedule=options), 10)


@pytest.mark.parametrize(
    ("options", "step", "rate"),
    [
        ({"name": "exponential_decay", "decay_rate": 0.25}, 0, 0.1),
        ({"name": "exponential_decay", "decay_rate": 0.25}, 10, 0.05),  # 0.1 * sqrt(0.25)
        ({"name": "exponential_decay", "decay_rate": 0.25}, 20, 0.025),
        ({"name": "exponential_decay", "decay_rate": 0.25, "staircase": True}, 19, 0.1),
        ({"name": "exponential_decay", "decay_rate": 0.25, "staircase": True}, 20, 0.025),
        ({"name": "cosine_decay", "alpha": 0.2}, 0, 0.1),
        ({"name": "cosine_decay", "alpha": 0.2}, 10, 0.06),  # halfway from 0.1 to 0.02
        ({"name": "cosine_decay", "alpha": 0.2}, 20, 0.02),
        ({"name": "cosine_decay", "alpha": 0.2}, 50, 0.02),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 0, 0.0),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 5, 0.05),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 10, 0.1),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 30, 0.0),
        ({"name": "polynomial_decay"}, 0, 0.1),
        ({"name": "polynomial_decay"}, 20, 0.0001),
        # (0.1 - 0.02) * 0.5 ** 2 + 0.02
        ({"name": "polynomial_decay", "end_learning_rate": 0.02, "power": 2.0}, 10, 0.04),
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 0, 0.1),
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 10, 0.04),  # 0.1 / (1 + 3 / 2)
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 20, 0.025),
        ({"name": "inverse_time_decay", "decay_rate": 3.0, "staircase": True}, 19, 0.1),
    ],
)
def test_a_schedule_gives_the_rate_of_its_formula(options, step, rate):
    assert float(schedule(decay_epochs=2.0, **options)(step)) == pytest.approx(rate, abs=1e-8)


@pytest.mark.parametrize(
    ("step", "rate"), [(0, 0.1), (9, 0.1), (10, 0.01), (24, 0.01), (25, 0.001), (99, 0.001)]
)
def test_a_piecewise_schedule_goes_from_rate_to_rate(step, rate):
    rates = schedule(
        name="piecewise_constant_decay", boundary_epochs=(1.0, 2.5), learning_rates=(0.01, 0.001)
    )

    assert float(rates(step)) == pytest.approx(rate)


def test_a_schedule_is_followed_while_training():
    decay = {"name": "exponential_decay", "decay_epochs": 1.0, "decay_rate": 0.5}
    optimizer = {"name": "sgd", "learning_rate": 0.08}

    trained = Trained(HOUSES, optimizer=optimizer, learning_rate_schedule=decay)

    assert float(trained.model.optimizer.learning_rate) == pytest.approx(0.01)


def test_without_a_schedule_the_rate_is_the_number_of_the_spec():
    assert make_schedule(TrainingSection(), 10) == 0.001


@pytest.mark.parametrize(
    "name", ["rmsprop", "sgd", "adam", "adamw", "nadam", "adamax", "adagrad", "adadelta"]
)
def test_the_defaults_of_an_optimizer_are_those_of_keras(name):
    import keras

    built = make_optimizer(TrainingSection(optimizer={"name": name}), steps=10)

    reference = keras.optimizers.get(name)
    assert type(built) is type(reference)
    unnamed = {"name": ""}  # Keras numbers the names
    assert built.get_config() | unnamed == reference.get_config() | unnamed


def test_the_options_of_an_optimizer_reach_keras():
    options = {"momentum": 0.5, "nesterov": True, "clipnorm": 2.0, "weight_decay": 0.25}

    built = make_optimizer(TrainingSection(optimizer={"name": "sgd", **options}), steps=10)

    assert {key: built.get_config()[key] for key in options} == options


SUITED = {
    "classification": (REVIEWS, WIRES, WIRE_ROWS, TAGS),
    "yes or no": (REVIEWS, TAGS),
    "multiclass": (WIRES, WIRE_ROWS),
    "regression": (HOUSES,),
}


@pytest.mark.parametrize(
    ("metric", "info"),
    [(metric, info) for metric, kind in METRICS.items() for info in SUITED[kind]],
    ids=lambda value: value if isinstance(value, str) else f"{value.name}-{value.one_hot}",
)
def test_every_metric_can_be_built_and_measured(metric, info):
    head = replace(suited_head(info), metrics=(metric,))
    predictions = np.random.default_rng(0).random((30, info.outputs), "float32")
    if info.task == "multiclass":
        predictions /= predictions.sum(axis=1, keepdims=True)

    values = measure(examples(info, 30).y, predictions, info, head)

    assert [built.name for built in make_metrics(info, head)] == [metric]
    assert list(values) == ["loss", metric]
    assert all(map(math.isfinite, values.values()))


THREE = DatasetInfo("three", "multiclass", (5,), tuple("abc"))
PAIRS = DatasetInfo("pairs", "multilabel", (5,), tuple("ab"))
YES = [0.9, 0.8, 0.4, 0.3]
BEST = [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]


@pytest.mark.parametrize(
    ("info", "metric", "y", "predictions", "expected"),
    [
        # asked above 0.5: yes, yes, no, no
        (REVIEWS, "accuracy", [1, 0, 0, 0], YES, 3 / 4),
        (REVIEWS, "precision", [1, 0, 1, 1], YES, 1 / 2),
        (REVIEWS, "recall", [1, 0, 1, 1], YES, 1 / 3),
        # most likely: a, b, a, c
        (THREE, "accuracy", [0, 1, 1, 2], BEST, 3 / 4),
        (replace(THREE, one_hot=True), "accuracy", np.eye(3)[[2, 1, 1, 2]], BEST, 2 / 4),
        (THREE, "top_3_accuracy", [2, 2, 2, 2], BEST, 1.0),
        # of four labels, the last is wrong
        (PAIRS, "accuracy", [[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.3]], 3 / 4),
        # errors 1, -2, 0, 3
        (HOUSES, "mae", [1, 4, 3, 2], [2, 2, 3, 5], 6 / 4),
        (HOUSES, "mse", [1, 4, 3, 2], [2, 2, 3, 5], 14 / 4),
        (HOUSES, "rmse", [1, 4, 3, 2], [2, 2, 3, 5], math.sqrt(14 / 4)),
        (HOUSES, "mape", [1, 4, 3, 2], [2, 2, 3, 5], 100 * (1 + 0.5 + 0 + 1.5) / 4),
        # the targets' squared distance from their mean 2.5 is 5
        (HOUSES, "r2", [1, 4, 3, 2], [2, 2, 3, 5], 1 - 14 / 5),
    ],
)
def test_a_metric_is_what_the_hand_computes(info, metric, y, predictions, expected):
    head = replace(suited_head(info), metrics=(metric,))
    predictions = np.array(predictions, "float32").reshape(len(y), -1)

    values = measure(np.array(y, "float32"), predictions, info, head)

    assert values[metric] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("info", "loss", "y", "predictions", "expected"),
    [
        (HOUSES, "mse", [1, 4], [2, 2], (1 + 4) / 2),
        (REVIEWS, "binary_crossentropy", [1, 0], [0.8, 0.4], -math.log(0.8 * 0.6) / 2),
        (THREE, "sparse_categorical_crossentropy", [0, 1], BEST[:2], -math.log(0.7 * 0.6) / 2),
    ],
)
def test_the_loss_of_predictions_is_what_the_hand_computes(info, loss, y, predictions, expected):
    head = Head(suited_head(info).activation, loss, ())
    predictions = np.array(predictions, "float32").reshape(len(y), -1)

    values = measure(np.array(y, "float32"), predictions, info, head)

    assert values == {"loss": pytest.approx(expected, rel=1e-5)}


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

    def batch_ended(self, step):
        self.events.append(("batch", step))

    def epoch_ended(self, epoch, metrics):
        self.events.append(("epoch", epoch, *metrics))

    def fit_ended(self, name):
        self.events.append(("ended", name))


def test_the_watcher_is_told_of_every_batch_of_plain_keras():
    told = Told()

    Trained(HOUSES, engine="fit", epochs=1, watcher=told)

    assert told.events == [
        ("started", "holdout", 1, 7),
        *(("batch", step) for step in range(1, 8)),
        ("epoch", 1, "loss", "mae", "val_loss", "val_mae"),
        ("ended", "holdout"),
    ]


def test_the_watcher_is_told_of_every_epoch_of_the_fast_engine():
    told = Told()

    Trained(HOUSES, epochs=2, watcher=told)

    assert [event for event in told.events if event[0] != "batch"] == [
        ("started", "holdout", 2, 7),
        ("epoch", 1, "loss", "mae", "val_loss", "val_mae"),
        ("epoch", 2, "loss", "mae", "val_loss", "val_mae"),
        ("ended", "holdout"),
    ]
    assert told.events.count(("batch", 7)) == 2


def test_the_same_seeds_give_the_same_weights():
    one, other = (Trained(WIRES, options={"units": (6,), "dropout": 0.5}) for _ in range(2))

    assert one.history == other.history
    for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([0.5, 0.3, 0.4], "val_loss", 2),
        ([0.5, 0.3, 0.4], "val_accuracy", 1),
        ([0.5, 0.9, 0.9], "val_accuracy", 2),
        ([0.3, 0.5, 0.3], "loss", 1),
        ([3.0, 2.0, 4.0], "val_rmse", 2),
        ([-3.0, 0.2, 0.1], "val_r2", 2),
        ([math.nan, 2.0, 1.0], "val_mae", 3),
        ([1.0, math.nan, 2.0], "val_mae", 1),
        ([1.0, -math.inf], "val_loss", 1),
        ([math.nan, 0.2, math.inf], "val_auc", 2),
        ([math.nan, math.nan], "val_loss", 2),
        ([], "val_loss", 1),
    ],
)
def test_the_best_epoch_is_the_first_with_the_best_value(values, name, expected):
    assert best_epoch(values, name) == expected


@pytest.mark.parametrize("name", ["loss", *METRICS])
def test_errors_should_fall_and_everything_else_rise(name):
    falls = name in ("loss", "mae", "mse", "rmse", "mape")

    assert lower_is_better(name) is lower_is_better(f"val_{name}") is falls


def test_a_seed_has_its_own_draws_for_each_purpose_and_fit():
    names = ("", "holdout", "refit", "fold-1", "fold-2")
    seeds = [derive(s, p, n) for s in (0, 1, 2**32 - 1) for p in PURPOSES for n in names]

    assert len(set(seeds)) == len(seeds) == 3 * 5 * 5
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_derived_seed_never_changes():
    assert derive(0, "split") == 821328062
    assert derive(42, "weights", "fold-3") == 1836637897
