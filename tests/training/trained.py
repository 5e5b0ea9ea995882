"""Small data of every kind, and networks trained on them."""

from dataclasses import replace

import numpy as np
from scipy.sparse import vstack

from kx.contracts import DatasetInfo, Split, Watcher
from kx.models.heads import suited_head
from kx.spec.schema import TrainingSection
from kx.training.engine import Engine
from kx.training.jobs import Hooks, Job
from kx.training.trainer import Trainer
from tests.parts import mlp

CLASSES = tuple("abcdef")
HOUSES = DatasetInfo("houses", "regression", (5,))
REVIEWS = DatasetInfo("reviews", "binary", (12,))
WIRES = DatasetInfo("wires", "multiclass", (12,), CLASSES)
WIRE_ROWS = replace(WIRES, one_hot=True)
TAGS = DatasetInfo("tags", "multilabel", (12,), CLASSES)
SIZES = DatasetInfo("sizes", "ordered", (12,), CLASSES)
PRICES = DatasetInfo("prices", "quantiles", (5,), quantiles=(0.2, 0.8))
HOMES = DatasetInfo("homes", "multi_regression", (5,), targets=("a", "b"), deviations=(1.0, 2.0))
VISITS = DatasetInfo("visits", "counts", (5,))
PICTURES = DatasetInfo("pictures", "multiclass", (6, 6, 1), CLASSES)

SUITED = {
    "classification": (REVIEWS, WIRES, WIRE_ROWS, TAGS),
    "yes or no": (REVIEWS, TAGS),
    "multiclass": (WIRES, WIRE_ROWS),
    "regression": (HOUSES,),
    "counts": (VISITS,),
    "quantiles": (PRICES,),
    "ordered": (SIZES,),
}
"""Kind of a metric, as in ``METRICS`` -> data that it is for."""


def examples(info, count, seed=0):
    """Targets that depend on the features, so that there is something to learn."""
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(count, *info.input_shape)).astype("float32")
    flat = x.reshape(count, -1)
    if info.task in ("regression", "quantiles"):
        return Split(x, flat @ np.linspace(-1, 1, flat.shape[1], dtype="float32"))
    if info.task == "multi_regression":
        return Split(x, flat[:, :2] * np.array([1, 2], "float32") + flat[:, 2:3])
    if info.task == "counts":
        return Split(x, draws.poisson(np.exp(flat[:, 0] / 2 + 1)).astype("float32"))
    if info.task == "binary":
        return Split(x, (flat.sum(axis=1) > 0).astype("float32"))
    if info.task == "multilabel":
        return Split(x, (flat[:, : info.outputs] > 0).astype("float32"))
    labels = flat[:, : info.outputs].argmax(axis=1)
    return Split(x, np.eye(info.outputs, dtype="float32")[labels] if info.one_hot else labels)


def together(one, other):
    """Both splits as one, the rows of the first in front."""
    stack = vstack if hasattr(one.x, "indptr") else np.concatenate
    weights = None
    if one.weights is not None:
        weights = np.concatenate([one.weights, np.full(len(other), 7, "float32")])
    x = stack([one.x, other.x])
    x = x.tocsr() if hasattr(x, "tocsr") else x
    return Split(x, np.concatenate([one.y, other.y]), weights)


def trainer_for(info, engine, build=mlp, options=None, watcher=None, on_epoch=None, **changes):
    """A trainer of small networks; ``engine``: fit, resident or xla, whatever else would suit."""
    augmentation = changes.pop("augmentation", None)
    head = replace(suited_head(info), **changes.pop("head", {}))
    section = TrainingSection(**{"batch_size": 8, "epochs": 3} | changes)
    hooks = Hooks(watcher or Watcher(), on_epoch or (lambda *_: None))
    made = Trainer(
        lambda form: build(form, **({"units": (6,)} if options is None else options)),
        info,
        head,
        section,
        hooks,
        augmentation,
    )
    made.engine = Engine(engine, "the test says so")
    return made


def job(info, data, train, validation, epochs=3, weights=5, shuffle=9, name="holdout", **more):
    """A fit on rows of ``data``."""
    rows = [np.asarray(part, "int32") for part in (train, validation)]
    more = {"blocks": info.blocks} | more
    return Job(name, info.input_shape, lambda: data, *rows, epochs, weights, shuffle, **more)


class Trained:
    """A new network, fitted on 50 examples and validated on 20 others."""

    def __init__(self, info, engine="resident", train=None, validation=None, **changes):
        guarded = changes.pop("guarded", True)
        self.head = suited_head(info)
        self.train = train or examples(info, 50)
        self.validation = validation or examples(info, 20, seed=1)
        data = together(self.train, self.validation)
        middle, end = len(self.train), len(data)
        epochs = changes.get("epochs", 3)
        classes = changes.pop("classes", None)
        self.trainer = trainer_for(info, engine, **changes)
        rows = range(middle), range(middle, end)
        (self.fitted,) = self.trainer.fit(
            [job(info, data, *rows, epochs, guarded=guarded, classes=classes)]
        )
        self.model = self.trainer.model(self.fitted)
        self.history, self.best_epoch = self.fitted.history, self.fitted.best_epoch
        self.predictions = self.trainer.predict(self.fitted, np.arange(middle, end))

    @property
    def epochs(self):
        return len(self.history["loss"])
