"""What everybody should know of texts before a network reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kx.base.remark import Code, Remark, some_of
from kx.contracts import DatasetBundle, TextForm
from kx.data.files.trees import natural
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


def text_remarks(bundle: DatasetBundle) -> Iterator[Remark]:
    """Yield what is odd about the texts of both parts; nothing if the data are no texts.

    Raises:
        DataError: if there is not a single token in the training part.
    """
    form = bundle.info.texts
    if form is None:
        return
    parts = {"train": bundle.train.x, "test": bundle.test.x}
    if (share := unspaced_share(bundle.train.x.strings, form)) > MIXED:
        yield Remark.of("texts.unspaced", share=share)
    plain = replace(form, encoding="multi_hot")  # of tf_idf, the vocabulary is the same
    vocabulary = fit_vocabulary(bundle.train.x, plain)
    for part, texts in parts.items():
        rows = (texts.lengths == 0).nonzero()[0]
        names = bundle.origins.get(part, ())
        if len(rows):
            yield _wordless(part, rows, names, form)
        strange = (vocabulary.strange(texts) & (texts.lengths > 0)).nonzero()[0]
        if len(strange) > STRANGE * len(texts):
            named = _named(strange, names)
            yield Remark.of("texts.strange", count=len(strange), part=part, named=named)
    if found := many_unknown(vocabulary, bundle.test.x):
        advice = _advice(vocabulary, bundle.test.x)
        yield Remark.of("texts.unknown_test", **found, advice=advice)


def many_unknown(vocabulary: TextPreparation, x: Texts) -> dict[str, float]:
    """Return which ``share`` of the tokens of ``x`` is not among how many ``known`` ones.

    Nothing if it is a small share, or one of few tokens.
    """
    share, known = vocabulary.unknown(x), len(vocabulary.vocabulary)
    enough = share > SENSIBLE and len(x.tokens) >= ENOUGH
    return {"share": share, "known": known} if enough else {}


def _advice(vocabulary: TextPreparation, x: Texts) -> Remark:
    """Say what may help where many tokens are unknown."""
    form = vocabulary.form
    if unspaced_share(x.strings, form) > MIXED:
        return Remark.of("texts.other_tokens")
    if len(vocabulary.vocabulary) + FIRST >= form.num_words:
        return Remark.of("texts.more_words")
    return Remark.of("texts.other_texts")


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


def _wordless(part: str, rows: np.ndarray, origins: Sequence[str], form: TextForm) -> Remark:
    sequence = form.encoding == "sequence"
    code: Code = "texts.wordless_sequence" if sequence else "texts.wordless"
    return Remark.of(code, count=len(rows), part=part, named=_named(rows, origins))


def _named(rows: np.ndarray, origins: Sequence[str]) -> Remark | str:
    """Return where texts are from, if that is known."""
    if not origins:
        return ""
    names = natural(origins[row] for row in rows)
    return Remark.of("texts.named", names=some_of(names, NAMED, "list.items_more"))
