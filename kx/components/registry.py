"""Names that a spec may use, and the functions behind them.

A registered function is the whole story of a component: its keyword-only parameters are the
options that a spec may set, with their types, ranges and defaults, and its docstring is its
documentation. What stands before the ``*`` is supplied by kx.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kx.base.errors import PluginError
from kx.base.names import path_of
from kx.components.option_groups import flattened
from kx.components.signature import documented_arguments
from kx.contracts import Check, Complaint, DatasetBundle, DatasetInfo, Strategy

if TYPE_CHECKING:
    from pydantic import BaseModel

F = TypeVar("F", bound=Callable[..., Any])

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What an architecture on a ready-made base can do, beside being built.

    Attributes:
        choose: ``choose(model, what, **options)`` makes ``what`` (head, unfrozen or all)
            trainable, and nothing else.
        frozen: ``frozen(model, **options)`` returns the variables that training must not change.
        phases: ``phases(whats, **options)`` complains of phases that train ``whats``, in turn.
        recipe: ``recipe(**options)`` returns what of the options decides the features of pictures,
            if the base is to run but once; otherwise None.
        extractor: ``extractor(info, files, **options)`` then builds the network that makes them.
        find: ``find(info, files, **options)`` looks for the weights before anything trains; None:
            the network is built once to see which these are.
        used: ``used(**options)`` tells whether the options ask for a ready-made part at all.
    """

    choose: Callable[..., None]
    frozen: Callable[..., Sequence[Any]]
    phases: Callable[..., Iterable[Complaint]]
    recipe: Callable[..., dict[str, Any] | None] = lambda **_: None
    extractor: Callable[..., Any] | None = None
    find: Callable[..., None] | None = None
    used: Callable[..., bool] = lambda **_: True


@dataclass(frozen=True, slots=True)
class Entry(Generic[F]):
    """A registered function, with what kx knows of it without calling it.

    Attributes:
        kind: ``dataset``, ``model``, ``evaluator`` or ``callback``.
        info: datasets: ``info(**options)`` describes the data before it is read, or None.
        check: ``check(info, **options)`` lists what will not work, before anything is built.
        rescale: evaluators: ``rescale(options, factor)`` adapts what counts rows to data that is
            ``factor`` times the described size (a sample, or the slice of a smoke run).
        transfer: models: what those on a ready-made base can do.
        any_length: models: whether they take texts that are shorter than those they were built for.
    """

    kind: str
    name: str
    function: F
    info: Callable[..., DatasetInfo | None] | None = None
    check: Check | None = None
    rescale: Callable[[dict[str, Any], float], dict[str, Any]] | None = None
    transfer: Transfer | None = None
    any_length: bool = False

    @property
    def options(self) -> type[BaseModel]:
        """A Pydantic model of the keyword-only parameters; made when it is first asked for."""
        from kx.components.options import options_model

        return options_model(self.function)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def documentation(self) -> str:
        """The whole docstring."""
        return inspect.getdoc(self.function) or ""

    def paths(self) -> list[str]:
        """Return the options that are paths."""
        from kx.components.options import paths

        return paths(self.options)

    def located(self, options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return the options, the paths among them made whole: they begin at ``folder``."""
        from kx.components.options import with_paths

        return with_paths(self.options, options, lambda path: str(whole(folder, path)))

    def moved(self, options: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
        """Return the options, the relative paths among them made to begin at another folder."""
        from kx.components.options import with_paths

        def way(path: str) -> str:
            given = Path(path).expanduser()
            found = os.path.relpath((old / given).resolve(), new.resolve())
            return path if given.is_absolute() else Path(found).as_posix()

        return with_paths(self.options, options, way)

    def option_help(self) -> dict[str, str]:
        """What the docstring's ``Args`` section says of each parameter."""
        return documented_arguments(self.documentation)


@dataclass(slots=True)
class Registry(Generic[F]):
    """The functions of one kind that a spec can ask for by name.

    Attributes:
        kind: ``dataset``, ``model``, ``evaluator`` or ``callback``.
        package: where those are that ship with kx, each in the module of its name; a module is
            imported when its name is first asked for.
    """

    kind: str
    package: str = ""
    _entries: dict[str, Entry[F]] = field(default_factory=dict)

    def __call__(
        self,
        name: str,
        *,
        info: Callable[..., DatasetInfo | None] | None = None,
        check: Check | None = None,
        rescale: Callable[[dict[str, Any], float], dict[str, Any]] | None = None,
        transfer: Transfer | None = None,
        any_length: bool = False,
    ) -> Callable[[F], F]:
        """Register the decorated function under ``name``.

        Args:
            name: lower case letters, digits and ``_``; at most 40.
            info: datasets only: describes the data from the same options, without reading it.
            check: complains about options that cannot work with a dataset, without building.
            rescale: evaluators only: adapts options that count rows to a smaller dataset.
            transfer: models only: what those on a ready-made base can do.
            any_length: models only: whether they take shorter texts than they were built for.

        Raises:
            PluginError: if another function has that name, or the name, a docstring or the type
                of an option is missing or unusable.
        """

        def register(function: F) -> F:
            if not NAME.fullmatch(name):
                raise PluginError(
                    f"{self.kind} {name!r} in {function.__module__}: a name is made of lower case "
                    "letters, digits and _, at most 40, and begins with a letter."
                )
            holder = self._holder(name, function)
            if holder and not _same_source(holder.function, function):
                raise PluginError(
                    f"{self.kind} {name!r} is defined twice: in {holder.function.__module__} "
                    f"and in {function.__module__}. Rename one of them."
                )
            if not inspect.getdoc(function):
                raise PluginError(
                    f"{self.kind} {name!r} in {function.__module__} needs a docstring: "
                    "its first line is shown by `kx list`."
                )
            flat = flattened(function)  # complains of types now, not when somebody asks for them
            known = (info and flattened(info), check, rescale, transfer, any_length)
            self._entries[name] = Entry(self.kind, name, flat, *known)
            return flat

        return register

    def _holder(self, name: str, function: Callable[..., Any]) -> Entry[F] | None:
        """Return what has the name already; a module that ships with kx takes its own."""
        owner = function.__module__ == f"{self.package}.{name}"
        return self._entries.get(name) if owner or name not in self else self[name]

    def __getitem__(self, name: str) -> Entry[F]:
        if name in shipped(self.package) and name not in self._entries:
            import_module(f"{self.package}.{name}")
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries or name in shipped(self.package)

    def registered(self) -> list[str]:
        """The names behind which a function is already."""
        return list(self._entries)

    def names(self) -> list[str]:
        """All names, in alphabetical order."""
        return sorted({*self._entries, *shipped(self.package)})


@cache
def shipped(package: str) -> frozenset[str]:
    """Return the names of the modules in ``package``, a folder that holds nothing else."""
    if not package:
        return frozenset()
    return frozenset(found.name for found in iter_modules(import_module(package).__path__))


def whole(folder: Path, path: str) -> Path:
    """Return the path that an option names; a relative one begins at ``folder``."""
    return path_of(path, folder)


def positionals(function: Callable[..., object]) -> int:
    """Return how many things ``function`` wants from kx before its options."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds for p in inspect.signature(function).parameters.values())


def _same_source(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Whether the two are one function, perhaps of a file that was read twice."""
    files = {inspect.unwrap(function).__code__.co_filename for function in (one, other)}
    return len(files) == 1 and one.__qualname__ == other.__qualname__


dataset: Registry[Callable[..., DatasetBundle]] = Registry("dataset", "kx.datasets")
model: Registry[Callable[..., Any]] = Registry("model", "kx.architectures")
evaluator: Registry[Callable[..., Strategy]] = Registry("evaluator", "kx.strategies")
callback: Registry[Callable[..., Any]] = Registry("callback")
