"""Where the spec of a run lies, as its record tells without naming a user or a machine."""

from __future__ import annotations

import os
from pathlib import Path

from kx.base.errors import DataError
from kx.base.names import path_of, readable


def way(run: Path, spec: Path) -> str:
    """Return the way from a run's folder to that of its spec, as ``../../configs``.

    It is empty where it would tell more than how the two lie to each other: if they meet only at
    the root, or above the user's home folder, whose name would be part of it.
    """
    return _between(run.resolve(), spec.resolve())


def _between(run: Path, spec: Path) -> str:
    try:
        meeting, home = Path(os.path.commonpath([run, spec])), Path.home().resolve()
    except (ValueError, RuntimeError):  # on two drives; or nobody's home
        return ""
    private = meeting == Path(meeting.anchor) or (meeting in home.parents and home != meeting)
    return "" if private else Path(os.path.relpath(spec, run)).as_posix()


def spec_home(run: Path, recorded: str) -> Path:
    """Return the folder in which the relative paths of a run's spec begin.

    Args:
        run: its folder, perhaps from a stranger.
        recorded: the way from there, as its record has it; empty: not known, then the current
            folder is tried.

    Raises:
        DataError: if ``way`` would never have written this: it leads into the run's own folder,
            to the root, or above the home folder of the user.
    """
    if not recorded:
        return Path()
    try:
        found = Path(os.path.normpath(path_of(recorded, run.resolve())))
        way_there = readable(_between(run.resolve(), found))
        honest = recorded.startswith("..") and way_there == readable(recorded)
    except (OSError, ValueError):  # a NUL, or longer than a path can be
        honest = False
    if not honest:
        raise DataError(
            f"{run.name}: its record says that its spec lies in {recorded[:80]!r}, seen from its "
            "folder: kx records no such way, and does not follow it."
        )
    return found
