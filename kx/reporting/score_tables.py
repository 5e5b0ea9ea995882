"""The scores and the fits of a run, as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.reporting.marks import SMOKE, marks_of
from kx.reporting.pieces import plain, table
from kx.reporting.record import Record, Score, best_baseline
from kx.reporting.text import clean, duration, interval, number, shortened

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

ROWS = 12
"""At most so many fits are shown one by one."""


def scores_of(record: Record) -> list[Table]:
    """Return the table of scores, if there are any."""
    kinds = [score["interval"] for part in record.scores.values() for score in part.values()]
    ends = "interval or spread" if any(map(_is_spread, kinds)) else "interval"
    made = table(["score", "value", ends, "baseline"], right={1})
    marks = [mark for mark in marks_of(record) if mark != SMOKE]
    # Without the words behind the colon: they stand under the heading.
    made.title = ", ".join(mark.partition(":")[0] for mark in marks) or None
    for part in ("validation", "test"):
        for metric, score in record.scores.get(part, {}).items():
            made.add_row(*_score_row(record, part, metric, score))
    return [made] if made.rows else []


def _score_row(record: Record, part: str, metric: str, score: Score) -> list[Text]:
    from rich.text import Text

    found = best_baseline(record, part, metric)
    baseline = f"{number(found[1])} ({shortened(clean(found[0]), 20)})" if found else "-"
    cells = (
        shortened(clean(f"{part} {metric}"), 32),
        number(score["value"]),
        _interval(record, score) or "-",
        baseline,
    )
    judged_by = "test" if "test" in record.scores else "validation"
    return [Text(cell, style="bold" if part == judged_by else "") for cell in cells]


def _interval(record: Record, score: Score) -> str:
    """Return the ends of an interval, or the spread of several fits, which is no interval."""
    low, high = score["low"], score["high"]
    if not _is_spread(score["interval"]) or low is None or high is None:
        return interval(low, high)
    return f"± {number((high - low) / 2)} (sd of {_fits_in_words(record, score['interval'])})"


def _is_spread(kind: str | None) -> bool:
    return kind in ("fold spread", "seed spread")


def _fits_in_words(record: Record, kind: str | None) -> str:
    """Return how many fits there were and what they were, as ``4 folds``."""
    if kind == "seed spread":
        return f"{record.seeds_count} seeds"
    what = "folds" if record.seeds_count == 1 else "fits"
    count = len(_judged(record))
    return f"{count} {what}" if count else f"the {what}"


def fits_of(record: Record) -> list[Table]:
    """Return the table of fits, without those in the middle if there are too many."""
    made = table(["fit", "epochs", "best", "time", "scores"], right={1, 2, 3})
    hidden = max(0, len(record.fits) - ROWS)
    several = len(_judged(record)) > 1
    for at, fit in enumerate(record.fits):
        if not hidden or not 0 <= at - ROWS // 2 < hidden:
            made.add_row(*_fit_row(fit, several))
        elif at == ROWS // 2:
            made.add_row(plain("..."), "", "", "", plain(f"{hidden} more, in record.json"))
    return [made] if made.rows else []


def _fit_row(fit: dict[str, Any], several: bool) -> list[Text]:
    """Return the cells of a fit; one among several shows only what it is judged by."""
    scores = fit.get("scores") or {}
    judged_by = {name: value for name, value in scores.items() if name.startswith("val_")}
    scores = judged_by if several and judged_by else scores
    return [
        plain(fit.get("name", "?")),
        plain(_or_dash(fit.get("epochs"))),
        plain(_or_dash(fit.get("best_epoch"))),
        plain(duration(fit.get("seconds"))),
        plain(", ".join(f"{name} {_value(value)}" for name, value in scores.items())),
    ]


def _judged(record: Record) -> list[dict[str, Any]]:
    """Return the fits with a validation part: all but the refits."""
    return [fit for fit in record.fits if fit.get("best_epoch") is not None]


def _value(value: object) -> str:
    return number(value) if isinstance(value, float | int) else _or_dash(value)


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)
