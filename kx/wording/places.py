"""Where rows stand in their files, in words."""

from __future__ import annotations

import re

from kx.wording.words import Words

A_ROW = re.compile(r"(?:(?P<file>.+), )?(?P<kind>line|row) (?P<number>\d+)")
"""Where a row of a table stands, as records tell it: in English, whatever language is spoken."""


def place_said(place: str, words: Words) -> str:
    """Return where a row stands; what is no line of a table, such as a file, as it is."""
    found = A_ROW.fullmatch(place)
    if found is None:
        return place
    said = words(f"place.{found['kind']}", number=found["number"])
    return words("place.in_file", file=found["file"], place=said) if found["file"] else said
