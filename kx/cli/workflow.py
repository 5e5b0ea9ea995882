"""``kx workflow``: from a baseline to a regularised network, in the notes' four steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.cli.lineup import entrant, fail_on_errors, show_lineup
from kx.cli.options import (
    AsJson,
    Lang,
    Outputs,
    Quiet,
    Sample,
    Seed,
    Set,
    Smoke,
    SpecFile,
    overrides,
)

if TYPE_CHECKING:
    from kx.advice.workflow import Step
    from kx.base.language import Language
    from kx.planning import Plan
    from kx.running.work import Switches
    from kx.runs.entrants import Entrant


def workflow(
    spec: SpecFile,
    settings: Set = None,
    seed: Seed = None,
    sample: Sample = False,
    smoke: Smoke = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train a baseline, a network, one that overfits, one regularized.

    These are the notes' steps for a new problem, derived from SPEC. Each is a run of its own; only
    the last uses the test set.

    Example: kx workflow configs/imdb.yaml
    """
    from kx.running.work import Switches

    switches = Switches(sample=sample, smoke=smoke, test=False, command="workflow")
    steps = _Steps(spec, overrides(settings, seed), switches, outputs, lang, quiet)
    entrants = steps.carry_out()
    show_lineup(steps.group, entrants, outputs, lang, as_json=as_json)
    fail_on_errors(entrants)


class _Steps:
    """The four steps, each made when the one before it is done."""

    def __init__(
        self,
        spec: Path,
        settings: list[str],
        switches: Switches,
        outputs: Path,
        lang: Language,
        quiet: bool,
    ) -> None:
        from kx.planning import make_plan
        from kx.runs.run_group import Group

        self._path, self._settings = spec, settings
        self._switches, self._outputs = switches, outputs
        self._lang, self._quiet = lang, quiet
        plan = make_plan(spec, settings)
        self._spec, self.group = plan.resolved(), Group.new("workflow", plan.spec.name)
        self._mirrored = plan.info is None or plan.info.mirrored

    def carry_out(self) -> list[Entrant]:
        """Train all of them; what is wrong with the first three is told before any is trained."""
        from kx.advice import workflow as steps

        first: list[tuple[Step, Mapping[str, Any]]] = [
            ("baseline", steps.baseline_changes(self._spec)),
            ("model", steps.model_changes(self._spec)),
            ("overfit", steps.overfit_changes(self._spec)),
        ]
        plans = [(step, changes, self._plan(step, changes)) for step, changes in first]
        done = [self._train(step, changes, plan) for step, changes, plan in plans]
        if done[-1].record:
            changes = self._restrained(done[-1], *plans[-1][1:])
            done.append(self._train("regularised", changes, self._plan("regularised", changes)))
        return done

    def _plan(self, step: Step, changes: Mapping[str, Any]) -> Plan:
        from kx.planning import make_plan

        return make_plan(self._path, self._overrides(step, changes))

    def _overrides(self, step: Step, changes: Mapping[str, Any]) -> list[str]:
        from kx.advice import workflow as steps
        from kx.spec.edit import settings

        return [*self._settings, *settings({**steps.named(self._spec, step), **changes})]

    def _train(self, step: Step, changes: Mapping[str, Any], plan: Plan) -> Entrant:
        switches = replace(self._switches, test=step == "regularised")
        from kx.advice.workflow import STEPS

        member = self.group.member(step, STEPS.index(step), changes)
        count, lang, quiet = len(STEPS), self._lang, self._quiet
        return entrant(member, plan, switches, self._outputs, count, lang=lang, quiet=quiet)

    def _restrained(
        self, overfit: Entrant, changes: Mapping[str, Any], plan: Plan
    ) -> dict[str, Any]:
        """Return what makes the last step of the one that overfits, and of what that changes."""
        from kx.advice.suggestion import best_change
        from kx.planning import is_sound

        assert overfit.record  # noqa: S101 - it has not failed
        found = overfit.record.diagnosis
        assert found  # noqa: S101 - a completed run has one

        def allowed(more: Mapping[str, Any]) -> bool:
            return is_sound(self._path, self._overrides("regularised", {**changes, **more}))

        spec, mirrored = plan.resolved(), self._mirrored
        _, more = best_change(found, spec, mirrored=mirrored, allowed=allowed)
        return {**changes, **more}
