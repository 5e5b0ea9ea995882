"""What each fold scored, as a dot plot."""

from __future__ import annotations

from collections.abc import Iterator

from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.charts.curves import SINGLE
from kx.charts.fit_scores import FitScores
from kx.wording.words import Words


def fold_plot(shown: FitScores, words: Words) -> DotPlot:
    """Return the scores of folds side by side, above their mean and the best baseline."""
    mean, sd = shown.mean, shown.sd
    text = f"{number(mean)} ± {number(sd)}"
    rows = [
        *_fold_rows(shown, words),
        DotRow(words("folds.mean"), [mean], mean - sd, mean + sd, "training", text),
    ]
    if shown.baseline:
        name, value = shown.baseline
        rows.append(DotRow(f"- {name}", [value], ink="baseline", shown=number(value)))
    return DotPlot(shown.axis.text, rows)


def _fold_rows(shown: FitScores, words: Words) -> Iterator[DotRow]:
    """Yield a row for each fold; many are put into one row."""
    if len(shown.scores) > SINGLE:
        yield DotRow(words("score.fits", count=len(shown.known)), shown.known)
        return
    for name, value in shown.scores.items():
        yield DotRow(name, [] if value is None else [value], shown=number(value))
