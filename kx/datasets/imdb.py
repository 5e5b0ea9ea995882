"""IMDB film reviews, labelled by sentiment."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.sequences import WordRows, words_of
from kx.data.arrays.splitting import bundled, keras_orders
from kx.data.files.files import Files, keras_file
from kx.data.samples.reviews import reviews
from kx.data.texts.word_index import IMDB

NumWords = Annotated[int, Field(ge=3, le=88_588)]
"""88,584 words occur; their indices begin at 4."""


@dataset("imdb")
class Imdb(Dataset):
    """Load 25,000 + 25,000 film reviews, half of them positive.

    Args:
        num_words: word indices from here on become 2, "unknown"; 0 is padding, 1 marks the start
            of a review, and the most frequent word has index 4.
        rows: what networks read.
        pad: where shorter reviews get zeros.
        truncate: where longer reviews lose words.
        words: read which word each index stands for, too: ready-made vectors are found by it.

    Returns:
        ``sequence``: x (25000, maxlen) int32; else a CSR matrix (25000, num_words) of float32.
        y (25000,) int32 with 0 = negative. The rows stand in the order of
        ``keras.datasets.imdb.load_data()``.

    Raises:
        DataError: if the file is damaged or cannot be found.

    Source:
        Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis", ACL; the file is that
        of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="imdb.npz",
            sha256="69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
            size=17_464_789,
            sample=reviews,
        ),
        IMDB,
    )

    num_words: NumWords = 10_000
    rows: WordRows = WordRows()
    words: bool = False

    def info(self) -> DatasetInfo:
        """Describe the reviews without reading them."""
        return DatasetInfo(
            name="imdb",
            task="binary",
            classes=("negative", "positive"),
            **self.rows.form(self.num_words),
            word_index=self.data_files[1].name,
            tells_words=self.words,
            train_examples=25_000,
            test_examples=25_000,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the reviews."""
        arrays = files.arrays(self.data_files[0])
        y_train, y_test = (arrays[key].astype("int32") for key in ("y_train", "y_test"))
        x_train, x_test = (
            self.rows.of(arrays[key], self.num_words) for key in ("x_train", "x_test")
        )
        order, test_order = keras_orders(len(y_train), len(y_test))
        info = self.info()
        if self.words:
            info = replace(info, words=words_of(files.arrays(self.data_files[1]), self.num_words))
        return bundled(
            info,
            Split(x_train, y_train).take(order),
            Split(x_test, y_test).take(test_order),
        )
