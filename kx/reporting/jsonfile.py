"""JSON as every parser reads it: no NaN, no surprises in the encoding."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from kx.errors import DataError


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """Write ``value`` as JSON in ASCII, with a newline at the end.

    NaN and infinity become null, tuples lists, NumPy's numbers and arrays numbers and lists.

    Raises:
        TypeError: for what has no form in JSON; a ``Path`` too, so that none is recorded unawares.
    """
    return json.dumps(_plain(value), indent=indent, allow_nan=False) + "\n"


def parse_json(text: str | bytes) -> Any:
    """Parse ``text``, without Python's leniency towards NaN.

    Raises:
        DataError: if it is no JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DataError(f"not valid JSON: {error}") from None


def read_json(path: Path) -> Any:
    """Parse the file ``path``.

    Raises:
        DataError: if it cannot be read or holds no JSON.
    """
    try:
        return parse_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except DataError as error:
        raise DataError(f"{path}: damaged: {error}") from None


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy, which need not be loaded to know its values
        return _plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r}")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be text in JSON: {key!r}")
    return key


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
