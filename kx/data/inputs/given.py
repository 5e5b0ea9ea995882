"""What is given to a trained network, and what is read of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.base.names import readable
from kx.base.reading import read_named
from kx.base.remark import Remark, some_of
from kx.base.text import shortened

SHOWN = 20
"""Mistakes that a message tells; more of them are counted."""

NAMED = 5
"""Columns, labels or values that a remark names."""

STDIN = "-"

MOST_BYTES = 1 << 30
"""Of a file, or of stdin: it is read as a whole."""


def _stdin() -> bytes:
    return sys.stdin.buffer.read(MOST_BYTES + 1)


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be predicted, as its user wrote it.

    Attributes:
        inputs: texts, or paths of files; a single ``-`` means stdin.
        rows: examples of a table, such as ``CRIM=0.1,ZN=18``, or JSON.
        files: each of them a text; of a folder each file that ends in ``.txt``.
        lines: files with a text in each line.
        invert: whether dark and light of pictures are exchanged.
        stdin: returns all that comes from there.
    """

    inputs: Sequence[str] = ()
    rows: Sequence[str] = ()
    files: Sequence[Path] = ()
    lines: Sequence[Path] = ()
    invert: bool = False
    stdin: Callable[[], bytes] = _stdin

    def used(self) -> list[str]:
        """Return the options that were given, by their names; the arguments are ``inputs``."""
        return [
            name for name in ("inputs", "rows", "files", "lines", "invert") if getattr(self, name)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Examples in the order in which they were given, unprepared.

    Attributes:
        names: where each comes from, such as ``houses.csv:2``; of a text that was an argument,
            that text.
        x: (n, …), as the dataset would have read them.
        shown: what people know each by, such as the beginning of a text.
        remarks: what everybody should know of them.
        labels: what each is said to be, empty where nothing is said, None where nothing could be;
            empty if none of them came with a label.
    """

    names: tuple[str, ...]
    x: Any
    shown: tuple[str, ...]
    remarks: tuple[str | Remark, ...] = ()
    labels: tuple[str | None, ...] = ()


def refuse(problems: Sequence[str]) -> None:
    """Raise if there are problems: all of them at once.

    Raises:
        DataError: with one of them in each line.
    """
    if not problems:
        return
    more = len(problems) - SHOWN
    lines = [*problems[:SHOWN], *([f"and {more:,} more"] if more > 0 else [])]
    error = DataError("\n".join(lines))
    error.details = "\n".join(problems)
    raise error


def read_text(path: Path | str, given: Given, problems: list[str]) -> str:
    """Return what a UTF-8 file says (``-``: stdin), with line feeds; add to ``problems``."""
    name = "stdin" if path == STDIN else readable(str(path))
    try:
        content = given.stdin() if path == STDIN else read_named(Path(path), MOST_BYTES)
    except OSError as error:
        problems.append(unreadable(name, error))
        return ""
    if len(content) > MOST_BYTES:
        problems.append(f"{name}: more than {MOST_BYTES:,} bytes large")
        return ""
    return decoded(name, content, problems)


def decoded(name: str, content: bytes, problems: list[str]) -> str:
    """Return the text in the ``content`` of a file, with line feeds; add to ``problems``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        byte = content[error.start]
        problems.append(f"{name}:{line}: byte 0x{byte:02x} is no UTF-8: save the file as UTF-8")
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unreadable(name: str, error: OSError) -> str:
    """Return why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return f"{name}: there is no such file"
    return f"{name}: cannot be read ({error.strerror or error})"


def named(names: Sequence[str]) -> Remark:
    """Return the first of some names, long ones cut, and how many others there are."""
    return some_of([shortened(name) for name in names], NAMED, "list.items_more")
