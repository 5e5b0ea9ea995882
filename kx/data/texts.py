"""Texts as data: what they say, and the tokens that they are made of.

Texts are cut into tokens once. Which tokens make up the vocabulary is decided later, by the
training part of each fit alone: see ``kx.data.vocabulary``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kx.contracts import TextForm

if TYPE_CHECKING:
    import numpy as np

SEPARATORS = re.compile(r"""[\s!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~]+""")
"""What stands between words: the filter of Keras 2's ``Tokenizer``, by which the ranks of
``imdb.npz`` were made. An apostrophe belongs to its word."""


class Texts:
    """(n,) texts, and the number of each of their tokens in a lexicon that they share.

    Attributes:
        strings: (n,) object array of ``str``.
        tokens: (total,) int32, the tokens of all texts, one text behind the other.
        ends: (n + 1,) int64, where each text begins in ``tokens``, and the last one ends.
        lexicon: the tokens by their numbers. It tells nothing of a split: most of its tokens may
            occur in texts that are not here.
    """

    def __init__(
        self, strings: np.ndarray, tokens: np.ndarray, ends: np.ndarray, lexicon: Sequence[str]
    ) -> None:
        self.strings, self.tokens, self.ends, self.lexicon = strings, tokens, ends, lexicon

    def __len__(self) -> int:
        return len(self.strings)

    def __getitem__(self, rows: Any) -> Texts:
        """Return the texts at ``rows``: an array of their numbers, or a slice."""
        import numpy as np

        chosen = np.arange(len(self))[rows]
        lengths = self.lengths[chosen]
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        at = np.arange(ends[-1]) + np.repeat(self.ends[chosen] - ends[:-1], lengths)
        return Texts(self.strings[chosen], self.tokens[at], ends, self.lexicon)

    @property
    def shape(self) -> tuple[int]:
        """As of an array."""
        return (len(self),)

    @property
    def dtype(self) -> np.dtype[Any]:
        """As of an array: objects."""
        return self.strings.dtype

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each text: (n,) int64."""
        import numpy as np

        return np.diff(self.ends)

    @property
    def nbytes(self) -> int:
        """Of the tokens, which are what is worked with."""
        return int(self.tokens.nbytes)


def tokenized(parts: Mapping[str, Sequence[str]], form: TextForm) -> dict[str, Texts]:
    """Cut the texts of each part into tokens; the parts share one lexicon.

    scikit-learn cuts them and makes the n-grams; words are what ``SEPARATORS`` leave, in lower
    case.
    """
    import numpy as np

    cut, numbers = analyzer(form), dict[str, int]()
    found = {}
    for part, strings in parts.items():
        lists = [_numbered(cut(text), numbers) for text in strings]
        lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        tokens = np.concatenate([np.zeros(0, np.int32), *lists])
        found[part] = (np.array(strings, dtype=object), tokens.astype(np.int32), ends)
    lexicon = tuple(numbers)
    return {part: Texts(*arrays, lexicon) for part, arrays in found.items()}


def analyzer(form: TextForm) -> Callable[[str], list[str]]:
    """Return what cuts one text into its tokens."""
    from sklearn.feature_extraction.text import CountVectorizer

    word = form.tokenize == "word"
    vectorizer = CountVectorizer(
        analyzer=form.tokenize,
        tokenizer=words if word else None,
        token_pattern=None,
        ngram_range=(1, form.ngrams),
    )
    cut: Callable[[str], list[str]] = vectorizer.build_analyzer()
    return cut


def words(text: str) -> list[str]:
    """Return the words of ``text``, which is in lower case."""
    return [word for word in SEPARATORS.split(text) if word]


def _numbered(tokens: Iterable[str], numbers: dict[str, int]) -> np.ndarray:
    """Return the number of each token; one that is new gets the next."""
    import numpy as np

    return np.array([numbers.setdefault(token, len(numbers)) for token in tokens], np.int32)
