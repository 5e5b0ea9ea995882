"""What is in a table: its columns alone and against the target, and what is suspicious."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.advice.distributions import Distribution, bars, shape, target_shape
from kx.advice.doubtful_labels import Doubts, doubtful_labels
from kx.advice.repeated_rows import Repeated, repeated_rows
from kx.advice.table_rows import KINDS, all_rows, all_targets
from kx.advice.telling import explained, parts_of
from kx.base.remark import Remark
from kx.contracts import ColumnForm, DatasetBundle

if TYPE_CHECKING:
    import numpy as np

MOST_ROWS = 20_000
"""Rows by which correlations are worked out."""

GIVEN_AWAY = 0.9
"""Share of the target that a column tells alone, from which on it is suspicious."""

TWINS = 0.9999
"""Correlation from which on two columns say the same."""


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """A column that is learned from.

    Attributes:
        missing: share of the rows without a value.
        tells: share of the target's variance, or of its entropy, that the column explains alone,
            corrected for chance; None without a target that has one value in each row.
    """

    name: str
    missing: float
    shape: Distribution
    tells: float | None = None


@dataclass(frozen=True, slots=True)
class TableLook:
    """What was seen in a table.

    Attributes:
        columns: those that are learned from, by their names.
        target: how it is distributed; None without one.
        repeated: rows that are there more than once.
        doubts: labels that look wrong; None where nobody can tell.
        findings: what is suspicious.
    """

    columns: Mapping[str, ColumnLook]
    target: Distribution | None
    repeated: Repeated
    doubts: Doubts | None
    findings: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column as it is shown.

    Attributes:
        kind: how it is read.
        content: what is in it, or why it is left out.
        look: None of those that are left out.
    """

    name: str
    kind: str
    content: Remark
    look: ColumnLook | None


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as it is shown.

    Attributes:
        name: of the file.
        rows: how many there are.
        written: how the file is written.
        target: name of the column to be predicted, or of several; empty: none was named.
        said: what the target is; None: none was named.
        columns: all others.
        look: what was seen.
        findings: what is suspicious.
    """

    name: str
    rows: int
    written: Remark
    target: str
    said: Remark | None
    columns: tuple[SeenColumn, ...]
    look: TableLook
    findings: tuple[str | Remark, ...]


def look_at(bundle: DatasetBundle, target: str) -> TableLook:
    """Return what is in the rows of a table of which ``target`` is to be predicted.

    Args:
        bundle: unprepared.
        target: name of the column.
    """
    forms = bundle.info.table
    x, targets = all_rows(bundle), all_targets(bundle)
    y = targets if targets.ndim == 1 else None
    classes = bundle.info.classes if bundle.info.one_class else ()
    columns = {form.name: _column(form, x[:, at], y, classes) for at, form in enumerate(forms)}
    return TableLook(
        columns,
        None if y is None else target_shape(y, classes, target),
        repeated_rows(bundle),
        None if y is None else doubtful_labels(bundle),
        (*_given_away({name: of.tells for name, of in columns.items()}, target), *_twins(forms, x)),
    )


def look_without_target(forms: Sequence[ColumnForm], x: np.ndarray) -> TableLook:
    """Return what is in (n, columns) rows of which nothing is to be predicted."""
    columns = {form.name: _column(form, x[:, at], None, ()) for at, form in enumerate(forms)}
    return TableLook(columns, None, Repeated.within(x), None, tuple(_twins(forms, x)))


def _column(
    form: ColumnForm, values: np.ndarray, y: np.ndarray | None, classes: Sequence[str]
) -> ColumnLook:
    import numpy as np

    absent = np.isnan(values)
    places, names = bars(form, values)
    drawn = shape(places, names, y, classes)
    tells = _tells(form, values, y, classes)
    return ColumnLook(form.name, float(absent.mean()) if len(values) else 0.0, drawn, tells)


def leaks(bundle: DatasetBundle, target: str) -> Iterator[Remark]:
    """Yield which columns tell nearly all of the target, or the same as others, by some rows.

    Args:
        bundle: unprepared.
        target: name of the column.
    """
    import numpy as np

    forms, info = bundle.info.table, bundle.info
    y = all_targets(bundle)
    rows = np.linspace(0, len(y) - 1, min(len(y), MOST_ROWS)).astype(int)
    x, y = all_rows(bundle)[rows], y[rows]
    classes = info.classes if info.one_class else ()
    if y.ndim == 1:
        tells = {f.name: _tells(f, x[:, at], y, classes) for at, f in enumerate(forms)}
        yield from _given_away(tells, target)
    yield from _twins(forms, x)


def _tells(
    form: ColumnForm, values: np.ndarray, y: np.ndarray | None, classes: Sequence[str]
) -> float | None:
    if y is None or form.kind not in KINDS:
        return None
    return explained(parts_of(form, values), y, len(classes))


def _given_away(tells: Mapping[str, float | None], target: str) -> Iterator[Remark]:
    for name, share in tells.items():
        if share is not None and share >= GIVEN_AWAY:
            yield Remark.of("columns.tells", column=name, target=target, share=f"{share:.0%}")


def _twins(forms: Sequence[ColumnForm], x: np.ndarray) -> Iterator[Remark]:
    """Yield which columns of numbers are one another's copies, in whatever unit."""
    import numpy as np

    at = [place for place, form in enumerate(forms) if form.kind == "number"]
    rows = np.linspace(0, len(x) - 1, min(len(x), MOST_ROWS)).astype(int)
    values = x[rows][:, at]
    values = values[~np.isnan(values).any(axis=1)]
    moving = [place for place in range(len(at)) if len(values) > 2 and values[:, place].std() > 0]
    if len(moving) < 2:
        return
    alike = np.abs(np.corrcoef(values[:, moving], rowvar=False))
    for one, other in zip(*np.nonzero(np.triu(alike, 1) >= TWINS), strict=True):
        names = [forms[at[moving[place]]].name for place in (one, other)]
        yield Remark.of("columns.twins", first=names[0], second=names[1])
