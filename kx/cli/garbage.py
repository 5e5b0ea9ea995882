"""When Python looks for garbage: hardly ever, in commands that take a moment.

It would do so again and again while modules are imported, and among all their objects at its end:
a third of what such a command takes, to find next to nothing.
"""

from __future__ import annotations

import atexit
import gc

OFTEN = gc.get_threshold()
SELDOM = 200_000
"""New objects after which garbage is looked for: more than these commands make."""


def collect_seldom() -> None:
    """Look for garbage only if there are very many objects, and not at the end of the process."""
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)


def collect_as_usual() -> None:
    """Look for garbage as often as any program does, and at its end."""
    gc.set_threshold(*OFTEN)
    atexit.unregister(gc.freeze)
