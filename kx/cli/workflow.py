"""``kx workflow``: from a baseline to a regularised network, in the notes' four steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kx.cli.lineup import entrant, fail_on_errors, show_lineup
from kx.cli.options import AsJson, Outputs, Quiet, Sample, Seed, Set, Smoke, SpecFile, overrides

if TYPE_CHECKING:
    from kx.diagnosis import Diagnosis
    from kx.planning import Plan
    from kx.reporting.lineup import Entrant
    from kx.running.work import Switches
    from kx.workflow import Aim, Step


def workflow(
    spec: SpecFile,
    settings: Set = None,
    seed: Seed = None,
    sample: Sample = False,
    smoke: Smoke = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train a baseline, a network that beats it, one that overfits, and one held back, from SPEC.

    Each is a run of its own; only the last looks at the test set.

    Example: kx workflow configs/imdb.yaml
    """
    from kx.running.work import Switches

    switches = Switches(sample=sample, smoke=smoke, test=False, command="workflow")
    steps = _Steps(spec, overrides(settings, seed), switches, outputs, quiet)
    entrants = steps.carry_out()
    show_lineup(f"{steps.name}: workflow", entrants, "workflow", as_json=as_json)
    fail_on_errors(entrants)
    if not as_json:
        for number, aim in enumerate(steps.aims(entrants)):
            typer.echo(_in_words(number, aim))


def _in_words(number: int, aim: Aim) -> str:
    outcome = {True: "reached", False: "NOT reached", None: "cannot be told"}[aim.reached]
    return f"{'ABCD'[number]} {aim.step}: {AIMS[aim.step]}: {outcome} ({aim.words})"


AIMS: Mapping[str, str] = {
    "baseline": "to be better than a constant guess",
    "model": "to beat the baseline",
    "overfit": "to overfit",
    "regularised": "to be better than the networks before it",
}


class _Steps:
    """The four steps, each made when the one before it is done."""

    def __init__(
        self, spec: Path, settings: list[str], switches: Switches, outputs: Path, quiet: bool
    ) -> None:
        from kx.planning import make_plan

        self._path, self._settings = spec, settings
        self._switches, self._outputs, self._quiet = switches, outputs, quiet
        plan = make_plan(spec, settings)
        self._spec, self.name = plan.resolved(), plan.spec.name
        self._mirrored = plan.info is None or plan.info.mirrored

    def carry_out(self) -> list[Entrant]:
        """Train all of them; what is wrong with the first three is told before any is trained."""
        from kx import workflow as steps

        first: list[tuple[Step, Mapping[str, Any]]] = [
            ("baseline", steps.baseline_changes(self._spec)),
            ("model", steps.model_changes(self._spec)),
            ("overfit", steps.overfit_changes(self._spec)),
        ]
        plans = [(step, changes, self._plan(step, changes)) for step, changes in first]
        done = [self._train(step, changes, plan) for step, changes, plan in plans]
        if done[-1].record:
            changes = {**first[-1][1], **self._restraint(done[-1], plans[-1][2])}
            done.append(self._train("regularised", changes, self._plan("regularised", changes)))
        return done

    def _plan(self, step: Step, changes: Mapping[str, Any]) -> Plan:
        from kx import workflow as steps
        from kx.planning import make_plan
        from kx.spec.edit import written

        everything = {**steps.named(self._spec, step), **changes}
        texts = [f"{key}={written(value)}" for key, value in everything.items()]
        return make_plan(self._path, [*self._settings, *texts])

    def _train(self, step: Step, changes: Mapping[str, Any], plan: Plan) -> Entrant:
        switches = replace(self._switches, test=step == "regularised")
        return entrant(step, plan, changes, switches, self._outputs, quiet=self._quiet)

    def _restraint(self, overfit: Entrant, plan: Plan) -> dict[str, Any]:
        from kx.workflow import regularised_changes

        found = _diagnosis(overfit)
        return regularised_changes(found, plan.resolved(), mirrored=self._mirrored)[1]

    def aims(self, entrants: list[Entrant]) -> list[Aim]:
        """Say of each step whether it reached its aim."""
        from kx import workflow as steps
        from kx.reporting.diagnosis_words import in_a_line

        baseline, model, overfit, regularised = (each.record for each in entrants)
        assert baseline and model and overfit and regularised  # noqa: S101 - none has failed
        found = _diagnosis(entrants[2])
        losses = _lowest(entrants[3]), _lowest(entrants[2])
        return [
            steps.baseline_aim(baseline),
            steps.model_aim(model, baseline),
            steps.overfit_aim(found, in_a_line(found)),
            steps.regularised_aim(regularised, overfit, model, losses),
        ]


def _diagnosis(each: Entrant) -> Diagnosis:
    from kx.diagnosis import Diagnosis

    assert each.record  # noqa: S101 - it has not failed
    found = Diagnosis.from_dict(each.record.diagnosis)
    assert found  # noqa: S101 - a completed run has one
    return found


def _lowest(each: Entrant) -> float:
    return min((value for value in each.curve() if value is not None), default=float("nan"))
