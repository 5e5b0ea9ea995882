"""What a class or a function, and its docstring, say of its options.

Nothing is imported for it that takes time: components are registered whenever their modules are
imported, and asked for far less often.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import typing
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from kx.base.errors import PluginError


@cache
def option_types(source: Callable[..., object]) -> Mapping[str, Any]:
    """Return the types of the fields of a dataclass, or of keyword-only parameters.

    Raises:
        PluginError: if one of them has no type, or one that cannot be evaluated here.
    """
    # Only these annotations are evaluated: the others may name types of modules not yet imported.
    try:
        if _is_class(source):
            return _types_of_fields(source)
        function = signed(source)
        annotations = {name: function.__annotations__[name] for name in option_defaults(source)}
        return _evaluated(annotations, function.__globals__)
    except (KeyError, NameError) as error:
        raise PluginError(
            f"{source.__module__}.{source.__name__}: every option needs a type that is imported "
            f"when the module is ({error})."
        ) from None


def option_defaults(source: Callable[..., object]) -> Mapping[str, Any]:
    """Return the defaults of the same options; ``inspect.Parameter.empty`` where there is none."""
    if _is_class(source):
        return {field.name: _default(field) for field in _dataclass_fields(source)}
    parameters = inspect.signature(signed(source)).parameters
    return {name: p.default for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}


def signed(source: Any) -> Any:
    """Return what has the parameters: of a class, other than a dataclass, its ``__init__``."""
    return vars(source).get("__init__", source) if isinstance(source, type) else source


def _is_class(source: Any) -> bool:
    return isinstance(source, type) and dataclasses.is_dataclass(source)


def _types_of_fields(source: Any) -> dict[str, Any]:
    """Evaluate the types of fields, each where the class is defined that states it."""
    types: dict[str, Any] = {}
    names = [field.name for field in _dataclass_fields(source)]
    for each in reversed(source.__mro__):
        stated = vars(each).get("__annotations__", {})
        own = {name: stated[name] for name in names if name in stated}
        types |= _evaluated(own, vars(sys.modules[each.__module__])) if own else {}
    return {name: types[name] for name in names}


def _dataclass_fields(source: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(source)


def _evaluated(annotations: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    holder = SimpleNamespace(__annotations__=annotations)
    return typing.get_type_hints(holder, globalns=dict(names), include_extras=True)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default


def documented_arguments(documentation: str) -> dict[str, str]:
    """Return what a Google-style ``Args`` section says of each parameter; lines are joined."""
    found = entries(documentation, "Args")
    return {name: " ".join(text.split()).partition(" ")[2] for name, text in found.items()}


def entries(documentation: str, section: str) -> dict[str, str]:
    """Return name -> its lines, with ``name:`` at their start, of a section of a docstring."""
    _, _, rest = documentation.partition(f"{section}:\n")
    found: dict[str, str] = {}
    current = ""
    for line in rest.splitlines():
        if line.strip() and not line.startswith(" "):
            break
        start = re.match(r" {4}(\w+): ", line)
        current = start[1] if start else current
        if current and line.strip():
            found[current] = found.get(current, "") + f"{line}\n"
    return found
