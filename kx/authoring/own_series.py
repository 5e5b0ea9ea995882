"""A spec for a time series of one's own, after a look at its table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from kx.authoring.asked_table import options_named, own_table, target_named
from kx.authoring.looked_table import Looked, look
from kx.authoring.own_table import REFLECTED, layout_lines, list_lines
from kx.authoring.setting import quoted, with_settings
from kx.authoring.table_words import LISTS, columns_in_words
from kx.base.errors import DataError, UsageError
from kx.base.text import clean, counted
from kx.contracts import SeriesForm
from kx.data.arrays.splitting import OnBroken
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import are_rising_years
from kx.data.tables.series_table import READ
from kx.data.tables.timeline import told_pace
from kx.datasets.series import OwnSeries
from kx.datasets.table import OwnTable
from kx.planning.components import Parts, choose
from kx.spec.edit import document_of
from kx.spec.load import fail_on, override
from kx.wording.recorded import in_words

SERIES = ("dataset=series", "dataset.name=series")
"""Settings that ask for a series."""

USUAL_WINDOW = 24
"""Steps that are read where there is no season."""

LONGEST = 168
"""Steps of a season that is read whole, such as the hours of a week."""

TRAINING = (
    "architecture:",
    "  name: mlp                  # or linear, conv1d, rnn",
    "  units: [64]",
    "",
    "validation:",
    "  strategy: time_series      # each part is validated with a network of earlier rows",
    "  k: 3",
    "",
    "training:",
    "  optimizer: adam",
    "  batch_size: 32",
    "  epochs: 60                 # at most: validation rows choose the best epoch",
    "  early_stopping: {patience: 8}",
)


def asks_for_series(settings: Sequence[str]) -> bool:
    """Whether a setting says that the table is a time series."""
    return any(setting.replace(" ", "") in SERIES for setting in settings)


def series_spec(
    name: str, file: Path, targets: Sequence[str], spec: Path, settings: Sequence[str]
) -> str:
    """Return a spec that forecasts a column of the table ``file`` from its past.

    Args:
        name: of the experiment.
        file: the table.
        targets: name of the column that is to be forecast, and of no other.
        spec: where the spec will be: there its paths begin.
        settings: each ``key=value``, set in the spec.

    Raises:
        DataError: if the table is none of time series.
        SpecError: if a setting of the dataset cannot be.
        UsageError: if several columns are to be forecast.
    """
    asked = asked_series(file, targets, settings)
    found, draft, rest = asked.found, asked.draft, asked.settings
    with options_named():
        info = replace(draft, window=_least(draft)).info()
    if info is None or info.series is None:
        raise DataError(f"{file.name} is too large to look at: write the spec by hand.")
    path = Path(os.path.relpath(file.resolve(), spec.resolve().parent)).as_posix()
    text = "\n".join(_lines(name, path, _Seen(found, draft, info.series))) + "\n"
    return with_settings(text, rest, REFLECTED)


@dataclass(frozen=True, slots=True)
class AskedSeries:
    """What is asked of a table of series while there is no spec.

    Attributes:
        found: the table.
        draft: the dataset, of which the window is 1 or a stated one.
        settings: those that do not ask for a series.
    """

    found: Looked
    draft: OwnSeries
    settings: Sequence[str]


def asked_series(
    file: Path, targets: Sequence[str], settings: Sequence[str], on_broken: OnBroken | None = None
) -> AskedSeries:
    """Return what is asked of a table of series; see ``series_spec``.

    Args:
        file: the table.
        targets: name of the column that is to be forecast, and of no other.
        settings: each ``key=value``.
        on_broken: what to do about rows that cannot be used; None: as the settings say.
    """
    if len(targets) > 1:
        raise UsageError("a series has one target: give --target once.")
    rest = [setting for setting in settings if not asks_for_series([setting])]
    table = own_table(file, targets[0], [each for each in rest if _is_of_tables(each)])
    found = look(replace(table, on_broken=on_broken or table.on_broken))
    return AskedSeries(found, _draft(file, targets[0], _time_of(found, rest), rest), rest)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a table of series.

    Attributes:
        draft: what is asked of it, of which the window is not known yet.
        form: what is known of it.
    """

    found: Looked
    draft: OwnSeries
    form: SeriesForm

    @property
    def window(self) -> int:
        """Steps to be read: a season, and as many as columns known ahead go ahead."""
        season, last = self.form.season, self.form.leads[-1]
        if 1 < season <= LONGEST:
            return max(season, last)
        rows = len(self.found.sheet.lines) // max(1, len(self.form.names))
        return max(1, last, min(USUAL_WINDOW, rows // 20))


def _is_of_tables(setting: str) -> bool:
    """Whether a setting is of how any table is read; ``time`` of a table would sort its rows."""
    known = {f"dataset.{each.name}" for each in fields(OwnTable)} - {"dataset.time"}
    return setting.partition("=")[0].strip() in known


def _least(draft: OwnSeries) -> int:
    return draft.cut.leads[-1] if draft.columns.known else 1


def _time_of(found: Looked, settings: Sequence[str]) -> str:
    """Return the name of the column that tells when rows came about."""
    for setting in settings:
        key, _, value = setting.partition("=")
        if key.strip() == "dataset.time":
            return value.strip().strip("'\"")
    dates = [name for name, how in found.readings.items() if how.reading == "date"]
    times = dates or [column.name for column in found.sheet.columns if _has_years(found, column)]
    if len(times) == 1:
        return times[0]
    several = f"{', '.join(dates)} are dates" if dates else "no column is read as dates"
    raise DataError(
        f"{found.sheet.name}: which column holds the time of the rows? {several}: use --set "
        "dataset.time=COLUMN."
    )


def _has_years(found: Looked, column: TableColumn) -> bool:
    how = found.readings[column.name]
    return how.reading == "number" and are_rising_years(column.numbers(how.comma))


def _draft(file: Path, target: str, time: str, settings: Sequence[str]) -> OwnSeries:
    """Return the dataset with the options of it that are set; its window is 1 or a stated one."""
    lines = ("dataset:", "  name: series", f"  path: {quoted(str(file.resolve()))}",
             f"  target: {quoted(target)}", f"  time: {quoted(time)}", "  window: 1")  # fmt: skip
    document = document_of("\n".join(lines) + "\n", file.name)
    of_dataset = [each for each in settings if each.strip().startswith("dataset.")]
    problems = [problem for each in of_dataset if (problem := override(document, each))]
    choice = choose("dataset", document, Parts(Path()), problems)
    fail_on(problems)
    assert choice is not None  # noqa: S101 - for the type checker
    made: OwnSeries = choice.made()
    return made


def _lines(name: str, path: str, seen: _Seen) -> Iterator[str]:
    found, form, draft = seen.found, seen.form, seen.draft
    sheet, apart = found.sheet, {form.time, form.series}
    season = f"a season of {form.season} steps" if form.season > 1 else "no season"
    yield f"# {clean(sheet.name)}: {counted(len(sheet.lines), 'row', 'rows')}, " + in_words(
        sheet.written
    )
    yield f"# steps of {told_pace(form.pace)}, {season}"
    yield f"name: {name}"
    yield "seed: 0                      # decides everything random: initial weights, order"
    yield from ("", "dataset:", "  name: series", f"  path: {quoted(path)}")
    yield from layout_lines(found)
    yield f"  time: {quoted(form.time)}"
    yield f"  target: {target_named(form.target)}"
    if form.series:
        yield f"  series: {quoted(form.series)}"
    yield f"  {f'window: {seen.window}':<26} # steps that are read"
    yield f"  {f'horizon: {draft.horizon}':<26} # steps ahead that are forecast:"
    yield f"  {f'forecast: {draft.forecast}':<26} # last_step of them, or all_steps at once"
    sheet.columns = [column for column in sheet.columns if column.name not in apart]
    readings = {name: how for name, how in found.readings.items() if name not in apart}
    found = replace(found, readings=readings)
    yield from (f"  # {line}" for line in columns_in_words(found))
    yield from list_lines(found, {kind: of for kind, of in LISTS.items() if kind in READ})
    yield "  known: []                  # columns known in advance, such as holidays"
    yield f"  test_fraction: {draft.test_fraction:g}         # the last rows: never trained on"
    yield from ("", *TRAINING)
