"""The options of registered functions in words, for lists, templates and editors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from kx.components.option_groups import Declared, declared
from kx.components.plain_types import UnusualTypeError, option_schema

if TYPE_CHECKING:
    from pydantic import BaseModel


class Described(Protocol):
    """What has options: a registered function, or a loss, metric or optimizer."""

    @property
    def options(self) -> type[BaseModel]:
        """A model of them."""

    def option_help(self) -> dict[str, str]:
        """Return what is said of each."""


def option_schemas(entry: Described) -> list[dict[str, Any]]:
    """Return name, JSON schema (type, range, default) and help of each option."""
    texts = entry.option_help()
    return [{**option, "help": texts.get(option["name"], "")} for option in options_in_json(entry)]


def options_in_json(entry: Described) -> list[dict[str, Any]]:
    """Return name and JSON schema (type, range, default) of each option."""
    try:
        return [{"name": option.name, **option_schema(option)} for option in _declared(entry)]
    except UnusualTypeError:
        return _told_by_pydantic(entry.options)


def _declared(entry: Any) -> Sequence[Declared]:
    return entry.declared if hasattr(entry, "declared") else declared(entry.source)


def _told_by_pydantic(options: type[BaseModel]) -> list[dict[str, Any]]:
    from kx.components.options import json_schema

    schema = json_schema(options).get("properties", {})
    return [
        {"name": name, **{key: value for key, value in schema[name].items() if key != "title"}}
        for name in options.model_fields
    ]


def option_line(option: dict[str, Any]) -> str:
    """Return ``labels: 'integer' or 'one_hot', default 'integer'``."""
    default = f", default {shown(option['default'])}" if "default" in option else ", required"
    return f"{option['name']}: {type_in_words(option)}{default}"


def type_in_words(schema: dict[str, Any]) -> str:
    """Return type and range of a JSON schema, such as ``integer, at least 1``."""
    if "anyOf" in schema:
        return " or ".join(map(type_in_words, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(map(repr, schema["enum"]))
    if "const" in schema:
        return repr(schema["const"])
    if schema.get("type") == "array":
        return f"list of ({type_in_words(schema.get('items', {}))})"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {schema[key]:,}" for key, word in words.items() if key in schema]
    return ", ".join([str(schema.get("type", "value")), *limits])


def shown(value: Any) -> str:
    """Return a default as YAML would have it."""
    import json

    plain = isinstance(value, str) and value.replace("_", "").isalnum()
    return str(value) if plain else json.dumps(value)
