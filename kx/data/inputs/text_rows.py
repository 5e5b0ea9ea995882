"""Texts in the column of a table, read as the table was that the network was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.base.remark import Remark, some_of
from kx.contracts import DatasetInfo
from kx.data.inputs.given import NAMED, STDIN, Given, named
from kx.data.inputs.said_targets import TARGET_FORM, SaidTargets
from kx.data.tables.delimited import (
    AUTO,
    Delimiting,
    delimiter_of,
)
from kx.data.tables.opening import open_table, table_in
from kx.data.tables.rows import RowTable, ragged
from kx.data.tables.sniffing import GUESSED

"""Labels and columns that a remark names."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text in a table.

    Attributes:
        line: on which its row begins.
        label: what the table says of it; empty: nothing; None: it has no such column.
    """

    line: int
    text: str
    label: str | None


def table_form(info: DatasetInfo, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a table, so that others are read as it was; empty: it was none."""
    if not {"text", "label"} <= options.keys():
        return {}
    known = ("text", "label", "delimiter", "quoting", "escape", "charset", *TARGET_FORM)
    kept = {name: options[name] for name in known if name in options}
    classes = {"classes": list(info.classes), "task": info.task}
    return {"columns": list(info.columns), **classes, **kept}


class TextTables:
    """Reads tables of new texts.

    Attributes:
        remarks: what everybody should know of those that were read.
    """

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._form = form
        self._targets = SaidTargets.of(form, "label")
        self.remarks: list[Remark] = []

    def holds(self, head: str) -> bool:
        """Whether a text of which ``head`` is the first line is such a table."""
        parts = (head.split(delimiter) for delimiter in (self._layout().delimiter, *GUESSED))
        return any(
            self._form["text"] in [part.strip(' "\r\n\ufeff') for part in of] for of in parts
        )

    def rows(self, path: str, given: Given, problems: list[str]) -> Iterator[TextRow]:
        """Yield the rows of a table (``-``: stdin) in their order; add to ``problems``."""
        columns = [self._form["text"], *self._targets.names]
        try:
            if path == STDIN:
                table = table_in(given.stdin(), "stdin", self._layout(), columns)
                yield from self._rows(table, problems)
                return
            with open_table(Path(path), self._layout(), columns, advise=False) as table:
                yield from self._rows(table, problems)
        except DataError as error:
            problems.append(str(error).rstrip("."))

    def _layout(self) -> Delimiting:
        """Return how the table is written; of the delimiters, the file itself tells the usual."""
        options = {name: self._form[name] for name in ("quoting", "escape", "charset")
                   if name in self._form}  # fmt: skip
        delimiter = self._form.get("delimiter", AUTO)
        usual = delimiter == AUTO or delimiter_of(delimiter) in GUESSED
        return Delimiting(delimiter=AUTO if usual else delimiter, **options)

    def _rows(self, table: RowTable, problems: list[str]) -> Iterator[TextRow]:
        text, targets = self._form["text"], self._targets
        if table.header.count(text) != 1:
            problems.append(self._no_column(table, text))
            return
        self._note_columns(table)
        place = table.header.index(text)
        others, strange = targets.places(table.header), dict[str, int]()
        for record in table:
            if flaw := ragged(record, table):
                problems.append(f"{table.name}:{record.line}: {flaw}")
                continue
            said = targets.said(record.cells, others)
            if said and not targets.is_known(said):
                strange.setdefault(said, record.line)
            yield TextRow(record.line, record.cells[place], said)
        self._note_labels(table, strange)

    def _no_column(self, table: RowTable, text: str) -> str:
        what = "twice the" if text in table.header else "no"
        return (
            f"{table.name}: has {what} column {text!r}, which this network reads: its first line "
            f"names {_some(table.header)}. A file that is one text is given by --file, one with a "
            "text in each line by --lines"
        )

    def _note_columns(self, table: RowTable) -> None:
        known, found = self._form["columns"], table.header
        if more := [name for name in found if known and name not in known]:
            names = named(more)
            remark = Remark.of("given.more", table=table.name, count=len(more), names=names)
            self.remarks.append(remark)
        less = [name for name in known or self._targets.names if name not in found]
        if less:
            names = named(less)
            remark = Remark.of("given.lacks", table=table.name, count=len(less), names=names)
            self.remarks.append(remark)

    def _note_labels(self, table: RowTable, strange: Mapping[str, int]) -> None:
        if strange:
            told = [
                Remark.of("given.label_in_line", label=label, line=line)
                for label, line in strange.items()
            ]
            some = some_of(told, NAMED, "list.items_more")
            self.remarks.append(Remark.of("given.strange_labels", table=table.name, names=some))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
