"""Names that a spec may use, and the components behind them.

A component is a class of ``kx.contracts``, such as ``Dataset``, or, the short way for plugins, a
function. Its fields, or keyword-only parameters, are the options that a spec may set, with their
types, ranges and defaults; its docstring is its documentation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

from kx.base.errors import PluginError
from kx.base.names import path_of
from kx.components.functions import (
    FunctionArchitecture,
    FunctionCallback,
    FunctionDataset,
    FunctionStrategy,
)
from kx.components.option_groups import gathered
from kx.components.registered import Registered, refuse_unusable
from kx.contracts import Architecture, CallbackFactory, Component, Dataset, Strategy

C = TypeVar("C", bound=Component)
S = TypeVar("S", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry(Registered, Generic[C]):
    """A registered component, with what kx knows of it without making it.

    Attributes:
        adapt: makes a component of a function, given ``options``.
    """

    adapt: Callable[..., C] | None = None

    def component(self, **options: Any) -> C:
        """Return the component with its options, the paths among them whole."""
        if self.adapt:
            return self.adapt(function=self.source, options=options)
        made: C = self.source(**gathered(self.source, options))
        return made

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


@dataclass(slots=True)
class Registry(Generic[C]):
    """The components of one kind that a spec can ask for by name.

    Attributes:
        kind: ``dataset``, ``model``, ``evaluator`` or ``callback``.
        base: what their classes are derived from.
        adapter: what makes such components of functions.
        package: where those are that ship with kx, each in the module of its name; a module is
            imported when its name is first asked for.
    """

    kind: str
    base: type[Any]
    adapter: type[Any]
    package: str = ""
    _entries: dict[str, Entry[C]] = field(default_factory=dict)

    def __call__(
        self,
        name: str,
        *,
        info: Callable[..., Any] | None = None,
        check: Callable[..., Any] | None = None,
    ) -> Callable[[S], S]:
        """Register the decorated class or function under ``name``.

        Args:
            name: lower case letters, digits and ``_``; at most 40.
            info: of a function that loads data: ``info(**options)`` describes them from the same
                options, without reading them.
            check: of a function that makes a model or an evaluator: ``check(info, **options)``
                yields complaints, before anything is built.

        Raises:
            PluginError: if another one has that name, or the name, a docstring or the type of an
                option is missing or unusable.
        """
        beside = {"describe": info, "complain": check}
        more = {key: function for key, function in beside.items() if function}

        def register(source: S) -> S:
            holder = self._holder(name, source)
            refuse_unusable(self.kind, name, source, holder.source if holder else None)
            self._entries[name] = Entry(self.kind, name, source, self._adapt(source, more))
            return source

        return register

    def _adapt(
        self, source: Callable[..., Any], more: Mapping[str, Callable[..., Any]]
    ) -> Callable[..., C] | None:
        """Return what makes components of a function; None for a class, which makes its own."""
        own = isinstance(source, type) and issubclass(source, self.base)
        taken = set() if own else {field.name for field in fields(self.adapter)}
        if not set(more) <= taken:
            what = "a class has methods for them" if own else f"{self.kind}s take none"
            raise PluginError(
                f"{source.__module__}.{source.__name__}: info= and check= stand beside functions "
                f"alone, info= of datasets, check= of models and evaluators; {what}."
            )
        adapter: Callable[..., C] = self.adapter
        return None if own else partial(adapter, **more)

    def _holder(self, name: str, source: Callable[..., Any]) -> Entry[C] | None:
        """Return what has the name already; a module that ships with kx takes its own."""
        owner = source.__module__ == f"{self.package}.{name}"
        return self._entries.get(name) if owner or name not in self else self[name]

    def __getitem__(self, name: str) -> Entry[C]:
        if name in shipped(self.package) and name not in self._entries:
            import_module(f"{self.package}.{name}")
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries or name in shipped(self.package)

    def registered(self) -> list[Entry[C]]:
        """Those whose modules are imported already."""
        return list(self._entries.values())

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


dataset: Registry[Dataset] = Registry("dataset", Dataset, FunctionDataset, "kx.datasets")
model: Registry[Architecture] = Registry(
    "model", Architecture, FunctionArchitecture, "kx.architectures"
)
evaluator: Registry[Strategy] = Registry("evaluator", Strategy, FunctionStrategy, "kx.strategies")
callback: Registry[CallbackFactory] = Registry("callback", CallbackFactory, FunctionCallback)
