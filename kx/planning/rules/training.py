"""Keys of the training, and of what is expected of it, among each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec

from kx.base.remark import Remark
from kx.models.head_choice import measures_of
from kx.models.heads import METRICS, SHARES
from kx.planning.finding import Finding
from kx.planning.plan import Plan
from kx.planning.strangers import Unimported
from kx.spec.schema import PiecewiseConstantDecay

PHASES = ("training", "phases")
BOUNDARIES = ("training", "learning_rate_schedule", "boundary_epochs")


def expectations_can_be_met(plan: Plan) -> Iterator[Finding]:
    """An expectation has a bound, and some number lies within its bounds."""
    for name, expected in plan.spec.expect.items():
        low, high = expected.at_least, expected.at_most
        if low is None and high is None:
            yield Finding(("expect", name), "expects nothing", "state at_least or at_most")
        elif low is not None and high is not None and low > high:
            yield Finding(("expect", name), f"no number is above {low} and below {high}")
        elif low is not None and low > (most := greatest(plan, name)):
            share = f"; write {low / 100:g} for {low:g} %" if low <= 100 else ""
            hint = f"at most {most:g}{share}"
            message = "can never be so high"
            yield Finding(("expect", name, "at_least"), message, hint, got=f"{low:g}")
        elif high is not None and high < (least := smallest(plan, name)):
            key = ("expect", name, "at_most")
            yield Finding(key, "can never be so low", f"at least {least:g}", got=f"{high:g}")


def greatest(plan: Plan, result: str) -> float:
    """Return what a result can be at most: 1 for shares, R², MCC and kappa, else infinity."""
    return 1.0 if _metric_of(plan, result) in (*SHARES, "r2", "mcc", "weighted_kappa") else math.inf


def smallest(plan: Plan, result: str) -> float:
    """Return what a result is at least; losses and what is 0 by chance may be negative."""
    metric = _metric_of(plan, result)
    free = ("r2", "mcc", "weighted_kappa", "cosine_similarity", "poisson")
    known = metric in METRICS or metric in ("best_epoch", "parameters")
    return 0.0 if known and metric not in free else -math.inf


def _metric_of(plan: Plan, result: str) -> str:
    """Return the metric that a result is a value of, or what else the result is."""
    label = result.partition(".")[2] or result
    named = measures_of(plan.spec.training.metrics or ())
    return named[label].name if label in named else label


def one_thing_sets_the_learning_rate(plan: Plan) -> Iterator[Finding]:
    """A schedule and a callback would undo each other's work."""
    training = plan.spec.training
    if training.learning_rate_schedule and training.reduce_lr_on_plateau:
        message = "cannot be combined with learning_rate_schedule: both would set the learning rate"
        key = ("training", "reduce_lr_on_plateau")
        yield Finding(key, message, "remove one of them", at_key=True)


def boundaries_rise(plan: Plan) -> Iterator[Finding]:
    """A learning rate begins after the one before it."""
    if steps := _steps(plan):
        boundaries = steps.boundary_epochs
        if list(boundaries) != sorted(set(boundaries)):
            yield Finding(BOUNDARIES, "must rise")


def boundaries_have_learning_rates(plan: Plan) -> Iterator[Finding]:
    """After each boundary comes a learning rate."""
    steps = _steps(plan)
    if steps and len(steps.boundary_epochs) != len(steps.learning_rates):
        hint = "the optimizer's own rate comes before the first boundary"
        yield Finding(BOUNDARIES, "needs one learning rate for each boundary", hint)


def _steps(plan: Plan) -> PiecewiseConstantDecay | None:
    schedule = plan.spec.training.learning_rate_schedule
    return schedule if isinstance(schedule, PiecewiseConstantDecay) else None


def epochs_are_those_of_phases(plan: Plan) -> Iterator[Finding]:
    """Where both are stated they agree."""
    training = plan.spec.training
    if training.phases and training.epochs != training.epochs_of_phases:
        message = f"the phases add up to {training.epochs_of_phases}"
        yield Finding(("training", "epochs"), message, "leave it out", str(training.epochs))


def phases_suit_the_base(plan: Plan) -> Iterator[Finding]:
    """Only a ready-made base can stay as it is while the rest is trained."""
    whats = [phase.trainable for phase in plan.spec.training.phases or ()]
    if plan.network.has_base:
        for complaint in plan.network.check_phases(whats):
            yield Finding(PHASES, complaint.message, complaint.hint, fatal=complaint.fatal)
    elif set(whats) - {"all"} and not isinstance(plan.architecture.entry, Unimported):
        text = f"{plan.architecture.entry.name} has no pretrained base: all of it is trained"
        yield Finding(PHASES, text, "use trainable: all")


def phases_can_be_repeated(plan: Plan) -> Iterator[Finding]:
    """The refit trains for as many epochs as were best, which must be one number."""
    training = plan.spec.training
    if len(training.phases or ()) > 1 and training.early_stopping and _refits(plan):
        text = "phases that may stop early cannot be retrained for the same number of epochs"
        yield Finding(PHASES, text, "use validation.refit: none, or no early_stopping")


def phases_go_on_from_their_best(plan: Plan) -> Iterator[Finding]:
    """A refit cannot tell which epoch of a phase was the best: no rows are left to judge it by."""
    training = plan.spec.training
    if len(training.phases or ()) > 1 and training.checkpoint == "best" and _refits(plan):
        remark, hint = Remark.of("spec.phases_best"), Remark.of("spec.phases_best_hint")
        yield Finding(PHASES, remark, hint, fatal=False)


def _refits(plan: Plan) -> bool:
    return plan.validation.options.get("refit") not in (None, "none")


def features_are_made_once(plan: Plan) -> Iterator[Finding]:
    """Augmentation shows new pictures in every epoch; a base that makes features sees but one."""
    features = plan.architecture.options.get("mode") == "features"
    if plan.spec.augmentation and plan.network.has_base and features:
        text = "changes pictures in every epoch, but mode: features sees each of them once"
        yield Finding(("augmentation",), text, "remove it, or use mode: frozen")


def batches_can_be_normalised(plan: Plan) -> Iterator[Finding]:
    """A batch of one row has no spread: what is normalised over it is always the same."""
    if plan.spec.training.batch_size == 1 and plan.architecture.options.get("batch_norm"):
        remark, hint = Remark.of("spec.rows_normalised"), Remark.of("spec.rows_normalised_hint")
        yield Finding(("training", "batch_size"), remark, hint, got="1", fatal=False)


def tensorboard_is_installed(plan: Plan) -> Iterator[Finding]:
    """What writes its event files is an optional part of kx."""
    if plan.spec.training.tensorboard and find_spec("tensorboard") is None:
        hint = 'pip install "kx[tensorboard]"'
        yield Finding(("training", "tensorboard"), "it is not installed", hint)
