"""Nested settings as dotted keys, as ``--set`` writes them: ``training.epochs``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def flattened(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and their values; a list stays one, unless it holds sections or lists.

    Args:
        value: nested mappings and lists.
        key: what all keys begin with.
    """
    nested: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        nested = value.items()
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        nested = enumerate(value)
    if not nested:
        yield key, value
    for name, item in nested:
        yield from flattened(item, f"{key}.{name}" if key else str(name))
