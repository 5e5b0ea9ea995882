"""Groups of options: what several functions take alike is written down once, as a dataclass.

A keyword-only parameter whose type is a dataclass is such a group. In a spec its fields stand
beside the other options, as if the function had them itself.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from kx.base.errors import PluginError
from kx.components.signature import entries, option_types

F = TypeVar("F", bound=Callable[..., Any])


def flattened(function: F) -> F:
    """Let ``function`` be called with the fields of its groups in place of the groups.

    The signature and the docstring of what is returned have the fields, too. What a group has as
    the default of its parameter goes before the defaults of its fields, and what the function
    says of a field under ``Args`` before what the dataclass says under ``Attributes``.

    Raises:
        PluginError: if two options have one name.
    """
    types = option_types(function)
    groups = {name: kind for name, kind in types.items() if dataclasses.is_dataclass(kind)}
    if not groups:
        return function
    signature = inspect.signature(function)

    @functools.wraps(function)
    def flat(*given: Any, **options: Any) -> Any:
        gathered = {
            name: _gathered(group, signature.parameters[name].default, options)
            for name, group in groups.items()
        }
        return function(*given, **options, **gathered)

    parameters = [p for p in signature.parameters.values() for p in _parts(p, types)]
    names = [p.name for p in parameters]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise PluginError(f"{function.__module__}.{function.__name__}: two options {twice!r}.")
    flat.__annotations__ = {p.name: p.annotation for p in parameters}
    flat.__doc__ = _documentation(inspect.getdoc(function) or "", groups)
    vars(flat)["__signature__"] = signature.replace(parameters=parameters)
    return typing.cast("F", flat)


def _parts(parameter: inspect.Parameter, types: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    """Yield the parameter with its type, or, if it is a group, one for each of its fields."""
    kind, empty = types.get(parameter.name, parameter.annotation), inspect.Parameter.empty
    if not dataclasses.is_dataclass(kind):
        yield parameter.replace(annotation=kind)
        return
    kinds = typing.get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        own = empty if field.default is dataclasses.MISSING else field.default
        default = own if parameter.default is empty else getattr(parameter.default, field.name)
        yield parameter.replace(name=field.name, default=default, annotation=kinds[field.name])


def _gathered(group: Any, default: Any, options: dict[str, Any]) -> Any:
    """Take the fields of a group out of ``options``, and return the group that they make."""
    names = [field.name for field in dataclasses.fields(group)]
    stated = {name: options.pop(name) for name in names if name in options}
    if default is inspect.Parameter.empty:
        return group(**stated)
    return dataclasses.replace(default, **stated)


def _documentation(documentation: str, groups: Mapping[str, Any]) -> str:
    """Put what is said of the fields of each group in the place of what is said of the group."""
    own, documentation = entries(documentation, "Args"), documentation + "\n"
    for name, group in groups.items():
        fields = entries(inspect.getdoc(group) or "", "Attributes")
        texts = "".join(text for field, text in fields.items() if field not in own)
        documentation = documentation.replace(own[name], texts) if name in own else documentation
    return documentation.rstrip()
