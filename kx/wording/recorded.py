"""Remarks in words: what a run recorded by its codes, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import TypeVar

from kx.base.errors import KxError
from kx.base.language import Language
from kx.base.remark import Remark, Value, as_remark
from kx.wording.spacing import spaced
from kx.wording.words import Words

DEEPEST = 9
"""Remarks within remarks: kx makes no more than five."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is told.

    Attributes:
        text: never empty.
        original: whether it is English in another language: somebody else's words, or those that an
            older kx recorded.
    """

    text: str
    original: bool = False


def told(said: str | Remark | None, words: Words) -> list[Piece]:
    """Return a remark, or a text that has no code, in pieces; none of what is None or empty."""
    joined = spaced if words.language == "zh" else "".join
    pieces: list[Piece] = []
    for piece in _pieces(as_remark(said), words, DEEPEST) if said else ():
        if pieces and pieces[-1].original == piece.original:
            piece = Piece(joined((pieces.pop().text, piece.text)), piece.original)
        pieces += [piece] if piece.text else []
    return pieces


def in_a_line(said: str | Remark | None, words: Words) -> str:
    """Return it as one text, which says what of it is the original."""
    return "".join(
        words("join.original", text=piece.text) if piece.original else piece.text
        for piece in told(said, words)
    )


def in_words(said: str | Remark | None, language: Language = "en") -> str:
    """Return it as one text, as ``in_a_line`` does."""
    if isinstance(said, str) and language == "en":
        return said
    return in_a_line(said, Words(language))


def _pieces(remark: Remark, words: Words, depth: int) -> Iterator[Piece]:
    """Yield the pieces; of what a record has in another form than kx, its bare values."""
    if not depth:
        yield Piece("…")
        return
    try:
        found = list(_filled(remark, words, depth))
    except (KeyError, TypeError, ValueError):
        bare = ", ".join(f"{name}={value}" for name, value in remark.values.items())
        found = [Piece(f"{remark.code}: {bare}" if bare else remark.code, words.language != "en")]
    yield from found


def _filled(remark: Remark, words: Words, depth: int) -> Iterator[Piece]:
    original = remark.code == "text" and words.language != "en"
    form = words.form(f"said.{remark.code}", remark.values)
    for literal, name, wanted, conversion in Formatter().parse(form):
        yield Piece(literal)
        if name is None:
            continue
        for piece in _shown(remark.values[name], f"{conversion or ''}{wanted}", words, depth):
            yield Piece(piece.text, piece.original or original)


def _shown(value: Value, wanted: str, words: Words, depth: int) -> Iterator[Piece]:
    """Yield a value as a text wants it.

    Args:
        value: of the remark.
        wanted: of a number, how it is written; of a list, the key of what stands between its items;
            of a text, the kind of thing that it names, such as ``part``, or ``r``: in quotation
            marks.
        words: of the language.
        depth: so many remarks may be within this one.
    """
    if isinstance(value, Remark):
        yield from _pieces(value, words, depth - 1)
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield Piece(words(wanted or "join.names") if at else "")
            yield from _shown(item, "", words, depth)
    elif isinstance(value, str):
        named = words.name(wanted, value) if wanted else value
        yield Piece(repr(value) if wanted == "r" else named)
    else:
        yield Piece("?" if value is None else format(value, wanted))


E = TypeVar("E", bound=KxError)


def coded(kind: type[E], remark: Remark) -> E:
    """Return the error of a kind that says a remark, and has the record keep its code."""
    error = kind(f"{in_words(remark)}.")
    error.remark = remark
    return error
