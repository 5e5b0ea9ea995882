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


def step_facts(
    fits: Sequence[Said], y: np.ndarray, said: Mapping[str, np.ndarray], info: DatasetInfo
) -> StepFacts | None:
    """Return what the record says of the steps of a part; None: there is one step, or no series.

    Args:
        fits: targets (n, steps) and predictions of each fit, whose errors are averaged.
        y: (n, steps) targets of the baselines.
        said: name of a baseline -> (n, steps) what it says.
        info: form of the data.
    """
    if info.series is None or not info.targets:
        return None
    each = [errors_by_step(*fit) for fit in fits]
    return StepFacts(
        leads=info.series.leads,
        errors={name: _listed(np.mean([one[name] for one in each], axis=0)) for name in each[0]},
        baselines={name: _told(y, of) for name, of in said.items()},
    )


def _told(y: np.ndarray, said: np.ndarray) -> dict[str, tuple[float, ...]]:
    return {name: _listed(values) for name, values in errors_by_step(y, said).items()}


def _listed(values: np.ndarray) -> tuple[float, ...]:
    return tuple(values.tolist())
