"""The validation that suits rows where nobody says otherwise."""

import json

import numpy as np
import pytest

from kx.contracts import DatasetBundle, DatasetInfo, Rows, Split
from kx.evaluators.usual import Known, share_for_testing, usual
from kx.running.loading import sliced
from kx.running.splitting import rows_to_split
from tests.parts import strategy


@pytest.mark.parametrize(
    ("known", "name", "options"),
    [
        (Known(1_600, 400), "kfold", {"k": 5}),  # 1,600 rows to train on are few
        (Known(3), "kfold", {"k": 3}),
        (Known(8_000, 2_000), "holdout", {"size": 0.25}),  # 6:2:2 of 10,000
        (Known(1_960_000, 40_000), "holdout", {"size": 0.0102}),  # 20,000 of 2,000,000
        (Known(8_000, 2_000, groups=3), "group_kfold", {"k": 3}),
        (Known(8_000, 2_000, groups=3, folds=4), "predefined_split", {}),
        (Known(8_000, 2_000, ordered=True), "time_series", {"k": 5}),
        (Known(8_000, 2_000, given=500), "holdout", {}),
    ],
)
def test_rows_and_what_is_known_of_them_decide(known, name, options):
    chosen = usual(known)

    assert (chosen.strategy, dict(chosen.options)) == (name, options)


def test_above_a_million_rows_one_in_a_hundred_is_for_testing():
    assert [share_for_testing(1_000_000), share_for_testing(1_000_001)] == [0.2, 0.01]


def sizes(rows):
    return [(len(each.train), len(each.validation)) for each in strategy("auto").propose(rows, 7)]


def test_auto_splits_as_the_chosen_strategy_does():
    few, many = Rows(100, test=25), Rows(8_000, test=2_000)

    assert sizes(few) == [(80, 20)] * 5
    assert sizes(many) == [(6_000, 2_000)]
    (held,) = strategy("auto").propose(many, 7)
    (stated,) = strategy("holdout", size=0.25).propose(many, 7)
    np.testing.assert_array_equal(held.validation, stated.validation)


def test_a_smoke_run_is_validated_as_all_rows_would_be():
    x = np.arange(10_000.0)[:, None]
    info = DatasetInfo("t", "regression", (1,))
    whole = DatasetBundle(info, Split(x[:8_000], x[:8_000, 0]), Split(x[8_000:], x[8_000:, 0]))

    rows = rows_to_split(sliced(whole, seed=0))

    assert rows.count == 256
    assert sizes(rows) == [(192, 64)]  # one part of a quarter, not five folds
    assert sizes(Rows(256, whole=(1_600, 400))) == [(204, 52), *[(205, 51)] * 4]


def test_auto_divides_no_group_and_predicts_later_rows_from_earlier_ones():
    groups = np.repeat(np.arange(6), 10)
    for proposal in strategy("auto").propose(Rows(60, groups=groups), 7):
        assert not set(groups[proposal.train]) & set(groups[proposal.validation])
    for proposal in strategy("auto").propose(Rows(60, ordered=True), 7):
        assert proposal.train.max() < proposal.validation.min()


def test_what_a_dataset_has_for_validation_is_used_for_it():
    (held,) = strategy("auto").propose(Rows(5_000, given=40), 7)

    np.testing.assert_array_equal(held.validation, np.arange(4_960, 5_000))


def test_complaints_of_the_chosen_strategy_are_told_of_auto():
    groups = np.zeros(60, "int64")

    (found,) = strategy("auto").complaints(Rows(60, groups=groups))

    assert found.key == "strategy"
    assert "1 group" in str(found.message)


@pytest.mark.slow
def test_the_record_says_what_was_chosen_and_why(run_kx, tmp_path):
    spec = tmp_path / "s.yaml"
    spec.write_text(
        "name: s\ndataset: wine\narchitecture: {name: mlp, units: [4]}\n"
        "validation: auto\ntraining: {epochs: 1}\n"
    )

    code, _, err = run_kx("train", spec, "-q", "--outputs", tmp_path / "outputs")

    assert code == 0, err
    (path,) = (tmp_path / "outputs").glob("*/record.json")
    reason = json.loads(path.read_text())["validation_reason"]
    assert reason["code"] == "splits.usual_few"
    assert len(json.loads(path.read_text())["fold_scores"]["accuracy"]) == 5
    shown = run_kx("show", "last", "--outputs", tmp_path / "outputs")[1]
    assert "K-fold with k = 5" in " ".join(shown.split())
