"""Functions that others registered: a fault in one is told as its own, not as a crash of kx."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kx.errors import KxError, PluginError
from kx.registry import Entry


@contextmanager
def faults_of(entry: Entry[Any]) -> Iterator[None]:
    """Tell whatever the block raises as a fault of the plugin that registered ``entry``.

    Raises:
        PluginError: naming what was raised, and where in the plugin.
    """
    try:
        yield
    except Exception as error:  # whatever a stranger's function raises
        if isinstance(error, KxError | MemoryError) or is_built_in(entry):
            raise
        place, raised = _place(entry, error), f"{type(error).__name__}: {error}".rstrip(": .")
        failed = PluginError(f"{entry.kind} {entry.name!r} failed: {raised}{place}")
        failed.details = "".join(traceback.format_exception(error))
        raise failed from error


def wrong_result(entry: Entry[Any], result: object, wanted: str) -> PluginError:
    """Return the error that ``entry`` made ``result`` instead of what is ``wanted`` of its kind."""
    made = "nothing" if result is None else f"a {type(result).__name__}"
    return PluginError(f"{entry.kind} {entry.name!r} returned {made}, and no {wanted}")


def is_built_in(entry: Entry[Any]) -> bool:
    """Whether it is kx's own."""
    return str(entry.function.__module__).startswith("kx.")


def _place(entry: Entry[Any], error: Exception) -> str:
    """Return the last line of the plugin's own file that was reached; empty if none was."""
    own = entry.function.__code__.co_filename
    lines = [
        step.lineno for step in traceback.extract_tb(error.__traceback__) if step.filename == own
    ]
    return f" ({Path(own).name}, line {lines[-1]})" if lines else ""
