"""What matters to a network that reads a table: columns of held-out rows are mixed."""

import json

import numpy as np
import pytest

from kx.data.tables.mixed_rows import TableRows
from kx.running.importance import main_measure, mixed


def test_a_mixed_column_keeps_its_values_and_the_others_their_order():
    x, order = np.arange(12.0).reshape(4, 3), np.array([2, 0, 3, 1])

    found = mixed(x, 1, "b", order)

    np.testing.assert_array_equal(found[:, 1], [7, 1, 10, 4])
    np.testing.assert_array_equal(found[:, [0, 2]], x[:, [0, 2]])
    np.testing.assert_array_equal(x[:, 1], [1, 4, 7, 10])  # the rows themselves stay


def test_what_stands_beside_the_numbers_is_mixed_by_its_name():
    x = TableRows(np.zeros((3, 2)), {"said": np.array([5, 6, 7]), "seen": np.array([1, 2, 3])})

    found = mixed(x, 0, "said", np.array([2, 1, 0]))

    assert found.beside["said"].tolist() == [7, 6, 5]
    assert found.beside["seen"].tolist() == [1, 2, 3]


def test_rare_classes_are_judged_by_what_needs_no_yes():
    assert main_measure(("mae", "rmse")) == "mae"
    assert main_measure(("accuracy", "pr_auc")) == "accuracy"
    assert main_measure(("accuracy", "balanced_accuracy", "mcc", "pr_auc")) == "pr_auc"
    assert main_measure(()) == "loss"


@pytest.mark.slow
def test_the_column_that_decides_matters_most_and_noise_does_not(run_kx, tmp_path):
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, 300))
    lines = [f"{x:.3f},{z:.3f},{3 * x:.3f}" for x, z in zip(a, b, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["x,noise,y", *lines]) + "\n")
    args = (
        "--target",
        "y",
        "-q",
        "--set",
        "training.epochs=20",
        "--set",
        "validation.k=2",
        "--no-test",
    )

    code, _, err = run_kx("train", tmp_path / "t.csv", *args, "--outputs", tmp_path / "o")

    assert code == 0, err
    (path,) = (tmp_path / "o").glob("*/record.json")
    record = json.loads(path.read_text())
    worse = {each["name"]: each["worse"] for each in record["importance"]["columns"]}
    assert worse["x"] > 1  # mixed, 3 x is as far off as any other value
    assert abs(worse["noise"]) < 0.2 * worse["x"]
    assert (record["importance"]["part"], record["importance"]["fit"]) == ("validation", "fold-1")
    assert record["importance"]["rows"] == 120  # half of the 240 for training
    assert record["test_looks"] == 0
    assert (path.parent / "plots" / "importance.png").is_file()
    assert run_kx("report", "last", "--outputs", tmp_path / "o", "--lang", "zh")[0] == 0
    page = (path.parent / "report.html").read_text()
    assert "各列的重要性" in page
