"""kx runs Keras experiments that a YAML file describes, and makes their results trustworthy.

These names are all that a plugin needs. Importing kx loads neither NumPy nor TensorFlow.
"""

from kx.contracts import (
    Complaint,
    Conclusion,
    DatasetBundle,
    DatasetInfo,
    FitResult,
    Proposal,
    Split,
)
from kx.registry import callback, dataset, evaluator, model

__version__ = "0.1.0"

__all__ = [
    "Complaint",
    "Conclusion",
    "DatasetBundle",
    "DatasetInfo",
    "FitResult",
    "Proposal",
    "Split",
    "callback",
    "dataset",
    "evaluator",
    "model",
]
