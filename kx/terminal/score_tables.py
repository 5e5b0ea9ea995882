"""The scores and the fits of a run, as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.base.text import clean, duration, number, shortened
from kx.runs.marks import marks_of
from kx.runs.record import Record, ScoreRecord, best_baseline
from kx.runs.record_parts import FitRecord
from kx.terminal.pieces import plain, table
from kx.wording.caveats import loud_badge
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

ROWS = 12
"""At most so many fits are shown one by one."""


def scores_of(record: Record, words: Words) -> list[Table]:
    """Return the table of scores, if there are any."""
    kinds = [score["interval"] for part in record.scores.values() for score in part.values()]
    ends = "interval_or_spread" if any(map(_is_spread, kinds)) else "interval"
    names = ("score", "value", ends, "baseline")
    made = table([words(f"score.{name}") for name in names], right={1})
    marks = [mark for mark in marks_of(record) if mark != "smoke"]
    # In few words: what they mean stands under the heading.
    made.title = words("join.list").join(loud_badge(mark, words.language) for mark in marks) or None
    for part in ("validation", "test"):
        for metric, score in record.scores.get(part, {}).items():
            made.add_row(*_score_row(record, part, metric, score, words))
    return [made] if made.rows else []


def _score_row(
    record: Record, part: str, metric: str, score: ScoreRecord, words: Words
) -> list[Text]:
    from rich.text import Text

    cells = (
        shortened(clean(f"{words.name('part', part)} {metric}"), 32),
        number(score["value"]),
        _interval(record, score, words) or "-",
        _baseline(record, part, metric, words),
    )
    judged_by = "test" if "test" in record.scores else "validation"
    return [Text(cell, style="bold" if part == judged_by else "") for cell in cells]


def _baseline(record: Record, part: str, metric: str, words: Words) -> str:
    found = best_baseline(record, part, metric)
    if found is None:
        return "-"
    name = shortened(clean(words.name("baseline", found[0])), 20)
    return words("score.beside", value=number(found[1]), name=name)


def _interval(record: Record, score: ScoreRecord, words: Words) -> str:
    """Return the ends of an interval, or the spread of several fits, which is no interval."""
    low, high = score["low"], score["high"]
    if low is None or high is None:
        return ""
    if not _is_spread(score["interval"]):
        return words("join.range", low=number(low), high=number(high))
    fits = _fits_in_words(record, score["interval"], words)
    return words("score.spread", half=number((high - low) / 2), fits=fits)


def _is_spread(kind: str | None) -> bool:
    return kind in ("fold spread", "seed spread")


def _fits_in_words(record: Record, kind: str | None, words: Words) -> str:
    """Return how many fits there were and what they were, as ``4 folds``."""
    if kind == "seed spread":
        return words("score.seeds", count=record.seeds_count)
    what = "folds" if record.seeds_count == 1 else "fits"
    count = len(_judged(record))
    return words(f"score.{what}" if count else f"score.the_{what}", count=count)


def fits_of(record: Record, words: Words) -> list[Table]:
    """Return the table of fits, without those in the middle if there are too many."""
    names = ("fit", "epochs", "best", "seconds", "scores")
    made = table([words(f"fit.{name}") for name in names], right={1, 2, 3})
    hidden = max(0, len(record.fits) - ROWS)
    several = len(_judged(record)) > 1
    for at, fit in enumerate(record.fits):
        if not hidden or not 0 <= at - ROWS // 2 < hidden:
            made.add_row(*_fit_row(fit, several))
        elif at == ROWS // 2:
            made.add_row(plain("..."), "", "", "", plain(words("fit.hidden", count=hidden)))
    return [made] if made.rows else []


def _fit_row(fit: FitRecord, several: bool) -> list[Text]:
    """Return the cells of a fit; one among several shows only what it is judged by."""
    scores = dict(fit.scores)
    judged_by = {name: value for name, value in scores.items() if name.startswith("val_")}
    scores = judged_by if several and judged_by else scores
    return [
        plain(fit.name or "?"),
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
