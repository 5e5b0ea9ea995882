"""What the curves of a run say of its training: a diagnosis by stated rules, with its numbers.

All of it is read off the mean curves of the fits that have a validation part, after a smoothing
that long curves need (notes, 1.1.5, 1.1.6 and 2.3). The words are in
``kx.wording.diagnosis_words``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any, Literal, Protocol, get_args

from kx.advice.loss_statistics import SHORT, Course, share_fallen
from kx.base.curves import Points, difference, lower_is_better
from kx.base.remark import Remark

Kind = Literal[
    "diverged", "too_short", "no_better_than_baseline", "overfits", "underfits", "noisy",
    "unfinished", "well_fitted", "contradictory",
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
"""Of the loss of a constant guess: who wins less has learned little."""

UNREACHABLE = 0.1
"""Of the training rows: if labels contradict each other on so many, they are what is wrong."""

BY_HEART = 0.9
"""A training loss so far below the validation loss has nothing left to learn from its rows."""

SETTLED = 0.01
"""A validation loss that fell by less in the last quarter, and is at its best, hardly falls."""

CONSTANT = ("majority", "prior", "mean", "median")
"""Baselines that look at no feature."""

SURE = 3.0
"""Standard errors that a change must exceed to be more than noise."""

BEYOND = 1e12
"""Numbers stop here: such a loss is beyond measure, and JSON has no infinity."""

OF_WON = ("lost", "fall_of_won", "noise_of_won", "gap_of_won")
"""Numbers that are shares of what was won over a constant guess."""

Numbers = Mapping[str, float]
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
    sure = n["before"] - n["end"] >= SURE * n["standard_error"] and n["since_best"] < 1 / 4
    sure = sure and not n["stopped"] and n["gap"] < BY_HEART
    return sure and n["fall"] >= FALL and n["fall_of_won"] >= MATTERS and n["rise"] < FALL


def _overfits(n: Numbers) -> bool:
    return _rises(n) and n["training_fall"] > 0


def _falls_apart(n: Numbers) -> bool:
    enough = n["gap_of_won"] >= 2 * MATTERS and n["training_fall"] >= 0.2
    return n["gap"] >= GAP and enough


def _guesses(n: Numbers) -> bool:
    return n.get("margin", 1) <= 0


def _contradicts(n: Numbers) -> bool:
    """Whether labels that contradict each other are why a network overfits or guesses."""
    return n.get("reachable", 1) <= 1 - UNREACHABLE and (
        _guesses(n) or _overfits(n) or _falls_apart(n)
    )


def _best_is_last(n: Numbers) -> bool:
    """Whether the epochs ran out at the best one: fits that stopped early have had enough."""
    return n["since_best"] == 0 and not n.get("stopped", 0)


def ends_at_its_best(n: Numbers) -> bool:
    """Whether more epochs would have helped: the last is the best, and the loss still falls."""
    late = "fall" in n and "since_best" in n
    return late and _best_is_last(n) and n["fall"] >= SETTLED


def guesses_better(n: Numbers) -> bool:
    """Whether no epoch has a validation loss below that of a constant guess."""
    return n.get("excess", -1.0) >= 0


def linear_is_better(n: Numbers) -> bool:
    """Whether the linear model has the better score, be it by chance."""
    return n.get("linear_lead", -1.0) > 0


def linear_is_as_good(n: Numbers) -> bool:
    """Whether the network does not beat the linear model."""
    return n.get("linear_lead", -1.0) >= 0


def trees_are_as_good(n: Numbers) -> bool:
    """Whether the network does not beat boosted trees."""
    return n.get("trees_lead", -1.0) >= 0


RULES: tuple[Rule, ...] = (
    Rule("diverged", "not_finite", lambda n: bool(n["not_finite"]), late=False),
    Rule("diverged", "loss_rose", lambda n: n.get("training_growth", 1) >= 1.5, late=False),
    Rule("too_short", "few_epochs", lambda n: n["judged"] < SHORT or bool(n["smoke"]), late=False),
    Rule("contradictory", "labels", _contradicts),
    Rule("no_better_than_baseline", "chance", _guesses),
    Rule("overfits", "rise", _overfits),
    Rule("underfits", "still_falling", _still_falls),
    Rule("noisy", "unsteady", lambda n: _rises(n)),
    Rule("noisy", "noise", lambda n: n["noise"] >= NOISE and n["noise_of_won"] >= MATTERS),
    Rule("overfits", "gap", _falls_apart),
    Rule("no_better_than_baseline", "loss_of_guess", guesses_better),
    Rule("underfits", "weak", lambda n: n["gap"] < CLOSE and n.get("behind_linear", 0) > 0),
    Rule("underfits", "little", lambda n: n["gap"] < CLOSE and n.get("won", 1) < LITTLE),
    Rule("unfinished", "last_is_best", ends_at_its_best),
    Rule("no_better_than_baseline", "linear_better", linear_is_better),
    Rule("well_fitted", "settled", _best_is_last),
    Rule("well_fitted", "calm", lambda n: True),
)
"""Tried in this order; the first that holds is the diagnosis."""


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
    if _is_penalised(record.spec):
        found.pop("won", None)
    elif constant is not None and "least" in found:
        found["excess"] = found["least"] - constant
    return found


def _is_penalised(spec: Mapping[str, Any]) -> bool:
    """Whether the losses of the curves have a penalty in them, as that of no constant guess has."""
    options = _options(spec, "architecture")
    return any(options.get(name) for name in ("l1", "l2"))


def _constant_loss(record: Diagnosable) -> float | None:
    """Return the loss of the best constant guess on the validation rows, if it is known."""
    found = record.baselines.get("validation", {}).get("loss", {})
    values = [value for name, value in found.items() if name in CONSTANT and value is not None]
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


def _main_metric(record: Diagnosable) -> str | None:
    return next(iter(record.scores.get("validation", {})), None)


def _score_numbers(record: Diagnosable) -> dict[str, float]:
    """Return the score beside its baselines, and how far it is from them, chance taken off.

    ``margin`` is how much better than the best constant the worse end of the score is,
    ``linear_lead`` how much worse than the linear model the score is, and ``behind_linear`` how
    much worse its better end is; all in the unit of the score.
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
    constants = [sign * v for name, v in told.items() if name in CONSTANT and v is not None]
    if constants:
        found |= {"constant": sign * max(constants)}
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


def _by_heart(n: Numbers) -> bool:
    """Whether the training loss fell though the network is no better than a guess elsewhere."""
    last, constant = n.get("training_last"), n.get("constant_loss")
    return last is not None and constant is not None and last < (1 - GAP) * constant


def _advice(rule: Rule, n: Numbers, spec: Mapping[str, Any], fits: int) -> Iterator[str]:
    """Yield what the notes advise, without what the spec does already or cannot do."""
    options = _options(spec, "architecture")
    if rule.kind in ("underfits", "no_better_than_baseline") and _forgets(spec, options):
        yield "padding"
    if rule.kind == "overfits":
        yield from _against_overfitting(spec, options)
    elif rule.kind == "underfits":
        yield from _against_underfitting(rule, options, close=n["gap"] < CLOSE)
    elif rule.name == "linear_better":
        yield "linear"
    elif rule.kind == "no_better_than_baseline":
        yield from ("longer",) if ends_at_its_best(n) else ()
        by_heart = _by_heart(n)
        yield from () if by_heart or not _is_restrained(options) else ("less_regularisation",)
        yield from ("check_data", "more_data", "smaller") if by_heart else ("check_data",)
        yield from () if by_heart else ("learning_rate", "larger", "longer")
    elif rule.kind == "contradictory":
        yield "check_labels"
    elif rule.kind == "noisy":
        yield from ("lower_rate", "larger_batch")
        yield from ("kfold", "smooth") if fits == 1 else ("smooth", "repeats")
    elif rule.kind == "diverged":
        yield from ("lower_rate", "scale", "clip")
    elif rule.kind in ("too_short", "unfinished"):
        yield "longer"
    else:
        yield "keep"


def _against_overfitting(spec: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    yield "stop"
    if options.get("dropout") == 0:
        yield "dropout"
    if options.get("l2") == 0 and options.get("l1") == 0:
        yield "penalty"
    if could_be_augmented(spec):
        yield "augmentation"
    if options.get("units") or options.get("filters"):
        yield "smaller"
    yield "more_data"


def could_be_augmented(spec: Mapping[str, Any]) -> bool:
    """Whether a network reads pictures, anew in each epoch, which are not augmented yet."""
    options = _options(spec, "architecture")
    pictures = options.get("name") in ("cnn", "pretrained") and options.get("mode") != "features"
    return pictures and not spec.get("augmentation")


def _against_underfitting(rule: Rule, options: Mapping[str, Any], *, close: bool) -> Iterator[str]:
    if rule.name == "weak":
        yield "linear"
    if rule.name == "still_falling":
        yield "longer"
    if _is_restrained(options):
        yield "less_regularisation"
    if close:
        yield "larger"
    if rule.name != "still_falling":
        yield "longer"


def _is_restrained(options: Mapping[str, Any]) -> bool:
    """Whether dropout or a penalty holds the network back."""
    return any(options.get(name) for name in ("dropout", "l1", "l2"))


def _forgets(spec: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a recurrent network reads zeros behind the words, and forgets the words over them."""
    dataset = _options(spec, "dataset")
    behind = dataset.get("encoding") == "sequence" and dataset.get("pad") == "back"
    reads = not options.get("masking") and not options.get("bidirectional")
    return behind and reads and options.get("name") == "rnn"


def _options(spec: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found = spec.get(section)
    return found if isinstance(found, Mapping) else {}
