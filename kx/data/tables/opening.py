"""Opening a table, whatever its form: text, JSON, Parquet or Arrow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from functools import partial
from pathlib import Path

from kx.base.errors import DataError
from kx.data.tables.arrow_files import ArrowTable, is_arrow
from kx.data.tables.delimited import Delimiting, Table
from kx.data.tables.json_lines import JsonTable, in_array, is_json_array, is_json_lines, on_lines
from kx.data.tables.rows import RowTable
from kx.data.tables.table_files import Stream, opened

JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\[\s*[{\[]|\[\s*\n|\{\s*\n\s*["}])')
"""How JSON begins that holds no rows: an array of arrays, or an object over several lines."""

NO_LINES = (
    "is JSON in a form that kx does not read: it must be an array of objects, such as "
    '[{"a": 1}, {"a": 2}], or have one object per line.'
)


@contextmanager
def open_table(
    path: Path, layout: Delimiting, wanted: Sequence[str] = (), *, advise: bool = True
) -> Iterator[RowTable]:
    """Open the table at ``path``; nothing of it stays in memory but the rows at hand.

    Args:
        path: a file, a packed one, or a folder or archive with that one file in it.
        layout: how it is written, if it is text.
        wanted: columns that it should have: `auto` looks for the delimiter that finds them.
        advise: whether messages name options of the dataset: only where there are any to set.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table.
    """
    with opened(path) as stream:
        yield _table(stream, partial(opened, path), layout, wanted, advise=advise)


def table_in(content: bytes, name: str, layout: Delimiting, wanted: Sequence[str]) -> RowTable:
    """Return the table that ``content`` is, as ``open_table`` does; messages name no options.

    Raises:
        DataError: if it is no table.
    """

    def again() -> AbstractContextManager[Stream]:
        return nullcontext(Stream(io.BytesIO(content), name))

    return _table(Stream(io.BytesIO(content), name), again, layout, wanted, advise=False)


def _table(
    stream: Stream,
    again: Callable[[], AbstractContextManager[Stream]],
    layout: Delimiting,
    wanted: Sequence[str],
    *,
    advise: bool,
) -> RowTable:
    head = stream.head()
    objects = on_lines if is_json_lines(head) else in_array if is_json_array(head) else None
    typed = is_arrow(head) or objects is not None
    if not typed and JSON.match(head):
        raise DataError(f"{stream.name} {NO_LINES}")
    if typed and advise:
        _refuse_layout(stream.name, layout)
    if is_arrow(head):
        return ArrowTable(stream, head)
    if objects:
        return JsonTable(stream, again, objects)
    return Table(stream, layout, wanted, advise=advise)


def _refuse_layout(name: str, layout: Delimiting) -> None:
    """Refuse what a spec says of how text is written, where no text is."""
    for option in fields(layout):
        if getattr(layout, option.name) != option.default:
            raise DataError(
                f"{name}: dataset.{option.name} describes text files, but this file defines its "
                "own columns. Remove it."
            )
