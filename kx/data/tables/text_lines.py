"""The lines of a table of text: one at a time, or as many at once as fill a block."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

from kx.base.errors import DataError
from kx.data.tables.charsets import CharsetError

MOST_CHARACTERS = 10_000_000
"""Of one value: a book has one or two million. A table may have any size."""

MOST_IN_A_LINE = 4 * MOST_CHARACTERS

BLOCK = 8_000_000
"""Characters of a block: less than the largest value, and little beside the columns in memory."""

LEAST = 1_000_000
"""Characters that a table must have for its blocks to pay: pyarrow takes 0.1 s to load."""

SAY_HOW = "Or name its encoding in dataset.charset, such as cp1252, gb18030 or utf-16."

NOT_DECODED = re.compile("[\udc80-\udcff]")
"""What ``surrogateescape`` makes of bytes that are not UTF-8."""


class Lines:
    """The lines of a text with what ends them, each looked at before it is used.

    Attributes:
        name: of the file, for messages.
        charset: of the text.
        taken: how many lines were taken so far; whoever uses a block counts its lines here.
        advises: whether messages name options of the dataset.
    """

    def __init__(self, text: io.TextIOWrapper, name: str, charset: str, *, advise: bool) -> None:
        self.name, self.charset, self.advises, self.taken = name, charset, advise, 0
        self._text, self._ahead, self._left = text, io.StringIO(), 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines that were not taken yet."""
        return self

    def __next__(self) -> str:
        """Return the next line.

        Raises:
            DataError: if it is no text, or too long.
        """
        line = self._ahead.readline() if self._left else self._line()
        if not line:
            raise StopIteration
        self._left = max(self._left - len(line), 0)
        self.taken += 1
        if flaw := self._flaw(line):
            kind = DataError if "\0" in line else CharsetError
            raise kind(f"{self.name}, line {self.taken}: {flaw}")
        return line

    def _line(self) -> str:
        with self._decoded():
            return self._text.readline(MOST_IN_A_LINE)

    @contextmanager
    def _decoded(self) -> Iterator[None]:
        try:
            yield
        except UnicodeError as error:
            raise DataError(
                f"{self.name}, line {self.taken + 1} or one soon after it, is not {self.charset}: "
                f"{getattr(error, 'reason', error)}.{self.advice(SAY_HOW)}"
            ) from error

    @property
    def come_in_blocks(self) -> bool:
        """Whether ``block`` may be called: what is no text raises no error in its midst."""
        name = codecs.lookup(self.charset).name
        return name in ("utf-8", "utf-8-sig", "ascii") or name.startswith(
            ("iso8859", "cp125", "gb")
        )

    def block(self) -> str:
        """Return the next lines, which nobody looked at: about ``BLOCK`` characters; empty: none.

        Those that are used must be counted in ``taken``, and the others put back.

        Raises:
            DataError: if it is no text.
        """
        with self._decoded():
            text = self._ahead.read() + self._text.read(BLOCK)
            text += "" if text.endswith("\n") else self._text.readline(MOST_IN_A_LINE)
        self._ahead, self._left = io.StringIO(), 0
        return text

    def put_back(self, text: str) -> None:
        """Have ``text`` come again: in the next block, or line by line."""
        self._ahead, self._left = io.StringIO(text, newline=""), len(text)

    @property
    def has_more(self) -> bool:
        """Whether lines are left of those that were put back."""
        return self._left > 0

    def _flaw(self, line: str) -> str:
        if "\0" in line:
            return (
                f"a zero byte at character {line.index(chr(0)) + 1}: this is not text, or not in "
                f"{self.charset}.{self.advice(SAY_HOW)}"
            )
        if len(line) >= MOST_IN_A_LINE:
            return f"has more than {MOST_IN_A_LINE:,} characters: this is not a table of texts."
        if line.isascii() or not (found := NOT_DECODED.search(line)):
            return ""
        return (
            f"byte 0x{ord(found[0]) - 0xDC00:02x} at character {found.start() + 1} is not "
            f"{self.charset.upper().removesuffix('-SIG')}: save the file as UTF-8."
            f"{self.advice(SAY_HOW)}"
        )

    def advice(self, text: str) -> str:
        """Return what to do about a mistake, where options can be set."""
        return f" {text}" if self.advises else ""
