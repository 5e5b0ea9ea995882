"""Words among numbers or dates that most likely say that there is no value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import are_dates
from kx.data.tables.numbers import as_number, unit_of, without_unit

WORDS = frozenset((
    "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "…", "*", "/",
    "n.a.", "n.d.", "n.b.", "n.v.", "n/v", "n/d", "nd", "s/d", "k.a.", "k. a.", "(null)", "nil",
    "tbd", "missing", "unknown", "not available", "no data", "keine angabe", "unbekannt", "fehlt",
    "nicht bekannt", "nicht verfügbar", "sin dato", "sin datos", "desconocido", "inconnu",
    "non disponible", "non communiqué", "n.c.", "无", "没有", "不详", "未知", "缺失", "暂无", "空",
    "#null!", "#value!", "#div/0!", "#ref!", "#name?", "#num!",
))  # fmt: skip
"""What people and spreadsheets write, in small letters, besides what is missing by default."""

FEWEST = 2
"""Numbers or dates that must stand beside a word."""


@dataclass(frozen=True, slots=True)
class MissingWord:
    """A word that stands among numbers or dates in place of a value.

    Attributes:
        column: in which it stands.
        word: as it is written.
        count: rows that have it.
    """

    column: str
    word: str
    count: int


def missing_words(columns: Sequence[TableColumn]) -> tuple[MissingWord, ...]:
    """Return the words in place of values; none that means something in another column."""
    found = {column.name: list(_words_of(column)) for column in columns}
    meant = {
        value.casefold() for column in columns if not found[column.name] for value in column.values
    }
    return tuple(
        word for words in found.values() for word in words if word.word.casefold() not in meant
    )


def _words_of(column: TableColumn) -> Iterator[MissingWord]:
    """Yield the words of a column whose other values are all numbers, or all dates."""
    words = [value for value in column.values if value.casefold() in WORDS]
    others = [value for value in column.values if value.casefold() not in WORDS]
    if words and len(others) >= FEWEST and (_are_numbers(others) or are_dates(others)):
        for word in words:
            yield MissingWord(column.name, word, column.codes.count(column.values[word]))


def _are_numbers(values: Collection[str]) -> bool:
    unit = unit_of(values)
    bare = [without_unit(value, unit) for value in values]
    return any(
        all(as_number(value, comma=comma) is not None for value in bare) for comma in (False, True)
    )
