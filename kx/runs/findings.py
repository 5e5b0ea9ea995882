"""Which paired test fits what two runs left behind, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kx.base.curves import lower_is_better
from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.text import clean, shortened
from kx.contracts import NUMBERS, ONE_CLASS
from kx.evaluators.amounts import pinballs, scaled_errors
from kx.evaluators.paired import (
    PairedTest,
    corrected_t,
    labels,
    mcnemar,
    paired_block_bootstrap,
    paired_bootstrap,
    per_split,
)
from kx.runs.comparable import unlike
from kx.runs.evidence import Evidence, evidence
from kx.runs.reader import Run, Splits, train_size
from kx.runs.record import Record, headline
from kx.runs.record_parts import DataFacts

if TYPE_CHECKING:
    import numpy as np

SEED = 0
"""Of the resampling: the same runs give the same interval each time."""

Rows = tuple["np.ndarray", "np.ndarray", "np.ndarray"]
"""Targets of the test rows, and what each of two runs says of them."""

Outcome = Literal["better", "worse", "chance", "no_telling"]


@dataclass(frozen=True, slots=True)
class PairedResult:
    """A test, and what it says.

    Attributes:
        on: what the pairs are.
        why: why this test is the one that fits.
        distinguishable: whether chance alone would rarely do this; None: no telling.
        outcome: whether the run is better or worse than the reference, as far as that is certain.
    """

    on: Literal["test rows", "folds"]
    why: Remark
    distinguishable: bool | None
    outcome: Outcome
    test: PairedTest


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against the reference.

    Attributes:
        run: its label.
        comparable: whether both ended well and saw the same data.
        findings: the tests that could be made.
        notes: why others could not.
        unlike: in what their data differ; None if they do not, or one did not end well.
    """

    run: str
    reference: str
    comparable: bool
    findings: tuple[PairedResult, ...] = ()
    notes: tuple[Remark, ...] = ()
    unlike: Remark | None = None


class NoTestError(DataError):
    """A test cannot be made, and why."""

    def __init__(self, why: Remark) -> None:
        super().__init__(why.code)
        self.why = why


def compared(runs: Mapping[str, Run]) -> list[Comparison]:
    """Hold each run but the first against the first, by the tests that fit both.

    Args:
        runs: by their labels.
    """
    known = {label: evidence(label, run) for label, run in runs.items()}
    states = {label: run.state for label, run in runs.items()}
    reference, *others = runs
    return [_compared(reference, other, known, states) for other in others]


def _compared(
    reference: str, label: str, known: Mapping[str, Evidence | None], states: Mapping[str, str]
) -> Comparison:
    ends, first, other = (label, reference), known[reference], known[label]
    if first is None or other is None:
        missing = [each for each in (reference, label) if known[each] is None]
        told = tuple(Remark.of("compare.state", run=each, state=states[each]) for each in missing)
        return Comparison(
            *ends, comparable=False, notes=(Remark.of("compare.no_test", states=told),)
        )
    if reason := _unlike(first, other):
        note = Remark.of("compare.unlike", what=reason)
        return Comparison(*ends, comparable=False, notes=(note,), unlike=reason)
    results = [_on_rows(first, other), _on_folds(first, other)]
    findings = tuple(result for result in results if isinstance(result, PairedResult))
    notes = tuple(result for result in results if isinstance(result, Remark))
    return Comparison(*ends, comparable=True, findings=findings, notes=notes)


def _unlike(first: Evidence, other: Evidence) -> Remark | None:
    """Return in what the data of two runs differ, if they do."""
    a, b = first.record, other.record
    what = unlike(a, b) or ("" if _same_targets(first, other) else "test_rows")
    if what in ("name", "task"):
        one, two = _named(a.dataset), _named(b.dataset)
        return Remark.of("compare.datasets", first=first.label, one=one, other=other.label, two=two)
    if what == "sample":
        return Remark.of("compare.sample", run=(first if a.is_sample else other).label)
    if what == "smoke":
        return Remark.of("compare.smoke", run=(first if a.smoke else other).label)
    if what == "contents" and not (a.dataset.files or b.dataset.files):
        return Remark.of("compare.fingerprints")
    if what == "contents":
        return Remark.of("compare.files")
    return Remark.of("compare.test_rows") if what else None


def _named(dataset: DataFacts) -> str:
    return shortened(clean(f"{dataset.name}, {dataset.task}"))


def _same_targets(first: Evidence, other: Evidence) -> bool:
    """Whether the test parts have the same targets, as far as both are known."""
    import numpy as np

    if isinstance(first.rows, Remark) or isinstance(other.rows, Remark):
        return True
    return np.array_equal(first.rows[0], other.rows[0])


def _on_rows(first: Evidence, other: Evidence) -> PairedResult | Remark:
    if isinstance(first.rows, Remark) or isinstance(other.rows, Remark):
        reasons = tuple(run.rows for run in (first, other) if isinstance(run.rows, Remark))
        return Remark.of("compare.no_rows", reasons=reasons)
    found = _tested(first, other, (*first.rows, other.rows[1]))
    if found:
        return _finding("test rows", *found, first, other)
    none = Remark.of("compare.no_test_for", task=first.task)
    reason = none if first.task else Remark.of("compare.unknown_task")
    return Remark.of("compare.no_rows", reasons=(reason,))


def _tested(first: Evidence, other: Evidence, rows: Rows) -> tuple[Remark, PairedTest] | None:
    """Return why a test fits the task, and the test; None if none does."""
    y, ours, theirs = rows
    if first.task in ONE_CLASS:
        said = labels(ours, first.thresholds[0]), labels(theirs, other.thresholds[0])
        return Remark.of("compare.classified"), mcnemar(said[0] == y, said[1] == y, SEED)
    block = max(first.block, other.block)
    if block and first.task != "quantiles":
        return _on_forecasts(rows, block)
    if found := _measured(first, other, rows):
        why, metric, before, after = found
        return why, paired_bootstrap(metric, before, after, SEED)
    return None


def _measured(
    first: Evidence, other: Evidence, rows: Rows
) -> tuple[Remark, str, np.ndarray, np.ndarray] | None:
    """Return why each row is measured as it is, by which metric, and what both runs reach on it."""
    y, ours, theirs = rows
    if first.task == "quantiles":
        shares = first.record.dataset.quantiles
        losses = (pinballs(y, outputs, shares).mean(axis=1) for outputs in (ours, theirs))
        return Remark.of("compare.quantiles"), "pinball", *losses
    if first.task == "multi_regression":
        scaled = [scaled_errors(y, outputs) for outputs in (ours, theirs)]
        return Remark.of("compare.numbers"), "mae", scaled[0], scaled[1]
    if first.task in NUMBERS:
        errors = [abs(outputs[:, 0].astype(float) - y) for outputs in (ours, theirs)]
        return Remark.of("compare.number"), "mae", errors[0], errors[1]
    if first.task == "multilabel" and ours.shape == theirs.shape == y.shape:
        said = ours > first.thresholds, theirs > other.thresholds
        hits = ((labelled == (y > 0.5)).mean(axis=1) for labelled in said)
        return Remark.of("compare.labelled"), "accuracy", *hits
    return None


def _on_forecasts(rows: Rows, block: int) -> tuple[Remark, PairedTest]:
    """Compare errors of forecasts, means over their steps, in blocks of neighbours.

    Args:
        rows: targets (n,) or (n, steps), and what the two runs say: (n, steps).
        block: windows that err alike.
    """
    y, *said = (of.reshape(len(of), -1).astype(float) for of in rows)
    before, after = (abs(outputs - y).mean(axis=1) for outputs in said)
    test = paired_block_bootstrap("mae", before, after, SEED, block)
    return Remark.of("compare.steps" if y.shape[1] > 1 else "compare.number"), test


def _on_folds(first: Evidence, other: Evidence) -> PairedResult | Remark | None:
    """Return the test, or why there is none; where neither run has folds, that goes unsaid."""
    if not _has_folds(first.record) and not _has_folds(other.record):
        return _elsewhere(first, other)
    try:
        splits, metric = _shared_splits(first, other), _shared_metric(first.record, other.record)
        count = len(splits["splits"])
        before, after = (_fold_values(run, metric, count) for run in (first, other))
    except NoTestError as error:
        return Remark.of("compare.no_folds", reason=error.why)
    test = corrected_t(metric, before, after, _ratio(splits))
    return _finding("folds", Remark.of("compare.validated"), test, first, other)


def _finding(
    on: Literal["test rows", "folds"],
    why: Remark,
    test: PairedTest,
    first: Evidence,
    other: Evidence,
) -> PairedResult:
    return PairedResult(on, why, test.distinguishable, _outcome(test), test)


def _outcome(test: PairedTest) -> Outcome:
    if test.distinguishable is None:
        return "no_telling"
    if not test.distinguishable:
        return "chance"
    return "better" if (test.difference < 0) == lower_is_better(test.metric) else "worse"


def _has_folds(record: Record) -> bool:
    return any(len(values) > 1 for values in record.fold_scores.values())


def _shared_splits(first: Evidence, other: Evidence) -> Splits:
    if isinstance(first.splits, Remark):
        raise NoTestError(first.splits)
    if isinstance(other.splits, Remark):
        raise NoTestError(other.splits)
    if elsewhere := _elsewhere(first, other):
        raise NoTestError(elsewhere)
    if len(first.splits["splits"]) < 2:
        raise NoTestError(Remark.of("compare.one_split"))
    return first.splits


def _elsewhere(first: Evidence, other: Evidence) -> Remark | None:
    """Return that two runs were validated on different rows, if it is known."""
    if isinstance(first.splits, Remark) or isinstance(other.splits, Remark):
        return None
    equal = _rows_of(first.splits) == _rows_of(other.splits)
    return None if equal else Remark.of("compare.elsewhere")


def _rows_of(splits: Splits) -> tuple[Any, ...]:
    return splits["examples"], [(split["train"], split["validation"]) for split in splits["splits"]]


def _shared_metric(first: Record, other: Record) -> str:
    """Return the main metric of the first run, or else one that both have, the loss last."""
    main = headline(first)
    own = () if first.stated.loss == other.stated.loss else ("loss",)  # they are trained for others
    shared = [name for name in first.fold_scores if name in other.fold_scores and name not in own]
    if not shared:
        raise NoTestError(Remark.of("compare.no_metric"))
    return min(shared, key=lambda name: (main is None or name != main[1], name == "loss"))


def _fold_values(run: Evidence, metric: str, splits: int) -> np.ndarray:
    import numpy as np

    values = run.record.fold_scores[metric]
    if not values or len(values) % splits:
        raise NoTestError(
            Remark.of("compare.fold_scores", run=run.label, scores=len(values), splits=splits)
        )
    if None in values:
        raise NoTestError(Remark.of("compare.fold_numbers", run=run.label, metric=metric))
    return per_split(np.asarray(values, float), splits)


def _ratio(splits: Splits) -> float:
    """Return validation rows / training rows, on average over the splits."""
    pairs = [(len(split["validation"]), train_size(splits, split)) for split in splits["splits"]]
    return sum(held_out / trained for held_out, trained in pairs) / len(pairs)
