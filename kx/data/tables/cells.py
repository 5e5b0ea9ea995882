"""One cell of a column of known form: the number that it becomes, and how that is written."""

from __future__ import annotations

import math

from kx.contracts import ColumnForm
from kx.data.tables.dates import are_years, as_day, day_of
from kx.data.tables.numbers import as_number, without_unit
from kx.data.tables.scales import known_values, level_of
from kx.data.tables.targets import number_of

BESIDE = ("text", "image")
"""Kinds of columns whose values stand beside the numbers."""


def value_of(form: ColumnForm, text: str) -> tuple[float, str]:
    """Return what a cell of a column becomes, and what is wrong with it; see ``DatasetInfo.table``.

    A value of a category that the training part did not have is -1, and nothing is wrong.
    """
    if form.kind == "category":
        return _place_of(form, text), ""
    if form.kind in BESIDE:
        return 0.0, ""
    if not form.is_measured:
        return _known_value(form, text)
    if form.kind == "date":
        found = as_day(text, month_first=form.month_first, ahead=form.ahead)
    else:
        found = as_number(without_unit(text, form.unit), comma=form.comma)
    if found is not None:
        return found, ""
    what = "a date such as 2024-03-01" if form.kind == "date" else "a number"
    hint = "; use a decimal point, as in 1.5" if "," in text and form.kind == "number" else ""
    return math.nan, f"must be {what}; got {text[:40]!r}{hint}"


def _place_of(form: ColumnForm, text: str) -> float:
    """Return the place of a level; -1: it is none. 16.0 is 16, as programs write it beside gaps."""
    other = text.removesuffix(".0") if text.endswith(".0") else f"{text}.0"
    twin = other if number_of(text) is not None else text
    return float(next((form.levels.index(of) for of in (text, twin) if of in form.levels), -1))


def _known_value(form: ColumnForm, text: str) -> tuple[float, str]:
    found = level_of(text, known_values(form))
    if found is not None:
        return found, ""
    words = " or ".join(form.levels) if len(form.levels) == 2 else ", ".join(form.levels)
    return (
        math.nan,
        f"must be {'' if len(form.levels) == 2 else 'one of '}{words}; got {text[:40]!r}",
    )


def written(form: ColumnForm, value: float) -> str:
    """Return what a value of ``DatasetInfo.table`` stands for; "-": nothing, "…": another level."""
    if math.isnan(value):
        return "-"
    if not form.is_measured:
        return form.levels[int(value)] if value >= 0 else "…"
    if form.kind == "date":
        return day_of(value)
    if form.unit:
        return f"{value:,.6g} {form.unit}"
    return f"{value:.6g}" if are_years(value, value) else f"{value:,.6g}"
