"""K-fold of small tables: the engine that kx chooses against the others, and scikit-learn's MLP.

Everything is fitted in one process, in turn, by new trainers, so that tracing and compiling count
each time; importing TensorFlow does not. scikit-learn is given the widths, the optimizer, the batch
size and, fold by fold, the number of epochs that kx took; it validates nothing meanwhile.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from benchmarks.epochs import contest, read
from benchmarks.processes import ROOT, verdict

SLOWEST = 1.05
FOLDS = "validation={strategy: repeated_kfold, k: 5, repeats: 2, refit: none}"
WIDTHS = (16, 16)
MLP = "architecture={name: mlp, units: [16, 16]}"
SPECS = ("breast_cancer", "wine", "digits")


@dataclass(frozen=True, slots=True)
class Race:
    """The fits of a spec.

    Attributes:
        jobs: one for each fold.
        rows: features and labels, prepared as kx has them, and training rows; for each fold.
    """

    plan: Any
    info: Any
    jobs: list[Any]
    rows: list[tuple[Any, Any, Any]]

    def kx(self, engine: str) -> tuple[float, list[int], str]:
        """Fit all folds; return the seconds, the epochs of each, and the engine."""
        from kx.contracts import Watcher
        from kx.training.jobs import Hooks
        from kx.training.trainer import Trainer

        plan = self.plan
        section = plan.spec.training.model_copy(update={"engine": engine})
        hooks = Hooks(Watcher(), lambda *_: None)
        trainer = Trainer(plan.build_model, self.info, plan.head(self.info), section, hooks)
        start = time.perf_counter()
        epochs = [len(fitted.history["loss"]) for fitted in trainer.fit(self.jobs)]
        took = time.perf_counter() - start
        return took, epochs, trainer.engine.label if trainer.engine else ""

    def sklearn(self, epochs: Sequence[int]) -> float:
        """Fit as many networks of scikit-learn, each for so many epochs; return the seconds."""
        from sklearn.neural_network import MLPClassifier

        training = self.plan.spec.training
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it did not converge, says scikit-learn: it need not
            for (x, y, train), count in zip(self.rows, epochs, strict=True):
                MLPClassifier(
                    WIDTHS,
                    batch_size=training.batch_size,
                    learning_rate_init=training.optimizer.learning_rate,
                    max_iter=count,
                    tol=0,
                    n_iter_no_change=count + 1,
                    random_state=0,
                ).fit(x[train], y[train])
        return time.perf_counter() - start


def race(name: str) -> Race:
    """Read a shipped spec, as a K-fold of an MLP."""
    from kx.training.environment import start_tensorflow

    plan, bundle, _ = read(ROOT / "configs" / f"{name}.yaml", [FOLDS, MLP])
    start_tensorflow(deterministic=plan.spec.deterministic)
    jobs = [replace(job, guarded=True) for job in contest(plan, bundle).jobs]
    rows = []
    for job in jobs:
        data = job.data()
        rows.append((data.x.reshape(len(data), -1), data.y, job.train))
    return Race(plan, bundle.info, jobs, rows)


def main(arguments: Sequence[str] = ()) -> bool:
    """Run all, print a table, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_small_kfold", description=__doc__)
    parser.add_argument("specs", nargs="*", default=SPECS, help=f"of {', '.join(SPECS)}")
    parser.add_argument("--rounds", type=int, default=3, help="of all but fit (default: 3)")
    options = parser.parse_args(arguments)
    print(
        f"Ten folds of an MLP {WIDTHS}: seconds of all fits; medians of {options.rounds} (fit: 1)"
    )
    print(f"{'':16}{'auto':>8}{'compiled':>10}{'fit':>8}{'scikit-learn':>14}  epochs  engine")
    met = [measured(name, options.rounds) for name in options.specs or SPECS]
    return all(met)


def measured(name: str, rounds: int) -> bool:
    """Time one spec, print its line and its verdicts, and return whether the targets were met."""
    entrants = race(name)
    _, epochs, label = entrants.kx("auto")  # what is imported and looked up once, is now
    entrants.sklearn([1] * len(epochs))
    times: dict[str, list[float]] = {"fit": [entrants.kx("fit")[0]]}
    for _ in range(rounds):
        for engine in ("auto", "compiled"):
            times.setdefault(engine, []).append(entrants.kx(engine)[0])
        times.setdefault("scikit-learn", []).append(entrants.sklearn(epochs))
    found = {who: median(seconds) for who, seconds in times.items()}
    print(
        f"{name:16}{found['auto']:>8.2f}{found['compiled']:>10.2f}{found['fit']:>8.2f}"
        f"{found['scikit-learn']:>14.2f}{sum(epochs):>8}  {label}"
    )
    best = min(found["compiled"], found["fit"])
    return all(
        [
            verdict(
                f"{name}: auto takes {found['auto'] / best:.2f} times as long as the best of "
                f"compiled and fit (target: at most {SLOWEST})",
                found["auto"] <= SLOWEST * best,
            ),
            verdict(
                f"{name}: and {found['auto'] / found['scikit-learn']:.2f} times as long as "
                "scikit-learn (target: at most 1)",
                found["auto"] <= found["scikit-learn"],
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
