"""What the curves of a run say of its training: a diagnosis by stated rules, with its numbers.

All of it is read off the mean curves of the fits that have a validation part, after a smoothing
that long curves need (notes, 1.1.5, 1.1.6 and 2.3). The words are in
``kx.reporting.diagnosis_words``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any, Literal, Protocol, get_args

from kx.course import SHORT, Course, Points
from kx.curves import lower_is_better

Kind = Literal[
    "diverged", "too_short", "no_better_than_baseline", "overfits", "underfits", "noisy",
    "well_fitted",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)

RISE = 0.10
"""So much above its lowest point the validation loss must end, to have risen."""

FALL = 0.05
"""So much the validation loss must still fall in the last quarter, to be still falling."""

GAP = 0.5
"""So far below the validation loss the training loss must be, to be far from it."""

CLOSE = 0.2
"""The two losses are close where the gap is smaller than this."""

NOISE = 0.05
"""From so much chance in each epoch on, relative to the lowest loss, a curve is noisy."""

MATTERS = 0.01
"""Of what was won over a constant guess: a smaller change of the loss does not matter."""

LITTLE = 0.10
"""Of the loss of a constant guess: who wins less has learnt little."""

SURE = 3.0
"""Standard errors that a change must exceed to be more than noise."""

BEYOND = 1e12
"""Numbers stop here: such a loss is beyond measure, and JSON has no infinity."""

Numbers = Mapping[str, float]
Histories = Mapping[str, Mapping[str, Points]]
"""Name of a fit -> metric -> one value per epoch; None where it was no finite number."""


class Judged(Protocol):
    """What is looked at of the record of a run; see ``kx.reporting.record.Record``."""

    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def smoke(self) -> bool: ...  # noqa: D102
    @property
    def spec(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def best_epoch(self) -> int | None: ...  # noqa: D102
    @property
    def scores(self) -> Mapping[str, Mapping[str, Any]]: ...  # noqa: D102
    @property
    def fold_scores(self) -> Mapping[str, Sequence[float | None]]: ...  # noqa: D102
    @property
    def baselines(self) -> Mapping[str, Mapping[str, Mapping[str, float | None]]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What a run suffers from, if from anything.

    Attributes:
        rule: which rule said so.
        best_epoch: counted from 1; that of the run's own strategy, if it came so far.
        epochs: how many all fits reached.
        fits: how many fits the mean curves are of.
        score: the metric that is held against the baselines; empty without scores.
        numbers: what the rules looked at; losses are means over the fits, and of shares 1 is all.
        advice: keys of what the notes advise, the most useful first.
    """

    kind: Kind
    rule: str
    best_epoch: int | None = None
    epochs: int = 0
    fits: int = 0
    score: str = ""
    numbers: Numbers = field(default_factory=dict)
    advice: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, as the record has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Diagnosis | None:
        """Return what ``as_dict`` gave, or None where it is missing, foreign or damaged."""
        try:
            found = cls(**{**values, "advice": tuple(values["advice"])})
        except (KeyError, TypeError):
            return None
        return found if found.kind in KINDS else None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of diagnosis.

    Attributes:
        holds: whether the numbers say so. All of those of the curves are there if ``late``.
        late: whether it needs a course of ``SHORT`` epochs.
    """

    kind: Kind
    name: str
    holds: Callable[[Numbers], bool]
    late: bool = True


def _rises(n: Numbers) -> bool:
    return n["rise"] >= RISE and n["lost"] >= MATTERS and n["rise"] >= SURE * n["uncertainty"]


def _still_falls(n: Numbers) -> bool:
    sure = n["fall"] >= SURE * n["uncertainty"] and n["since_best"] < 1 / 4
    return sure and n["fall"] >= FALL and n["fall_of_won"] >= MATTERS and n["rise"] < FALL


RULES: tuple[Rule, ...] = (
    Rule("diverged", "not_finite", lambda n: bool(n["not_finite"]), late=False),
    Rule("diverged", "loss_rose", lambda n: n.get("training_growth", 1) >= 1.5, late=False),
    Rule("too_short", "few_epochs", lambda n: n["judged"] < SHORT or bool(n["smoke"]), late=False),
    Rule("no_better_than_baseline", "chance", lambda n: n.get("margin", 1) <= 0),
    Rule("overfits", "rise", lambda n: _rises(n) and n["training_fall"] > 0),
    Rule("underfits", "still_falling", _still_falls),
    Rule("noisy", "unsteady", lambda n: _rises(n)),
    Rule("noisy", "noise", lambda n: n["noise"] >= NOISE and n["noise_of_won"] >= MATTERS),
    Rule(
        "overfits",
        "gap",
        lambda n: n["gap"] >= GAP and n["gap_of_won"] >= 2 * MATTERS and n["training_fall"] >= 0.2,
    ),
    Rule("underfits", "weak", lambda n: n["gap"] < CLOSE and n.get("behind_linear", 0) > 0),
    Rule("underfits", "little", lambda n: n["gap"] < CLOSE and n["won"] < LITTLE),
    Rule("well_fitted", "calm", lambda n: True),
)
"""Tried in this order; the first that holds is the diagnosis."""


def diagnose(record: Judged, histories: Histories) -> Diagnosis:
    """Say what a run suffers from.

    Args:
        record: of the run; what it lacks, such as the scores of a crashed run, is done without.
        histories: of all its fits; those without a validation part, refits, are left out.
    """
    fits = [curves for curves in histories.values() if "val_loss" in curves]
    curves = Course.of(fits, record.spec, record.best_epoch)
    found = {
        **_finiteness(record, fits),
        **curves.numbers(_constant_loss(record)),
        **_score_numbers(record),
    }
    numbers = {name: max(-BEYOND, min(BEYOND, value)) for name, value in found.items()}
    rule = next(rule for rule in RULES if _applies(rule, numbers))
    score = _main_metric(record)
    return Diagnosis(
        kind=rule.kind,
        rule=rule.name,
        best_epoch=curves.best if curves.validation else None,
        epochs=len(curves.validation),
        fits=len(fits),
        score=score or "",
        numbers=numbers,
        advice=tuple(dict.fromkeys(_advice(rule, numbers, record.spec, len(fits)))),
    )


def _applies(rule: Rule, numbers: Numbers) -> bool:
    return rule.holds(numbers) if not rule.late or "rise" in numbers else False


def _finiteness(record: Judged, fits: Sequence[Mapping[str, Points]]) -> dict[str, float]:
    broken = any(None in curves.get("loss", ()) for curves in fits)
    return {
        "not_finite": float(broken or record.status == "diverged"),
        "smoke": float(record.smoke),
    }


def _constant_loss(record: Judged) -> float | None:
    """Return the loss of the best constant guess on the validation rows, if it is known."""
    found = record.baselines.get("validation", {}).get("loss", {})
    values = [value for name, value in found.items() if name != "linear" and value is not None]
    return min(values) if values else None


def _main_metric(record: Judged) -> str | None:
    return next(iter(record.scores.get("validation", {})), None)


def _score_numbers(record: Judged) -> dict[str, float]:
    """Return the score beside its baselines, and how far it is from them, chance taken off.

    ``margin`` is how much better than the best constant the worse end of the score is, and
    ``behind_linear`` how much worse than the linear model its better end is; both in the unit of
    the score.
    """
    metric = _main_metric(record)
    if metric is None:
        return {}
    score = record.scores["validation"][metric]
    value, fits = score["value"], record.fold_scores.get(metric, ())
    if value is None:
        return {}
    sign = -1.0 if lower_is_better(metric) else 1.0
    chance = _chance(score, len(fits))
    found = {"score": value, "chance": chance, **_spread(fits)}
    told = record.baselines.get("validation", {}).get(metric, {})
    constants = [sign * v for name, v in told.items() if name != "linear" and v is not None]
    if constants:
        found |= {"constant": sign * max(constants)}
        found["margin"] = sign * value - chance - max(constants)
    linear = told.get("linear")
    if linear is not None:
        found |= {"linear": linear, "behind_linear": sign * linear - sign * value - chance}
    return found


def _chance(score: Mapping[str, Any], fits: int) -> float:
    """Return by how much a score may be wrong: its interval, its standard error, or 2 %."""
    low, high, value = score["low"], score["high"], score["value"]
    if low is None or high is None:
        return abs(0.02 * float(value))
    half = (high - low) / 2
    spread = str(score["interval"]).endswith("spread")
    return float(half / math.sqrt(max(fits, 1)) if spread else half)


def _spread(values: Sequence[float | None]) -> dict[str, float]:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return {}
    return {
        "fold_mean": fmean(known),
        "fold_sd": stdev(known),
        "fold_low": min(known),
        "fold_high": max(known),
    }


def _advice(rule: Rule, n: Numbers, spec: Mapping[str, Any], fits: int) -> Iterator[str]:
    """Yield what the notes advise, without what the spec does already or cannot do."""
    options = _options(spec, "architecture")
    if rule.kind == "overfits":
        yield from _against_overfitting(spec, options)
    elif rule.kind == "underfits":
        yield from _against_underfitting(rule, options, close=n["gap"] < CLOSE)
    elif rule.kind == "no_better_than_baseline":
        by_heart = n["training_last"] < (1 - GAP) * n["constant_loss"]
        yield from ("check_data", "more_data", "smaller") if by_heart else ("check_data",)
        yield from () if by_heart else ("learning_rate", "larger", "longer")
    elif rule.kind == "noisy":
        yield from ("lower_rate", "larger_batch")
        yield from ("kfold", "smooth") if fits == 1 else ("smooth", "repeats")
    elif rule.kind == "diverged":
        yield from ("lower_rate", "scale", "clip")
    elif rule.kind == "too_short":
        yield "longer"
    else:
        yield "linear" if n.get("behind_linear", 0) > 0 else "keep"


def _against_overfitting(spec: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    yield "stop"
    if options.get("dropout") == 0:
        yield "dropout"
    if options.get("l2") == 0 and options.get("l1") == 0:
        yield "penalty"
    if options.get("name") in ("cnn", "pretrained") and not spec.get("augmentation"):
        yield from () if options.get("mode") == "features" else ("augmentation",)
    if options.get("units") or options.get("filters"):
        yield "smaller"
    yield "more_data"


def _against_underfitting(rule: Rule, options: Mapping[str, Any], *, close: bool) -> Iterator[str]:
    if rule.name == "weak":
        yield "linear"
    if rule.name == "still_falling":
        yield "longer"
    if any(options.get(name) for name in ("dropout", "l1", "l2")):
        yield "less_regularisation"
    if close:
        yield "larger"
    if rule.name != "still_falling":
        yield "longer"


def _options(spec: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found = spec.get(section)
    return found if isinstance(found, Mapping) else {}
