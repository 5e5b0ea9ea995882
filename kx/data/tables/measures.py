"""Numbers and days of a table brought to small, similar ranges, each column in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.contracts import ColumnForm, Missing, Scale
from kx.data.arrays.statistics import shift_and_divisor

if TYPE_CHECKING:
    import numpy as np

EXTREME = 100
"""Power of two from which on a number needs care: 32 bits end at 128."""

MOST_QUANTILES = 1_000
"""So many ranks are told apart, as by scikit-learn's ``QuantileTransformer``."""

CENTRED: tuple[Scale, ...] = ("standardize", "log")
"""Scales after which the mean of the training rows is 0."""

Own = Mapping[str, Mapping[str, Any]]
"""Name of a column -> its ``scale`` and ``missing``, as far as they are not those of all others."""


@dataclass(frozen=True, slots=True)
class ColumnWay:
    """How one column of numbers or days is prepared."""

    scale: Scale
    missing: Missing


def ways_of(
    columns: Sequence[ColumnForm], scale: Scale, missing: Missing, own: Own
) -> tuple[ColumnWay, ...]:
    """Return how each column is prepared; of a day there is no logarithm: it is standardized.

    Args:
        columns: their forms.
        scale: of all that ``own`` does not name.
        missing: likewise.
        own: what is said of single columns.
    """
    return tuple(ColumnWay(**_way(column, scale, missing, own)) for column in columns)


def _way(column: ColumnForm, scale: Scale, missing: Missing, own: Own) -> dict[str, Any]:
    if not column.is_measured:
        return {"scale": "none", "missing": missing}
    shared = "standardize" if (column.kind, scale) == ("date", "log") else scale
    return {"scale": shared, "missing": missing, **own.get(column.name, {})}


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What the training rows of a fit tell of columns of numbers and days.

    Attributes:
        ways: of all columns, how they are prepared.
        shift: (columns,) float64; 0 for what is no amount.
        divisor: likewise; never 0.
        fill: likewise, what stands for a gap, in prepared units.
        quantiles: (ranks, k) float64 of those k columns that are scaled by rank, in their order.
        edges: (bins + 1, columns) float64, between which bins lie, in prepared units; (0, 0)
            without bins.
    """

    ways: tuple[ColumnWay, ...]
    shift: np.ndarray
    divisor: np.ndarray
    fill: np.ndarray
    quantiles: np.ndarray
    edges: np.ndarray

    def scaled(self, values: np.ndarray, at: int) -> np.ndarray:
        """Return (n,) float64, values of the column ``at`` prepared; NaN where there is none."""
        scale = self.ways[at].scale
        if scale == "quantile" and self.quantiles.size:
            place = sum(way.scale == "quantile" for way in self.ways[:at])
            return _by_rank(values, self.quantiles[:, place])
        scaled: np.ndarray = (_logged(values, scale) - self.shift[at]) / self.divisor[at]
        return scaled

    def filled(self, values: np.ndarray, at: int) -> np.ndarray:
        """Return the same, with what stands for a gap."""
        import numpy as np

        return np.where(np.isnan(values), self.fill[at], self.scaled(values, at))

    def stepped(self, filled: np.ndarray, at: int) -> np.ndarray:
        """Return (n, bins), how far through each bin a prepared value is: 0 below it, 1 above.

        A bin between edges that are the same value stays 0.

        Source:
            Gorishniy, Rubachev and Babenko (2022), "On embeddings for numerical features in tabular
            deep learning", NeurIPS: the piecewise-linear encoding with bins from quantiles. There
            the outermost bins go on beyond their edges; here the number beside them does.
        """
        import numpy as np

        low, high = self.edges[:-1, at], self.edges[1:, at]
        width = high - low
        share = (filled[:, None] - low) / np.where(width > 0, width, 1.0)
        return np.where(width > 0, share, 0.0).clip(0, 1)


def fit_measures(
    x_train: np.ndarray, columns: Sequence[ColumnForm], ways: tuple[ColumnWay, ...]
) -> Measures:
    """Learn from the training rows of one fit how numbers and days are scaled and gaps filled.

    Args:
        x_train: (n, columns) float64 of the training rows only.
        columns: their forms.
        ways: how each is prepared.
    """
    import numpy as np

    shift, divisor = np.zeros(len(columns)), np.ones(len(columns))
    known = [
        at
        for at, column in enumerate(columns)
        if column.is_measured and not np.isnan(x_train[:, at]).all()
    ]
    for scale in dict.fromkeys(ways[at].scale for at in known):
        alike = [at for at in known if ways[at].scale == scale]
        shift[alike], divisor[alike] = _statistics(x_train[:, alike], scale)
    quantiles = _quantiles(x_train, [at for at, way in enumerate(ways) if way.scale == "quantile"])
    bins = max((column.bins for column in columns), default=0)
    edges = np.zeros((bins + 1, len(columns)) if bins else (0, 0))
    measures = Measures(ways, shift, divisor, np.zeros(len(columns)), quantiles, edges)
    for at, fill in _fills(x_train, measures, known):
        measures.fill[at] = fill
    for at in known if bins else ():
        shares = np.linspace(0, 1, bins + 1)
        edges[:, at] = np.nanquantile(measures.scaled(x_train[:, at], at), shares)
    return measures


def _statistics(x: np.ndarray, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    """Return shift and divisor of (n, k) columns that are scaled alike."""
    import numpy as np

    if scale == "quantile":
        return np.zeros(()), np.ones(())
    logged = _logged(x, scale)
    unit = _units(logged, scale)
    usual: Scale = "standardize" if scale in ("log", "robust") else scale
    shift, divisor = (each * unit for each in shift_and_divisor(logged / unit, usual))
    if scale != "robust":
        return shift, divisor
    from sklearn.preprocessing import RobustScaler

    robust = RobustScaler().fit(logged / unit)
    # Where more than half of the values are one, the quartiles say nothing.
    low, high = np.nanpercentile(logged, (25, 75), axis=0)
    spread = high > low
    return (
        np.where(spread, robust.center_ * unit, shift),
        np.where(spread, robust.scale_ * unit, divisor),
    )


def _logged(x: np.ndarray, scale: Scale) -> np.ndarray:
    import numpy as np

    return np.sign(x) * np.log1p(np.abs(x)) if scale == "log" else x


def _units(x: np.ndarray, scale: Scale) -> np.ndarray:
    """Return powers of two that keep the squares of huge and tiny columns within 64 bits."""
    import numpy as np

    exponents = np.frexp(np.nanmax(np.abs(x), axis=0))[1] - 1
    extreme = np.abs(exponents) > EXTREME
    return np.where(extreme & (scale != "none"), np.ldexp(1.0, np.maximum(exponents, -900)), 1.0)


def _quantiles(x_train: np.ndarray, places: Sequence[int]) -> np.ndarray:
    """Return (ranks, k) float64 of the columns at ``places``; 0 where a column has no value."""
    import numpy as np

    if not len(places):
        return np.zeros((0, 0))
    from sklearn.preprocessing import QuantileTransformer

    ranks = min(MOST_QUANTILES, len(x_train))
    empty = np.isnan(x_train[:, places]).all(axis=0)
    x = np.where(empty, 0.0, x_train[:, places])
    found: np.ndarray = QuantileTransformer(n_quantiles=ranks, subsample=None).fit(x).quantiles_
    return found


def _by_rank(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return (n,) values whose ranks are those of a normal distribution; one value becomes 0."""
    import numpy as np
    from sklearn.preprocessing import QuantileTransformer

    ranks = len(quantiles)
    if quantiles[0] == quantiles[-1]:
        return np.where(np.isnan(values), np.nan, 0.0)
    transformer = QuantileTransformer(n_quantiles=ranks, output_distribution="normal")
    transformer.quantiles_, transformer.n_quantiles_ = quantiles[:, None], ranks
    transformer.references_, transformer.n_features_in_ = np.linspace(0, 1, ranks), 1
    found: np.ndarray = transformer.transform(values[:, None])[:, 0]
    return found


def _fills(
    x_train: np.ndarray, measures: Measures, known: Sequence[int]
) -> Iterator[tuple[int, float]]:
    """Yield what stands for the gaps of each column that has some, but for those that get 0."""
    import numpy as np

    for at in known:
        way, values = measures.ways[at], x_train[:, at]
        centred = way.missing != "median" and way.scale in CENTRED
        if way.missing in ("zero", "error") or centred or not np.isnan(values).any():
            continue
        middle = np.nanmedian if way.missing == "median" else np.nanmean
        yield at, float(middle(measures.scaled(values, at)))
