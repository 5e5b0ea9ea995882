"""From a file and ``--set`` overrides to a checked frame."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kx.base.errors import Problem, SpecError
from kx.base.names import readable
from kx.spec.document import Document, Key, parse_value, read_document
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import validate
from kx.spec.yaml_events import MAX_DEPTH

SHORTHANDS: dict[Key, str] = {
    ("dataset",): "name",
    ("architecture",): "name",
    ("validation",): "strategy",
    ("training", "optimizer"): "name",
    ("training", "learning_rate_schedule"): "name",
}
"""Sections that may be a mere name: ``optimizer: adam``."""


def load_document(path: Path, overrides: Sequence[str] = ()) -> Document:
    """Read the spec at ``path`` and set each ``key=value`` of ``overrides`` in it.

    Raises:
        SpecError: if the file is no YAML mapping, or an override is no ``key=value``.
    """
    document = read_document(path)
    expand_shorthands(document)
    problems = [problem for text in overrides if (problem := override(document, text))]
    if problems:
        raise SpecError(problems)
    document.settings = tuple(overrides)
    return document


def check_frame(document: Document) -> tuple[ExperimentSpec | None, list[Problem]]:
    """Check everything of a spec that is not an option of a component."""
    return validate(ExperimentSpec, document.value, document)


def expand_shorthands(document: Document) -> None:
    """Write each mere name as the section that it stands for."""
    for key, name in _shorthands(document.value):
        holder = _descend(document.value, key[:-1])
        if isinstance(holder, dict) and isinstance(holder.get(key[-1]), str):
            holder[key[-1]] = {name: holder[key[-1]]}
            if key in document.values:
                document.values[*key, name] = document.values[key]


def _shorthands(value: Any) -> Iterator[tuple[Key, str]]:
    """Yield the places of a spec that may be a mere name, and what it is the name of."""
    yield from SHORTHANDS.items()
    phases = _descend(value, ("training", "phases"))
    for number in range(len(phases)) if isinstance(phases, list) else ():
        yield ("training", "phases", number, "optimizer"), "name"


def override(document: Document, text: str) -> Problem | None:
    """Set ``a.b=value`` in the document; the value is read as YAML.

    Returns:
        What is wrong with ``text``, or None.
    """
    text = readable(text)  # such as the path of a file whose name is no UTF-8
    dotted, equals, written = text.partition("=")
    dotted = dotted.strip()
    if not equals or not all(dotted.split(".")):
        return Problem("--set", "", "must be key=value", repr(text), "as in training.epochs=4")
    value = parse_value(written)
    message = put(document, dotted, value, ())
    if message:
        return Problem("--set", dotted, message, repr(text))
    document.overridden.add(_split_key(document.value, dotted))
    return None


def put(document: Document, dotted: str, source: Document, at: Key) -> str | None:
    """Set ``dotted`` to what ``source`` has at ``at``, and remember where that stands.

    Returns:
        What is wrong, or None.
    """
    key = _split_key(document.value, dotted)
    if len(key) > MAX_DEPTH:
        return f"nested more than {MAX_DEPTH} levels deep"
    holder = document.value
    for end, part in enumerate(key[:-1], 1):
        if part not in holder or holder[part] is None:
            holder[part] = {}
            if at and at in source.keys:
                document.keys[key[:end]] = document.values[key[:end]] = source.keys[at]
        holder = holder[part]
        if not isinstance(holder, dict):
            return f"{part!r} is not a section of keys"
    for old, new in (
        (document.texts, source.texts),
        (document.keys, source.keys if at else {}),
        (document.values, source.values if at else {}),
    ):
        _replace_below(old, key, new, at)
    document.overridden -= {known for known in document.overridden if known[: len(key)] == key}
    if at and any(_overlap(at, known) for known in source.overridden):
        document.overridden.add(key)
    holder[key[-1]] = copy.deepcopy(_descend(source.value, at))
    expand_shorthands(document)
    return None


def _overlap(one: Key, other: Key) -> bool:
    """Whether one of two places lies in the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _replace_below(old: dict[Key, Any], key: Key, new: Mapping[Key, Any], at: Key) -> None:
    """Forget what is known of ``key`` and below it, and take what ``new`` knows of ``at``."""
    for path in [known for known in old if known[: len(key)] == key]:
        del old[path]
    old |= {(*key, *path[len(at) :]): what for path, what in new.items() if path[: len(at)] == at}


def _split_key(value: Any, dotted: str) -> tuple[str, ...]:
    """Split at the dots, but keep the names of scores in ``expect`` whole."""
    if dotted.startswith("expect."):  # whose keys have dots, as in test.accuracy
        name, _, last = dotted.removeprefix("expect.").rpartition(".")
        whole = dotted.removeprefix("expect.")
        known = value.get("expect") if isinstance(value, dict) else None
        if not name or (isinstance(known, dict) and whole in known):
            return ("expect", whole)
        return ("expect", name, last)
    return tuple(dotted.split("."))


def _descend(value: Any, key: Key) -> Any:
    for part in key:
        if isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def fail_on(problems: Sequence[Problem]) -> None:
    """Raise the problems, if there are any.

    Raises:
        SpecError: with all of them.
    """
    if problems:
        raise SpecError(problems)
