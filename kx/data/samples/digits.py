"""A stand-in for ``mnist.npz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.data.samples.drawings import TRAIN, Stroke, draw

if TYPE_CHECKING:
    from kx.data.files.archives import Arrays

SEGMENTS: dict[str, Stroke] = {
    "a": (4, 9, 6, 19),
    "b": (4, 17, 14, 19),
    "c": (14, 17, 24, 19),
    "d": (22, 9, 24, 19),
    "e": (14, 9, 24, 11),
    "f": (4, 9, 14, 11),
    "g": (13, 9, 15, 19),
}
"""The seven strokes of a pocket calculator's digits, clockwise from the top, then the middle."""

DIGITS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")


def digits() -> Arrays:
    """Draw 1,200 + 300 digits as a pocket calculator shows them. They are no real data.

    Keys and types are those of the official file.
    """
    x, y = draw([[SEGMENTS[name] for name in digit] for digit in DIGITS], seed=5)
    return {"x_train": x[:TRAIN], "y_train": y[:TRAIN], "x_test": x[TRAIN:], "y_test": y[TRAIN:]}
