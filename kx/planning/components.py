"""The registered functions that a spec names, looked up, and the options that it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from kx import registry
from kx.errors import Problem, closest, suggest
from kx.options import extended
from kx.planning.plan import SECTIONS, Choice
from kx.registry import Entry, Registry
from kx.spec.document import Document, Key
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import validate

FRAME_KEYS = {
    "dataset": ("name", "fallback"),
    "architecture": ("name",),
    "validation": ("strategy", "keep"),
}
"""The keys of a section that are no options of its component."""


def choose(section: str, document: Document, problems: list[Problem]) -> Choice | None:
    """Look up the section's component and check its options; add to ``problems``."""
    name_key, table = SECTIONS[section]
    value = document.value.get(section, {} if section == "validation" else None)
    if not isinstance(value, dict):
        return None  # the frame has said so
    name = value.get(name_key, _unnamed(value, table) if section == "validation" else None)
    if name is not None and not isinstance(name, str):
        name = document.texts.get((section, name_key))  # such as 3: a name, if an odd one
    if name is None:
        return None
    if name not in table:
        message = f"no {table.kind} is called {name!r}"
        hint = suggest(name, table.names())
        problems.append(document.problem((section, name_key), message, hint=hint))
        return None
    given = {key: item for key, item in value.items() if key not in FRAME_KEYS[section]}
    known = _with_frame_keys(table[name], section)
    return _checked(table[name], known, given, document, (section,), problems)


def choose_callbacks(
    spec: ExperimentSpec, document: Document, problems: list[Problem]
) -> Iterator[Choice]:
    """Look up the spec's callbacks and check their options; add to ``problems``."""
    table = registry.callback
    for name, given in spec.training.callbacks.items():
        key = ("training", "callbacks", name)
        if name not in table:
            hint = suggest(name, table.names()) + "; a plugin file can register one"
            message = f"no callback is called {name!r}"
            problems.append(document.problem(key, message, hint=hint, at_key=True))
        elif choice := _checked(table[name], table[name].options, given, document, key, problems):
            yield choice


def _checked(
    entry: Entry[Any],
    known: type[BaseModel],
    given: Mapping[str, Any],
    document: Document,
    key: Key,
    problems: list[Problem],
) -> Choice | None:
    """Check the options ``given`` at ``key`` against the model ``known``."""
    options, found = validate(known, given, document, key)
    problems += found
    if options is None:
        return None
    return Choice(entry, {name: getattr(options, name) for name in entry.options.model_fields})


def _unnamed(section: Mapping[str, Any], table: Registry[Any]) -> str:
    """Return the strategy of a section that names none: the default, or what is meant.

    The value of a misspelt key is what its options belong to; that the key is unknown is told.
    """
    meant = closest("strategy", [str(key) for key in section])
    name = section.get(meant) if meant else None
    return name if isinstance(name, str) and name in table else "holdout"


@cache
def _with_frame_keys(entry: Entry[Any], section: str) -> type[BaseModel]:
    """The options model, made to know the keys of the frame too, for "did you mean"."""
    extra: dict[str, Any] = dict.fromkeys(FRAME_KEYS[section], (str | None, None))
    return extended(entry.options, extra)
