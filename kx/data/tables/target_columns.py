"""The columns of a table that are to be predicted, as they are read: one, or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Annotated

from pydantic import Field

from kx.base.errors import DataError
from kx.base.text import brief
from kx.data.tables.numbers import plain, without_unit
from kx.data.tables.rows import AnyTable
from kx.data.tables.targets import LabelCounts, TargetOptions, is_absent

MOST_TARGETS = 10_000

TargetName = Annotated[str, Field(min_length=1)]
TargetNames = TargetName | Annotated[tuple[TargetName, ...], Field(min_length=1, max_length=10_000)]
"""Type of the option that names the column to be predicted, or a list of several."""


def names_of(target: str | Sequence[str]) -> tuple[str, ...]:
    """Return the columns that the option names, one or several."""
    return (target,) if isinstance(target, str) else tuple(target)


def refuse_twice(names: Sequence[str], option: str) -> None:
    """Refuse a list of targets with the same column twice.

    Raises:
        DataError: naming the first of them.
    """
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise DataError(f"dataset.{option} lists {twice!r} twice. Remove one of them.")


@dataclass(slots=True, eq=False)
class TargetColumn:
    """A column that is to be predicted.

    Attributes:
        name: of the column.
        labels: the different values, and how often each occurs.
        said: the value of each row, if they were to be kept; empty: it has none.
        unit: with which its numbers are written.
        ignored: value whose rows are left out -> how many these were.
    """

    name: str
    labels: LabelCounts
    said: list[str] = field(default_factory=list)
    unit: str = ""
    ignored: dict[str, int] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The name, with the unit if there is one."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def plain(self, *, comma: bool, unit: str) -> dict[str, str]:
        """Return each value as Python would write the number that it is, if it is one."""
        return {
            label: plain(without_unit(label, unit), comma=comma) for label in self.labels.counts
        }

    def write(self, written: Mapping[str, str], unit: str) -> None:
        """Write all values otherwise; ``unit``: with which they were written."""
        old, self.unit = self.labels, unit
        self.labels = LabelCounts(old.where, old.option, old.place)
        for label, count in old.counts.items():
            number = written[label]
            self.labels.counts[number] = self.labels.counts.get(number, 0) + count
            self.labels.lines.setdefault(number, old.lines[label])
        self.said = [intern(written[label]) for label in self.said]


@dataclass(frozen=True, slots=True)
class TargetCells:
    """Where the targets stand in a row, and what is taken from there.

    Attributes:
        columns: that are filled.
        places: of each of them in a row.
        absent: what stands for no label.
        empty: whether a cell may hold none.
        keep: whether the value of each row stays in memory; else they are only counted.
    """

    columns: tuple[TargetColumn, ...]
    places: tuple[int, ...]
    absent: frozenset[str]
    empty: bool = False
    keep: bool = True

    def flaw(self, cells: Sequence[str]) -> str:
        """Return which target a row lacks; empty: none."""
        if self.empty:
            return ""
        for column, place in zip(self.columns, self.places, strict=True):
            label = cells[place].strip()
            if is_absent(label, self.absent):
                return f"no {brief(column.name)}" + (f", but {label!r}" if label else "")
        return ""

    def left_out(self, cells: Sequence[str]) -> bool:
        """Whether the spec leaves a row without a flaw out for its target; then it is counted."""
        for column, place in zip(self.columns, self.places, strict=True):
            label = cells[place].strip()
            if label in column.ignored:
                column.ignored[label] += 1
                return True
        return False

    def label(self, cell: str) -> str:
        """Return what a cell that may be used says; empty: nothing."""
        return "" if self.empty and is_absent(cell, self.absent) else intern(cell)

    def add(self, cells: Sequence[str], line: int) -> None:
        """Add the targets of a row without a flaw, which stands on ``line``."""
        for column, place in zip(self.columns, self.places, strict=True):
            label = self.label(cells[place].strip())
            column.labels.add(label, line)
            if self.keep:
                column.said.append(label)


def target_cells(
    table: AnyTable,
    places: dict[str, int],
    options: TargetOptions,
    option: str,
    *,
    keep: bool = True,
) -> TargetCells:
    """Return empty columns for the targets of a table.

    Args:
        table: in which they stand.
        places: name of each target -> where it stands in a row.
        options: what the targets are.
        option: of the dataset, which names them.
        keep: whether the value of each row stays in memory.
    """
    columns = tuple(
        TargetColumn(
            name,
            LabelCounts(f"{table.name}: column {brief(name)}", option, table.place),
            ignored=dict.fromkeys(options.ignore_labels, 0),
        )
        for name in places
    )
    empty = options.empty_labels == "none"
    return TargetCells(columns, tuple(places.values()), options.absent(), empty, keep)
