"""IMDB film reviews as they were written."""

from __future__ import annotations

from dataclasses import replace

from kx.base.errors import DataError
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.splitting import OnBroken
from kx.data.files.class_folders import classes_in, spread
from kx.data.files.download import WeightFile
from kx.data.files.file_kinds import TEXTS
from kx.data.files.files import DataFolder, Files
from kx.data.files.trees import Tree, below
from kx.data.samples.raw_reviews import raw_reviews
from kx.data.texts.text_files import TextOptions, text_bundle, text_flaws, text_info

URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"

CLASSES = {"neg": "negative", "pos": "positive"}
"""Folders and what they hold."""


@dataset("imdb_raw")
class ImdbRaw(Dataset):
    """Load 25,000 + 25,000 film reviews as texts, half of them positive.

    The vocabulary is made of the training part of each fit alone, and kept with the run. Words
    are in lower case and without punctuation, as in the dataset imdb.

    Args:
        form: how the texts become numbers.
        pad: where shorter reviews get zeros.
        truncate: where longer reviews lose tokens.
        on_broken: files that are no texts are an `error`, or left out: `skip`.

    Returns:
        x texts, which each fit makes a CSR matrix (n, num_words) of, or (n, maxlen) int32; y (n,)
        int32, 0 negative, 1 positive. Negative and positive reviews alternate.

    Raises:
        DataError: if texts cannot be found, or are none.

    Source:
        Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis", ACL; notes 4.1.
    """

    data_folders = (
        DataFolder(
            names=("aclImdb", "aclImdb_v1.tar.gz", "aclImdb_subset.tar.gz"),
            url=URL,
            advice=(
                "Put aclImdb_v1.tar.gz (84 MB; it need not be unpacked), or the folder aclImdb, "
                "into KERAS_HOME/datasets or into a folder that KX_DATA_DIR names."
            ),
            sample=raw_reviews,
            flaws=text_flaws,
            archive=WeightFile("aclImdb_v1.tar.gz", URL, "7c2ac02c03563afcf9b574c7e56c153a"),
            without=("unsup",),  # 50,000 reviews that nobody has labelled
        ),
    )

    form: TextOptions = TextOptions()
    on_broken: OnBroken = "error"

    def info(self) -> DatasetInfo:
        """Describe the reviews without reading them."""
        return replace(
            text_info("imdb_raw", self.form),
            classes=tuple(CLASSES.values()),
            train_examples=25_000,
            test_examples=25_000,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the reviews."""
        tree = files.folder(self.data_folders[0])
        inner = below(tree, "aclImdb") if "aclImdb/train" in tree.folders else tree
        parts = {part: spread(_classes(inner, part)) for part in ("train", "test")}
        return text_bundle(files, inner, parts, self.info(), self.on_broken)


def _classes(tree: Tree, part: str) -> dict[str, tuple[str, ...]]:
    found = classes_in(tree, TEXTS, part) if part in tree.folders else {}
    if not set(CLASSES) <= set(found):
        raise DataError(
            f"{tree.name} has no folders {part}/neg and {part}/pos: these are not the reviews of "
            "aclImdb. For texts of your own use dataset.name: text_folder."
        )
    return {name: found[name] for name in CLASSES}
