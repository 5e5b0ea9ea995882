"""What fits are called: as histories have it in English, in words in Chinese."""

import pytest

from kx.wording.fit_names import fit_name
from kx.wording.words import Words


@pytest.mark.parametrize(
    ("name", "chinese"),
    [
        ("fold-3", "第 3 折"),
        ("repeat-2-fold-3-seed-1", "重复 2，第 3 折，种子 1"),
        ("holdout", "留出"),
        ("holdout-2", "留出 2"),
        ("refit-seed-2", "重新训练，种子 2"),
        ("row-17", "第 17 行"),
        ("odd", "odd"),
        ("fold-3-odd", "fold-3-odd"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_names_of_fits_are_put_into_words_unless_a_plugin_made_them_up(name, chinese):
    assert (fit_name(name, Words()), fit_name(name, Words("zh"))) == (name, chinese)
