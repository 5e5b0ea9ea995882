"""Words and numbers as people read them; strings from outside made harmless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kx.base.names import readable

STATUS_STYLES = {
    "completed": "green",
    "running": "cyan",
    "interrupted": "yellow",
    "diverged": "red",
    "failed": "red",
    "damaged": "red",
    "crashed": "red",
}


def clean(text: object) -> str:
    """Return ``text`` on one line and without what a terminal would obey.

    Specs, plugins and data sets come from strangers: an escape sequence in a name could set a
    window's title or hide a line, and a mark for right-to-left text could turn it around. A byte
    that is no UTF-8 is escaped.
    """
    shown = readable(str(text))
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in shown)


FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
"""How texts begin that a spreadsheet takes for formulas, and carries out: also in full width."""

A_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def csv_cell(value: Any) -> Any:
    """Return what stands for a value in a CSV file: numbers as they are, texts made harmless.

    What a spreadsheet would carry out, such as ``=1+1`` as the name of a file, gets an apostrophe
    in front, which spreadsheets take for "this is text"; ``-1.5`` is a number, and stays.
    """
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if FORMULA.match(text) and not A_NUMBER.fullmatch(text) else text


def from_csv_cell(text: str) -> str:
    """Return a text as it was before ``csv_cell`` put an apostrophe in front of it."""
    return text[1:] if text.startswith("'") and FORMULA.match(text, 1) else text


def shortened(text: str, width: int = 40) -> str:
    """Return ``text``, cut in the middle to ``width`` characters if it is longer."""
    if len(text) <= width:
        return text
    half = (width - 3) // 2
    return f"{text[: width - 3 - half]}...{text[-half:]}"


def brief(name: str) -> str:
    """Return the name of a column as messages tell it: of a very long one, its ends."""
    return shortened(name, 60)


MOST_RATES = 6
"""Of more learning rates, the first ones and the last are shown."""

NOUGHT = 1e-12
"""A smaller number is what rounding left of 0."""


def number(value: float | None) -> str:
    """Return four significant digits, and for a number below 1 four decimals; ``-`` for None."""
    if value is None:
        return "-"
    size = abs(value)
    if size < NOUGHT:
        return f"{0:.4f}"
    if size >= 1e6:
        return f"{value:.2e}"  # as many digits in each row of a table
    if size < 1e-3:
        return f"{value:.3g}"
    return f"{value:.4f}" if size < 10 else f"{value:,.{2 if size < 1000 else 0}f}"


def signed(value: float) -> str:
    """Return a difference as a number with its sign; nought has none."""
    return f"+{number(value)}" if value >= NOUGHT else number(value)


def percent(share: float, digits: int = 1) -> str:
    """Return a share of 1 as ``12.3 %``; never as a negative nought."""
    text = f"{100 * share:,.{digits}f}"
    return f"{text.removeprefix('-') if not float(text.replace(',', '')) else text} %"


def stated(value: float) -> str:
    """Return a number as somebody stated it, whole ones from 1000 on with commas: 0.87, 93,322."""
    whole = abs(value) >= 1000 and value == int(value)
    return f"{value:,.0f}" if whole else f"{value:.10g}"


def scored(key: str, value: float | None) -> str:
    """Return what an expectation was judged by: a score, or, without a part, a count or epoch."""
    return number(value) if value is None or "." in key else stated(value)


def steps_of(rates: Sequence[tuple[int, float]]) -> str:
    """Return learning rates and the epochs from which on they hold, as ``0.05 (1) → 0.005 (7)``."""
    told = [f"{rate:.3g} ({epoch})" for epoch, rate in rates]
    return " → ".join(told if len(told) <= MOST_RATES else [*told[: MOST_RATES - 1], "…", told[-1]])


def interval(low: float | None, high: float | None) -> str:
    """Return ``low to high``, or nothing where the interval is not known."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def duration(seconds: float | None) -> str:
    """Return a time span, such as ``0.42 s``, ``12 s``, ``3 min 05 s`` or ``2 h 14 min``."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size(count: int) -> str:
    """Return a number of bytes in kB or MB, of 1000 and 1000,000 bytes."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


SHOWN = 20
"""Rows or files that a message names; the run's log has all."""


def counted(number: int, one: str, many: str) -> str:
    """Return ``number`` with what it counts."""
    return f"{number:,} {one if number == 1 else many}"


PLACES = 3
"""So many are named of those that have the same flaw."""


def some(flaws: Sequence[str]) -> str:
    """Return the first of many flaws, each in a line of its own, and how many more there are."""
    told = together(flaws)
    more = f"\n  and {len(told) - SHOWN:,} more" if len(told) > SHOWN else ""
    return "".join(f"\n  {flaw}" for flaw in told[:SHOWN]) + more


def together(flaws: Sequence[str]) -> list[str]:
    """Tell at once what many places have in common: ``line 2, line 5, line 9 and 3 more: no y``."""
    places: dict[str, list[str]] = {}
    for flaw in flaws:
        place, _, why = flaw.partition(": ")
        places.setdefault(why or flaw, []).append(place if why else "")
    many = {why for why, of in places.items() if len(of) > PLACES and all(of)}
    told = []
    for flaw in flaws:
        why = flaw.partition(": ")[2]
        if why not in many:
            told.append(flaw)
        elif of := places.pop(why, []):
            told.append(f"{', '.join(of[:PLACES])} and {len(of) - PLACES:,} more: {why}")
    return told
