"""One run, from plan to record, read from top to bottom."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from kx.advice.diagnosis import diagnose
from kx.advice.suggestion import practical
from kx.base import signals
from kx.base.errors import Interrupted, KxError, PluginError
from kx.base.guard import ends_refused, what_was_raised
from kx.base.limits import shortage
from kx.base.names import READABLE
from kx.base.seeds import derive
from kx.base.storage import sweep_partial
from kx.contracts import DatasetBundle, Watcher
from kx.planning import Plan
from kx.planning.strangers import is_built_in
from kx.running.bases import find_weights, note_coverage
from kx.running.features import extracted
from kx.running.fitting import Fitter
from kx.running.judging import judge_expectations, judge_test, judge_validation
from kx.running.keeping import keep
from kx.running.loading import load
from kx.running.safe_points import SafePoints
from kx.running.unfinished import keeping_unfinished, what_is_kept
from kx.running.work import Switches, Work, first_line, without_paths
from kx.runs.folder import RECORD, RunFolder
from kx.runs.looks import settle_look
from kx.runs.record import Record, read_record
from kx.runs.sparkline import glance
from kx.runs.surroundings import collect_versions, environment, git_commit
from kx.spec.whereabouts import way


def run(plan: Plan, outputs: Path, watcher: Watcher, switches: Switches) -> tuple[Record, Path]:
    """Carry out ``plan`` in a new folder below ``outputs``.

    Returns:
        The record, and the run's folder.

    Raises:
        KxError: what went wrong, after a record with its status was written.
        Interrupted: likewise.
    """
    signals.check()
    started, clock = datetime.now(UTC), time.monotonic()
    with signals.held(), ExitStack() as stack:
        facts = _first_facts(plan, started, switches)
        folder = stack.enter_context(RunFolder.create(outputs, plan.spec.name))
        points = SafePoints(watcher)
        work = _begun(plan, folder, points, switches, facts)
        stack.callback(work.history.close)
        stack.enter_context(signals.ending(_at_once(work, points, clock)))
        status, error = "completed", None
        try:
            with ends_refused() if plan.spec.plugins else nullcontext():
                _carry_out(work)
            signals.check()
        except BaseException as raised:  # also Ctrl-C: the record must say how the run ended
            error = _told(raised, folder)
            status = getattr(error, "status", "failed")
            work.facts["error"] = without_paths(first_line(error))
            if isinstance(error, Interrupted):
                error.kept = what_is_kept(work)
            if error is not raised:
                raise error from raised
            raise
        finally:
            record = _written(work, status, clock)
        return record, folder.path


def _begun(
    plan: Plan, folder: RunFolder, watcher: Watcher, switches: Switches, facts: dict[str, Any]
) -> Work:
    """Write the first files of a run: from now on it has a record. If that fails, none stays."""
    try:
        facts = {**facts, "spec_folder": way(folder.path, plan.folder)}
        folder.write_record(Record(id=folder.id, status="running", **facts))
        text = yaml.safe_dump(plan.resolved(), sort_keys=False, allow_unicode=True)
        folder.write_spec(text)
        return Work(plan, folder, watcher, switches, folder.history(), facts)
    except BaseException:
        folder.discard()
        raise


def _written(work: Work, status: str, clock: float) -> Record:
    """Write the record of a run that is over, and return it."""
    work.history.close()
    record = _record(work, status, time.monotonic() - clock)
    work.folder.write_record(record)
    settle_look(work.folder.path.parent, record.id)
    return record


def _at_once(work: Work, points: SafePoints, clock: float) -> signals.Ending:
    return signals.Ending(
        lambda stopped: _cut_off(work, stopped, clock), lambda: not points.trained
    )


def _cut_off(work: Work, stopped: Interrupted, clock: float) -> None:
    """Write the record of a run that ends here and now, whatever its own thread is at."""
    stopped.run, stopped.kept = work.folder.id, what_is_kept(work)
    work.facts["error"] = first_line(stopped)
    try:
        sweep_partial(work.folder.path)
        _written(work, stopped.status, clock)
    except Exception:  # the facts may change at this moment, and files too
        known = read_record(work.folder.path / RECORD)
        work.folder.write_record(replace(known, status="interrupted", error=first_line(stopped)))


def _carry_out(work: Work) -> None:
    """The stages of a run, in their order."""
    from kx.training.environment import check_environment

    signals.check()
    check_environment()
    for problem in work.plan.warnings:
        work.warn("Check the spec", str(problem))
    bundle = _loaded(work)
    find_weights(work, bundle.info)
    bundle = extracted(work, bundle)
    fitter = Fitter(work, bundle)
    with keeping_unfinished(work, fitter):
        found = fitter.validate()
        note_coverage(work)  # of words that the training rows decide
        judge_validation(work, bundle, found)
        looks = work.switches.test and bool(found.finals) and len(bundle.test) > 0
        tested = judge_test(work, bundle, found, fitter) if looks else None
        judge_expectations(work)
        keep(work, bundle, found, fitter, tested)


def _loaded(work: Work) -> DatasetBundle:
    """Read the dataset, and start TensorFlow: that takes seconds, so missing files are told first.

    A plugin may read its data with Keras, which it is to find as kx sets it up.
    """
    if not is_built_in(work.plan.dataset.entry):
        _start(work)
        return load(work)
    with signals.let_go():  # long reading, and no TensorFlow yet
        bundle = load(work)
    _start(work)
    return bundle


def _start(work: Work) -> None:
    from kx.training.environment import start_tensorflow

    deterministic, precision = work.plan.spec.deterministic, work.facts["precision"]
    work.watcher.stage("starting TensorFlow")
    log = work.folder.log_path
    start_tensorflow(deterministic=deterministic, log=log, precision=precision)


def _first_facts(plan: Plan, started: datetime, switches: Switches) -> dict[str, Any]:
    from kx.training.environment import chosen_precision

    precision, why = chosen_precision(plan.spec.training)
    return {
        "name": plan.spec.name,
        "started": started.isoformat(timespec="seconds"),
        "command": switches.command,
        "spec": plan.resolved(),
        "seeds": {"spec": plan.spec.seed, "split": derive(plan.spec.seed, "split")},
        "versions": collect_versions(),
        "git_commit": git_commit(Path()),
        "environment": environment(deterministic=plan.spec.deterministic),
        "precision": precision,
        "precision_reason": why,
        "smoke": switches.smoke,
        "variant": dict(plan.variant),
        "group": switches.member.as_dict() if switches.member else {},
    }


def _record(work: Work, status: str, seconds: float) -> Record:
    record = Record(
        id=work.folder.id,
        status=status,  # type: ignore[arg-type]
        seconds=round(seconds, 3),
        peak_memory_mb=_peak_memory(),
        artefacts=work.folder.artefacts(),
        glance=glance(work.history.fits),
        **work.facts,
    )
    fits = work.history.fits
    if not fits and status != "diverged":  # in its first epoch, perhaps
        return record
    found = practical(diagnose(record, fits), record.spec, record.dataset)
    return replace(record, diagnosis=found.as_dict())


def _peak_memory() -> float:
    """The largest resident size of this program so far, in MB."""
    import resource
    import sys

    # What getrusage tells survives exec: it may be that of a large program which started this one.
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        most = next(line for line in lines if line.startswith("VmHWM:"))
        return round(int(most.split()[1]) * 1024 / 1e6, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _told(raised: BaseException, folder: RunFolder) -> BaseException:
    """Return the error that the user is to see; keep the trace of any other in the log."""
    if isinstance(raised, KxError) and raised.details:
        with folder.log_path.open("a", encoding="utf-8", errors=READABLE) as log:
            log.write(f"{raised.details}\n")
    if isinstance(raised, KxError):
        return raised
    if isinstance(raised, Interrupted | KeyboardInterrupt):
        stopped = raised if isinstance(raised, Interrupted) else Interrupted()
        stopped.run = folder.id
        return stopped
    if not isinstance(raised, Exception):
        return PluginError(f"a plugin ended the run: {what_was_raised(raised)}")
    if short := shortage(raised):
        return short
    with folder.log_path.open("a", encoding="utf-8", errors=READABLE) as log:
        traceback.print_exception(raised, file=log)
    return raised
