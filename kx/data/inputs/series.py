"""The past of time series, from tables: what comes behind their last rows is to be forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.text import counted
from kx.contracts import ColumnForm, ColumnKind, DatasetInfo, Pace, SeriesForm
from kx.data.arrays.windows import Windows
from kx.data.inputs import mixed
from kx.data.inputs.given import Examples, Given
from kx.data.tables.encoding import columns_from
from kx.data.tables.timeline import cyclic, steps_between, time_after, told_pace, told_time

if TYPE_CHECKING:
    import numpy as np

    from kx.data.preparation import AnyPreparation

KEPT = (*mixed.LAYOUT, "missing_values", "header")
ROWS = ("row", "rows")


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is read of each step, how the table was written, and what is forecast."""
    if info.series is None:
        return None
    columns = [{**asdict(column), "levels": list(column.levels)} for column in info.table]
    kept = {name: options[name] for name in KEPT if name in options}
    series = asdict(info.series)
    return {"columns": columns, "all": list(info.columns), "series": series, **kept}


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read the last window of each series: (series, window, columns), float64.

    Rows behind the last target tell the columns that are known ahead.

    Raises:
        DataError: with all that is wrong, at ``file:line``; or if a series is too short, or has a
            gap at its end.
    """
    series = series_from(form["series"])
    columns = tuple(columns_from(form["columns"]))
    covariates = [c for c in columns[1:] if not c.name.startswith(f"{series.time}: ")]
    # Of the future most is not known; the preparation refuses other gaps.
    open_columns = [replace(column, gaps=True) for column in (columns[0], *covariates)]
    wanted = [_time(series), *open_columns]
    table = {
        **{name: form[name] for name in KEPT if name in form},
        "columns": [asdict(column) for column in wanted],
        "all": form["all"],
        "target": series.series,
    }
    found = mixed.read(given, table, preparation)
    labels = found.labels or ("",) * len(found.names)
    past = [_past(found, rows, series, name) for name, rows in _by_series(labels)]
    named = [(f"{one.name} " if one.name else "") + one.when for one in past]
    remarks = (*found.remarks, *(text for one in past for text in one.remarks))
    return Examples(tuple(named), _windows(past, series), tuple(named), remarks)


def series_from(kept: Mapping[str, Any]) -> SeriesForm:
    """Return the form again that was kept as JSON."""
    lists = {name: tuple(kept[name]) for name in ("leads", "known", "cycles", "names")}
    return SeriesForm(**{**kept, **lists, "pace": Pace(**kept["pace"])})


def _time(series: SeriesForm) -> ColumnForm:
    kind: ColumnKind = "date" if series.pace.dates else "number"
    return ColumnForm(series.time, kind, comma=series.comma, month_first=series.month_first)


def _by_series(labels: Sequence[str | None]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what each series is called, in the order in which they come, and its rows."""
    import numpy as np

    rows = dict[str, list[int]]()
    for row, label in enumerate(labels):
        rows.setdefault(label or "", []).append(row)
    for name, of in rows.items():
        yield name, np.array(of)


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """The last window of a series.

    Attributes:
        rows: (window, columns).
        when: of what time the forecast is.
        remarks: what everybody should know.
    """

    name: str
    rows: np.ndarray
    when: str
    remarks: tuple[Remark, ...] = ()


def _past(found: Examples, rows: np.ndarray, series: SeriesForm, name: str) -> _Past:
    """Return the last window of the series whose rows were found."""
    import numpy as np

    called = f"series {name}" if name else "the table"
    rows = rows[np.argsort(found.x[rows, 0], kind="stable")]
    values = found.x[rows]
    there = np.flatnonzero(~np.isnan(values[:, 1]))
    last = int(there[-1]) if len(there) else -1
    if last + 1 < series.window:
        rows_told = counted(last + 1, *ROWS)
        raise DataError(
            f"{called} has {rows_told} up to its last {series.target}; this network reads "
            f"{series.window:,}."
        )
    first = last + 1 - series.window
    ahead = series.leads[-1] if series.known else 0
    if len(values) < last + 1 + ahead:
        raise DataError(
            f"{called} has {counted(len(values) - last - 1, *ROWS)} behind its last "
            f"{series.target}, and must have {ahead}: with {', '.join(series.known)}, which this "
            f"network knows ahead, and without {series.target}."
        )
    _refuse_holes(found, rows[first : last + 1 + ahead], series, called)
    known = len(series.known)
    read = values[first : last + 1]
    target = read[:, 1:2].astype(np.float32)  # the dataset reads it as networks are to say it
    later = values[first + ahead : last + 1 + ahead, values.shape[1] - known :]
    parts = [target, read[:, 2 : values.shape[1] - known], later, cyclic(read[:, 0], series.cycles)]
    more = len(values) - last - 1 - ahead
    place = Remark.of("given.series", name=name) if name else Remark.of("given.table")
    remarks = [Remark.of("given.behind", place=place, count=more)] if more else []
    if series.names and name not in series.names:
        remarks.append(Remark.of("given.unseen", place=place))
    rows = np.concatenate(parts, axis=1)
    return _Past(name, rows, _when(series, values[last, 0]), tuple(remarks))


def _when(series: SeriesForm, last: float) -> str:
    """Return of what time a forecast is that is made at the time ``last``; t: of several steps."""
    pace, lead = series.pace, series.leads[-1]
    if series.step_names:
        return f"t = {told_time(float(last), pace.dates)}"
    time = time_after(pace, float(last), lead)
    if time is None:
        return f"{counted(lead, *ROWS)} behind {told_time(float(last), pace.dates)}"
    return told_time(time, pace.dates)


def _refuse_holes(found: Examples, rows: np.ndarray, series: SeriesForm, called: str) -> None:
    """Refuse rows that are not each one step behind the last one, or lack the target among others.

    Raises:
        DataError: naming the first of them.
    """
    import numpy as np

    times, target = found.x[rows, 0], found.x[rows, 1]
    steps = steps_between(series.pace, times)
    if (wrong := np.flatnonzero(np.abs(steps - 1) > 0.1)).size:
        at = int(wrong[0])
        raise DataError(
            f"{found.names[rows[at + 1]]}: {called} goes on {steps[at]:,.4g} steps of "
            f"{told_pace(series.pace)} behind the row before; this network reads steps without a "
            "gap. Fill it, or remove what lies before it if enough rows come behind."
        )
    lacks = np.isnan(target[: series.window])
    if lacks.any():
        raise DataError(
            f"{found.names[rows[int(lacks.argmax())]]}: has no {series.target}, but later rows "
            "have: fill it."
        )


def _windows(past: Sequence[_Past], series: SeriesForm) -> Windows:
    import numpy as np

    rows = np.concatenate([one.rows for one in past])
    ends = np.arange(1, len(past) + 1) * series.window - 1
    begins = ends - series.window + 1
    steps, whose = np.arange(len(rows)), np.arange(len(rows)) // series.window
    return Windows(rows, ends, series.window, rows[:, 0], begins, steps, whose)
