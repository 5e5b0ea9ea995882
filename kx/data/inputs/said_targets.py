"""What a table that is predicted says itself of its targets: shown beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kx.data.tables.several_labels import SEPARATORS, answer
from kx.data.tables.target_columns import names_of
from kx.data.tables.targets import MISSING, TargetOptions, is_absent

BETWEEN = ";"
"""Stands between what several columns say."""


@dataclass(frozen=True, slots=True)
class SaidTargets:
    """Reads what rows say of their targets.

    Attributes:
        names: of the columns with the targets.
        absent: what stands for no label.
        classes: that the network knows; empty: it predicts numbers.
        several: whether a row may have several of them.
        separators: what may stand between these in a cell.
    """

    names: tuple[str, ...]
    absent: frozenset[str]
    classes: tuple[str, ...] = ()
    several: bool = False
    separators: tuple[str, ...] = SEPARATORS

    @classmethod
    def of(cls, form: Mapping[str, Any], option: str) -> SaidTargets:
        """Return the reader for the kept ``form`` of a table; ``option`` names the targets."""
        none = tuple(form.get("missing_labels", MISSING))
        return cls(
            names_of(form.get(option, ())),
            TargetOptions(missing_labels=none).absent(),
            tuple(form.get("classes", ())),
            form.get("task") == "multilabel",
            (form["label_separator"],) if form.get("label_separator") else SEPARATORS,
        )

    def places(self, header: Sequence[str]) -> tuple[int, ...]:
        """Return where the targets stand in a row; empty: the table lacks some."""
        known = bool(self.names) and all(name in header for name in self.names)
        return tuple(header.index(name) for name in self.names) if known else ()

    def said(self, cells: Sequence[str], places: Sequence[int]) -> str | None:
        """Return what a row says, empty: nothing; None: the table has no such columns."""
        if not places:
            return None
        found = [cells[place].strip() for place in places]
        found = ["" if is_absent(cell, self.absent) else cell for cell in found]
        if len(found) > 1 and self.several:
            named = zip(self.names, found, strict=True)
            found = [name for name, cell in named if cell and answer(cell)]
        return BETWEEN.join(found) if any(found) else ""

    def is_known(self, said: str) -> bool:
        """Whether the network knows all labels that a row says, or predicts numbers."""
        if not self.classes or said in self.classes:
            return True
        pieces = [said.split(each) for each in self.separators] if self.several else []
        return any(all(p.strip() in ("", *self.classes) for p in parts) for parts in pieces)


TARGET_FORM = ("missing_labels", "label_separator")
"""Options that are kept with a network, besides the names of the targets."""
