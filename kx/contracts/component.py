"""What a spec can name: datasets, architectures, strategies and callbacks, each as one object.

A subclass states its options as fields, with types, ranges and defaults, each of them once. Its
docstring is its documentation, whose ``Args`` section is the help of the options.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from kx.contracts.complaint import Complaint
from kx.contracts.dataset import DatasetBundle, DatasetInfo
from kx.contracts.validation import Conclusion, FitResult, Proposal, Rows

if TYPE_CHECKING:
    from typing import Self

    import keras

    from kx.base.remark import Remark
    from kx.contracts.weights import WeightFiles


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Component(ABC):  # noqa: B024 - each kind has abstract methods of its own
    """Makes a frozen dataclass, whose fields are keyword-only, of every subclass."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        # What is written once below, dataclass would generate for each class, and Python compile.
        dataclass(frozen=True, kw_only=True, repr=False, eq=False)(cls)

    def __repr__(self) -> str:
        options = (f"{name}={value!r}" for name, value in self._options())
        return f"{type(self).__qualname__}({', '.join(options)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._options() == other._options()

    def __hash__(self) -> int:
        return hash((type(self), *self._options()))

    def _options(self) -> list[tuple[str, Any]]:
        stated = fields(self)  # type: ignore[arg-type]
        return [(each.name, getattr(self, each.name)) for each in stated]


class Dataset(Component):
    """Data that a spec can name.

    Attributes:
        data_files: the official files that it is read from; each is fetched if it is nowhere.
        data_folders: likewise, of datasets that are folders of files, or archives of them.
    """

    data_files: ClassVar[Sequence[Any]] = ()
    data_folders: ClassVar[Sequence[Any]] = ()

    def info(self) -> DatasetInfo | None:
        """Describe the data before they are read; None: that cannot be told.

        Raises:
            DataError: if there are no such data.
        """
        return None

    @abstractmethod
    def load(self, files: Any) -> DatasetBundle:
        """Read the data.

        Args:
            files: ``kx.data.files.files.Files``, through which they are read: the real ones, or
                a sample.

        Raises:
            DataError: if the data are damaged, or cannot be found.
        """


class Architecture(Component):
    """Networks that a spec can name.

    A base is a part of the network that others have trained; of most there is none.

    Attributes:
        any_length: whether they take texts that are shorter than those they were built for.
        reads_blocks: whether they tell the columns of a table apart (``DatasetInfo.blocks``): then
            categories of many values become indices, to be embedded, and not a column each.
    """

    any_length: ClassVar[bool] = False
    reads_blocks: ClassVar[bool] = False

    @property
    def has_base(self) -> bool:
        """Whether the options ask for a base."""
        return False

    @property
    def takes_weights(self) -> bool:
        """Whether ``build`` asks for weights that others have trained."""
        return self.has_base

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterable[Complaint]:
        """Yield why the options will not work with data of the form ``info``; nothing is built.

        Args:
            info: of the data.
            files: what tells of weights on this machine, without fetching any.
        """
        return ()

    @abstractmethod
    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Build the uncompiled network, which begins with a ``keras.Input``.

        Args:
            info: of the data; ``info.outputs`` is the number of its outputs.
            files: through which the weights of a base are had; None: they are random.
        """

    def check_phases(self, trained: Sequence[str]) -> Iterable[Complaint]:
        """Yield why a base cannot be trained in phases of head, unfrozen or all, in this order."""
        return ()

    def choose(self, network: keras.Model, what: str) -> None:
        """Make ``what`` of the network trainable: head, unfrozen or all, and nothing else."""

    def frozen(self, network: keras.Model) -> Sequence[Any]:
        """Return the variables of the base that training must not change."""
        return ()

    def find(self, info: DatasetInfo, files: WeightFiles) -> None:
        """Look for the weights of the base before anything trains.

        Raises:
            MissingDataError: if they cannot be found.
        """
        self.build(info, files)

    @property
    def recipe(self) -> dict[str, Any] | None:
        """What of the options decides the features of pictures, if the base is to run but once."""
        return None

    def extractor(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Build the network that makes these features."""
        raise NotImplementedError


class Strategy(Component):
    """A validation strategy: proposes fits, and draws the conclusion. It does not train."""

    def check(self, info: DatasetInfo) -> Iterable[Complaint]:
        """Yield why data of this form cannot be split, or not well, before they are read."""
        return ()

    def complaints(self, rows: Rows) -> Iterable[Complaint]:
        """Yield why these rows cannot be split, or not well, now that they are read."""
        return ()

    def reason(self, rows: Rows) -> Remark | None:
        """Return how it splits these rows, and why, if it chose that itself."""
        return None

    @abstractmethod
    def propose(self, rows: Rows, seed: int) -> Sequence[Proposal]:
        """Split the training part, of which no fatal complaint is known."""

    @abstractmethod
    def conclude(self, results: Sequence[FitResult], monitor: str) -> Conclusion:
        """Judge the results of all fits, in their order, by the metric ``monitor``."""

    def rescaled(self, factor: float) -> Self:
        """Return the strategy for data ``factor`` times as large: a sample, or of a smoke run.

        Options that count rows shrink with the data.
        """
        return self


class CallbackFactory(Component):
    """Makes callbacks that a spec can name."""

    @abstractmethod
    def make(self) -> keras.callbacks.Callback:
        """Return a new callback, for one fit."""
