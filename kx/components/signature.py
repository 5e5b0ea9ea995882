"""What the signature and the docstring of a function say of its options.

Nothing is imported for it that takes time: functions are registered whenever their modules are
imported, and asked for far less often.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from kx.base.errors import PluginError


@cache
def option_types(function: Callable[..., object]) -> Mapping[str, Any]:
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
