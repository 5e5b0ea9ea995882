"""The notes' IMDB job against ``kx train configs/imdb.yaml``: time, memory, test accuracy."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.processes import Cost, interleaved, memory, verdict, wall

FASTER = 3
LESS_MEMORY = 4
NEEDED = 10e9


def main(arguments: Sequence[str] = ()) -> bool:
    """Run both, in turn, print a table, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_imdb", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each (default: 3)")
    runs = parser.parse_args(arguments).runs
    if _free_memory() < NEEDED:
        raise SystemExit("bench_imdb: the notes' script needs 10 GB of free memory")
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as outputs:
        kx = [sys.executable, "-m", "kx", "train", "configs/imdb.yaml", "--outputs", outputs]
        notes = [sys.executable, "-m", "benchmarks.notes_imdb"]
        costs = interleaved({"notes": notes, "kx": kx}, runs)
        accuracies = {
            "notes": [json.loads(cost.out)["test_accuracy"] for cost in costs["notes"]],
            "kx": [_accuracy(path) for path in sorted(Path(outputs).glob("*/record.json"))],
        }
    print(f"IMDB, 20 epochs, then a new model on all training data; medians of {runs} runs")
    _print_table(costs, accuracies)
    faster = wall(costs["notes"]) / wall(costs["kx"])
    less = memory(costs["notes"]) / memory(costs["kx"])
    met = [
        verdict(f"kx is {faster:.1f} times as fast (target: {FASTER})", faster >= FASTER),
        verdict(
            f"kx needs 1/{less:.1f} of the memory (target: 1/{LESS_MEMORY})", less >= LESS_MEMORY
        ),
    ]
    return all(met)


def _free_memory() -> float:
    """Return the bytes that can be had without swapping; infinity where nothing tells."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return float("inf")
    table = dict(line.split(":", 1) for line in lines)
    return float(table["MemAvailable"].split()[0]) * 1024


def _accuracy(record: Path) -> float:
    """Return a run's test accuracy.

    Raises:
        SystemExit: if it did not have the real data, which would compare nothing.
    """
    run = json.loads(record.read_text())
    if run["dataset"]["sample"]:
        raise SystemExit("bench_imdb: needs the real data; name its folder in KX_DATA_DIR")
    return float(run["scores"]["test"]["accuracy"]["value"])


def _print_table(
    costs: Mapping[str, Sequence[Cost]], accuracies: Mapping[str, Sequence[float]]
) -> None:
    print(f"{'':8}{'wall':>10}{'peak memory':>14}{'test accuracy':>16}")
    for name, of in costs.items():
        print(
            f"{name:8}{wall(of):>8.1f} s{memory(of) / 1e9:>11.2f} GB"
            f"{median(accuracies[name]):>16.4f}"
        )


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
