"""What the environment says of folders and of patience: KERAS_HOME and the KX_ variables."""

from __future__ import annotations

import os
from pathlib import Path

from kx.base.errors import UsageError


def keras_home_of_user() -> Path | None:
    """Return Keras's folder, or None where neither ``KERAS_HOME`` nor a home folder is known."""
    folder = os.environ.get("KERAS_HOME")
    if folder:
        return Path(folder)
    try:
        return Path.home() / ".keras"
    except RuntimeError:
        return None


def cache_folder() -> Path | None:
    """Return where the cache is, or None where its user has no home folder."""
    folder = os.environ.get("KX_CACHE_DIR")
    if folder:
        return Path(folder)
    from platformdirs import user_cache_path

    try:
        found = user_cache_path("kx", appauthor=False)
    except RuntimeError:  # neither HOME nor an entry in passwd
        return None
    if not found.is_absolute():  # XDG_CACHE_HOME is relative, which its standard forbids
        found = Path(os.path.expanduser("~/.cache/kx"))  # noqa: PTH111 - Path's raises
    return found if found.is_absolute() else None


def patience() -> float:
    """Return for how many seconds a server may be silent: ``KX_TIMEOUT``, or 30.

    Raises:
        UsageError: if that is no number above 0.
    """
    text = os.environ.get("KX_TIMEOUT", "30")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"KX_TIMEOUT is {text!r}, but must be a number of seconds above 0.")
    return seconds
