"""Anybody's own pictures, sorted into folders."""

from __future__ import annotations

from dataclasses import replace

from kx.components.option_groups import flattened
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import DatasetBundle, DatasetInfo
from kx.data.files.class_folders import PICTURES, FolderOptions, described_layout, own_layout
from kx.data.files.files import Files
from kx.data.pictures.decoding import Channels, ImageSize
from kx.data.pictures.pictures import OnCorrupt, picture_bundle


@flattened
def image_folder_info(
    *,
    path: SpecPath,
    folders: FolderOptions,
    image_size: ImageSize = 150,
    channels: Channels = 3,
    on_corrupt: OnCorrupt = "error",
) -> DatasetInfo:
    """Describe the pictures by the names of folders and files alone; none is opened.

    Raises:
        DataError: if there are no pictures of two classes.
    """
    return described_layout(path, PICTURES, folders).described(_info(image_size, channels))


@dataset("image_folder", info=image_folder_info)
def image_folder(
    files: Files,
    *,
    path: SpecPath,
    folders: FolderOptions,
    image_size: ImageSize = 150,
    channels: Channels = 3,
    on_corrupt: OnCorrupt = "error",
) -> DatasetBundle:
    """Load your own pictures, from one folder for each class.

    The folder (or zip or tar archive) holds either one folder for each class, which kx divides
    into a training and a test part with the same share of each class; or folders train, test and
    perhaps validation, with one folder for each class in each of them; with train and validation
    alone there is no test part. The pictures for validation become the last rows of the training
    part, and those that the strategy holdout validates with. `rows.json` in a run's folder has
    the file of every row.

    Pictures are jpg, png, bmp, gif and webp files, also in folders further below; hidden files
    are ignored. They are stretched to squares, and never changed where they are.

    Args:
        files: how the folder is read.
        path: of the folder or the archive; a relative path begins at the folder of the spec.
        folders: what is a part and what a class.
        image_size: height and width of a picture, in pixels.
        channels: 3 for colours, 1 for shades of grey.
        on_corrupt: files that are no pictures are an `error`, or left out: `skip`.

    Returns:
        x (n, image_size, image_size, channels) uint8; y (n,) int32, the classes in the order of
        their names. Two classes are a binary task, more of them multiclass.

    Raises:
        DataError: if there are no pictures of two classes, or some are damaged.
    """
    layout = own_layout(files, path, PICTURES, folders)
    info = layout.described(_info(image_size, channels))
    bundle = picture_bundle(files, layout.tree, layout.members(), info, on_corrupt)
    return replace(bundle, remarks=(*layout.remarks, *bundle.remarks))


def _info(image_size: int, channels: int) -> DatasetInfo:
    return DatasetInfo("image_folder", "binary", (image_size, image_size, channels), pixels=True)
