"""The scores and the fits of a run, as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kx.base.text import clean, duration, number, shortened
from kx.runs.marks import marks_of
from kx.runs.record import Record
from kx.runs.record_parts import FitRecord
from kx.runs.scores import Scored, scores_of
from kx.terminal.pieces import plain, table
from kx.wording.caveats import loud_badge
from kx.wording.fit_names import fit_name
from kx.wording.score_words import brief_ends
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

ROWS = 12
"""At most so many fits are shown one by one."""


def score_tables(record: Record, words: Words) -> list[Table]:
    """Return the table of scores, if there are any."""
    from rich.text import Text

    scores = list(scores_of(record))
    ends = "interval_or_spread" if any(each.is_spread for each in scores) else "interval"
    names = ("score", "value", ends, "baseline")
    made = table([words(f"score.{name}") for name in names], right={1})
    marks = [mark for mark in marks_of(record) if mark != "smoke"]
    # In few words: what they mean stands under the heading.
    made.title = words("join.list").join(loud_badge(mark, words.language) for mark in marks) or None
    for score in scores:
        style = "bold" if score.part == scores[-1].part else ""
        made.add_row(*(Text(cell, style=style) for cell in _score_row(score, record, words)))
    return [made] if made.rows else []


def _score_row(score: Scored, record: Record, words: Words) -> Iterator[str]:
    yield shortened(clean(words.brief(score.part, score.metric)), 32)
    yield number(score.value)
    yield brief_ends(score, record, words) or "-"
    yield _baseline(score, words)


def _baseline(score: Scored, words: Words) -> str:
    if score.best_baseline is None:
        return "-"
    name, value = score.best_baseline
    called = shortened(clean(words.name("baseline", name)), 20)
    return words("score.beside", value=number(value), name=called)


def fit_tables(record: Record, words: Words) -> list[Table]:
    """Return the table of fits, without those in the middle if there are too many."""
    names = ("fit", "epochs", "best", "seconds", "scores")
    made = table([words(f"fit.{name}") for name in names], right={1, 2, 3})
    hidden = max(0, len(record.fits) - ROWS)
    several = len(_judged(record)) > 1
    for at, fit in enumerate(record.fits):
        if not hidden or not 0 <= at - ROWS // 2 < hidden:
            made.add_row(*_fit_row(fit, several, words))
        elif at == ROWS // 2:
            made.add_row(plain("..."), "", "", "", plain(words("fit.hidden", count=hidden)))
    return [made] if made.rows else []


def _fit_row(fit: FitRecord, several: bool, words: Words) -> list[Text]:
    """Return the cells of a fit; one among several shows only what it is judged by."""
    scores = dict(fit.scores)
    judged_by = {name: value for name, value in scores.items() if name.startswith("val_")}
    scores = judged_by if several and judged_by else scores
    return [
        plain(fit_name(fit.name, words) if fit.name else "?"),
        plain(_or_dash(fit.epochs)),
        plain(_or_dash(fit.best_epoch)),
        plain(duration(fit.seconds)),
        plain(", ".join(f"{name} {_value(value)}" for name, value in scores.items())),
    ]


def _judged(record: Record) -> list[FitRecord]:
    """Return the fits with a validation part: all but the refits."""
    return [fit for fit in record.fits if fit.best_epoch is not None]


def _value(value: object) -> str:
    return number(value) if isinstance(value, float | int) else _or_dash(value)


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)
