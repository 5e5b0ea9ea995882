"""Linear models, whose penalty is chosen within the training rows."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kx.base.remark import Code, Remark
from kx.contracts import DatasetInfo, Split
from kx.evaluators.amounts import pinballs, poisson_deviances

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

LEAST_RATE, MOST_RATE = 1e-7, 1e30
"""Of a linear model of counts: beyond, 32-bit numbers hold no losses."""

TAME = 10
"""Features beyond this are taken for unscaled."""


@dataclass(frozen=True, slots=True)
class LinearFit:
    """How a linear model was fitted.

    Attributes:
        strengths: of the penalty, one for each quantile, or each label of a multilabel task.
        folds: of training rows that judged the strengths; 1: a part that was held out; 0: nothing
            did, and they are scikit-learn's default.
        rows: of the training part that were looked at for that.
        converged: whether no fit ended for want of iterations.
    """

    strengths: tuple[float, ...]
    folds: int
    rows: int
    converged: bool


@cache
def libraries() -> ThreadpoolController:
    """Load what linear models are fitted with: 0.1 s, once, that no fit should wait for."""
    import sklearn.linear_model  # noqa: F401 - its BLAS is to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def linear_too_large(
    train: Split, info: DatasetInfo, times: int = 1, rows: np.ndarray | None = None
) -> Remark | None:
    """Return why a linear model has nothing to read, or would need too much time or memory.

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
    work = _work(train.x, info, rows)
    if not features:
        return Remark.of("linear.unreadable")
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


def linear_says(
    train: Split, x: Any, info: DatasetInfo, times: int
) -> tuple[np.ndarray, LinearFit]:
    """Return what a linear model fitted on ``train`` predicts for ``x``, (n, outputs), and how."""
    import numpy as np

    task = _task(train.y, info)
    work = _work(train.x, info)
    known, asked = _flat(train.x), _flat(x)
    splits = _inner_splits(len(train), work) if times <= MOST_CHOICES else []
    iterations = _iterations(work * max(1, times // MOST_TIMES))
    said, strengths, converged = [], list[float](), True
    for y, learner in task.models:
        strength = _chosen(known, y, learner, splits)
        values, ended = learner.predict(known, y, asked, strength, iterations)
        said.append(values)
        strengths.append(strength)
        converged = converged and ended
    values = np.concatenate([part[:, task.columns] for part in said], axis=1)
    values = values.clip(0, 1) if info.task == "unit_regression" else values
    values = np.sort(values, axis=1) if info.task == "quantiles" else values  # lines may cross
    rows = sum(map(len, splits[0])) if splits else 0
    return values, LinearFit(tuple(strengths), len(splits), rows, converged)


@dataclass(frozen=True, slots=True)
class _Learner:
    """A kind of linear model.

    Attributes:
        predict: learns from features and targets, and says of other features (n, outputs), and
            whether the fit converged; takes the strength of the penalty and the most iterations.
        loss: of what it says, (n, outputs), and targets: summed over rows.
    """

    predict: Callable[[Any, np.ndarray, Any, float, int], tuple[np.ndarray, bool]]
    loss: Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True, slots=True)
class _Task:
    """What linear models are to learn.

    Attributes:
        models: targets, and who learns them.
        columns: of each model's predictions that are wanted.
    """

    models: list[tuple[np.ndarray, _Learner]]
    columns: slice


def _task(y: np.ndarray, info: DatasetInfo) -> _Task:
    if info.task == "counts":
        return _Task([(y, _Learner(_rates, _deviance))], slice(None))
    if info.task == "quantiles":
        return _Task([(y, _of_quantile(each)) for each in info.quantiles], slice(None))
    if info.numbers:
        learner = _Learner(_regression, _squares)
        return _Task([(each, learner) for each in y.reshape(len(y), -1).T], slice(None))
    classes = 2 if info.task == "multilabel" else class_count(info)
    learner = _Learner(partial(_chances, classes), _log_loss)
    if info.task == "multilabel":
        return _Task([(each, learner) for each in y.T.astype(int)], slice(1, None))
    columns = slice(1 if info.task == "binary" else 0, None)
    return _Task([(class_numbers(y, info), learner)], columns)


def _of_quantile(share: float) -> _Learner:
    def loss(said: np.ndarray, y: np.ndarray) -> float:
        return float(pinballs(y, said, (share,)).sum())

    return _Learner(partial(_quantile, share), loss)


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


def _chosen(known: Any, y: np.ndarray, learner: _Learner, splits: Sequence[Any]) -> float:
    """Return the strength whose loss on the inner validation rows is least; of equal ones, more."""
    if not splits:
        return 1.0
    losses = {
        strength: sum(
            learner.loss(learner.predict(known[a], y[a], known[b], strength, THOROUGH)[0], y[b])
            for a, b in splits
        )
        for strength in STRENGTHS
    }
    return min(losses, key=losses.__getitem__)  # the first of equal ones: the strongest


def _squares(said: np.ndarray, y: np.ndarray) -> float:
    import numpy as np

    return float(np.square(said[:, 0] - y.reshape(-1)).sum(dtype=np.float64))


def _deviance(said: np.ndarray, y: np.ndarray) -> float:
    return float(poisson_deviances(y, said[:, 0]).sum())


def _log_loss(said: np.ndarray, y: np.ndarray) -> float:
    import numpy as np

    return float(-np.log(said[np.arange(len(y)), y].clip(1e-7, 1)).sum(dtype=np.float64))


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


def _rates(
    known: Any, y: np.ndarray, asked: Any, strength: float, iterations: int
) -> tuple[np.ndarray, bool]:
    """Return the predictions (n, 1) of a Poisson regression, and whether it converged."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import PoissonRegressor

    if not y.any():  # a fold may have no count but 0: then the best rate is 0, nearly
        return np.full((asked.shape[0], 1), LEAST_RATE), True
    poisson = PoissonRegressor(alpha=strength / len(y), max_iter=iterations)
    model = _tamed(known, poisson)
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(known, y)
        rates = np.asarray(model.predict(asked), np.float64)
    found = rates.clip(LEAST_RATE, MOST_RATE).reshape(-1, 1)
    return found, bool(np.max(poisson.n_iter_) < iterations)


def _quantile(
    share: float, known: Any, y: np.ndarray, asked: Any, strength: float, iterations: int
) -> tuple[np.ndarray, bool]:
    """Return the predictions (n, 1) of a quantile regression, which always converges."""
    from sklearn.linear_model import QuantileRegressor

    lines = QuantileRegressor(quantile=share, alpha=strength / len(y), solver="highs")
    found: np.ndarray = _tamed(known, lines).fit(known, y).predict(asked).reshape(-1, 1)
    return found, True


def _chances(
    classes: int, known: Any, labels: np.ndarray, asked: Any, strength: float, iterations: int
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


def class_numbers(y: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return (n,) integers of the classes of targets."""
    return (y.argmax(axis=1) if info.one_hot else y).astype(int)


def class_count(info: DatasetInfo) -> int:
    """Return how many classes there are."""
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


def _work(x: Any, info: DatasetInfo, rows: np.ndarray | None = None) -> int:
    """Return how many numbers are read times outputs, or what takes as long.

    The linear programs of quantiles take a time that grows with the square of the rows: 0.05 s for
    1,000 of 10 features, 0.55 s for 4,000 (measured).
    """
    read = _numbers(x, rows) * (SPARSE_COST if _is_sparse(x) else 1)
    count = x.shape[0] if rows is None else len(rows)
    return read * info.outputs * (count if info.task == "quantiles" else 1)
