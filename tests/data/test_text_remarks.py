"""What is told of texts before a network reads them."""

import numpy as np
import pytest

from kx.contracts import DatasetBundle, DatasetInfo, Split, TextForm
from kx.data.texts.text_remarks import text_remarks, unspaced_share
from kx.data.texts.texts import tokenized
from kx.wording.recorded import in_words


def remarks(train, test, origins=None, **form):
    form = TextForm(**form)
    x = tokenized({"train": train, "test": test}, form)
    parts = {part: Split(x[part], np.zeros(len(x[part]))) for part in x}
    info = DatasetInfo("mails", "binary", (9,), texts=form)
    bundle = DatasetBundle(info, **parts, origins=origins or {})
    return [*map(in_words, text_remarks(bundle))]


def test_of_plain_texts_nothing_is_told():
    assert remarks(["the boat", "a lamp"], ["the lamp"]) == []
    numbers = Split(np.zeros((2, 1)), np.zeros(2))
    assert (
        list(text_remarks(DatasetBundle(DatasetInfo("t", "binary", (1,)), numbers, numbers))) == []
    )


def test_texts_without_a_token_are_counted_and_named():
    origins = {"train": ["line 2", "line 4", "line 5"], "test": ["line 3"]}

    found = remarks(["?!", "a b", "..."], ["--"], origins, encoding="sequence")

    assert found == [
        "2 texts of the training part have no token at all (line 2, line 5): each is one unknown "
        "word",
        "1 text of the test part has no token at all (line 3): each is one unknown word",
    ]
    assert "each is a row of zeros" in remarks(["?!", "a"], ["a"], encoding="count")[0]


def test_many_unknown_words_are_told_with_what_may_help():
    same = ["a b c d e " * 5]

    (few,) = remarks(same, ["v w x y e " * 5])
    (small,) = remarks(same, same, num_words=4)

    assert few.startswith("80% of the tokens of the test part are unknown: not among the 5 of")
    assert few.endswith("the texts for training are too few, or of another kind")
    assert small.endswith("60% of the tokens of the test part are unknown: not among the 2 of the "
                          "vocabulary; raise dataset.num_words")  # fmt: skip
    assert remarks(same, ["a b c d x " * 5]) == []
    assert remarks(same, ["v w x y e"]) == []  # too few to tell


def test_texts_without_a_known_word_are_counted_and_named():
    origins = {"train": ["1.txt"], "test": ["2.txt", "3.txt"]}

    assert remarks(["a b"], ["x y", "a"], origins) == [
        "1 text of the test part has no token of the vocabulary (2.txt)"
    ]
    assert remarks(["a b"], ["x", *["a"] * 150]) == []


CHINESE = ["今天天气很好我们去公园", "明天下雨大家在家看书", "他们昨天吃了很多东西"]
UNKNOWN = ", ".join(f"第{n}句" for n in "一二三四五六七八九十百千万亿甲乙丙丁戊己")


@pytest.mark.parametrize(
    "texts", [CHINESE, ["สวัสดีครับผมชื่อ", "วันนี้อากาศดีมาก"], ["すごく楽しい映画でした"] * 2]
)
def test_scripts_without_blanks_are_told_and_what_to_do_about_them(texts):
    script, strange, unknown = remarks(texts[1:], [UNKNOWN])

    assert "of the letters are of scripts without blanks between the words" in script
    assert "dataset.tokenize: cjk" in script
    assert "1 text of the test part has no token of the vocabulary" in strange
    assert unknown.startswith("100% of the tokens of the test part are unknown")
    assert unknown.endswith("use dataset.tokenize: cjk, or char")


def test_characters_know_more_than_sentences():
    assert len(remarks(CHINESE, ["今天我们看书"])) == 2
    assert remarks(CHINESE, ["今天我们看书"], tokenize="cjk") == []


def test_the_share_of_a_script_is_that_of_its_letters():
    assert unspaced_share(["ab, 好天"], TextForm()) == 0.5
    assert unspaced_share(["안녕 नम", "plain"], TextForm()) == 0.0
    assert (
        unspaced_share(["好天"], TextForm(tokenize="char")) == unspaced_share([], TextForm()) == 0
    )
