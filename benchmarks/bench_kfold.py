"""The notes' Boston K-fold against ``kx kfold configs/boston_kfold.yaml``: time, memory, MAE."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import Cost, cost_of, interleaved, memory, verdict, wall

FOLDS = 4
REPEATS = (1, 10)
FASTER = 100
SECONDS = 10
TIMES_FITTING = 6
TIMES_MEMORY = 1.5
VALIDATION = (2.2, 2.7)
TEST = (2.2, 3.2)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: medians of several runs of one command.

    Attributes:
        models: how many were fitted for validation.
        fitting: seconds of all fits, building and compiling included.
        validation: MAE, mean of the folds.
        test: MAE; None where the test part was not looked at.
    """

    name: str
    models: int
    wall: float
    fitting: float
    memory: float
    validation: float
    test: float | None = None


def main(arguments: Sequence[str] = ()) -> bool:
    """Run all, print a table, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_kfold", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of kx (default: 3)")
    runs = parser.parse_args(arguments).runs
    notes = notes_row(cost_of([sys.executable, "-m", "benchmarks.notes_boston"]))
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as folder:
        outputs = {repeats: Path(folder) / str(repeats) for repeats in REPEATS}
        costs = interleaved({str(n): command(n, path) for n, path in outputs.items()}, runs)
        few, many = (kx_row(n, costs[str(n)], records(path)) for n, path in outputs.items())
    print(f"Boston, {FOLDS} folds, 100 epochs, batch 1; medians of {runs} runs (notes: one)")
    print_table([notes, few, many])
    return verdicts(notes, few, many)


def command(repeats: int, outputs: Path) -> list[str]:
    """Return what cross-validates ``repeats`` times, each time with another partition."""
    numbers = ["--k", str(FOLDS), "--repeats", str(repeats)]
    spec = "configs/boston_kfold.yaml"
    return [sys.executable, "-m", "kx", "kfold", spec, *numbers, "--outputs", str(outputs)]


def records(outputs: Path) -> list[dict[str, Any]]:
    """Return the records of the runs in ``outputs``.

    Raises:
        SystemExit: if one did not have the real data, which would compare nothing.
    """
    found = [json.loads(path.read_text()) for path in sorted(outputs.glob("*/record.json"))]
    if not found:
        raise SystemExit(f"bench_kfold: kx left no record in {outputs}")
    if any(record["dataset"]["sample"] for record in found):
        raise SystemExit("bench_kfold: needs the real data; name its folder in KX_DATA_DIR")
    return found


def notes_row(cost: Cost) -> Row:
    """Return the line of the notes' script."""
    told = json.loads(cost.out)
    seconds, mae = told["fit_seconds"], told["validation_mae"]
    return Row("notes", FOLDS, cost.wall, seconds, cost.memory, mae)


def kx_row(repeats: int, costs: Sequence[Cost], runs: Sequence[dict[str, Any]]) -> Row:
    """Return the line of kx's ``runs``, which cost ``costs``."""
    fitting = median(run["fit_seconds"] for run in runs)
    maes = (median(_mae(run, part) for run in runs) for part in ("validation", "test"))
    models = FOLDS * repeats
    return Row(f"kx, {models}", models, wall(costs), fitting, memory(costs), *maes)


def _mae(run: dict[str, Any], part: str) -> float:
    return float(run["scores"][part]["mae"]["value"])


def print_table(rows: Sequence[Row]) -> None:
    """Print a line for each, below a heading."""
    print(
        f"{'':8}{'models':>8}{'wall':>10}{'fitting':>11}{'peak memory':>14}"
        f"{'validation MAE':>17}{'test MAE':>11}"
    )
    for row in rows:
        test = "-" if row.test is None else f"{row.test:.3f}"
        print(
            f"{row.name:8}{row.models:>8}{row.wall:>8.1f} s{row.fitting:>9.2f} s"
            f"{row.memory / 1e9:>11.2f} GB{row.validation:>17.3f}{test:>11}"
        )


def verdicts(notes: Row, few: Row, many: Row) -> bool:
    """Print a line for each target, and return whether all were met."""
    faster = notes.fitting / few.fitting
    longer, larger = many.fitting / few.fitting, many.memory / few.memory
    more = many.models // few.models
    return all(
        [
            verdict(f"fitting is {faster:.0f} times as fast (target: {FASTER})", faster >= FASTER),
            verdict(f"{few.wall:.1f} s in all (target: below {SECONDS} s)", few.wall < SECONDS),
            verdict(
                f"{more} times the models take {longer:.1f} times the fitting time "
                f"(target: below {TIMES_FITTING})",
                longer < TIMES_FITTING,
            ),
            verdict(
                f"and {larger:.2f} times the memory (target: at most {TIMES_MEMORY})",
                larger <= TIMES_MEMORY,
            ),
            *(_within(row, "validation", row.validation, VALIDATION) for row in (few, many)),
            *(_within(row, "test", row.test, TEST) for row in (few, many)),
        ]
    )


def _within(row: Row, part: str, mae: float | None, bounds: tuple[float, float]) -> bool:
    """Print whether the MAE of ``row`` on ``part`` is believable."""
    low, high = bounds
    shown = f"{mae:.3f}" if mae is not None else "-"
    met = mae is not None and low <= mae <= high
    return verdict(f"{row.name} models: {part} MAE {shown} (target: {low} to {high})", met)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
