"""Files sorted into folders, one for each class: which are there, and of which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.contracts import DatasetInfo, Split
from kx.data.arrays.splitting import SEED, TEST_FRACTION, Seed, TestFraction, divided, held_out
from kx.data.files.file_kinds import Classes, FileKind, some
from kx.data.files.folder_parts import (
    inner_classes,
    part_folders,
    refuse_lone_part,
)
from kx.data.files.folder_remarks import on_classes, on_loose, on_nested, on_parts
from kx.data.files.trees import Tree, children, existing, inmost, open_tree, unwrapped

if TYPE_CHECKING:
    from kx.data.files.files import Files


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How folders become parts and classes: options of all datasets of sorted files.

    Attributes:
        parts: `auto` takes folders train, validation and test, also by other usual names such as
            val or Testing, for the parts of the dataset; `none` takes every folder for a class.
        test_fraction: share of each class that is drawn from the training part for testing, where
            there is no folder for that; by default 0.2, or nothing if there is a folder for
            validation.
        split_seed: decides which files these are.
        links: symbolic links to files or folders are an `error`, or followed: `follow`.
    """

    parts: Literal["auto", "none"] = "auto"
    test_fraction: TestFraction | None = None
    split_seed: Seed = SEED
    links: Literal["error", "follow"] = "error"


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file that is to be read.

    Attributes:
        name: in its tree.
        label: number of its class.
    """

    name: str
    label: int


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """Sorted files: which are there, of which part and of which class.

    Attributes:
        tree: where they are, without what everything in it is wrapped into.
        parts: part -> its files by class; only ``train`` if they are not divided yet.
        fraction: share of each class of ``train`` that is still to be drawn for testing, or 0.
        seed: of the chance.
        remarks: what everybody should know of the folders.
    """

    tree: Tree
    parts: Mapping[str, Classes]
    fraction: float
    seed: int
    remarks: tuple[Remark, ...]

    def described(self, info: DatasetInfo) -> DatasetInfo:
        """Return ``info`` with its task, its classes, and the sizes of its parts."""
        counts = {part: sum(map(len, of_part.values())) for part, of_part in self.parts.items()}
        drawn = held_out(counts["train"], self.fraction) if self.fraction else 0
        names = tuple(self.parts["train"])
        test = counts.get("test", drawn)
        return replace(
            info,
            task="binary" if len(names) == 2 else "multiclass",
            classes=names,
            train_examples=sum(counts.values()) - test,
            validation_examples=counts.get("validation", 0),
            test_examples=test,
        )

    def members(self) -> dict[str, tuple[LabelledFile, ...]]:
        """Return the files of each part, mixed; those for testing are drawn if need be."""
        import numpy as np

        names = tuple(self.parts["train"])
        parts = {part: spread(of_part, names) for part, of_part in self.parts.items()}
        if not self.fraction:
            return {"test": (), **parts}
        members = parts["train"]
        labels = np.array([member.label for member in members])
        drawn = divided(Split(np.arange(len(members)), labels), self.fraction, labels, self.seed)
        train, test = (tuple(members[row] for row in part.x) for part in drawn)
        return {**parts, "train": train, "test": test}


def described_layout(path: str, kind: FileKind, options: FolderOptions) -> ClassFolders:
    """Return what lies at ``path``, by the names of folders and files alone.

    Raises:
        DataError: as ``layout_of`` does, or if nothing is there.
    """
    _refuse_arrays(path)
    follow = options.links == "follow"
    return layout_of(open_tree(existing(Path(path)), follow=follow), kind, options)


def own_layout(files: Files, path: str, kind: FileKind, options: FolderOptions) -> ClassFolders:
    """Return what lies at ``path``, as something that ``files`` will take note of.

    Raises:
        DataError: as ``layout_of`` does, or if nothing is there.
    """
    _refuse_arrays(path)
    follow = options.links == "follow"
    return layout_of(files.own(Path(path), follow=follow), kind, options)


def _refuse_arrays(path: str) -> None:
    if path.lower().endswith(".npz"):
        raise DataError(
            f"{Path(path).name} is a file of arrays, and no folder or archive of files: "
            "dataset.name: image_arrays reads pictures from such a file."
        )


def layout_of(tree: Tree, kind: FileKind, options: FolderOptions) -> ClassFolders:
    """Return which files of a tree are of which part and class.

    Raises:
        DataError: if there are no files of two classes in each part, or if it is not clear what
            is a part and what a class.
    """
    whole, tree = tree, unwrapped(tree)
    folders = {}
    if options.parts == "auto":
        refuse_lone_part(whole)
        folders = part_folders(tree, kind, inner_classes(tree, kind))
    parts = _parts(tree, kind, folders) if folders else {"train": classes_in(tree, kind)}
    _refuse_lone(tree, kind, parts)
    fraction = _fraction(parts, options)
    remarks = (
        *on_parts(tree, kind, folders, drawn=fraction > 0),
        *on_classes(tree, parts),
        *on_nested(tree, parts["train"]),
        *on_loose(whole, kind, parts),
    )
    return ClassFolders(tree, parts, fraction, options.split_seed, remarks)


def _parts(tree: Tree, kind: FileKind, folders: Mapping[str, str]) -> dict[str, Classes]:
    """Return the files of each part, whose classes may be wrapped into a folder once more.

    Raises:
        DataError: if a part has no classes, or some of which the training part has no file.
    """
    train = classes_in(tree, kind, inmost(tree, folders["train"]))
    parts: dict[str, Classes] = {"train": train}
    for part in [part for part in folders if part != "train"]:
        folder = folders[part]
        wrapped = not set(train) & set(children(tree, folder))
        parts[part] = classes_in(tree, kind, inmost(tree, folder) if wrapped else folder)
        if unknown := [name for name in parts[part] if name not in train]:
            raise DataError(
                f"{tree.name}: {_counted(unknown, parts[part])} of {folder}, but not of "
                f"{folders['train']}: a network cannot predict a class that it was not trained on. "
                f"{folders['train']} has {some(list(train))}."
            )
    return parts


def _refuse_lone(tree: Tree, kind: FileKind, parts: Mapping[str, Classes]) -> None:
    """Refuse classes of a single file, which no split can both train on and test.

    Raises:
        DataError: naming these files.
    """
    classes = parts["train"]
    files = {name: [f for of in parts.values() for f in of.get(name, ())] for name in classes}
    lone = [name for name, of in files.items() if len(of) == 1]
    if lone:
        have, them = ("has", "it") if len(lone) == 1 else ("have", "them")
        raise DataError(
            f"{tree.name}: {len(lone)} of {len(classes)} classes {have} a single file "
            f"({some([files[name][0] for name in lone])}), and no split can both train on {them} "
            f"and test {them}. Add {kind.name}, or move {them} elsewhere."
        )


def _counted(names: Sequence[str], classes: Classes) -> str:
    """Return names of classes with the number of their files, and the verb they go with."""
    told = some([f"{name} ({len(classes[name]):,})" for name in names])
    return f"{told} is a class" if len(names) == 1 else f"{told} are classes"


def _fraction(parts: Mapping[str, Classes], options: FolderOptions) -> float:
    """Return which share of the training part is to be drawn for testing."""
    if "test" in parts:
        return 0.0
    usual = 0.0 if "validation" in parts else TEST_FRACTION
    return usual if options.test_fraction is None else options.test_fraction


def classes_in(tree: Tree, kind: FileKind, folder: str = "") -> dict[str, tuple[str, ...]]:
    """Return class -> its files, also those in folders further below; classes sorted.

    Raises:
        DataError: if there are fewer than two classes, one has no file, or there are links.
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
            f"{kind.name} of another class into a folder next to it."
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
            f"{where} has symbolic links, which kx does not follow: {some(links)}. Put the files "
            "themselves there, or set dataset.links: follow if you trust where they lead."
        )


def spread(classes: Classes, names: Sequence[str] = ()) -> tuple[LabelledFile, ...]:
    """Return the files so that every slice of them has about its share of each class.

    With equally many of each: the first of every class, then the second, …

    Args:
        classes: with their files.
        names: of all classes, in the order of their numbers; by default, those of ``classes``.
    """
    labels = {name: label for label, name in enumerate(names or classes)}
    placed = [
        ((2 * position + 1) / len(files), labels[name], LabelledFile(file, labels[name]))
        for name, files in classes.items()
        for position, file in enumerate(files)
    ]
    return tuple(member for *_, member in sorted(placed, key=lambda item: item[:2]))
