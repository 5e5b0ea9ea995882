"""Blanks in Chinese: one beside a Latin word or a number, none between two Chinese characters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce


def spaced(pieces: Iterable[str]) -> str:
    """Return pieces of a Chinese text in one.

    A piece may be of either script, which nobody knows when the text around it is written: a blank
    between them is left out or put in as what meets there wants it.
    """
    return reduce(_joined, pieces, "")


def _joined(before: str, after: str) -> str:
    left, right = before.rstrip(" "), after.lstrip(" ")
    if not left or not right:
        return before + after
    if _is_chinese(left[-1]) and _is_chinese(right[0]):
        return left + right
    mixed = {_is_chinese(end) for end in (left[-1], right[0])} == {True, False}
    if mixed and all(end.isalnum() for end in (left[-1], right[0])):
        return f"{left} {right}"
    blank = " " if before != left or after != right else ""
    return left + blank + right


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"
