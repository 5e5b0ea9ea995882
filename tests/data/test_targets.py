"""What a column of labels is taken for: classes, numbers, or a question."""

import pytest

from kx.base.errors import DataError
from kx.data.tables.targets import (
    LabelCounts,
    Target,
    TargetOptions,
    is_absent,
    number_of,
    target_of,
)
from kx.wording.recorded import in_words


def column(*labels):
    found = LabelCounts("t.csv: column label")
    for line, label in enumerate(labels, 2):
        found.add(label, line)
    return found


DECIMALS = [f"{n / 7:.3f}" for n in range(-20, 20)]
THIRTY = Target("multiclass", tuple(f"id{n:02}" for n in range(30)))

TWELVE = Target("multiclass", tuple(str(n) for n in range(1, 13)))

FORTIES = tuple(str(44 + n) for n in range(10))

WHOLE = [str(n) for n in range(40)]


@pytest.mark.parametrize(
    ("labels", "kind", "expected"),
    [
        (["b", "a", "b"], "auto", Target("binary", ("a", "b"))),
        (["1", "0", "1"], "auto", Target("binary", ("0", "1"))),
        ([f"id{n:02}" for n in range(30)] * 5, "auto", THIRTY),
        (["3", "1", "2"] * 2, "auto", Target("multiclass", ("1", "2", "3"))),
        ([str(n) for n in range(1, 13)], "auto", TWELVE),
        ([str(44 + n) for n in range(10)], "auto", Target("multiclass", FORTIES)),
        (["0.0", "1.0"], "auto", Target("binary", ("0.0", "1.0"))),
        (["1", "2.5", "3"], "regression", Target("regression")),
        (WHOLE, "regression", Target("regression")),
        (DECIMALS, "regression", Target("regression")),
        (["0.5", "1"], "classes", Target("binary", ("0.5", "1"))),
    ],
)
def test_labels_are_what_they_look_like_or_what_the_spec_says(labels, kind, expected):
    assert target_of(column(*labels), kind) == expected


@pytest.mark.parametrize(
    "labels",
    [
        DECIMALS,
        ["3.4", "7.7", "3.9", "4"],  # few rows, most of which differ
        [f"{n}.5" for n in range(11)] * 9,  # eleven: nobody gives as many doses
    ],
)
def test_decimal_numbers_many_of_which_differ_are_a_regression_and_that_is_told(labels):
    found = target_of(column(*labels), "auto")

    assert (found.task, found.classes) == ("regression", ())
    assert "holds decimal numbers, so this is a regression" in in_words(found.remarks[0])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([str(44 + n) for n in range(11)] * 9, "11 different numbers in 99 rows"),
        (WHOLE, "40 different numbers in 40 rows (0, 1, 2, 3, 4, …). What are they?"),
        (["0.5", "1", "1.5"] * 3, "3 different numbers in 9 rows (0.5, 1, 1.5). What are they?"),
        ([f"{n}.5" for n in range(10)] * 4, "10 different numbers in 40 rows"),
        ([f"id{n}" for n in range(30)], "30 different labels in 30 rows"),
        ([f"2024-01-{n}" for n in range(30)] * 4, "30 different labels in 120 rows"),
        ([f"{n},5" for n in range(30)], "Numbers need a decimal point, as in 1.5."),
        ([*(f"{n},5" for n in range(30)), "#DIV/0!"], "All are numbers except '#DIV/0!' (line 32)"),
        ([*(f"{n}.250,5" for n in range(30)), "#DIV/0!"], "All are numbers except '#DIV/0!'"),
        (["a", "a"], "has 1 class: it needs two"),
        ([*DECIMALS, "unknown"], "All are numbers except 'unknown' (line 42): if these mark"),
        ([], "has no labels"),
        (["1.5", "2.75", "good"], "holds decimal numbers, and 'good' (line 4). If that marks"),
        (["1.5", "inf", "2.5"], "and 'inf' (line 3)"),
        (["0x1", "5.5", "1e3"], "and '0x1' (line 2)"),
    ],
)
def test_what_may_be_meant_otherwise_is_asked_for(labels, said):
    with pytest.raises(DataError) as asked:
        target_of(column(*labels), "auto")
    assert said in str(asked.value)


def test_what_is_no_number_has_no_place_in_a_regression():
    with pytest.raises(DataError) as refused:
        target_of(column("1", "two", "3,5", "inf", "nan", "1_0", "4"), "regression")
    said = str(refused.value)
    assert "5 values are not finite numbers with a decimal point" in said
    assert "(line 3: 'two', line 4: '3,5', line 5: 'inf', line 6: 'nan', line 7: '1_0')" in said
    with pytest.raises(DataError, match="the same number in every row"):
        target_of(column("1", "1.0", "1"), "regression")


@pytest.mark.parametrize(
    ("labels", "alike"),
    [
        (["1", "1.0", "0"], "'1' (1 time, in line 2) and '1.0' (1 time, in line 3)"),
        (["yes", "no", "YES", "yes"], "'yes' (2 times, first in line 2) and 'YES'"),
        (["not ok", "ok", "Not_OK"], "'not ok' (1 time, in line 2) and 'Not_OK'"),
        (["ja", "nein", "\uff2a\uff21"], "'ja' (1 time,"),
        (["0", "-0.0", "1"], "'0' (1 time,"),
    ],
)
def test_labels_that_differ_only_in_form_are_told(labels, alike):
    (remark,) = map(in_words, target_of(column(*labels), "classes").remarks)
    assert "differ only in spelling" in remark
    assert alike in remark


@pytest.mark.parametrize("label", ["", "nan", "NaN", "NA", "n/a", "#N/A", "<NA>", "NULL", "None"])
def test_missing_labels_are_known_in_any_case(label):
    assert is_absent(label, TargetOptions().absent())


def test_what_means_nothing_may_be_said():
    absent = TargetOptions(missing_labels=("?",)).absent()
    assert [is_absent(label, absent) for label in ("", "?", "none")] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-.5e1", -5.0), ("+2.", 2.0), ("1e999", None), ("nan", None), ("inf", None),
     ("1_0", None), ("1,5", None), ("", None), ("0x10", None), ("\u0663", None)],
)  # fmt: skip
def test_a_number_is_written_with_digits_and_a_point(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("labels", "different"),
    [(("inf", "-inf"), True), (("-", "."), True), (("b", "b\u200b"), False),
     (("a-b", "a b"), False),
     (("-a", "a"), True)],
)  # fmt: skip
def test_signs_are_no_form(labels, different):
    remarks = [*map(in_words, target_of(column(*labels), "classes").remarks)]

    assert any("differ only in spelling" in remark for remark in remarks) is not different


def test_a_label_without_a_letter_or_digit_is_asked_about():
    (remark,) = map(in_words, target_of(column("yes", "?", "no", "?"), "auto").remarks)

    assert "the label '?' (2 times, first in line 3), learned as a class" in remark
    assert "list it in dataset.missing_labels" in remark
