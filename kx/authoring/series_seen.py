"""A table of time series that is looked at, before there is a spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kx.advice.series_look import SeenSeries, look_at_series
from kx.authoring.asked_table import options_named
from kx.authoring.own_series import asked_series
from kx.base.errors import UsageError
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import target_of


def seen_series(file: Path, targets: Sequence[str] | None, settings: Sequence[str]) -> SeenSeries:
    """Return what is in the time series of the table ``file``.

    Args:
        file: the table.
        targets: name of the column that is to be forecast, and of no other.
        settings: each ``key=value`` of the dataset.

    Raises:
        DataError: if it is no such table.
        SpecError: if a setting cannot be.
        UsageError: if no column is named, or several are.
    """
    if not targets:
        raise UsageError("Which column is the time series? Give --target COLUMN.")
    wanted = asked_series(file, targets, settings, "skip").draft.wanted
    with options_named():
        sheet = read_sheet(file, replace(wanted.sheet, on_broken="skip"))
        roles = sheet.roles(wanted.time)
        form, times = roles.when(gaps=True)
        found = target_of(sheet.targets[0].labels, "regression")
        y = target_values(sheet.targets, sheet.lines, found)
        groups, names = roles.groups(), roles.group_names()
        look = look_at_series(y, times, groups, names, sheet.lines, dates=form.kind == "date")
    return SeenSeries(sheet.name, len(y), sheet.written, wanted.target, len(sheet.flaws), look)
