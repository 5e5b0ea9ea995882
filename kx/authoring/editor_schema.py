"""The JSON schema of a spec (draft 7), with which editors complete and check its keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kx.authoring.offered import Offered, offered
from kx.components.options import json_schema
from kx.components.own_objectives import known, optimizer
from kx.components.registry import Entry, Registry
from kx.planning import SECTIONS
from kx.spec.load import SHORTHANDS
from kx.spec.schema import ExperimentSpec
from kx.spec.texts import WithTexts


def editor_schema() -> dict[str, Any]:
    """Return the schema of a spec with the components that are registered now."""
    schema = _draft7(ExperimentSpec.model_json_schema(schema_generator=WithTexts))
    definitions = schema["definitions"]
    for section, (key, table) in SECTIONS.items():
        frame = definitions[f"{section.capitalize()}Section"]
        schema["properties"][section] = _component(section, key, table, frame)
    training = definitions["TrainingSection"]["properties"]
    losses = {"anyOf": [{"enum": [*known("losses"), None]}, *_objectives("losses")]}
    training["loss"] = _described(training["loss"], losses)
    metric = {"anyOf": [{"enum": known("metrics")}, *_objectives("metrics")]}
    metrics = {"type": "array", "items": metric, "minItems": 1}
    training["metrics"] = _described(training["metrics"], metrics)
    for path in SHORTHANDS:
        if path[0] == "training":
            training[path[1]] = _or_name(training[path[1]], definitions)
    phase = definitions["Phase"]["properties"]
    phase["optimizer"] = _or_name(phase["optimizer"], definitions)
    own = [_named_section(each) for each in offered("optimizers") if each.name in optimizer.names()]
    for holder in (training, phase):
        holder["optimizer"]["anyOf"] += [{"enum": optimizer.names()}, *own] if own else []
    del definitions["OwnOptimizer"]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "kx spec", **schema}


def _objectives(kind: str) -> list[dict[str, Any]]:
    """Return the sections of the losses or metrics: a name, and options."""
    label = {"label": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}}
    own: dict[str, Any] = label if kind == "metrics" else {}
    return [_named_section(each, own) for each in offered(kind)]


def _named_section(offered: Offered, own: dict[str, Any] | None = None) -> dict[str, Any]:
    section = _section(offered, "name", own or {})
    return {**section, "required": sorted({*section.get("required", ()), "name"})}


def _component(
    section: str, key: str, table: Registry[Any], frame: dict[str, Any]
) -> dict[str, Any]:
    """A name, or a section of that name whose options are those of its function."""
    own = {k: v for k, v in frame["properties"].items() if k not in ("name", "strategy")}
    sections = [_section(table[name], key, own) for name in table.names()]
    if section == "validation":  # whose strategy may be left out: then it is holdout
        for variant in sections:
            if variant["properties"][key]["const"] != "holdout":
                variant["required"] = sorted({*variant.get("required", ()), key})
    else:
        for variant in sections:
            variant["required"] = sorted({*variant.get("required", ()), key})
    described = {"description": frame.get("description", "")}
    return {**described, "anyOf": [{"enum": table.names()}, *sections]}


def _section(entry: Entry[Any] | Offered, key: str, own: dict[str, Any]) -> dict[str, Any]:
    schema = _draft7(json_schema(entry.options))
    properties: dict[str, Any] = {key: {"const": entry.name, "description": entry.summary}}
    texts = entry.option_help()
    for name, option in schema.get("properties", {}).items():
        properties[name] = {**option, "description": texts.get(name, "")}
    variant = {
        "type": "object",
        "title": entry.name,
        "properties": properties | own,
        "additionalProperties": False,
    }
    if "required" in schema:
        variant["required"] = schema["required"]
    return variant


def _described(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {"description": old.get("description", ""), **new}


def _or_name(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Allow the name alone where a section needs nothing else."""
    variants = list(_variants(schema))
    kinds = [definitions[v["$ref"].rpartition("/")[2]] for v in variants]
    bare = [
        k["properties"]["name"]["const"] for k in kinds if set(k.get("required", [])) <= {"name"}
    ]
    nothing = [{"type": "null"}] if schema.get("default", 0) is None else []
    return _described(schema, {"anyOf": [*([{"enum": bare}] if bare else []), *variants, *nothing]})


def _variants(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield the references of nested unions; what only plugins have is listed beside them."""
    for part in schema.get("oneOf") or schema.get("anyOf") or ():
        if "$ref" in part and not part["$ref"].endswith("/OwnOptimizer"):
            yield part
        yield from _variants(part)


def _draft7(value: Any) -> Any:
    """Rewrite what draft 7 spells otherwise: definitions, and tuples of one kind."""
    if isinstance(value, dict):
        renamed = {("definitions" if k == "$defs" else k): _draft7(v) for k, v in value.items()}
        renamed.pop("discriminator", None)  # of OpenAPI; editors do not know it
        reference = renamed.get("$ref")
        if isinstance(reference, str):
            renamed["$ref"] = reference.replace("#/$defs/", "#/definitions/")
        return renamed
    return [_draft7(item) for item in value] if isinstance(value, list) else value
