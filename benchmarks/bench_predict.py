"""How long a first prediction takes: whole processes, beside Keras alone with that network."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import ROOT, cpu, interleaved, verdict, wall

TARGET = 1.2
"""Of the time that Keras alone takes to load the network and to predict one row."""

KERAS = """
import sys
import keras
import numpy as np

network = keras.saving.load_model(sys.argv[1], compile=False)
print(network.predict(np.zeros((1, 13), "float32"), verbose=0))
"""


def main(arguments: Sequence[str] = ()) -> bool:
    """Run both, in turn, print a line for each, and return whether the target was met."""
    parser = argparse.ArgumentParser(prog="bench_predict", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each (default: 5)")
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        outputs = ["--outputs", folder]
        kx = [sys.executable, "-m", "kx"]
        train = [*kx, "train", "configs/wine.yaml", "-q", "--set", "training.epochs=1"]
        # An expectation is missed after one epoch; the network is kept all the same.
        subprocess.run([*train, *outputs], capture_output=True, cwd=ROOT)
        (network,) = Path(folder).glob("*/model.keras")
        commands = {
            "kx predict": [*kx, "predict", "last", "--row", _row(), *outputs],
            "Keras alone": [sys.executable, "-c", KERAS, str(network)],
        }
        interleaved(commands, runs=1)
        costs = interleaved(commands, runs)
    ours, plain = costs.values()
    print(f"A first prediction; medians of {runs} runs (target: {TARGET} of Keras's time)")
    for name, of in costs.items():
        print(f"{name:28}{wall(of):6.3f} s, {cpu(of):.3f} s of CPU")
    return verdict(
        f"{'ratio':28}{wall(ours) / wall(plain):6.2f}", wall(ours) / wall(plain) < TARGET
    )


def _row() -> str:
    from kx.datasets.wine import FEATURES

    return ",".join(f"{name}=1" for name in FEATURES)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
