"""Labels that look wrong: what a simple model that never saw the row says strongly against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.advice.table_rows import KINDS, all_places, all_rows, all_targets
from kx.base.one_core import one_core
from kx.base.text import number
from kx.contracts import DatasetBundle
from kx.data.tables.column_options import TREE_LEVELS

if TYPE_CHECKING:
    import numpy as np

FOLDS = 5

MOST_ROWS, MOST_WORK = 20_000, 60_000
"""Rows that are judged, and rows times classes: some seconds."""

LEAST_ROWS = 50

GIVEN, SAID = 0.05, 0.9
"""The label that a row has is doubted if its probability is at most, and another's at least so."""

SPREADS = 8.0
"""A number is doubted that is so many robust standard deviations off."""

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row whose label looks wrong.

    Attributes:
        place: such as ``line 12``.
        given: its label.
        said: what the model says of it.
        sure: the probability of that; None for numbers.
    """

    place: str
    given: str
    said: str
    sure: float | None = None


@dataclass(frozen=True, slots=True)
class Doubts:
    """Labels that look wrong.

    Attributes:
        judged: rows that the model was asked about.
        score: its accuracy, or R², on rows that it was not trained on.
        count: how many rows are doubted.
        rows: the worst of them.
        guess: the share of the most frequent label; 0 for numbers.
    """

    judged: int
    score: float
    count: int
    rows: tuple[Doubt, ...]
    guess: float = 0.0

    @property
    def weak(self) -> bool:
        """Whether the model is right no more often than the most frequent label: no judge."""
        return bool(self.guess) and self.score <= self.guess


def doubtful_labels(bundle: DatasetBundle) -> Doubts | None:
    """Return the rows whose labels boosted trees, trained on other rows, strongly disagree with.

    Returns:
        None where nobody can tell: of few rows, or of other tasks than one class or one number.

    Source:
        Northcutt, Jiang and Chuang (2021), "Confident learning: estimating uncertainty in dataset
        labels", JAIR 70: out-of-sample probabilities tell wrong labels.
    """
    import numpy as np

    info = bundle.info
    y = all_targets(bundle)
    if y.ndim > 1 or len(y) < LEAST_ROWS or not (info.one_class or info.numbers):
        return None
    most = min(MOST_ROWS, MOST_WORK // max(len(info.classes), 1))
    rows = np.linspace(0, len(y) - 1, min(len(y), most)).astype(int)
    used = [at for at, form in enumerate(info.table) if form.kind in KINDS]
    if not used:
        return None
    x = all_rows(bundle)[rows][:, used]
    places = all_places(bundle)
    named = [places[row] if row < len(places) else f"row {row}" for row in rows]
    with one_core():
        if info.one_class:
            return _classes(bundle, x, y[rows].astype(int), named)
        return _numbers(bundle, x, y[rows].astype(float), named)


def _options(bundle: DatasetBundle, x: np.ndarray) -> dict[str, Any]:
    import numpy as np

    forms = [form for form in bundle.info.table if form.kind in KINDS]
    kinds = [
        form.kind == "category" and len(np.unique(values)) <= TREE_LEVELS
        for form, values in zip(forms, x.T, strict=True)
    ]
    return {
        "max_iter": 60,
        "early_stopping": False,
        "random_state": 0,
        "categorical_features": kinds,
    }


def _classes(
    bundle: DatasetBundle, x: np.ndarray, y: np.ndarray, places: list[str]
) -> Doubts | None:
    import numpy as np
    from sklearn import ensemble, model_selection

    known, codes = np.unique(y, return_inverse=True)
    if len(known) < 2 or np.bincount(codes).min() < FOLDS:
        return None
    model = ensemble.HistGradientBoostingClassifier(**_options(bundle, x))
    folds = model_selection.StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    said = model_selection.cross_val_predict(model, x, codes, cv=folds, method="predict_proba")
    guess = float(np.bincount(codes).max() / len(codes))
    rows = np.arange(len(codes))
    given, best = said[rows, codes], said.argmax(axis=1)
    score = float((best == codes).mean())
    if score <= guess:
        return Doubts(len(codes), score, 0, (), guess)
    doubted = np.flatnonzero((given <= GIVEN) & (said.max(axis=1) >= SAID))
    worst = doubted[np.argsort(given[doubted], kind="stable")]
    names = [bundle.info.classes[at] for at in known]
    shown = [
        Doubt(places[at], names[codes[at]], names[best[at]], float(said[at].max()))
        for at in worst[:SHOWN]
    ]
    return Doubts(len(codes), score, len(doubted), tuple(shown), guess)


def _numbers(bundle: DatasetBundle, x: np.ndarray, y: np.ndarray, places: list[str]) -> Doubts:
    import numpy as np
    from sklearn import ensemble, metrics, model_selection

    model = ensemble.HistGradientBoostingRegressor(**_options(bundle, x))
    folds = model_selection.KFold(FOLDS, shuffle=True, random_state=0)
    said = model_selection.cross_val_predict(model, x, y, cv=folds)
    off = np.abs(y - said)
    spread = 1.4826 * float(np.median(off))
    doubted = np.flatnonzero(off > SPREADS * spread) if spread else np.arange(0)
    worst = doubted[np.argsort(-off[doubted], kind="stable")]
    shown = [
        Doubt(places[at], number(float(y[at])), number(float(said[at]))) for at in worst[:SHOWN]
    ]
    return Doubts(len(y), float(metrics.r2_score(y, said)), len(doubted), tuple(shown))
