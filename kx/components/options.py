"""The options of a registered function, as Pydantic checks and describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from kx.components.option_groups import REQUIRED, declared


class FromSpec:
    """Marks the type of an option that is a path: a relative one begins at the spec's folder.

    ``kx check`` looks whether something is there.
    """


SpecPath = Annotated[str, Field(min_length=1), FromSpec()]
"""Type of such an option: the function is given the whole path, the record has what is written."""


@cache
def options_model(source: Callable[..., object]) -> type[BaseModel]:
    """Describe the options of a class or a function: those that a spec may set."""
    fields: dict[str, Any] = {
        option.name: (option.kind, ... if option.default is REQUIRED else option.default)
        for option in declared(source)
    }
    config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )
    return create_model(source.__name__, __config__=config, **fields)


def extended(options: type[BaseModel], fields: dict[str, Any]) -> type[BaseModel]:
    """Return ``options`` with further fields that a component's section may hold."""
    return create_model(options.__name__, __base__=options, **fields)


def paths(options: type[BaseModel]) -> list[str]:
    """Return the options that are paths, or hold some: a list of paths, or a path or nothing."""
    return [
        name
        for name, field in options.model_fields.items()
        if _holds_path(Annotated[field.annotation, *field.metadata, ""])
    ]


def with_paths(
    options: type[BaseModel], values: Mapping[str, Any], change: Callable[[str], str]
) -> dict[str, Any]:
    """Return the values of options, the paths among them changed."""
    fields = options.model_fields
    kinds = {name: Annotated[fields[name].annotation, *fields[name].metadata, ""]
             for name in paths(options) if name in values}  # fmt: skip
    return {**values, **{name: _changed(kinds[name], values[name], change) for name in kinds}}


def _holds_path(kind: Any) -> bool:
    marked = any(isinstance(part, FromSpec) for part in getattr(kind, "__metadata__", ()))
    return marked or any(_holds_path(part) for part in get_args(kind))


def _changed(kind: Any, value: Any, change: Callable[[str], str]) -> Any:
    """Change the texts in a value that stand where its type has a path."""
    if isinstance(value, Mapping):
        return {key: _changed(kind, item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_changed(kind, item, change) for item in value)
    return change(value) if isinstance(value, str) and value not in _words(kind) else value


def _words(kind: Any) -> set[Any]:
    """Return the texts that a type names, such as ``none`` beside a path: they are no paths."""
    parts = get_args(kind)
    if get_origin(kind) is Literal:
        return set(parts)
    return {word for part in parts for word in _words(part)}


def json_schema(options: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of options: types, ranges and defaults."""
    return options.model_json_schema(schema_generator=_PlainDefaults)


class _PlainDefaults(GenerateJsonSchema):
    """Takes plain defaults as they are.

    Pydantic makes a type adapter for each, which takes longer than the rest of the schema.
    """

    def encode_default(self, dft: Any) -> Any:
        plain = dft is None or isinstance(dft, str | int | float)
        return dft if plain else super().encode_default(dft)
