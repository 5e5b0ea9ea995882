"""What makes the numbers of a run worth less than they look, in words."""

from __future__ import annotations

from collections.abc import Iterable

from kx.base.language import Language
from kx.runs.comparable import Apart, apart
from kx.runs.marks import Mark, marks_of
from kx.runs.record import Record
from kx.wording.words import Words


def sentences(record: Record, language: Language = "en") -> list[str]:
    """Return what each mark of the run of a record means."""
    return [sentence(mark, language) for mark in marks_of(record)]


def sentence(mark: Mark, language: Language = "en") -> str:
    """Return what a mark means."""
    return Words(language)(f"caveat.sentence.{mark}")


def badge(mark: Mark, language: Language = "en") -> str:
    """Return a mark in two words."""
    return Words(language)(f"caveat.badge.{mark}")


def loud_badge(mark: Mark, language: Language = "en") -> str:
    """Return a mark in two words, in capitals."""
    return badge(mark, language).upper()


def cautions(records: Iterable[Record], language: Language = "en") -> list[str]:
    """Return why runs must not be compared, if there is a reason; the worst first."""
    return [caution(each, language) for each in apart(records)]


def caution(each: Apart, language: Language = "en") -> str:
    """Return a reason why runs must not be compared."""
    words = Words(language)
    return words(f"comparable.{each.reason}", what=words("join.names").join(each.kinds))
