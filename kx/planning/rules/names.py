"""Names of losses, metrics and results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kx.base.errors import suggest
from kx.components.keras_options import AFTER, OURS
from kx.evaluators.forecast_scores import forecast_names
from kx.models.head_choice import label_of, measures_of
from kx.models.heads import ALIASES, METRICS, suited_head
from kx.planning.finding import Finding
from kx.planning.plan import Plan
from kx.spec.document import Key


def monitors_are_measured(plan: Plan) -> Iterator[Finding]:
    """What is watched while training is a metric of the training or of the validation part."""
    if (measured := measures(plan)) is None:
        return
    known = [prefix + name for prefix in ("val_", "") for name in measured]
    for key, name in _monitors(plan).items():
        if name is not None and (later := _measured_later(plan, name)):
            hint = "watch val_loss, or a metric that is measured epoch by epoch"
            yield Finding(key, f"{later} is measured after the fit, not in its epochs", hint)
        elif name is not None and name not in known:
            prefix = "val_" if name.startswith("val_") else ""
            hint = _meant(name.removeprefix("val_"), known, prefix, whole=name)
            yield Finding(key, f"nothing called {name!r} is measured", hint)


def _measured_later(plan: Plan, name: str) -> str:
    """Return what a monitored metric is, if no epoch measures it."""
    stated = plan.spec.training.metrics or (plan.info and suited_head(plan.info).metrics) or ()
    named = measures_of(stated).get(name.removeprefix("val_"))
    return named.name if named and named.name in AFTER else ""


def expectations_are_results(plan: Plan) -> Iterator[Finding]:
    """Expected is what a run has as a result."""
    if (measured := measures(plan)) is None:
        return
    results = [*measured, *_measured_if_expected(plan)]
    scores = [f"{part}.{name}" for part in ("test", "validation") for name in results]
    known = [*scores, "best_epoch", "parameters"]
    more = forecast_names(plan.info.series) if plan.info else ()
    known += [f"{part}.{name}" for part in ("test", "validation") for name in more]
    for name in plan.spec.expect:
        if name not in known:
            part, _, metric = name.partition(".")
            hint = _meant(metric, known, f"{part}.", whole=name)
            message = f"no result is called {name!r}"
            yield Finding(("expect", name), message, hint, at_key=True)


def _measured_if_expected(plan: Plan) -> list[str]:
    """Return metrics of kx's own that suit the task, and are measured where they are expected."""
    if plan.info is None:
        return list(OURS)
    kinds = ("regression" if plan.info.numbers else "classification", plan.info.task)
    return [name for name in OURS if METRICS[name] in kinds]


def measures(plan: Plan) -> Sequence[str] | None:
    """Return what is measured of a part of the data; None if that is not yet known."""
    stated = plan.spec.training.metrics
    if stated is None:
        return ("loss", *suited_head(plan.info).metrics) if plan.info else None
    return ("loss", *map(label_of, stated))


def _monitors(plan: Plan) -> dict[Key, str | None]:
    training = plan.spec.training
    stopping, plateau = training.early_stopping, training.reduce_lr_on_plateau
    return {
        ("training", "monitor"): training.monitor,
        ("training", "early_stopping", "monitor"): getattr(stopping, "monitor", None),
        ("training", "reduce_lr_on_plateau", "monitor"): getattr(plateau, "monitor", None),
    }


def _meant(name: str, known: Iterable[str], prefix: str = "", *, whole: str = "") -> str:
    """Return what kx calls ``name``, if people write it otherwise, or else what is like it."""
    meant = prefix + ALIASES.get(name, "")
    return f"here it is called {meant!r}" if meant in known else suggest(whole or name, known)
