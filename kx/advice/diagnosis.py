"""What the curves of a run say of its training: a diagnosis by stated rules, with its numbers.

All of it is read off the mean curves of the fits that have a validation part, after a smoothing
that long curves need (notes, 1.1.5, 1.1.6 and 2.3). The words are in
``kx.wording.diagnosis_words``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any, Protocol

from kx.advice.loss_statistics import Course, share_fallen
from kx.advice.remedies import advised
from kx.advice.rules import KINDS, NAIVE, OF_WON, RULES, SIMPLE, Kind, Numbers, Rule
from kx.base.curves import Points, difference, lower_is_better, main_metric
from kx.base.remark import Remark
from kx.spec.stated import Stated

BEYOND = 1e12
"""Numbers stop here: such a loss is beyond measure, and JSON has no infinity."""

Histories = Mapping[str, Mapping[str, Points]]
"""Name of a fit -> metric -> one value per epoch; None where it was no finite number."""


class Diagnosable(Protocol):
    """What is looked at of the record of a run; see ``kx.runs.record.Record``."""

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
    @property
    def warnings(self) -> Sequence[Remark]: ...  # noqa: D102


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
            numbers = _upgraded(values["numbers"])
            found = cls(**{**values, "advice": tuple(values["advice"]), "numbers": numbers})
        except (AttributeError, KeyError, TypeError):
            return None
        return found if found.kind in KINDS else None


def _upgraded(numbers: Numbers) -> Numbers:
    """Return the numbers of a diagnosis, of which older records have some in another form.

    There a fall was a share of the lowest loss, and could be more than all.
    """
    if "fall" not in numbers or "before" in numbers:
        return numbers
    old = {"lowest": numbers["best"], "end": numbers["last"], "uncertainty": 0.0, "noise": 0.0}
    old |= numbers
    lowest, end = abs(old["lowest"]), old["end"]
    before, trained = end + old["fall"] * lowest, end - old["gap"] * abs(end)
    found = old | {
        "before": before,
        "training_end": trained,
        "fall": share_fallen(before, end),
        "gap": share_fallen(end, trained),
        "noise_size": old["noise"] * lowest,
        "standard_error": old["uncertainty"] * lowest,
    }
    found |= {name: min(max(old[name], 0.0), 1.0) for name in OF_WON if name in old}
    if "linear" in old:
        found["linear_lead"] = old["behind_linear"] + old["chance"]
    return found


def diagnose(record: Diagnosable, histories: Histories) -> Diagnosis:
    """Say what a run suffers from.

    Args:
        record: of the run; what it lacks, such as the scores of a crashed run, is done without.
        histories: of all its fits; those without a validation part, refits, are left out.
    """
    fits = [curves for curves in histories.values() if "val_loss" in curves]
    curves = Course.of(fits, record.spec, record.best_epoch)
    found = {
        **_finiteness(record, fits),
        **_judged(curves, fits, record),
        **_score_numbers(record),
        **_contradictions(record),
    }
    numbers = {name: max(-BEYOND, min(BEYOND, value)) for name, value in found.items()}
    rule = next(rule for rule in RULES if _applies(rule, numbers))
    score = main_metric(record.scores.get("validation", {}))
    return Diagnosis(
        kind=rule.kind,
        rule=rule.name,
        best_epoch=curves.best if curves.validation else None,
        epochs=len(curves.validation),
        fits=len(fits),
        score=score or "",
        numbers=numbers,
        advice=tuple(
            dict.fromkeys(
                advised(rule, numbers, record.spec, len(fits), rare=score == "balanced_accuracy")
            )
        ),
    )


def _applies(rule: Rule, numbers: Numbers) -> bool:
    return rule.holds(numbers) if not rule.late or "rise" in numbers else False


def _finiteness(record: Diagnosable, fits: Sequence[Mapping[str, Points]]) -> dict[str, float]:
    broken = any(None in curves.get("loss", ()) for curves in fits)
    return {
        "not_finite": float(broken or record.status == "diverged"),
        "smoke": float(record.smoke),
    }


def _judged(
    curves: Course, fits: Sequence[Mapping[str, Points]], record: Diagnosable
) -> dict[str, float]:
    """Return how the losses went, and what of it depends on how the run was carried out."""
    constant = _constant_loss(record)
    found = curves.numbers(constant)
    longest = max((len(fit["val_loss"]) for fit in fits), default=0)
    found["stopped"] = float(longest > len(curves.validation))
    if _is_penalised(record.spec) or _is_balanced(record.spec):
        found.pop("won", None)
    elif constant is not None and "least" in found:
        found["excess"] = found["least"] - constant
    return found


def _is_penalised(spec: Mapping[str, Any]) -> bool:
    """Whether the losses of the curves have a penalty in them, as that of no constant guess has."""
    options = Stated(spec).section("architecture")
    return any(options.get(name) for name in ("l1", "l2"))


def _is_balanced(spec: Mapping[str, Any]) -> bool:
    """Whether the network learned from classes that seemed more frequent than they are, or less."""
    training = Stated(spec).section("training")
    return bool(training.get("sampling") or training.get("class_weight"))


def _constant_loss(record: Diagnosable) -> float | None:
    """Return the loss of the best guess on the validation rows, if it is known.

    It is a constant or, of a series, a naive forecast. Where classes are balanced, the network's
    probabilities are those of classes that are equally frequent: their loss says nothing beside
    that of a guess which knows how frequent each is.
    """
    if _is_balanced(record.spec):
        return None
    found = record.baselines.get("validation", {}).get("loss", {})
    values = [value for name, value in found.items() if name in SIMPLE and value is not None]
    return min(values) if values else None


def _contradictions(record: Diagnosable) -> dict[str, float]:
    """Return the share of training rows whose labels others contradict, and that can be right."""
    for warning in record.warnings:
        said = warning.values.get("text")
        if isinstance(said, Remark) and said.code == "targets.contradictory":
            count, examples, reachable = (
                said.values.get(name) for name in ("count", "examples", "reachable")
            )
            if isinstance(count, int) and isinstance(examples, int) and examples:
                share = reachable if isinstance(reachable, int | float) else 1.0
                return {"contradicted": count / examples, "reachable": float(share)}
    return {}


def _score_numbers(record: Diagnosable) -> dict[str, float]:
    """Return the score beside its baselines, and how far it is from them, chance taken off.

    ``margin`` is how much better than the best guess the worse end of the score is (that is
    ``constant``; ``naive`` is 1 where it may be a naive forecast),
    ``linear_lead`` how much worse than the linear model the score is, and ``behind_linear`` how
    much worse its better end is; all in the unit of the score.
    """
    metric = main_metric(record.scores.get("validation", {}))
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
    constants = [sign * v for name, v in told.items() if name in SIMPLE and v is not None]
    if constants:
        found |= {"constant": sign * max(constants)}
        found |= {"naive": 1.0} if any(name in NAIVE for name in told) else {}
        found["margin"] = sign * value - chance - max(constants)
    linear = told.get("linear")
    if linear is not None:
        lead = sign * difference(linear, value)
        found |= {"linear": linear, "linear_lead": lead, "behind_linear": lead - chance}
    if (trees := told.get("trees")) is not None:
        found |= {"trees": trees, "trees_lead": sign * difference(trees, value)}
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
