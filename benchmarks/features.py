"""One run with ``mode: features``, timed to its first epoch, once data and TensorFlow are there.

Prints one line of JSON. The cache is in a folder that is given: the second run there has features.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the options, run, and print what came of it."""
    began = time.perf_counter()
    parser = argparse.ArgumentParser(prog="features", description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--home", type=Path, required=True, help="folder of cache and outputs")
    options = parser.parse_args()
    os.environ["KX_CACHE_DIR"] = str(options.home / "cache")
    from kx.base.remark import Remark
    from kx.contracts import Watcher
    from kx.planning import make_plan
    from kx.runner import run
    from kx.running.work import Switches

    class Clock(Watcher):
        """Notes when data and TensorFlow are there, and when the first epoch begins and ends."""

        needed = False

        def __init__(self) -> None:
            self.at: dict[str, float] = {}

        def stage(self, text: str | Remark) -> None:
            """What every run needs is there when the stage after it begins."""
            if self.needed:
                self.at["ready"] = time.perf_counter()
            self.needed = str(text).startswith(("reading", "starting TensorFlow"))

        def fit_started(self, name: str, epochs: int, steps: int) -> None:
            """The first epoch begins."""
            self.at.setdefault("started", time.perf_counter())

        def epoch_ended(self, name: str, epoch: int, metrics: Mapping[str, float]) -> None:
            """The first epoch ends, validation included."""
            self.at.setdefault("ended", time.perf_counter())

    clock = Clock()
    record, _ = run(make_plan(options.spec), options.home / "outputs", clock, Switches())
    features, base = record.features, record.base
    assert features and base
    found: dict[str, Any] = {
        "begins": clock.at["started"] - clock.at["ready"],
        "whole": clock.at["started"] - began,
        "ends": clock.at["ended"] - clock.at["ready"],
        "stage": features.seconds,
        "passes": features.forward_passes,
        "shape": list(features.shape),
        "random": base.random,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
