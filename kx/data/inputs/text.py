"""Texts: as arguments, from files, or line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.names import readable
from kx.base.remark import Remark
from kx.data.files.table_names import is_called_a_table
from kx.data.inputs.given import (
    MOST_BYTES,
    STDIN,
    Given,
    decoded,
    read_text,
    refuse,
    unreadable,
)

if TYPE_CHECKING:
    from kx.data.files.trees import Tree

if TYPE_CHECKING:
    from kx.data.inputs.text_rows import TextTables

HEAD = 100_000
"""Bytes in which the first line of a table ends."""

BEGINNING = 200
"""Characters of a text that people are shown at most."""


@dataclass(slots=True)
class GivenTexts:
    """Texts in the order in which they were given.

    Attributes:
        names: where each comes from; of an argument, the text itself.
        shown: what people know each by.
        texts: none of them empty.
        labels: what is said of each, where it comes from a table that tells; else None.
        remarks: what everybody should know of them.
    """

    names: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def add(self, name: str, shown: str, text: str, label: str | None = None) -> None:
        """Add one text."""
        self.names.append(name)
        self.shown.append(shown)
        self.texts.append(text)
        self.labels.append(label)


def read_texts(given: Given, tables: TextTables | None = None) -> GivenTexts:
    """Read the texts that were given.

    Args:
        given: what their user wrote.
        tables: reads files among the arguments, and stdin, if the network was trained on a table.

    Raises:
        DataError: naming all that cannot be read or are empty.
    """
    found, problems = GivenTexts(), list[str]()
    for name, shown, text, *label in _all(given, tables, problems):
        if not text.strip():
            problems.append(f"{name.strip() or 'an argument'}: is empty")
        found.add(name, shown, text, *label)
    refuse(problems)
    found.remarks += tables.remarks if tables else []
    return found


def _all(
    given: Given, tables: TextTables | None, problems: list[str]
) -> Iterator[tuple[str, str, str] | tuple[str, str, str, str | None]]:
    """Yield name, what is shown, and text of each, perhaps its label; note problems."""
    for text in given.inputs:
        if text == STDIN:
            yield from _piped(given, tables, problems)
        elif tables and _is_file(text):
            yield from _rows(text, given, tables, problems)
        elif problem := _no_text(text):
            problems.append(problem)
        else:
            yield text, text[:BEGINNING], text
    for path in given.files:
        yield from _files(path, given, problems)
    for path in given.lines:
        yield from _lines(str(path), given, problems)


def _no_text(text: str) -> str:
    """Say why an argument is hardly meant as a text: it is the name of a file."""
    if _is_file(text) and is_called_a_table(text):
        return (
            f"{text}: a table, but this network was not trained on one: it is unclear which column "
            "is meant. Give its texts as lines: --lines FILE"
        )
    if _is_file(text):
        return f"{text}: a file name, not a text: --file {text}, or --lines {text}"
    if is_called_a_table(text) and " " not in text.strip():
        return f"{text}: there is no such file, and this is hardly a text; pass texts by --lines -"
    return ""


def _piped(
    given: Given, tables: TextTables | None, problems: list[str]
) -> Iterator[tuple[str, str, str] | tuple[str, str, str, str | None]]:
    """Yield the rows of a table from stdin, or else a text from each line."""
    content = given.stdin()
    again = replace(given, stdin=lambda: content)
    head = content[:HEAD].decode("utf-8", "replace").lstrip().partition("\n")[0]
    if tables and tables.holds(head):
        yield from _rows(STDIN, again, tables, problems)
    else:
        yield from _lines(STDIN, again, problems)


def _rows(
    path: str, given: Given, tables: TextTables, problems: list[str]
) -> Iterator[tuple[str, str, str, str | None]]:
    name = "stdin" if path == STDIN else path
    before, rows = len(problems), list(tables.rows(path, given, problems))
    for row in rows:
        yield f"{name}:{row.line}", row.text[:BEGINNING], row.text, row.label
    if not rows and len(problems) == before:
        problems.append(f"{name}: has no rows below its first line")


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or with what no name has
        return False


def _lines(path: str, given: Given, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    before = len(problems)
    content = read_text(path, given, problems)
    name = "stdin" if path == STDIN else readable(path)
    if not content and len(problems) == before:
        problems.append(f"{name}: is empty")
    lines = content.removesuffix("\n").split("\n") if content else []
    for number, line in enumerate(lines, 1):
        yield f"{name}:{number}", line[:BEGINNING], line


def _files(path: Path, given: Given, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the text of a file, or those of a folder."""
    if not path.is_dir():
        before = len(problems)
        text = read_text(path, given, problems)
        if len(problems) == before:
            name = readable(str(path))
            yield name, name, text
        return
    try:
        yield from _folder(path, problems)
    except DataError as error:
        problems.append(str(error).rstrip("."))


def _folder(path: Path, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    from kx.data.files.trees import open_tree

    tree = open_tree(path)
    names = [name for name in tree.files if name.lower().endswith(".txt")]
    if not names:
        problems.append(f"{path}: has no files that end in .txt")
    for name in names:
        before, whole = len(problems), readable(str(path / name))
        text = _of_tree(tree, name, whole, problems)
        if len(problems) == before:
            yield whole, whole, text


def _of_tree(tree: Tree, name: str, whole: str, problems: list[str]) -> str:
    try:
        if tree.size(name) > MOST_BYTES:
            problems.append(f"{whole}: more than {MOST_BYTES:,} bytes large")
            return ""
        return decoded(whole, tree.read(name), problems)
    except OSError as error:
        problems.append(unreadable(whole, error))
        return ""
