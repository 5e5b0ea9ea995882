"""Components that others registered: a fault in one is told as its own, not as a crash of kx."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import PluginError
from kx.base.guard import guarded
from kx.components.functions import FunctionArchitecture
from kx.components.registry import Entry, Registry

if TYPE_CHECKING:
    from pydantic import BaseModel


@contextmanager
def faults_of(entry: Entry[Any], seconds: float | None = None) -> Iterator[None]:
    """Tell whatever the block raises as a fault of the plugin that registered ``entry``.

    Args:
        entry: of which something is asked.
        seconds: that a plugin's has; None: any.

    Raises:
        PluginError: naming what was raised, and where in the plugin.
    """
    if entry.is_built_in:
        yield
        return
    try:
        with guarded(entry.file, seconds):
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
    """Tell what is wrong with what a component of a plugin returned.

    Raises:
        PluginError: naming it, and the file that it is in, if there are any faults.
    """
    if faults:
        file = Path(entry.file).name
        lines = "".join(f"\n  {text}" for text in faults)
        raise PluginError(f"{entry.kind} {entry.name!r} ({file}) is not as kx needs it:{lines}")


@dataclass(frozen=True)
class Unimported(Entry[Any]):
    """Stands for a component of a plugin that is not imported: nothing is known of its options."""

    @property
    def options(self) -> type[BaseModel]:
        """Of any name and value."""
        from pydantic import ConfigDict, create_model

        return create_model(self.name, __config__=ConfigDict(extra="allow"))

    def component(self, **options: Any) -> Any:
        """Return what complains of nothing, and can do nothing."""
        made = super().component()
        return AnyLength(function=self.source, options={}) if self.kind == "model" else made


class AnyLength(FunctionArchitecture):
    """A network of which nothing is known; it may take texts of any length."""

    any_length = True


def unimported(table: Registry[Any], name: str) -> Unimported:
    """Return what stands for the component ``name``."""
    return Unimported(table.kind, name, _unknown, table.adapter)


def _unknown() -> None:
    raise PluginError("a function of a plugin that is not imported cannot be called")
