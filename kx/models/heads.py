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
from typing import TYPE_CHECKING, Any, get_args

from kx.base.remark import Remark
from kx.components.keras_options import CLASSES
from kx.contracts import Complaint, DatasetInfo, Task, Way, Ways
from kx.models.layers import dense, linked_dense
from kx.models.links import LINKS

if TYPE_CHECKING:
    import keras

CROSSENTROPIES = (
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
    "poisson",
)
ERRORS = ("mse", "mae", "mape", "msle", "huber", "log_cosh", "cosine_similarity")
MARGINS = ("hinge", "squared_hinge", "categorical_hinge")

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


def head_complaints(info: DatasetInfo, head: Head) -> Iterator[Complaint]:
    """Yield what contradicts itself between data, output layer, loss and metrics.

    Keys are those of the spec's ``training`` section.
    """
    yield from _activation_complaints(info, head)
    if head.loss in (*CLASSES["losses"], PINBALL):
        yield from _loss_complaints(info, head)
    for measure in map(head.measure, head.metrics):
        if measure.name in METRICS:
            yield from _metric_complaints(info, measure)
            yield from _option_complaints(info, measure)


def _metric_complaints(info: DatasetInfo, measure: Measure) -> Iterator[Complaint]:
    metric, best = measure.name, measure.best_of
    kind = METRICS[metric]
    suited = suited_head(info).metrics[0]
    if info.task == "quantiles" and metric not in suited_head(info).metrics:
        yield Complaint(
            "metrics", f"{metric} does not judge {info.outputs} quantiles", f"use {suited}"
        )
    elif kind in get_args(Task) and kind not in ("multiclass", "regression"):
        if kind != info.task:
            text = f"{metric} is for targets of dataset.task: {kind}; the task is {info.task}"
            yield Complaint("metrics", text, f"use {suited}")
    elif (kind == "regression") != info.numbers:
        # Allowed, since the notes themselves do it (1.2.4: mse and accuracy).
        little = Remark.of("spec.metric_says_little", metric=metric, task=info.task)
        if metric in PLAIN:
            hint = Remark.of("spec.metric_says_little_hint", metric=suited)
            yield Complaint("metrics", little, hint, fatal=False)
        else:
            yield Complaint("metrics", little, f"use {suited}")
    elif kind == "multiclass" and not info.many_classes:
        text = f"{metric} compares several classes; the task is {info.task}"
        if best:
            text = f"{metric} counts the best of several classes; the task is {info.task}"
        yield Complaint("metrics", text, f"use {suited}")
    elif kind == "yes or no" and info.many_classes:
        yield Complaint("metrics", f"{metric} is for yes-or-no questions", f"use {suited}")
    elif kind == "multiclass" and best and info.outputs <= best:
        text = f"{metric} of {info.outputs} classes is always 1: the right one is among {best}"
        yield Complaint("metrics", text, f"use {suited}")


def _option_complaints(info: DatasetInfo, measure: Measure) -> Iterator[Complaint]:
    """Yield options of a metric that do nothing, or cannot be followed, for such targets."""
    useless = {
        "threshold": info.many_classes,  # the likeliest class is the answer
        "class_id": info.task != "multilabel",
        "top_k": info.task != "multilabel",
        "label_smoothing": info.many_classes and not info.one_hot,
    }
    for option in measure.options:
        if useless.get(option):
            labels = "integer labels" if option == "label_smoothing" else f"a {info.task} task"
            yield Complaint(
                "metrics", f"{option} of {measure.name} has no use for {labels}", "remove it"
            )


def _activation_complaints(info: DatasetInfo, head: Head) -> Iterator[Complaint]:
    suited = suited_head(info).activation
    plain = info.task == "ordered" and head.activation == "softmax"  # as if in no order
    if suited not in SPECIFIED and head.activation != suited and not plain:
        text = f"networks for {info.task} targets end in {suited}, not in {head.activation}"
        yield Complaint("output_activation", text, "remove it")
    elif head.activation == "softmax" and info.outputs == 1:
        text = "softmax over a single unit is always 1, so nothing can be learned"
        yield Complaint("output_activation", text, f"use {suited}")
    elif head.activation == "softmax" and info.task == "multilabel":
        text = "softmax makes labels exclude each other; in a multilabel task they do not"
        yield Complaint("output_activation", text, "use sigmoid")
    elif head.activation != "softmax" and info.task == "multiclass":
        text = f"{head.activation} outputs of {info.outputs} classes do not add up to 1"
        yield Complaint("output_activation", text, "use softmax")
    elif head.activation == "linear" and info.task in ("binary", "multilabel"):
        text = "linear outputs are no probabilities"
        yield Complaint("output_activation", text, "use sigmoid")
    elif head.activation == "sigmoid" and info.in_units:
        text = "sigmoid cannot reach targets outside 0..1"
        yield Complaint("output_activation", text, "use linear")


def _loss_complaints(info: DatasetInfo, head: Head) -> Iterator[Complaint]:
    suited = suited_head(info).loss
    if PINBALL in (suited, head.loss) and suited != head.loss:
        text = f"{PINBALL} is for quantiles, and quantiles are for it; the task is {info.task}"
        yield Complaint("loss", text, f"use {suited}")
        return
    integers = ("sparse_categorical_crossentropy", "categorical_generalized_crossentropy")
    sparse = head.loss in integers
    categorical = head.loss.startswith("categorical_") and not sparse
    if not info.many_classes and (sparse or categorical):
        yield Complaint("loss", f"{head.loss} is for multiclass tasks", f"use {suited}")
    elif info.in_units and head.loss in (*CROSSENTROPIES, *MARGINS) and head.loss != suited:
        text = f"{head.loss} measures classes, and the targets are numbers"
        yield Complaint("loss", text, f"use {suited}")
    elif info.many_classes and head.loss.startswith("binary_"):
        text = f"{head.loss} treats {info.outputs} classes as {info.outputs} separate questions"
        yield Complaint("loss", text, f"use {suited}")
    elif categorical and not info.one_hot:
        text = f"{head.loss} needs one-hot labels; these are integers"
        yield Complaint("loss", text, _losses_or_labels(suited, "one_hot"))
    elif sparse and info.one_hot:
        text = f"{head.loss} needs integer labels; these are one-hot"
        yield Complaint("loss", text, _losses_or_labels(suited, "integer"))
    elif info.many_classes and not info.one_hot and not sparse:
        text = f"{head.loss} needs one-hot labels; these are integers"
        yield Complaint("loss", text, _losses_or_labels(suited, "one_hot"))
    elif not info.numbers and head.loss in ERRORS:
        text = f"{head.loss} learns classes slowly"
        yield Complaint("loss", text, f"{suited} suits a {info.task} task", False)


def _losses_or_labels(loss: str, labels: str) -> Ways:
    """Return that either another loss helps, or other labels, of datasets that can give such."""
    other = Way(f"use dataset.labels: {labels}", "dataset.labels", labels)
    return Ways(Way(f"use {loss}", "training.loss", loss), other)
