"""The vocabulary of texts, by what the training part alone says, and the arrays it makes of them.

A word that only validation or test texts have is an unknown one: a vocabulary that knew it would
have looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.contracts import Block, TextForm
from kx.data.arrays.sequences import bag, padded
from kx.data.texts.texts import Texts

if TYPE_CHECKING:
    import numpy as np

PADDING, UNKNOWN, FIRST = 0, 1, 2
"""Indices of no token, of one that is not in the vocabulary, and of the most frequent one: as in
Keras's ``TextVectorization``."""


@dataclass(frozen=True, eq=False)
class TextPreparation:
    """How texts become arrays: by the vocabulary of a training part.

    Attributes:
        form: how they are encoded.
        vocabulary: its tokens, the most frequent first; the first has index 2.
        idf: (num_words,) how telling each index is; empty unless the encoding is ``tf_idf``.
    """

    form: TextForm
    vocabulary: tuple[str, ...]
    idf: np.ndarray

    @property
    def words(self) -> tuple[str, ...]:
        """What each index stands for; nothing, of those that stand for no word."""
        unused = self.form.num_words - FIRST - len(self.vocabulary)
        return ("", "", *self.vocabulary, *[""] * unused)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Nothing: a text is all that there is of an example."""
        return ()

    def is_same(self, other: object) -> bool:
        """Whether ``other`` prepares every text exactly as this one does."""
        import numpy as np

        return isinstance(other, TextPreparation) and (
            (self.form, self.vocabulary) == (other.form, other.vocabulary)
            and np.array_equal(self.idf, other.idf)
        )

    def input_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one encoded text, which is that of the dataset."""
        return shape

    def apply(self, x: Texts, part: str = "validation or test") -> Any:
        """Return the texts encoded: CSR (n, num_words) float32, or (n, maxlen) int32."""
        form = self.form
        indices = self._indices(x)
        if form.encoding == "sequence":
            filled = _never_empty(indices, x.lengths)
            return padded(*filled, form.maxlen, pad=form.pad, truncate=form.truncate)
        matrix = bag(indices, x.lengths, form.num_words, counted=form.encoding != "multi_hot")
        return self._weighted(matrix) if form.encoding == "tf_idf" else matrix

    def check(self, x: Texts, part: str) -> None:
        """Look for what ``apply`` would refuse: nothing; any text can be encoded."""

    def unknown(self, x: Texts) -> float:
        """Return which share of the tokens of ``x`` is not in the vocabulary, in 0..1."""
        return float((self._indices(x) == UNKNOWN).mean()) if len(x.tokens) else 0.0

    def strange(self, x: Texts) -> np.ndarray:
        """Return which texts have not a single token of the vocabulary: (n,) bool."""
        import numpy as np

        known = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._indices(x) != UNKNOWN)])
        found: np.ndarray = known[x.ends[1:]] == known[x.ends[:-1]]
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the numbers, for an ``.npz`` file; ``settings`` are the rest."""
        return {"idf": self.idf}

    def settings(self) -> dict[str, Any]:
        """Return form and words, for a JSON file."""
        return {"texts": asdict(self.form), "vocabulary": list(self.vocabulary)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]
    ) -> TextPreparation:
        """Make the preparation again whose ``arrays`` and ``settings`` were kept."""
        return cls(TextForm(**settings["texts"]), tuple(settings["vocabulary"]), arrays["idf"])

    @cached_property
    def _known(self) -> Mapping[str, int]:
        """Token -> its index; made once, for all texts that are encoded."""
        return {word: FIRST + rank for rank, word in enumerate(self.vocabulary)}

    def _indices(self, x: Texts) -> np.ndarray:
        """Return the index of each token: (total,) int32."""
        import numpy as np

        of_lexicon = np.array([self._known.get(word, UNKNOWN) for word in x.lexicon], np.int32)
        indices: np.ndarray = of_lexicon[x.tokens] if len(of_lexicon) else x.tokens
        return indices

    def _weighted(self, counts: Any) -> Any:
        from sklearn.feature_extraction.text import TfidfTransformer

        transformer = TfidfTransformer()
        transformer.idf_ = self.idf
        return transformer.transform(counts).astype("float32")


def _never_empty(indices: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let a text without a token be one unknown token, and return indices and lengths.

    Else a network that passes over padding would have nothing to read, and its average of nothing
    is no number.
    """
    import numpy as np

    empty = lengths == 0
    if not empty.any():
        return indices, lengths
    starts = np.cumsum(lengths) - lengths
    return np.insert(indices, starts[empty], UNKNOWN), np.maximum(lengths, 1)


def fit_vocabulary(x_train: Texts, form: TextForm) -> TextPreparation:
    """Learn from the training part of one fit which tokens there are, and how telling they are.

    The most frequent ones are kept; of equally frequent ones, those that come first in the
    alphabet.

    Args:
        x_train: the texts of the training part only.
        form: how they are encoded.

    Raises:
        DataError: if there is not a single token.

    Source:
        Notes 4.1 (words to numbers); Salton and Buckley (1988), "Term-weighting approaches in
        automatic text retrieval", for tf-idf.
    """
    import numpy as np

    counts = np.bincount(x_train.tokens, minlength=len(x_train.lexicon))
    present = np.flatnonzero(counts)
    if not len(present):
        raise DataError("The texts of the training part hold no word at all.")
    ranked = _most_frequent(present, counts, x_train.lexicon, form.num_words - FIRST)
    vocabulary = tuple(x_train.lexicon[number] for number in ranked)
    plain = TextPreparation(form, vocabulary, np.zeros(0))
    if form.encoding != "tf_idf":
        return plain
    from sklearn.feature_extraction.text import TfidfTransformer

    matrix = bag(plain._indices(x_train), x_train.lengths, form.num_words, counted=True)
    return TextPreparation(form, vocabulary, TfidfTransformer().fit(matrix).idf_)


def _most_frequent(
    present: np.ndarray, counts: np.ndarray, lexicon: Sequence[str], most: int
) -> list[int]:
    import numpy as np

    kept = present[np.argsort(-counts[present], kind="stable")]
    if len(kept) > most:  # who shares the last place is decided by the alphabet
        kept = kept[counts[kept] >= counts[kept[most - 1]]]
    return sorted(kept.tolist(), key=lambda number: (-counts[number], lexicon[number]))[:most]
