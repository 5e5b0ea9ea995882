"""Colours by what is drawn in them: the same in pictures and on pages."""

from __future__ import annotations

INKS = {
    "training": "#2a6fb0", "validation": "#d9622b",  # told apart by the colour-blind, and in grey
    "c0": "#0072b2", "c1": "#d55e00", "c2": "#008f68", "c3": "#b8578f",
    "c4": "#3d9bd6", "c5": "#a07800", "c6": "#5b4bb5", "c7": "#4a4f55",
}  # fmt: skip
"""Role -> colour on white; ``c0`` and so on are those of runs beside each other."""

RUNS, DASHES = 8, 4
"""So many runs have colours, and so many times they come again with other dashes."""


def run_ink(at: int) -> str:
    """Return the ink of one of several runs: its colour, and its dashes if there are more runs."""
    dashes = at // RUNS % DASHES
    return f"c{at % RUNS} d{dashes}" if dashes else f"c{at % RUNS}"
