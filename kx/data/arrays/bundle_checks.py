"""Whether data are what a loader promises: plugins' loaders are held to it before anything trains.

What is returned is told of a plugin, so it says "x" and "y", as its author does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, get_args

from kx.base.text import counted
from kx.contracts import DatasetBundle, DatasetInfo, Split, Task

if TYPE_CHECKING:
    import numpy as np

SHOWN = 3
"""Values that are told as examples."""

CLASSES: Mapping[str, str] = {
    "binary": "two names, or none",
    "multiclass": "the names of two classes at least",
    "ordered": "the names of three classes at least",
    "multilabel": "the names of two labels at least",
    "regression": "no names",
    "unit_regression": "no names",
    "counts": "no names",
    "quantiles": "no names",
    "multi_regression": "no names",
}
"""What ``DatasetInfo.classes`` holds, per task."""


def info_faults(info: object) -> Iterator[str]:
    """Yield what is wrong with what a loader says of the form of its data."""
    if not isinstance(info, DatasetInfo):
        yield f"describes its data by {_kind(info)}, and no kx.DatasetInfo"
    elif info.task not in get_args(Task):
        yield f"has the task {info.task!r}: it must be one of {', '.join(get_args(Task))}"
    else:
        yield from _shape_faults(info)
        yield from _class_faults(info)


def bundle_faults(bundle: DatasetBundle) -> list[str]:
    """Return what is wrong with the data of a loader, with counts.

    What is missing (NaN) is no fault: ``preparation.missing`` decides about it.
    """
    found = list(info_faults(bundle.info))
    for part in () if found else ("train", "test"):
        split = getattr(bundle, part)
        if isinstance(split, Split):
            found += [f"{part}: {text}" for text in _split_faults(split, bundle.info)]
        else:
            found.append(f"{part}: must be a kx.Split; got {_kind(split)}")
    return found or list(_origin_faults(bundle))


def _shape_faults(info: DatasetInfo) -> Iterator[str]:
    shape: object = info.input_shape
    if not isinstance(shape, tuple) or not all(map(_is_whole, shape)):
        several = isinstance(shape, list | tuple | dict) and any(
            isinstance(side, list | tuple) for side in shape
        )
        hint = "; kx takes networks of one input" if several else ""
        yield f"has the input_shape {shape!r}: it must be a tuple of whole numbers{hint}"
    elif not shape or min(shape) < 1:
        yield f"has the input_shape {shape!r}: it needs one side at least, each of 1 or more"


def _is_whole(side: object) -> bool:
    return isinstance(side, Integral) and not isinstance(side, bool)


def _class_faults(info: DatasetInfo) -> Iterator[str]:
    classes: object = info.classes
    if not isinstance(classes, tuple) or not all(isinstance(name, str) for name in classes):
        yield f"has classes that are no tuple of texts: {_cut(classes)}"
        return
    most = (0,) if info.numbers else (0, 2) if info.task == "binary" else None
    least = 3 if info.task == "ordered" else 2
    wrong = len(classes) not in most if most else len(classes) < least
    if wrong:
        yield f"has {len(classes)} classes: {info.task} wants {CLASSES[info.task]}"
    if len(set(classes)) < len(classes):
        yield f"has two classes of one name: {_cut(classes)}"


def _split_faults(split: Split, info: DatasetInfo) -> Iterator[str]:
    first = next(_form_faults(split, info), "")
    if first:  # the rest could not even be counted
        yield first
        return
    yield from _target_faults(split.y, info)
    yield from _feature_faults(split.x, info)
    yield from _row_faults(split)


def _form_faults(split: Split, info: DatasetInfo) -> Iterator[str]:
    """Yield what is wrong with types, shapes and lengths."""
    import numpy as np

    x, y = split.x, split.y
    if isinstance(x, list | tuple | dict):
        yield f"x must be one array, as kx takes networks of one input; got {_kind(x)} of {len(x)}"
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        yield f"x must be an array, or a CSR matrix; got {_kind(x)}"
    if not isinstance(y, np.ndarray):
        yield f"y must be an array; got {_kind(y)}"
    if info.sparse != hasattr(x, "indptr"):
        yield "x must be a CSR matrix if, and only if, DatasetInfo.sparse is true"
    if y.ndim == 0 or x.shape[0] != y.shape[0]:
        yield f"x has {x.shape[0]} rows, and y {y.shape[0] if y.ndim else 'none'}"
    if not len(y):
        yield "has no rows"
    if not info.texts and tuple(x.shape[1:]) != info.input_shape:
        yield f"x has rows of shape {tuple(x.shape[1:])}; input_shape says {info.input_shape}"
    if not info.texts and x.dtype.kind not in "fiub":
        yield f"x must be numbers; got {x.dtype}"
    if y.dtype.kind not in "fiub":
        yield f"y must be numbers; got {y.dtype}, such as {_cut(y.flat[0])}"
    wide = info.task == "multilabel" or (info.many_classes and info.one_hot)
    wanted = (len(y), len(info.classes)) if wide else (len(y),)
    wanted = (len(y), info.outputs) if info.task == "multi_regression" else wanted
    if y.shape != wanted:
        yield f"y has the shape {y.shape}; {info.task} wants {wanted}"


def _target_faults(y: np.ndarray, info: DatasetInfo) -> Iterator[str]:
    """Yield which targets are none of the task's."""
    import numpy as np

    if info.many_classes and not info.one_hot:
        last = len(info.classes) - 1
        known = (y >= 0) & (y <= last) & (y == np.floor(y))
        yield from _strange(y, known, f"are none of the {last + 1} classes (0 to {last})")
    elif info.numbers:
        yield from _strange(y, np.isfinite(y), "are not finite numbers")
        if info.task == "unit_regression":
            yield from _strange(y, ~np.isfinite(y) | ((y >= 0) & (y <= 1)), "are not in 0 to 1")
        if info.task == "counts":
            whole = (y >= 0) & (y == np.floor(y))
            yield from _strange(y, ~np.isfinite(y) | whole, "are no whole numbers from 0 on")
    else:
        yield from _strange(y, (y == 0) | (y == 1), "are neither 0 nor 1")
        if info.many_classes and (bad := int((y.sum(axis=1) != 1).sum())):
            yield f"{bad:,} of {len(y):,} rows of y are not of exactly one class"


def _strange(y: np.ndarray, known: np.ndarray, what: str) -> Iterator[str]:
    """Yield how many targets are not ``known``, and which these are."""
    import numpy as np

    if known.all():
        return
    strange = y[~known]
    values, counts = np.unique(strange, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    told = [
        f"{values[at].item()!r} ({counted(int(counts[at]), 'time', 'times')})"
        for at in order[:SHOWN]
    ]
    more = ", …" if len(order) > SHOWN else ""
    yield f"{len(strange):,} of {y.size:,} targets {what}: {', '.join(told)}{more}"


def _feature_faults(x: Any, info: DatasetInfo) -> Iterator[str]:
    import numpy as np

    if info.texts:
        return
    values = x.data if hasattr(x, "indptr") else x
    if values.dtype.kind == "f" and (infinite := int(np.isinf(values).sum())):
        yield f"x has {infinite:,} infinite numbers"
    if info.pixels and values.dtype != np.uint8:
        yield f"x must be uint8, as DatasetInfo.pixels says; got {values.dtype}"
    if info.vocabulary is not None and values.size:
        strange = int(((values < 0) | (values >= info.vocabulary)).sum())
        if strange:
            yield f"x has {strange:,} word indices that are not in 0 to {info.vocabulary - 1}"


def _row_faults(split: Split) -> Iterator[str]:
    """Yield what is wrong with what goes with each row."""
    import numpy as np

    for name in ("weights", "groups"):
        given, wanted = getattr(split, name), (len(split.y),)
        if given is not None and getattr(given, "shape", None) != wanted:
            yield f"{name} must be an array of the shape {wanted}; got {_kind(given)}"
    weights = split.weights
    if isinstance(weights, np.ndarray) and weights.shape == (len(split.y),):
        numbers = weights.dtype.kind in "fiub"
        if not numbers or not (np.isfinite(weights) & (weights >= 0)).all():
            yield "weights must be finite numbers of at least 0"


def _origin_faults(bundle: DatasetBundle) -> Iterator[str]:
    for part, names in bundle.origins.items():
        split = {"train": bundle.train, "test": bundle.test}.get(part)
        if split is None or len(names) != len(split):
            yield f"origins: {part!r} must name what each row of a part was read from"


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _cut(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
