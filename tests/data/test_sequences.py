import numpy as np
import pytest

from kx.base.errors import DataError
from kx.data.arrays.sequences import encode, flatten, words_of


def lists(*items):
    return np.fromiter(items, dtype=object, count=len(items))


# Ranks 1, 2, 3 get the indices 4, 5, 6; with 6 words, index 6 becomes 2, "unknown".
TEXTS = lists([1, 2, 1], [3], [])


def test_multi_hot_marks_which_words_occur():
    x = encode(TEXTS, num_words=6, encoding="multi_hot", maxlen=1)

    assert x.toarray().tolist() == [[0, 1, 0, 0, 1, 1], [0, 1, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0]]
    assert (x.format, x.dtype, x.nnz) == ("csr", np.float32, 6)


@pytest.mark.parametrize(
    ("maxlen", "rows"),
    [
        (6, [[0, 0, 1, 4, 5, 4], [0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 1]]),
        (2, [[5, 4], [1, 2], [0, 1]]),
        (1, [[4], [2], [1]]),
    ],
)
def test_sequences_are_padded_and_cut_in_front(maxlen, rows):
    x = encode(TEXTS, num_words=6, encoding="sequence", maxlen=maxlen)

    assert x.tolist() == rows
    assert x.dtype == np.int32


def test_all_words_are_known_where_the_vocabulary_is_large_enough():
    x = encode(TEXTS, num_words=7, encoding="sequence", maxlen=2)

    assert x.tolist() == [[5, 4], [1, 6], [0, 1]]


@pytest.mark.parametrize("bad", [["a"], [2**40], None], ids=["word", "large", "no list"])
def test_something_else_than_ranks_is_told(bad):
    with pytest.raises(DataError, match="lists of word ranks"):
        flatten(lists([1], bad))


def test_words_stand_at_their_index_and_nothing_at_those_that_are_no_words():
    index = {"words": np.array(["cat", "the", "rare"]), "ranks": np.array([2, 1, 99])}

    assert words_of(index, 7) == ("", "", "", "", "the", "cat", "")
