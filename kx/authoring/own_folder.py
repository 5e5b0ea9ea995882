"""A spec for pictures or texts of one's own, in one folder for each class."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from kx.authoring.setting import quoted, with_settings
from kx.base.errors import DataError, KxError
from kx.base.text import clean, counted
from kx.data.files.class_folders import ClassFolders, FolderOptions, layout_of
from kx.data.files.file_kinds import PICTURES, TEXTS
from kx.data.files.trees import Tree, is_archive, open_tree

LOOKED_AT = 50
"""Pictures whose sizes are looked at, evenly chosen."""

SIZES = (16, 150)
"""Pixels of a side: the least, and the most that a spec proposes."""

EXAMPLES = 5
"""Classes that a comment names."""

WORDS = 20_000


def is_sorted_folder(path: Path) -> bool:
    """Whether a folder or an archive holds pictures, or texts in folders, and so no table."""
    try:
        if not (path.is_dir() or is_archive(path)):
            return False
        tree = open_tree(path)
    except (KxError, OSError):
        return False
    texts = [name for name in tree.files if TEXTS.fits(name)]
    return _has_pictures(tree) or (bool(texts) and all("/" in name for name in texts))


def folder_spec(name: str, folder: Path, spec: Path, settings: Sequence[str] = ()) -> str:
    """Return a spec that trains on pictures or texts, sorted into one folder for each class.

    Args:
        name: of the experiment.
        folder: or zip or tar archive.
        spec: where the spec will be: there its paths begin.
        settings: each ``key=value``, set in the spec.

    Raises:
        DataError: if there are no such files of two classes.
        SpecError: if a setting cannot be.
    """
    tree = open_tree(folder)
    kind = PICTURES if _has_pictures(tree) else TEXTS
    layout = layout_of(tree, kind, FolderOptions())
    path = Path(os.path.relpath(folder.resolve(), spec.resolve().parent)).as_posix()
    body = _of_pictures if kind is PICTURES else _of_texts
    lines = [
        f"# {clean(tree.name)}: {_counts(layout, kind.name)}",
        f"name: {name}",
        "seed: 0                      # decides everything random: split, order, initial weights",
        "",
        *body(quoted(path), layout),
        "",
        *_validation(layout),
        "",
        *_training(kind.name),
    ]
    return with_settings("\n".join(lines) + "\n", settings)


def _has_pictures(tree: Tree) -> bool:
    return any(map(PICTURES.fits, tree.files))


def _counts(layout: ClassFolders, kind: str) -> str:
    """Return how many files there are, of which parts and classes."""
    sizes = {part: sum(map(len, of.values())) for part, of in layout.parts.items()}
    classes = layout.parts["train"]
    named = [f"{name} {len(files):,}" for name, files in list(classes.items())[:EXAMPLES]]
    more = ", …" if len(classes) > EXAMPLES else ""
    parts = ", ".join(f"{part} {count:,}" for part, count in sizes.items())
    told = f"{counted(sum(sizes.values()), kind[:-1], kind)} of {len(classes)} classes"
    return clean(f"{told} ({', '.join(named)}{more})" + (f"; {parts}" if len(sizes) > 1 else ""))


def _of_pictures(path: str, layout: ClassFolders) -> Iterator[str]:
    sizes, grey = _looked_at(layout)
    side = round(median(sizes))
    size = min(max(side, SIZES[0]), SIZES[1])
    channels = 1 if grey else 3
    yield from ("dataset:", "  name: image_folder", f"  path: {path}")
    yield f"  image_size: {size}            # the pictures have sides of {_range(sizes)} pixels"
    yield f"  channels: {channels}                # {'all are grey' if grey else 'colours'}"
    yield from ("", "architecture:", "  name: cnn", "  filters: [32, 64, 128]")
    yield "  padding: same              # keeps the size of small pictures"
    yield from ("  units: [128]", "  dropout: 0.5")


def _looked_at(layout: ClassFolders) -> tuple[list[int], bool]:
    """Return the sides of some pictures, and whether all of these are grey.

    Raises:
        DataError: if none of them is a picture.
    """
    from PIL import Image

    files = [name for of in layout.parts["train"].values() for name in of]
    sizes, modes = [], set()
    for name in files[:: max(1, len(files) // LOOKED_AT)]:
        try:
            with Image.open(io.BytesIO(layout.tree.read(name))) as picture:
                sizes.append(min(picture.size))
                modes.add(picture.mode)
        except (OSError, ValueError, Image.DecompressionBombError):
            continue  # told, file by file, when they are read
    if not sizes:
        raise DataError(f"{layout.tree.name}: none of its files can be read as a picture.")
    return sizes, modes <= {"1", "L", "LA", "I;16"}


def _range(sizes: Sequence[int]) -> str:
    return f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"


def _of_texts(path: str, _: ClassFolders) -> Iterator[str]:
    yield from ("dataset:", "  name: text_folder", f"  path: {path}")
    yield "  encoding: tf_idf           # or multi_hot, count, sequence (then maxlen)"
    yield f"  num_words: {WORDS}"
    yield from ("", "architecture:", "  name: mlp", "  units: [16, 16]", "  dropout: 0.5")


def _validation(layout: ClassFolders) -> Iterator[str]:
    """Yield the section that says how is validated: one fit, since these take long."""
    yield "validation:"
    yield "  strategy: holdout"
    if "validation" not in layout.parts:
        yield "  size: 0.25                 # of those for training: 20 % of all"


def _training(kind: str) -> Iterator[str]:
    yield from ("training:", "  optimizer: rmsprop", "  batch_size: 32")
    yield f"  epochs: {30 if kind == PICTURES.name else 20}"
    yield "  early_stopping: {patience: 5}"
