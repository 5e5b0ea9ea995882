"""The frozen values that the parts of kx exchange. Nothing heavy is imported here."""

from kx.contracts.block import Block, BlockKind
from kx.contracts.complaint import Complaint, Way, Ways
from kx.contracts.component import Architecture, CallbackFactory, Component, Dataset, Strategy
from kx.contracts.dataset import (
    ColumnForm,
    ColumnKind,
    DatasetBundle,
    DatasetInfo,
    Encoding,
    Missing,
    Provenance,
    Scale,
    Side,
    Split,
    TextForm,
)
from kx.contracts.series import Pace, SeriesForm
from kx.contracts.task import IN_UNITS, MANY_CLASSES, NUMBERS, ONE_CLASS, Task
from kx.contracts.validation import Conclusion, FitResult, History, Proposal, Rows
from kx.contracts.watcher import Watcher
from kx.contracts.weights import WeightFiles

__all__ = [
    "IN_UNITS",
    "MANY_CLASSES",
    "NUMBERS",
    "ONE_CLASS",
    "Architecture",
    "Block",
    "BlockKind",
    "CallbackFactory",
    "ColumnForm",
    "ColumnKind",
    "Complaint",
    "Component",
    "Conclusion",
    "Dataset",
    "DatasetBundle",
    "DatasetInfo",
    "Encoding",
    "FitResult",
    "History",
    "Missing",
    "Pace",
    "Proposal",
    "Provenance",
    "Rows",
    "Scale",
    "SeriesForm",
    "Side",
    "Split",
    "Strategy",
    "Task",
    "TextForm",
    "Watcher",
    "Way",
    "Ways",
    "WeightFiles",
]
