"""The notes' procedure for a new problem (1.1.7), as steps that change a spec.

Beat a baseline, then overfit, then regularise: a network that never overfits may be too small, and
one that does shows what is to be held back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from kx.advice.diagnosis import Diagnosable, Diagnosis
from kx.advice.rules import NAIVE, SIMPLE
from kx.advice.suggestion import resized
from kx.base.curves import lower_is_better, main_metric

Step = Literal["baseline", "model", "overfit", "regularised"]
STEPS: tuple[Step, ...] = get_args(Step)
Ground = Literal["no_score", "constant", "naive", "baseline", "chance", "diagnosis", "before"]
Changes = dict[str, Any]

LARGER = 4
"""How much wider the network becomes that is to overfit."""

LONGER = 2
"""How many times longer it is trained."""

RESTRAINTS = ("dropout", "recurrent_dropout", "embedding_dropout", "l1", "l2")


@dataclass(frozen=True, slots=True)
class Aim:
    """What a step was for, and what came of it.

    Attributes:
        reached: None: it cannot be told.
        ground: what that rests on; ``chance``: better than the baseline, but by no more than
            chance explains.
        metric: of the scores among the numbers.
        numbers: on which it rests.
        diagnosis: on which it rests, if it does on one.
    """

    step: Step
    reached: bool | None
    ground: Ground
    metric: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None


def named(spec: Mapping[str, Any], step: Step) -> Changes:
    """Return what every step changes: its name, and that it is held to nothing of the spec."""
    name = f"{spec['name'][: 39 - len(step)]}-{step}"
    only_validated: Changes = {} if step == "regularised" else {"validation.refit": "none"}
    return {"name": name, "expect": {}, "variants": {}, **only_validated}


def baseline_changes(spec: Mapping[str, Any]) -> Changes:
    """Return what makes a linear model of any spec: the least that a network must beat.

    Words in their order are no quantities: of them, the mean of their embeddings is one.
    """
    plain: Changes = {"augmentation": None} if spec.get("augmentation") else {}
    if spec["training"].get("phases"):  # there is no base to train first
        plain |= {"training.phases": None, "training.epochs": spec["training"]["epochs"]}
    if spec["training"]["batching"] != "fixed":  # only networks that mask padding cut it off
        plain |= {"training.batching": "fixed"}
    words = spec["dataset"].get("encoding") == "sequence"
    linear = {"name": "embedding_mlp", "pooling": "average"} if words else "linear"
    return {"architecture": linear, **plain}


def model_changes(spec: Mapping[str, Any]) -> Changes:
    """Return what makes a network of a spec; nothing if it has one."""
    return {"architecture": {"name": "mlp"}} if spec["architecture"]["name"] == "linear" else {}


def overfit_changes(spec: Mapping[str, Any]) -> Changes:
    """Return what lets a network overfit: larger, trained longer, and nothing that restrains it."""
    own = spec["architecture"]
    if own["name"] == "linear":
        wider: Changes = {"architecture": {"name": "mlp", "units": [64, 64]}}
    else:
        wider = resized(spec, LARGER)
        wider |= {f"architecture.{name}": 0.0 for name in RESTRAINTS if own.get(name)}
    training = spec["training"]
    if not training.get("phases"):
        wider["training.epochs"] = LONGER * training["epochs"]
    if training.get("early_stopping"):
        wider["training.early_stopping"] = None
    if spec.get("augmentation"):
        wider["augmentation"] = None
    return wider


def baseline_aim(baseline: Diagnosable) -> Aim:
    """Say whether the linear model is better than the best constant guess, or naive forecast."""
    value, metric = score_of(baseline), _metric(baseline)
    constant = _best(baseline, constants=True)
    if value is None or constant is None:
        return Aim("baseline", None, "no_score")
    better = _is_better(metric, value, constant)
    told = baseline.baselines.get("validation", {}).get(metric, {})
    ground: Ground = "naive" if any(name in NAIVE for name in told) else "constant"
    return Aim("baseline", better, ground, metric, {"value": value, "bar": constant})


def model_aim(model: Diagnosable, baseline: Diagnosable) -> Aim:
    """Say whether a network beats the baseline, by more than chance if its interval is known.

    The baseline is the better of the first step and of what needs no training: scikit-learn's
    linear model goes where a few epochs may not get.
    """
    metric, value = _metric(model), score_of(model)
    known = [bar for bar in (score_of(baseline), _best(model)) if bar is not None]
    if value is None or not known:
        return Aim("model", None, "no_score")
    bar = (min if lower_is_better(metric) else max)(known)
    better = _is_better(metric, value, bar)
    worse_end = _worse_end(model, metric)
    close = better and worse_end is not None and not _is_better(metric, worse_end, bar)
    ground: Ground = "chance" if close else "baseline"
    return Aim("model", better, ground, metric, {"value": value, "bar": bar})


def overfit_aim(found: Diagnosis) -> Aim:
    """Say whether the network that was to overfit does."""
    return Aim("overfit", found.kind == "overfits", "diagnosis", diagnosis=found)


def regularised_aim(
    regularised: Diagnosable, overfit: Diagnosable, model: Diagnosable, losses: tuple[float, float]
) -> Aim:
    """Say whether holding the network back made it better than it was, and than the first.

    Args:
        regularised: of the last step.
        overfit: of the step before.
        model: of the second step.
        losses: lowest validation loss of the regularised and of the overfitting network; the
            first has its penalties in it.
    """
    metric, value = _metric(regularised), score_of(regularised)
    before, first = score_of(overfit), score_of(model)
    if value is None or before is None or first is None:
        return Aim("regularised", None, "no_score")
    numbers = {"value": value, "overfit": before, "model": first}
    numbers |= {"loss": losses[0], "overfit_loss": losses[1]}
    better = all(_is_better(metric, value, bar) for bar in (before, first))
    return Aim("regularised", better, "before", metric, numbers)


def score_of(record: Diagnosable) -> float | None:
    """Return the validation score that a run is judged by."""
    metric = _metric(record)
    score = record.scores.get("validation", {}).get(metric)
    return score["value"] if score else None


def _metric(record: Diagnosable) -> str:
    return main_metric(record.scores.get("validation", {})) or "loss"


def _best(record: Diagnosable, *, constants: bool = False) -> float | None:
    """Return the best that needs no training, on the validation rows; or the best constant."""
    metric = _metric(record)
    known = list(_known(record, metric, constants))
    return (min if lower_is_better(metric) else max)(known) if known else None


def _known(record: Diagnosable, metric: str, constants: bool) -> Iterator[float]:
    for name, value in record.baselines.get("validation", {}).get(metric, {}).items():
        if value is not None and not (constants and name not in SIMPLE):
            yield value


def _is_better(metric: str, value: float, bar: float) -> bool:
    return value < bar if lower_is_better(metric) else value > bar


def _worse_end(record: Diagnosable, metric: str) -> float | None:
    score = record.scores["validation"][metric]
    end = score["high"] if lower_is_better(metric) else score["low"]
    return None if end is None else float(end)
