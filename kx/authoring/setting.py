"""Texts and values as specs have them: what a proposed spec is written with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    return edited(text, {key: changes[key] for key in changes if key not in reflected})


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
