"""What the baselines say of rows: constants, a linear model and, of tables, boosted trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kx.base.remark import Remark
from kx.contracts import DatasetInfo, Split
from kx.evaluators import naive
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.linear_models import STRENGTHS, linear_too_large
from kx.evaluators.spread import readable, spread
from kx.evaluators.trees import TREES, suit_trees, trees_rows, trees_say
from kx.runs.record_parts import LinearFacts

if TYPE_CHECKING:
    import numpy as np

    from kx.evaluators.linear_models import LinearFit

Asked = tuple[Any, "np.ndarray"]
"""Features, and which of their rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Guesses:
    """What the baselines say.

    Attributes:
        said: name of a baseline -> (n, outputs).
        note: why the linear model or trees are left out, or learn from some of the rows.
        linear: how the linear model was fitted, if it was.
    """

    said: Mapping[str, np.ndarray]
    note: Remark | None = None
    linear: Sequence[LinearFit] = ()


def guesses(data: Split, rows: np.ndarray, asked: Asked, info: DatasetInfo, times: int) -> Guesses:
    """Return what the baselines say of ``asked``.

    Args:
        data: prepared.
        rows: of ``data`` that they learn from.
        asked: prepared features, and the rows of these to be predicted.
        info: form of the data.
        times: how often this is to be done: many times a second are minutes.
    """
    if info.series:
        return _of_windows(data, rows, asked, info, times)
    x, asked_rows = asked
    x, blocks = readable(x, info.blocks)
    data = replace(data, x=readable(data.x, info.blocks)[0])
    info = replace(info, blocks=blocks)
    trees, notes = _of_trees(data, rows, (x, asked_rows), info, times)
    data, x = replace(data, x=spread(data.x, info.blocks)), spread(x, info.blocks)
    reason = linear_too_large(data, info, times, rows)
    if reason:
        # The constants look at no features, and these may be too many to be copied.
        x, data = x[:, :0], replace(data, x=data.x[:, :0])
    fits: list[LinearFit] = []
    said = baseline_predictions(
        data.take(rows), x[asked_rows], info, linear=not reason, times=times, told=fits.append
    )
    if reason:
        notes = [Remark.of("linear.none", why=reason), *notes]
    return Guesses(said | trees, _together(notes), fits)


def _of_trees(
    data: Split, rows: np.ndarray, asked: Asked, info: DatasetInfo, times: int
) -> tuple[dict[str, np.ndarray], list[Remark]]:
    """Return what boosted trees say, and what to tell if they did not learn from all rows."""
    import numpy as np

    x, asked_rows = asked
    used = trees_rows(data, info, times, len(rows))
    if not used:
        told = [Remark.of("trees.none")] if suit_trees(data, info) else []
        return {}, told
    notes = []
    if used < len(rows):
        notes = [Remark.of("trees.some", used=used, rows=len(rows))]
        rows = rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:used])]
    return {TREES: trees_say(data.take(rows), x[asked_rows], info)}, notes


def _together(notes: Sequence[Remark]) -> Remark | None:
    if len(notes) > 1:
        return Remark.of("list.clauses", names=tuple(notes))
    return notes[0] if notes else None


def _of_windows(
    data: Split, rows: np.ndarray, asked: Asked, info: DatasetInfo, times: int
) -> Guesses:
    """Return what the past of windows says, and what others make of all steps side by side."""
    import numpy as np

    x, asked_rows = asked
    assert info.series is not None  # noqa: S101 - for the type checker
    past = naive.naive_forecasts(x, asked_rows, info.series)
    reason = linear_too_large(data, info, times, rows)
    # Cut, windows take as much memory as a linear model would have to read.
    known, wanted = (
        np.zeros((len(of), 0), np.float32) if reason else windows[of].reshape(len(of), -1)
        for windows, of in ((data.x, rows), (x, asked_rows))
    )
    flat, alone = Split(known, data.y[rows]), replace(info, series=None)
    if reason:
        said = baseline_predictions(flat, wanted, alone, linear=False)
        return Guesses(said | past, Remark.of("linear.none", why=reason))
    alone = replace(alone, input_shape=known.shape[1:])
    found = guesses(flat, np.arange(len(rows)), (wanted, np.arange(len(wanted))), alone, times)
    return replace(found, said={**found.said, **past})


def linear_facts(fits: Sequence[LinearFit]) -> LinearFacts | None:
    """Return what the record says of linear models, one after the other: each chose for itself."""
    if not fits:
        return None
    return LinearFacts(
        penalties=tuple(strength for fit in fits for strength in fit.strengths),
        of=tuple(sorted(STRENGTHS)),
        folds=fits[-1].folds,
        rows=fits[-1].rows,
        converged=all(fit.converged for fit in fits),
    )
