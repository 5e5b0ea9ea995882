"""Tables as delimited text: CSV, TSV and their like, record by record, with line numbers.

Python's ``csv`` decides where a record ends. It is given lines that end in a line feed, a carriage
return or both, and nowhere else: ``str.splitlines`` would also part a text at U+2028, U+0085, a
form feed and others, which are characters like any other in a table. pandas and Polars are faster,
but lose the line on which a record stands.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from kx.base.errors import DataError
from kx.base.remark import Code, Remark
from kx.data.tables.charsets import charset_of
from kx.data.tables.rows import ColumnBlock, Piece, TableRow, in_lines, in_pieces, listed, place_of
from kx.data.tables.sniffing import WHITESPACE, first_lines, parted_by_tabs, sniff
from kx.data.tables.table_files import BUFFER, READ, Stream
from kx.data.tables.text_blocks import parsed
from kx.data.tables.text_lines import LEAST, MOST_CHARACTERS, Lines

AUTO = "auto"

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
"""Name -> what stands between two values."""

NAMES: Mapping[str, Code] = {
    ",": "layout.comma",
    ";": "layout.semicolon",
    "\t": "layout.tab",
    "|": "layout.pipe",
    " ": "layout.space",
    WHITESPACE: "layout.whitespace",
}
"""What stands between two values -> the code of what it is called."""


def _delimiter(value: str) -> str:
    if value in (AUTO, WHITESPACE):
        return value
    if len(delimiter_of(value)) == 1 and delimiter_of(value) not in '"\r\n':
        return value
    known = ", ".join([AUTO, *DELIMITERS, WHITESPACE])
    raise PydanticCustomError(
        "delimiter", "must be one character, or one of {known}", {"known": known}
    )


def _charset(value: str) -> str:
    try:
        if value == AUTO or codecs.lookup(value)._is_text_encoding:
            return value
    except LookupError:
        pass
    raise PydanticCustomError(
        "charset", "must be auto or an encoding that Python knows, such as utf-8, cp1252, gb18030"
    )


@dataclass(frozen=True, slots=True)
class Delimiting:
    """How a table is written: options of all datasets that read delimited text.

    Attributes:
        delimiter: what stands between two values: one character, `comma`, `semicolon`, `tab`,
            `pipe`, `space`, or `whitespace`: any run of blanks and tabs; `auto` tries those that
            separate the columns in the first line.
        quoting: `double`: values may stand in double quotation marks, and then have delimiters and
            line breaks in them; `none`: a quotation mark is a character like any other.
        escape: how a quotation mark is written inside such a value: `doubled` (`""`), or with a
            `backslash` before it.
        charset: encoding of the file, such as `cp1252` or `gb18030`; `auto`: UTF-8, or what the
            byte order mark says.
    """

    delimiter: Annotated[str, AfterValidator(_delimiter)] = AUTO
    quoting: Literal["double", "none"] = "double"
    escape: Literal["doubled", "backslash"] = "doubled"
    charset: Annotated[str, AfterValidator(_charset)] = AUTO


class Table:
    """A table that is being read; iterating yields the records below its header, once.

    Attributes:
        name: of the file, for messages.
        header: names of the columns, without blanks around them.
        begins: the line on which these stand.
        typed, points, kinds, left: text tells nothing of itself; see ``AnyTable``.
        delimiter: that was given or found.
        charset: likewise.
    """

    typed: bool = False
    points: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    left: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self, stream: Stream, layout: Delimiting, wanted: Sequence[str], *, advise: bool = True
    ) -> None:
        self.name, self._stream, self._layout = stream.name, stream, layout
        self._passed = 0  # lines of blocks, which the reader never sees
        source = io.BufferedReader(stream, BUFFER)
        head = source.peek(BUFFER)
        self.charset = charset_of(head) if layout.charset == AUTO else layout.charset
        text = io.TextIOWrapper(source, self.charset, "surrogateescape", newline="")
        self._lines = lines = Lines(text, stream.name, self.charset, advise=advise)
        given = "" if layout.delimiter == AUTO else delimiter_of(layout.delimiter)
        self._sniffed = sniff(list(first_lines(lines)), given, wanted, _quoting(layout))
        self.delimiter = self._sniffed.delimiter
        csv.field_size_limit(MOST_CHARACTERS)
        parted = self._parted(chain(self._sniffed.lines, lines), _quoting(layout))
        self._reader = _reader(parted, layout, self)
        self.header = self._header()

    @property
    def below(self) -> list[list[str]]:
        """Some of the rows below the header, for guesses."""
        return self._sniffed.below

    def _parted(self, lines: Iterator[str], quoting: int) -> Iterator[str]:
        """Yield the lines, with a tab between two values where whitespace stands."""
        if self.delimiter != WHITESPACE:
            yield from lines
            return
        for number, line in enumerate(lines, 1):
            if line.count('"') % 2 and quoting != csv.QUOTE_NONE:
                raise DataError(
                    f"{self.name}, line {number}: a quotation mark opens a value that does not "
                    "end on the same line, as each must where whitespace separates the columns."
                )
            yield parted_by_tabs(line, quoting)

    def _header(self) -> tuple[str, ...]:
        record = next((r for r in self._records() if any(map(str.strip, r.cells))), None)
        if record is None:
            raise DataError(f"{self.name} is empty: its first line must name the columns.")
        self.begins = record.line
        return tuple(cell.strip() for cell in record.cells)

    @property
    def sha256(self) -> str:
        """Of the whole table, once all records were read."""
        return self._stream.sha256

    @property
    def written(self) -> Remark:
        """How the table is written, as it was given or found."""
        name = NAMES.get(self.delimiter)
        sign = Remark.of(name) if name else Remark.of("layout.sign", sign=self.delimiter)
        found = Remark.of("layout.delimited", charset=self.charset, delimiter=sign)
        if not self._sniffed.comments:
            return found
        return Remark.of("layout.commented", layout=found, count=self._sniffed.comments)

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the records below the header; lines without a character are passed over.

        Raises:
            DataError: at what is no record, or no text, with its line.
        """
        return self._records()

    def place(self, number: int) -> str:
        """Say where a row stands."""
        return in_lines(number)

    def column(self, name: str, option: str) -> int:
        """Return where the column ``name`` stands, from 0; ``option`` of the dataset names it.

        Raises:
            DataError: if there is no such column, or more than one.
        """
        has = f"Its first line, read with the delimiter {self.delimiter!r}, names"
        hint = self._other_delimiter(name)
        return place_of(name, self, option, f"{has} {listed(self.header)}.", hint)

    def _other_delimiter(self, name: str) -> str:
        whole = self.delimiter.join(self.header)
        for word, character in DELIMITERS.items():
            if character != self.delimiter and name in whole.split(character):
                return f" Or does a {word} separate the columns (dataset.delimiter: {word})?"
        return f" {READ} are read." if len(self.header) == 1 else ""

    def pieces(self) -> Iterator[Piece]:
        """Yield the records below the header: those of a plain block of lines column by column.

        Raises:
            DataError: at what is no record, or no text, with its line.
        """
        looked_at = len(self._sniffed.lines)
        yield from in_pieces(self._records(lambda: self._reader.line_num >= looked_at))
        if self._lines.come_in_blocks and self.delimiter != WHITESPACE:
            yield from self._blocks()
        else:
            yield from in_pieces(self._records())

    def _blocks(self) -> Iterator[Piece]:
        """Yield the rest block by block; the records of one that is not plain, in rows."""
        small = True  # until a block comes that is worth loading pyarrow
        while text := self._lines.block():
            small = small and len(text) < LEAST
            if block := None if small else self._block(text):
                yield block
            else:
                self._lines.put_back(text)
                yield from in_pieces(self._records(lambda: not self._lines.has_more))

    def _block(self, text: str) -> ColumnBlock | None:
        layout = self._layout
        quoted, escape = layout.quoting == "double", escape_of(layout) or ""
        found = parsed(text, len(self.header), self.delimiter, quoted=quoted, escape=escape)
        if found is None:
            return None
        begins = self._lines.taken + 1
        self._passed += found.count
        self._lines.taken += found.count
        self._lines.put_back(found.rest)
        columns = found.columns
        return ColumnBlock(
            begins + found.lines, self._lines.taken, lambda name: columns[self.header.index(name)]
        )

    def _records(self, done: Callable[[], bool] = lambda: False) -> Iterator[TableRow]:
        """Yield records one by one, until it is ``done``."""
        reader = self._reader
        while not done():
            line = self._passed + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise DataError(self._no_record(line, str(error))) from error
            if cells:
                yield TableRow(line, self._passed + reader.line_num, cells)

    def _no_record(self, line: int, said: str) -> str:
        """Return why what begins on ``line`` is no record."""
        where = f"{self.name}, line {line}"
        literal = self._lines.advice(
            "If quotation marks have no meaning there, set dataset.quoting: none."
        )
        escape = self._lines.advice('Where \\" stands for one, set dataset.escape: backslash.')
        if "field larger" in said:
            return (
                f"{where}: a value has more than {MOST_CHARACTERS:,} characters. Is a quotation "
                f"mark never closed?{literal}"
            )
        if "end of data" in said:
            return f"{where}: a quotation mark opens a value that never ends.{literal}"
        if "expected after" in said:
            line = self._passed + self._reader.line_num
            return (
                f"{where}: a value continues after its closing quotation mark (line {line}). "
                f"Inside a value, write it twice.{escape}{literal}"
            )
        return f"{where}: {said}."


def delimiter_of(name: str) -> str:
    r"""Return the character that ``name`` stands for: `tab`, ``\t`` or a tab are all the same."""
    return "\t" if name == "\\t" else DELIMITERS.get(name.lower(), name)


def _reader(lines: Iterator[str], layout: Delimiting, table: Table) -> csv._reader:  # type: ignore[name-defined]
    delimiter = "\t" if table.delimiter == WHITESPACE else table.delimiter
    escape, quoting = escape_of(layout), _quoting(layout)
    return csv.reader(lines, delimiter=delimiter, escapechar=escape, quoting=quoting, strict=True)


def escape_of(layout: Delimiting) -> str | None:
    """Return what makes a quotation mark one of a value; None: it is doubled."""
    return "\\" if layout.escape == "backslash" else None


def _quoting(layout: Delimiting) -> Literal[0, 3]:
    return csv.QUOTE_NONE if layout.quoting == "none" else csv.QUOTE_MINIMAL
