"""Whether a network is worse for some rows: by the levels of columns, and by groups."""

import json

import numpy as np
import pytest

from kx.contracts import DatasetInfo
from kx.evaluators.scores import wilson
from kx.evaluators.subgroups import beyond_chance, chance_of, row_scores


def info(task, **more):
    return DatasetInfo("table", task, (1,), train_examples=9, test_examples=9, **more)


def test_rows_are_right_or_wrong_or_off():
    y, said = np.array([0, 1, 1]), np.array([[0.2], [0.6], [0.4]])

    binary = row_scores(y, said, info("binary"))
    at_a_third = row_scores(y, said, info("binary"), (0.3,))
    numbers = row_scores(y, said, info("regression"))

    assert (binary.metric, binary.values.tolist()) == ("accuracy", [1, 1, 0])
    assert at_a_third.values.tolist() == [1, 1, 1]
    assert numbers.metric == "mae"
    np.testing.assert_allclose(numbers.values, [0.2, 0.4, 0.6])
    assert binary.interval(np.array([0, 1, 2]), 0) == wilson(2, 3)


def test_classes_and_labels_are_judged_row_by_row():
    classes = row_scores(
        np.array([2, 0]), np.eye(3)[[2, 1]], info("multiclass", classes=("a", "b", "c"))
    )
    labels = row_scores(
        np.array([[1, 0], [1, 1]]),
        np.array([[0.9, 0.8], [0.7, 0.9]]),
        info("multilabel", classes=("a", "b")),
    )

    assert classes.values.tolist() == [1, 0]
    assert labels.values.tolist() == [0.5, 1]


def test_several_numbers_are_judged_in_their_own_deviations():
    y = np.array([[0.0, 0.0], [2.0, 200.0]])  # deviations: 1 and 100
    said = np.array([[1.0, 0.0], [2.0, 500.0]])

    found = row_scores(y, said, info("multi_regression", targets=("a", "b")))

    assert found.metric == "scaled_mae"
    np.testing.assert_allclose(found.values, [0.5, 1.5])


def test_chance_is_that_of_drawing_as_many_rows():
    worse = np.array([1.0, 1, 0, 0, 0, 0])  # both wrong rows of six in a draw of two: 1 of 15

    found = chance_of(worse, np.array([True, True, False, False, False, False]))

    assert found == pytest.approx(1 / 15)
    assert chance_of(np.ones(4), np.array([True, False, False, False])) == 1


@pytest.mark.parametrize("some", [20, 40, 360])
@pytest.mark.parametrize("spread", [0.1, 0.7, 1.5])
def test_the_chance_of_means_is_kept_where_nothing_differs(spread, some):
    random = np.random.default_rng(0)
    rows = np.arange(400) < some  # with a spread of 1.5, some errors are 80 times the usual one

    chances = [chance_of(random.lognormal(sigma=spread, size=400), rows) for _ in range(1_500)]

    assert np.mean(np.array(chances) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(chances) < 0.01) == pytest.approx(0.01, abs=0.01)


def test_of_many_looks_the_least_chance_must_be_small():
    assert beyond_chance({0: 0.02, 1: 0.9, 2: 0.5}) == frozenset()  # 3 x 0.02 is above 0.05
    assert beyond_chance({0: 0.01, 1: 0.024, 2: 0.9}) == {0, 1}


@pytest.mark.slow
def test_a_level_with_noise_and_a_group_with_it_are_told(run_kx, tmp_path):
    random = np.random.default_rng(1)
    lines = ["x,kind,place,y"]
    for at in range(600):
        x, kind, place = random.normal(), "abc"[at % 3], f"p{at // 30 % 20}"
        noise = random.normal() * (4 if kind == "b" else 0.1)
        lines.append(f"{x:.3f},{kind},{place},{3 * x + noise:.3f}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    more = ["training.epochs=30", "dataset.group=place", "dataset.test_fraction=0.4"]
    args = [word for each in more for word in ("--set", each)]

    code, out, err = run_kx(
        "train", tmp_path / "t.csv", "--target", "y", "-q", *args, "--outputs", tmp_path / "o"
    )

    assert code == 0, err
    (path,) = (tmp_path / "o").glob("*/record.json")
    record = json.loads(path.read_text())
    facts = record["subgroups"]
    levels = {(each["column"], each["level"]): each for each in facts["levels"]}
    assert facts["part"] == "test"
    assert [key for key, each in levels.items() if each["worse"]] == [("kind", "b")]
    assert levels["kind", "a"]["high"] < facts["value"] < levels["kind", "b"]["low"]
    assert any(column == "place" and level.startswith("p") for column, level in levels)
    assert "worse for kind = b than chance explains: test MAE " in " ".join(out.split())
    assert (path.parent / "plots" / "subgroups.png").is_file()
    assert (record["importance"]["part"], record["importance"]["fit"]) == ("test", "")
    for language, title in (("en", "The model is worse on 1 subgroup"), ("zh", "分组得分")):
        code = run_kx("report", "last", "--outputs", tmp_path / "o", "--lang", language)[0]
        assert code == 0
        assert title in (path.parent / "report.html").read_text()
