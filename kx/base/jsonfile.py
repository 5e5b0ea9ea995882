"""JSON as every parser reads it: no NaN, no surprises in the encoding."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.base.jsontext import parse_json
from kx.base.names import readable
from kx.base.reading import read_regular

__all__ = ["bytes_of", "parse_json", "parse_json_of", "read_json", "to_json"]

MOST_BYTES = 1 << 29
"""Of a file of JSON that a run wrote, such as what each of its rows was read from."""


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """Write ``value`` as JSON in ASCII, with a newline at the end.

    NaN and infinity become null, tuples lists, NumPy's numbers and arrays numbers and lists; bytes
    in a name that are no UTF-8 are escaped.

    Raises:
        TypeError: for what has no form in JSON; a ``Path`` too, so that none is recorded unawares.
    """
    return json.dumps(_plain(value), indent=indent, allow_nan=False) + "\n"


def read_json(path: Path, most: int = MOST_BYTES, *, follow: bool = True) -> Any:
    """Parse the file ``path``.

    Args:
        path: of the file.
        most: bytes that it may have.
        follow: whether it may be a link.

    Raises:
        DataError: if it cannot be read or holds no JSON.
    """
    return parse_json_of(path, bytes_of(path, most, follow=follow))


def bytes_of(path: Path, most: int = MOST_BYTES, *, follow: bool = True) -> bytes:
    """Return the content of a file of a run.

    Raises:
        DataError: if it cannot be read, is no regular file, or has more than ``most`` bytes.
    """
    try:
        return read_regular(path, most, follow=follow)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MemoryError:
        raise DataError(f"{path}: cannot be read: it is too large for the memory") from None


def parse_json_of(path: Path, content: bytes) -> Any:
    """Parse the ``content`` of the file ``path``.

    Raises:
        DataError: if it is no JSON; it names the file.
    """
    try:
        return parse_json(content)
    except DataError as error:
        raise DataError(f"{path}: damaged: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if value is None or isinstance(value, bool | int):
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
    return readable(key)
