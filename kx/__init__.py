"""kx runs Keras experiments that a YAML file describes, and makes their results trustworthy.

These names are all that a plugin needs. Importing kx loads neither NumPy nor TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.components.own_objectives import loss, metric, optimizer
from kx.components.registry import callback, dataset, evaluator, model
from kx.contracts import (
    Architecture,
    Complaint,
    Conclusion,
    Dataset,
    DatasetBundle,
    DatasetInfo,
    FitResult,
    Proposal,
    Split,
    Strategy,
)

if TYPE_CHECKING:
    from kx.components.options import SpecPath

__version__ = "0.1.0"

__all__ = [
    "Architecture",
    "Complaint",
    "Conclusion",
    "DataError",
    "Dataset",
    "DatasetBundle",
    "DatasetInfo",
    "FitResult",
    "Proposal",
    "SpecPath",
    "Split",
    "Strategy",
    "callback",
    "dataset",
    "evaluator",
    "loss",
    "metric",
    "model",
    "optimizer",
]


def __getattr__(name: str) -> Any:
    if name == "SpecPath":  # needs Pydantic, which takes longer to import than the rest
        from kx.components.options import SpecPath

        return SpecPath
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
