"""Dates as people and programs write them, as days since 1970."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from kx.base.errors import DataError

if TYPE_CHECKING:
    import numpy as np

DateOrder = Literal["auto", "day_first", "month_first"]

CLOCK = (
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<ahead>Z|[+-]\d{2}:?\d{2}))?)?"
)
"""Time of day, perhaps with how far it is ahead of UTC."""

OFFSET = re.compile(r":\d{2}(?:\.\d+)?(?: ?[AP]\.?M\.?)? ?(Z|[+-]\d{2}:?\d{2})$", re.ASCII | re.I)
"""How far a clock is ahead of UTC, behind the time that it shows."""

FORMS = (
    r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})",
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    r"(?P<day>\d{2})\.(?P<month>\d{2})\.(?P<year>\d{2})",
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[-/ ]?(?P<name>[A-Za-zä]{3,9})\.?,?[-/ ]?"
    r"(?P<year>\d{4}|\d{2})",
    r"(?P<name>[A-Za-zä]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月",
    r"(?P<year>\d{4})[-/ ]?(?P<name>[A-Za-zä]{3,9})\.?",
    r"(?P<name>[A-Za-zä]{3,9})\.?[-/ ]?(?P<year>\d{4})",
    r"(?P<year>\d{4})[-/ ]?[Qq](?P<quarter>[1-4])",
    r"[Qq](?P<quarter>[1-4])[-/ ]?(?P<year>\d{4})",
)
"""Of dates, before the time of day; compiled when a table is read, not when it is described."""

SLASHED = re.compile(
    r"(?P<one>\d{1,2})(?P<sign>[-/])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|(?<=/)\d{2})" + CLOCK,
    re.ASCII,
)
"""Month and day in the order of the country."""

COMPACT = re.compile(r"\d{8}", re.ASCII)

MONTHS = (
    *((name.lower(), at) for at, name in enumerate(calendar.month_name) if at),
    *(("januar", 1), ("februar", 2), ("märz", 3), ("mai", 5), ("juni", 6), ("juli", 7)),
    *(("oktober", 10), ("dezember", 12)),
)
"""English and German names, of which three letters are enough."""

YEARS = (1700, 2100)
"""Whole numbers between them that rise by 1 are years rather than numbers of rows."""

LATEST = 68
"""The last year of two digits that is of this century, as C's and Python's ``strptime`` have it."""


def as_day(value: str, *, month_first: bool = False, ahead: int = 0) -> float | None:
    """Return the days from 1970 to a date such as 2024-03-01 or 1.3.2024; None: it is none.

    A month, as 2024-03 or 2024-Mar, or a quarter, as 2024Q1, is its first day.

    A time of day, as in 2024-03-01 18:00, is a part of a day; one that says how far it is ahead of
    UTC is told by a clock that is ``ahead``.

    Args:
        value: of the cell.
        month_first: whether 3/1/2024 is the first of March.
        ahead: minutes by which the clock is ahead of UTC.
    """
    if found := SLASHED.fullmatch(value):
        month, day = found.group(*(("one", "two") if month_first else ("two", "one")))
        return _day(found, int(month), int(day), ahead)
    for form in _forms():
        if found := form.fullmatch(value):
            parts = found.groupdict()
            return _day(found, _month_of(parts), int(parts.get("day", 1)), ahead)
    return None


def _month_of(parts: Mapping[str, str]) -> int:
    """Return the number of the month that a date says in one way or another; 0: there is none."""
    if "name" in parts:
        return _month(parts["name"])
    return 3 * int(parts["quarter"]) - 2 if "quarter" in parts else int(parts["month"])


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form + CLOCK, re.ASCII) for form in FORMS)


def month_comes_first(column: str, values: Iterable[str], order: DateOrder) -> bool:
    """Whether dates such as 3/1/2024 begin with the month.

    Raises:
        DataError: if nothing tells.
    """
    slashed = [value for value in values if SLASHED.fullmatch(value)]
    if order != "auto" or not slashed:
        return order == "month_first"
    day, month = (
        all(as_day(value, month_first=first) is not None for value in slashed)
        for first in (False, True)
    )
    if day and month and any(as_day(v) != as_day(v, month_first=True) for v in slashed):
        clear = next(v for v in slashed if as_day(v) != as_day(v, month_first=True))
        one, other = (day_of(as_day(clear, month_first=first) or 0) for first in (False, True))
        raise DataError(
            f"column {column}: {clear!r} may be {one} or {other}, and no other value settles it. "
            "Set dataset.date_order to day_first or month_first."
        )
    return month


def are_dates(values: Iterable[str]) -> bool:
    """Whether all values are dates, in one order of day and month or the other."""
    values = list(values)
    return any(
        all(as_day(value, month_first=first) is not None for value in values)
        for first in (False, True)
    )


def are_compact(values: Iterable[str]) -> bool:
    """Whether all values are dates such as 20240301, and not just numbers."""
    return all(COMPACT.fullmatch(value) and as_day(value) is not None for value in values)


def are_rising_years(numbers: Sequence[float] | np.ndarray) -> bool:
    """Whether numbers are years, one after the other, as 1990, 1991, 1992."""
    if len(numbers) < 3 or not are_years(numbers[0], numbers[-1]):
        return False
    return rise_by_one(numbers)


def are_years(low: float, high: float) -> bool:
    """Whether numbers from ``low`` to ``high`` may be years, which are written without a comma."""
    return YEARS[0] <= low and high <= YEARS[1]


def rise_by_one(numbers: Sequence[float] | np.ndarray) -> bool:
    """Whether whole numbers rise by 1 from one to the next."""
    return float(numbers[0]).is_integer() and all(
        after - before == 1 for before, after in pairwise(numbers)
    )


def day_of(days: float) -> str:
    """Return the date, such as 2024-03-01 or 2024-03-01 18:00:00, that is ``days`` after 1970."""
    moment = datetime(1970, 1, 1) + timedelta(seconds=round(days * 86400))
    return str(moment).removesuffix(" 00:00:00")


def _month(name: str) -> int:
    """Return the number of a month; 0: there is none of that name."""
    name = name.lower()
    return next(
        (at for known, at in MONTHS if known.startswith(name) or name == "sept" == known[:4]), 0
    )


def _day(found: re.Match[str], month: int, day: int, ahead: int) -> float | None:
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year <= LATEST else 1900
    try:
        days = (date(year, month, day) - date(1970, 1, 1)).days
        return days + _part_of_day(found, ahead)
    except ValueError:
        return None


def _part_of_day(found: re.Match[str], ahead: int) -> float:
    """Return a time of day as a part of a day, by a clock that is ``ahead`` of UTC.

    Raises:
        ValueError: if there is no such time.
    """
    if found["hour"] is None:
        return 0.0
    hour, minute, second = int(found["hour"]), int(found["minute"]), float(found["second"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + 12 * (found["half"] in "Pp")
    if hour > 23 or minute > 59 or second >= 60:
        raise ValueError
    behind = ahead - _minutes(found["ahead"]) if found["ahead"] else 0
    return (hour * 3600 + (minute + behind) * 60 + second) / 86400


def offsets_of(values: Iterable[str]) -> tuple[int | None, ...]:
    """Return the minutes by which the clocks of times are ahead of UTC; None: one does not say."""
    found = map(OFFSET.search, values)
    return tuple(dict.fromkeys(_minutes(each[1]) if each else None for each in found))


def clock_ahead(values: Iterable[str]) -> int:
    """Return how many minutes the clock of a column is ahead of UTC; 0 if there are several.

    The hours that one clock shows stay as they are; those of several are comparable only in UTC.
    """
    found = offsets_of(values)
    return (found[0] or 0) if len(found) == 1 else 0


def offset(ahead: int | None) -> str:
    """Return how far a clock is ahead of UTC as it is written, such as +01:00; -: it is unknown."""
    if ahead is None:
        return "-"
    hours, minutes = divmod(abs(ahead), 60)
    return f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}"


def _minutes(ahead: str) -> int:
    """Return how many minutes a clock is ahead of UTC."""
    if ahead == "Z":
        return 0
    minutes = int(ahead[1:3]) * 60 + int(ahead[-2:])
    return -minutes if ahead[0] == "-" else minutes
