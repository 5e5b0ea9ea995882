import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kx.base.errors import SpecError
from kx.contracts import DatasetInfo
from kx.planning import plan_document
from kx.planning.rules import (
    DATA_RULES,
    SPEC_RULES,
    broken,
    broken_by_data,
    data,
    names,
    training,
    without_effect,
)
from kx.spec.document import parse
from kx.spec.load import expand_shorthands
from kx.spec.schema import ExperimentSpec
from kx.wording.recorded import in_words

PHASES = [{"epochs": 2}, {"epochs": 3}]
SCHEDULE = {"name": "piecewise_constant_decay", "learning_rates": [0.1]}


@pytest.fixture(scope="module")
def sound():
    return plan_document(document("wine", "mlp"), Path())


def document(dataset, architecture, **sections):
    spec = {"name": "x", "dataset": dataset, "architecture": architecture} | sections
    made = parse("".join(f"{key}: {value}\n" for key, value in spec.items()), "x.yaml")
    expand_shorthands(made)
    return made


def with_sections(plan, **sections):
    values = {"name": "x", "dataset": {"name": "wine"}, "architecture": {"name": "mlp"}}
    spec = ExperimentSpec.model_validate_json(json.dumps(values | sections))
    return replace(plan, spec=spec)


def test_a_sound_plan_breaks_no_rule(sound):
    assert list(broken(sound)) == []


@pytest.mark.parametrize(
    "module", [data, names, training, without_effect], ids=lambda module: module.__name__
)
def test_every_rule_is_listed(module):
    listed = {rule.__name__ for rule in (*SPEC_RULES, *DATA_RULES)}
    rules = {
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and function.__annotations__["return"] == "Iterator[Finding]"
    }

    assert rules <= listed


@pytest.mark.parametrize(
    ("rule", "sections", "key", "words"),
    [
        (names.monitors_are_measured, {"monitor": "val_acc"}, "monitor", "'val_accuracy'"),
        (
            training.one_thing_sets_the_learning_rate,
            {
                "reduce_lr_on_plateau": {},
                "learning_rate_schedule": {"name": "cosine_decay", "decay_epochs": 1.0},
            },
            "reduce_lr_on_plateau",
            "cannot be combined with learning_rate_schedule",
        ),
        (
            training.boundaries_rise,
            {"learning_rate_schedule": SCHEDULE | {"boundary_epochs": [2, 2]}},
            "learning_rate_schedule.boundary_epochs",
            "must rise",
        ),
        (
            training.boundaries_have_learning_rates,
            {"learning_rate_schedule": SCHEDULE | {"boundary_epochs": [2, 3]}},
            "learning_rate_schedule.boundary_epochs",
            "one learning rate for each",
        ),
        (
            training.epochs_are_those_of_phases,
            {"phases": PHASES, "epochs": 6},
            "epochs",
            "add up to 5",
        ),
        (
            training.phases_suit_the_base,
            {"phases": [{"epochs": 2, "trainable": "head"}]},
            "phases",
            "mlp has no pretrained base",
        ),
        (
            training.phases_can_be_repeated,
            {"phases": PHASES, "early_stopping": {}},
            "phases",
            "may stop early",
        ),
        (
            training.phases_go_on_from_their_best,
            {"phases": PHASES, "checkpoint": "best"},
            "phases",
            "go on from the last ones",
        ),
    ],
)
def test_a_rule_tells_of_what_breaks_it(sound, rule, sections, key, words):
    plan = with_sections(sound, training=sections)
    (found,) = rule(plan)

    assert ".".join(map(str, found.key)) == f"training.{key}"
    assert words in in_words(found.message) + in_words(found.hint)
    assert list(rule(sound)) == []


@pytest.mark.parametrize(
    ("rule", "info", "sections", "key"),
    [
        (data.head_suits_the_task, {}, {"training": {"loss": "mae"}}, "training.loss"),
        (
            data.class_weights_name_classes,
            {},
            {"training": {"class_weight": {"c": 2.0}}},
            "training.class_weight",
        ),
        (
            data.pictures_stay_bytes,
            {"pixels": True},
            {"preparation": {"scale": "unit"}},
            "preparation.scale",
        ),
        (
            data.augmentation_has_pictures,
            {},
            {"augmentation": {"zoom_fraction": 0.1}},
            "augmentation",
        ),
        (data.buckets_hold_texts, {}, {"training": {"batching": "bucketed"}}, "training.batching"),
        (data.components_suit_the_data, {"vocabulary": 100}, {}, "architecture"),
    ],
)
def test_a_rule_tells_of_data_that_break_it(sound, rule, info, sections, key):
    about = DatasetInfo(**{"name": "d", "task": "binary", "input_shape": (4,), **info})
    about = replace(about, classes=("a", "b"), train_examples=100)
    (found,) = rule(with_sections(sound, **sections), about)

    assert ".".join(map(str, found.key)) == key


@pytest.mark.parametrize(
    ("batch_norm", "batch_size", "keys"),
    [
        ("true", 1, [("training", "batch_size")]),
        ("true", 2, []),
        ("false", 1, []),
    ],
)
def test_a_batch_of_one_row_cannot_be_normalised(batch_norm, batch_size, keys):
    network = f"{{name: mlp, batch_norm: {batch_norm}}}"
    plan = plan_document(
        document("wine", network, training=f"{{batch_size: {batch_size}}}"), Path()
    )

    found = list(training.batches_can_be_normalised(plan))

    assert [each.key for each in found] == keys
    assert not any(each.fatal for each in found)


def test_mistakes_of_names_do_not_hide_those_of_the_data():
    spec = document("wine", "cnn", expect="{test.acc: {at_least: 1}}", training="{loss: bce}")
    with pytest.raises(SpecError) as caught:
        plan_document(spec, Path())

    assert [p.key for p in caught.value.problems] == [
        "architecture",
        "expect.test.acc",
        "training.loss",
    ]


def test_data_that_were_not_described_are_held_to_what_is_watched_and_expected(sound):
    sections = {"training": {"monitor": "val_mae"}, "expect": {"test.mae": {"at_most": 1.0}}}
    undescribed = replace(with_sections(sound, **sections), info=None)

    assert list(broken(undescribed)) == []
    assert [found.key for found in broken_by_data(undescribed, sound.info)] == [
        ("training", "monitor"),
        ("expect", "test.mae"),
    ]


def test_what_was_told_of_a_plan_is_not_told_again_when_the_data_are_read(sound):
    sections = {"training": {"phases": PHASES, "checkpoint": "best"}}
    undescribed = replace(with_sections(sound, **sections), info=None)

    assert [found.fatal for found in broken(undescribed)] == [False]
    assert broken_by_data(undescribed, sound.info) == []


OWN = {"training": {"metrics": ["accuracy", "mcc"], "monitor": "val_mcc"}}


def test_metrics_of_kxs_own_can_be_watched_and_expected(sound):
    plan = with_sections(sound, **OWN, expect={"test.mcc": {"at_least": -0.2}})

    assert list(broken(plan)) == []


def test_what_suits_the_task_can_be_expected_without_being_named(sound):
    plan = with_sections(sound, expect={"test.pr_auc": {"at_least": 0.9}})
    wrong = with_sections(sound, expect={"test.median_absolute_error": {"at_most": 3}})

    assert list(broken(plan)) == []
    (found,) = broken(wrong)
    assert "no result is called 'test.median_absolute_error'" in found.message


def test_what_is_measured_after_the_fit_cannot_be_watched(sound):
    metrics = {"metrics": ["mae", {"name": "median_absolute_error", "label": "half_error"}]}
    plan = with_sections(sound, training=metrics | {"monitor": "val_half_error"})

    found = [each.message for each in names.monitors_are_measured(plan)]

    assert found == ["median_absolute_error is measured after the fit, not in its epochs"]


def test_classes_are_drawn_equally_often_where_there_are_some_and_are_not_weighted_too(sound):
    sampled = with_sections(sound, training={"sampling": "balanced"})
    twice = with_sections(sound, training={"sampling": "balanced", "class_weight": "balanced"})
    numbers = replace(sound.info, task="regression", classes=())

    assert list(broken(sampled)) == []
    (found,) = broken(twice)
    assert (found.key, found.fatal) == (("training", "sampling"), False)
    (found,) = data.sampling_has_classes(sampled, numbers)
    assert found.fatal
    assert "a regression task has no single classes" in found.message


def test_thresholds_are_for_answers_that_are_yes_or_no(sound):
    plan = with_sections(sound, threshold={"maximize": "mcc"})
    two = replace(sound.info, task="binary", classes=("no", "yes"))

    (found,) = data.thresholds_have_answers(plan, sound.info)
    assert found.fatal
    assert "needs answers that are yes or no; the task of wine is multiclass" in found.message
    assert list(data.thresholds_have_answers(plan, two)) == []


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        ({}, "state one of maximize, cost and least_recall; got nothing"),
        ({"maximize": "f1", "least_recall": 0.9}, "got maximize and least_recall"),
    ],
)
def test_a_threshold_has_one_aim(sound, threshold, told):
    with pytest.raises(ValueError, match=told):
        with_sections(sound, threshold=threshold)
