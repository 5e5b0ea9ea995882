"""Losses and metrics as Keras's objects, with the options of the spec."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kx.base.errors import PluginError
from kx.base.guard import guarded
from kx.base.remark import Remark
from kx.components import own_objectives
from kx.components.keras_options import AFTER, CLASSES, COUNTS, OURS, SUMMED
from kx.components.own_objectives import OwnObjective
from kx.contracts import DatasetInfo
from kx.evaluators.scores import STREAMED
from kx.models.head_choice import filled
from kx.models.heads import PINBALL, PLAIN, Head, Measure
from kx.spec.schema import TrainingSection
from kx.spec.schema.optimizers import OwnOptimizer
from kx.training.class_metrics import class_metric
from kx.training.pinball import pinball
from kx.training.summed_metrics import summed_metric
from kx.training.target_columns import in_columns, is_sparse

if TYPE_CHECKING:
    import keras

SPARSE = {
    "CategoricalAccuracy": "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy": "SparseTopKCategoricalAccuracy",
    "CategoricalCrossentropy": "SparseCategoricalCrossentropy",
}
"""Keras's class for one-hot labels -> that for integers; other metrics get them made one-hot."""

NAMELESS = ("categorical_generalized_crossentropy",)
"""Losses that Keras's ``get`` does not know by the name that they have here."""


def make_loss(head: Head, reduction: str = "sum_over_batch_size") -> str | Callable[..., Any]:
    """Return the loss: a name for Keras, or a function of targets and predictions.

    Args:
        head: names it, and has its options.
        reduction: Keras's; ``none`` for a number of each row.
    """
    import keras

    if own := own_objectives.loss.get(head.loss):
        options = filled("losses", own.name, head.loss_options)
        found: Callable[..., Any] = _as_loss(own, options, reduction)
        return found
    if head.loss == PINBALL:
        rows = partial(pinball, quantiles=head.quantiles)
        quantile_loss: Callable[..., Any] = _wrapper()(rows, reduction=reduction, name=PINBALL)
        return quantile_loss
    if not head.loss_options and head.loss not in NAMELESS:
        plain: Callable[..., Any] = keras.losses.get(head.loss)
        return plain if reduction == "none" else head.loss
    kind = getattr(keras.losses, CLASSES["losses"][head.loss])
    made: Callable[..., Any] = kind(
        reduction=reduction, **filled("losses", head.loss, head.loss_options)
    )
    return made


def in_deviations(loss: str | Callable[..., Any], info: DatasetInfo) -> Callable[..., Any] | None:
    """Return a loss of several numbers in their deviations; None: there is but one."""
    import keras

    if not info.deviations:
        return None
    plain, shares = keras.losses.get(loss), [1 / each for each in info.deviations]

    def scaled(y: Any, said: Any) -> Any:
        each = keras.ops.convert_to_tensor(shares, dtype=said.dtype)
        return plain(keras.ops.cast(y, said.dtype) * each, said * each)

    return scaled


def _as_loss(own: OwnObjective, options: dict[str, Any], reduction: str) -> Any:
    """Return a loss of a plugin as one of Keras's, whichever form it has."""
    import keras

    function = _function_of(own, options)

    def rows(y: Any, said: Any) -> Any:
        alone = len(y.shape) == 1 and said.shape[-1] == 1  # else (n,) - (n, 1) would be (n, n)
        found = _held(own, function, keras.ops.expand_dims(y, -1) if alone else y, said)
        # One number for all rows, a mean over them, is that of each: so weights and means hold.
        return found if len(found.shape) else keras.ops.broadcast_to(found, (_count(said),))

    return _wrapper()(rows, reduction=reduction, name=own.name)


def _function_of(own: OwnObjective, options: dict[str, Any]) -> Callable[..., Any]:
    if not isinstance(own.source, type):
        return partial(own.source, **options)
    with guarded(own.file):
        made = own.source(**options)
    call: Callable[..., Any] = made.call
    return call


@cache
def _wrapper() -> type:
    import keras

    class RowsLoss(keras.losses.Loss):  # type: ignore[misc]
        """A loss from a function that returns a number for each row."""

        def __init__(self, rows: Callable[..., Any], **options: Any) -> None:
            super().__init__(**options)
            self._rows = rows

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return self._rows(y_true, y_pred)

    return RowsLoss


def make_metric(label: str, measure: Measure, info: DatasetInfo) -> keras.Metric:
    """Return a new metric that is called ``label``, of the kind that suits the labels."""
    if own := own_objectives.metric.get(measure.name):
        return _own_metric(label, own, filled("metrics", own.name, measure.options), info)
    if measure.name in SUMMED:
        return summed_metric(label, measure.name, info)
    if measure.name in OURS:
        return class_metric(label, measure.name, info)
    options = filled("metrics", measure.name, measure.options)
    return _metric(label, measure, info, options)


def _metric(
    label: str, measure: Measure, info: DatasetInfo, options: dict[str, Any]
) -> keras.Metric:
    import keras

    kind, wanted = _class_name(measure, info), dict(options)
    sparse = is_sparse(info)
    if kind in COUNTS:
        wanted["thresholds"] = wanted.pop("threshold")
    if measure.name == "accuracy" and kind != "BinaryAccuracy":
        wanted.pop("threshold")
    if measure.best_of:
        wanted["k"] = measure.best_of
    if kind == "AUC":
        wanted["multi_label"] = info.task == "multilabel"
    if kind in ("F1Score", "FBetaScore") and info.many_classes:
        wanted["threshold"] = None
    if sparse and kind in SPARSE:
        wanted.pop("label_smoothing", None)
        return getattr(keras.metrics, SPARSE[kind])(name=label, **wanted)
    found = getattr(keras.metrics, kind)
    return (
        found if measure.name in PLAIN else in_columns(found, sparse=sparse, outputs=info.outputs)
    )(name=label, **wanted)


def _class_name(measure: Measure, info: DatasetInfo) -> str:
    if measure.name == "accuracy" and info.many_classes:
        return "CategoricalAccuracy"
    return CLASSES["metrics"][measure.name]


def _own_metric(
    label: str, own: OwnObjective, options: dict[str, Any], info: DatasetInfo
) -> keras.Metric:
    import keras

    def mean(y: Any, said: Any) -> Any:
        return _held(own, partial(own.source, **options), y, said)

    kind: Any = own.source if isinstance(own.source, type) else keras.metrics.MeanMetricWrapper
    kind = in_columns(kind, sparse=False, outputs=1) if info.outputs == 1 else kind
    with guarded(own.file):
        made = kind(name=label, **options) if isinstance(own.source, type) else kind(mean, label)
    if not isinstance(made, keras.Metric):
        raise PluginError(f"metric {own.name!r} is no keras.Metric")
    return made


def _held(own: OwnObjective, function: Callable[..., Any], y: Any, said: Any) -> Any:
    """Call a function of a plugin, and hold it to what it must return."""
    with guarded(own.file):
        found = function(y, said)
    if not hasattr(found, "shape"):
        made = "nothing" if found is None else f"a {type(found).__name__}"
        raise PluginError(f"{own.kind} {own.name!r} returned {made}, and no tensor")
    if len(found.shape) > 1:
        raise PluginError(
            f"{own.kind} {own.name!r} returned shape {tuple(found.shape)}: it must return a "
            "number for each row, or one for all of them"
        )
    return found


def _count(said: Any) -> Any:
    import keras

    return keras.ops.shape(said)[0]


def obstacle(head: Head, training: TrainingSection) -> Remark | None:
    """Return what only TensorFlow's own loops are known to run, if there is something."""
    optimizers = [training.optimizer, *(phase.optimizer for phase in training.phases or ())]
    if own := next((each for each in optimizers if isinstance(each, OwnOptimizer)), None):
        return Remark.of("engine.own_optimizer", name=own.name)
    if own_objectives.loss.get(head.loss):
        return Remark.of("engine.own_loss", name=head.loss)
    names = (head.measure(label).name for label in head.metrics)
    odd = next((name for name in names if name not in (*PLAIN, *AFTER, *SUMMED)), None)
    return Remark.of("engine.metric", name=odd) if odd else None


def estimated(head: Head) -> list[str]:
    """Return labels of metrics that Keras only estimates while it trains.

    Those are areas under curves, what is measured after the fit, and functions of plugins: one that
    is no mean over rows has another value for all rows at once than on average over the batches.
    """
    own = {label: own_objectives.metric.get(head.measure(label).name) for label in head.metrics}
    functions = [name for name, each in own.items() if each and not isinstance(each.source, type)]
    late = [label for label in head.metrics if _is_late(label, head.measure(label).name)]
    return [label for label in head.metrics if label in (*late, *functions)]


def _is_late(label: str, name: str) -> bool:
    """Whether predictions tell exactly what training does not; Keras's go by another label then."""
    return label in STREAMED or (name in OURS and name in (*STREAMED, *AFTER))
