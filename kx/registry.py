"""Names that a spec may use, and the functions behind them.

A registered function is the whole story of a component: its keyword-only parameters are the
options that a spec may set, with their types, ranges and defaults, and its docstring is its
documentation. What stands before the ``*`` is supplied by kx.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from kx.contracts import Check, Complaint, DatasetBundle, DatasetInfo, Strategy
from kx.errors import PluginError

F = TypeVar("F", bound=Callable[..., Any])

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class FromSpec:
    """Marks the type of an option that is a path: a relative one begins at the spec's folder."""


SpecPath = Annotated[str, Field(min_length=1), FromSpec()]
"""Type of such an option: the function is given the whole path, the record has what is written."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What an architecture on a ready-made base can do, beside being built.

    Attributes:
        choose: ``choose(model, what, **options)`` makes ``what`` (head, unfrozen or all)
            trainable, and nothing else.
        frozen: ``frozen(model, **options)`` returns the variables that training must not change.
        phases: ``phases(whats, **options)`` complains of phases that train ``whats``, in turn.
        extractor: ``extractor(info, files, **options)`` builds the network that makes features of
            pictures, if the base is to run but once; otherwise it returns None.
        find: ``find(info, files, **options)`` looks for the weights before anything trains; None:
            the network is built once to see which these are.
        used: ``used(**options)`` tells whether the options ask for a ready-made part at all.
    """

    choose: Callable[..., None]
    frozen: Callable[..., Sequence[Any]]
    phases: Callable[..., Iterable[Complaint]]
    extractor: Callable[..., Any] = lambda *_, **__: None
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
    info: Callable[..., DatasetInfo] | None = None
    check: Check | None = None
    rescale: Callable[[dict[str, Any], float], dict[str, Any]] | None = None
    transfer: Transfer | None = None
    any_length: bool = False

    @property
    def options(self) -> type[BaseModel]:
        """A Pydantic model of the keyword-only parameters; made when it is first asked for."""
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
        return [
            name
            for name, field in self.options.model_fields.items()
            if any(isinstance(mark, FromSpec) for mark in field.metadata)
        ]

    def located(self, options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return the options, the paths among them made whole: they begin at ``folder``."""
        whole = {name: str(folder / Path(options[name]).expanduser()) for name in self.paths()}
        return {**options, **whole}

    def option_help(self) -> dict[str, str]:
        """What the docstring's ``Args`` section says of each parameter."""
        return _documented_arguments(self.documentation)


@dataclass(slots=True)
class Registry(Generic[F]):
    """The functions of one kind that a spec can ask for by name."""

    kind: str
    _entries: dict[str, Entry[F]] = field(default_factory=dict)

    def __call__(
        self,
        name: str,
        *,
        info: Callable[..., DatasetInfo] | None = None,
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
            holder = self._entries.get(name)
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
            option_types(function)  # complains now, not when somebody asks for it
            known = (info, check, rescale, transfer, any_length)
            self._entries[name] = Entry(self.kind, name, function, *known)
            return function

        return register

    def __getitem__(self, name: str) -> Entry[F]:
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        """All registered names, in alphabetical order."""
        return sorted(self._entries)


@cache
def options_model(function: Callable[..., object]) -> type[BaseModel]:
    """Describe the keyword-only parameters of ``function``: those that a spec may set."""
    parameters = inspect.signature(function).parameters
    fields: dict[str, Any] = {
        name: (
            kind,
            ... if (default := parameters[name].default) is inspect.Parameter.empty else default,
        )
        for name, kind in option_types(function).items()
    }
    config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
    return create_model(function.__name__, __config__=config, **fields)


def option_types(function: Callable[..., object]) -> dict[str, Any]:
    """Return the types of the keyword-only parameters of ``function``.

    Raises:
        PluginError: if one of them has no type, or one that cannot be evaluated here.
    """
    settable = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    # Only these annotations are evaluated: the others may name types of modules not yet imported.
    try:
        annotations = {name: function.__annotations__[name] for name in settable}
        return typing.get_type_hints(
            SimpleNamespace(__annotations__=annotations),
            globalns=function.__globals__,
            include_extras=True,
        )
    except (KeyError, NameError) as error:
        raise PluginError(
            f"{function.__module__}.{function.__name__}: every parameter after * needs a type "
            f"that is imported when the module is ({error})."
        ) from None


def extended(options: type[BaseModel], fields: dict[str, Any]) -> type[BaseModel]:
    """Return ``options`` with further fields that a component's section may hold."""
    return create_model(options.__name__, __base__=options, **fields)


def positionals(function: Callable[..., object]) -> int:
    """Return how many things ``function`` wants from kx before its options."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds for p in inspect.signature(function).parameters.values())


def _same_source(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Whether the two are one function, perhaps of a file that was read twice."""
    return one.__code__.co_filename == other.__code__.co_filename and (
        one.__qualname__ == other.__qualname__
    )


def _documented_arguments(documentation: str) -> dict[str, str]:
    """Read ``name: text`` entries of a Google-style ``Args`` section; lines are joined."""
    _, _, rest = documentation.partition("Args:\n")
    found: dict[str, str] = {}
    current = ""
    for line in rest.splitlines():
        if line and not line.startswith(" "):
            break
        start = re.match(r" {4}(\w+): (.*)", line)
        if start:
            current, found[start[1]] = start[1], start[2]
        elif current and line.strip():
            found[current] += " " + line.strip()
    return found


dataset: Registry[Callable[..., DatasetBundle]] = Registry("dataset")
model: Registry[Callable[..., Any]] = Registry("model")
evaluator: Registry[Callable[..., Strategy]] = Registry("evaluator")
callback: Registry[Callable[..., Any]] = Registry("callback")
