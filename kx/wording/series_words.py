"""What was seen in a time series, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from kx.advice.series_look import SeenSeries, SeriesLook
from kx.base.text import number
from kx.contracts import Pace
from kx.data.tables.timeline import PERIODS, pace_remark, told_time
from kx.wording.recorded import in_words
from kx.wording.words import Words


def series_facts(seen: SeenSeries, words: Words) -> list[tuple[str, str]]:
    """Return what is shown of a time series: what it is of, and what is so."""
    look = seen.look
    rows = words("look.rows", rows=f"{seen.rows:,}", written=in_words(seen.written, words.language))
    first, last = (told_time(end, look.pace.dates) for end in (look.pace.start, look.last))
    facts = [
        ("rows", rows),
        ("series", f"{look.series:,}"),
        ("span", words("look_series.from_to", first=first, last=last)),
        ("step", pace_said(look.pace, words)),
        ("gaps", _together(_gaps(seen, words), words)),
        ("season", season_said(look, words)),
        ("trend", _trend(look, words)),
        ("naive", _together(_naive(look, words), words)),
    ]
    return [(words(f"look_series.of.{name}"), text) for name, text in facts]


def _together(sentences: Iterable[str], words: Words) -> str:
    return reduce(lambda one, next_: words("join.sentences", first=one, second=next_), sentences)


def pace_said(pace: Pace, words: Words) -> str:
    """Return how far apart steps are, in words."""
    return in_words(pace_remark(pace), words.language)


def season_said(look: SeriesLook, words: Words) -> str:
    """Return the season that is strongest, in words."""
    if look.season == 1:
        return words("look_series.no_season")
    said = words("look_series.steps", count=f"{look.season:,}")
    if name := _period(look):
        said = words("look_series.period", name=words.name("look_series.periods", name), steps=said)
    return words("look_series.season", season=said, likeness=f"{look.likeness:.2f}")


def _period(look: SeriesLook) -> str:
    """Return the cycle of the calendar that a season is; empty: none."""
    if not look.pace.dates or look.pace.unit == "row":
        return ""
    size = look.pace.size * (PERIODS["year"] / 12 if look.pace.unit == "month" else 1.0)
    return next((name for name, days in PERIODS.items() if round(days / size) == look.season), "")


def _gaps(seen: SeenSeries, words: Words) -> Iterator[str]:
    """Yield what is wrong with times and values; that nothing is, if so."""
    look = seen.look
    counts = {
        "missing": look.missing,
        "repeated": look.repeated,
        "timeless": look.timeless,
        "unusable": seen.unusable,
    }
    said = [words(f"look_series.{kind}", count=f"{n:,}") for kind, n in counts.items() if n]
    if look.irregular:
        said.append(words("look_series.irregular", why=look.irregular))
    yield from said or [words("look_series.no_gaps")]


def _trend(look: SeriesLook, words: Words) -> str:
    key = "no_trend" if not look.has_trend else "rises" if look.change > 0 else "falls"
    change, share = number(abs(look.change)), f"{max(0.0, look.straight):.0%}"
    return words(f"look_series.{key}", change=change, share=share)


def _naive(look: SeriesLook, words: Words) -> Iterator[str]:
    """Yield how far simple forecasts are off, and whether the last value is hard to beat."""
    told = [
        words("look_series.error", name=words.name("baseline", name), error=number(error))
        for name, error in look.errors.items()
    ]
    yield words("look_series.errors", errors=words.listed(told))
    best = words.name("baseline", look.best)
    yield words("look_series.hard") if look.is_hard else words("look_series.best", name=best)
