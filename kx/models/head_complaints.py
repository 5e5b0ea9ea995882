"""What contradicts itself between data, output layer, loss and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from kx.base.remark import Remark
from kx.components.keras_options import CLASSES
from kx.contracts import Complaint, DatasetInfo, Task, Way, Ways
from kx.models.heads import METRICS, PINBALL, PLAIN, SPECIFIED, Head, Measure, suited_head

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
