"""Blanks in Chinese, whatever is filled in."""

import re

import pytest

from kx.base.remark import Remark
from kx.wording.catalogue import pieces_of, texts_in
from kx.wording.recorded import in_words
from kx.wording.spacing import spaced

CHINESE = "[\u4e00-\u9fff]"
WRONG = re.compile(f"  |{CHINESE} {CHINESE}|{CHINESE} [，。；：、（）]|[，。；：、（）] ")


class Filled:
    """A value of any kind, in one script."""

    def __init__(self, text):
        self.text = text

    def __format__(self, wanted):
        return self.text

    def __repr__(self):
        return self.text


class All(dict):
    def __missing__(self, key):
        return self["any"]


@pytest.mark.parametrize("text", ["准确率", "MAE", "0.5"])
def test_no_text_has_a_blank_too_many(text):
    values = All(any=Filled(text), count=2)

    made = {key: spaced(pieces_of(of, values)) for key, of in texts_in("zh").items()}

    assert {key: of for key, of in made.items() if WRONG.search(of)} == {}


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["准确率", " 为 ", "0.5"], "准确率为 0.5"),
        (["MAE", " 为 ", "0.5"], "MAE 为 0.5"),
        (["1, 5", "等"], "1, 5 等"),
        (["列 x ", " 只是"], "列 x 只是"),
        (["0.5", "（", "线性", "）"], "0.5（线性）"),
        ([" x", ""], " x"),
    ],
)
def test_pieces_meet_with_the_blanks_that_their_scripts_want(pieces, expected):
    assert spaced(pieces) == expected


def test_remarks_within_remarks_are_spaced_too():
    where = Remark.of("columns.where", table="t.csv", column="x")
    said = in_words(
        Remark.of("columns.left_out", column=where, why=Remark.of("columns.why_rows")), "zh"
    )

    assert "  " not in said
    assert said.startswith("t.csv 的列 x 只是行号")
