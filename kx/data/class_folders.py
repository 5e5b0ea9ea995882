"""Files sorted into folders, one for each class: which are there, and of which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from kx.contracts import DatasetInfo, Split
from kx.data.decoding import SUFFIXES
from kx.data.parts import divided, held_out
from kx.data.trees import Tree
from kx.errors import DataError

PARTS = ("train", "validation", "test")

Classes = Mapping[str, Sequence[str]]
"""Class -> the names of its files, in natural order."""


@dataclass(frozen=True, slots=True)
class Kind:
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


PICTURES, TEXTS = Kind("pictures", tuple(SUFFIXES)), Kind("texts", (".txt",))


@dataclass(frozen=True, slots=True)
class Member:
    """A file that is to be read.

    Attributes:
        name: in its tree.
        label: number of its class.
    """

    name: str
    label: int


def others(tree: Tree, kind: Kind) -> list[str]:
    """Return the files that are none of their kind by their names."""
    return [name for name in tree.files if not kind.fits(name)]


def listed(tree: Tree, kind: Kind) -> dict[str, Classes]:
    """Return the files of each part; only ``train`` if it is not divided yet.

    Raises:
        DataError: if there are no files of two classes in each.
    """
    if not is_divided(tree):
        return {"train": classes_in(tree, kind)}
    present = [part for part in PARTS if part in tree.folders]
    found: dict[str, Classes] = {part: classes_in(tree, kind, part) for part in present}
    same_classes(tree, found)
    return found


def with_test_part(
    classes: Mapping[str, Classes], fraction: float, seed: int
) -> dict[str, tuple[Member, ...]]:
    """Return the files of each part, mixed; a test part is drawn by chance if there is none.

    Args:
        classes: of each part, as ``listed`` returns them.
        fraction: share of each class that is drawn, in (0, 1).
        seed: of the chance.
    """
    import numpy as np

    parts = {part: spread(of_part) for part, of_part in classes.items()}
    if "test" in parts:
        return parts
    members = parts["train"]
    labels = np.array([member.label for member in members])
    drawn = divided(Split(np.arange(len(members)), labels), fraction, labels, seed)
    return {
        name: tuple(members[row] for row in part.x)
        for name, part in zip(("train", "test"), drawn, strict=True)
    }


def described(info: DatasetInfo, classes: Mapping[str, Classes], fraction: float) -> DatasetInfo:
    """Return ``info`` with its task, its classes, and the sizes of its parts.

    Args:
        info: of what the files are.
        classes: of each part, as ``listed`` returns them.
        fraction: share of each class that is drawn for testing, if it is not there.
    """
    counts = {part: sum(map(len, of_part.values())) for part, of_part in classes.items()}
    test = counts.get("test") or held_out(counts["train"], fraction)
    names = tuple(classes["train"])
    return replace(
        info,
        task="binary" if len(names) == 2 else "multiclass",
        classes=names,
        train_examples=sum(counts.values()) - test,
        test_examples=test,
    )


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


def classes_in(tree: Tree, kind: Kind, folder: str = "") -> dict[str, tuple[str, ...]]:
    """Return class -> its files, also those in folders further below; classes sorted.

    Raises:
        DataError: if there are fewer than two classes, one has no file, or is a symbolic link.
    """
    where = f"{tree.name}/{folder}".rstrip("/")
    _refuse_links(tree, folder, where)
    names = sorted(children(tree, folder))
    if not names:
        raise DataError(
            f"{where} has no folders: put the {kind.name} into one folder for each class."
        )
    if len(names) == 1:
        raise DataError(
            f"{where} has only one class, {names[0]}: there is nothing to tell apart. Put the "
            f"{kind.name} of another class into a folder beside it."
        )
    found: dict[str, list[str]] = {name: [] for name in names}
    above = folder.split("/") if folder else []
    for name in filter(kind.fits, tree.files):
        parts = name.split("/")
        if len(parts) > len(above) + 1 and parts[: len(above)] == above:
            found[parts[len(above)]].append(name)
    empty = [name for name, files in found.items() if not files]
    if empty:
        raise DataError(
            f"{where} has no {kind.name} of {', '.join(empty)}: fill the folder or remove it. "
            f"{kind.name.capitalize()} end in {', '.join(kind.suffixes)}."
        )
    return {name: tuple(files) for name, files in found.items()}


def _refuse_links(tree: Tree, folder: str, where: str) -> None:
    links = [name for name in tree.links if PurePosixPath(name).is_relative_to(folder or ".")]
    if links:
        raise DataError(
            f"{where} has folders that are symbolic links, which kx does not follow: "
            f"{', '.join(links[:5])}. Put folders with the files themselves there."
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


def spread(classes: Classes) -> tuple[Member, ...]:
    """Return the files so that every slice of them has about its share of each class.

    With equally many of each: the first of every class, then the second, …
    """
    placed = [
        ((2 * position + 1) / len(names), label, Member(name, label))
        for label, names in enumerate(classes.values())
        for position, name in enumerate(names)
    ]
    return tuple(member for *_, member in sorted(placed, key=lambda item: item[:2]))
