"""Files sorted into folders, one for each class: which are there, and of which part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from kx.base.errors import DataError
from kx.base.remark import Remark, some_of
from kx.contracts import DatasetInfo, Split
from kx.data.arrays.splitting import SEED, TEST_FRACTION, Seed, TestFraction, divided, held_out
from kx.data.files.part_names import by_part, part_of
from kx.data.files.suffixes import PICTURE_FORMATS
from kx.data.files.trees import Tree, children, existing, inmost, open_tree, unwrapped

if TYPE_CHECKING:
    from kx.data.files.files import Files

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
        _refuse_lone_part(whole)
        folders = _part_folders(tree, kind, _inner_classes(tree, kind))
    parts = _parts(tree, kind, folders) if folders else {"train": classes_in(tree, kind)}
    fraction = _fraction(parts, options)
    remarks = (
        *_on_parts(tree, kind, folders, drawn=fraction > 0),
        *_on_classes(tree, parts),
        *_on_nested(tree, parts["train"]),
        *_on_loose(whole, kind, parts),
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


def _counted(names: Sequence[str], classes: Classes) -> str:
    """Return names of classes with the number of their files, and the verb they go with."""
    told = some([f"{name} ({len(classes[name]):,})" for name in names])
    return f"{told} is a class" if len(names) == 1 else f"{told} are classes"


def others(tree: Tree, kind: FileKind) -> list[str]:
    """Return the files that are none of their kind by their names."""
    return [name for name in tree.files if not kind.fits(name)]


def strangers(tree: Tree, kind: FileKind) -> Iterator[Remark]:
    """Yield which files of a tree are none of their kind by their names, if there are some."""
    if names := others(tree, kind):
        told = some_of(names, SHOWN)
        yield Remark.of("folders.strangers", count=len(names), kind=kind.name, names=told)


def some(names: Sequence[str]) -> str:
    """Return the first of ``names`` and how many more there are."""
    shown = ", ".join(names[:SHOWN])
    return f"{shown}, and {len(names) - SHOWN:,} more" if len(names) > SHOWN else shown


def _fraction(parts: Mapping[str, Classes], options: FolderOptions) -> float:
    """Return which share of the training part is to be drawn for testing."""
    if "test" in parts:
        return 0.0
    usual = 0.0 if "validation" in parts else TEST_FRACTION
    return usual if options.test_fraction is None else options.test_fraction


def _on_parts(
    tree: Tree, kind: FileKind, folders: Mapping[str, str], *, drawn: bool
) -> Iterator[Remark]:
    """Yield which folders were taken for parts, where that goes without saying neither way."""
    if any(part != folder for part, folder in folders.items()):
        told = tuple(
            Remark.of("folders.part", folder=folder, part=part) for part, folder in folders.items()
        )
        yield Remark.of("folders.parts", tree=tree.name, folders=told)
    if "validation" in folders and "test" not in folders and not drawn:
        yield Remark.of("folders.no_test", tree=tree.name, fraction=TEST_FRACTION, kind=kind.name)


def _on_classes(tree: Tree, parts: Mapping[str, Classes]) -> Iterator[Remark]:
    """Yield which folders are read as classes although they are called like parts."""
    if odd := [name for name in parts["train"] if part_of(name)]:
        told = some_of(odd, SHOWN)
        yield Remark.of("folders.taken_for_classes", tree=tree.name, names=told, count=len(odd))


def _on_nested(tree: Tree, classes: Classes) -> Iterator[Remark]:
    """Yield what lies in the folders of the classes, if these look like classes themselves."""
    inner = {
        name: Counter(_inside(file, name).rpartition("/")[0].partition("/")[0] for file in files)
        for name, files in classes.items()
    }
    if all(map(_holds_classes, inner.values())):
        told = tuple(_nested_class(name, of) for name, of in list(inner.items())[:SHOWN])
        yield Remark.of("folders.nested", tree=tree.name, classes=told)


def _nested_class(name: str, found: Counter[str]) -> Remark:
    folders = some_of([folder for folder in found if folder], SHOWN)
    return Remark.of("folders.nested_class", name=name, folders=folders)


def _inside(file: str, folder: str) -> str:
    return f"/{file}".partition(f"/{folder}/")[2]


def _on_loose(whole: Tree, kind: FileKind, parts: Mapping[str, Classes]) -> Iterator[Remark]:
    """Yield which files lie in no folder of a class, and so are of none."""
    classes = [names for of_part in parts.values() for names in of_part.values()]
    files = [name for name in whole.files if kind.fits(name)]
    if sum(map(len, classes)) == len(files):
        return
    start = f"{inmost(whole)}/".lstrip("/")
    used = {start + name for names in classes for name in names}
    loose = [name for name in files if name not in used]
    names = some_of(loose, SHOWN)
    yield Remark.of("folders.loose", count=len(loose), kind=kind.name, names=names)


def _part_folders(tree: Tree, kind: FileKind, inner: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return part -> the folder that holds its classes; empty if the folders are the classes.

    Raises:
        DataError: if that is not clear, or if the folder of a part is missing or there twice.
    """
    tops = children(tree)
    named = by_part(tops)
    strangers = [folder for folder in tops if inner.get(folder) and not part_of(folder)]
    divided = any(_holds_classes(inner.get(name, Counter())) for name in named.get("train", ()))
    if not named or (strangers and not divided):
        _refuse_alike(tree, inner)
        return {}
    _refuse_unclear(tree, kind, named, strangers)
    return {part: folder for part, (folder,) in named.items()}


def _holds_classes(found: Counter[str]) -> bool:
    """Whether files lie in several folders, all but a few: in a class they hardly do."""
    return len(found.keys() - {""}) > 1 and found[""] < found.total() / 2


def _refuse_lone_part(tree: Tree) -> None:
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
    nested = [folder for folder, found in inner.items() if _holds_classes(found)]
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


def _inner_classes(tree: Tree, kind: FileKind) -> dict[str, Counter[str]]:
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
