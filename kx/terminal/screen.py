"""The consoles of stdout and stderr."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from kx.base.names import READABLE
from kx.base.text import clean

if TYPE_CHECKING:
    from rich.console import Console


def results() -> Console:
    """Return the console of stdout; ``NO_COLOR`` and ``TERM`` are respected."""
    return _console(stderr=False)


def say(text: str, *, err: bool = False) -> None:
    """Print a sentence: on a terminal broken between words, elsewhere on one line.

    Args:
        text: is cleaned of what a terminal would obey.
        err: it is no result, but a remark.
    """
    from rich.text import Text

    paper = messages() if err else results()
    paper.print(Text(clean(text)), soft_wrap=not paper.is_terminal)


def messages() -> Console:
    """Return the console of stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=READABLE)  # under LC_ALL=C as well, print what we can
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
