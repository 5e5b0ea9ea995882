"""The texts of each language, as the files in ``texts`` have them; read when first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from kx.base.language import Language

FOLDER = Path(__file__).with_name("texts")

FORMS = frozenset({"one", "other"})
"""Of a text that depends on a number: for 1, and for all others."""

BY = "by"
"""Names, beside the two forms, the value that decides, if that is not ``count``."""

Text = str | Mapping[str, str]
"""A text with ``{name}`` for what is filled in, or its two forms."""


@cache
def texts_in(language: Language) -> Mapping[str, Text]:
    """Return dotted key -> text, of all texts of a language."""
    import tomllib

    path = FOLDER / f"{language}.toml"
    return dict(_flattened(tomllib.loads(path.read_text(encoding="utf-8"))))


def filled(text: Text, values: Mapping[str, Any]) -> str:
    """Return a text with ``values`` in it; one of them, most often ``count``, decides the form.

    Raises:
        KeyError: if it needs a value that is not given.
    """
    return form_of(text, values).format_map(values)


def pieces_of(text: Text, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of a text, and what is filled in between them.

    Raises:
        KeyError: if it needs a value that is not given.
    """
    for literal, name, wanted, conversion in Formatter().parse(form_of(text, values)):
        yield literal
        if name is not None:
            how = (f"!{conversion}" if conversion else "") + (f":{wanted}" if wanted else "")
            yield f"{{{name}{how}}}".format_map(values)


def form_of(text: Text, values: Mapping[str, Any]) -> str:
    """Return the form of a text that goes with ``values``.

    Raises:
        KeyError: if it has two, and the value that decides is not given.
    """
    if isinstance(text, str):
        return text
    return text["one" if values[text.get(BY, "count")] in (1, "1") else "other"]


def _flattened(table: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, Text]]:
    for name, value in table.items():
        if isinstance(value, str) or value.keys() - {BY} == FORMS:
            yield f"{start}{name}", value
        else:
            yield from _flattened(value, f"{start}{name}.")
