"""What everybody should know of sorted files: parts, odd names, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kx.base.remark import Remark, some_of
from kx.data.arrays.splitting import TEST_FRACTION
from kx.data.files.file_kinds import SHOWN, Classes, FileKind
from kx.data.files.folder_parts import holds_classes
from kx.data.files.part_names import part_of
from kx.data.files.trees import Tree, inmost


def others(tree: Tree, kind: FileKind) -> list[str]:
    """Return the files that are none of their kind by their names."""
    return [name for name in tree.files if not kind.fits(name)]


def strangers(tree: Tree, kind: FileKind) -> Iterator[Remark]:
    """Yield which files of a tree are none of their kind by their names, if there are some."""
    if names := others(tree, kind):
        told = some_of(names, SHOWN)
        yield Remark.of("folders.strangers", count=len(names), kind=kind.name, names=told)


def on_parts(
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


def on_classes(tree: Tree, parts: Mapping[str, Classes]) -> Iterator[Remark]:
    """Yield which folders are read as classes although they are called like parts."""
    if odd := [name for name in parts["train"] if part_of(name)]:
        told = some_of(odd, SHOWN)
        yield Remark.of("folders.taken_for_classes", tree=tree.name, names=told, count=len(odd))


def on_nested(tree: Tree, classes: Classes) -> Iterator[Remark]:
    """Yield what lies in the folders of the classes, if these look like classes themselves."""
    inner = {
        name: Counter(_inside(file, name).rpartition("/")[0].partition("/")[0] for file in files)
        for name, files in classes.items()
    }
    if all(map(holds_classes, inner.values())):
        told = tuple(_nested_class(name, of) for name, of in list(inner.items())[:SHOWN])
        yield Remark.of("folders.nested", tree=tree.name, classes=told)


def _nested_class(name: str, found: Counter[str]) -> Remark:
    folders = some_of([folder for folder in found if folder], SHOWN)
    return Remark.of("folders.nested_class", name=name, folders=folders)


def _inside(file: str, folder: str) -> str:
    return f"/{file}".partition(f"/{folder}/")[2]


def on_loose(whole: Tree, kind: FileKind, parts: Mapping[str, Classes]) -> Iterator[Remark]:
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
