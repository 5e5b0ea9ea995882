"""Which folders are the parts of a dataset, and which are its classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kx.base.errors import DataError
from kx.data.files.file_kinds import FileKind, some
from kx.data.files.part_names import by_part, part_of
from kx.data.files.trees import Tree, children, inmost


def part_folders(tree: Tree, kind: FileKind, inner: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return part -> the folder that holds its classes; empty if the folders are the classes.

    Raises:
        DataError: if that is not clear, or if the folder of a part is missing or there twice.
    """
    tops = children(tree)
    named = by_part(tops)
    strangers = [folder for folder in tops if inner.get(folder) and not part_of(folder)]
    divided = any(holds_classes(inner.get(name, Counter())) for name in named.get("train", ()))
    if not named or (strangers and not divided):
        _refuse_alike(tree, inner)
        return {}
    _refuse_unclear(tree, kind, named, strangers)
    return {part: folder for part, (folder,) in named.items()}


def holds_classes(found: Counter[str]) -> bool:
    """Whether files lie in several folders, all but a few: in a class they hardly do."""
    return len(found.keys() - {""}) > 1 and found[""] < found.total() / 2


def refuse_lone_part(tree: Tree) -> None:
    """Raise if all lies in one folder for testing or validation: then it is not for training."""
    wrapping = inmost(tree).split("/")
    if lone := [name for name in wrapping if part_of(name) in ("validation", "test")]:
        raise DataError(
            f"{tree.name} has a folder {lone[0]}, but none for training: add a folder train, or, "
            "if that is but the name of the data, set dataset.parts: none."
        )


def _refuse_unclear(
    tree: Tree, kind: FileKind, named: Mapping[str, Sequence[str]], strangers: Sequence[str]
) -> None:
    """Raise if folders that are parts by their names cannot all be that."""
    twice = next((folders for folders in named.values() if len(folders) > 1), ())
    listed = _folders([folder for folders in named.values() for folder in folders])
    if twice:
        raise DataError(
            f"{tree.name} has the {_folders(twice)}, which mean the same part: keep one."
        )
    if strangers:
        raise DataError(
            f"{tree.name} has the {listed} like a dataset in parts, and {some(strangers)} beside: "
            "put only folders train, validation and test there; or, if each is a class of its "
            "own, set dataset.parts: none."
        )
    if "train" not in named:
        raise DataError(
            f"{tree.name} has the {listed}, but none for training: add a folder train, or put the "
            f"{kind.name} into one folder for each class, which kx then divides itself."
        )


def _folders(names: Sequence[str]) -> str:
    return f"folder{'s' if len(names) > 1 else ''} {' and '.join(names)}"


def _refuse_alike(tree: Tree, inner: Mapping[str, Counter[str]]) -> None:
    """Raise if folders that would be classes hold folders of the same names: parts do that."""
    nested = [folder for folder, found in inner.items() if holds_classes(found)]
    counts = Counter(name for folder in nested for name in inner[folder] if name)
    shared = [name for name, count in counts.items() if count > 1]
    alike = [folder for folder in nested if len(set(shared) & set(inner[folder])) > 1]
    if len(alike) < 2:
        return
    turned = all(part_of(name) for name in shared)
    first = min(shared, key=lambda name: part_of(name) != "train")
    raise DataError(
        f"{tree.name} has the folders {some(alike)}, which hold the same folders: {some(shared)}. "
        + (
            f"Put the parts outside and the classes inside, as {first}/{alike[0]}"
            if turned
            else "If they are parts of a dataset, call them train, validation and test"
        )
        + "; if they are classes, set dataset.parts: none."
    )


def inner_classes(tree: Tree, kind: FileKind) -> dict[str, Counter[str]]:
    """Return each folder at the top -> the folders in it that would be classes of it.

    Counted are their files; those that lie in no further folder are under an empty name.
    """
    starts = {top: inmost(tree, top) for top in children(tree)}
    found: dict[str, Counter[str]] = {}
    for name in filter(kind.fits, tree.files):
        top, slash, _ = name.partition("/")
        if slash and top in starts:
            start = f"{starts[top]}/"
            inside, deeper, _ = name.removeprefix(start).partition("/")
            within = deeper and name.startswith(start)
            found.setdefault(top, Counter())[inside if within else ""] += 1
    return found
