"""How good the network of a run is for the rows of each level of a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kx.base.seeds import derive
from kx.contracts import DatasetBundle, Split
from kx.data.tables.mixed_rows import TableRows
from kx.evaluators.subgroups import RowScores, beyond_chance, chance_of, row_scores
from kx.running.fits import Fits
from kx.running.judging import Judged, Tested
from kx.running.work import Work
from kx.runs.record_parts import LevelScore, SubgroupFacts

LEAST_ROWS = 20
"""Of a level, and of all others: with fewer, an interval says nothing."""

MOST_LEVELS = 20
"""Of one column, the most frequent ones."""

MOST = 200
"""Levels that are looked at; of more, those of the first columns."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Rows of a part that no network was trained on, and what is said of them: (n, outputs)."""

    part: str
    split: Split
    rows: np.ndarray
    said: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    column: str
    name: str
    rows: np.ndarray


def subgroups(
    work: Work, bundle: DatasetBundle, fits: Fits, judged: Judged, tested: Tested | None
) -> SubgroupFacts | None:
    """Return the scores by level, on the test part or else on the rows of each validation part.

    Returns:
        None of data without groups and without such a column, of windows of a series, and of a
        smoke run.
    """
    if bundle.info.series or work.switches.smoke:
        return None
    asked = _asked(bundle, fits, tested)
    levels = list(_levels(asked, bundle)) if asked else []
    if asked is None or not levels:
        return None
    threshold = judged.threshold.values if judged.threshold else ()
    y = asked.split.y[asked.rows]
    scores = row_scores(y, asked.said, bundle.info, threshold)
    return _facts(asked.part, scores, levels, derive(work.seed, "bootstrap"))


def _asked(bundle: DatasetBundle, fits: Fits, tested: Tested | None) -> _Asked | None:
    """Return the test rows, or else those of the validation parts, each once; None: neither."""
    if tested:
        return _Asked("test", bundle.test, np.arange(len(bundle.test)), tested.predictions[0])
    if not fits.outcomes:
        return None
    rows = np.concatenate([each.proposal.validation for each in fits.outcomes])
    said = np.concatenate([each.predictions for each in fits.outcomes])
    first = np.unique(rows, return_index=True)[1]
    return _Asked("validation", bundle.train, rows[first], said[first])


def _levels(asked: _Asked, bundle: DatasetBundle) -> Iterator[_Level]:
    split, rows = asked.split, asked.rows
    if split.groups is not None:
        yield from _of(bundle.info.groups, split.groups[rows], bundle.group_names)
    if not bundle.info.table:
        return
    x: Any = split.x
    numbers = (x.numbers if isinstance(x, TableRows) else np.asarray(x))[rows]
    for at, form in enumerate(bundle.info.table):
        if form.levels and not form.is_measured:
            yield from _of(form.name, numbers[:, at], form.levels)


def _of(column: str, codes: np.ndarray, names: Sequence[str]) -> Iterator[_Level]:
    known, counts = np.unique(codes[~np.isnan(codes) & (codes >= 0)], return_counts=True)
    often = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    for code, count in zip(known[often].tolist(), counts[often].tolist(), strict=True):
        if LEAST_ROWS <= count <= len(codes) - LEAST_ROWS:
            name = names[int(code)] if int(code) < len(names) else f"{code:.15g}"
            yield _Level(column, name, codes == code)


def _facts(part: str, scores: RowScores, levels: Sequence[_Level], seed: int) -> SubgroupFacts:
    looked = levels[:MOST]
    chances = {at: chance_of(scores.worse, each.rows) for at, each in enumerate(looked)}
    bad = beyond_chance(chances)
    found = []
    for at, each in enumerate(looked):
        low, high = scores.interval(each.rows, seed)
        found.append(
            LevelScore(
                column=each.column,
                level=each.name,
                rows=int(each.rows.sum()),
                value=float(scores.values[each.rows].mean()),
                low=low,
                high=high,
                worse=at in bad,
            )
        )
    whole = float(scores.values.mean())
    return SubgroupFacts(part, scores.metric, whole, len(scores.values), found)
