"""Functions that others registered: a fault in one is told as its own, not as a crash of kx."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import PluginError
from kx.base.guard import guarded
from kx.components.registry import Entry

if TYPE_CHECKING:
    from pydantic import BaseModel


@contextmanager
def faults_of(entry: Entry[Any], seconds: float | None = None) -> Iterator[None]:
    """Tell whatever the block raises as a fault of the plugin that registered ``entry``.

    Args:
        entry: whose function is called.
        seconds: that a plugin's has; None: any.

    Raises:
        PluginError: naming what was raised, and where in the plugin.
    """
    if is_built_in(entry):
        yield
        return
    try:
        with guarded(entry.function.__code__.co_filename, seconds):
            yield
    except PluginError as error:
        failed = PluginError(f"{entry.kind} {entry.name!r} failed: {error}")
        failed.details = error.details
        raise failed from error


def wrong_result(entry: Entry[Any], result: object, wanted: str) -> PluginError:
    """Return the error that ``entry`` made ``result`` instead of what is ``wanted`` of its kind."""
    made = "nothing" if result is None else f"a {type(result).__name__}"
    return PluginError(f"{entry.kind} {entry.name!r} returned {made}, and no {wanted}")


def refuse_faults(entry: Entry[Any], faults: Sequence[str]) -> None:
    """Tell what is wrong with what a function of a plugin returned.

    Raises:
        PluginError: naming it, and the file that it is in, if there are any faults.
    """
    if faults:
        file = Path(entry.function.__code__.co_filename).name
        lines = "".join(f"\n  {text}" for text in faults)
        raise PluginError(f"{entry.kind} {entry.name!r} ({file}) is not as kx needs it:{lines}")


def is_built_in(entry: Entry[Any]) -> bool:
    """Whether it is kx's own."""
    return str(entry.function.__module__).startswith("kx.")


class Unimported(Entry[Any]):
    """Stands for a function of a plugin that is not imported: nothing is known of its options."""

    @property
    def options(self) -> type[BaseModel]:
        """Of any name and value."""
        from pydantic import ConfigDict, create_model

        return create_model(self.name, __config__=ConfigDict(extra="allow"))


def unimported(kind: str, name: str) -> Unimported:
    """Return what stands for the function ``name``."""
    return Unimported(kind, name, _unknown, any_length=True)


def _unknown(**_: Any) -> None:
    raise PluginError("a function of a plugin that is not imported cannot be called")
