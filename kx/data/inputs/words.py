"""Texts for networks that read word indices: each word becomes its rank in the dataset's list."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kx.base.remark import Remark
from kx.contracts import DatasetInfo
from kx.data.arrays.sequences import INDEX_FROM, encode
from kx.data.inputs.given import Examples, Given
from kx.data.inputs.text import read_texts
from kx.data.texts.word_index import read_word_index, words_of

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the name of the list of words, and how their ranks are encoded."""
    if not info.word_index:
        return None
    parameters = inspect.signature(encode).parameters
    return {
        "words": info.word_index,
        "encode": {name: options[name] for name in parameters if name in options},
    }


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read texts as the dataset would have them, as its own ``encode`` returns them.

    Raises:
        DataError: naming all texts that cannot be read, or if the list of words is not available.
    """
    texts = read_texts(given)
    return encoded(texts.names, texts.shown, texts.texts, read_word_index(form["words"]), form)


def encoded(
    names: list[str],
    shown: list[str],
    texts: list[str],
    ranks: Mapping[str, int],
    form: Mapping[str, Any],
) -> Examples:
    """Return texts as the dataset's ``encode`` returns its own.

    Args:
        names: of the texts.
        shown: what people know each by.
        texts: as they were read.
        ranks: word -> its rank; 1 is the most frequent word.
        form: as in ``form``.
    """
    import numpy as np

    settings = form["encode"]
    lists = np.empty(len(texts), dtype=object)
    remarks = []
    for row, text in enumerate(texts):
        # As in the datasets' files: what is not in the list is left out, and leaves no gap.
        lists[row] = [ranks[word] for word in words_of(text) if word in ranks]
        if all(rank + INDEX_FROM >= settings["num_words"] for rank in lists[row]):
            remarks.append(Remark.of("given.no_word", text=shown[row][:40]))
    return Examples(tuple(names), encode(lists, **settings), tuple(shown), tuple(remarks))
