"""Texts and values as specs have them: what a proposed spec is written with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kx.spec.document import Document, parse_value
from kx.spec.edit import edited
from kx.spec.load import fail_on, override


def with_settings(text: str, settings: Sequence[str], reflected: Collection[str] = ()) -> str:
    """Return a spec's text with each ``key=value`` set in it, but for keys that are ``reflected``.

    Raises:
        SpecError: if one is no ``key=value``.
    """
    changes = _values(settings)
    kept = _without_orphans(text, changes)
    return edited(kept, {key: changes[key] for key in changes if key not in reflected})


def _without_orphans(text: str, changes: Mapping[str, Any]) -> str:
    """Return a proposed text without what was proposed for something that is set otherwise.

    These are the options of another strategy or network, and a patience that a few epochs cannot
    lose. Each stands on a line of its own.
    """
    if changes.keys() & {"validation", "validation.strategy"}:
        text = re.sub(r"(?m)^#[^\n]*\n(?=validation:)", "", text)
    for chosen in ("validation.strategy", "architecture.name"):
        if chosen in changes:
            text = _alone(text, *chosen.split("."))
    found = re.search(r"(?m)^  early_stopping: \{patience: (\d+)\}\n?", text)
    epochs = changes.get("training.epochs")
    if found and isinstance(epochs, int) and epochs <= int(found[1]):
        text = text.replace(found[0], "")
    return text


def _alone(text: str, section: str, key: str) -> str:
    """Return a text with nothing but ``key`` in one of its sections."""

    def shortened(found: re.Match[str]) -> str:
        lines = found[2].splitlines(keepends=True)
        return found[1] + "".join(line for line in lines if line.startswith(f"  {key}:"))

    return re.sub(rf"(?m)^({section}:\n)((?:  .*\n?)+)", shortened, text)


def _values(settings: Sequence[str]) -> dict[str, Any]:
    """Return dotted key -> value."""
    document = Document("--set", [])
    document.value = {}
    fail_on([problem for each in settings if (problem := override(document, each))])
    parts = [each.partition("=") for each in settings]
    return {key.strip(): parse_value(written).value for key, _, written in parts}


def quoted(text: str) -> str:
    """Return a text as YAML reads it back: in quotation marks where it must be."""
    import yaml

    plain = text == text.strip() and text.isprintable() and not set(text) & set(",[]{}#:")
    try:
        if plain and yaml.safe_load(text) == text:
            return text
    except yaml.YAMLError:
        pass
    written: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)
    return written.removesuffix("\n")
