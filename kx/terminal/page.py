"""Long lists on stdout without Rich, whose import takes a sixth of what a quick command does."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable

from kx.base.text import clean

STYLES = {"bold": "1", "dim": "2", "cyan": "36"}
"""Style -> its code for a terminal."""


def width() -> int:
    """Return how many columns stdout has: 80 if it is no terminal and ``COLUMNS`` is not set."""
    return shutil.get_terminal_size((80, 24)).columns


def coloured() -> bool:
    """Whether stdout takes colours: ``NO_COLOR``, ``FORCE_COLOR`` and ``TERM`` as Rich has them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def painter() -> Callable[[str, str], str]:
    """Return what puts a text into a style of ``STYLES``, if stdout takes colours."""
    if not coloured():
        return lambda text, _: text
    return lambda text, style: f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def wrapped(text: str, columns: int) -> list[str]:
    """Return the text in lines of at most so many columns, broken between words."""
    text = clean(text)
    if text.isascii():
        return textwrap.wrap(text, max(columns, 1), break_on_hyphens=False) or [""]
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(), max(columns, 1))]
