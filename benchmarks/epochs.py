"""Seconds per epoch of one spec, by the engine that kx chooses and by plain ``model.fit``.

Fits the first split of the spec in one process, by both engines in turn, after a first fit of
each that compiles; prints one line of JSON. Data are the real files, or else the sample.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

SECONDS = 2.5
"""A timed fit of plain Keras has as many epochs as take about so long: at least two, if short."""


@dataclass(slots=True)
class Contest:
    """The jobs of a spec, and a trainer for each engine."""

    jobs: list[Any]
    trainers: dict[str, Any]

    def epoch_seconds(self, name: str, epochs: int) -> float:
        """Fit the first job for some epochs, and return what one of them took."""
        job = replace(self.jobs[0], epochs=epochs)
        start = time.perf_counter()
        list(self.trainers[name].fit([job]))
        return (time.perf_counter() - start) / epochs


def read(path: Path, settings: Sequence[str] = ()) -> tuple[Any, Any, bool]:
    """Return the plan, its data, and whether these are a sample."""
    from kx.base.errors import MissingDataError
    from kx.data.files.sample_files import SampleFiles
    from kx.data.files.sources import SourceFiles
    from kx.planning import make_plan

    plan = make_plan(path, settings)
    try:
        files: Any = replace(SourceFiles.from_environment(), offline=True)
        return plan, plan.load_data(files), False
    except MissingDataError:
        return plan, plan.load_data(SampleFiles()), True


def features_if_wanted(plan: Any, bundle: Any) -> Any:
    """Return the data as fits are given them: features, if the spec has its base make them once.

    The base has random weights, which take no longer than others.
    """
    from kx.running.features import on_features

    if plan.network.recipe is None:
        return bundle
    base = plan.network.extractor(bundle.info, None)
    train = replace(bundle.train, x=base.predict(bundle.train.x, verbose=0))
    return on_features(bundle, {"train": train, "test": train})


def contest(plan: Any, bundle: Any) -> Contest:
    """Return the spec's jobs, and trainers whose engine is chosen by all of them."""
    from kx.base.seeds import derive
    from kx.contracts import Watcher
    from kx.running.splitting import rows_to_split
    from kx.training.jobs import Hooks
    from kx.training.trainer import Trainer

    rows, training = rows_to_split(bundle), plan.spec.training
    proposals = plan.strategy(rows.count).propose(rows, derive(plan.spec.seed, "split"))
    jobs = [job_for(plan, bundle, proposal) for proposal in proposals]
    trainers = {}
    for engine in ("auto", "fit"):
        section = training.model_copy(update={"engine": engine})
        hooks = Hooks(Watcher(), lambda *_: None)
        trainers[engine] = Trainer(
            plan.build_model,
            bundle.info,
            plan.head(bundle.info),
            section,
            hooks,
            plan.spec.augmentation,
        )
        trainers[engine].engine = trainers[engine].chosen(jobs)
    return Contest(jobs, trainers)


def job_for(plan: Any, bundle: Any, proposal: Any) -> Any:
    """Return the fit of one split; nothing stops it early, as its epochs are counted."""
    from kx.running.preparing import Prepared
    from kx.training.jobs import Job

    prepared = Prepared(plan, bundle)
    preparation = prepared.fitted(proposal.train)
    data = prepared.split(preparation, proposal.train)
    return Job(
        proposal.name,
        preparation.input_shape(bundle.info.input_shape),
        lambda: data,
        proposal.train.astype("int32"),
        proposal.validation.astype("int32"),
        plan.spec.training.epochs,
        weights_seed=1,
        shuffle_seed=2,
        guarded=False,
        augmentation_seed=3,
    )


def main() -> None:
    """Read the options, run the contest, and print its result."""
    parser = argparse.ArgumentParser(prog="epochs", description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--rounds", type=int, default=7, help="timed fits of each (default: 7)")
    options = parser.parse_args()
    from kx.training.environment import start_tensorflow

    plan, bundle, sample = read(options.spec)
    start_tensorflow(deterministic=plan.spec.deterministic)
    race = contest(plan, features_if_wanted(plan, bundle))
    for name in race.trainers:
        race.epoch_seconds(name, 1)
    once = race.epoch_seconds("fit", 1)
    epochs = max(2 if once < SECONDS else 1, min(plan.spec.training.epochs, round(SECONDS / once)))
    rounds = [
        {name: race.epoch_seconds(name, epochs) for name in race.trainers}
        for _ in range(options.rounds)
    ]
    found = {name: median(times[name] for times in rounds) for name in race.trainers}
    ratio = median(times["auto"] / times["fit"] for times in rounds)
    engine = race.trainers["auto"].engine
    print(json.dumps({**found, "ratio": ratio, "engine": engine.label, "sample": sample}))


if __name__ == "__main__":
    main()
