"""A table that was looked at in words: what its target is, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isnan

from kx.authoring.looked_table import Looked
from kx.base.remark import Code, Remark
from kx.base.text import clean
from kx.data.tables.cells import value_of
from kx.data.tables.column_options import READINGS
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import are_years, day_of, offset
from kx.data.tables.recognition import MOSTLY, Recognized, form_of
from kx.data.tables.sheet_remarks import why_left_out
from kx.data.tables.target_columns import TargetColumn
from kx.data.tables.targets import is_count, number_of
from kx.terminal.pieces import aligned
from kx.wording.recorded import in_words

EXAMPLES = 4
"""Levels of a category that a comment shows."""

LISTS = {reading: option for option, reading in READINGS.items()}
"""How a column is read -> the option that lists it; all others are ignored."""

WIDEST = 40
"""Characters of a column's name that a comment shows."""

POSTCODE = re.compile(r"(?i)(^|[\W_])(zip|post|postal|plz)([\W_]*code)?($|[\W_])|邮编|邮政编码")

LEADING_ZERO = re.compile(r"0\d")

ALMOST = re.compile(
    r"[-+\u2212]?[$€£¥]?\s?[-+\u2212]?\d[\d.,:/\s'\u2019]*\s?([%‰°$€£¥万元]|[a-zA-Z]{1,3})?"
)
"""Amounts, shares, times of day, dates of other forms, numbers with units."""


def why(column: TableColumn, how: Recognized) -> str:
    """Return why nothing is learned from a column; empty: something is."""
    return in_words(why_left_out(column, how))


def target_said(found: Looked) -> Remark:
    """Return what the target is, in a few words."""
    target = found.target
    if target.task == "multilabel":
        return Remark.of("seen.labels", count=len(target.classes), names=_some(target.classes))
    if target.classes:
        code: Code = "seen.order" if target.task == "ordered" else "seen.classes"
        return Remark.of(code, count=len(target.classes), names=_shares(found))
    ranges = tuple(_numbers_said(column) for column in found.sheet.targets)
    if len(ranges) == 1:
        return Remark.of("seen.target_number", range=ranges[0])
    named = zip(found.sheet.targets, ranges, strict=True)
    each = [Remark.of("seen.named", name=column.name, said=said) for column, said in named]
    return Remark.of("seen.target_numbers", count=len(each), names=_some(each))


def _shares(found: Looked) -> Remark:
    """Return the classes, each with its share: in their order, or the most frequent first."""
    labels, target = found.sheet.targets[0].labels, found.target
    names = list(target.classes if target.task == "ordered" else labels.counts)
    if target.task != "ordered":
        names.sort(key=lambda name: -labels.counts[name])
    told = [f"{name[:30]} {labels.counts.get(name, 0) / labels.rows:.0%}" for name in names]
    return Remark.of("seen.rising", names=tuple(told)) if target.task == "ordered" else _some(told)


def _numbers_said(column: TargetColumn) -> Remark:
    numbers = [value for label in column.labels.counts if (value := number_of(label)) is not None]
    return _numbers(min(numbers), max(numbers), column.unit)


def or_say(found: Looked) -> str:
    """Return what else ``dataset.task`` may say of the target; empty: nothing."""
    if found.table.labels.task != "auto" or len(found.sheet.targets) > 1:
        return ""
    labels = list(found.sheet.targets[0].labels.counts)
    numbers = [number_of(label) for label in labels]
    if None in numbers:
        return "; or set task: classes" if found.target.task == "ordered" else ""
    tasks = [] if found.target.classes else ["classes"]
    if all(map(is_count, labels)) and len(labels) > 2:
        tasks = [*(["ordered", "regression"] if found.target.classes else tasks), "counts"]
    if not found.target.classes and all(0 <= number <= 1 for number in numbers if number):
        tasks.append("unit_regression")
    return f"; or set task: {' or '.join(tasks)}" if tasks else ""


def columns_in_words(found: Looked) -> Iterator[str]:
    """Yield what each column is, and what it holds; at last those that cannot be read."""
    columns, unread = found.sheet.columns, found.sheet.left
    names = aligned([clean(name[:WIDEST]) for name in (*(c.name for c in columns), *unread)])
    for column, name in zip(columns, names, strict=False):
        how = found.readings[column.name]
        kind = how.reading if how.reading in LISTS else "left out"
        told = _content(column, how, stated=column.name in found.table.columns.stated())
        yield clean(f"{name}  {kind:8}  {told}")
    for what, name in zip(unread.values(), names[len(columns) :], strict=True):
        why_not = in_words(Remark.of("columns.why_nested", what=what))
        yield clean(f"{name}  left out  {why_not}")


def _content(column: TableColumn, how: Recognized, *, stated: bool) -> str:
    parts = [in_words(range_of(column, how)) if how.reading in LISTS else why(column, how)]
    parts += [] if stated else _doubts(column, how)
    if column.unit and how.reading == "number":
        parts.append(f"in {column.unit}")
    if how.ahead:
        parts.append(f"local time, UTC{offset(how.ahead)}")
    if how.comma:
        parts.append("with a decimal comma")
    if column.gaps and how.reading != "empty":
        share = column.gaps / len(column)
        parts.append(f"{share:.0%} missing" if share >= 0.005 else f"{column.gaps} missing")
    return "; ".join(parts)


def _doubts(column: TableColumn, how: Recognized) -> Iterator[str]:
    """Yield why a column may be of another kind."""
    if how.few:
        yield "if these are categories, list it in categories"
    if how.reading == "number" and any(map(LEADING_ZERO.match, column.values)):
        yield "some begin with 0: if they are codes, such as postcodes, list it in categories"
    elif how.reading == "number" and POSTCODE.search(column.name):
        yield "if these are postcodes, list it in categories"
    words = how.reading not in ("number", "date", "rows", "constant", "empty")
    if words and _almost_numbers(column):
        yield "nearly numbers or times: numbers are only digits, a sign and decimals"


def _almost_numbers(column: TableColumn) -> bool:
    """Whether most values would be numbers without what stands around or in them, such as $."""
    values = list(column.values)
    return sum(map(bool, map(ALMOST.fullmatch, values))) >= MOSTLY * len(values)


def range_of(column: TableColumn, how: Recognized) -> Remark:
    """Return what a column that is learned from holds: its range, or its levels."""
    first = next(iter(column.values), "")[:30]
    if how.reading == "image":
        return Remark.of("seen.pictures", name=first)
    if how.reading == "text":
        return Remark.of("seen.texts", text=first)
    if how.levels:
        code: Code = "seen.rising" if how.reading == "ordered" else "seen.either"
        return Remark.of(code, names=tuple(how.levels))
    if how.reading == "category":
        return _some([name[:20] for name in column.values])
    if column.floats is not None:
        floats = [value for value in column.floats if not isnan(value)]
        return _numbers(min(floats), max(floats))
    form = form_of(column, how)
    found = [value for text in column.values if not isnan(value := value_of(form, text)[0])]
    if how.reading == "date":
        return _range(day_of(min(found)), day_of(max(found)))
    return _numbers(min(found), max(found))


def _numbers(low: float, high: float, unit: str = "") -> Remark:
    """Return a range of numbers; years are written without a sign for thousands."""
    years = not unit and are_years(low, high) and float(low).is_integer()
    first, last = (f"{low:g}", f"{high:g}") if years else (_short(low), _short(high))
    return _range(first, f"{last} {unit}".rstrip())


def _range(low: str, high: str) -> Remark:
    return Remark.of("seen.range", low=low, high=high)


def _some(names: Sequence[str | Remark]) -> Remark:
    """Return the first names, and how many there are if these are not all."""
    if len(names) <= EXAMPLES:
        return Remark.of("list.items", names=tuple(names))
    return Remark.of("seen.names_more", names=tuple(names[:EXAMPLES]), count=len(names))


def _short(value: float) -> str:
    return f"{value:,.6g}"
