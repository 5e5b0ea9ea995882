"""Options are described without Pydantic as they are by it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BeforeValidator, Field

from kx.authoring.offered import offered
from kx.components import registry
from kx.components.describe import options_in_json
from kx.components.option_groups import REQUIRED, Declared
from kx.components.options import SpecPath, json_schema, options_model
from kx.components.plain_types import UnusualTypeError, option_schema

TABLES = (registry.dataset, registry.model, registry.evaluator, registry.callback)
Small = Annotated[int, Field(ge=1, le=9)]

PLAIN = [
    bool, int, float, str, int | None, Small, Small | None, SpecPath, SpecPath | None,
    Annotated[float, Field(gt=0, lt=1)], Annotated[int | None, Field(ge=0)],
    Annotated[Small, Field(lt=5)], Annotated[str, Field(min_length=1, max_length=3)],
    Annotated[tuple[Small, ...], Field(min_length=1)], list[str], tuple[tuple[str, ...], ...],
    Annotated[list[str] | None, Field(max_length=2)], dict[str, Any], Literal["a"], Literal[1, 2],
    dict[str, int], dict[str, tuple[str | int | float, ...]],
    Literal["a", "b"] | None, Small | float | Literal["auto"], None | str,
    Annotated[str, AfterValidator(str.strip)],
]  # fmt: skip
"""Types that are described without Pydantic."""

UNUSUAL = [
    Any, Path, set[int], Sequence[int], dict[int, str], tuple[int, str], tuple[int], list,
    Literal[1, "a"], Literal[True], Literal[None, "a"], float | Small | float,
    Annotated[str, Field(pattern="a+")], Annotated[int, Field(multiple_of=2)],
    Annotated[int, Field(description="count")], Annotated[int, Field(title="Count", ge=1)],
    Annotated[int, Field(json_schema_extra={"x": 1})], Annotated[int | str, Field(ge=1)],
    Annotated[Small, Field(ge=2)], Annotated[str, BeforeValidator(str.strip)],
    Annotated[str, AfterValidator(str.strip), Field(min_length=1)],
    Annotated[Literal[1, 2], Field(ge=1)], Annotated[bool, Field(ge=0)], (Small | None) | str,
    Annotated[int | None, Field(ge=1)] | str, list[Small] | tuple[Small, ...],
    Annotated[int, "a remark"], Annotated[str, Field(min_length=1)] | Annotated[str, "other"],
]  # fmt: skip
"""Types that Pydantic may have to describe."""


def by_pydantic(kind, default=REQUIRED):
    def function(*, option): ...

    function.__annotations__ = {"option": kind}
    function.__kwdefaults__ = {} if default is REQUIRED else {"option": default}
    schema = json_schema(options_model(function))["properties"]["option"]
    return {key: value for key, value in schema.items() if key != "title"}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_types_are_described_as_pydantic_does(kind):
    assert json.dumps(option_schema(Declared("option", kind, REQUIRED))) == json.dumps(
        by_pydantic(kind)
    )


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_types_are_described_as_pydantic_does_or_left_to_it(kind):
    try:
        found = option_schema(Declared("option", kind, REQUIRED))
    except UnusualTypeError:
        return
    assert json.dumps(found) == json.dumps(by_pydantic(kind))


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        (int | None, None),
        (float, 3),
        (bool, True),
        (tuple[int, ...], (1, 2)),
        (list[str], []),
        (tuple[tuple[str, ...], ...], (("a",), ())),
        (dict[str, Any], {}),
    ],
)
def test_defaults_are_told_as_pydantic_does(kind, default):
    found = option_schema(Declared("option", kind, default))

    assert json.dumps(found) == json.dumps(by_pydantic(kind, default))


def test_other_defaults_are_left_to_pydantic():
    with pytest.raises(UnusualTypeError):
        option_schema(Declared("option", dict[str, Any], {"a": Path()}))


def everything():
    for table in TABLES:
        yield from (table[name] for name in table.names())
    for kind in ("losses", "metrics", "optimizers"):
        yield from offered(kind)


def test_what_a_spec_can_name_is_described_as_pydantic_does():
    for entry in everything():
        schema = json_schema(entry.options).get("properties", {})
        told = [{"name": name, **schema[name]} for name in entry.options.model_fields]
        for option in told:
            del option["title"]

        assert json.dumps(options_in_json(entry)) == json.dumps(told), entry.name


def test_a_component_with_an_unusual_option_is_described_by_pydantic():
    class Entry:
        options = options_model(sorted_by)
        source = staticmethod(sorted_by)

    assert options_in_json(Entry()) == [
        {"name": "pattern", "default": "a", "pattern": "a+", "type": "string"},
        {"name": "several", "type": "boolean"},
    ]


def sorted_by(*, pattern: Annotated[str, Field(pattern="a+")] = "a", several: bool):
    """Have an option that only Pydantic can describe."""
