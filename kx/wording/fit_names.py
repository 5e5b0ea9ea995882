"""What fits are called: ``fold-3-seed-1`` in histories and records, words where people read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kx.wording.words import Words

PART = re.compile(r"([a-z]+)(?:-(\d+))?")


def fit_name(name: str, words: Words) -> str:
    """Return the name of a fit in words; one that a plugin made up stays as it is."""
    parts = list(_parts(name, words))
    return words("fit.between").join(map(str, parts)) if all(parts) else name


def _parts(name: str, words: Words) -> Iterator[str | None]:
    """Yield each part in words, or None for one that is unknown."""
    left = f"-{name}"
    while left:
        found = PART.match(left, 1) if left.startswith("-") else None
        if found is None:
            yield None
            return
        kind, number = found.groups()
        key = f"fit.numbered.{kind}" if number else f"fit.single.{kind}"
        yield words(key, number=number) if key in words else None
        left = left[found.end() :]
