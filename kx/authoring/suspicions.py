"""What is suspicious in a table that was looked at: told by `kx new`, and beside the columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kx.advice.table_look import leaks
from kx.authoring.looked_table import Looked, words_said
from kx.base.remark import Remark
from kx.base.text import clean
from kx.data.tables.columns import TableColumn
from kx.data.tables.sheet_remarks import relation_remarks, sheet_remarks
from kx.data.tables.target_columns import names_of
from kx.data.tables.target_values import target_values
from kx.wording.recorded import in_words

CONFIRMED = ("table.labels", "table.label_columns", "table.regression", "table.shares")
"""Of the target: what a spec that states its task confirms."""

STATED = (
    "columns.few_numbers",
    "columns.free_text",
    "columns.left_out",
    "columns.left_out_hint",
    "columns.nested",
    "columns.ordered",
)
"""How a column is read, and why: a spec states it in its lists."""

ALSO_SAID = (*STATED, "columns.missing")
"""What stands in a spec anyway, in the line of the column or in its lists."""

SILENCED = (*STATED, "columns.identifier", "columns.missing_word", "columns.tells", "columns.twins")
"""What a run of that spec does not say again: the spec states how the column is read."""

WIDTH = 96


def suspicions(found: Looked) -> tuple[Remark, ...]:
    """Return what is suspicious in a table, before a spec states how its columns are read.

    Raises:
        DataError: if it cannot be learned from.
    """
    sheet, readings = found.sheet, found.readings
    of_target = [each for each in found.target.remarks if each.code not in CONFIRMED]
    words = words_said(sheet, found.missing)
    said = [
        *of_target,
        *words,
        *sheet_remarks(sheet, readings, found.table.columns, found.table.roles),
    ]
    if not found.target.classes:
        y = target_values(sheet.targets, sheet.lines, found.target)
        said += relation_remarks(sheet, readings, y)
    copies = [each.values["column"] for each in said if each.code == "columns.copy"]
    name = ", ".join(names_of(found.table.target))
    for each in leaks(found.bundle(), name):
        told = sheet.named(str(each.values.get("column"))) in copies
        said += [] if told else [each]
    return tuple(said)


def beside(column: TableColumn, named: Remark, said: Sequence[Remark]) -> Iterator[str]:
    """Yield the lines of comments that a spec has beneath a column: what is suspicious of it.

    Args:
        column: of the table.
        named: what remarks call it.
        said: of all columns.
    """
    for each in said:
        if each.code not in ALSO_SAID and each.values.get("column") in (named, column.name):
            bare = replace(each, values={**each.values, "column": "it"})
            yield from _wrapped(bare)


def below(said: Sequence[Remark]) -> Iterator[str]:
    """Yield the lines of comments below all columns: what is suspicious of several at once."""
    for each in said:
        if each.code in ("columns.relation", "columns.twins"):
            yield from _wrapped(each)


def _wrapped(said: Remark) -> Iterator[str]:
    text = clean(in_words(said))
    yield from textwrap.wrap(text, WIDTH, initial_indent="  ! ", subsequent_indent="    ")
