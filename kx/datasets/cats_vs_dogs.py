"""Kaggle's cats and dogs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kx.base.errors import DataError
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.files.class_folders import classes_in, spread
from kx.data.files.file_kinds import PICTURES, Classes
from kx.data.files.files import DataFolder, Files
from kx.data.files.part_names import PARTS
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import ImageSize
from kx.data.pictures.pictures import OnCorrupt, picture_bundle, picture_flaws
from kx.data.samples.pets import pets

CLASSES = ("cat", "dog")

IDS = {"train": range(1_000), "validation": range(1_000, 1_500), "test": range(1_500, 2_000)}
"""Of each class, as in the notes."""

FULL = re.compile(r"(?:train/)?(?P<kind>cat|dog)\.(?P<id>\d+)\.jpg")
"""A file of Kaggle's ``train.zip``."""

MICROSOFT = re.compile(r"(?:PetImages/)?(?P<kind>Cat|Dog)/(?P<id>\d+)\.jpg")
"""A file of Microsoft's archive."""


@dataset("cats_vs_dogs")
class CatsVsDogs(Dataset):
    """Load 3,000 + 1,000 photographs of cats and dogs.

    The training part is the notes' 2,000 training pictures, followed by their 1,000 validation
    pictures, which the strategy holdout validates with. Within each, cat and dog alternate, by
    rising number. Of the full set, the pictures 0 to 999 of each class are for training, 1000 to
    1499 for validation, 1500 to 1999 for testing; `rows.json` in a run's folder has the file of
    every row.

    Pictures are stretched to squares. Two files of Microsoft's archive are no pictures, and one
    of them, Cat/666.jpg, is among those that are read: it needs `on_corrupt: skip`.

    Args:
        image_size: height and width of a picture, in pixels.
        on_corrupt: files that are no pictures are an `error`, or left out: `skip`.

    Returns:
        x (n, image_size, image_size, 3) uint8; y (n,) int32, 0 cat, 1 dog.

    Raises:
        DataError: if pictures cannot be found, or are none.

    Source:
        Elson, Douceur, Howell and Saul (2007), "Asirra: a CAPTCHA that exploits interest-aligned
        manual image categorization", ACM CCS; notes 3.2 for the choice of the pictures.
    """

    data_folders = (
        DataFolder(
            names=(
                "cats_and_dogs_small",
                "dogs-vs-cats/train",
                "dogs-vs-cats/train.zip",
                "PetImages",
                "kagglecatsanddogs_5340.zip",
            ),
            url="https://www.kaggle.com/c/dogs-vs-cats/data",
            advice=(
                "You have to accept its licence yourself. Get train.zip from Kaggle's competition "
                '"Dogs vs. Cats" (the URL above) and put it into a folder dogs-vs-cats; or get '
                "kagglecatsanddogs_5340.zip from Microsoft "
                "(https://www.microsoft.com/en-us/download/details.aspx?id=54765). The folder or "
                "the archive belongs into KERAS_HOME/datasets or into a folder that KX_DATA_DIR "
                "names; it need not be unpacked. A folder cats_and_dogs_small, as in the notes, "
                "does as well."
            ),
            sample=pets,
            flaws=picture_flaws,
        ),
    )

    image_size: ImageSize = 150
    on_corrupt: OnCorrupt = "error"

    def info(self) -> DatasetInfo:
        """Describe the pictures without reading them."""
        return DatasetInfo(
            name="cats_vs_dogs",
            task="binary",
            input_shape=(self.image_size, self.image_size, 3),
            classes=CLASSES,
            pixels=True,
            train_examples=3_000,
            validation_examples=1_000,
            test_examples=1_000,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the pictures."""
        tree = files.folder(self.data_folders[0])
        parts = {part: spread(classes) for part, classes in _parts(tree).items()}
        return picture_bundle(files, tree, parts, self.info(), self.on_corrupt)


def _parts(tree: Tree) -> dict[str, Classes]:
    """Return the pictures of each part, in whichever layout they are.

    Raises:
        DataError: if it is none of the known ones.
    """
    if "train/cats" in tree.folders:
        return {part: _small(tree, part) for part in PARTS}
    found = _numbered(tree)
    parts: dict[str, Classes] = {
        part: {kind: _chosen(pictures, ids) for kind, pictures in found.items()}
        for part, ids in IDS.items()
    }
    if not all(names for classes in parts.values() for names in classes.values()):
        raise DataError(
            f"{tree.name} holds neither train/cats, train/dogs and so on, nor cat.0.jpg to "
            "dog.1999.jpg, nor Cat/0.jpg to Dog/1999.jpg: these are not the pictures of Kaggle."
        )
    return parts


def _small(tree: Tree, part: str) -> Classes:
    classes = classes_in(tree, PICTURES, part)
    if sorted(classes) != ["cats", "dogs"]:
        raise DataError(
            f"{tree.name}/{part} has the folders {', '.join(classes)} instead of cats and dogs. "
            "For other classes use dataset.name: image_folder."
        )
    return classes


def _numbered(tree: Tree) -> dict[str, dict[int, str]]:
    """Return class -> number -> file of the full set."""
    found: dict[str, dict[int, str]] = {kind: {} for kind in CLASSES}
    for name in tree.files:
        match = FULL.fullmatch(name) or MICROSOFT.fullmatch(name)
        if match:
            found[match["kind"].lower()][int(match["id"])] = name
    return found


def _chosen(pictures: Mapping[int, str], ids: Iterable[int]) -> list[str]:
    return [pictures[number] for number in ids if number in pictures]
