"""Anybody's own pictures, sorted into folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.class_folders import (
    PARTS,
    Classes,
    Picture,
    classes_in,
    is_divided,
    same_classes,
    spread,
)
from kx.data.decoding import Channels, ImageSize
from kx.data.files import Files
from kx.data.parts import SEED, TestFraction, divided, held_out
from kx.data.pictures import OnCorrupt, picture_bundle
from kx.data.sources import existing
from kx.data.trees import Tree, open_tree
from kx.registry import SpecPath, dataset

Seed = Annotated[int, Field(ge=0, lt=2**32)]


def image_folder_info(
    *,
    path: SpecPath,
    image_size: ImageSize = 150,
    channels: Channels = 3,
    test_fraction: TestFraction = 0.2,
    split_seed: Seed = SEED,
    on_corrupt: OnCorrupt = "error",
) -> DatasetInfo:
    """Describe the pictures by the names of folders and files alone; none is opened.

    Raises:
        DataError: if there are no pictures of two classes.
    """
    tree = open_tree(existing(Path(path)))
    return _info(tree, _listed(tree), (image_size, image_size, channels), test_fraction)


@dataset("image_folder", info=image_folder_info)
def image_folder(
    files: Files,
    *,
    path: SpecPath,
    image_size: ImageSize = 150,
    channels: Channels = 3,
    test_fraction: TestFraction = 0.2,
    split_seed: Seed = SEED,
    on_corrupt: OnCorrupt = "error",
) -> DatasetBundle:
    """Load your own pictures, from one folder for each class.

    The folder (or zip archive) holds either one folder for each class, which kx divides into a
    training and a test part with the same share of each class; or folders train, test and perhaps
    validation, with one folder for each class in each of them. The pictures for validation become
    the last rows of the training part, and the run says how many these are. `rows.json` in a
    run's folder has the file of every row.

    Pictures are jpg, png, bmp, gif and webp files, also in folders further below; hidden files
    are ignored. They are stretched to squares, and never changed where they are.

    Args:
        files: how the folder is read.
        path: of the folder or a zip archive; a relative path begins at the folder of the spec.
        image_size: height and width of a picture, in pixels.
        channels: 3 for colours, 1 for shades of grey.
        test_fraction: share of each class that is kept for testing, where there is no folder test.
        split_seed: decides which pictures these are.
        on_corrupt: files that are no pictures are an `error`, or left out: `skip`.

    Returns:
        x (n, image_size, image_size, channels) uint8; y (n,) int32, the classes in the order of
        their names. Two classes are a binary task, more of them multiclass.

    Raises:
        DataError: if there are no pictures of two classes, or some are damaged.
    """
    tree = files.own(Path(path))
    listed = _listed(tree)
    info = _info(tree, listed, (image_size, image_size, channels), test_fraction)
    parts = {part: spread(classes) for part, classes in listed.items()}
    if "test" not in parts:
        parts = _divided(parts["train"], test_fraction, split_seed)
    return picture_bundle(files, tree, parts, info, on_corrupt)


def _listed(tree: Tree) -> dict[str, Classes]:
    """Return the pictures of each part; only ``train`` if it is not divided yet.

    Raises:
        DataError: if there are no pictures of two classes in each.
    """
    if not is_divided(tree):
        return {"train": classes_in(tree)}
    present = [part for part in PARTS if part in tree.folders]
    listed: dict[str, Classes] = {part: classes_in(tree, part) for part in present}
    same_classes(tree, listed)
    return listed


def _info(
    tree: Tree,
    listed: Mapping[str, Classes],
    shape: tuple[int, int, int],
    test_fraction: float,
) -> DatasetInfo:
    counts = {part: sum(map(len, classes.values())) for part, classes in listed.items()}
    test = counts.get("test") or held_out(counts["train"], test_fraction)
    classes = tuple(listed["train"])
    return DatasetInfo(
        name="image_folder",
        task="binary" if len(classes) == 2 else "multiclass",
        input_shape=shape,
        classes=classes,
        pixels=True,
        train_examples=sum(counts.values()) - test,
        test_examples=test,
    )


def _divided(
    pictures: Sequence[Picture], fraction: float, seed: int
) -> dict[str, tuple[Picture, ...]]:
    import numpy as np

    labels = np.array([picture.label for picture in pictures])
    parts = divided(Split(np.arange(len(pictures)), labels), fraction, labels, seed)
    return {
        name: tuple(pictures[row] for row in part.x)
        for name, part in zip(("train", "test"), parts, strict=True)
    }
