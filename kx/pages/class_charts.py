"""What a report shows of classes: the table, the confusion matrix, and charts of shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kx.base.text import number
from kx.charts.chart import Axis, Chart, Series
from kx.charts.inks import run_ink
from kx.explain.mistakes import answers_of, confusions
from kx.pages import classes
from kx.pages.svg import Drawing, drawn
from kx.pages.threshold_charts import Chosen, threshold_charts
from kx.runs.reader import Predictions
from kx.wording.words import Words

if TYPE_CHECKING:
    import numpy as np

PAIRS = 20
"""At most so many pairs of classes are listed where the matrix is too large to be shown."""

SHARES = (-0.02, 1.02)
"""Range of an axis of shares."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How often one class was taken for another."""

    true: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Classes:
    """How well the classes are told apart.

    Attributes:
        rows: of the table; the last may be the mean, without a name.
        matrix: rows of true, columns of predicted classes; empty for many, or several labels.
        pairs: the most frequent confusions, where there is no matrix.
        charts: ROC, precision and recall, calibration.
        kind: what the rows are: ``classes``, or ``labels``, of which an example may have several.
        note: what else is to be said of all of them.
    """

    names: Sequence[str]
    rows: Sequence[classes.ClassRow]
    matrix: Sequence[Sequence[classes.ConfusionCell]]
    pairs: Sequence[Pair]
    charts: Sequence[Drawing]
    kind: Literal["classes", "labels"] = "classes"
    note: str = ""


def of_classes(
    said: Predictions, names: Sequence[str], words: Words, choice: Chosen | None = None
) -> Classes:
    """Return what there is to show of classes that exclude each other.

    If a threshold was chosen or stated, tables are of its answers.
    """
    at = choice.facts.values[0] if choice else 0.5
    y, shares = _truth(said), classes.probabilities(said.outputs)
    whole = len(names) <= classes.LARGEST
    charts = [*_class_charts(y, shares, names, words), *threshold_charts(choice, words)]
    return Classes(
        names=names,
        rows=classes.class_rows(y, answers_of(shares, at), names),
        matrix=classes.confusion(y, answers_of(shares, at), len(names)) if whole else [],
        pairs=[] if whole else _pairs(y, said, names),
        charts=[found for chart in charts if (found := drawn(chart))],
    )


def of_labels(
    said: Predictions, names: Sequence[str], words: Words, thresholds: Sequence[float] = (0.5,)
) -> Classes:
    """Return what there is to show of several labels at once."""
    y, given = said.y.astype(int), (said.outputs > thresholds).astype(int)
    rows = classes.class_rows(y, given, names)
    whole = int((y == given).all(axis=1).sum())
    limits = _limits(names, thresholds, words)
    note = words("labels.whole", count=f"{whole:,}", rows=f"{len(y):,}", limits=limits)
    charts = [_class_charts(y, said.outputs, names, words)] if are_shares(said, names) else []
    drawings = [found for of in charts for chart in of if (found := drawn(chart))]
    return Classes(names, rows, [], [], drawings, "labels", note)


def _limits(names: Sequence[str], thresholds: Sequence[float], words: Words) -> str:
    """Return from which probability on a label is predicted: one for all, or each its own."""
    limits = [f"{threshold:.4g}" for threshold in thresholds]
    if len(set(limits)) == 1:
        return limits[0]
    pairs = zip(names, limits, strict=True)
    told = [words("labels.limit", label=label, limit=limit) for label, limit in pairs]
    return words("join.names").join(told)


def are_shares(said: Predictions, names: Sequence[str]) -> bool:
    """Whether the outputs are probabilities of these classes."""
    width = said.outputs.shape[1] if said.outputs.ndim > 1 else 1
    shares = classes.probabilities(said.outputs)
    return width in (1, len(names)) and bool(((shares > -1e-6) & (shares < 1 + 1e-6)).all())


def _truth(said: Predictions) -> np.ndarray:
    truth: np.ndarray = said.y.argmax(axis=1) if said.y.ndim == 2 else said.y.reshape(-1)
    return truth.astype("int64")


def _pairs(y: np.ndarray, said: Predictions, names: Sequence[str]) -> list[Pair]:
    found = confusions(y, said.outputs)[:PAIRS]
    return [Pair(names[pair.true], names[pair.predicted], pair.count) for pair in found]


def _class_charts(
    y: np.ndarray, shares: np.ndarray, names: Sequence[str], words: Words
) -> Iterator[Chart]:
    hits = classes.roc(y, shares, names)
    precise = classes.precision_recall(y, shares, names)
    if hits:
        title = words("roc.title", area=number(classes.mean_area(hits)))
        axes = _shares(words("roc.x")), _shares(words("roc.y"))
        note = words("roc.rest" if y.ndim == 1 else "labels.each")
        yield _shares_chart(title, axes, hits, note, words, diagonal=True)
        title = words("pr.title", area=number(classes.mean_area(precise)))
        axes = _shares(words.metric("recall")), _shares(words.metric("precision"))
        yield _shares_chart(title, axes, precise, note, words)
    yield _calibration(y, shares, names, words)


def _shares_chart(
    title: str,
    axes: tuple[Axis, Axis],
    curves: Sequence[classes.Curve],
    note: str,
    words: Words,
    *,
    diagonal: bool = False,
) -> Chart:
    """Return a chart of shares: one curve, one for each of few classes, or many faint ones."""
    few = len(curves) <= classes.FEW
    single = len(curves) == 1
    series = [
        Series(
            "" if single else f"{curve.name} ({number(curve.area)})" if few else words("roc.each"),
            curve.x,
            curve.y,
            "validation" if single or not few else run_ink(at),
            "line" if few else "faint",
        )
        for at, curve in enumerate(curves)
    ]
    return Chart(title, *axes, series, diagonal=diagonal, note="" if single else note)


def _shares(label: str) -> Axis:
    return Axis(label, span=SHARES)


def _calibration(y: np.ndarray, shares: np.ndarray, names: Sequence[str], words: Words) -> Chart:
    found = classes.calibration(y, shares)
    binary = shares.shape[1] == 2 and y.ndim == 1
    other = words("calibration.top" if y.ndim == 1 else "calibration.labels")
    of = words("calibration.binary", name=names[1]) if binary else other
    return Chart(
        title=words("calibration.title", brier=number(found.brier)),
        x=_shares(words("calibration.x")),
        y=_shares(words("calibration.y")),
        series=[
            Series("", found.said, found.true, "validation", "faint"),
            Series(words("calibration.bins"), found.said, found.true, "validation", "dots"),
        ],
        whiskers=[(at, *ends) for at, ends in zip(found.said, found.ends, strict=True)],
        diagonal=True,
        note=of,
    )
