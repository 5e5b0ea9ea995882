"""Predictions that every network must beat: constants, and a linear model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kx.base.remark import Code, Remark
from kx.contracts import DatasetInfo, Split

if TYPE_CHECKING:
    import numpy as np
    from threadpoolctl import ThreadpoolController

MOST_NUMBERS = 50_000_000
"""In the training features, for a linear model: 200 MB. The 60,000 pictures of MNIST have 47."""

MOST_WORK = 500_000_000
"""Numbers times outputs: 1 to 3 s of one core. MNIST has 470 million, and takes 1.5 s."""

MOST_COEFFICIENTS = 1_500_000
"""Features times outputs: LBFGS keeps some 25 numbers for each. Reuters has 0.46 million."""

MOST_TIMES = 4
"""Folds of the greatest work that get a linear model each."""

SPARSE_COST = 10
"""How much longer an entry of a CSR matrix takes than one of an array."""

THOROUGH, HASTY = 100, 18
"""Iterations at most: ``HASTY`` for the greatest work, more for less, up to ``THOROUGH``."""

STRENGTHS = (100.0, 10.0, 1.0, 0.1, 0.01)
"""Of the squared penalty, to choose from within the training rows; scikit-learn's default is 1."""

CHOICE_WORK, SMALL_WORK = 30_000_000, 1_000_000
"""The most that is looked at to choose, 0.2 s a strength; below the second number, in 3 folds."""

FEWEST_ROWS = 12
"""To be split for that."""

MOST_CHOICES = 20
"""Linear models of a run that choose a penalty each."""

TAME = 10
"""Features beyond this are taken for unscaled."""


@dataclass(frozen=True, slots=True)
class LinearFit:
    """How a linear model was fitted.

    Attributes:
        strengths: of the penalty, one for each label of a multilabel task.
        folds: of training rows that judged the strengths; 1: a part that was held out; 0: nothing
            did, and they are scikit-learn's default.
        rows: of the training part that were looked at for that.
        converged: whether no fit ended for want of iterations.
    """

    strengths: tuple[float, ...]
    folds: int
    rows: int
    converged: bool


def baseline_predictions(
    train: Split,
    x: Any,
    info: DatasetInfo,
    *,
    linear: bool,
    times: int = 1,
    told: Callable[[LinearFit], None] = lambda _: None,
) -> dict[str, np.ndarray]:
    """Predict the rows ``x`` by the simplest means, fitted on ``train``.

    ``majority`` is sure of the most frequent class; ``prior`` gives each class its share of the
    training part, so that its loss is an honest one; for several labels both go label by label.
    For regression there are ``mean`` and ``median``. ``linear`` is a ridge regression or a
    logistic regression, one for each label of a multilabel task, whose penalty is chosen within
    ``train``; without it for word indices, and where ``linear_too_large`` says why. It runs on one
    core, is the same in every run, and counts no ``Split.weights``, as little as the others do.

    Large models end after 18 iterations, before they have converged, and scikit-learn's warning of
    it is withheld: that loses 0.9 points of test accuracy on MNIST and 0.4 on Reuters, and gains
    1.7 on IMDB (measured).

    Args:
        train: what to fit on, prepared.
        x: features of the rows to predict, prepared likewise.
        info: tells the task.
        linear: whether the linear model is wanted.
        times: how many such models a run fits: of many, none has time to choose its penalty.
        told: is given how the linear model was fitted, if there is one.

    Returns:
        Name of the baseline -> (n, outputs) float32, of the form in which a network predicts.
    """
    import numpy as np

    predictions = {
        name: np.tile(np.asarray(row, np.float32), (x.shape[0], 1))
        for name, row in _constants(train.y, info).items()
    }
    if linear and info.vocabulary is None and not linear_too_large(train, info):
        # Threads of BLAS that wait for each other cost ten times the CPU seconds on a busy machine,
        # and the last digits would depend on how many there are. Its products of finite numbers
        # now and then claim to have met an invalid one: numpy/numpy#24067.
        with libraries().limit(limits=1), np.errstate(invalid="ignore"):
            said, fit = _linear(train, x, info, times)
            predictions["linear"] = said.astype(np.float32)
        told(fit)
    return predictions


@cache
def libraries() -> ThreadpoolController:
    """Load what linear models are fitted with: 0.1 s, once, that no fit should wait for."""
    import sklearn.linear_model  # noqa: F401 - its BLAS is to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def linear_too_large(
    train: Split, info: DatasetInfo, times: int = 1, rows: np.ndarray | None = None
) -> Remark | None:
    """Return why a linear model would take too long, or need too much memory; None if not.

    The limits are what takes 1 to 3 s of one core: 50 million numbers in the training features,
    500 million numbers times outputs, where an entry of a sparse matrix counts as ten, and 1.5
    million coefficients.

    Args:
        train: what it would be fitted on, prepared.
        info: tells the task.
        times: how many such models a run would fit; together they may take four times as long.
        rows: of ``train`` that it would be fitted on; None: all.
    """
    numbers, features = _numbers(train.x, rows), _features(train.x)
    work = numbers * info.outputs * (SPARSE_COST if _is_sparse(train.x) else 1)
    if numbers > MOST_NUMBERS:
        return Remark.of("linear.numbers", numbers=numbers, limit=MOST_NUMBERS)
    if (count := features * info.outputs) > MOST_COEFFICIENTS:
        return Remark.of("linear.coefficients", coefficients=count, limit=MOST_COEFFICIENTS)
    if work > MOST_WORK:
        sparse = _is_sparse(train.x)
        code: Code = "linear.seconds_sparse" if sparse else "linear.seconds"
        return Remark.of(code, numbers=numbers, outputs=info.outputs)
    if times * work > MOST_TIMES * MOST_WORK:
        return Remark.of("linear.many", models=times)
    return None


def _constants(y: np.ndarray, info: DatasetInfo) -> dict[str, Any]:
    """Return name -> what is predicted for every row: one number for each output."""
    import numpy as np

    if info.numbers:
        return {"mean": [y.mean(dtype=np.float64)], "median": [np.median(y)]}
    if info.task == "multilabel":
        shares = y.mean(axis=0)
        return {"majority": shares >= 0.5, "prior": shares}
    shares = np.bincount(_labels(y, info), minlength=_classes(info)) / len(y)
    majority = np.eye(len(shares))[shares.argmax()]
    first = 1 if info.task == "binary" else 0
    return {"majority": majority[first:], "prior": shares[first:]}


def _linear(train: Split, x: Any, info: DatasetInfo, times: int) -> tuple[np.ndarray, LinearFit]:
    """Return what a linear model fitted on ``train`` predicts for ``x``, (n, outputs), and how."""
    import numpy as np

    task = _task(train.y, info)
    work = _work(train.x, info)
    known, asked = _flat(train.x), _flat(x)
    splits = _inner_splits(len(train), work) if times <= MOST_CHOICES else []
    iterations = _iterations(work * max(1, times // MOST_TIMES))
    said, strengths, converged = [], list[float](), True
    for y in task.targets:
        strength = _chosen(known, y, task.classes, splits)
        values, ended = _predicted(known, y, asked, task.classes, strength, iterations)
        said.append(values)
        strengths.append(strength)
        converged = converged and ended
    values = np.concatenate([part[:, task.columns] for part in said], axis=1)
    values = values.clip(0, 1) if info.task == "unit_regression" else values
    rows = sum(map(len, splits[0])) if splits else 0
    return values, LinearFit(tuple(strengths), len(splits), rows, converged)


@dataclass(frozen=True, slots=True)
class _Task:
    """What linear models are to learn.

    Attributes:
        targets: one for each model.
        classes: how many there are; 0 for numbers.
        columns: of each model's predictions that are wanted.
    """

    targets: list[np.ndarray]
    classes: int
    columns: slice


def _task(y: np.ndarray, info: DatasetInfo) -> _Task:
    if info.numbers:
        return _Task([y], 0, slice(None))
    if info.task == "multilabel":
        return _Task(list(y.T.astype(int)), 2, slice(1, None))
    return _Task([_labels(y, info)], _classes(info), slice(1 if info.task == "binary" else 0, None))


def _iterations(work: int) -> int:
    return min(THOROUGH, max(HASTY, HASTY * MOST_WORK // max(1, work)))


def _inner_splits(count: int, work: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return rows to learn from and rows to judge by, drawn from ``count``; nothing of a few.

    The draw is always the same. Of much work only a part is looked at: how strong the best penalty
    is does not depend on how many rows there are.
    """
    import numpy as np

    rows = np.random.default_rng(0).permutation(count)
    rows = rows[: max(50, int(count * min(1, CHOICE_WORK / max(1, work))))]
    if len(rows) < FEWEST_ROWS:
        return []
    if work > SMALL_WORK:
        return [(rows[len(rows) // 4 :], rows[: len(rows) // 4])]
    a, b, c = np.array_split(rows, 3)
    return [(np.concatenate([a, b]), c), (np.concatenate([a, c]), b), (np.concatenate([b, c]), a)]


def _chosen(known: Any, y: np.ndarray, classes: int, splits: Sequence[Any]) -> float:
    """Return the strength whose loss on the inner validation rows is least; of equal ones, more."""
    if not splits:
        return 1.0
    losses = {
        strength: sum(
            _loss(
                _predicted(known[a], y[a], known[b], classes, strength, THOROUGH)[0], y[b], classes
            )
            for a, b in splits
        )
        for strength in STRENGTHS
    }
    return min(losses, key=losses.__getitem__)  # the first of equal ones: the strongest


def _loss(said: np.ndarray, y: np.ndarray, classes: int) -> float:
    """Return the squared error, or for classes the log loss, summed over rows."""
    import numpy as np

    if not classes:
        return float(np.square(said[:, 0] - y.reshape(-1)).sum(dtype=np.float64))
    return float(-np.log(said[np.arange(len(y)), y].clip(1e-7, 1)).sum(dtype=np.float64))


def _predicted(
    known: Any, y: np.ndarray, asked: Any, classes: int, strength: float, iterations: int
) -> tuple[np.ndarray, bool]:
    """Return predictions, (n, max(1, classes)), and whether the fit converged."""
    if classes:
        return _chances(known, y, asked, classes, strength, iterations)
    return _regression(known, y, asked, strength, iterations)


def _regression(
    known: Any, y: np.ndarray, asked: Any, strength: float, iterations: int
) -> tuple[np.ndarray, bool]:
    """Return the predictions (n, 1) of a ridge regression, and whether it converged."""
    import numpy as np
    from sklearn.linear_model import Ridge

    ridge = Ridge(alpha=strength, solver="lsqr", max_iter=iterations)
    model = _tamed(known, ridge).fit(known, y)
    predictions: np.ndarray = model.predict(asked).reshape(-1, 1)
    return predictions, bool(np.max(ridge.n_iter_) < iterations)


def _chances(
    known: Any, labels: np.ndarray, asked: Any, classes: int, strength: float, iterations: int
) -> tuple[np.ndarray, bool]:
    """Return a logistic regression's probabilities, 0 for absent classes, and if it converged."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    chances = np.zeros((asked.shape[0], classes), np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        chances[:, present] = 1
        return chances, True
    regression = LogisticRegression(C=1 / strength, max_iter=iterations, tol=1e-3)
    model = _tamed(known, regression)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(known, labels)
    chances[:, present] = model.predict_proba(asked)
    return chances, bool(np.max(regression.n_iter_) < iterations)


def _tamed(known: Any, model: Any) -> Any:
    """Put a scaler before ``model`` if the features ``known`` look unscaled.

    Counts of words keep their zeros: a CSR matrix stays one.
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, StandardScaler

    values = known.data if _is_sparse(known) else known
    if max(values.max(initial=0), -values.min(initial=0)) <= TAME:
        return model
    return make_pipeline(MaxAbsScaler() if _is_sparse(known) else StandardScaler(), model)


def _flat(x: Any) -> Any:
    """Return ``x`` as float32 (n, features), pictures row by row; a CSR matrix as it is."""
    import numpy as np

    flat = x if _is_sparse(x) else x.reshape(x.shape[0], _features(x))
    return flat.astype(np.float32, copy=False)


def _labels(y: np.ndarray, info: DatasetInfo) -> np.ndarray:
    return (y.argmax(axis=1) if info.one_hot else y).astype(int)


def _classes(info: DatasetInfo) -> int:
    return 2 if info.task == "binary" else info.outputs


def _is_sparse(x: Any) -> bool:
    return hasattr(x, "indptr")


def _features(x: Any) -> int:
    return math.prod(x.shape[1:])


def _numbers(x: Any, rows: np.ndarray | None = None) -> int:
    """Return how many numbers must be read to read ``rows``; a sparse row costs one more."""
    count = x.shape[0] if rows is None else len(rows)
    if not _is_sparse(x):
        return count * _features(x)
    if rows is None:
        return int(x.nnz) + count
    return int((x.indptr[1:] - x.indptr[:-1])[rows].sum()) + count


def _work(x: Any, info: DatasetInfo) -> int:
    return _numbers(x) * info.outputs * (SPARSE_COST if _is_sparse(x) else 1)
