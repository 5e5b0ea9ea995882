"""Errors of forecasts step by step, beside those of the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kx.contracts import DatasetInfo
from kx.evaluators.forecast_scores import errors_by_step
from kx.runs.record_parts import StepFacts

if TYPE_CHECKING:
    Said = tuple[np.ndarray, np.ndarray]
    Guessed = tuple[np.ndarray, Mapping[str, np.ndarray]]


def step_facts(
    fits: Sequence[Said], guessed: Sequence[Guessed], info: DatasetInfo
) -> StepFacts | None:
    """Return what the record says of the steps of a part; None: there is one step, or no series.

    Errors are averaged over fits, or splits: those of the baselines as those of the network.

    Args:
        fits: targets (n, steps) and predictions of each fit.
        guessed: of each split its targets, and name of a baseline -> what it says of them.
        info: form of the data.
    """
    if info.series is None or not info.targets:
        return None
    return StepFacts(
        leads=info.series.leads,
        errors=_averaged(fits),
        baselines={
            name: _averaged([(y, said[name]) for y, said in guessed]) for name in guessed[0][1]
        },
    )


def _averaged(parts: Sequence[Said]) -> dict[str, tuple[float, ...]]:
    each = [errors_by_step(*part) for part in parts]
    return {name: _listed(np.mean([one[name] for one in each], axis=0)) for name in each[0]}


def _listed(values: np.ndarray) -> tuple[float, ...]:
    return tuple(values.tolist())
