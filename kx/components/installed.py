"""Whether an installed package has entry points of a group, told at a glance.

``importlib.metadata`` reads them, but its import takes longer than ``kx list`` takes to describe
all that there is, and hardly anybody has a plugin installed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from pathlib import Path

METADATA = (".dist-info", ".egg-info")


def may_have(group: str) -> bool:
    """Return False if no installed package has entry points of a group, True if one may."""
    others = (finder for finder in sys.meta_path if finder is not PathFinder)
    if any(hasattr(finder, "find_distributions") for finder in others):
        return True
    return any(_mentions(Path(folder), group.encode()) for folder in sys.path)


def _mentions(folder: Path, group: bytes) -> bool:
    """Whether packages in a folder have metadata with the name of a group, or some unseen."""
    if folder.suffix.lower() == ".egg" or folder.is_file():  # an archive
        return True
    with suppress(OSError):
        metadata = [each for each in os.scandir(folder) if each.name.lower().endswith(METADATA)]
        return any(group in _entry_points(Path(each)) for each in metadata)
    return False


def _entry_points(metadata: Path) -> bytes:
    with suppress(OSError):
        return (metadata / "entry_points.txt").read_bytes()
    return b""
