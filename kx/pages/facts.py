"""What else the page of a run tells: all facts of its record, and a table of its fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kx.base.text import duration
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.wording.facts import fact_groups, first
from kx.wording.fit_names import fit_name
from kx.wording.words import Words

Headed = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and names and values below it."""


@dataclass(frozen=True, slots=True)
class FitRow:
    """A fit on a line of a table.

    Attributes:
        scores: at its last epoch, in the order of the table's columns.
    """

    name: str
    epochs: int | None
    best: int | None
    seconds: float | None
    time: str
    scores: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class FitTable:
    """All fits of a run.

    Attributes:
        columns: names of the scores, as histories have them.
    """

    columns: Sequence[str]
    rows: Sequence[FitRow]


def groups(run: Run, words: Words) -> list[Headed]:
    """Return what the record tells, in groups; without a record the little that is known."""
    if run.record is None:
        pairs = [(words("fact.run"), run.id), (words("fact.state"), words.name("state", run.state))]
        return [(words("record.run"), pairs)]
    return [
        (words(f"record.{group.key}"), first(group.pairs, words))
        for group in fact_groups(run.record, run.state, words)
    ]


def fit_table(record: Record, words: Words) -> FitTable | None:
    """Return the table of all fits, or None if there is none."""
    known = [fit.scores for fit in record.fits]
    names = list(dict.fromkeys(name for scores in known for name in scores))
    rows = [
        FitRow(
            fit_name(fit.name, words) if fit.name else "?",
            fit.epochs,
            fit.best_epoch,
            fit.seconds,
            duration(fit.seconds),
            [scores.get(name) for name in names],
        )
        for fit, scores in zip(record.fits, known, strict=True)
    ]
    return FitTable(names, rows) if rows else None
