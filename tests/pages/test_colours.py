"""The colours of pages: legible on their grounds, in the light and in the dark (WCAG 2)."""

import re

import pytest

from kx.charts.inks import INKS
from kx.pages.page import stylesheet

STYLE = stylesheet()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
)
TEXTS = [("ink", "card"), ("ink", "paper"), ("soft", "card"), ("soft", "paper"), ("ink", "grid"),
         ("good", "good-bg"), ("bad", "bad-bg"), ("warn", "warn-bg"), ("bad", "card")]  # fmt: skip
LINES = ["training", "validation", "test", "baseline", *(f"c{at}" for at in range(8))]


def luminance(colour):
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_texts_are_legible(colours, text, ground):
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("line", LINES)
def test_lines_stand_out_from_the_ground(colours, line):
    assert contrast(colours[line], colours["card"]) >= 3


def test_lines_have_the_colours_of_pictures_on_screen_and_on_paper():
    paper = STYLE[STYLE.index("@media print") :]

    assert {name: LIGHT[name] for name in INKS} == INKS
    assert all(f"--{name}: {colour};" in paper for name, colour in INKS.items())
