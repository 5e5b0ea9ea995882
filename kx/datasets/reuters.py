"""Reuters newswires, by topic."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.sequences import WordRows, words_of
from kx.data.arrays.splitting import Labels, bundled, keras_halves, labelled
from kx.data.files.files import Files, keras_file
from kx.data.samples.newswires import newswires
from kx.data.texts.word_index import REUTERS

NumWords = Annotated[int, Field(ge=3, le=30_983)]
"""30,979 words occur; their indices begin at 4."""

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas",
    "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs",
    "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead"
)  # fmt: skip
"""In the order of the labels, as ``keras.datasets.reuters.get_label_names()`` gives them."""


@dataset("reuters")
class Reuters(Dataset):
    """Load 8,982 + 2,246 newswires on 46 topics of very different frequency.

    Args:
        num_words: word indices from here on become 2, "unknown"; 0 is padding, 1 marks the start
            of a newswire, and the most frequent word has index 4.
        rows: what networks read.
        pad: where shorter newswires get zeros.
        truncate: where longer newswires lose words.
        labels: `integer` numbers of topics, or `one_hot` rows.
        words: read which word each index stands for, too: ready-made vectors are found by it.

    Returns:
        ``sequence``: x (n, maxlen) int32; else a CSR matrix (n, num_words) of float32. y
        (n,) int32 or (n, 46) float32. The rows stand in the order of
        ``keras.datasets.reuters.load_data()``.

    Raises:
        DataError: if the file is damaged or cannot be found.

    Source:
        Reuters-21578 (Lewis, 1987 news); the file is that of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="reuters.npz",
            sha256="d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
            size=2_110_848,
            sample=newswires,
        ),
        REUTERS,
    )

    num_words: NumWords = 10_000
    rows: WordRows = WordRows()
    labels: Labels = "integer"
    words: bool = False

    def info(self) -> DatasetInfo:
        """Describe the newswires without reading them."""
        return DatasetInfo(
            name="reuters",
            task="multiclass",
            classes=TOPICS,
            one_hot=self.labels == "one_hot",
            **self.rows.form(self.num_words),
            word_index=self.data_files[1].name,
            tells_words=self.words,
            train_examples=8_982,
            test_examples=2_246,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the newswires."""
        arrays = files.arrays(self.data_files[0])
        x = self.rows.of(arrays["x"], self.num_words)
        y = labelled(arrays["y"], len(TOPICS), self.labels)
        info = self.info()
        if self.words:
            info = replace(info, words=words_of(files.arrays(self.data_files[1]), self.num_words))
        return bundled(info, *keras_halves(x, y))
