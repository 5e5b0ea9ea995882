"""JSON schemas of options whose types are plain, as Pydantic would tell them.

Pydantic makes a model of the options of each component first, and what validates it: for the
hundred parts that ``kx list`` shows this takes longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from kx.components.option_groups import REQUIRED, Declared

NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}

BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
LENGTHS = {
    "string": {"min_length": "minLength", "max_length": "maxLength"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
}
LIMITS: Mapping[str, Mapping[str, str]] = {"integer": BOUNDS, "number": BOUNDS, **LENGTHS}
"""JSON's name of a type -> what may limit it, as Python and as JSON name it."""


class UnusualTypeError(Exception):
    """The type or the default of an option is one that only Pydantic can tell."""


def option_schema(option: Declared) -> dict[str, Any]:
    """Return the schema of an option: its type, range and default, in alphabetical order.

    Raises:
        UnusualTypeError: if that is for Pydantic to do.
    """
    default = {} if option.default is REQUIRED else {"default": _in_json(option.default)}
    return dict(sorted({**_schema(option.kind), **default}.items()))


def _in_json(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if type(value) in (tuple, list):
        return [_in_json(each) for each in value]
    if value == {}:
        return {}
    raise UnusualTypeError


def _schema(kind: Any) -> dict[str, Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and kind in NAMES:
        return {"type": NAMES[kind]}
    if origin is Annotated:
        return _limited(_schema(parts[0]), parts[1:])
    if origin is Literal:
        return _words(parts)
    if origin in (Union, UnionType):
        return _either(parts)
    if origin in (tuple, list) and parts[1:] == ((...,) if origin is tuple else ()):
        return {"items": _schema(parts[0]), "type": "array"}
    if origin is dict and parts[0] is str:
        inner = True if parts[1] is Any else _schema(parts[1])
        return {"additionalProperties": inner, "type": "object"}
    raise UnusualTypeError


def _words(words: Sequence[Any]) -> dict[str, Any]:
    kinds = set(map(type, words))
    if kinds not in ({str}, {int}):
        raise UnusualTypeError
    choice = {"enum": [*words]} if len(words) > 1 else {"const": words[0]}
    return {**choice, "type": NAMES[kinds.pop()]}


def _either(kinds: Sequence[Any]) -> dict[str, Any]:
    some = [_schema(kind) for kind in kinds if kind is not NoneType]
    if any("anyOf" in each or some.count(each) > 1 for each in some):
        raise UnusualTypeError
    return {"anyOf": [*some, *([{"type": "null"}] if NoneType in kinds else [])]}


def _limited(schema: dict[str, Any], notes: Sequence[Any]) -> dict[str, Any]:
    """Return the schema of a type with the limits that stand beside it in ``Annotated``."""
    limits = {name: limit for note in notes for name, limit in _limits(note).items()}
    if not limits:
        return schema
    first, *others = schema.get("anyOf", [schema])
    if others not in ([], [{"type": "null"}]) or first.keys() - {"type", "items"}:
        raise UnusualTypeError
    names = LIMITS.get(first["type"], {})
    if limits.keys() - names.keys():
        raise UnusualTypeError
    limited = dict(sorted({**first, **{names[name]: limits[name] for name in limits}}.items()))
    return {"anyOf": [limited, *others]} if others else limited


def _limits(note: Any) -> Mapping[str, Any]:
    """Return the limits that a note beside a type sets: pydantic's ``Field``, or one of its own."""
    from pydantic import AfterValidator
    from pydantic.fields import FieldInfo

    from kx.components.options import FromSpec

    if isinstance(note, FromSpec | AfterValidator):  # these change values, not their type
        return {}
    if isinstance(note, FieldInfo) and not getattr(note, "_attributes_set", "unknown"):
        return {name: limit for part in note.metadata for name, limit in _limits(part).items()}
    if type(note).__module__ == "annotated_types" and is_dataclass(note):
        return {field.name: getattr(note, field.name) for field in fields(note)}
    raise UnusualTypeError
