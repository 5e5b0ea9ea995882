"""The training part as networks see it, prepared by what the training rows of a fit tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kx.contracts import DatasetBundle, Split
from kx.data.arrays.class_weights import row_weights
from kx.data.preparation import fit_preparation, learns_from
from kx.data.tables import window_preparation
from kx.data.tables.encoding import fit_table
from kx.data.texts.text_columns import fit_text_columns
from kx.data.texts.vocabulary import fit_vocabulary
from kx.planning import Plan

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation


@dataclass(slots=True)
class Prepared:
    """The training part as networks see it, and what it was prepared by.

    Data that are prepared alike for every fold, such as words, are kept only once.
    """

    plan: Plan
    bundle: DatasetBundle
    _last: tuple[AnyPreparation, Split] | None = None
    _weighted: tuple[Split, np.ndarray, Split] | None = None

    def fitted(self, rows: np.ndarray) -> AnyPreparation:
        """Return the preparation that the training rows alone decide, unless it is to leak."""
        section, info = self.plan.spec.preparation, self.bundle.info
        train = self.bundle.train
        scale = info.scale if section.scale == "auto" else section.scale
        everything = section.leaky or len(rows) == len(train)
        if info.texts:
            return fit_vocabulary(train.x if everything else train.x[rows], info.texts)
        missing = info.missing if section.missing == "auto" else section.missing
        if info.series:
            wanted = np.arange(len(train)) if everything else rows
            return window_preparation.fit_windows(
                train.x, wanted, info.table, scale, missing, section.ways()
            )
        x = train.x if everything or not learns_from(train.x, scale) else train.x[rows]
        if info.table:
            texts = fit_text_columns(x, info.table)
            return fit_table(x, info.table, scale, missing, section.ways(), texts)
        return fit_preparation(x, scale, missing, names=info.features)

    def split(self, preparation: AnyPreparation, rows: np.ndarray) -> Split:
        """Return the whole training part, prepared; ``rows`` decide what is balanced."""
        if self._last is None or not self._last[0].is_same(preparation):
            x = preparation.apply(self.bundle.train.x, "training")
            self._last = (preparation, replace(self.bundle.train, x=x))
        data, how = self._last[1], self.plan.spec.training.class_weight
        weights = row_weights(data, rows, self.bundle.info, how)
        return data if weights is None else self._weighing(data, weights)

    def _weighing(self, data: Split, weights: np.ndarray) -> Split:
        """Return data with weights; the same again for the same ones, which are tensors by then."""
        last = self._weighted
        if last is None or last[0] is not data or not np.array_equal(last[1], weights):
            self._weighted = last = (data, weights, replace(data, weights=weights))
        return last[2]
