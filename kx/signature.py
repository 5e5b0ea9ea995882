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

from kx.errors import PluginError


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
