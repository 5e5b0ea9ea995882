"""What a spec says of the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal

from pydantic import Field

from kx.base.errors import DataError
from kx.data.arrays.splitting import OnBroken
from kx.data.tables.columns import Decimal
from kx.data.tables.dates import DateOrder
from kx.data.tables.delimited import Delimiting
from kx.data.tables.recognition import Reading
from kx.data.tables.targets import MISSING, TargetOptions

MOST_COLUMNS = 10_000

TREE_LEVELS = 255
"""Values of a category that scikit-learn's trees tell apart; of more, they go by how frequent."""

MOST_LEVELS = 50
"""Of a category; rarer values count as one."""

MOST_EMBEDDED = 10_000
"""Of a category, whatever a spec says."""

READINGS: Mapping[str, Reading] = {
    "numbers": "number",
    "categories": "category",
    "dates": "date",
    "booleans": "boolean",
    "ordered": "ordered",
    "texts": "text",
    "images": "image",
}
"""Options that list columns -> how these are read."""

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[str, ...], Field(max_length=MOST_COLUMNS)]
Levels = Annotated[tuple[str | int | float, ...], Field(min_length=2, max_length=MOST_LEVELS)]


@dataclass(frozen=True, slots=True)
class RowRoles:
    """Columns that say what rows are for: options of all datasets with a row for each example.

    Attributes:
        group: column that tells what rows belong together, such as a patient; nothing is learned
            from it, and no group is divided between training and test part.
        time: column of numbers or dates that tells when rows came about: they are put in its
            order, and the last ones are for testing.
        weight: column that tells how much each row counts in the loss; only ratios matter;
            scores count all rows alike, and nothing is learned from it.
        part: column that says of each row whether it is for `train`, `validation` or `test`, by
            these or other usual names; nothing is learned from it.
        fold: column that tells which fold each row is validated in: `strategy: predefined_split`
            holds out each of its values once; rows without a value, or with -1, are trained on
            every time; nothing is learned from it.
    """

    group: Name | None = None
    time: Name | None = None
    weight: Name | None = None
    part: Name | None = None
    fold: Name | None = None

    def named(self) -> dict[str, str]:
        """Return the columns that the spec names: option -> name."""
        return {each.name: name for each in fields(self) if (name := getattr(self, each.name))}

    def refuse_both(self) -> None:
        """Refuse groups of rows in order of time.

        Raises:
            DataError: which says why.
        """
        if self.group and self.time:
            raise DataError(
                "dataset.group keeps its rows in one part, dataset.time tests on the last rows: "
                "they exclude each other. Remove one, or list its column in dataset.ignore."
            )


NO_ROLES = RowRoles()


@dataclass(frozen=True, slots=True)
class ColumnReadings:
    """How the columns of a table are read: options of all datasets that learn from several.

    Attributes:
        numbers: columns that are numbers, whatever their values look like.
        categories: columns that are names of kinds, also where they look like numbers.
        dates: columns that are dates, such as 2024-03-01 or 1.3.2024.
        booleans: columns that say yes or no, true or false, 1 or 0.
        ordered: columns whose values are levels with an order, the lowest first, such as
            `{size: [small, medium, large]}`: one column for each step between them, which is 1
            from there on, so that no step need be as large as another.
        ignore: columns that nothing is learned from, such as an identifier.
        decimal: what stands before decimals: a `point`, as in 1,234.5, or a `comma`, as in 1.234,5;
            `auto` tells by the values of the column, or else by those of the others.
        date_order: of dates such as 3/1/2024: `day_first`, or `month_first`; `auto` tells by the
            values of the column.
        missing_values: what means in these columns that there is no value, besides an empty one;
            upper and lower case are the same.
        header: whether the first line names the columns: `present`, or `none`: they are then
            called c1, c2 and so on; `auto` tells by the values below.
    """

    numbers: Names = ()
    categories: Names = ()
    dates: Names = ()
    booleans: Names = ()
    ordered: dict[str, Levels] = field(default_factory=dict, hash=False)
    ignore: Names = ()
    decimal: Decimal = "auto"
    date_order: DateOrder = "auto"
    missing_values: Annotated[tuple[str, ...], Field(max_length=100)] = (*MISSING, "?")
    header: Literal["auto", "present", "none"] = "auto"


@dataclass(frozen=True, slots=True)
class ColumnOptions(ColumnReadings):
    """What the columns of a table are whose rows are examples.

    Attributes:
        texts: columns of free text.
        images: columns with names of picture files, which begin at the folder of the table.
        most_levels: of a category: so many of its most frequent values are told apart, all others
            count as one.
        rare: of a category: values that fewer rows for training have count as one.
    """

    texts: Names = ()
    images: Names = ()
    most_levels: Annotated[int, Field(ge=1, le=MOST_EMBEDDED)] = MOST_LEVELS
    rare: Annotated[int, Field(ge=1)] = 2

    def named(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that the spec names: option -> names."""
        return {option: tuple(getattr(self, option)) for option in ("ignore", *READINGS)}

    def stated(self) -> dict[str, Reading]:
        """Return how the spec says that columns are read."""
        named = self.named()
        return {name: reading for option, reading in READINGS.items() for name in named[option]}

    def levels(self, name: str) -> tuple[str, ...]:
        """Return the levels that the spec lists of a column, the lowest first."""
        return tuple(map(str, self.ordered.get(name, ())))

    def absent(self) -> frozenset[str]:
        """Return what stands for no value."""
        return frozenset(value.strip().casefold() for value in ("", *self.missing_values))


@dataclass(frozen=True, slots=True)
class WantedSheet:
    """What is read of a table.

    Attributes:
        targets: names of the columns that are to be predicted.
        layout: how the table is written.
        labels: what the target is.
        columns: what the others are.
        on_broken: what to do about rows that cannot be used.
        image: name of the column that names the picture of each row: then none is read that
            nothing names. Empty: it is a table without pictures.
        roles: columns that say what rows are for.
    """

    targets: tuple[str, ...]
    layout: Delimiting
    labels: TargetOptions
    columns: ColumnOptions
    on_broken: OnBroken
    image: str = ""
    roles: RowRoles = NO_ROLES

    def named(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that the spec names beside the targets: option -> names."""
        roles = {option: (name,) for option, name in self.roles.named().items()}
        pictures = {"image": (self.image,)} if self.image else {}
        return {**pictures, **self.columns.named(), **roles}

    def beside(self) -> dict[str, str]:
        """Return the columns that are read, and of which nothing is learned: option -> name."""
        roles = self.roles.named()
        if self.image:
            return {"image": self.image, **roles}
        return {option: name for option, name in roles.items() if option != "time"}

    def refuse_twice(self) -> None:
        """Refuse a column that is named more than once.

        Raises:
            DataError: which names it.
        """
        refuse_same(self.beside())
        listed = [name for names in self.columns.named().values() for name in names]
        names = [*self.beside().values(), *listed]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise DataError(
                f"column {twice!r} is listed twice among dataset.numbers, categories and so on."
            )


def refuse_same(named: Mapping[str, str]) -> None:
    """Refuse a column that two options name.

    Args:
        named: option -> name of the column.

    Raises:
        DataError: which names both.
    """
    for option, name in named.items():
        others = [other for other, column in named.items() if column == name and other != option]
        if others:
            raise DataError(
                f"dataset.{option} and dataset.{others[0]} are the same column: {name}."
            )
