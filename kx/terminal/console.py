"""Where kx speaks: results on stdout, everything else on stderr."""

from __future__ import annotations

from kx.terminal.log import PlainWatcher
from kx.terminal.panels import result_lines, run_panel, summary_panel
from kx.terminal.progress import TerminalWatcher, place_among, watching
from kx.terminal.runs_table import runs_list
from kx.terminal.screen import messages, results, say

__all__ = [
    "PlainWatcher",
    "TerminalWatcher",
    "messages",
    "place_among",
    "result_lines",
    "results",
    "run_panel",
    "runs_list",
    "say",
    "summary_panel",
    "watching",
]
