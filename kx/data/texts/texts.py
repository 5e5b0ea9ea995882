"""Texts as data: what they say, and the tokens that they are made of.

Texts are cut into tokens once. Which tokens make up the vocabulary is decided later, by the
training part of each fit alone: see ``kx.data.texts.vocabulary``.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from kx.contracts import TextForm

if TYPE_CHECKING:
    import numpy as np

SEPARATORS = re.compile(r"""[\s!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~]+""")
"""What stands between words: the filter of Keras 2's ``Tokenizer``, by which the ranks of
``imdb.npz`` were made. An apostrophe belongs to its word."""


_HAN = "\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_BASES = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3"
)
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u3099\u309a"
)

_UNSPACED = f"[{_HAN}{_KANA}{_BASES}][{_MARKS}]*"

_BETWEEN = (
    '\\s!"#$%&()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf'
    "\u2010-\u2018\u201a-\u2027\u2030-\u205e\u3000-\u3004\u3008-\u3020\u3030\u303d\u30a0\u30fb"
)
"""``SEPARATORS``, and the punctuation of other scripts."""


@cache  # compiled by those who tokenize: it takes 3 ms, and `kx list` imports this module
def unspaced() -> re.Pattern[str]:
    """Return what matches one character of a script that has no blanks between its words.

    That is Han, kana, Thai, Lao, Burmese and Khmer, with the vowels and tones that stand above or
    below the character.
    """
    return re.compile(_UNSPACED)


@cache
def _parts() -> re.Pattern[str]:
    """Return what matches a character of a script without blanks, or a word of another one."""
    return re.compile(f"{_UNSPACED}|[^{_BETWEEN}{_HAN}{_KANA}{_BASES}]+")


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
    case. `cjk` parts words likewise, and every character of a script without blanks from the next.
    """
    import numpy as np

    cut, numbers = analyzer(form), dict[str, int]()
    found = {}
    for part, strings in parts.items():
        tokens, ends = array("i"), array("q", [0])  # half of what a list of arrays would take
        for text in strings:
            tokens.extend(_numbered(cut(text), numbers))
            ends.append(len(tokens))
        texts = np.array(strings, dtype=object)
        found[part] = (texts, np.asarray(tokens), np.asarray(ends))
    lexicon = tuple(numbers)
    return {part: Texts(*arrays, lexicon) for part, arrays in found.items()}


def analyzer(form: TextForm) -> Callable[[str], list[str]]:
    """Return what cuts one text into its tokens."""
    from sklearn.feature_extraction.text import CountVectorizer

    tokenizer = {"word": words, "cjk": characters_and_words}.get(form.tokenize)
    vectorizer = CountVectorizer(
        analyzer="word" if tokenizer else "char",
        tokenizer=tokenizer,
        token_pattern=None,
        ngram_range=(1, form.ngrams),
    )
    cut: Callable[[str], list[str]] = vectorizer.build_analyzer()
    return cut


def words(text: str) -> list[str]:
    """Return the words of ``text``, which is in lower case."""
    return [word for word in SEPARATORS.split(text) if word]


def characters_and_words(text: str) -> list[str]:
    """Return each character of scripts without blanks, and the words of others, of ``text``.

    What looks alike is alike: letters and digits of full width are those of half width.
    """
    return _parts().findall(unicodedata.normalize("NFKC", text))


def _numbered(tokens: Iterable[str], numbers: dict[str, int]) -> Iterator[int]:
    """Yield the number of each token; one that is new gets the next."""
    return (numbers.setdefault(token, len(numbers)) for token in tokens)
