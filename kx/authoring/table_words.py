"""A table that was looked at in words: what its target is, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isnan

from kx.authoring.looked_table import Looked
from kx.base.text import clean
from kx.data.tables.cells import value_of
from kx.data.tables.column_options import READINGS
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import day_of
from kx.data.tables.recognition import MOSTLY, Recognized, form_of
from kx.data.tables.scales import scale_of
from kx.data.tables.sheet_remarks import why_left_out
from kx.data.tables.targets import is_count, number_of
from kx.wording.recorded import in_words

EXAMPLES = 4
"""Levels of a category that a comment shows."""

LISTS = {reading: option for option, reading in READINGS.items()}
"""How a column is read -> the option that lists it; all others are ignored."""

LEADING_ZERO = re.compile(r"0\d")

ALMOST = re.compile(
    r"[-+\u2212]?[$€£¥]?\s?[-+\u2212]?\d[\d.,:/\s'\u2019]*\s?([%‰°$€£¥万元]|[a-zA-Z]{1,3})?"
)
"""Amounts, shares, times of day, dates of other forms, numbers with units."""


def why(column: TableColumn, how: Recognized) -> str:
    """Return why nothing is learned from a column; empty: something is."""
    return in_words(why_left_out(column, how))


def target_in_words(found: Looked) -> str:
    """Return what the target is, in a few words."""
    labels, target = found.sheet.targets[0].labels, found.target
    counts = labels.counts
    if target.task == "multilabel":
        more = ", …" if len(target.classes) > EXAMPLES else ""
        return f"{len(target.classes)} labels: {', '.join(target.classes[:EXAMPLES])}{more}"
    if target.classes:
        shares = sorted(counts.items(), key=lambda each: -each[1])[:EXAMPLES]
        told = ", ".join(f"{label} {count / labels.rows:.0%}" for label, count in shares)
        more = ", …" if len(counts) > EXAMPLES else ""
        return f"{len(counts)} classes: {told}{more}{_or_say(found)}"
    numbers = [value for label in counts if (value := number_of(label)) is not None]
    unit = f" {found.sheet.targets[0].unit}".rstrip()
    return f"a number, {_short(min(numbers))} to {_short(max(numbers))}{unit}{_or_say(found)}"


def _or_say(found: Looked) -> str:
    """Return what else the target may be."""
    if found.table.labels.task != "auto":
        return ""
    labels = list(found.sheet.targets[0].labels.counts)
    numbers = [number_of(label) for label in labels]
    if None in numbers:
        return "; or say task: ordered" if len(scale_of(labels)) > 2 else ""
    tasks = [] if found.target.classes else ["classes"]
    if all(map(is_count, labels)) and len(labels) > 2:
        tasks = [*(["ordered", "regression"] if found.target.classes else tasks), "counts"]
    if not found.target.classes and all(0 <= number <= 1 for number in numbers if number):
        tasks.append("unit_regression")
    return f"; or say task: {' or '.join(tasks)}" if tasks else ""


def columns_in_words(found: Looked) -> Iterator[str]:
    """Yield what each column is, and what it holds."""
    width = max((len(column.name) for column in found.sheet.columns), default=0)
    for column in found.sheet.columns:
        how = found.readings[column.name]
        kind = how.reading if how.reading in LISTS else "left out"
        told = _content(column, how, stated=column.name in found.table.columns.stated())
        yield clean(f"{column.name[:40]:{min(width, 40)}}  {kind:8}  {told}")


def _content(column: TableColumn, how: Recognized, *, stated: bool) -> str:
    parts = [range_of(column, how) if how.reading in LISTS else why(column, how)]
    parts += [] if stated else _doubts(column, how)
    if column.unit and how.reading == "number":
        parts.append(f"in {column.unit}")
    if how.comma:
        parts.append("with a decimal comma")
    if column.gaps and how.reading != "empty":
        share = column.gaps / len(column)
        parts.append(f"{share:.0%} missing" if share >= 0.005 else f"{column.gaps} missing")
    return "; ".join(parts)


def _doubts(column: TableColumn, how: Recognized) -> Iterator[str]:
    """Yield why a column may be of another kind."""
    if how.few:
        yield "may be names of kinds: then list it in categories"
    if how.reading == "number" and any(map(LEADING_ZERO.match, column.values)):
        yield "some begin with 0: if they are names, such as postcodes, list it in categories"
    words = how.reading not in ("number", "date", "rows", "constant", "empty")
    if words and _almost_numbers(column):
        yield "nearly numbers or times: only digits, sign and decimals are read as numbers"


def _almost_numbers(column: TableColumn) -> bool:
    """Whether most values would be numbers without what stands around or in them, such as $."""
    values = list(column.values)
    return sum(map(bool, map(ALMOST.fullmatch, values))) >= MOSTLY * len(values)


def range_of(column: TableColumn, how: Recognized) -> str:
    """Return what a column that is learned from holds: its range, or its levels."""
    if how.reading == "image":
        return f"pictures such as {next(iter(column.values))[:30]}"
    if how.reading == "text":
        return f"texts such as {next(iter(column.values))[:30]!r}"
    if how.levels:
        return (" < " if how.reading == "ordered" else " or ").join(how.levels)
    if how.reading == "category":
        names = list(column.values)
        more = f", … ({len(names):,})" if len(names) > EXAMPLES else ""
        return ", ".join(name[:20] for name in names[:EXAMPLES]) + more
    if column.floats is not None:
        floats = [value for value in column.floats if not isnan(value)]
        return f"{_short(min(floats))} to {_short(max(floats))}"
    form = form_of(column, how)
    found = [value for text in column.values if not isnan(value := value_of(form, text)[0])]
    shown = day_of if how.reading == "date" else _short
    return f"{shown(min(found))} to {shown(max(found))}"


def _short(value: float) -> str:
    return f"{value:,.6g}"
