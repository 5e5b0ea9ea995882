"""The notes' four steps, on any spec."""

import json

import pytest

from benchmarks.shipped import SPECS
from kx.advice.diagnosis import Diagnosis
from kx.advice.suggestion import best_change
from kx.advice.workflow import (
    baseline_aim,
    baseline_changes,
    model_aim,
    model_changes,
    named,
    overfit_aim,
    overfit_changes,
    regularised_aim,
)
from kx.planning import make_plan
from kx.runs.record import Record
from kx.wording.steps import in_words

TINY = """\
name: tiny
dataset: digits
architecture: {name: mlp, units: [8], dropout: 0.5}
validation: {strategy: holdout, size: 300, refit: best_epoch}
training: {optimizer: adam, epochs: 1}
expect: {test.accuracy: {at_least: 0.999}}
"""


def resolved(name, *settings):
    return make_plan(SPECS[0].parent / f"{name}.yaml", settings).resolved()


def record(value, low=None, high=None, metric="accuracy", **baselines):
    score = {"value": value, "low": low, "high": high, "interval": "wilson" if low else None}
    return Record(
        id="a", name="a", status="completed", started="",
        scores={"validation": {metric: score}}, baselines={"validation": {metric: baselines}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("imdb", {"architecture.units": [64, 64], "training.epochs": 40}),
        ("diabetes", {"architecture.units": [64], "architecture.l2": 0.0, "training.epochs": 400,
                      "training.early_stopping": None}),
        ("breast_cancer", {"architecture": {"name": "mlp", "units": [64, 64]},
                           "training.epochs": 120, "training.early_stopping": None}),
        ("cats_vs_dogs_augmented", {"architecture.units": [2048], "architecture.dropout": 0.0,
                                    "training.epochs": 60, "augmentation": None}),
        ("cats_vs_dogs_finetune", {"architecture.units": [1024], "architecture.dropout": 0.0}),
    ],
)  # fmt: skip
def test_what_is_to_overfit_is_large_long_and_unrestrained(spec, expected):
    assert overfit_changes(resolved(spec)) == expected


def test_what_is_to_overfit_forgets_no_words_by_chance_either():
    drops = {"recurrent_dropout": 0.2, "embedding_dropout": 0.3}
    spec = resolved("imdb_lstm", *(f"architecture.{key}={share}" for key, share in drops.items()))

    changes = overfit_changes(spec)

    assert {key: changes.get(f"architecture.{key}") for key in drops} == dict.fromkeys(drops, 0.0)


def test_a_linear_spec_gets_a_network_and_any_other_keeps_its_own():
    assert model_changes(resolved("breast_cancer")) == {"architecture": {"name": "mlp"}}
    assert model_changes(resolved("imdb")) == {}


def test_no_step_is_held_to_what_the_spec_expects_and_only_the_last_is_refitted():
    spec = {"name": "a" * 40}

    assert named(spec, "overfit") == {
        "name": "a" * 32 + "-overfit", "expect": {}, "variants": {}, "validation.refit": "none",
    }  # fmt: skip
    assert "validation.refit" not in named(spec, "regularised")
    assert len(named(spec, "regularised")["name"]) == 40


def test_what_overfits_is_held_back_as_its_diagnosis_advises():
    found = Diagnosis(kind="overfits", rule="rise", advice=("stop", "penalty", "smaller"))
    sound = Diagnosis(kind="well_fitted", rule="calm", advice=("keep",))
    spec = resolved("imdb")

    assert best_change(found, spec) == ("penalty", {"architecture.l2": 1e-3})
    assert best_change(sound, spec) == ("", {})


def test_what_an_option_may_not_be_is_passed_over():
    found = Diagnosis(kind="overfits", rule="rise", advice=("dropout", "penalty", "smaller"))
    spec = resolved("imdb")

    assert best_change(found, spec, allowed=lambda changes: "architecture.units" in changes) == (
        "smaller", {"architecture.units": [8, 8]},
    )  # fmt: skip
    assert best_change(found, spec, allowed=lambda changes: False) == ("", {})


@pytest.mark.parametrize(
    ("aim", "reached", "words"),
    [
        (baseline_aim(record(0.7, majority=0.5, linear=0.9)), True,
         "0.7000, a constant guess 0.5000"),
        (baseline_aim(record(7.0, metric="mae", median=6.5)), False, "MAE 7.0000"),
        (baseline_aim(record(0.7)), None, "no score"),
        (model_aim(record(0.8, 0.7, 0.9, linear=0.75), record(0.6)), True,
         "the baseline 0.7500; the difference may be chance"),
        (model_aim(record(0.8, 0.78, 0.82, majority=0.5), record(0.7)), True,
         "the baseline 0.7000"),
        (model_aim(record(3.0, metric="mae", mean=6.6), record(2.9, metric="mae")), False, "2.9"),
        (overfit_aim(Diagnosis(kind="overfits", rule="rise", best_epoch=4,
                               numbers={"best": 0.3, "last": 0.4})), True,
         "to overfit: reached; overfits from epoch 4 on"),
        (overfit_aim(Diagnosis(kind="underfits", rule="weak", score="accuracy",
                               numbers={"score": 0.6, "linear": 0.8})), False,
         "NOT reached; underfits (accuracy 0.6000"),
        (regularised_aim(record(0.9), record(0.8), record(0.85), (0.2, 0.3)), True, "0.9000"),
        (regularised_aim(record(0.9), record(0.8), record(0.95), (0.2, 0.3)), False,
         "0.8000 (overfit) and 0.9500 (model); val_loss 0.2000, before 0.3000"),
        (regularised_aim(record(None), record(0.8), record(0.9), (0.2, 0.3)), None, "no score"),
    ],
)  # fmt: skip
def test_a_step_says_honestly_what_came_of_its_aim(aim, reached, words):
    assert aim.reached is reached
    assert words in in_words(aim)
    assert in_words(aim, "zh").isascii() is False


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_first_steps_can_be_planned_for_every_shipped_spec(path):
    assert planned(path) == ["baseline", "model", "overfit"]


def test_the_first_steps_can_be_planned_for_texts_brought_together_by_length():
    path = SPECS[0].parent / "imdb_lstm.yaml"
    settings = ["architecture.masking=true", "training.batching=bucketed"]

    assert planned(path, *settings) == ["baseline", "model", "overfit"]


def planned(path, *settings):
    from kx.spec.edit import written

    spec = make_plan(path, settings).resolved()
    found = []
    for step, changes in (
        ("baseline", baseline_changes(spec)),
        ("model", model_changes(spec)),
        ("overfit", overfit_changes(spec)),
    ):
        everything = {**named(spec, step), **changes}
        texts = [f"{key}={written(value)}" for key, value in everything.items()]
        plan = make_plan(path, [*settings, *texts])
        found.append(plan.spec.name.rpartition("-")[2])
    return found


@pytest.mark.slow
def test_four_runs_of_which_the_last_alone_looks_at_the_test_set(kx, spec_file, tmp_path):
    outputs = tmp_path / "out"

    code, out, err = kx("workflow", spec_file(TINY), "-q", "--outputs", outputs)

    found = sorted(outputs.glob("*/record.json"))
    records = {path.parent.name[16:-5]: json.loads(path.read_text()) for path in found}
    assert code == 0, err
    assert list(records) == ["tiny-baseline", "tiny-model", "tiny-overfit", "tiny-regularised"]
    assert ["test" in r["scores"] for r in records.values()] == [False, False, False, True]
    assert [r["parameters"] for r in records.values()][:3] == [650, 610, 2410]
    assert {r["command"] for r in records.values()} == {"workflow"}
    groups = [r["group"] for r in records.values()]
    assert [(g["label"], g["place"]) for g in groups] == [
        ("baseline", 0), ("model", 1), ("overfit", 2), ("regularised", 3),
    ]  # fmt: skip
    (group,) = {g["group"] for g in groups}
    assert (found[0].parent / "plots" / "workflow.png").is_file()
    assert "tiny: workflow" in (outputs / f"{group}.html").read_text(encoding="utf-8")
    assert "A  baseline     to beat a constant guess or a naive forecast: reached" in out
    assert "C  overfit      to overfit: NOT reached; too short to tell" in out
