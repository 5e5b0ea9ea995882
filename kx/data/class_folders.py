"""Pictures sorted into folders, one for each class: which are there, and of which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kx.data.decoding import SUFFIXES
from kx.data.trees import Tree
from kx.errors import DataError

PARTS = ("train", "validation", "test")

Classes = Mapping[str, Sequence[str]]
"""Class -> the names of its pictures, in natural order."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that is to be read.

    Attributes:
        name: in its tree.
        label: number of its class.
    """

    name: str
    label: int


def is_picture(name: str) -> bool:
    """Whether the file's name is that of a picture."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def others(tree: Tree) -> list[str]:
    """Return the files that are no pictures by their names."""
    return [name for name in tree.files if not is_picture(name)]


def is_divided(tree: Tree) -> bool:
    """Whether the tree has a folder for each part, and in these one for each class.

    Raises:
        DataError: if it has some of them and nothing else, but not all that are needed.
    """
    top = set(children(tree))
    if not top or top - set(PARTS):
        return False
    missing = [part for part in ("train", "test") if part not in top]
    if missing:
        raise DataError(
            f"{tree.name} has a folder {' and '.join(sorted(top))}, but no {missing[0]}: add it, "
            "or have one folder for each class alone, which kx then divides itself."
        )
    return True


def children(tree: Tree, folder: str = "") -> list[str]:
    """Return the names of the folders that lie directly in ``folder``, without links."""
    parent = PurePosixPath(folder)
    return [
        PurePosixPath(name).name for name in tree.folders if PurePosixPath(name).parent == parent
    ]


def classes_in(tree: Tree, folder: str = "") -> dict[str, tuple[str, ...]]:
    """Return class -> its pictures, also those in folders further below; classes sorted.

    Raises:
        DataError: if there are fewer than two classes, one has no picture, or is a symbolic link.
    """
    where = f"{tree.name}/{folder}".rstrip("/")
    _refuse_links(tree, folder, where)
    names = sorted(children(tree, folder))
    if not names:
        raise DataError(f"{where} has no folders: put the pictures into one folder for each class.")
    if len(names) == 1:
        raise DataError(
            f"{where} has only one class, {names[0]}: there is nothing to tell apart. Put the "
            "pictures of another class into a folder beside it."
        )
    found: dict[str, list[str]] = {name: [] for name in names}
    start = len(PurePosixPath(folder).parts)
    for name in filter(is_picture, tree.files):
        parts = PurePosixPath(name).parts
        if len(parts) > start + 1 and PurePosixPath(*parts[:start]) == PurePosixPath(folder):
            found[parts[start]].append(name)
    empty = [name for name, pictures in found.items() if not pictures]
    if empty:
        raise DataError(
            f"{where} has no pictures of {', '.join(empty)}: fill the folder or remove it. "
            f"Pictures end in {', '.join(SUFFIXES)}."
        )
    return {name: tuple(pictures) for name, pictures in found.items()}


def _refuse_links(tree: Tree, folder: str, where: str) -> None:
    links = [name for name in tree.links if PurePosixPath(name).is_relative_to(folder or ".")]
    if links:
        raise DataError(
            f"{where} has folders that are symbolic links, which kx does not follow: "
            f"{', '.join(links[:5])}. Put folders with the pictures themselves there."
        )


def same_classes(tree: Tree, parts: Mapping[str, Classes]) -> tuple[str, ...]:
    """Return the classes of all parts.

    Raises:
        DataError: if a part has other ones than the training part.
    """
    expected = set(parts["train"])
    for part, classes in parts.items():
        different = expected ^ set(classes)
        if different:
            raise DataError(
                f"{tree.name}: {', '.join(sorted(different))} is a class of train or of {part}, "
                "but not of both. Every part needs the same classes."
            )
    return tuple(parts["train"])


def spread(classes: Classes) -> tuple[Picture, ...]:
    """Return the pictures so that every slice of them has about its share of each class.

    With equally many of each: the first of every class, then the second, …
    """
    placed = [
        ((2 * position + 1) / len(names), label, Picture(name, label))
        for label, names in enumerate(classes.values())
        for position, name in enumerate(names)
    ]
    return tuple(picture for *_, picture in sorted(placed, key=lambda item: item[:2]))
