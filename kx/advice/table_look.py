"""What is in a table: its columns alone and against the target, and what is suspicious."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.advice.doubtful_labels import KINDS, Doubts, doubtful_labels
from kx.advice.repeated_rows import Repeated, plain, repeated_rows
from kx.base.remark import Remark
from kx.contracts import ColumnForm, DatasetBundle
from kx.data.tables.cells import written

if TYPE_CHECKING:
    import numpy as np

BINS = 12
"""Of a histogram of numbers."""

LEVELS = 8
"""Levels that are shown of a category; all others are one."""

TELLING = 10
"""Parts, of equally many rows, into which numbers are put to see what they tell of the target."""

GIVEN_AWAY = 0.9
"""Share of the target that a column tells alone, from which on it is suspicious."""

TWINS = 0.9999
"""Correlation from which on two columns say the same."""

TAIL = 0.5
"""Percent of the numbers at each end that share the outermost bar of a histogram."""

MOST_ROWS = 20_000
"""Rows by which correlations are worked out."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the values of a column are distributed, bar by bar.

    Attributes:
        names: of the bars: a level, or the least value in it.
        counts: rows in each.
        target: what the target is there on average: the mean of numbers, or the share of ``of``;
            None without rows.
        of: the class whose share it is; empty for numbers, or without a target.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    target: tuple[float | None, ...] = ()
    of: str = ""


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
    content: str | Remark
    look: ColumnLook | None


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as it is shown.

    Attributes:
        name: of the file.
        rows: how many there are.
        written: how the file is written.
        target: name of the column to be predicted; empty: none was named.
        said: what the target is, in words.
        columns: all others.
        look: what was seen.
        findings: what is suspicious.
    """

    name: str
    rows: int
    written: str
    target: str
    said: str
    columns: tuple[SeenColumn, ...]
    look: TableLook
    findings: tuple[str | Remark, ...]


def look_at(bundle: DatasetBundle, target: str) -> TableLook:
    """Return what is in the rows of a table of which ``target`` is to be predicted.

    Args:
        bundle: unprepared.
        target: name of the column.
    """
    import numpy as np

    forms = bundle.info.table
    x = np.concatenate([plain(part.x, forms) for part in (bundle.train, bundle.test)])
    y = _told(bundle)
    classes = bundle.info.classes if bundle.info.one_class else ()
    columns = {form.name: _column(form, x[:, at], y, classes) for at, form in enumerate(forms)}
    return TableLook(
        columns,
        None if y is None else _target(y, classes, target),
        repeated_rows(bundle),
        None if y is None else doubtful_labels(bundle),
        (*_given_away(columns, target), *_twins(forms, x)),
    )


def look_without_target(forms: Sequence[ColumnForm], x: np.ndarray) -> TableLook:
    """Return what is in (n, columns) rows of which nothing is to be predicted."""
    columns = {form.name: _column(form, x[:, at], None, ()) for at, form in enumerate(forms)}
    return TableLook(columns, None, Repeated.within(x), None, tuple(_twins(forms, x)))


def _told(bundle: DatasetBundle) -> np.ndarray | None:
    """Return (n,) the target of each row; None: it is not one value."""
    import numpy as np

    y = np.concatenate([bundle.train.y, bundle.test.y])
    return y if y.ndim == 1 else None


def _column(
    form: ColumnForm, values: np.ndarray, y: np.ndarray | None, classes: Sequence[str]
) -> ColumnLook:
    import numpy as np

    absent = np.isnan(values)
    places, names = _bars(form, values)
    shape = _shape(places, names, y, classes)
    told = form.kind in KINDS
    tells = None if y is None or not told else _explained(_parts(form, values), y, len(classes))
    return ColumnLook(form.name, float(absent.mean()) if len(values) else 0.0, shape, tells)


def _bars(form: ColumnForm, values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return (n,) the bar of each value, -1 where there is none, and the names of the bars."""
    import numpy as np

    known = values[~np.isnan(values)]
    if form.kind not in KINDS:
        return np.full(len(values), -1), []
    if not form.is_measured:
        levels = form.levels[:LEVELS] if form.kind == "category" else form.levels
        rest = len(form.levels) > len(levels) or bool((known < 0).any())
        codes = np.where((values < 0) | (values >= len(levels)), len(levels), values)
        return np.where(np.isnan(values), -1, codes).astype(int), [
            *levels,
            *(["…"] if rest else []),
        ]
    if not len(known):
        return np.full(len(values), -1), []
    low, high = np.percentile(known, [TAIL, 100 - TAIL])
    different = np.unique(known[:MOST_ROWS])
    if len(different) <= BINS:
        edges = different
    else:
        edges = np.linspace(low, high, BINS + 1)[:-1] if low < high else np.array([low])
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 1)
    return np.where(np.isnan(values), -1, places), [_edge(form, float(e)) for e in edges]


def _edge(form: ColumnForm, value: float) -> str:
    text = written(form, value)
    return text if form.clock else text.partition(" ")[0]


def _shape(
    places: np.ndarray, names: Sequence[str], y: np.ndarray | None, classes: Sequence[str]
) -> Distribution:
    import numpy as np

    inside = places >= 0
    counts = np.bincount(places[inside], minlength=len(names))
    if y is None:
        return Distribution(tuple(names), tuple(counts.tolist()))
    of = int(np.bincount(y.astype(int)).argmin()) if classes else 0
    of = 1 if len(classes) == 2 else of
    values = (y == of).astype(float) if classes else y.astype(float)
    sums = np.bincount(places[inside], values[inside], minlength=len(names))
    means = tuple(
        float(total / count) if count else None for total, count in zip(sums, counts, strict=True)
    )
    return Distribution(tuple(names), tuple(counts.tolist()), means, classes[of] if classes else "")


def _target(y: np.ndarray, classes: Sequence[str], target: str) -> Distribution:
    import numpy as np

    if classes:
        counts = np.bincount(y.astype(int), minlength=len(classes))
        order = np.argsort(-counts, kind="stable")[: 2 * LEVELS]
        return Distribution(tuple(classes[at] for at in order), tuple(counts[order].tolist()))
    places, names = _bars(ColumnForm(target, "number"), y.astype(float))
    return _shape(places, names, None, ())


def _parts(form: ColumnForm, values: np.ndarray) -> np.ndarray:
    """Return (n,) the part of each row: a level, or one of ten of equally many numbers."""
    import numpy as np

    absent = np.isnan(values)
    if not form.is_measured:
        return np.where(absent, len(form.levels), values).astype(int) + 1
    known = values[~absent]
    if not len(known):
        return np.zeros(len(values), int)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, TELLING + 1)[1:-1]))
    return np.where(absent, len(edges) + 1, np.searchsorted(edges, values, side="left"))


def _explained(parts: np.ndarray, y: np.ndarray, classes: int) -> float:
    """Return the share of ``y`` that is known once the part is, less what chance would give.

    Source:
        Of numbers, the adjusted coefficient of determination; of classes, Theil's uncertainty
        coefficient with the bias of Miller (1955), "Note on the bias of information estimates".
    """
    import numpy as np

    _, parts = np.unique(parts, return_inverse=True)
    count, rows = int(parts.max()) + 1, len(y)
    if rows <= count + 1:
        return 0.0
    if not classes:
        values = y.astype(float)
        sizes = np.bincount(parts)
        means = np.bincount(parts, values) / sizes
        whole = float(((values - values.mean()) ** 2).sum())
        left = float(((values - means[parts]) ** 2).sum())
        share = 1 - (left / (rows - count)) / (whole / (rows - 1)) if whole else 0.0
        return float(np.clip(share, 0, 1))
    table = np.zeros((count, classes))
    np.add.at(table, (parts, y.astype(int)), 1)
    whole = _entropy(table.sum(axis=0))
    told = whole + _entropy(table.sum(axis=1)) - _entropy(table.ravel())
    chance = (count - 1) * (classes - 1) / (2 * rows)
    return float(np.clip((told - chance) / whole, 0, 1)) if whole else 0.0


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of counts, in nats."""
    from scipy.stats import entropy

    return float(entropy(counts))


def _given_away(columns: Mapping[str, ColumnLook], target: str) -> Iterator[Remark]:
    for column in columns.values():
        if column.tells is not None and column.tells >= GIVEN_AWAY:
            share = f"{column.tells:.0%}"
            yield Remark.of("columns.tells", column=column.name, target=target, share=share)


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
