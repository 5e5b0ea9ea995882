"""The one of two classes that is looked for, and other hints about what a table holds."""

import pytest

from kx.authoring.own_table import table_proposal
from kx.base.errors import DataError
from tests.tables.test_own_tables import load


def table(path, rows, head="a,y"):
    path.write_text(f"{head}\n" + "".join(f"{row}\n" for row in rows))
    return {"path": str(path), "target": "y"}


FRAUD = [f"{at * 7 % 91},{'fraud' if at % 9 == 0 else 'ok'}" for at in range(3, 90)]


def test_the_positive_class_comes_second(tmp_path):
    options = table(tmp_path / "t.csv", FRAUD)

    assert load(options).info.classes == ("fraud", "ok")
    asked = load(options, positive="fraud")
    assert asked.info.classes == ("ok", "fraud")
    assert asked.train.y.mean() < 0.2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"positive": "frau"}, "got 'frau', and there are fraud, ok"),
        ({"positive": "fraud", "task": "multilabel"}, "two classes"),
        ({"positive": "fraud", "order": ("a", "b", "c")}, "does not list"),
    ],
)
def test_a_positive_class_that_cannot_be_is_refused(tmp_path, more, said):
    with pytest.raises(DataError, match=said):
        load(table(tmp_path / "t.csv", FRAUD), **more)


def test_a_positive_class_of_three_is_refused(tmp_path):
    rows = [f"{at},{'abc'[at % 3]}" for at in range(30)]

    with pytest.raises(DataError, match="there are 3 classes"):
        load(table(tmp_path / "t.csv", rows), positive="a")


@pytest.mark.parametrize(
    ("few", "many", "share", "line"),
    [
        ("fraud", "ok", 9, "  positive: fraud  # the rarer class (11%): precision, recall, F1 and"),
        ("ok", "bad", 4, "  positive: ok  # the rarer class (25%)"),
        ("ok", "bad", 3, None),  # 33%
        ("1", "0", 9, '  positive: "1"  # the rarer class (11%)'),
        ("nein", "ja", 9, "  positive: ja  # says yes: precision"),
        ("nein", "ja", 2, "  positive: ja  # says yes: precision"),
        ("no", "yes", 9, None),  # yes is the second by name
        ("no", "yes", 2, None),
        ("x", "rest", 2, None),
    ],
)
def test_a_spec_that_is_written_names_the_class_that_is_looked_for(
    tmp_path, few, many, share, line
):
    rows = [f"{at * 7 % 91},{few if at % share == 0 else many}" for at in range(72)]
    table(tmp_path / "t.csv", rows)

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text

    lines = [each for each in text.splitlines() if "positive:" in each]
    assert len(lines) == (line is not None)
    assert not lines or lines[0].startswith(line or "")


def test_a_positive_class_that_is_set_stands(tmp_path):
    table(tmp_path / "t.csv", FRAUD)
    settings = ("dataset.positive=ok",)

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml", settings).text

    assert [each.strip() for each in text.splitlines() if "positive:" in each] == ["positive: ok"]


def test_a_column_that_says_the_part_is_told(tmp_path):
    rows = [f"{at % 7},{('train', 'train', 'Valid', 'test')[at % 4]},{'ab'[at % 2]}"
            for at in range(80)]  # fmt: skip
    options = table(tmp_path / "t.csv", rows, "a,use,y")

    assert "columns.parts" in [remark.code for remark in load(options).info.remarks]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0, 1, 2, 3, 0, 1], "or set task: ordered or regression or counts"),
        (range(40), "or set task: classes or counts"),
        ([at / 50 for at in range(40)], "or set task: classes or unit_regression"),
        (["low", "medium", "high"], "or set task: classes"),
        (["yes", "no"], "2 classes: yes 50%, no 50%\n"),
    ],
)
def test_a_proposal_names_what_else_the_target_may_be(tmp_path, values, said):
    values = list(values)
    rows = [f"{at * 7 % 31},{values[at % len(values)]}" for at in range(120)]
    table(tmp_path / "t.csv", rows)

    assert said in table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text


def test_a_header_alone_is_no_table(tmp_path):
    with pytest.raises(DataError, match="no rows below"):
        load(table(tmp_path / "t.csv", []))
