"""Before the fits: the splits that the strategy proposes, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.seeds import derive
from kx.contracts import DatasetBundle, Proposal, Rows, Strategy
from kx.data.arrays.class_weights import class_labels
from kx.data.arrays.duplicates import count_shared, row_hashes
from kx.planning.finding import Finding
from kx.running.coverage import coverage_complaints, undefined_metrics
from kx.running.loading import tell
from kx.running.work import SMOKE_FITS, Work


def why_so(work: Work, strategy: Strategy, rows: Rows) -> Remark | None:
    """Return how the rows are split, and why, if the strategy chose that itself; say so."""
    reason = strategy.reason(rows)
    if reason:
        work.watcher.stage(Remark.of("stage.validation", why=reason))
    return reason


def proposed(
    work: Work, bundle: DatasetBundle, strategy: Strategy, rows: Rows
) -> Sequence[Proposal]:
    """Return the splits that a strategy proposes, few in a smoke run.

    Raises:
        DataError: if the parts of one overlap.
        SpecError: if there is nothing to learn in one of them, or a metric is not defined.
    """
    proposals = strategy.propose(rows, derive(work.seed, "split"))
    proposals = proposals[:SMOKE_FITS] if work.switches.smoke else proposals
    for proposal in proposals:
        if np.intersect1d(proposal.train, proposal.validation).size:
            raise DataError(f"{proposal.name}: training and validation part overlap")
    _check_splits(work, bundle, proposals)
    return proposals


def rows_to_split(bundle: DatasetBundle) -> Rows:
    """Return what a validation strategy may know of the training part."""
    train, info = bundle.train, bundle.info
    labels = None
    if info.one_class:
        labels = class_labels(train.y, info)
    spans = train.x.spans(info.series.leads[-1]) if info.series else None
    return Rows(
        len(train),
        labels,
        train.groups,
        info.classes,
        given=info.validation_examples,
        tags=train.y if info.task == "multilabel" else None,
        test=len(bundle.test),
        ordered=info.ordered,
        whole=(info.train_examples or len(train), info.test_examples or len(bundle.test)),
        spans=spans,
        folds=train.folds,
        times=train.times if spans is None else spans[:, 0],
    )


def check_rows(work: Work, strategy: Strategy, rows: Rows) -> None:
    """Let the strategy look at the rows before anything trains.

    Raises:
        SpecError: if they cannot be split.
    """
    tell(work, (Finding.of("validation", found) for found in strategy.complaints(rows)))


def _check_splits(work: Work, bundle: DatasetBundle, proposals: Sequence[Proposal]) -> None:
    """Tell what the proposed splits cannot teach, or cannot judge.

    Of a smoke run nothing is said: it would tell of the few rows, and not of the data.

    Raises:
        SpecError: if there is nothing to learn in one of them, or a metric is not defined.
    """
    if work.switches.smoke:
        return
    y, info = bundle.train.y, bundle.info
    judged: list[tuple[str | Remark, np.ndarray]] = [
        (proposal.name, y[proposal.validation]) for proposal in proposals
    ]
    looks = work.switches.test and len(bundle.test) > 0
    judged += [(Remark.of("splits.test_part"), bundle.test.y)] if looks else []
    found = [Finding.of("validation", each) for each in coverage_complaints(y, proposals, info)]
    undefined = undefined_metrics(judged, work.plan.head(info).metrics, info)
    tell(work, [*found, *(Finding.of("training", each) for each in undefined)])


def are_as_given(rows: Rows, proposals: Sequence[Proposal]) -> bool:
    """Whether just those rows are held out that the dataset gives for validation."""
    last = np.arange(rows.count - rows.given, rows.count)
    return bool(rows.given) and all(
        np.array_equal(np.sort(proposal.validation), last) for proposal in proposals
    )


def count_duplicates(bundle: DatasetBundle, proposals: Sequence[Proposal]) -> dict[str, int]:
    """Count rows that a part shares with the training part: they tell nothing new."""
    train, test = row_hashes(bundle.train.x), row_hashes(bundle.test.x)
    return {
        "validation": sum(count_shared(train[p.validation], train[p.train]) for p in proposals),
        "test": count_shared(test, train),
    }
