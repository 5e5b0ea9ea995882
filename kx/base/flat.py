"""Nested settings as dotted keys, as ``--set`` writes them: ``training.epochs``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LEFT_OUT = ("name", "plugins", "expect", "variants")
"""Keys of a spec that decide nothing about the outcome."""


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


def settings(spec: Mapping[str, Any]) -> Iterable[tuple[str, bool | float | str]]:
    """Yield the settings of a spec that are set, by dotted keys; lists as JSON."""
    for key, value in flattened({k: v for k, v in spec.items() if k not in LEFT_OUT}):
        if isinstance(value, list | dict):
            yield key, json.dumps(value, ensure_ascii=False)
        elif value is not None:
            yield key, value
