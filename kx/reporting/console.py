"""Where kx speaks: results on stdout, everything else on stderr."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from kx.reporting.progress import PlainWatcher, TerminalWatcher, watching
from kx.reporting.runs_table import runs_list
from kx.reporting.tables import result_lines, run_panel, summary_panel
from kx.reporting.text import clean

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "PlainWatcher",
    "TerminalWatcher",
    "messages",
    "result_lines",
    "results",
    "run_panel",
    "runs_list",
    "say",
    "summary_panel",
    "watching",
]


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
        stream.reconfigure(errors="backslashreplace")  # under LC_ALL=C as well, print what we can
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
