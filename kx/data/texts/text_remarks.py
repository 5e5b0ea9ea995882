"""What everybody should know of texts before a network reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetBundle, TextForm
from kx.data.files.trees import natural
from kx.data.texts.text_table import counted
from kx.data.texts.texts import Texts, unspaced
from kx.data.texts.vocabulary import FIRST, TextPreparation, fit_vocabulary

if TYPE_CHECKING:
    import numpy as np

SENSIBLE = 0.3
"""Of the tokens may be unknown without a warning: IMDB has 3 to 10 %."""

ENOUGH = 20
"""Tokens, of which a share says something."""

STRANGE = 0.01
"""Of the texts may have no known word without a warning."""

MIXED = 0.1
"""Of the letters may be of scripts without blanks between the words."""

LOOKED_AT, BEGINNING = 500, 2_000
"""Texts that are looked at for their script, and characters of each."""

NAMED = 5
"""Texts that a remark names."""


def text_remarks(bundle: DatasetBundle) -> Iterator[str]:
    """Yield what is odd about the texts of both parts; nothing if the data are no texts.

    Raises:
        DataError: if there is not a single token in the training part.
    """
    form = bundle.info.texts
    if form is None:
        return
    parts = {"training": bundle.train.x, "test": bundle.test.x}
    if (share := unspaced_share(bundle.train.x.strings, form)) > MIXED:
        yield _unspaced(share)
    plain = replace(form, encoding="multi_hot")  # of tf_idf, the vocabulary is the same
    vocabulary = fit_vocabulary(bundle.train.x, plain)
    for (part, texts), key in zip(parts.items(), ("train", "test"), strict=True):
        rows = (texts.lengths == 0).nonzero()[0]
        names = bundle.origins.get(key, ())
        if len(rows):
            yield _wordless(part, rows, names, form)
        strange = (vocabulary.strange(texts) & (texts.lengths > 0)).nonzero()[0]
        if len(strange) > STRANGE * len(texts):
            yield f"{_counted(part, strange)} no token of the vocabulary{_named(strange, names)}"
    if said := unknown_remark(vocabulary, bundle.test.x, " of the test part"):
        yield f"{said}; {_advice(vocabulary, bundle.test.x)}"


def unknown_remark(vocabulary: TextPreparation, x: Texts, of: str = "") -> str:
    """Say how many tokens of ``x``, ``of`` a part, are unknown, if they are many; else nothing."""
    share, known = vocabulary.unknown(x), len(vocabulary.vocabulary)
    if share <= SENSIBLE or len(x.tokens) < ENOUGH:
        return ""
    return f"{share:.0%} of the tokens{of} are unknown: not among the {known:,} of the vocabulary"


def _advice(vocabulary: TextPreparation, x: Texts) -> str:
    """Say what may help where many tokens are unknown."""
    form = vocabulary.form
    if unspaced_share(x.strings, form) > MIXED:
        return "use dataset.tokenize: cjk, or char"
    if len(vocabulary.vocabulary) + FIRST >= form.num_words:
        return "raise dataset.num_words"
    return "the texts for training are too few, or of another kind"


def unspaced_share(strings: Any, form: TextForm) -> float:
    """Return which share of the letters is of scripts that `tokenize: word` cannot part.

    Args:
        strings: (n,) texts, of which some are looked at.
        form: how they are cut.
    """
    if form.tokenize != "word" or not len(strings):
        return 0.0
    step = -(-len(strings) // LOOKED_AT)
    some = "".join(text[:BEGINNING] for text in strings[::step])
    letters = sum(map(str.isalpha, some))
    return len(unspaced().findall(some)) / letters if letters and not some.isascii() else 0.0


def _unspaced(share: float) -> str:
    return (
        f"{share:.0%} of the letters are of scripts without blanks between the words (Chinese, "
        "Japanese, Thai and others): tokenize: word takes whole sentences for words there. Use "
        "dataset.tokenize: cjk (a token for each of these characters, words of other scripts; "
        "with ngrams: 2 also pairs), or char"
    )


def _wordless(part: str, rows: np.ndarray, origins: Sequence[str], form: TextForm) -> str:
    becomes = "one unknown word" if form.encoding == "sequence" else "a row of zeros"
    return f"{_counted(part, rows)} no token at all{_named(rows, origins)}: each is {becomes}"


def _counted(part: str, rows: np.ndarray) -> str:
    return counted(len(rows), f"text of the {part} part has", f"texts of the {part} part have")


def _named(rows: np.ndarray, origins: Sequence[str]) -> str:
    """Return where texts are from, if that is known."""
    if not origins:
        return ""
    names = ", ".join(natural(origins[row] for row in rows)[:NAMED])
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    return f" ({names}{more})"
