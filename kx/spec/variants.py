"""``variants:``: named sets of overrides, each of which makes another spec of the one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from kx.base.errors import Problem
from kx.spec.document import Document, Key, Mark
from kx.spec.load import override, put

OWN = ("name", "variants")
"""Keys that ``--set`` may set for the spec itself, but not once more for its variants."""


def variant_names(document: Document) -> list[str]:
    """Return the names of the variants, as far as they are mappings that change something."""
    found = document.value.get("variants")
    named = found.items() if isinstance(found, dict) else ()
    return [name for name, changes in named if isinstance(changes, dict) and changes]


def variant_document(document: Document, name: str) -> tuple[Document, list[Problem]]:
    """Return the spec that a variant makes of ``document``, and what is wrong with its keys.

    Its values keep their places in the file. It is called after the spec and the variant, and
    expects only what it states itself: what the spec expects is of the spec. What ``--set`` says
    goes on top.
    """
    made = Document(
        document.path,
        document.lines,
        copy.deepcopy(document.value),
        dict(document.keys),
        dict(document.values),
        dict(document.texts),
        set(document.overridden),
    )
    del made.value["variants"]
    made.value.pop("expect", None)
    if isinstance(made.value.get("name"), str):
        made.value["name"] = f"{made.value['name']}-{name}"
    problems = list(_changed(made, document, name))
    for setting in document.settings:
        if setting.partition("=")[0].strip().partition(".")[0] not in OWN:
            override(made, setting)
    return made, problems


def _changed(made: Document, document: Document, name: str) -> Iterator[Problem]:
    for dotted in document.value["variants"][name]:
        at: Key = ("variants", name, dotted)
        message = ""
        if dotted.partition(".")[0] == "variants":
            message = "a variant has no variants"
        elif not all(dotted.split(".")):
            message = "is no key of a spec, as in architecture.units"
        else:
            message = put(made, dotted, document, at) or ""
        if message:
            yield document.problem(at, message, at_key=True)


def lines_of(document: Document, name: str) -> range:
    """Return the lines of the file on which a variant stands; none, if ``--set`` made it."""
    prefix = ("variants", name)
    lines = [mark.line for key, mark in _marks(document) if key[:2] == prefix]
    return range(min(lines, default=0), max(lines, default=-1) + 1)


def _marks(document: Document) -> Iterator[tuple[Key, Mark]]:
    yield from document.keys.items()
    yield from document.values.items()


def nothing_changed(document: Document) -> Iterator[Problem]:
    """Complain about variants that are empty."""
    found: Any = document.value.get("variants")
    for name, changes in found.items() if isinstance(found, dict) else ():
        if changes == {}:
            hint = "as in {architecture.units: [4, 4]}"
            yield document.problem(("variants", name), "changes nothing", hint=hint)
