"""One run, from plan to record, read from top to bottom."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from kx.advice.diagnosis import diagnose
from kx.advice.suggestion import practical
from kx.base import signals
from kx.base.errors import Interrupted, KxError, PluginError
from kx.base.guard import ends_refused, what_was_raised
from kx.base.limits import shortage
from kx.base.names import READABLE
from kx.base.remark import Remark, as_remark
from kx.base.seeds import derive
from kx.base.storage import sweep_partial
from kx.contracts import Watcher
from kx.planning import Plan, Proposed
from kx.running.bases import find_base
from kx.running.expectations import judge_expectations
from kx.running.features import extracted
from kx.running.fitting import Fitter
from kx.running.importance import importance
from kx.running.judging import count_look, judge_test, judge_validation
from kx.running.keeping import draw_dot_plots, keep
from kx.running.loading import Loaded, load
from kx.running.networks import Networks
from kx.running.plugin_networks import with_unit
from kx.running.safe_points import SafePoints
from kx.running.story import Story
from kx.running.subgroups import subgroups
from kx.running.unfinished import keep_unfinished, what_is_kept
from kx.running.work import Switches, Work, first_line, without_paths
from kx.runs.folder import RECORD, RunFolder
from kx.runs.looks import settle_look
from kx.runs.record import Record, Status, read_record
from kx.runs.record_parts import VariantFacts
from kx.runs.sparkline import glance
from kx.runs.surroundings import Surroundings, collect_versions, git_commit
from kx.spec.edit import edited
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
        folder = stack.enter_context(RunFolder.create(outputs, plan.spec.name))
        points = SafePoints(watcher)
        story = _begun(plan, folder, points, switches, started)
        stack.callback(story.work.history.close)
        stack.enter_context(signals.ending(_at_once(story, points, clock)))
        status: Status = "completed"
        try:
            with ends_refused() if plan.spec.plugins else nullcontext():
                _carry_out(story)
            signals.check()
        except BaseException as raised:  # also Ctrl-C: the record must say how the run ended
            error = _told(raised, folder)
            status = getattr(error, "status", "failed")
            story.error = _remark_of(error)
            if isinstance(error, Interrupted):
                error.kept = what_is_kept(story.work, story.partial)
            if error is not raised:
                raise error from raised
            raise
        finally:
            record = _written(story, status, clock)
        return record, folder.path


def _begun(
    plan: Plan, folder: RunFolder, watcher: Watcher, switches: Switches, started: datetime
) -> Story:
    """Write the first files of a run: from now on it has a record. If that fails, none stays."""
    try:
        begun = _first_record(plan, folder, started, switches)
        folder.write_record(begun)
        text = yaml.safe_dump(plan.resolved(), sort_keys=False, allow_unicode=True)
        folder.write_spec(text)
        if plan.proposed:
            folder.write_proposed(_moved(plan, plan.proposed, folder))
        work = Work(plan, folder, watcher, switches, folder.history(), begun.precision)
        return Story(begun, work)
    except BaseException:
        folder.discard()
        raise


def _moved(plan: Plan, proposed: Proposed, folder: RunFolder) -> str:
    """Return a proposed spec for the run's folder, where the paths in it begin then."""
    located = plan.dataset.entry.moved(plan.dataset.options, plan.folder, folder.path)
    changes = {f"dataset.{option}": located[option] for option in plan.dataset.entry.paths()}
    return edited(proposed.text, changes if way(folder.path, plan.folder) else {})


def _written(story: Story, status: Status, clock: float) -> Record:
    """Write the record of a run that is over, and return it."""
    work = story.work
    work.history.close()
    record = _record(story, status, time.monotonic() - clock)
    work.folder.write_record(record)
    settle_look(work.folder.path.parent, record.id)
    return record


def _at_once(story: Story, points: SafePoints, clock: float) -> signals.Ending:
    return signals.Ending(
        lambda stopped: _cut_off(story, stopped, clock), lambda: not points.trained
    )


def _cut_off(story: Story, stopped: Interrupted, clock: float) -> None:
    """Write the record of a run that ends here and now, whatever its own thread is at."""
    folder = story.work.folder
    stopped.run, stopped.kept = folder.id, what_is_kept(story.work, story.partial)
    story.error = _remark_of(stopped)
    try:
        sweep_partial(folder.path)
        _written(story, "interrupted", clock)
    except Exception:  # the story may go on at this moment, and files may change
        known = read_record(folder.path / RECORD)
        folder.write_record(replace(known, status="interrupted", error=_remark_of(stopped)))


def _carry_out(story: Story) -> None:
    """The stages of a run, in their order."""
    from kx.training.environment import check_environment

    work = story.work
    signals.check()
    check_environment()
    for remark in work.plan.remarks:
        work.warn("title.spec" if remark.code == "spec.place" else "title.data", remark)
    story.loaded = loaded = _loaded(work)
    story.base = base = find_base(work, loaded)
    story.loaded = loaded = extracted(work, loaded, base.extractor)
    story.loaded = loaded = with_unit(work, loaded, base)
    story.fitter = fitter = Fitter(work, loaded, Networks.of(work, loaded, base))
    try:
        _fitted_and_judged(story, loaded, fitter)
    except Interrupted:
        story.partial = keep_unfinished(work, fitter)
        raise


def _fitted_and_judged(story: Story, loaded: Loaded, fitter: Fitter) -> None:
    """The stages from the first fit on: from here, an interrupted run has a network to keep."""
    work, bundle = story.work, loaded.bundle
    fits, networks = fitter.fit_all(), fitter.networks
    story.base.tell_coverage(work)  # of words that the training rows decide
    story.judged = judged = judge_validation(work, bundle, fits)
    if work.switches.test and fits.finals and len(bundle.test) > 0:
        story.test_looks = count_look(work, loaded)
        story.tested = judge_test(networks, fits, judged.threshold)
    tested = story.tested
    story.importance = importance(networks, fits, judged.threshold, tested=tested is not None)
    story.subgroups = subgroups(work, bundle, fits, judged, tested)
    story.expectations = judge_expectations(work, loaded, story.base, fits, judged, tested)
    keep(networks, loaded, fits, judged, tested)
    draw_dot_plots(work, loaded, story.importance, story.subgroups)
    if work.plan.spec.training.tensorboard:
        _keep_trial(story)


def _keep_trial(story: Story) -> None:
    from kx.exports.tensorboard import write_trial

    record, folder = story.record("completed"), story.work.folder
    write_trial(folder.path / "tensorboard", folder.id, record.started, record.spec, record.scores)


def _loaded(work: Work) -> Loaded:
    """Read the dataset, and start TensorFlow: that takes seconds, so missing files are told first.

    A plugin may read its data with Keras, which it is to find as kx sets it up.
    """
    if not work.plan.dataset.entry.is_built_in:
        _start(work)
        return load(work)
    with signals.let_go():  # long reading, and no TensorFlow yet
        loaded = load(work)
    _start(work)
    return loaded


def _start(work: Work) -> None:
    from kx.training.environment import start_tensorflow

    deterministic = work.plan.spec.deterministic
    work.watcher.stage(Remark.of("stage.starting"))
    log = work.folder.log_path
    start_tensorflow(deterministic=deterministic, log=log, precision=work.precision)


def _first_record(plan: Plan, folder: RunFolder, started: datetime, switches: Switches) -> Record:
    from kx.training.environment import chosen_precision

    precision, why = chosen_precision(plan.spec.training)
    return Record(
        id=folder.id,
        name=plan.spec.name,
        status="running",
        started=started.isoformat(timespec="seconds"),
        command=switches.command,
        spec=plan.resolved(),
        spec_folder=way(folder.path, plan.folder),
        spec_made_of=plan.proposed.made_of if plan.proposed else "",
        seeds={"spec": plan.spec.seed, "split": derive(plan.spec.seed, "split")},
        versions=collect_versions(),
        git_commit=git_commit(Path()),
        environment=Surroundings.now(deterministic=plan.spec.deterministic),
        precision=precision,
        precision_reason=why,
        smoke=switches.smoke,
        variant=VariantFacts(**plan.variant) if plan.variant else None,
        group=switches.member,
    )


def _record(story: Story, status: Status, seconds: float) -> Record:
    work = story.work
    fits = work.history.fits
    record = replace(
        story.record(status),
        seconds=round(seconds, 3),
        peak_memory_mb=_peak_memory(),
        artefacts=work.folder.artefacts(),
        glance=glance(fits),
    )
    if not fits and status != "diverged":  # in its first epoch, perhaps
        return record
    found = practical(diagnose(record, fits), record.spec, record.dataset.scale)
    return replace(record, diagnosis=found)


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


def _remark_of(error: BaseException) -> Remark:
    """Return what the record says of the error that ended the run."""
    if isinstance(error, Interrupted):
        return Remark.of("error.stopped", signal=error.name)
    known = error.remark if isinstance(error, KxError) else None
    return (known or as_remark(first_line(error))).with_texts(without_paths)


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
