"""Histories made by hand, and what a reader of their curves would say."""

import itertools
import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.advice.diagnosis import Diagnosis, diagnose
from kx.advice.loss_statistics import SHORT
from kx.advice.rules import KINDS, RULES
from kx.base.language import LANGUAGES
from kx.base.remark import Remark
from kx.runs.record import Record
from kx.wording.diagnosis_words import advice, diagnosis_line, explained, recorded

MLP = {"architecture": {"name": "mlp", "units": [16, 16], "dropout": 0.0, "l1": 0.0, "l2": 0.0}}
BINARY = {"accuracy": {"majority": 0.5}, "loss": {"prior": 0.693}}


def decay(start, end, epochs, pace=4.0):
    """Fall from near ``start`` towards ``end``, by a factor e in each ``pace`` epochs."""
    return [end + (start - end) * math.exp(-epoch / pace) for epoch in range(1, epochs + 1)]


def valley(start, low, at, slope, epochs):
    """Fall to ``low`` at epoch ``at``, and rise by ``slope`` in each epoch behind it."""
    return [
        low + (start - low) * (at - epoch) / at if epoch < at else low + slope * (epoch - at)
        for epoch in range(1, epochs + 1)
    ]


def noisy(values, size, seed=0):
    chance = random.Random(seed)
    return [value + size * chance.gauss(0, 1) for value in values]


def record(accuracy=0.88, half=0.01, spec=MLP, baselines=BINARY, **more):
    score = {"value": accuracy, "low": accuracy - half, "high": accuracy + half}
    scores = {"validation": {"accuracy": {**score, "interval": "wilson"}}}
    more = {"scores": scores, **more}
    given = {"baselines": {"validation": baselines}, "spec": spec, **more}
    return Record(id="a", name="a", status=given.pop("status", "completed"), started="", **given)


def contradictory(reachable):
    """Return the warning of 100 examples, of which so many can be right."""
    said = Remark.of(
        "targets.contradictory",
        count=90, examples=100, first="row 1", second="row 2", reachable=reachable,
    )  # fmt: skip
    return Remark.of("warning", title=Remark.of("title.data"), text=said)


def fit(training, validation):
    return {"holdout": {"loss": training, "val_loss": validation}}


def error_record(mae, linear):
    score = {"value": mae, "low": mae - 0.3, "high": mae + 0.3, "interval": "bootstrap"}
    return record(
        scores={"validation": {"mae": score}},
        baselines={"mae": {"median": 6.5, "linear": linear}, "loss": {"mean": 84.0}},
    )


def forecast_record(mae):
    """Return a run whose loss beats any constant; the last season alone is wrong by 1."""
    score = {"value": mae, "low": mae - 0.1, "high": mae + 0.1, "interval": "block bootstrap"}
    simple = {"mean": 4.0, "last": 2.0, "seasonal": 1.0, "drift": 3.0}
    return record(
        scores={"validation": {"mae": score}},
        baselines={"mae": simple, "loss": {"mean": 16.0, "last": 4.0, "seasonal": 1.5}},
        spec={"validation": {"strategy": "time_series"}},
    )


PENALISED = {"architecture": {"name": "mlp", "units": [16], "dropout": 0.0, "l1": 0.0, "l2": 0.1}}
BALANCED = {**MLP, "training": {"sampling": "balanced"}}
BETTER = {**BINARY, "accuracy": {"majority": 0.5, "linear": 0.95}}
DEEP = decay(0.69, 0.01, 20)
CASES = {
    "rises, with labels that contradict each other": (
        record(0.5, warnings=[contradictory(0.6)]),
        fit(DEEP, [0.68 + 0.03 * e for e in range(20)]), "contradictory", "labels", 1,
    ),
    "the same, but hardly any label is contradicted": (
        record(0.57, warnings=[contradictory(0.95)]),
        fit(DEEP, [0.68 + 0.03 * e for e in range(20)]), "overfits", "rise", 1,
    ),
    "labels contradict each other, but the network does what it can": (
        record(0.8, warnings=[contradictory(0.8)]),
        fit(decay(0.69, 0.5, 20), decay(0.69, 0.5, 20)), "well_fitted", "settled", None,
    ),
    "turns at 4 and rises, as on IMDB": (
        record(), fit(DEEP, valley(0.6, 0.27, 4, 0.02, 20)), "overfits", "rise", 4,
    ),
    "the same, with noise": (
        record(), fit(DEEP, noisy(valley(0.6, 0.27, 4, 0.02, 20), 0.01)), "overfits", "rise", None,
    ),
    "rises from the first epoch on": (
        record(0.57), fit(DEEP, [0.68 + 0.03 * e for e in range(20)]), "overfits", "rise", 1,
    ),
    "stands still at 0.5 while the training loss goes to 0": (
        record(), fit(DEEP, valley(0.6, 0.5, 4, 0.0, 20)), "overfits", "gap", 4,
    ),
    "500 epochs, noise, and a slow rise from 80 on": (
        record(), fit(decay(0.69, 0.05, 500, 60), noisy(valley(0.6, 0.3, 80, 3e-4, 500), 0.02)),
        "overfits", "rise", None,
    ),
    "both still fall": (
        record(), fit(decay(0.69, 0.2, 20, 15), decay(0.69, 0.22, 20, 15)),
        "underfits", "still_falling", 20,
    ),
    "the validation loss falls far above a training loss that is nearly 0": (
        record(), fit(decay(0.69, 0.005, 20), decay(0.69, 0.5, 20, 15)),
        "unfinished", "last_is_best", 20,
    ),
    "both stand still, and a linear model does better": (
        record(0.7, baselines={**BINARY, "accuracy": {"majority": 0.5, "linear": 0.85}}),
        fit(decay(0.69, 0.5, 20), decay(0.69, 0.55, 20)), "underfits", "weak", 20,
    ),
    "both stand still, hardly below a constant guess": (
        record(0.55), fit(decay(0.69, 0.65, 20, 1), decay(0.69, 0.66, 20, 1)),
        "underfits", "little", 20,
    ),
    "up and down, without a direction": (
        record(), fit(decay(0.69, 0.3, 20), noisy([0.4] * 20, 0.06)), "noisy", "noise", None,
    ),
    "both rise": (
        record(), fit(valley(0.7, 0.3, 6, 0.02, 20), valley(0.7, 0.3, 6, 0.02, 20)),
        "noisy", "unsteady", 6,
    ),
    "a loss that is no number": (
        record(), fit([0.7, 0.6, None], [0.7, 0.9, None]), "diverged", "not_finite", 1,
    ),
    "the run ended as diverged": (
        record(status="diverged"), fit([0.7], [0.7]), "diverged", "not_finite", 1,
    ),
    "a training loss that grows": (
        record(), fit([0.7 * 1.2**e for e in range(12)], [0.7 * 1.3**e for e in range(12)]),
        "diverged", "loss_rose", 1,
    ),
    "learned by heart, and guesses": (
        record(0.505), fit(DEEP, [0.7 + 0.02 * e for e in range(20)]),
        "no_better_than_baseline", "chance", 1,
    ),
    "learns nothing": (
        record(0.5), fit([0.693] * 20, [0.693] * 20), "no_better_than_baseline", "chance", 1,
    ),
    "falls, and stays there": (
        record(), fit(decay(0.69, 0.25, 30), decay(0.69, 0.28, 30)), "well_fitted", "settled", 30,
    ),
    "dropout: the training loss stays above": (
        record(), fit(decay(0.69, 0.35, 30), decay(0.69, 0.28, 30)), "well_fitted", "settled", 30,
    ),
    "stopped early, three epochs after the best": (
        record(), fit(decay(0.69, 0.2, 12), valley(0.69, 0.28, 9, 0.002, 12)),
        "well_fitted", "calm", 9,
    ),
    "still falls by 2 % in the last quarter, and is at its best": (
        record(), fit(decay(0.69, 0.25, 20, 4.5), decay(0.69, 0.28, 20, 4.5)),
        "unfinished", "last_is_best", 20,
    ),
    "the same, and a linear model does better": (
        record(baselines=BETTER), fit(decay(0.69, 0.1, 20, 4.5), decay(0.69, 0.28, 20, 4.5)),
        "unfinished", "last_is_best", 20,
    ),
    "calm, but worse than a linear model, as on digits": (
        record(0.518, baselines={**BINARY, "accuracy": {"majority": 0.4, "linear": 0.59}}),
        fit(decay(0.69, 0.18, 12), valley(0.69, 0.28, 9, 0.002, 12)),
        "no_better_than_baseline", "linear_better", 9,
    ),
    "the same by a hair, which may be chance": (
        record(0.58, 0.05, baselines={**BINARY, "accuracy": {"majority": 0.4, "linear": 0.59}}),
        fit(decay(0.69, 0.2, 12), valley(0.69, 0.28, 9, 0.002, 12)),
        "no_better_than_baseline", "linear_better", 9,
    ),
    "as good as a linear model": (
        record(0.59, baselines={**BINARY, "accuracy": {"majority": 0.4, "linear": 0.59}}),
        fit(decay(0.69, 0.2, 12), valley(0.69, 0.28, 9, 0.002, 12)), "well_fitted", "calm", 9,
    ),
    "an error below that of a linear model": (
        error_record(2.4, 3.4), fit(decay(80, 10, 12), valley(80, 12, 9, 0.1, 12)),
        "well_fitted", "calm", 9,
    ),
    "an error above that of a linear model": (
        error_record(3.5, 3.4), fit(decay(80, 10, 12), valley(80, 12, 9, 0.1, 12)),
        "no_better_than_baseline", "linear_better", 9,
    ),
    "a score above chance, and a loss that never falls below that of a guess": (
        record(0.55), fit([0.71 - 0.001 * e for e in range(20)], [0.7] * 20),
        "no_better_than_baseline", "loss_of_guess", 1,
    ),
    "the same, but the network learned from as many rows of each class": (
        record(0.9, spec=BALANCED), fit([0.71 - 0.001 * e for e in range(20)], [0.7] * 20),
        "well_fitted", "calm", 1,
    ),
    "the same, but there is a penalty in the loss": (
        record(0.9, spec=PENALISED), fit([0.9 - 0.001 * e for e in range(20)], [0.8] * 20),
        "well_fitted", "calm", 1,
    ),
    "folds that stopped early, each after another epoch": (
        record(), {
            f"fold-{at}": {"loss": DEEP[:length], "val_loss": decay(0.69, 0.28, 9, 4) + tail}
            for at, (length, tail) in enumerate([(9, []), (15, [0.35] * 6), (13, [0.35] * 4)])
        },
        "well_fitted", "calm", 9,
    ),
    "a rise of 50 % that is nothing beside what was won": (
        record(0.99), fit(decay(2.3, 0.008, 20, 1), valley(0.012, 0.008, 4, 0.00025, 20)),
        "well_fitted", "calm", 4,
    ),
    "four epochs": (
        record(), fit(DEEP[:4], valley(0.6, 0.27, 2, 0.1, 4)), "too_short", "few_epochs", 2,
    ),
    "a smoke run": (
        record(smoke=True), fit(DEEP, valley(0.6, 0.27, 4, 0.02, 20)), "too_short", "few_epochs", 4,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_constructed_histories_are_diagnosed_as_a_reader_would(case):
    about, histories, kind, rule, best = CASES[case]

    found = diagnose(about, histories)

    assert (found.kind, found.rule) == (kind, rule), found.numbers
    assert best is None or found.best_epoch == best
    assert found.advice


def test_every_rule_has_a_history():
    assert {rule.name for rule in RULES} == {case[3] for case in CASES.values()}
    assert {rule.kind for rule in RULES} == set(KINDS) == {case[2] for case in CASES.values()}


def test_numbers_are_those_of_the_curves():
    training, validation = [0.6, 0.4, 0.3, 0.2, 0.15, 0.1], [0.5, 0.4, 0.3, 0.34, 0.38, 0.42]

    found = diagnose(record(), fit(training, validation))

    # Six epochs are not smoothed. 0.42 is 40 % above 0.30; 0.12 of the 0.393 won are lost again.
    assert found.best_epoch == 3
    assert found.numbers["rise"] == pytest.approx(0.4)
    assert found.numbers["lost"] == pytest.approx(0.12 / 0.393)
    assert found.numbers["training_fall"] == pytest.approx(0.2 / 0.3)
    assert found.numbers["gap"] == pytest.approx(0.32 / 0.42)
    # Second differences 0, 0.14, 0 and 0: their median is 0.
    assert found.numbers["noise"] == pytest.approx(0)
    assert found.numbers["margin"] == pytest.approx(0.88 - 0.01 - 0.5)


def test_noise_is_measured_whatever_the_trend():
    steep = noisy([10 - 0.01 * epoch for epoch in range(1000)], 0.2)

    found = diagnose(record(), fit(steep, steep))

    assert found.numbers["noise"] * found.numbers["lowest"] == pytest.approx(0.2, rel=0.1)


def test_folds_are_judged_by_their_mean_and_their_spread_is_told():
    rising, falling = valley(0.6, 0.3, 4, 0.03, 20), valley(0.6, 0.3, 4, 0.0, 20)
    fits = {
        f"fold-{at}": {"loss": DEEP, "val_loss": curve}
        for at, curve in enumerate([rising, rising, rising, falling])
    }
    refit = {"refit": {"loss": DEEP}}
    values = {"accuracy": [0.86, 0.88, 0.90, 0.92]}

    found = diagnose(record(fold_scores=values), fits | refit)

    assert (found.kind, found.fits, found.best_epoch) == ("overfits", 4, 4)
    assert found.numbers["last"] == pytest.approx(0.3 + 0.75 * 0.48)
    assert found.numbers["fold_sd"] == pytest.approx(math.sqrt(0.002 / 3))
    assert "0.8600 to 0.9200" in dict(explained(found))["folds"]


def test_the_best_epoch_is_that_of_the_run():
    assert diagnose(record(best_epoch=7), CASES["falls, and stays there"][1]).best_epoch == 7


@pytest.mark.parametrize(
    ("architecture", "more", "expected"),
    [
        (MLP["architecture"], {}, "stop dropout penalty smaller more_data"),
        ({"name": "mlp", "units": [4], "dropout": 0.5, "l1": 0.0, "l2": 1e-3}, {},
         "stop smaller more_data"),
        ({"name": "cnn", "filters": [8], "dropout": 0.0, "l1": 0.0, "l2": 0.0}, {},
         "stop dropout penalty augmentation smaller more_data"),
        ({"name": "cnn", "filters": [8], "dropout": 0.5, "l1": 0.0, "l2": 0.0},
         {"augmentation": {"rotation_degrees": 40}}, "stop penalty smaller more_data"),
        ({"name": "pretrained", "mode": "features", "units": [256], "dropout": 0.5}, {},
         "stop smaller more_data"),
        ({"name": "linear", "l1": 0.0, "l2": 0.0}, {}, "stop penalty more_data"),
    ],
)  # fmt: skip
def test_advice_is_what_the_spec_does_not_do_yet(architecture, more, expected):
    spec = {"architecture": architecture, **more}
    _, histories, *_ = CASES["turns at 4 and rises, as on IMDB"]

    assert diagnose(record(spec=spec), histories).advice == tuple(expected.split())


def test_where_a_linear_model_does_better_it_is_advised():
    found = diagnose(record(baselines=BETTER), fit(decay(0.69, 0.2, 30), decay(0.69, 0.28, 30)))

    assert (found.kind, found.advice) == ("no_better_than_baseline", ("linear",))
    assert diagnosis_line(found) == (
        "no better than the baseline (accuracy 0.8800, a linear model 0.9500)"
    )
    assert "0.9500 against 0.8800" in dict(explained(found))["linear model"]


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("still falls by 2 % in the last quarter, and is at its best",
         "had not finished (the best epoch, 20, is the last one)"),
        ("the same, and a linear model does better",
         "had not finished (the best epoch, 20, is the last one); no better than a linear model: "
         "accuracy 0.8800 against 0.9500"),
        ("as good as a linear model",
         "well fitted (val_loss 0.2800 at epoch 9, 0.2860 at the end); no better than a linear "
         "model: accuracy 0.5900 against 0.5900"),
        ("rises from the first epoch on",
         "overfits from epoch 1 on (val_loss 0.6800 there, 1.2500 at the end)"),
        ("falls, and stays there",
         "well fitted (val_loss 0.2802 at epoch 30, the last, where it has nearly levelled off)"),
        ("a score above chance, and a loss that never falls below that of a guess",
         "no better than the baseline (val_loss is 0.7000 at best, that of a constant guess "
         "0.6930)"),
    ],
)  # fmt: skip
def test_a_line_says_what_stands_beside_the_curves(case, line):
    assert diagnosis_line(diagnose(*CASES[case][:2])) == line


def test_a_loss_that_never_beats_a_guess_is_told_whatever_the_curves_do():
    found = diagnose(record(0.57), fit(DEEP, [0.7 + 0.03 * e for e in range(20)]))

    assert diagnosis_line(found).startswith("overfits from epoch 1 on")
    assert diagnosis_line(found).endswith(
        "; val_loss is never below that of a constant guess, 0.6930"
    )
    assert diagnosis_line(found, "zh").endswith("；val_loss 从未低于常数猜测的 0.6930")


NO_GUESS = {"accuracy": {"majority": 0.5}}
ODD = {
    "known by heart": (BINARY, decay(0.69, 0, 40, 1), decay(0.69, 0, 40, 1)),
    "all but zero, then a bit more": (BINARY, [1e-9] * 20, [1e-9] * 10 + [1e-7] * 10),
    "halves to the end": (NO_GUESS, [2.0**-e for e in range(20)], [2.0**-e for e in range(20)]),
    "worse than a guess, and falling": (
        {**BINARY, "loss": {"prior": 0.1}}, decay(9, 0.1, 20, 9), decay(9, 0.5, 20, 9),
    ),
    "below zero": (NO_GUESS, decay(1, -3, 20, 9), decay(1, -2, 20, 9)),
    "through zero and up again": (NO_GUESS, decay(1, -3, 20, 3), valley(1, -0.01, 9, 0.2, 20)),
    "flat but for rounding": (BINARY, [0.3] * 20, [0.3, 0.3 + 6e-17] * 10),
    "a loss of zero": (BINARY, [0.0] * 20, [0.0] * 20),
    "a mean target of zero": ({"loss": {"mean": 0.0}}, [0.0] * 20, [1e-3] * 20),
    "a training loss far above": (BINARY, [90.0] * 20, valley(0.6, 0.3, 9, 0.001, 20)),
    "a wild one": (BINARY, decay(9, 0.1, 20), noisy([1e-3] * 20, 5.0)),
    "to the skies": (BINARY, [1e-9 * 3.0**e for e in range(20)], [3.0**e for e in range(20)]),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_odd_losses_mean_something(case, language):
    baselines, training, validation = ODD[case]

    found = diagnose(record(baselines=baselines), fit(training, validation))

    told = " ".join(text for pair in explained(found, language) for text in pair)
    shares = [float(share.replace(",", "")) for share in re.findall(r"(-?[\d,.]+) %", told)]
    assert all(-100 <= share <= 1000 for share in shares), told
    assert not re.search(r"-0\.0+\b(?!\d)|e-1[3-9]|e\+1", told), told
    assert all(abs(n) <= 1 for name, n in found.numbers.items() if name in BOUNDED), found.numbers


def test_who_is_no_better_than_a_guess_and_had_not_finished_is_advised_to_go_on():
    found = diagnose(record(0.505), fit(decay(0.69, 0.5, 20, 15), decay(0.69, 0.55, 20, 15)))

    assert diagnosis_line(found).endswith("; the best epoch, 20, is the last one")
    assert diagnosis_line(found, "zh").endswith("；最佳轮次 20 就是最后一轮")
    assert found.advice[0] == "longer"


def test_a_score_of_one_has_as_many_digits_as_any_other():
    perfect = {**BINARY, "accuracy": {"majority": 0.5, "linear": 1.0}}
    found = diagnose(record(baselines=perfect), fit(decay(0.69, 0.2, 30), decay(0.69, 0.28, 30)))

    assert diagnosis_line(found).endswith("(accuracy 0.8800, a linear model 1.0000)")
    assert "judged 30, smoothing 0.5, " in dict(explained(found))["numbers"]


BOUNDED = ("fall", "gap", "training_fall", "won", "lost", "fall_of_won", "noise_of_won",
           "gap_of_won", "since_best")  # fmt: skip


def test_a_loss_that_falls_straight_to_the_end_falls_by_less_than_all_of_it():
    straight = [1 - 0.06 * epoch for epoch in range(16)]

    found = diagnose(record(), fit(straight, straight))

    # From 0.34 to 0.10; the smoothed curve lies one epoch, 0.06, behind.
    assert (found.kind, found.rule) == ("underfits", "still_falling")
    assert found.numbers["fall"] == pytest.approx(0.24 / 0.4, rel=1e-3)
    assert "val_loss still fell from 0.4000 to 0.1600 in the last quarter" in diagnosis_line(found)


def test_what_is_all_but_zero_neither_rises_nor_diverges():
    by_heart = diagnose(record(), fit(*ODD["all but zero, then a bit more"][1:]))
    sinking = diagnose(record(), fit([1e-9, *[1e-7] * 19], [1e-7] * 20))

    assert by_heart.numbers["rise"] == pytest.approx(0, abs=1e-4)
    assert {by_heart.kind, sinking.kind} == {"well_fitted"}


OLD = {
    "kind": "underfits", "rule": "still_falling", "best_epoch": 20, "epochs": 20, "fits": 1,
    "score": "accuracy",
    "numbers": {
        "not_finite": 0.0, "smoke": 0.0, "judged": 20.0, "smoothing": 0.5, "best": 0.4,
        "last": 0.4, "training_best": 0.1, "training_last": 0.1, "training_growth": 0.05,
        "lowest": 0.4, "end": 0.4, "rise": -0.0, "lost": 0.0, "fall": 1.237, "fall_of_won": 1e12,
        "noise": 1.39e-17, "noise_of_won": 1.39e-17, "uncertainty": 1.39e-17, "gap": 0.75,
        "gap_of_won": 1e12, "won": 0.0, "constant_loss": 0.3, "training_fall": 0.0,
        "since_best": 0.0, "score": 0.88, "chance": 0.01, "constant": 0.5, "margin": 0.37,
        "linear": 0.9, "behind_linear": 0.01,
    },
    "advice": ["longer"],
}  # fmt: skip


def test_what_an_older_kx_recorded_is_told_in_numbers_that_mean_something():
    found = recorded(Diagnosis.from_dict(OLD))

    assert found is not None
    told = dict(explained(found))
    assert "no better than a linear model: accuracy 0.8800 against 0.9000" in diagnosis_line(found)
    assert "still fell from 0.8948 to 0.4000" in diagnosis_line(found)
    assert "fell by 55.3 % in the last quarter of the epochs, from 0.8948 to 0.4000" in told["rule"]
    assert "(nothing was gained here)" in told["rule"]
    assert not re.search(r"e[-+]1|-0\.0 ", " ".join(told.values()))


def test_a_run_without_scores_is_judged_by_its_curves():
    bare = Record(id="a", name="a", status="interrupted", started="")

    assert diagnose(bare, CASES["turns at 4 and rises, as on IMDB"][1]).kind == "overfits"
    assert diagnose(bare, {}).kind == "too_short"
    assert diagnose(bare, {"refit": {"loss": DEEP}}).kind == "too_short"


def test_a_fit_whose_last_training_loss_is_not_known_gets_its_advice():
    odd = {"loss": [-1.0, 1.0, 5.0, -1.0, 5.0], "val_loss": [0.3, 0.0, 1.0, 1.0, None, -1.0]}

    assert "check_data" in diagnose(record(0.5), {"holdout": odd}).advice


points = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=70)


@given(
    st.lists(st.tuples(points, points), max_size=3),
    st.floats(-1e6, 1e6),
    st.none() | st.integers(1, 99),
    st.sampled_from([MLP, {}, {"validation": {"smooth": 0.9, "skip_epochs": 10}}]),
)
def test_no_history_is_beyond_words(curves, score, best, spec):
    fits = {str(at): {"loss": a, "val_loss": b} for at, (a, b) in enumerate(curves)}

    found = diagnose(record(score, spec=spec, best_epoch=best), fits)

    assert Diagnosis.from_dict(found.as_dict()) == found
    for language in LANGUAGES:
        assert all(text for pair in explained(found, language) for text in pair)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_diagnosis_has_words(case, language):
    found = diagnose(*CASES[case][:2])

    texts = [
        diagnosis_line(found, language),
        advice(found, language),
        *dict(explained(found, language)),
    ]

    assert all(texts)
    assert not any("{" in text or "}" in text for text in texts)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in texts[0]) is (language == "zh")


def test_what_is_no_diagnosis_is_none():
    good = diagnose(*CASES["falls, and stays there"][:2]).as_dict()

    for bad in ({}, {**good, "x": 1}, {**good, "kind": "odd"}):
        assert Diagnosis.from_dict(bad) is None


def test_short_is_what_the_rule_says():
    curves = fit(DEEP, valley(0.6, 0.27, 4, 0.02, 20))["holdout"]
    kinds = [
        diagnose(record(), fit(curves["loss"][:n], curves["val_loss"][:n])).kind
        for n in (SHORT - 1, SHORT)
    ]

    assert [kind == "too_short" for kind, _ in itertools.zip_longest(kinds, ())] == [True, False]


BACK = {"encoding": "sequence", "pad": "back"}
RNN = {"name": "rnn", "masking": False, "bidirectional": False}


@pytest.mark.parametrize(
    ("dataset", "architecture", "told"),
    [
        (BACK, RNN, True),
        (BACK, RNN | {"masking": True}, False),
        (BACK, RNN | {"bidirectional": True}, False),
        (BACK | {"pad": "front"}, RNN, False),
        (BACK, {"name": "conv1d"}, False),
    ],
)
def test_padding_that_a_network_forgets_its_words_over_is_named_first(dataset, architecture, told):
    of = record(0.5, spec={"dataset": dataset, "architecture": architecture})

    found = diagnose(of, fit([0.69] * 20, [0.69] * 20))

    assert found.kind == "no_better_than_baseline"
    assert (found.advice[0] == "padding") is told
    assert not told or "dataset.pad: front" in advice(found)


def test_what_holds_a_network_back_is_named_where_it_does_not_beat_a_guess():
    spec = {"architecture": {"name": "mlp", "units": [16], "dropout": 0.99, "l1": 0.0, "l2": 0.0}}
    curves = fit(decay(0.69, 0.68, 20, 1), decay(0.69, 0.685, 20, 1))

    free, held = (diagnose(record(0.5, spec=each), curves) for each in (MLP, spec))

    assert (held.kind, held.advice[0]) == ("no_better_than_baseline", "less_regularisation")
    assert "less_regularisation" not in free.advice


@pytest.mark.parametrize(("mae", "rule"), [(1.5, "chance"), (0.5, "still_falling")])
def test_a_forecast_is_held_against_the_best_of_those_that_look_at_the_past_alone(mae, rule):
    found = diagnose(forecast_record(mae), fit(decay(9.0, 0.9, 20), decay(9.0, 1.0, 20)))

    assert found.rule == rule
    assert (found.numbers["constant"], found.numbers["constant_loss"]) == (1.0, 1.5)
    texts = " ".join(text for _, text in explained(found))
    assert "constant guess" not in texts
    assert "the best naive forecast" in texts


def test_rows_in_order_of_time_are_not_to_be_mixed():
    curves = {f"fold-{at}": of for at, of in enumerate(
        fit(decay(9.0, 1.0, 20), noisy(decay(9.0, 1.0, 20), 0.3))["holdout"] for _ in range(3)
    )}  # fmt: skip

    found = diagnose(forecast_record(0.5), curves)

    assert found.kind == "noisy"
    assert "repeats" not in found.advice
    assert found.advice[-2:] == ("more_folds", "longer_history")
