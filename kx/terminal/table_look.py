"""What is in a table, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kx.advice.distributions import Distribution
from kx.advice.doubtful_labels import Doubts
from kx.advice.table_look import SeenColumn, SeenTable
from kx.base.language import Language
from kx.base.text import clean
from kx.runs.sparkline import sparkline
from kx.wording.look_words import (
    content_said,
    doubts_said,
    kind_said,
    opening_said,
    repeated_said,
)
from kx.wording.places import place_said
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

BARS = 12
"""Characters of a histogram."""


def look_panels(seen: SeenTable, language: Language, *, ascii_only: bool) -> list[RenderableType]:
    """Return what is shown of a table, from top to bottom.

    Args:
        seen: the table.
        language: of the words.
        ascii_only: whether nothing but ASCII can be shown.
    """
    words = Words(language)
    rows, target = opening_said(seen, words)
    parts = [_bold(words("look.title", name=seen.name)), _plain(rows)]
    if seen.target:
        bars = _bars(seen.look.target, ascii_only=ascii_only)
        parts.append(_plain(f"{target}  {bars}".rstrip()))
    parts += [_plain(""), _columns(seen, words, ascii_only=ascii_only)]
    if _tells(seen):
        parts.append(_plain(words("look.tells_note")))
    parts += [_plain(""), _bold(words("look.findings"))]
    found = [in_words(each, language) for each in seen.findings]
    parts += [_plain(f"- {text}") for text in found or [words("look.nothing")]]
    if repeated := repeated_said(seen.look.repeated, words):
        parts += [_plain(""), _bold(words("look.repeated"))]
        parts += [_plain(f"- {text}") for text in repeated]
    if seen.target:
        parts += [_plain(""), _bold(words("look.doubts")), *_doubts(seen.look.doubts, words)]
    return parts


def _columns(seen: SeenTable, words: Words, *, ascii_only: bool) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(words("look.column"), overflow="fold", max_width=20)
    table.add_column(words("look.read"))
    table.add_column(words("look.content"), overflow="fold", ratio=1)
    table.add_column(words("look.shape"), no_wrap=True)
    for name in ("look.missing", *(["look.tells"] if _tells(seen) else [])):
        table.add_column(words(name), justify="right", no_wrap=True)
    for column in seen.columns:
        cells = list(_cells(column, words, ascii_only=ascii_only))
        table.add_row(*map(_plain, cells if _tells(seen) else cells[:-1]))
    return table


def _tells(seen: SeenTable) -> bool:
    """Whether it is known what columns tell of the target."""
    return any(look.tells is not None for look in seen.look.columns.values())


def _cells(column: SeenColumn, words: Words, *, ascii_only: bool) -> Iterator[str]:
    look = column.look
    yield column.name
    yield kind_said(column, words)
    yield content_said(column, words)
    yield _bars(look.shape, ascii_only=ascii_only) if look else ""
    yield f"{look.missing:.0%}" if look and look.missing else ""
    yield f"{look.tells:.0%}" if look and look.tells is not None else ""


def _bars(shape: Distribution | None, *, ascii_only: bool) -> str:
    """Return a character for each bar; that of the fewest rows is not the lowest, but 0 is."""
    counts = [0, *shape.counts] if shape else [0]
    return sparkline(counts, max(len(counts), BARS + 1), ascii_only=ascii_only)[1:]


def _doubts(doubts: Doubts | None, words: Words) -> Iterator[RenderableType]:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    yield from map(_plain, doubts_said(doubts, words))
    if not doubts or not doubts.rows:
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    sure = doubts.rows[0].sure is not None
    heads = ["row", "given", "predicted", *(["sure"] if sure else [])]
    for head in heads:
        table.add_column(words(f"look.{head}"), overflow="fold")
    for row in doubts.rows:
        last = [f"{row.sure:.3f}"] if row.sure is not None else []
        table.add_row(*map(_plain, (place_said(row.place, words), row.given, row.said, *last)))
    yield table


def _plain(text: str) -> RenderableType:
    from rich.text import Text

    return Text(clean(text))


def _bold(text: str) -> RenderableType:
    from rich.text import Text

    return Text(clean(text), "bold")
