import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import UsageError
from kx.runs.condition import Conjunction, comparisons, parse

RUN = {
    "name": "imdb_small",
    "dataset": "imdb",
    "test.accuracy": 0.85,
    "seconds": 12,
    "sample": False,
    "tag": ("good", "paper"),
    "started": "2026-11-25T06:03:40+00:00",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test.accuracy > 0.84", True),
        ("test.accuracy > 0.85", False),
        ("test.accuracy >= 0.85", True),
        ("test.accuracy<0.9", True),
        ("test.accuracy <= 8.5e-1", True),
        ("seconds = 12.0", True),
        ("seconds != 12", False),
        ("dataset = imdb", True),
        ("dataset = IMDB", False),
        ("dataset != reuters", True),
        ("name ~ SMALL", True),
        ("name ~ 'db small'", False),
        ('dataset = "imdb"', True),
        ("started > 2026-11-24", True),
        ("started ~ 2026-11-25", True),
        ("sample = false", True),
        ("sample != false", False),
        ("tag = paper", True),
        ("tag = pap", False),
        ("tag ~ pap", True),
        ("tag != paper", False),
        ("tag != bad", True),
        ("dataset = imdb and seconds > 99", False),
        ("dataset = imdb or seconds > 99", True),
        ("not dataset = imdb", False),
        ("not not dataset = imdb", True),
        # `and` binds more tightly than `or`, and `not` than both.
        ("dataset = imdb or dataset = x and seconds > 99", True),
        ("(dataset = imdb or dataset = x) and seconds > 99", False),
        ("not dataset = x and seconds > 99", False),
        ("not (dataset = x and seconds > 99)", True),
        # What is missing is neither in nor out.
        ("test.mae < 3", None),
        ("test.mae != 3", None),
        ("not test.mae < 3", None),
        ("test.mae < 3 or dataset = imdb", True),
        ("test.mae < 3 and dataset = imdb", None),
        ("test.mae < 3 and dataset = x", False),
        ("test.mae < 3 or dataset = x", None),
    ],
)
def test_a_condition_holds(text, expected):
    assert parse(text).holds(RUN) is expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "column 1: expected a field, such as test.accuracy; got the end"),
        ("seconds", "column 8: expected one of = != > >= < <= ~ behind 'seconds'; got the end"),
        ("seconds == 3", "column 9: expected one of = != > >= < <= ~ behind 'seconds'; got '=='"),
        ("seconds > ", "column 11: expected a value behind '>'; got the end"),
        ("(seconds > 1", "column 13: expected `)`; got the end"),
        ("seconds > 1)", "column 12: expected `and`, `or` or the end; got ')'"),
        ("seconds > 1 name = x", "column 13: expected `and`, `or` or the end; got 'name'"),
        ("name = 'x", "column 8: this quote has no end"),
        ("a = 1 and", "column 10: expected a field, such as test.accuracy; got the end"),
        ("name = __import__('os')", "column 18: expected `and`, `or` or the end; got '('"),
        ("a ! 1", "column 3: '!' means nothing"),
        ("(" * 21 + "a = 1" + ")" * 21, "column 21: nested too deeply"),
        ("a = " + "1" * 2000, "at most 2000 characters; these are 2004"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_column(text, complaint):
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert complaint in str(refused.value)


@given(st.text() | st.text("ab.=<>~!()'\" andornt10", max_size=60))
def test_any_text_is_a_condition_or_refused_in_one_way(text):
    try:
        condition = parse(text)
    except UsageError:
        return

    assert condition.holds(RUN) in (True, False, None)
    assert list(comparisons(condition))


fields = st.sampled_from([*RUN, "missing"])
leaves = st.tuples(fields, st.sampled_from(["=", "!=", "~"]), st.sampled_from(["imdb", "12"]))
trees = st.recursive(
    leaves.map(" ".join),
    lambda t: t.map("not ({})".format) | st.tuples(t, t).map(lambda p: "({}) and ({})".format(*p)),
    max_leaves=6,
)


@given(trees, trees)
def test_de_morgan(a, b):
    assert parse(f"not (({a}) and ({b}))").holds(RUN) == parse(f"not ({a}) or not ({b})").holds(RUN)


def test_a_long_row_of_comparisons_is_one_group():
    condition = parse(" and ".join(["a = 1"] * 200))

    assert isinstance(condition, Conjunction)
    assert len(condition.parts) == 200
