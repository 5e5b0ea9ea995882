"""Texts: as arguments, from files, or line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kx.data.inputs.given import STDIN, Given, decoded, read_text, refuse
from kx.errors import DataError

BEGINNING = 200
"""Characters of a text that people are shown at most."""


@dataclass(slots=True)
class Texts:
    """Texts in the order in which they were given.

    Attributes:
        names: where each comes from; of an argument, the text itself.
        shown: what people know each by.
        texts: none of them empty.
    """

    names: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def read_texts(given: Given) -> Texts:
    """Read the texts that were given.

    Raises:
        DataError: naming all that cannot be read or are empty.
    """
    found, problems = Texts(), list[str]()
    for name, shown, text in _all(given, problems):
        if not text.strip():
            problems.append(f"{name.strip() or 'an argument'}: is empty")
        found.names.append(name)
        found.shown.append(shown)
        found.texts.append(text)
    refuse(problems)
    return found


def _all(given: Given, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield name, what is shown, and text of each; note problems."""
    for text in given.inputs:
        if text == STDIN:
            yield from _lines(text, given, problems)
        elif _is_file(text):
            problems.append(f"{text}: a file's name and no text: --file {text}, or --lines {text}")
        else:
            yield text, text[:BEGINNING], text
    for path in given.files:
        yield from _files(path, given, problems)
    for path in given.lines:
        yield from _lines(str(path), given, problems)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or with what no name has
        return False


def _lines(path: str, given: Given, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    before = len(problems)
    content = read_text(path, given, problems)
    name = "stdin" if path == STDIN else path
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
            yield str(path), str(path), text
        return
    try:
        yield from _folder(path, problems)
    except DataError as error:
        problems.append(str(error).rstrip("."))


def _folder(path: Path, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    from kx.data.trees import open_tree

    tree = open_tree(path)
    names = [name for name in tree.files if name.lower().endswith(".txt")]
    if not names:
        problems.append(f"{path}: has no files that end in .txt")
    for name in names:
        before, whole = len(problems), str(path / name)
        text = decoded(whole, tree.read(name), problems)
        if len(problems) == before:
            yield whole, whole, text
