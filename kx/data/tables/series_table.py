"""From a table with a row for each step to windows of the past, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kx.base.errors import DataError, closest
from kx.base.remark import Code, Remark, some_of
from kx.base.text import SHOWN
from kx.contracts import ColumnForm, DatasetBundle, DatasetInfo, SeriesForm
from kx.data.arrays.windows import Windows
from kx.data.tables.column_options import WantedSheet
from kx.data.tables.forecasting import (
    Cut,
    ahead,
    last_training_step,
    parts,
    refuse_gaps,
    without,
)
from kx.data.tables.given_parts import TableParts, origins, with_parts
from kx.data.tables.leaks import copies
from kx.data.tables.row_roles import RoleColumns
from kx.data.tables.rows import naming
from kx.data.tables.seasons import naive_error, season_of
from kx.data.tables.series_columns import SeriesColumns
from kx.data.tables.sheet_remarks import sheet_remarks
from kx.data.tables.sheets import USED, Sheet
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import target_of
from kx.data.tables.timeline import Timeline, cycles_of, cyclic, pace_remark, timeline

if TYPE_CHECKING:
    import numpy as np

    from kx.data.tables.recognition import Recognized

SHORT: Mapping[Code, Callable[[Windows, Windows], list[int]]] = {
    "series.untrained": lambda train, test: train.whose[train.ends].tolist(),
    "series.untested": lambda train, test: test.whose[test.ends].tolist(),
}
"""What is said of series that a part lacks -> those that it has."""

READ = ("number", "category", "date", "ordered", "boolean")
"""Columns that are learned from: what stands at a step must be few numbers."""


@dataclass(frozen=True, slots=True)
class WantedSeries:
    """What is made of a table of time series.

    Attributes:
        time: name of the column that tells when rows came about.
        series: name of the column that tells series apart; empty: there is one.
        cut: how windows are cut.
        season: steps after which the target comes back; None: that is looked for.
        as_rows: whether each row is one step behind the last one.
        columns: what the other columns are.
        test_fraction: share of the rows, the last ones, that is kept for testing.
        skip_gaps: whether windows that cross a gap are left out.
        sheet: what is read of the table.
    """

    time: str
    series: str
    cut: Cut
    season: int | None
    as_rows: bool
    columns: SeriesColumns
    test_fraction: float
    skip_gaps: bool
    sheet: WantedSheet

    @property
    def target(self) -> str:
        """Name of the column that is to be forecast."""
        return self.sheet.targets[0]


def series_bundle(sheet: Sheet, wanted: WantedSeries) -> DatasetBundle:
    """Return the data of a table that was read; columns that are not learned from leave it.

    Raises:
        DataError: if times are no steps, a column lacks, or a part has no window.
    """
    y = target_values(sheet.targets, sheet.lines, target_of(sheet.targets[0].labels, "regression"))
    roles = sheet.roles(wanted.time)
    when, times = roles.when()
    line = _timeline(roles, times, wanted, dates=when.kind == "date")
    last = last_training_step(line, wanted.test_fraction)
    _keep_inputs(sheet, wanted.columns, wanted.time)
    readings = sheet.readings(wanted.sheet.columns)
    remarks = tuple(_remarks(sheet, readings, line, wanted))
    sheet.columns = [c for c in sheet.columns if readings[c.name].reading in READ]
    forms, covariates = _covariates(sheet, readings, line, last, wanted)
    y, times = y[line.order], times[line.order]
    series = _form(y, times, line, last, wanted)
    series = replace(series, names=_names(sheet), comma=when.comma, month_first=when.month_first)
    x, table = _rows(y, times, line, series, forms, covariates)
    train, test = parts(x, y, line, wanted.cut, last, sheet.name)
    remarks = (*remarks, *_absent(sheet.name, series, train[0].x, test[0].x))
    info = replace(_info(series, table), columns=sheet.header, remarks=remarks)
    rows = TableParts(line.order[train[1]], line.order[test[1]])
    return DatasetBundle(with_parts(info, rows), train[0], test[0], origins=origins(rows, roles))


def _info(series: SeriesForm, table: tuple[ColumnForm, ...]) -> DatasetInfo:
    """Return what is known of windows of steps.

    Args:
        series: what is known of these.
        table: what is read of a step.
    """
    return DatasetInfo(
        name="series",
        task="regression" if len(series.leads) == 1 else "multi_regression",
        targets=series.step_names,
        input_shape=(series.window, sum(form.width for form in table)),
        scale="standardize",
        missing="indicator",
        ordered=True,
        features=tuple(form.name for form in table),
        target=series.target,
        table=table,
        series=series,
    )


def _timeline(
    roles: RoleColumns, times: np.ndarray, wanted: WantedSeries, *, dates: bool
) -> Timeline:
    """Return in which order the rows of the table came about."""
    lines, rows = roles.lines, wanted.as_rows
    with naming(roles.table):
        line = timeline(times, roles.groups(), lines, dates=dates, as_rows=rows)
    if not wanted.skip_gaps:
        refuse_gaps(line, lines, times, roles.table)
    return line


def _keep_inputs(sheet: Sheet, columns: SeriesColumns, time: str) -> None:
    """Leave in the table only the columns that are learned from.

    Raises:
        DataError: if one of those that are named is not there.
    """
    there = [column.name for column in sheet.columns if column.name != time]
    for option in ("inputs", "known"):
        for name in getattr(columns, option) or ():
            if name not in there:
                guess = closest(name, there)
                hint = f" Did you mean {guess!r}?" if guess else ""
                raise DataError(
                    f"{sheet.name}: dataset.{option} lists {name!r}, which is not a column to "
                    f"learn from; there are: {', '.join(there) or 'none'}.{hint}"
                )
    wanted = there if columns.inputs is None else [*columns.inputs, *columns.known]
    sheet.columns = [c for c in sheet.columns if c.name in wanted and c.name in there]


def _covariates(
    sheet: Sheet,
    readings: dict[str, Recognized],
    line: Timeline,
    last: int,
    wanted: WantedSeries,
) -> tuple[tuple[ColumnForm, ...], np.ndarray]:
    """Return the other columns, those known ahead at the end, and (m, columns) their values."""
    import numpy as np

    train, test = line.order[line.steps <= last], line.order[line.steps > last]
    known = wanted.columns.known
    used = [name for name, how in readings.items() if how.reading in READ]
    if lost := [name for name in known if name not in used]:
        raise DataError(
            f"{sheet.name}: dataset.known lists {lost[0]!r}, of which nothing can be learned: "
            "its values are all the same, all different, or listed elsewhere. Remove it."
        )
    if not used:
        return (), np.zeros((len(line.order), 0))
    forms = sheet.forms(readings, train, test, wanted.sheet.columns)
    forms = tuple(sorted(forms, key=lambda form: form.name in known))
    return forms, sheet.x(forms)[line.order]


def _form(
    y: np.ndarray, times: np.ndarray, line: Timeline, last: int, wanted: WantedSeries
) -> SeriesForm:
    """Return what is known of the series, by the training rows alone.

    Args:
        y: (m,) the target, in the order of ``line``.
        times: likewise.
        line: the steps.
        last: of the training rows.
        wanted: what is made of it.
    """
    early = line.steps <= last
    past, begins = y[early].astype("float64"), without(line.begins, early)
    season = season_of(past, begins, line.pace) if wanted.season is None else wanted.season
    known_times = times[early]
    return SeriesForm(
        target=wanted.target,
        time=wanted.time,
        series=wanted.series,
        window=wanted.cut.window,
        leads=wanted.cut.leads,
        pace=line.pace,
        stride=wanted.cut.stride,
        known=wanted.columns.known,
        cycles=cycles_of(line.pace, float(known_times.max() - known_times.min())),
        season=season,
        naive=naive_error(past, begins, season),
    )


def _names(sheet: Sheet) -> tuple[str, ...]:
    """Return what the series are called, in the order of their numbers; nothing if there is one."""
    import numpy as np

    if not (column := sheet.beside.get("group")):
        return ()
    if column.floats is not None:
        return tuple(f"{number:.10g}" for number in np.unique(column.floats).tolist())
    return tuple(column.values)


def _rows(
    y: np.ndarray,
    times: np.ndarray,
    line: Timeline,
    series: SeriesForm,
    forms: Sequence[ColumnForm],
    covariates: np.ndarray,
) -> tuple[np.ndarray, tuple[ColumnForm, ...]]:
    """Return (m, columns) float64 of all that is read of a step, and what the columns are.

    They are the target, others, those known ahead, and the cycles.
    """
    import numpy as np

    count = len(forms) - len(series.known)
    later = ahead(covariates[:, count:], line.begins, series.leads[-1])
    waves = cyclic(times, series.cycles)
    read = [y[:, None], covariates[:, :count], later, waves]
    places = [
        ColumnForm(f"{series.time}: {wave} of the {name}", "number")
        for name in series.cycles
        for wave in ("sine", "cosine")
    ]
    table = (ColumnForm(series.target, "number"), *forms, *places)
    return np.concatenate(read, axis=1, dtype=np.float64), table


def _remarks(
    sheet: Sheet, readings: dict[str, Recognized], line: Timeline, wanted: WantedSeries
) -> Iterator[Remark]:
    """Yield what everybody should know: a copy of the target is none if it is known later."""
    for remark in sheet_remarks(sheet, readings, wanted.sheet.columns, wanted.sheet.roles):
        if remark.code != "columns.copy":
            yield remark
    known = [column for column in sheet.columns if column.name in wanted.columns.known]
    for column in copies(known, sheet.targets[0].said):
        yield Remark.of("columns.copy", column=sheet.named(column.name), target=wanted.target)
    for name, how in readings.items():
        if how.reading in USED and how.reading not in READ:
            yield Remark.of("series.unread", table=sheet.name, column=name)
    if count := len(line.gaps):
        yield Remark.of("series.gaps", table=sheet.name, count=count, pace=pace_remark(line.pace))


def _absent(name: str, series: SeriesForm, train: Windows, test: Windows) -> Iterator[Remark]:
    """Yield which series have no window in one of the parts."""
    for code, part in SHORT.items():
        there = {*part(train, test)}
        if lack := [each for at, each in enumerate(series.names) if at not in there]:
            told = some_of(lack, SHOWN, "list.comma_more")
            yield Remark.of(code, table=name, count=len(lack), names=told)
