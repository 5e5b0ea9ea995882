"""Plain functions as components: the short way, for plugins.

Their keyword-only parameters are the options; what stands before the ``*`` is supplied by kx.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kx.components.option_groups import gathered
from kx.contracts import (
    Architecture,
    CallbackFactory,
    Complaint,
    Conclusion,
    Dataset,
    DatasetBundle,
    DatasetInfo,
    FitResult,
    Proposal,
    Rows,
    Strategy,
)

if TYPE_CHECKING:
    import keras

    from kx.contracts import WeightFiles

Function = Callable[..., Any]


class FunctionDataset(Dataset):
    """A function that loads data, perhaps with one that describes them from the same options."""

    function: Function
    describe: Function | None = None
    options: Mapping[str, Any]

    def info(self) -> DatasetInfo | None:
        """Describe the data, if there is a function for it."""
        if self.describe is None:
            return None
        found: DatasetInfo | None = self.describe(**gathered(self.describe, self.options))
        return found

    def load(self, files: Any) -> DatasetBundle:
        """Call the function, with ``files`` if it takes them."""
        bundle: DatasetBundle = _called(self.function, [files], self.options)
        return bundle


class FunctionArchitecture(Architecture):
    """A function that builds networks, perhaps with one that checks the same options."""

    function: Function
    complain: Function | None = None
    options: Mapping[str, Any]

    @property
    def takes_weights(self) -> bool:
        """Whether the function takes files of weights beside the form of the data."""
        return _positionals(self.function) > 1

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterable[Complaint]:
        """Ask the function that checks."""
        return _checked(self.complain, [info, files], self.options)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Call the function, with ``files`` if it takes them."""
        network: keras.Model = _called(self.function, [info, files], self.options)
        return network


class FunctionStrategy(Strategy):
    """A function that returns a strategy, perhaps with one that checks the same options."""

    function: Function
    complain: Function | None = None
    options: Mapping[str, Any]

    @cached_property
    def _made(self) -> Any:
        return _called(self.function, [], self.options)

    def check(self, info: DatasetInfo) -> Iterable[Complaint]:
        """Ask the function that checks."""
        return _checked(self.complain, [info], self.options)

    def complaints(self, rows: Rows) -> Iterable[Complaint]:
        """Ask the strategy that the function returns."""
        found: Iterable[Complaint] = self._made.complaints(rows)
        return found

    def propose(self, rows: Rows, seed: int) -> Sequence[Proposal]:
        """Ask the strategy that the function returns."""
        found: Sequence[Proposal] = self._made.propose(rows, seed)
        return found

    def conclude(self, results: Sequence[FitResult], monitor: str) -> Conclusion:
        """Ask the strategy that the function returns."""
        found: Conclusion = self._made.conclude(results, monitor)
        return found


class FunctionCallback(CallbackFactory):
    """A function that returns a new callback."""

    function: Function
    options: Mapping[str, Any]

    def make(self) -> keras.callbacks.Callback:
        """Call the function."""
        return _called(self.function, [], self.options)


def _called(function: Function, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Call a function with its options, and with as much of what kx has for it as it takes."""
    return function(*given[: _positionals(function)], **gathered(function, options))


def _checked(
    function: Function | None, given: Sequence[Any], options: Mapping[str, Any]
) -> Iterable[Complaint]:
    """Ask a function that checks options, all of which it is given."""
    return function(*given[: _positionals(function)], **options) if function else ()


def _positionals(function: Function) -> int:
    """Return how many things ``function`` wants from kx before its options."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds for p in inspect.signature(function).parameters.values())
