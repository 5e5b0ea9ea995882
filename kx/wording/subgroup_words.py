"""For whom a network is worse, in words."""

from __future__ import annotations

from kx.base.text import number
from kx.runs.record_parts import LevelScore
from kx.wording.words import Words


def level_name(each: LevelScore, words: Words) -> str:
    """Return what a level is called, with its column."""
    return words("subgroups.level", column=each["column"], level=each["level"])


def level_score(each: LevelScore, words: Words) -> str:
    """Return a level with its score, and how many rows it has."""
    rows = f"{each['rows']:,}"
    name = level_name(each, words)
    return words("subgroups.of", name=name, value=number(each["value"]), rows=rows)
