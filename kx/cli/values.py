"""What stands on the command line, as the types that commands want.

Typer has Pydantic convert every value, even those that are not stated, and so imports it for every
command: that takes longer than all else that some of them do. Plain values are converted here, to
the same; what is odd, or wrong, is left to Typer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand


class Sparing:
    """A command or group whose parameters use Pydantic only where that is needed."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, made to try first what ``Converter`` can do."""
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the command
        for each in parameters:
            if getattr(each, "_runtime_param", "unknown to this Typer") is None:
                each._runtime_param = Converter()
        return parameters


class SparingCommand(Sparing, TyperCommand):
    """A command that Typer makes of a function."""


class Converter:
    """Converts plain values, in place of what Typer makes for a parameter when it is needed."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return a value of ``param`` as its type."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        try:
            return _plain(param.type_descriptor.annotation, value)
        except _Odd:
            param._runtime_param = None
            return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


class _Odd(Exception):
    """A value that Typer is to convert, or to refuse."""


def _plain(kind: Any, value: Any) -> Any:
    if get_origin(kind) is list and isinstance(value, list | tuple):
        (inner,) = get_args(kind)
        return [_plain(inner, each) for each in value]
    if kind is Path and isinstance(value, Path):
        return _readable(value)
    if not isinstance(value, str):
        raise _Odd
    if kind is str or value in get_args(kind):
        return value
    if kind is Path:
        return _readable(Path(value))
    raise _Odd


def _readable(path: Path) -> Path:
    if os.path.exists(path) and not os.access(path, os.R_OK):  # noqa: PTH110  # raises nothing
        raise _Odd
    return path
