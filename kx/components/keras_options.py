"""Options of Keras's losses and metrics that a spec may set, checked without Keras."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from kx.components.keras_signatures import recorded
from kx.components.option_groups import REQUIRED, Declared

if TYPE_CHECKING:
    from pydantic import BaseModel

ObjectiveKind = Literal["losses", "metrics"]

CLASSES: Mapping[ObjectiveKind, Mapping[str, str]] = {
    "losses": {
        "binary_crossentropy": "BinaryCrossentropy",
        "binary_focal_crossentropy": "BinaryFocalCrossentropy",
        "categorical_crossentropy": "CategoricalCrossentropy",
        "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
        "categorical_generalized_crossentropy": "CategoricalGeneralizedCrossEntropy",
        "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
        "kl_divergence": "KLDivergence",
        "poisson": "Poisson",
        "mse": "MeanSquaredError",
        "mae": "MeanAbsoluteError",
        "mape": "MeanAbsolutePercentageError",
        "msle": "MeanSquaredLogarithmicError",
        "huber": "Huber",
        "log_cosh": "LogCosh",
        "cosine_similarity": "CosineSimilarity",
        "hinge": "Hinge",
        "squared_hinge": "SquaredHinge",
        "categorical_hinge": "CategoricalHinge",
    },
    "metrics": {
        "accuracy": "BinaryAccuracy",
        "auc": "AUC",
        "precision": "Precision",
        "recall": "Recall",
        "f1_score": "F1Score",
        "fbeta_score": "FBetaScore",
        "true_positives": "TruePositives",
        "true_negatives": "TrueNegatives",
        "false_positives": "FalsePositives",
        "false_negatives": "FalseNegatives",
        "precision_at_recall": "PrecisionAtRecall",
        "recall_at_precision": "RecallAtPrecision",
        "sensitivity_at_specificity": "SensitivityAtSpecificity",
        "specificity_at_sensitivity": "SpecificityAtSensitivity",
        "binary_crossentropy": "BinaryCrossentropy",
        "hinge": "Hinge",
        "squared_hinge": "SquaredHinge",
        "categorical_crossentropy": "CategoricalCrossentropy",
        "kl_divergence": "KLDivergence",
        "cosine_similarity": "CosineSimilarity",
        "categorical_hinge": "CategoricalHinge",
        "top_k_accuracy": "TopKCategoricalAccuracy",
        "top_3_accuracy": "TopKCategoricalAccuracy",
        "top_5_accuracy": "TopKCategoricalAccuracy",
        "mae": "MeanAbsoluteError",
        "mse": "MeanSquaredError",
        "rmse": "RootMeanSquaredError",
        "mape": "MeanAbsolutePercentageError",
        "msle": "MeanSquaredLogarithmicError",
        "log_cosh": "LogCoshError",
        "poisson": "Poisson",
        "r2": "R2Score",
    },
}
"""Name in a spec -> Keras's class; of integer labels, the variant for these is used."""

OURS: Mapping[str, str] = {
    "balanced_accuracy": "Mean recall of the classes, however rare: chance is 1 / classes.",
    "mcc": "Matthews' correlation of true and predicted classes: chance is 0, perfect is 1.",
    "pr_auc": "Average precision: the area under precision against recall; chance is the share.",
    "log_loss": "Mean crossentropy of the probabilities, whatever loss was trained with.",
    "brier_score": "Mean squared error of the probabilities.",
    "calibration_error": "Expected calibration error: how far confidence is from accuracy.",
    "poisson_deviance": "Mean deviance of counts from rates, twice what a likelihood lacks.",
    "pinball": "Mean loss of quantiles: what is too low costs the quantile's share a unit.",
    "coverage": "Share of the targets between the first and the last quantile.",
    "rank_error": "Mean number of steps between predicted and true class, of classes in order.",
    "weighted_kappa": "Quadratic weighted kappa of classes in order: chance is 0, perfect is 1.",
    "median_absolute_error": "The error that half of the rows stay below; measured after the fit.",
}
"""Metrics of kx's own, which have no options -> what each is."""

OUR_LOSSES: Mapping[str, str] = {
    "pinball": "The loss of quantiles, whose shares the dataset states; the mean over them.",
}
"""Losses of kx's own, which have no options -> what each is."""

AFTER = ("median_absolute_error",)
"""Of these, what no sums over batches can tell: it is measured after the fit."""

SUMMED = ("pinball", "coverage", "poisson_deviance", "rank_error", "weighted_kappa")
"""Of these, what a few sums over rows tell: every engine measures it exactly."""

OPTIMIZERS = (
    "SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Adafactor",
    "Ftrl", "Lion", "Lamb", "Muon",
)  # fmt: skip
"""Keras's classes; in a spec they are written in lower case."""

_PIXELS = "it compares areas of pictures pixel by pixel; kx's networks answer one row at a time"
_ROWWISE = "it correlates the outputs of one row with each other; a regression has but one"
_BASE = "it is a building block of Keras's for metrics of one's own; a plugin can register one"

REFUSED: Mapping[ObjectiveKind, Mapping[str, str]] = {
    "losses": {
        "ctc": "it aligns sequences of outputs; kx's networks answer one row at a time",
        "circle": "it compares embeddings of several rows; kx's networks end in answers",
        "dice": _PIXELS,
        "tversky": _PIXELS,
    },
    "metrics": {
        "iou": _PIXELS,
        "mean_iou": _PIXELS,
        "binary_iou": _PIXELS,
        "one_hot_iou": _PIXELS,
        "one_hot_mean_iou": _PIXELS,
        "pearson_correlation": _ROWWISE,
        "concordance_correlation": _ROWWISE,
        "mean": _BASE,
        "sum": _BASE,
        "mean_metric_wrapper": _BASE,
    },
}
"""What Keras has and kx's tasks have no use for -> why."""

LEFT_OUT: Mapping[str, str] = {
    "from_logits": "kx's networks end in probabilities (training.output_activation)",
    "reduction": "the loss of a batch is the mean over its rows",
    "axis": "outputs are compared along the last axis",
    "dtype": "training.precision decides it",
    "thresholds": "a list of thresholds would give a list of numbers; state threshold",
    "multi_label": "it follows from the task",
    "num_labels": "it follows from the task",
    "label_weights": "training.class_weight weighs classes",
    "class_aggregation": "a regression has one output",
    "from_sorted_ids": "kx's networks give probabilities, not sorted classes",
}
"""Options of Keras's that kx decides -> how."""

COUNTS = ("Precision", "Recall", "TruePositives", "TrueNegatives", "FalsePositives",
          "FalseNegatives")  # fmt: skip
"""Metrics of Keras's with one threshold or a list: a spec states one, as ``threshold``."""

SETTABLE: Mapping[str, dict[str, Any]] = {
    "alpha": {"type": float, "ge": 0, "le": 1},
    "apply_class_balancing": {"type": bool},
    "average": {"type": Literal["micro", "macro", "weighted"], "default": "macro"},
    "beta": {"type": float, "gt": 0},
    "class_id": {"type": int | None, "ge": 0},
    "curve": {"type": Literal["ROC", "PR"]},
    "delta": {"type": float, "gt": 0},
    "gamma": {"type": float, "ge": 0},
    "ignore_class": {"type": int | None},
    "k": {"type": int, "ge": 1},
    "label_smoothing": {"type": float, "ge": 0, "le": 1},
    "num_regressors": {"type": int, "ge": 0},
    "num_thresholds": {"type": int, "ge": 2},
    "precision": {"type": float, "ge": 0, "le": 1},
    "q": {"type": float, "gt": 0, "lt": 1},
    "recall": {"type": float, "ge": 0, "le": 1},
    "sensitivity": {"type": float, "ge": 0, "le": 1},
    "specificity": {"type": float, "ge": 0, "le": 1},
    "summation_method": {"type": Literal["interpolation", "minoring", "majoring"]},
    "threshold": {"type": float, "gt": 0, "lt": 1, "default": 0.5},
    "top_k": {"type": int | None, "ge": 1},
}
"""Type and range of options, by Keras's documentation, and defaults that are kx's own: Keras's F1
without ``average`` is a list, and without ``threshold`` takes the only output for the largest."""


@cache
def keras_options(kind: ObjectiveKind, name: str) -> type[BaseModel]:
    """Return the model of the options that a spec may set of Keras's loss or metric ``name``."""
    from pydantic import ConfigDict, create_model

    config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )
    fields: dict[str, Any] = {
        option.name: (option.kind, ... if option.default is REQUIRED else option.default)
        for option in keras_declared(kind, name)
    }
    return create_model(name, __config__=config, **fields)


def keras_declared(kind: ObjectiveKind, name: str) -> tuple[Declared, ...]:
    """Return these options with their types and defaults."""
    return tuple(
        _declared(option, SETTABLE[option], signature)
        for option, signature in _signature(kind, name).items()
        if option in SETTABLE
    )


def _signature(kind: ObjectiveKind, name: str) -> dict[str, dict[str, Any]]:
    if name in ("top_3_accuracy", "top_5_accuracy") or name in (*OURS, *OUR_LOSSES):
        return {}  # the option of the first two is in their name
    signature = dict(recorded()[kind][CLASSES[kind][name]])
    if CLASSES[kind][name] in COUNTS:
        signature["threshold"] = {}
    return signature


def _declared(name: str, settable: Mapping[str, Any], signature: Mapping[str, Any]) -> Declared:
    from pydantic import Field

    limits = {key: settable[key] for key in ("gt", "ge", "lt", "le") if key in settable}
    default = settable.get("default", signature.get("default", REQUIRED))
    return Declared(name, Annotated[settable["type"], Field(**limits)], default)
