"""What is the same to the last bit from run to run, and what only nearly."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.machine import PATIENCE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be taken away"),
]

ROOT = Path(__file__).parent.parent

SPEC = """\
name: bits
seed: 5
dataset: digits
architecture: ARCHITECTURE
validation: {strategy: kfold, k: 3}
training: {optimizer: adam, batch_size: 128, epochs: 3, engine: compiled}
"""
ARCHITECTURES = {
    "dense": "{name: mlp, units: [16], dropout: 0.3}",
    "pictures": "{name: cnn, filters: [8, 8], units: [16]}",
}
ON_SOME_CORES = """
import os, sys
cores = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, cores[: int(sys.argv[1])])
from kx.cli.main import main
main(sys.argv[2:])
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Folders of runs by processes that had one core, and all of them: twice."""
    folder = tmp_path_factory.mktemp("bits")
    specs = []
    for name, architecture in ARCHITECTURES.items():
        specs.append(folder / f"{name}.yaml")
        specs[-1].write_text(SPEC.replace("ARCHITECTURE", architecture).replace("bits", name))
    variables = os.environ | {"PYTHONPATH": str(ROOT), "KX_OFFLINE": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ON_SOME_CORES, cores, "train", *map(str, specs), "-q",
             "--outputs", str(folder / name)],
            env=variables, cwd=folder, stdout=subprocess.DEVNULL,
        )
        for name, cores in (("one core", "1"), ("all cores", "999"), ("again", "999"))
    ]  # fmt: skip
    assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0]

    def find(cores, name):
        (run,) = (folder / cores).glob(f"*-{name}-*")
        return run

    return find


def curves(run):
    with (run / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[key] or 0) for key in row if "loss" in key] for row in rows])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_another_process_on_the_same_machine_gives_the_same_bits(ran, name):
    one, two = ran("all cores", name), ran("again", name)

    assert (one / "history.csv").read_bytes() == (two / "history.csv").read_bytes()
    with np.load(one / "predictions.npz") as ours, np.load(two / "predictions.npz") as theirs:
        for key in ours:
            np.testing.assert_array_equal(ours[key], theirs[key])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_another_number_of_cores_gives_nearly_the_same(ran, name):
    one, two = ran("one core", name), ran("all cores", name)

    np.testing.assert_allclose(curves(one), curves(two), rtol=1e-4)
    with np.load(one / "predictions.npz") as ours, np.load(two / "predictions.npz") as theirs:
        np.testing.assert_allclose(ours["predictions"], theirs["predictions"], atol=1e-4)
        np.testing.assert_array_equal(ours["validation_rows"], theirs["validation_rows"])
