"""What a report begins with."""

import re

import pytest

from kx.pages.opening import alarms, expectations, remarks, verdict
from kx.runs.record_parts import BaseFacts, DataFacts
from kx.wording.words import Words
from tests.pages.conftest import a_record, score

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("metric", "value", "low", "high", "kind", "baseline", "standing"),
    [
        ("accuracy", 0.9, 0.85, 0.95, "wilson", 0.8, "better"),
        ("accuracy", 0.9, 0.85, 0.95, "wilson", 0.86, "unclear"),
        ("accuracy", 0.9, 0.85, 0.95, "wilson", 0.97, "worse"),
        ("mae", 2.0, 1.5, 2.5, "bootstrap", 3.0, "better"),
        ("mae", 2.0, 1.5, 2.5, "bootstrap", 1.0, "worse"),
        ("mae", 2.0, 1.5, 2.5, "fold spread", 2.4, "unclear"),
        ("accuracy", 0.9, None, None, None, 0.9, "worse"),
        ("accuracy", 0.9, None, None, None, 0.89, "better"),
    ],
)
def test_score_is_held_against_the_best_baseline(
    metric, value, low, high, kind, baseline, standing
):
    record = a_record(
        scores={"test": {metric: score(value, low, high, kind)}},
        baselines={"test": {metric: {"linear": baseline}}},
    )

    found = verdict(record, EN)

    assert found.standing == standing
    assert "linear model" in found.sentence


def test_test_part_comes_before_the_validation_part():
    found = verdict(a_record(), EN)

    assert (found.label, found.score) == ("test accuracy", "0.7500")
    assert [row.row.label for row in found.plot.rows] == [
        "test", "- majority class", "validation", "- majority class",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("wilson", "0.6500 to 0.8500 (95 %, Wilson)"),
        ("fold spread", "± 0.1000 (standard deviation of 1 fit, not a confidence interval)"),
        ("seed spread", "± 0.1000 (standard deviation of 5 seeds, not a confidence interval)"),
    ],
)
def test_interval_is_named_as_what_it_is(kind, text):
    scores = {"test": {"accuracy": score(0.75, 0.65, 0.85, kind)}}

    assert verdict(a_record(scores=scores, seeds_count=5), EN).interval == text


def test_expectation_says_what_was_expected_and_by_whom():
    (found,) = expectations(a_record(), EN)

    assert found.verdict == "missed"
    assert found.text == "test accuracy 0.7500, expected at least 0.87 · a book"


def test_whatever_makes_numbers_worth_less_is_said_aloud():
    record = a_record(
        dataset=DataFacts(name="films", sample=True), base=BaseFacts(fallback=True), smoke=True,
        leaky=True,
    )  # fmt: skip

    found = alarms(record, EN)

    assert [text.partition(":")[0] for text in found] == [
        "SAMPLE DATA", "RANDOM WEIGHTS", "LEAKY PREPARATION", "SMOKE RUN",
    ]  # fmt: skip
    assert alarms(a_record(), EN) == []


def test_looks_at_the_test_set_and_equal_rows_are_remarked():
    found = list(remarks(a_record(test_looks=3, duplicates={"test": 12}), EN))

    assert any("test set of films has now been used 3 times" in text for text in found)
    assert any(
        re.fullmatch(r"12 (of .* )?test rows .*also occur, identical, in the training set", text)
        for text in found
    )


def test_untested_run_says_so():
    record = a_record(scores={"validation": {"accuracy": score(0.8)}})

    assert "the test set was not used" in list(remarks(record, EN))


def test_verdict_speaks_chinese():
    found = verdict(a_record(), ZH)

    assert found.label == "测试集准确率"
    assert found.sentence == "优于最好的基线：多数类，0.5000。"
