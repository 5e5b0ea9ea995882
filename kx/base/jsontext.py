"""JSON from anywhere: no file, however made, does more than be refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from kx.base.errors import DataError
from kx.base.names import readable

MOST_LEVELS = 100
"""A spec may be 32 levels deep, and nothing that kx writes goes far beyond that."""

MOST_DIGITS = 20
"""Of an integer: what has more is no count, and no float may hold it."""

_LARGE = re.compile(r"\d{21}|[eE]\+?\d{3}")
"""Where there may be numbers that need a look; SHA-256s and times are the usual false alarm."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def parse_json(content: str | bytes) -> Any:
    """Parse ``content``, which may be anything, without Python's leniency.

    Returns:
        Plain values, at most 100 levels deep, their numbers finite as floats, their texts UTF-8.

    Raises:
        DataError: if it is no JSON, or cannot be such values.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        hooks: Any = {"parse_int": _int, "parse_float": _float} if _LARGE.search(text) else {}
        value = json.loads(text, parse_constant=_refuse, **hooks)
    except (ValueError, RecursionError, MemoryError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else error
        raise DataError(f"not valid JSON: {why or 'too large for the memory'}") from None
    if _depth(value) > MOST_LEVELS:
        raise DataError(f"not valid JSON: nested more than {MOST_LEVELS} levels deep")
    return _cleaned(value) if _SURROGATE.search(text) else value


def _depth(value: Any) -> int:
    """Return how many levels deep lists and objects are nested, at most one too many."""
    level, depth = [value], 0
    while depth <= MOST_LEVELS and (level := [v for v in level if isinstance(v, dict | list)]):
        depth += 1
        level = [v for held in level for v in (held.values() if isinstance(held, dict) else held)]
    return depth


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"an integer of {len(text):,} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"a number beyond all bounds: {text[:20]}")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
