"""Checks values against a Pydantic model, and says of each mistake where it stands and what to do.

Values go through Pydantic's strict JSON mode: a list may become a tuple, an integer a float, and
nothing else is converted.
"""

from __future__ import annotations

import difflib
import json
import os
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kx.base.errors import Problem, closest, suggest
from kx.spec.document import Document, Key
from kx.spec.mistakes import hint_of, message_of, shown

M = TypeVar("M", bound=BaseModel)

REQUIRED = "required, but missing"

LEGACY = {
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "epoch": "epochs",
    "data": "dataset",
    "model": "architecture",
    "network": "architecture",
    "train": "training",
    "trainer": "training",
    "evaluation": "validation",
    "val": "validation",
    "n": "size",
    "normalize": "scale",
    "type": "name",
    "kind": "name",
    "expected": "expect",
    "random_state": "seed",
    "hidden_units": "units",
    "patience": "early_stopping",
    "decay": "learning_rate_schedule",
}
"""What people write from habit, and what it is called here."""


def validate(
    model: type[M], value: Mapping[str, Any], document: Document, prefix: Key = ()
) -> tuple[M | None, list[Problem]]:
    """Check ``value``, which stands at ``prefix`` of ``document``.

    Returns:
        The checked model, or None and at least one problem.
    """
    current = _plain(value)
    while True:
        try:
            with _without_plugins():
                return model.model_validate_json(json.dumps(current), strict=True), []
        except ValidationError as error:
            details = error.errors(include_url=False)
        # A field that wants text gets what was written, even if it looks like a number.
        repaired = [d for d in details if _restore_text(current, d, document, prefix)]
        if not repaired:
            return None, list(_problems(model, details, value, document, prefix))


@contextmanager
def _without_plugins() -> Iterator[None]:
    """Keep Pydantic from looking for plugins in all installed packages, as Typer does."""
    before = os.environ.get("PYDANTIC_DISABLE_PLUGINS")
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    try:
        yield
    finally:
        del os.environ["PYDANTIC_DISABLE_PLUGINS"]
        if before is not None:
            os.environ["PYDANTIC_DISABLE_PLUGINS"] = before


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _restore_text(value: Any, detail: ErrorDetails, document: Document, prefix: Key) -> bool:
    if detail["type"] != "string_type":
        return False
    path = _path_in(value, detail["loc"])
    text = document.texts.get((*prefix, *path))
    if not path or text is None or isinstance(_at(value, path), str):
        return False
    if text in ("", "~", "null"):  # written to mean nothing, so no text
        return False
    _at(value, path[:-1])[path[-1]] = text
    return True


def _problems(
    model: type[BaseModel],
    details: Iterable[ErrorDetails],
    value: Any,
    document: Document,
    prefix: Key,
) -> Iterator[Problem]:
    details = list(details)
    unknown = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
    at: dict[Key, list[ErrorDetails]] = {}
    for detail in details:
        path = _path_in(value, detail["loc"])
        if detail["type"] == "missing":
            if _explained(detail["loc"], unknown):
                continue
            name = str(detail["loc"][-1])
            meant = _meant_as(name, detail["input"]) if name == "name" else None
            if meant is not None:  # sections of components are open: nothing else tells of it
                yield unknown_key(document, (*prefix, *path, meant), [name])
                continue
            path = (*path, name)
        at.setdefault(path, []).append(detail)
    for path, alternatives in at.items():
        if any(path == other[: len(path)] for other in at if other != path):
            continue  # one member of a union looked inside: the others have nothing to add
        yield _problem(model, alternatives, document, (*prefix, *path))


def _explained(missing: tuple[str | int, ...], unknown: Iterable[tuple[str | int, ...]]) -> bool:
    """Whether the missing key is there after all, misspelt."""
    name = str(missing[-1])
    return any(
        key[:-1] == missing[:-1]
        and (closest(str(key[-1]), [name]) or LEGACY.get(str(key[-1])) == name)
        for key in unknown
    )


def _problem(
    model: type[BaseModel], alternatives: list[ErrorDetails], document: Document, key: Key
) -> Problem:
    """Describe one place; each member of a union has its own complaint about it."""
    detail = alternatives[0]
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        return unknown_key(document, key, known)
    if kind == "missing":
        return document.problem(key, REQUIRED)
    if kind == "union_tag_not_found":
        return _missing_name(detail["input"], document, key)
    if kind == "union_tag_invalid":
        known = [tag.strip("' ") for tag in str(context["expected_tags"]).split(",")]
        written = str(context["tag"])
        return document.problem(
            (*key, "name"), f"{written!r} is not offered here", hint=suggest(written, known)
        )
    text = document.texts.get(key)
    first, *others = dict.fromkeys(map(message_of, alternatives))
    message = " or ".join([first, *(other.removeprefix("must be ") for other in others)])
    hints = [hint for hint in (hint_of(one, text) for one in alternatives) if hint]
    hint = hints[-1] if hints else ""
    return document.problem(key, message, got=shown(detail["input"], text), hint=hint)


def _missing_name(section: Any, document: Document, key: Key) -> Problem:
    """Complain about a section without a name, or about what was meant to be one."""
    meant = _meant_as("name", section)
    if meant is not None:
        return unknown_key(document, (*key, meant), ["name"])
    return document.problem((*key, "name"), REQUIRED)


def _meant_as(name: str, section: Any) -> str | None:
    """The key of the section that is most likely ``name`` misspelt, if there is one."""
    if not isinstance(section, Mapping) or name in section:
        return None
    return closest(name, [key for key in section if isinstance(key, str)])


def unknown_key(document: Document, key: Key, known: Iterable[str]) -> Problem:
    """Describe a key that is not one of ``known``."""
    known = sorted(known)
    name = str(key[-1])
    hint = suggest(name, known)
    meant = LEGACY.get(name)
    if meant in known and not difflib.get_close_matches(name, known, n=1, cutoff=0.8):
        hint = f"here it is called {meant!r}. Known: {', '.join(known)}"
    return document.problem(key, f"unknown key {name!r}", hint=hint, at_key=True)


def _path_in(value: Any, loc: tuple[str | int, ...]) -> Key:
    """The part of Pydantic's location that stands in the value, without names of union members."""
    path: list[str | int] = []
    for part in loc:
        if _has(value, part):
            path.append(part)
            value = value[part]
    return tuple(path)


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)


def _at(value: Any, path: Key) -> Any:
    for part in path:
        value = value[part]
    return value


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that the model knows at Pydantic's location ``loc``."""
    current: Any = model
    for part in loc:
        current = _step(current, part)
    members = [m for m in _members(current) if _is_model(m)]
    return [f.alias or name for m in members for name, f in m.model_fields.items()]


def _step(annotation: Any, part: str | int) -> Any:
    for member in _members(annotation):
        if _is_model(member):
            for name, info in member.model_fields.items():
                if part in (name, info.alias):
                    return info.annotation
            tag = member.model_fields.get("name")
            if tag and part in get_args(tag.annotation):
                return member
        elif get_origin(member) is dict:
            return get_args(member)[1]
        elif get_origin(member) in (tuple, list):
            return get_args(member)[0]
    return annotation


def _members(annotation: Any) -> list[Any]:
    """The members of a union, without ``Annotated`` and ``None``."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [m for arg in get_args(annotation) for m in _members(arg)]
    return [] if annotation is type(None) or get_origin(annotation) is Literal else [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
