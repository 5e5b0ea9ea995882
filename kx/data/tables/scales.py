"""Words whose meaning is known: yes and no, and names of levels that have an order."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from kx.contracts import ColumnForm

ANSWERS = (
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("off", "on"),
    ("nein", "ja"),
    ("falsch", "wahr"),
    ("non", "oui"),
    ("否", "是"),
    ("无", "有"),
)
"""What stands for 0 and for 1, in small letters."""

DIGITS = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0}

SAID: Mapping[str, float] = DIGITS | {
    word: float(at) for pair in ANSWERS for at, word in enumerate(pair)
}
"""Word -> 0 or 1, for columns that are known to be boolean."""

SCALES = tuple(
    tuple(scale.split(", "))
    for scale in (
        "very low, low, medium, high, very high",
        "low, med, high, vhigh",
        "none, low, medium, high",
        "very low, low, moderate, high, very high",
        "very small, small, medium, large, very large",
        "tiny, small, medium, large, huge",
        "small, medium, big",
        "short, medium, long",
        "short, medium, tall",
        "light, medium, heavy",
        "slow, medium, fast",
        "weak, moderate, strong",
        "cold, cool, mild, warm, hot",
        "easy, medium, hard",
        "xxs, xs, s, m, l, xl, xxl, xxxl",
        "very poor, poor, fair, good, very good, excellent",
        "poor, average, good, excellent",
        "very bad, bad, average, good, very good",
        "fair, good, very good, premium, ideal",
        "po, fa, ta, gd, ex",
        "unacc, acc, good, vgood",
        "never, rarely, sometimes, often, always",
        "never, seldom, sometimes, often, very often, always",
        "strongly disagree, disagree, neutral, agree, strongly agree",
        "strongly disagree, disagree, neither agree nor disagree, agree, strongly agree",
        "strongly disagree, somewhat disagree, neutral, somewhat agree, strongly agree",
        "very dissatisfied, dissatisfied, neutral, satisfied, very satisfied",
        "very unlikely, unlikely, neutral, likely, very likely",
        "none, mild, moderate, severe",
        "bronze, silver, gold, platinum",
        "primary, secondary, tertiary",
        "first, second, third",
        "beginner, intermediate, advanced, expert",
        "sehr niedrig, niedrig, mittel, hoch, sehr hoch",
        "sehr klein, klein, mittel, groß, sehr groß",
        "nie, selten, manchmal, oft, immer",
        "sehr schlecht, schlecht, mittel, gut, sehr gut",
        "很低, 低, 中, 高, 很高",
        "很小, 小, 中, 大, 很大",
        "差, 中, 良, 优",
        "不及格, 及格, 中等, 良好, 优秀",
        "非常不同意, 不同意, 中立, 同意, 非常同意",
        "非常不满意, 不满意, 一般, 满意, 非常满意",
        "小学, 初中, 高中, 大专, 本科, 硕士, 博士",
        "从不, 很少, 有时, 经常, 总是",
    )
)
"""Names of levels, in small letters, the lowest first."""

CYCLES = tuple(
    tuple(cycle.split(", "))
    for cycle in (
        "january, february, march, april, may, june, july, august, september, october, november, "
        "december",
        "jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec",
        "monday, tuesday, wednesday, thursday, friday, saturday, sunday",
        "mon, tue, wed, thu, fri, sat, sun",
        "januar, februar, märz, april, mai, juni, juli, august, september, oktober, november, "
        "dezember",
        "montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag",
        "一月, 二月, 三月, 四月, 五月, 六月, 七月, 八月, 九月, 十月, 十一月, 十二月",
        "周一, 周二, 周三, 周四, 周五, 周六, 周日",
        "星期一, 星期二, 星期三, 星期四, 星期五, 星期六, 星期日",
    )
)
"""Months and days of the week: in an order, but none of them is the highest."""

MOST_RANGES = 50
"""Levels that a spec can list."""

BOUND = r"(\d+(?:,\d{3})*(?:\.\d+)?)"

RANGE = re.compile(rf"{BOUND} ?(?:-|\u2013|\.\.|to|bis|至|到|~) ?{BOUND} ?\S{{0,3}}", re.IGNORECASE)
BELOW = re.compile(rf"(?:<|<=|≤|under|below|up to|unter|bis) ?{BOUND}|{BOUND} ?以下", re.IGNORECASE)
ABOVE = re.compile(
    rf"(?:>|>=|≥|over|above|über|ab) ?{BOUND}|{BOUND} ?(?:\+|and over|or more|以上)", re.IGNORECASE
)
"""Ranges of numbers as people write them: 18-25, under 18, 65+."""

FEWEST = 3
"""Levels that must occur before a scale is taken for one: two could be anything."""


def answers(values: Collection[str]) -> tuple[str, ...]:
    """Return the two values of a column as its words for 0 and for 1; empty: it is not boolean."""
    said = {value.casefold(): value for value in values}
    pair = next((pair for pair in ANSWERS if set(pair) == set(said)), ())
    return tuple(said[word] for word in pair)


def boolean_words(values: Collection[str]) -> tuple[str, ...]:
    """Return what stands for 0 and 1 in a column that the spec says is boolean."""
    return answers(values) or (("0", "1") if set(values) <= set(DIGITS) else ("no", "yes"))


def scale_of(values: Collection[str]) -> tuple[str, ...]:
    """Return the whole scale that ``values`` are levels of, the lowest first; empty: of none.

    A level has the spelling of the values, and one that does not occur small letters.
    """
    return _levels(values, (*SCALES, *CYCLES)) or ranges_of(values)


def ranges_of(values: Collection[str]) -> tuple[str, ...]:
    """Return ranges such as 18-25, 26-35 and 65+, the lowest first; empty: others are among them.

    Ranges that overlap have no order.
    """
    bounds = {value: _bounds(value) for value in values}
    known = {value: found for value, found in bounds.items() if found}
    all_are = len(known) == len(bounds) and FEWEST <= len(known) <= MOST_RANGES
    if not all_are or not any(map(RANGE.fullmatch, known)):
        return ()
    levels = sorted(known, key=known.__getitem__)
    apart = all(known[low][1] <= known[high][0] for low, high in pairwise(levels))
    return tuple(levels) if apart else ()


def _bounds(value: str) -> tuple[float, float] | None:
    """Return the numbers between which a range lies; None: it is none."""
    if found := RANGE.fullmatch(value):
        low, high = (float(each.replace(",", "")) for each in found.groups())
        return (low, high) if low < high else None
    found = BELOW.fullmatch(value) or ABOVE.fullmatch(value)
    if not found:
        return None
    bound = float("".join(filter(None, found.groups())).replace(",", ""))
    return (-math.inf, bound) if BELOW.fullmatch(value) else (bound, math.inf)


def rising(values: Collection[str]) -> tuple[str, ...]:
    """Return ``values`` themselves, the lowest first, if they are levels of a known scale."""
    known = tuple(level for level in _levels(values, SCALES) if level in values)
    return known or ranges_of(values)


def _levels(values: Collection[str], scales: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    said = {value.casefold(): value for value in values}
    for scale in scales:
        if FEWEST <= len(said) == len(values) and set(said) <= set(scale):
            return tuple(said.get(level, level) for level in scale)
    return ()


def places(levels: Sequence[str]) -> Mapping[str, float]:
    """Return the place of each level, also of its small letters where these mean no other."""
    exact = {level: float(at) for at, level in enumerate(levels)}
    folded = {level.casefold(): place for level, place in exact.items()}
    return {**folded, **exact} if len(folded) == len(exact) else exact


def level_of(text: str, known: Mapping[str, float]) -> float | None:
    """Return the place that ``known`` has for a text; None: it has none."""
    found = known.get(text)
    return known.get(text.casefold()) if found is None else found


@lru_cache(maxsize=1_000)
def known_values(form: ColumnForm) -> Mapping[str, float]:
    """Return word -> number, for a column whose values are all known beforehand."""
    return SAID if form.kind == "boolean" else places(form.levels)
