"""What a spec can name: a class or a function behind a name, and what it says of itself."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base.errors import PluginError
from kx.components.option_groups import declared, documentation
from kx.components.signature import documented_arguments, signed

if TYPE_CHECKING:
    from pydantic import BaseModel

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Registered:
    """A component, loss, metric or optimizer that was registered.

    Attributes:
        kind: ``dataset``, ``model``, ``evaluator``, ``callback``, ``loss``, ``metric`` or
            ``optimizer``.
        source: the class, or the function.
    """

    kind: str
    name: str
    source: Callable[..., Any]

    @property
    def options(self) -> type[BaseModel]:
        """A Pydantic model of the options; made when it is first asked for."""
        from kx.components.options import options_model

        return options_model(self.source)

    @property
    def module(self) -> str:
        """Name of the module that it is defined in."""
        return str(self.source.__module__)

    @property
    def is_built_in(self) -> bool:
        """Whether it is kx's own."""
        return self.module.startswith("kx.")

    @property
    def file(self) -> str:
        """The file that it is defined in."""
        return file_of(self.source)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.source) or "").partition("\n")[0]

    @property
    def documentation(self) -> str:
        """The whole docstring, what is said of groups of options included."""
        return documentation(self.source)

    def option_help(self) -> dict[str, str]:
        """What the docstring's ``Args`` section says of each option."""
        return documented_arguments(self.documentation)


def refuse_unusable(
    kind: str, name: str, source: Callable[..., Any], holder: Callable[..., Any] | None
) -> None:
    """Refuse what cannot be registered.

    Args:
        kind: as ``Registered.kind``.
        name: under which it is to be known.
        source: the class, or the function.
        holder: what has that name already.

    Raises:
        PluginError: if another one has that name, or the name, a docstring or the type of an
            option is missing or unusable.
    """
    where = f"{kind} {name!r} in {source.__module__}"
    if not NAME.fullmatch(name):
        raise PluginError(
            f"{where}: a name is made of lower case letters, digits and _, at most 40, and begins "
            "with a letter."
        )
    if holder and not _same(holder, source):
        raise PluginError(
            f"{kind} {name!r} is defined twice: in {holder.__module__} and in "
            f"{source.__module__}. Rename one of them."
        )
    if not inspect.getdoc(source):
        raise PluginError(f"{where} needs a docstring: its first line is shown by `kx list`.")
    declared(source)  # complains of types now, not when somebody asks for them


def _same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Whether the two are one, perhaps of a file that was read twice."""
    return file_of(one) == file_of(other) and one.__qualname__ == other.__qualname__


def file_of(source: Callable[..., Any]) -> str:
    """Return the file that a class or a function is defined in."""
    if isinstance(source, type):
        return str(getattr(sys.modules.get(source.__module__), "__file__", ""))
    return str(inspect.unwrap(signed(source)).__code__.co_filename)
