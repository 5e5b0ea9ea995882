"""Bringing features to small, similar ranges, by what the training part alone tells.

Statistics of validation or test rows must not be looked at: the score would be too good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from kx.base.errors import DataError
from kx.contracts import Block, Missing, Scale
from kx.data.arrays.statistics import shift_and_divisor

if TYPE_CHECKING:
    import numpy as np

    from kx.data.tables.encoding import TablePreparation


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """How features are prepared: ``(x - shift) / divisor``, with gaps filled.

    Attributes:
        scale: which statistics ``shift`` and ``divisor`` are.
        missing: what stands for a gap.
        shift: per feature, or one number for all; float64.
        divisor: likewise; never 0.
        fill: per feature, what replaces a gap, in prepared units.
        gaps: per feature, whether the training part has gaps: only there is a gap allowed.
        names: of the features, for messages; may be empty.
    """

    scale: Scale
    missing: Missing
    shift: np.ndarray
    divisor: np.ndarray
    fill: np.ndarray
    gaps: np.ndarray
    names: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """How many columns ``apply`` adds: with ``indicator``, one per feature with gaps."""
        return int(self.gaps.sum()) if self.missing == "indicator" else 0

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Nothing: all columns are numbers."""
        return ()

    def is_same(self, other: Any) -> bool:
        """Whether ``other`` prepares every row exactly as this one does."""
        import numpy as np

        arrays = self.arrays()
        return (
            isinstance(other, Preparation)
            and self.settings() == other.settings()
            and all(np.array_equal(arrays[name], values) for name, values in other.arrays().items())
        )

    def input_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one prepared example whose features have ``shape``."""
        return (*shape[:-1], shape[-1] + self.added) if self.added else shape

    def apply(self, x: Any, part: str = "validation or test") -> Any:
        """Return ``x`` prepared: float32, but what is left alone (words, bytes, CSR) as it is.

        Args:
            x: (n, …) features of the form of the training part; not changed.
            part: of the data, for messages.

        Raises:
            DataError: if a feature is missing that was never missing in the training part, or is
                infinite.
        """
        import numpy as np

        if _is_left_alone(x, self.scale):
            return _finite_sparse(x, part)
        absent = self._absent(x, part)
        prepared = self._scaled(x)
        if absent is None:
            return prepared
        prepared = np.where(absent, self.fill, prepared).astype(np.float32)
        if not self.added:
            return prepared
        return np.concatenate([prepared, absent[:, self.gaps].astype(np.float32)], axis=1)

    def check(self, x: Any, part: str) -> None:
        """Look for features that ``apply`` would refuse, without preparing anything.

        Raises:
            DataError: as ``apply`` does.
        """
        if _is_left_alone(x, self.scale):
            _finite_sparse(x, part)
        else:
            self._absent(x, part)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the numbers, for an ``.npz`` file; ``settings`` are the rest."""
        return {name: getattr(self, name) for name in ("shift", "divisor", "fill", "gaps")}

    def settings(self) -> dict[str, Any]:
        """Return the words, for a JSON file."""
        return {"scale": self.scale, "missing": self.missing, "names": list(self.names)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]
    ) -> Preparation:
        """Make the preparation again whose ``arrays`` and ``settings`` were kept."""
        return cls(
            scale=settings["scale"],
            missing=settings["missing"],
            names=tuple(settings["names"]),
            **{name: arrays[name] for name in ("shift", "divisor", "fill", "gaps")},
        )

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        import numpy as np

        if self.scale == "none":
            return x.astype(np.float32, copy=False)
        # Bytes not through float64: that would take 376 MB for MNIST.
        kind = np.float32 if x.dtype == np.uint8 else np.float64
        scaled: np.ndarray = (x - self.shift.astype(kind)) / self.divisor.astype(kind)
        return scaled.astype(np.float32)

    def _absent(self, x: np.ndarray, part: str) -> np.ndarray | None:
        """Return where features are missing, or None if no gap is to be filled or marked."""
        import numpy as np

        if x.dtype.kind != "f" or (not self.gaps.any() and np.isfinite(x).all()):
            return None
        absent: np.ndarray = np.isnan(x)
        _refuse(np.isinf(x), "is infinite", part, self.names)
        reason = "is missing" if self.missing == "error" else "is missing, but never in training"
        _refuse(absent & ~self.gaps, reason, part, self.names)
        return absent if self.gaps.any() else None


class AnyPreparation(Protocol):
    """What is learned from a training part alone, and makes of all data what networks take."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the columns of a prepared row are; empty: numbers, or not known."""

    def is_same(self, other: Any) -> bool:
        """Whether ``other`` prepares every row exactly as this one does."""

    def input_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one prepared example whose features have ``shape``."""

    def apply(self, x: Any, part: str = ...) -> Any:
        """Return ``x`` prepared; ``part`` names it in messages.

        Raises:
            DataError: if it cannot be.
        """

    def check(self, x: Any, part: str) -> None:
        """Look for what ``apply`` would refuse, without preparing anything.

        Raises:
            DataError: as ``apply`` does.
        """

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the numbers, for an ``.npz`` file; ``settings`` are the rest."""

    def settings(self) -> dict[str, Any]:
        """Return the words, for a JSON file."""


def preparation_from(
    arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]
) -> AnyPreparation:
    """Make the preparation again whose ``arrays`` and ``settings`` were kept."""
    if "window" in settings:
        return _of_windows(arrays, settings)
    from kx.data.tables.encoding import TablePreparation
    from kx.data.texts.text_columns import text_columns_from
    from kx.data.texts.vocabulary import TextPreparation

    if "texts" in settings:
        return TextPreparation.from_arrays(arrays, settings)
    if "table" in settings:
        texts = text_columns_from(arrays, settings)
        return TablePreparation.from_arrays(arrays, settings, texts)
    return Preparation.from_arrays(arrays, settings)


def _of_windows(arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> AnyPreparation:
    from kx.data.tables.window_preparation import WindowPreparation

    rest = {name: value for name, value in settings.items() if name != "window"}
    rows = cast("TablePreparation", preparation_from(arrays, rest))
    return WindowPreparation(rows, settings["window"])


def fit_preparation(
    x_train: Any, scale: Scale, missing: Missing = "error", *, names: Sequence[str] = ()
) -> Preparation:
    """Learn from the training part of one fit how to prepare it and all that comes later.

    ``standardize`` gives each feature mean 0 and standard deviation 1. ``unit`` divides bytes by
    255 and brings all else to 0..1, by the least and greatest value of each column of a table, or
    of all pixels of pictures. Later values may lie outside. ``none`` changes no value. Features
    that never vary become 0. Gaps count in no statistic.

    Args:
        x_train: (n, …) features or a CSR matrix of the training part only.
        scale: see above; word indices and CSR matrices need ``none``.
        missing: what stands for a gap; ``indicator`` needs a table, (n, features).
        names: of the features, for messages.

    Raises:
        DataError: if a feature is infinite, missing where it must not be, or missing throughout.

    Source:
        Notes 1.1.3 (small, homogeneous values; missing ones) and 2.3 (standardisation by the
        training part).
    """
    import numpy as np

    names = tuple(names)
    if _is_left_alone(x_train, scale):
        zero = np.zeros(())
        return Preparation(scale, missing, zero, zero + 1, zero, zero.astype(bool), names)
    gaps = _training_gaps(x_train, missing, names)
    shift, divisor = shift_and_divisor(x_train, scale)
    fill = np.zeros(gaps.shape)
    if missing in ("mean", "indicator") and gaps.any():
        fill = (np.nanmean(x_train, axis=0, dtype=np.float64) - shift) / divisor
    return Preparation(scale, missing, shift, divisor, fill, gaps, names)


def learns_from(x: Any, scale: Scale) -> bool:
    """Whether ``fit_preparation`` looks at ``x`` at all."""
    return not _is_left_alone(x, scale)


def _is_left_alone(x: Any, scale: Scale) -> bool:
    """Whether ``x`` are word indices, bytes not to be scaled, or few entries that differ from 0."""
    import numpy as np

    if scale == "none" and x.dtype == np.uint8:
        return True
    sparse = hasattr(x, "indptr")
    if not sparse and x.dtype != np.int32:
        return False
    if scale != "none":
        special = "Sparse features" if sparse else "Word indices"
        raise DataError(f"{special} stay as they are: preparation.scale must be none, not {scale}.")
    return True


def _finite_sparse(x: Any, part: str) -> Any:
    import numpy as np

    if hasattr(x, "indptr"):
        if not np.isfinite(x.data).all():
            raise DataError(f"A feature of the {part} part is missing or infinite.")
        return x.astype(np.float32, copy=False)
    return x


def _training_gaps(x: np.ndarray, missing: Missing, names: tuple[str, ...]) -> np.ndarray:
    """Return per feature whether it has gaps that ``missing`` can deal with."""
    import numpy as np

    if x.dtype.kind != "f" or (missing != "indicator" and np.isfinite(x).all()):
        return np.zeros(x.shape[1:], dtype=bool)
    absent = np.isnan(x)
    _refuse(np.isinf(x), "is infinite", "training", names)
    if missing == "error":
        _refuse(absent, "is missing", "training", names)
    _refuse(absent.all(axis=0)[None], "is missing in every row", "training", names)
    if missing == "indicator" and x.ndim != 2:
        raise DataError("missing: indicator works for tables only: use `mean` or `zero`.")
    return cast("np.ndarray", absent.any(axis=0))


def _refuse(bad: np.ndarray, what: str, part: str, names: tuple[str, ...]) -> None:
    """Raise for the first row in which something is bad."""
    import numpy as np

    if not bad.any():
        return
    row, *place = (int(number) for number in np.argwhere(bad)[0])
    column = str(place[0]) if len(place) == 1 else str(tuple(place))
    named = f" ({names[place[0]]})" if len(place) == 1 and names else ""
    hint = ", or set preparation.missing, which needs gaps in the training part to learn from"
    raise DataError(
        f"Column {column}{named} {what} in row {row} of the {part} part. "
        f"Correct the data{hint if 'missing' in what else ''}."
    )
