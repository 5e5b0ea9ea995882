"""What is told of the penalty of linear models."""

import pytest

from kx.runs.record_parts import LinearFacts
from kx.wording.linear import how_chosen
from kx.wording.words import Words

CHOSEN = {"penalties": [1.0], "of": [0.1, 1.0, 10.0], "folds": 3, "rows": 1200, "converged": True}


@pytest.mark.parametrize(
    ("changes", "language", "text"),
    [
        ({}, "en", "penalty 1, chosen from 0.1, 1, 10 in 3 folds of 1,200 training rows"),
        ({"penalties": [10.0, 0.1, 1.0]}, "en", "penalty 0.1 to 10, chosen from 0.1, 1, 10 in 3"),
        ({"folds": 1}, "en", "on a part held out of 1,200 training rows"),
        ({"folds": 0, "rows": 0}, "en", "penalty 1, the default: too many models or too few rows"),
        ({"converged": False}, "en", "training rows; not converged"),
        ({}, "zh", "惩罚系数 1，在 1,200 个训练样本上以 3 折从 0.1, 1, 10 中选出"),
    ],
)
def test_the_penalty_of_linear_models_is_told(changes, language, text):
    assert text in how_chosen(LinearFacts(**{**CHOSEN, **changes}), Words(language))


def test_runs_without_linear_models_tell_nothing_of_them():
    assert how_chosen(None, Words("en")) == ""
