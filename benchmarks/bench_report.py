"""How long 200 runs take to be listed, and to be compared on one page, and how large that is."""

import argparse
import math
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ROOT, cpu, interleaved, verdict, wall
from kx.base.jsonfile import to_json
from kx.planning import make_plan
from kx.runs.folder import RunFolder
from kx.runs.history import JSON, Curves
from kx.runs.record import Record
from kx.runs.record_parts import DataFacts, FitRecord
from kx.runs.record_scores import ScoreRecord
from kx.runs.sparkline import glance
from kx.runs.surroundings import Surroundings, collect_versions

RUNS = 200
LIST_TARGET, PAGE_TARGET, SIZE_TARGET = 1.0, 10.0, 5_000_000

SPECS = ("imdb", "boston_kfold", "reuters", "digits")
"""Whose specs and forms the runs have: 20 epochs, 4 folds of 100, 20 and 25."""

FITS = 40
"""So many the runs of a second folder have: histories of which 200 are slow to read."""


def main(arguments: Sequence[str] = ()) -> bool:
    """Measure both commands, in turn, and return whether all targets were met."""
    parser = argparse.ArgumentParser(prog="bench_report", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of each (default: 5)")
    repeats = parser.parse_args(arguments).repeats
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs"
        generate(outputs)
        generate(Path(folder) / "folds", ("boston_kfold",), FITS)
        return _measured(Path(folder), repeats)


def generate(outputs: Path, specs: Sequence[str] = SPECS, folds: int = 4) -> None:
    """Leave 200 runs that nobody ever trained; their records say so."""
    chance = random.Random(1)
    for at in range(RUNS):
        _leave(outputs, specs[at % len(specs)], at, chance, folds)


def _measured(folder: Path, repeats: int) -> bool:
    outputs, page = folder / "outputs", folder / "page.html"
    kx, where = [sys.executable, "-m", "kx"], ["--outputs", str(outputs)]
    commands = {
        "kx runs": [*kx, "runs", *where],
        f"kx runs, of {FITS} fits each": [*kx, "runs", "--outputs", str(folder / "folds")],
        "kx report": [*kx, "report", *where, "-o", str(page)],
    }
    interleaved(commands, runs=1)  # the first run compiles, and reads from the disk
    costs = interleaved(commands, repeats)
    size = page.stat().st_size
    print(f"{RUNS} generated runs; medians of {repeats} processes")
    met = [
        _met(name, *of, PAGE_TARGET if "report" in name else LIST_TARGET)
        for name, of in ((name, (wall(cost), cpu(cost))) for name, cost in costs.items())
    ]
    met.append(verdict(f"its page: {size / 1e6:.2f} MB (target: 5 MB)", size < SIZE_TARGET))
    return all(met)


def _met(name: str, seconds: float, spent: float, target: float) -> bool:
    line = f"{name:26}{seconds:6.2f} s, {spent:.2f} s of CPU (target: {target:g} s)"
    return verdict(line, seconds < target)


def _leave(outputs: Path, name: str, at: int, chance: random.Random, folds: int) -> None:
    plan = make_plan(ROOT / "configs" / f"{name}.yaml", [f"seed={at}", "training.batch_size=64"])
    assert plan.info, "the specs that are taken name data of a known form"
    metric = plan.head(plan.info).metrics[0]
    with RunFolder.create(outputs, f"{name}_{at % 7}") as run:
        spec = plan.resolved()
        run.write_spec(yaml.safe_dump(spec, sort_keys=False))
        fits = dict(
            _fits(folds if "kfold" in name else 1, metric, plan.spec.training.epochs, chance)
        )
        document = {
            "schema_version": 1,
            "fits": [{"name": fit, "history": curves} for fit, curves in fits.items()],
        }
        (run.path / JSON).write_text(to_json(document, indent=None))
        record = _record(name, metric, spec, fits, chance)
        run.write_record(replace(record, id=run.id, artefacts=run.artefacts()))


def _fits(
    count: int, metric: str, epochs: int, chance: random.Random
) -> Iterator[tuple[str, Curves]]:
    """Yield names and curves: falling, with a rise at the end in validation, and noise."""
    for fit in [f"fold-{n}" for n in range(1, count + 1)] if count > 1 else ["holdout"]:
        training = [math.exp(-3 * t / epochs) for t in range(epochs)]
        validation = [y + 0.4 * (t / epochs) ** 2 for t, y in enumerate(training)]
        curves = {"loss": training, "val_loss": validation}
        curves |= {metric: [1 - y / 2 for y in training]}
        curves |= {f"val_{metric}": [1 - y / 2 for y in validation]}
        yield fit, {k: [y + chance.gauss(0, 0.02) for y in of] for k, of in curves.items()}


def _record(
    name: str,
    metric: str,
    spec: dict[str, Any],
    fits: dict[str, Curves],
    chance: random.Random,
) -> Record:
    value = 0.8 + chance.random() / 10
    score = ScoreRecord(value=value, low=value - 0.01, high=value + 0.01, interval="wilson")
    loss = ScoreRecord(value=0.5, low=None, high=None, interval=None)
    folds: list[float | None] = [value + chance.gauss(0, 0.01) for _ in fits]
    return Record(
        id="",
        name=name,
        status="completed",
        started="2026-01-01T00:00:00+00:00",
        seconds=10 * chance.random(),
        spec=spec,
        seeds={f"{what} {fit}": chance.getrandbits(31) for fit in fits for what in ("w", "s")},
        versions=collect_versions(),
        environment=Surroundings.now(),
        dataset=DataFacts(name=name, source="generated by bench_report", sample=True),
        parameters=chance.randrange(10**6),
        fits=[
            FitRecord(
                name=fit,
                epochs=len(curves["loss"]),
                best_epoch=5,
                seconds=1.0,
                scores={key: of[-1] for key, of in curves.items()},
            )
            for fit, curves in fits.items()
        ],
        fold_scores={metric: folds, "loss": folds},
        best_epoch=5,
        glance=glance(fits),
        scores={part: {metric: score, "loss": loss} for part in ("validation", "test")},
        baselines={part: {metric: {"linear": 0.8}} for part in ("validation", "test")},
    )


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
