"""The options of a component, each of which is declared once.

They are the fields of a class, or the keyword-only parameters of a function. One whose type is a
dataclass is a group: what several components take alike is written down once, and in a spec its
fields stand beside the other options, as if the component had them itself.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kx.base.errors import PluginError
from kx.components.signature import entries, option_defaults, option_types

REQUIRED = inspect.Parameter.empty
"""The default of an option that has none."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An option as it was declared.

    Attributes:
        kind: its type, which may have a range.
        default: ``REQUIRED`` if there is none.
        group: name of the group that it is a field of; empty: of none.
    """

    name: str
    kind: Any
    default: Any
    group: str = ""


@cache
def declared(source: Callable[..., object]) -> tuple[Declared, ...]:
    """Return the options of a class or a function, in their order, those of groups in its place.

    What a group has as its default goes before the defaults of its fields.

    Raises:
        PluginError: if an option has no type, or two have one name.
    """
    defaults = option_defaults(source)
    options = [
        option for name, kind in option_types(source).items()
        for option in _fields(name, kind, defaults[name])
    ]  # fmt: skip
    names = [option.name for option in options]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise PluginError(f"{source.__module__}.{source.__name__}: two options {twice!r}.")
    return tuple(options)


def gathered(source: Callable[..., object], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that make ``source`` of ``options``: fields of groups become groups."""
    types, defaults = option_types(source), option_defaults(source)
    groups = {name: kind for name, kind in types.items() if dataclasses.is_dataclass(kind)}
    inside = {option.name: option.group for option in declared(source) if option.group}
    arguments = {name: value for name, value in options.items() if name not in inside}
    for name, group in groups.items():
        stated = {key: value for key, value in options.items() if inside.get(key) == name}
        if stated or defaults[name] is REQUIRED:
            arguments[name] = _group(group, defaults[name], stated)
    return arguments


def documentation(source: Callable[..., object]) -> str:
    """Return the docstring, with what groups say of their fields in the place of the groups.

    What is said of a field under ``Args`` goes before what its group says under ``Attributes``.
    """
    text = inspect.getdoc(source) or ""
    types = option_types(source)
    groups = {name: kind for name, kind in types.items() if dataclasses.is_dataclass(kind)}
    if not groups:
        return text
    own, text = entries(text, "Args"), text + "\n"
    for name, group in groups.items():
        fields = _told(group)
        texts = "".join(said for field, said in fields.items() if field not in own)
        text = text.replace(own[name], texts) if name in own else text
    return text.rstrip()


def _told(group: Any) -> dict[str, str]:
    """Return field -> what a group says of it, or else the group that it adds to."""
    texts = [inspect.cleandoc(cls.__doc__ or "") for cls in reversed(group.__mro__)]
    return {field: said for text in texts for field, said in entries(text, "Attributes").items()}


def _fields(name: str, kind: Any, default: Any) -> Iterator[Declared]:
    """Yield the option, or, if it is a group, its fields."""
    if not dataclasses.is_dataclass(kind):
        yield Declared(name, kind, default)
        return
    kinds = typing.get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        own = _default(field)
        stated = own if default is REQUIRED else getattr(default, field.name)
        yield Declared(field.name, kinds[field.name], stated, group=name)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return REQUIRED if field.default is dataclasses.MISSING else field.default


def _group(group: Any, default: Any, stated: Mapping[str, Any]) -> Any:
    return group(**stated) if default is REQUIRED else dataclasses.replace(default, **stated)
