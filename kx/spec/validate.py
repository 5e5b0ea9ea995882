"""Checks values against a Pydantic model, and says of each mistake where it stands and what to do.

Values go through Pydantic's strict JSON mode: a list may become a tuple, an integer a float, and
nothing else is converted.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kx.base.errors import Problem, closest, suggest
from kx.spec.document import Document, Key

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
    first, *others = dict.fromkeys(map(_message, alternatives))
    message = " or ".join([first, *(other.removeprefix("must be ") for other in others)])
    hints = [hint for hint in (_hint(one, text) for one in alternatives) if hint]
    hint = hints[-1] if hints else ""
    return document.problem(key, message, got=_shown(detail["input"], text), hint=hint)


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


_MESSAGES = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "none_required": "must be left out or null",
}


def _message(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind in ("model_type", "model_attributes_type", "dict_type", "dataclass_type"):
        return "must be a section of keys"
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}"
    if kind in ("too_short", "too_long"):
        limit = context.get("min_length") if kind == "too_short" else context.get("max_length")
        return f"must have at {'least' if kind == 'too_short' else 'most'} {limit} entries"
    comparisons = {
        "greater_than": f"must be greater than {context.get('gt')}",
        "greater_than_equal": f"must be at least {context.get('ge')}",
        "less_than": f"must be less than {context.get('lt')}",
        "less_than_equal": f"must be at most {context.get('le')}",
    }
    return comparisons.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]


def _hint(detail: ErrorDetails, text: str | None) -> str:
    kind, written = detail["type"], detail["input"]
    if kind.startswith(("model", "dict")) and written is None:
        return "put its keys below it, indented, or remove the line"
    if kind == "literal_error" and isinstance(written, str):
        options = [option.strip("' ") for option in detail["ctx"]["expected"].split(" or ")]
        known = [part.strip("' ") for option in options for part in option.split(",")]
        near = closest(written, known)
        return f"did you mean {near!r}?" if near else ""
    if kind.startswith("bool") and isinstance(written, str):
        return "write true or false, without quotes"
    if kind.startswith(("tuple", "list")) and isinstance(written, str):
        return f"write [{written.strip('()')}]"
    if kind.startswith(("tuple", "list")) and isinstance(written, int | float):
        return f"write [{text or written}]"
    if kind.startswith(("int", "float")):
        return _number_hint(kind, written)
    if kind == "string_pattern_mismatch" and isinstance(written, str):
        return "use lower case letters, digits, - and _"
    return ""


def _number_hint(kind: str, written: Any) -> str:
    if isinstance(written, float) and written.is_integer():
        return f"write {int(written)}" if abs(written) < 1e9 else ""
    if isinstance(written, bool) or not isinstance(written, str) or len(written) > 60:
        return ""
    if written.lower() in ("none", "nan", "inf", "-inf"):
        return "write null for nothing; NaN and infinity are not accepted"
    if written.startswith("0o"):
        return "octal numbers are not supported"
    if re.fullmatch(r"[-+]?[0-9]{1,400}", written):
        plain = str(int(written))
        return f"write {plain} without " + ("a leading 0" if written != plain else "quotes")
    numerator, slash, denominator = written.partition("/")
    try:
        if slash:
            return f"write {float(numerator) / float(denominator)!r}"
        float(written)
    except (ValueError, ZeroDivisionError):
        return ""
    return f"write {written} without quotes"


def _shown(value: Any, text: str | None) -> str:
    """The value as its user wrote it, cut to a line."""
    if text is not None:
        return _short(text) or "nothing"
    if value is None:
        return "nothing"
    return _short(repr(value) if isinstance(value, str) else json.dumps(value, default=str))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


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
