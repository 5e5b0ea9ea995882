"""Anybody's own pictures, sorted into folders."""

from __future__ import annotations

from dataclasses import replace

from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.files.class_folders import FolderOptions, described_layout, own_layout
from kx.data.files.file_kinds import PICTURES
from kx.data.files.files import Files
from kx.data.pictures.decoding import Channels, ImageSize
from kx.data.pictures.pictures import OnCorrupt, picture_bundle


@dataset("image_folder")
class ImageFolder(Dataset):
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

    path: SpecPath
    folders: FolderOptions = FolderOptions()
    image_size: ImageSize = 150
    channels: Channels = 3
    on_corrupt: OnCorrupt = "error"

    def info(self) -> DatasetInfo:
        """Describe the pictures by the names of folders and files alone; none is opened.

        Raises:
            DataError: if there are no pictures of two classes.
        """
        return described_layout(self.path, PICTURES, self.folders).described(self._form)

    def load(self, files: Files) -> DatasetBundle:
        """Read the pictures."""
        layout = own_layout(files, self.path, PICTURES, self.folders)
        info = layout.described(self._form)
        bundle = picture_bundle(files, layout.tree, layout.members(), info, self.on_corrupt)
        return replace(bundle, remarks=(*layout.remarks, *bundle.remarks))

    @property
    def _form(self) -> DatasetInfo:
        shape = (self.image_size, self.image_size, self.channels)
        return DatasetInfo("image_folder", "binary", shape, pixels=True)
