"""Anybody's own pictures, sorted into folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kx.contracts import DatasetBundle, DatasetInfo
from kx.data.class_folders import PICTURES, Classes, described, listed, with_test_part
from kx.data.decoding import Channels, ImageSize
from kx.data.files import Files
from kx.data.parts import SEED, Seed, TestFraction
from kx.data.pictures import OnCorrupt, picture_bundle
from kx.data.sources import existing
from kx.data.trees import open_tree
from kx.options import SpecPath
from kx.registry import dataset


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
    classes = listed(open_tree(existing(Path(path))), PICTURES)
    return _info(classes, (image_size, image_size, channels), test_fraction)


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
    classes = listed(tree, PICTURES)
    info = _info(classes, (image_size, image_size, channels), test_fraction)
    parts = with_test_part(classes, test_fraction, split_seed)
    return picture_bundle(files, tree, parts, info, on_corrupt)


def _info(
    classes: Mapping[str, Classes], shape: tuple[int, int, int], test_fraction: float
) -> DatasetInfo:
    pictures = DatasetInfo("image_folder", "binary", shape, pixels=True)
    return described(pictures, classes, test_fraction)
