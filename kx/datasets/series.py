"""Anybody's own time series: the past of a number in, its future out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.splitting import OnBroken, TestFraction
from kx.data.files.files import Files
from kx.data.tables.column_options import Name, RowRoles, WantedSheet
from kx.data.tables.delimited import Delimiting
from kx.data.tables.forecasting import Cut
from kx.data.tables.rows import was_read
from kx.data.tables.series_columns import SeriesColumns
from kx.data.tables.series_table import WantedSeries, series_bundle
from kx.data.tables.sheet_reading import check_names, read_sheet
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_files import table_file
from kx.data.tables.targets import TargetOptions
from kx.data.tables.timeline import pace_remark

CHEAP = 20_000_000
"""Bytes of a table that is read to its end before anything else is done."""

Steps = Annotated[int, Field(ge=1, le=100_000)]


@dataset("series")
class OwnSeries(Dataset):
    """Load your own time series, to forecast a number from its past and from other columns.

    The table has a row for each step of time (or for each step of each series), in any order. A
    network reads `window` steps and forecasts the target `gap + horizon` steps behind the last of
    them, or all steps up to that at once. Steps must be equally far apart: those that lack are told
    with their lines.

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
        forecast: the `last_step` of the horizon alone, or `all_steps` at once: the network has an
            output for each, and scores are means over them.
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
        (n, window, width) float32 of them. y (n,) float32, or (n, horizon) of all steps. Windows
        are in the order of their targets.

    Raises:
        DataError: if the file is no such table, with the line; or too short.
    """

    path: SpecPath
    target: Name
    time: Name
    series: Name | None = None
    window: Steps
    horizon: Steps = 1
    forecast: Literal["last_step", "all_steps"] = "last_step"
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
            check_names(file, self.wanted.sheet)
            return None
        return _read(self, state.st_mtime_ns, state.st_size)[1].info

    def load(self, files: Files) -> DatasetBundle:
        """Read the table."""
        file = table_file(Path(self.path))
        state = file.stat()
        sheet, bundle = _read(self, state.st_mtime_ns, state.st_size)
        files.took_file(Path(self.path), sheet.sha256)
        files.watcher.stage(was_read(sheet.name, len(sheet.lines), sheet.written))
        files.watcher.stage(_told(bundle.info))
        return bundle

    @property
    def cut(self) -> Cut:
        """How windows are cut."""
        last = self.gap + self.horizon
        leads = range(self.gap + 1, last + 1) if self.forecast == "all_steps" else (last,)
        return Cut(self.window, tuple(leads), self.stride)

    @property
    def wanted(self) -> WantedSeries:
        """What is made of the table."""
        labels = TargetOptions("regression", missing_labels=self.columns.missing_values)
        columns, roles = self.columns.of_table(), RowRoles(group=self.series, time=self.time)
        return WantedSeries(
            time=self.time,
            series=self.series or "",
            cut=self.cut,
            season=None if self.season == "auto" else self.season,
            as_rows=self.steps == "rows",
            columns=self.columns,
            test_fraction=self.test_fraction,
            skip_gaps=self.on_gap == "skip",
            sheet=WantedSheet(
                (self.target,), self.layout, labels, columns, self.on_broken, roles=roles
            ),
        )


@lru_cache(maxsize=2)
def _read(series: OwnSeries, changed: int, size: int) -> tuple[Sheet, DatasetBundle]:
    """Return what a table holds; the same again, as long as nobody changes it."""
    wanted = series.wanted
    wanted.sheet.refuse_twice()
    if series.time in {*series.columns.ignore, series.series, series.target}:
        raise DataError(f"dataset.time names {series.time!r}, which is listed elsewhere too.")
    if series.columns.known and series.window < series.cut.leads[-1]:
        raise DataError(
            f"dataset.window is {series.window}, but known columns are read at the last "
            f"{series.window} steps up to the one that is forecast, {series.cut.leads[-1]} ahead: "
            "make window at least as large, or leave out known."
        )
    sheet = read_sheet(Path(series.path), wanted.sheet)
    return sheet, series_bundle(sheet, wanted)


def _told(info: DatasetInfo) -> Remark:
    """Return what was found of steps and seasons."""
    series = info.series
    assert series is not None  # noqa: S101 - for the type checker
    pace, names = pace_remark(series.pace), tuple(form.name for form in info.table)
    if series.season > 1:
        return Remark.of("stage.series_season", pace=pace, season=series.season, names=names)
    return Remark.of("stage.series", pace=pace, names=names)
