"""Anybody's own time series: the past of a number in, its future out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.errors import DataError, closest
from kx.base.remark import Code, Remark, some_of
from kx.base.text import SHOWN, counted
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import ColumnForm, Dataset, DatasetBundle, DatasetInfo, SeriesForm
from kx.data.arrays.splitting import OnBroken, TestFraction
from kx.data.arrays.windows import Windows
from kx.data.files.files import Files
from kx.data.tables.column_options import Name, WantedSheet
from kx.data.tables.delimited import Delimiting
from kx.data.tables.forecasting import (
    Cut,
    ahead,
    last_training_step,
    parts,
    refuse_gaps,
    without,
)
from kx.data.tables.leaks import copies
from kx.data.tables.seasons import naive_error, season_of
from kx.data.tables.series_columns import SeriesColumns
from kx.data.tables.sheet_reading import check_names, read_sheet
from kx.data.tables.sheet_remarks import sheet_remarks
from kx.data.tables.sheets import USED, Sheet, group_codes, time_form, times_of
from kx.data.tables.table_files import table_file
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import TargetOptions, target_of
from kx.data.tables.timeline import Timeline, cycles_of, cyclic, timeline, told_pace

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

CHEAP = 20_000_000
"""Bytes of a table that is read to its end before anything else is done."""

Steps = Annotated[int, Field(ge=1, le=100_000)]


@dataset("series")
class OwnSeries(Dataset):
    """Load your own time series, to forecast a number from its past and from other columns.

    The table has a row for each step of time (or for each step of each series), in any order. A
    network reads `window` steps and forecasts the target `gap + horizon` steps behind the last of
    them. Steps must be equally far apart: those that lack are told with their lines.

    The last rows in time, of all series, are for testing, and windows are cut after that: no
    training window reads or forecasts a later row. The strategy `time_series` keeps the same
    promise for its folds.

    Args:
        path: of the file; a relative path begins at the folder of the spec.
        target: name of the column that is to be forecast.
        time: name of the column of dates, or of numbers, that tells when a row came about.
        series: name of the column that tells several series apart, such as a station; windows
            never go from one to another.
        window: steps that networks read.
        horizon: how many steps ahead the target is.
        gap: further steps between the last that is read and the first that might be forecast,
            such as those that pass before a measurement is known.
        stride: steps from one window to the next one.
        season: steps after which the target comes back to where it was: 24 of hours, 12 of months;
            `auto` looks for it in the training rows; 1: there is none.
        steps: how far apart rows are: `regular`, as their times tell, or `rows`: each is one step
            behind the last one, such as trading days.
        layout: how the table is written.
        columns: what the other columns are.
        test_fraction: share of the rows, the last ones, that is kept for testing.
        on_gap: where steps of time lack, it is an `error`, or windows that cross the gap are left
            out: `skip`.
        on_broken: rows with too few or too many columns, or without a target, are an `error`, or
            left out: `skip`.

    Returns:
        x (n, window, columns) float64, cut when they are asked for: the target, the columns, those
        known ahead, sine and cosine of the place in day, week and year; each fit makes
        (n, window, width) float32 of them. y (n,) float32. Windows are in the order of their
        targets.

    Raises:
        DataError: if the file is no such table, with the line; or too short.
    """

    path: SpecPath
    target: Name
    time: Name
    series: Name | None = None
    window: Steps
    horizon: Steps = 1
    gap: Annotated[int, Field(ge=0, le=100_000)] = 0
    stride: Steps = 1
    season: Steps | Literal["auto"] = "auto"
    steps: Literal["regular", "rows"] = "regular"
    layout: Delimiting = Delimiting()
    columns: SeriesColumns = SeriesColumns()
    test_fraction: TestFraction = 0.2
    on_gap: OnBroken = "error"
    on_broken: OnBroken = "error"

    def info(self) -> DatasetInfo | None:
        """Describe a table that is small; of a larger one, look at the names of its columns.

        Raises:
            DataError: if it is no such table.
        """
        file = table_file(Path(self.path))
        state = file.stat()
        if state.st_size > CHEAP:
            check_names(file, self.wanted)
            return None
        return _read(self, state.st_mtime_ns, state.st_size)[1].info

    def load(self, files: Files) -> DatasetBundle:
        """Read the table."""
        file = table_file(Path(self.path))
        state = file.stat()
        sheet, bundle = _read(self, state.st_mtime_ns, state.st_size)
        files.took_file(Path(self.path), sheet.sha256)
        count = counted(len(sheet.lines), "row", "rows")
        files.watcher.stage(f"{sheet.name}: {count}, {sheet.written}")
        files.watcher.stage(_told(bundle.info))
        return bundle

    @property
    def cut(self) -> Cut:
        """How windows are cut."""
        return Cut(self.window, (self.gap + self.horizon,), self.stride)

    @property
    def wanted(self) -> WantedSheet:
        """What is read of the table."""
        labels = TargetOptions("regression", missing_labels=self.columns.missing_values)
        columns = self.columns.of_table(self.time, self.series)
        return WantedSheet((self.target,), self.layout, labels, columns, self.on_broken)

    def bundle(self, sheet: Sheet) -> DatasetBundle:
        """Return the data of a table that was read."""
        (target,) = sheet.targets
        y = target_values(sheet.targets, sheet.lines, target_of(target.labels, "regression"))
        when = time_form(sheet, self.time)
        times, line = self._timeline(sheet)
        last = last_training_step(line, self.test_fraction)
        _keep_inputs(sheet, self.columns, self.time)
        readings = sheet.readings(self.wanted.columns)
        remarks = tuple(self._remarks(sheet, readings, line))
        sheet.columns = [c for c in sheet.columns if readings[c.name].reading in READ]
        forms, covariates = self._covariates(sheet, readings, line, last)
        series = self._form(y, times, line, last, sheet, when)
        x, table = self._rows(y, times, line, series, forms, covariates)
        train, test = parts(x, y[line.order], line, self.cut, last, sheet.name)
        info = DatasetInfo(
            name="series",
            task="regression",
            input_shape=(self.window, sum(form.width for form in table)),
            scale="standardize",
            missing="indicator",
            train_examples=len(train[0]),
            test_examples=len(test[0]),
            ordered=True,
            features=tuple(form.name for form in table),
            target=self.target,
            columns=sheet.header,
            table=table,
            series=series,
            remarks=(
                *remarks,
                *_absent(sheet.name, series, train[0].x, test[0].x),
            ),
        )
        origins = {
            part: [f"line {sheet.lines[int(line.order[at])]}" for at in of]
            for part, (_, of) in (("train", train), ("test", test))
        }
        return DatasetBundle(info, train[0], test[0], origins=origins)

    def _timeline(self, sheet: Sheet) -> tuple[np.ndarray, Timeline]:
        """Return when the rows of the table came about, and in which order."""
        times = times_of(sheet, self.time)
        dates = time_form(sheet, self.time).kind == "date"
        as_rows = self.steps == "rows"
        try:
            line = timeline(times, group_codes(sheet), sheet.lines, dates=dates, as_rows=as_rows)
        except DataError as error:
            raise type(error)(f"{sheet.name}: {error}") from None
        if self.on_gap == "error":
            refuse_gaps(line, sheet.lines, times, sheet.name)
        return times, line

    def _covariates(
        self, sheet: Sheet, readings: dict[str, Recognized], line: Timeline, last: int
    ) -> tuple[tuple[ColumnForm, ...], np.ndarray]:
        """Return the other columns, those known ahead at the end, and (m, columns) their values."""
        import numpy as np

        train, test = line.order[line.steps <= last], line.order[line.steps > last]
        known = self.columns.known
        used = [name for name, how in readings.items() if how.reading in READ]
        if lost := [name for name in known if name not in used]:
            raise DataError(
                f"{sheet.name}: dataset.known lists {lost[0]!r}, of which nothing can be learned: "
                "its values are all the same, all different, or listed elsewhere. Remove it."
            )
        if not used:
            return (), np.zeros((len(line.order), 0))
        forms = sheet.forms(readings, train, test, self.wanted.columns)
        forms = tuple(sorted(forms, key=lambda form: form.name in known))
        return forms, sheet.x(forms)[line.order]

    def _form(
        self,
        y: np.ndarray,
        times: np.ndarray,
        line: Timeline,
        last: int,
        sheet: Sheet,
        when: ColumnForm,
    ) -> SeriesForm:
        """Return what is known of the series, by the training rows alone."""
        early = line.steps <= last
        past, begins = y[line.order][early].astype("float64"), without(line.begins, early)
        season = season_of(past, begins, line.pace) if self.season == "auto" else self.season
        known_times = times[line.order][early]
        return SeriesForm(
            target=self.target,
            time=self.time,
            series=self.series or "",
            window=self.window,
            leads=self.cut.leads,
            pace=line.pace,
            stride=self.stride,
            known=self.columns.known,
            cycles=cycles_of(line.pace, float(known_times.max() - known_times.min())),
            names=series_names(sheet),
            comma=when.comma,
            month_first=when.month_first,
            season=season,
            naive=naive_error(past, begins, season),
        )

    def _rows(
        self,
        y: np.ndarray,
        times: np.ndarray,
        line: Timeline,
        series: SeriesForm,
        forms: Sequence[ColumnForm],
        covariates: np.ndarray,
    ) -> tuple[np.ndarray, tuple[ColumnForm, ...]]:
        """Return (m, columns) float64 of all that is read of a step, and what the columns are."""
        import numpy as np

        count = len(forms) - len(series.known)
        later = ahead(covariates[:, count:], line.begins, series.leads[-1])
        places = cyclic(times[line.order], series.cycles)
        parts = [y[line.order][:, None], covariates[:, :count], later, places]
        return np.concatenate(parts, axis=1, dtype=np.float64), table_of(series, forms)

    def _remarks(
        self, sheet: Sheet, readings: dict[str, Recognized], line: Timeline
    ) -> Iterator[Remark]:
        """Yield what everybody should know: a copy of the target is none if it is known later."""
        for remark in sheet_remarks(sheet, readings, self.wanted.columns):
            if remark.code != "columns.copy":
                yield remark
        known = [column for column in sheet.columns if column.name in self.columns.known]
        for column in copies(known, sheet.targets[0].said):
            yield Remark.of("columns.copy", column=sheet.where(column), target=self.target)
        for name, how in readings.items():
            if how.reading in USED and how.reading not in READ:
                yield Remark.of("series.unread", table=sheet.name, column=name)
        if count := len(line.gaps):
            yield Remark.of("series.gaps", table=sheet.name, count=count, pace=told_pace(line.pace))


def series_names(sheet: Sheet) -> tuple[str, ...]:
    """Return what the series are called, in the order of their numbers; nothing if there is one."""
    import numpy as np

    if not (column := sheet.beside.get("group")):
        return ()
    if column.floats is not None:
        return tuple(f"{number:.10g}" for number in np.unique(column.floats).tolist())
    return tuple(column.values)


def _absent(name: str, series: SeriesForm, train: Windows, test: Windows) -> Iterator[Remark]:
    """Yield which series have no window in one of the parts."""
    for code, part in SHORT.items():
        there = {*part(train, test)}
        if lack := [each for at, each in enumerate(series.names) if at not in there]:
            told = some_of(lack, SHOWN, "list.comma_more")
            yield Remark.of(code, table=name, count=len(lack), names=told)


def table_of(series: SeriesForm, forms: Sequence[ColumnForm]) -> tuple[ColumnForm, ...]:
    """Return the columns of a step: the target, others, those known ahead, the cycles."""
    places = [
        ColumnForm(f"{series.time}: {wave} of the {name}", "number")
        for name in series.cycles
        for wave in ("sine", "cosine")
    ]
    return (ColumnForm(series.target, "number"), *forms, *places)


@lru_cache(maxsize=2)
def _read(series: OwnSeries, changed: int, size: int) -> tuple[Sheet, DatasetBundle]:
    """Return what a table holds; the same again, as long as nobody changes it."""
    options = series.wanted.columns
    if twice := options.twice():
        raise DataError(
            f"column {twice!r} is listed twice among dataset.numbers, categories and so on."
        )
    if series.time in {*options.ignore, series.series, series.target}:
        raise DataError(f"dataset.time names {series.time!r}, which is listed elsewhere too.")
    if series.columns.known and series.window < series.cut.leads[-1]:
        raise DataError(
            f"dataset.window is {series.window}, but columns known ahead are read at the last "
            f"{series.window} steps up to the one that is forecast, "
            f"{series.cut.leads[-1]} ahead: make window at least as large, or leave out known."
        )
    sheet = read_sheet(Path(series.path), series.wanted)
    return sheet, series.bundle(sheet)


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
                    f"{sheet.name}: dataset.{option} lists {name!r}, which is no column to learn "
                    f"from; there are: {', '.join(there) or 'none'}.{hint}"
                )
    wanted = there if columns.inputs is None else [*columns.inputs, *columns.known]
    sheet.columns = [c for c in sheet.columns if c.name in wanted and c.name in there]


def _told(info: DatasetInfo) -> str:
    """Return what was found of steps and seasons."""
    series = info.series
    assert series is not None  # noqa: S101 - for the type checker
    season = f"a season of {series.season} steps" if series.season > 1 else "no season"
    read = ", ".join(form.name for form in info.table)
    return f"steps of {told_pace(series.pace)}, {season}; read at each: {read}"
