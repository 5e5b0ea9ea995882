"""Pictures that a table lists: where their files are, and which are missing or there twice."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kx.base.errors import DataError
from kx.data.files.trees import Tree, is_archive, listed_tree, open_tree
from kx.data.tables.rows import Places, in_lines

NAMED = 5

URL = ("http://", "https://", "s3://", "gs://")


def picture_name(cell: str, suffix: str = "") -> str:
    """Return the name of a file as its tree has it, for what stands in a table."""
    return posixpath.normpath(cell.replace("\\", "/") + suffix)


def picture_tree(root: Path, names: Sequence[str]) -> Tree:
    """Return the files of a folder that a table lists, or those of an archive.

    Args:
        root: the folder or the archive.
        names: of the files, as ``picture_name`` returns them.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is an archive that cannot be read.
    """
    return open_tree(root) if root.is_file() and is_archive(root) else listed_tree(root, names)


@dataclass(frozen=True, slots=True)
class Listed:
    """The pictures of a table, in the order of its rows.

    Attributes:
        table: what it is called in messages.
        column: that names them.
        names: of the files.
        lines: on which the rows begin.
        place: says where a row stands, by its line.
    """

    table: str
    column: str
    names: Sequence[str]
    lines: Sequence[int]
    place: Places = in_lines

    def twice(self) -> dict[int, str]:
        """Return the rows whose picture an earlier one lists, and what is wrong with each."""
        first: dict[str, int] = {}
        found = {}
        for row, name in enumerate(self.names):
            if (before := first.setdefault(name, row)) != row:
                there = self.place(self.lines[before])
                found[row] = f"{self.place(self.lines[row])}: {name} is in {there}, too"
        return found

    def refuse_urls(self) -> None:
        """Refuse addresses: nothing is fetched.

        Raises:
            DataError: naming the first.
        """
        for row, name in enumerate(self.names):
            if name.replace(":/", "://", 1).lower().startswith(URL):
                raise DataError(
                    f"{self.table}: column {self.column}: {self.place(self.lines[row])}: "
                    f"{name[:60]!r} is an address, and pictures are files. Download them, and "
                    "list their names."
                )

    def refuse_elsewhere(self, tree: Tree, root: Path) -> None:
        """Refuse a table of which no picture is where it should be.

        Raises:
            DataError: with the first names, and where they were looked for.
        """
        if self.names and not any(is_there(tree, name) for name in self.names):
            some = ", ".join(list(dict.fromkeys(self.names))[:NAMED])
            raise DataError(
                f"{self.table}: none of the {len(self.names):,} pictures that column {self.column} "
                f"lists is in {root}, such as {some}. Say where they are: dataset.folder; if their "
                "names lack an ending, dataset.suffix."
            )


def is_there(tree: Tree, name: str) -> bool:
    """Whether a tree has a file that can be looked at."""
    try:
        tree.size(name)
    except (OSError, KeyError):
        return False
    return True


def flaws_of_missing(tree: Tree, listed: Listed) -> Iterator[tuple[int, str]]:
    """Yield the rows whose picture is not there, and what is wrong with each."""
    for row, name in enumerate(listed.names):
        if not is_there(tree, name):
            yield row, f"{listed.place(listed.lines[row])}: {name}: there is no such file"


def places(listed: Listed) -> Mapping[str, str]:
    """Return name of a picture -> what messages call it: with its line."""
    return {
        name: f"{listed.place(line)}: {name}"
        for name, line in zip(listed.names, listed.lines, strict=True)
    }
