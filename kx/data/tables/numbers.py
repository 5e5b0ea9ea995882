"""Numbers as people and programs write them: thousands set apart, units behind or before."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

from kx.data.tables.targets import number_of

THOUSANDS = (
    re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?"),
    re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"),
)
"""Numbers whose thousands are set apart, without and with a decimal comma."""

MINUS = "\u2212"
"""As typesetters write it."""

APART = re.compile(r"([-+]?[1-9]\d{0,2})((?:['\u2019 \u00a0\u202f]\d{3})+)([.,]\d*)?")
"""Numbers whose thousands are set apart by what is no decimal sign."""

NEGATIVE = re.compile(r"\(([\d.,]+)\)")
"""How accountants write a number below zero."""

BEFORE = ("US$", "$", "€", "£", "¥", "￥", "₹", "USD", "EUR", "GBP", "CHF", "CNY", "RMB", "JPY")
BEHIND = (
    "%", "‰", "°C", "°F", "℃", "℉", "°", "$", "€", "£", "¥", "₹", "元", "万元", "万", "円",
    "岁", "个",
    "USD", "EUR", "GBP", "CHF", "CNY", "RMB", "JPY",
    "mm", "cm", "m", "km", "in", "ft", "yd", "mi", "mg", "g", "kg", "t", "lb", "lbs", "oz",
    "ml", "cl", "l", "s", "sec", "ms", "min", "h", "hr", "hrs", "d", "days", "months", "yrs",
    "years", "Hz", "kHz", "MHz", "GHz", "W", "kW", "kWh", "V", "mAh", "Pa", "hPa", "bar", "psi",
    "px", "kB", "MB", "GB", "TB", "m²", "m2", "km²", "ft²", "sqft", "sqm", "cc", "hp", "bhp", "PS",
    "rpm", "kmpl", "km/h", "kmh", "mph", "mpg", "kcal", "cal", "m³", "m3", "cm³", "cm3",
    "㎡", "㎥", "㎏", "㎞", "㎝", "㎜", "㎎", "平米", "平方米", "公里", "千米", "米", "厘米",
    "毫米", "公斤", "千克", "克", "吨", "升", "毫升", "小时", "分钟", "秒", "天", "年", "个月",
    "人", "次", "美元", "欧元", "日元", "亿", "亿元", "元/㎡", "元/m²", "元/平米", "元/平方米",
    "元/月",
)  # fmt: skip
"""Units that a column may have; any other word makes a name of a number."""

SAME: Mapping[str, str] = {
    "℃": "°C", "℉": "°F", "m2": "m²", "㎡": "m²", "平米": "m²", "平方米": "m²", "m3": "m³",
    "㎥": "m³", "cm3": "cm³", "㎏": "kg", "㎞": "km", "㎝": "cm", "㎜": "mm", "㎎": "mg",
    "元/㎡": "元/m²", "元/平米": "元/m²", "元/平方米": "元/m²",
}  # fmt: skip
"""Another way to write a unit -> the unit."""

HALF_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: " "}
"""Signs as wide as a Chinese character, the blank among them -> those of ASCII."""

POINTED = ("$", "US$", "£", "¥", "￥", "₹", "USD", "GBP", "CNY", "RMB", "JPY")
"""Money of countries that write a decimal point: $1,234 is a thousand and more."""

MONEY = (*POINTED, "€", "EUR", "CHF", "元", "円")
"""Units of which nobody writes three decimals."""

_BEHIND = {unit.casefold(): unit for unit in BEHIND}
SIGNS, WORDS = (
    "|".join(map(re.escape, sorted(units, key=len, reverse=True))) for units in (BEFORE, BEHIND)
)
AMOUNT = rf"[-+{MINUS}]?\(?[\d.,]\S*?(?: \d{{3}})*\)?"
MEASURED = re.compile(rf"([-+{MINUS}]?)({SIGNS})?\s?({AMOUNT})\s?({WORDS})?", re.IGNORECASE)


def as_number(value: str, *, comma: bool) -> float | None:
    """Return the finite number that a cell holds; None: it holds none.

    Args:
        value: of the cell; thousands may be set apart, as in 1,234.5, 1'234.5 or, with ``comma``,
            1.234,5; a number below zero may stand in parentheses.
        comma: whether decimals stand behind a comma.
    """
    number = number_of(value)
    if number is not None and not comma:
        return number
    return number_of(plain(value, comma=comma))


def names_a_number(words: Collection[str]) -> bool:
    """Whether one of the words that stand for no value, such as -999, is a number."""
    return any(
        as_number(word, comma=comma) is not None for word in words for comma in (False, True)
    )


def plain(value: str, *, comma: bool) -> str:
    """Return a number as Python writes it; what is none stays none."""
    value = value.translate(HALF_WIDTH)
    if below := NEGATIVE.fullmatch(value):
        value = f"-{below[1]}"
    value = value.replace(MINUS, "-")
    if apart := APART.fullmatch(value):
        value = apart[1] + re.sub(r"\D", "", apart[2]) + (apart[3] or "")
    sign, before = (".", ",") if comma else (",", ".")
    if sign in value:
        if not THOUSANDS[comma].fullmatch(value):
            return ""
        value = value.replace(sign, "")
    return value.replace(before, ".")


def sign_of_money(values: Collection[str], unit: str) -> Literal["auto", "point", "comma"]:
    """Return what stands before the decimals of amounts of money; `auto`: they do not tell.

    By its country, or since three digits behind a point, as in 107.219, are thousands: of money
    there are no three decimals, but for the price of a litre of petrol, which is below 10.
    """
    if unit in POINTED:
        return "point"
    marked = [value for value in values if "." in value or "," in value]
    if unit not in MONEY or not marked or all(len(value) == len("1.659") for value in marked):
        return "auto"
    ways = [all(THOUSANDS[comma].fullmatch(value) for value in marked) for comma in (False, True)]
    if ways == [False, True] and not any("," in value for value in marked):
        return "comma"
    return "point" if ways == [True, False] and not any("." in v for v in marked) else "auto"


def unit_of(values: Collection[str]) -> str:
    """Return the unit that all values of a column have; empty: they have none, or several."""
    unit = ""
    for value in values:
        found = _unit(value)
        if not found or (unit and found != unit):
            return ""
        unit = found
    return unit


def without_unit(value: str, unit: str) -> str:
    """Return a value without the unit that its column has."""
    if not unit or _unit(value) != SAME.get(unit, unit):
        return value
    found = MEASURED.fullmatch(value.translate(HALF_WIDTH))
    return f"{found[1]}{found[3]}" if found else value


def _unit(value: str) -> str:
    found = MEASURED.fullmatch(value.translate(HALF_WIDTH))
    if not found or bool(found[2]) == bool(found[4]):
        return ""
    unit = found[2].upper() if found[2] else _BEHIND[found[4].casefold()]
    return SAME.get(unit, unit)
