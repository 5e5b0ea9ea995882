"""An epoch of the notes' LSTM for IMDB: kx, with batches of any and of like length, and Keras.

Each of the three fits in turn, in one process, after a first fit that compiles.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from benchmarks.epochs import contest, read
from benchmarks.processes import ROOT, verdict

SPEC = ROOT / "configs" / "imdb_lstm.yaml"
BUCKETED = ("training.batching=bucketed", "architecture.masking=true")
FASTER, FASTER_BUCKETED = 1.5, 3.0


def main(arguments: Sequence[str] = ()) -> bool:
    """Time, print a table, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_lstm", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="epochs of each (default: 3)")
    parser.add_argument("--rows", type=int, default=20_000, help="fewer only for a trial")
    options = parser.parse_args(arguments)
    from kx.training.environment import seed_everything, start_tensorflow

    start_tensorflow(deterministic=True)
    seed_everything(1)
    ways = {
        "model.fit": keras_epoch(options.rows),
        "kx": kx_epoch((), options.rows),
        "kx, bucketed": kx_epoch(BUCKETED, options.rows),
    }
    first = {name: timed(epoch) for name, epoch in ways.items()}
    rounds = [{name: timed(way) for name, way in ways.items()} for _ in range(options.rounds)]
    print(f"IMDB, LSTM of 32 units: an epoch of {options.rows:,} reviews of up to 500 words")
    print(f"{'':16}{'epoch':>10}{'faster':>10}{'compiling':>12}")
    ratios = {}
    for name in ways:
        seconds = median(times[name] for times in rounds)
        ratios[name] = median(times["model.fit"] / times[name] for times in rounds)
        once = first[name] - seconds
        print(f"{name:16}{seconds:>8.2f} s{ratios[name]:>9.2f}x{once:>10.1f} s")
    plain, bucketed = ratios["kx"], ratios["kx, bucketed"]
    return all(
        [
            verdict(f"kx is {plain:.2f} times as fast (target: {FASTER})", plain >= FASTER),
            verdict(
                f"bucketed, {bucketed:.2f} times as fast (target: {FASTER_BUCKETED})",
                bucketed >= FASTER_BUCKETED,
            ),
        ]
    )


def timed(epoch: Callable[[], None]) -> float:
    """Return the seconds of an epoch."""
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


def kx_epoch(settings: Sequence[str], rows: int) -> Callable[[], None]:
    """Return what trains an epoch of the spec by the engine that ``auto`` chooses.

    The engine is chosen by all epochs of the spec, as in a run. Without a validation, as in
    ``keras_epoch``.
    """
    import numpy as np

    race = contest(*real(settings))
    job = race.jobs[0]
    job = replace(job, train=job.train[:rows], validation=np.arange(0, dtype="int32"), epochs=1)
    return lambda: list(race.trainers["auto"].fit([job])).clear()


def real(settings: Sequence[str]) -> tuple[Any, Any]:
    """Return the plan, and its data.

    Raises:
        SystemExit: if the real data are not here: the sample's texts are few.
    """
    plan, bundle, sample = read(SPEC, settings)
    if sample:
        raise SystemExit("bench_lstm needs the real data of IMDB: KX_DATA_DIR names their folder")
    return plan, bundle


def keras_epoch(rows: int) -> Callable[[], None]:
    """Return what trains an epoch of the network as the notes do, by ``model.fit``."""
    import keras

    plan, bundle = real(())
    x, y = bundle.train.x[:rows], bundle.train.y[:rows]
    layers = keras.layers
    model = keras.Sequential(
        [layers.Embedding(10_000, 32), layers.LSTM(32), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    size = plan.spec.training.batch_size
    return lambda: model.fit(x, y, epochs=1, batch_size=size, verbose=0) and None


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
