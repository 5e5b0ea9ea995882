"""What is read of a spec that a run kept: one place for keys that were not checked by this kx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stated:
    """A spec as a run has it: of any version of kx, and perhaps damaged.

    A key that is missing, or is not what it should be, counts as its default.

    Attributes:
        values: of the spec, resolved.
    """

    values: Mapping[str, Any]

    def damaged(self) -> str:
        """Return the dotted key of what is not as it should be, of what is drawn by; or nothing."""
        found = self.values.get("validation", {})
        if not isinstance(found, Mapping):
            return "validation"
        odd = {"smooth": found.get("smooth", 0.0), "skip_epochs": found.get("skip_epochs", 0)}
        kinds = {"smooth": int | float, "skip_epochs": int}
        wrong = [name for name, of in odd.items() if not isinstance(of, kinds[name])]
        return f"validation.{wrong[0]}" if wrong else ""

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section; nothing where there is none, or another thing."""
        found = self.values.get(name)
        return found if isinstance(found, Mapping) else {}

    @property
    def smooth(self) -> float:
        """How much of the past is in each point of a curve that epochs are chosen by: 0 to 1."""
        found = self.section("validation").get("smooth")
        return float(found) if isinstance(found, int | float) and 0 <= found < 1 else 0.0

    @property
    def skip_epochs(self) -> int:
        """How many epochs at the start are not judged."""
        found = self.section("validation").get("skip_epochs")
        return found if isinstance(found, int) else 0

    @property
    def in_order_of_time(self) -> bool:
        """Whether rows are in order of time, and validated on what comes later."""
        return self.section("validation").get("strategy") == "time_series"

    @property
    def plugins(self) -> list[str]:
        """The plugin files that it names."""
        found = self.values.get("plugins")
        return [str(name) for name in found] if isinstance(found, list) else []

    @property
    def says_numbers(self) -> bool:
        """Whether the network is to say plain numbers, whatever its task."""
        return self.section("training").get("output_activation") == "linear"

    @property
    def loss(self) -> str:
        """Name of the loss that it trains for, with the options that are stated; empty: unknown.

        How labels are written makes no other loss of it.
        """
        found = self.section("training").get("loss") or ""
        if isinstance(found, dict):
            options = (f"{name} {value}" for name, value in found.items() if name != "name")
            found = f"{found.get('name')} ({', '.join(options)})"
        return str(found).removeprefix("sparse_")
