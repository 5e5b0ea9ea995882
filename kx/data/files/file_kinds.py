"""Which files of a folder are looked for, and names of them in messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kx.data.files.suffixes import PICTURE_FORMATS

Classes = Mapping[str, Sequence[str]]
"""Class -> the names of its files, in natural order."""

SHOWN = 5
"""Names of files or folders that a message shows."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What the files are that are looked for; all others are left alone.

    Attributes:
        name: in the plural.
        suffixes: of their names, in lower case.
    """

    name: str
    suffixes: tuple[str, ...]

    def fits(self, name: str) -> bool:
        """Whether the file's name is that of one of them."""
        # By hand, here and below: paths of 25,000 pictures would take a second.
        stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
        return bool(stem) and (dot + suffix).lower() in self.suffixes


PICTURES, TEXTS = FileKind("pictures", tuple(PICTURE_FORMATS)), FileKind("texts", (".txt",))


def some(names: Sequence[str]) -> str:
    """Return the first of ``names`` and how many more there are."""
    shown = ", ".join(names[:SHOWN])
    return f"{shown}, and {len(names) - SHOWN:,} more" if len(names) > SHOWN else shown
