"""The last layer, the loss and the metrics that suit a task: the table of the notes, 1.2.3.

========================  ==========  ===========================================  ==========
task                      activation  loss                                         metric
========================  ==========  ===========================================  ==========
binary                    sigmoid     binary_crossentropy                          accuracy
multiclass, one-hot       softmax     categorical_crossentropy                     accuracy
multiclass, integers      softmax     sparse_categorical_crossentropy              accuracy
ordered                   ranks       sparse_categorical_crossentropy              accuracy
multilabel                sigmoid     binary_crossentropy                          accuracy
regression                linear      mse                                          mae
several numbers           linear      mse                                          r2
regression to 0..1        sigmoid     mse (or binary_crossentropy)                 mae
counts                    exponential poisson                                      poisson_deviance
quantiles                 rising      pinball                                      pinball
========================  ==========  ===========================================  ==========
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo
from kx.models.layers import dense, linked_dense
from kx.models.links import LINKS

if TYPE_CHECKING:
    import keras


METRICS: Mapping[str, str] = {
    "accuracy": "classification",
    "auc": "yes or no",
    "precision": "yes or no",
    "recall": "yes or no",
    "f1_score": "classification",
    "fbeta_score": "classification",
    "true_positives": "yes or no",
    "true_negatives": "yes or no",
    "false_positives": "yes or no",
    "false_negatives": "yes or no",
    "precision_at_recall": "yes or no",
    "recall_at_precision": "yes or no",
    "sensitivity_at_specificity": "yes or no",
    "specificity_at_sensitivity": "yes or no",
    "binary_crossentropy": "yes or no",
    "hinge": "yes or no",
    "squared_hinge": "yes or no",
    "categorical_crossentropy": "multiclass",
    "kl_divergence": "multiclass",
    "cosine_similarity": "multiclass",
    "categorical_hinge": "multiclass",
    "top_k_accuracy": "multiclass",
    "top_3_accuracy": "multiclass",
    "top_5_accuracy": "multiclass",
    "mae": "regression",
    "mse": "regression",
    "rmse": "regression",
    "mape": "regression",
    "msle": "regression",
    "log_cosh": "regression",
    "poisson": "regression",
    "r2": "regression",
    "balanced_accuracy": "classification",
    "mcc": "classification",
    "pr_auc": "classification",
    "log_loss": "classification",
    "brier_score": "classification",
    "calibration_error": "classification",
    "median_absolute_error": "regression",
    "poisson_deviance": "counts",
    "pinball": "quantiles",
    "coverage": "quantiles",
    "rank_error": "ordered",
    "weighted_kappa": "ordered",
}
"""Metrics that a spec may use, and the kind of task that each is for."""


PLAIN = frozenset(
    ("accuracy", "auc", "precision", "recall", "top_3_accuracy", "top_5_accuracy",
     "mae", "mse", "rmse", "mape", "r2")
)  # fmt: skip
"""Metrics that are measured, if with little meaning, of tasks for which they are not."""

PINBALL = "pinball"
"""The loss of quantiles, and the metric; see ``kx.training.pinball``."""

SHARES = PLAIN - {"mae", "mse", "rmse", "mape", "r2"} | {
    "f1_score", "fbeta_score", "top_k_accuracy", "precision_at_recall", "recall_at_precision",
    "sensitivity_at_specificity", "specificity_at_sensitivity",
    "balanced_accuracy", "pr_auc", "calibration_error", "coverage",
}  # fmt: skip
"""Metrics from 0 to 1."""

ALIASES: Mapping[str, str] = {
    "acc": "accuracy",
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "mean_absolute_percentage_error": "mape",
    "mean_squared_logarithmic_error": "msle",
    "r2_score": "r2",
    "average_precision": "pr_auc",
    "auprc": "pr_auc",
    "roc_auc": "auc",
    "auroc": "auc",
    "f1": "f1_score",
    "matthews_corrcoef": "mcc",
    "matthews": "mcc",
    "brier": "brier_score",
    "brier_score_loss": "brier_score",
    "ece": "calibration_error",
    "balanced_accuracy_score": "balanced_accuracy",
    "median_error": "median_absolute_error",
    "medae": "median_absolute_error",
    "logcosh": "log_cosh",
    "crossentropy": "categorical_crossentropy",
    "bce": "binary_crossentropy",
    "cce": "categorical_crossentropy",
}
"""What people write for the names above; only ever used for a hint."""


SPECIFIED = ("sigmoid", "softmax", "linear")
"""Activations of the output layer that a spec can ask for; others follow from the task."""


@dataclass(frozen=True, slots=True)
class Head:
    """How a network ends, and what it is trained for.

    Attributes:
        activation: of the output layer: of ``SPECIFIED``, ``exponential``, or of
            ``kx.models.links``.
        metrics: labels of what is shown beside the loss; the first is the run's main score.
        loss_options: those that the spec states.
        measures: label -> metric, of those that are more than their name.
        quantiles: that the loss is of, as shares.
    """

    activation: str
    loss: str
    metrics: tuple[str, ...]
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    quantiles: tuple[float, ...] = ()

    def measure(self, label: str) -> Measure:
        """Return the metric that is called ``label`` here."""
        return self.measures.get(label) or Measure(label)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric, and the options that the spec states."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def best_of(self) -> int:
        """Among how many classes the right one is looked for; 0: that is not what it does."""
        if self.name in ("top_3_accuracy", "top_5_accuracy"):
            return int(self.name[4])
        return int(self.options.get("k", 5)) if self.name == "top_k_accuracy" else 0


def suited_head(info: DatasetInfo) -> Head:
    """Return the head that suits the task of ``info``, by the table of the notes."""
    multiclass = "categorical_crossentropy" if info.one_hot else "sparse_categorical_crossentropy"
    return {
        "binary": Head("sigmoid", "binary_crossentropy", ("accuracy",)),
        "multiclass": Head("softmax", multiclass, ("accuracy",)),
        "ordered": Head(
            "ranks",
            "sparse_categorical_crossentropy",
            ("accuracy", "rank_error", "weighted_kappa"),
        ),
        "multilabel": Head("sigmoid", "binary_crossentropy", ("accuracy",)),
        "regression": Head("linear", "mse", ("mae",)),
        # Steps of a series have one unit, in which an error can be told.
        "multi_regression": Head("linear", "mse", ("mae",) if info.series else ("r2",)),
        "unit_regression": Head("sigmoid", "mse", ("mae",)),
        "counts": Head("exponential", "poisson", ("poisson_deviance", "mae")),
        "quantiles": Head("rising", PINBALL, _of_quantiles(info), quantiles=info.quantiles),
    }[info.task]


def _of_quantiles(info: DatasetInfo) -> tuple[str, ...]:
    """Return metrics of quantiles: whether there are rows between the outer ones takes two."""
    return (PINBALL, "coverage") if len(info.quantiles) > 1 else (PINBALL,)


def output_layer(info: DatasetInfo, *, sparse: bool = False, **options: Any) -> keras.Layer:
    """Return the last layer for ``info``: Dense, one unit per class or one for a number.

    Behind a link of ``kx.models.links`` it has as many units as the link takes.

    Args:
        info: form of the data.
        sparse: whether its own input is a sparse matrix.
        options: further ones of Keras's Dense layer.
    """
    activation = info.output_activation or suited_head(info).activation
    if activation in LINKS:
        named = {"dtype": "float32", "name": "output"}
        return linked_dense(raw_numbers(info), activation, info.outputs, **named, **options)
    # float32 also under a mixed precision policy: a half-precision softmax loses the loss.
    named = {"activation": activation, "dtype": "float32", "name": "output"}
    units = info.outputs if activation == "softmax" else raw_numbers(info)
    return dense(units, sparse=sparse, **named, **options)


def raw_numbers(info: DatasetInfo) -> int:
    """Return how many numbers the link behind an output layer takes, to answer ``info.outputs``."""
    return info.outputs - 1 if info.task == "ordered" else info.outputs


def linkless(info: DatasetInfo) -> DatasetInfo:
    """Return a form of the data whose output layer ends before the link."""
    inner = info.extracted_from and linkless(info.extracted_from)
    return replace(info, output_activation="linear", extracted_from=inner)


def network_faults(model: keras.Model, info: DatasetInfo) -> Iterator[str]:
    """Yield why a network that a plugin built is none for data of the form ``info``."""
    for name, ends in (("inputs", model.inputs), ("outputs", model.outputs)):
        if len(ends) != 1:
            yield f"its network has {len(ends)} {name}: kx takes networks of one"
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return
    taken, given = (tuple(ends[0].shape[1:]) for ends in (model.inputs, model.outputs))
    pairs = zip(taken, info.input_shape, strict=False)
    if len(taken) != len(info.input_shape) or any(one not in (None, other) for one, other in pairs):
        yield f"its network takes examples of {taken}; those of {info.name} are {info.input_shape}"
    if given != (info.outputs,):
        hint = "kx.models.heads.output_layer(info) is a layer that does"
        yield f"its network must end in {info.outputs} numbers for {info.task}; got {given}; {hint}"
