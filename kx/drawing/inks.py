"""The colours of runs, by which they are known in pictures and on pages alike."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


@cache
def run_colours() -> tuple[str, ...]:
    """Return the colours that pages give to runs, in their order: told apart by the colour-blind.

    They stand in the style sheet of pages, first for those in the light, as pictures are.
    """
    folder = resources.files("kx.pages") / "templates"
    style = (folder / "style.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name, colour in re.findall(r"--(c\d+): (#[0-9a-f]{6})", style):
        found.setdefault(name, colour)
    return tuple(found.values())
