"""Networks for tables beside gradient boosting, on the same folds: what they score, and how fast.

scikit-learn's five small tables, California where its file is, and two generated ones, as files,
through `dataset: table`:

    make tables

or, for some of them, `python -m benchmarks.tables --tables iris shops --networks tabm`: rows that
are not run stay as they are.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import ROOT
from kx.authoring.table_training import training_lines
from kx.base.errors import DataError
from kx.components.registry import dataset
from kx.data.files.sources import SourceFiles

SHIPPED = ("iris", "wine", "breast_cancer", "diabetes", "digits")
OWN_FILE = ("california",)
GENERATED = ("shops", "knots")
ALL = (*SHIPPED, *OWN_FILE, *GENERATED)
NETWORKS = ("tabular", "tabm")
CLOSE = 2.0
"""By so many percent a network may be worse than trees and still keep up with them."""
TARGET = ROOT / "docs" / "tables.md"
HEADER = [
    "table", "network", "score", "kx", "sd of folds", "boosted trees", "linear", "against trees",
    "parameters",
]  # fmt: skip
ABOUT = """\
# Networks for tables, beside gradient boosting

Made by `make tables`: the networks with their defaults, scikit-learn's `HistGradientBoosting` and a
linear model with theirs, on the same five folds (the score at the best epoch of all folds; mae:
less is better). `shops` and `knots` are generated: categories and gaps, and interactions.
"Against trees" is by which share the score is better (+) or worse (-); down to -2 % the better
network of a table keeps up with them."""

SPEC = """\
name: {name}
seed: 1
dataset: {{name: table, path: {table}.csv, target: target, task: {task}}}
architecture: {network}
validation: {{strategy: kfold, k: 5}}
"""


def shipped(name: str) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Return the columns and rows of one of scikit-learn's tables, its target last."""
    from sklearn import datasets

    data = getattr(datasets, f"load_{name}")()
    names = getattr(data, "target_names", None)
    targets = data.target if names is None else [f"class {names[at]}" for at in data.target]
    header = [f"c{number}" for number in range(data.data.shape[1])]
    return [*header, "target"], zip(*data.data.T, targets, strict=True)


def california() -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Return the columns and rows of California's census, its prices last.

    Raises:
        MissingDataError: if its file is not here; nothing is downloaded.
    """
    data = dataset["california"].component().load(SourceFiles(offline=True))
    parts = (data.train, data.test)
    x, y = (np.concatenate([getattr(each, name) for each in parts]) for name in ("x", "y"))
    header = [f"c{number}" for number in range(x.shape[1])]
    return [*header, "target"], zip(*x.T.tolist(), y.tolist(), strict=True)


def shops(rows: int = 3000) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Return what shops sell: 200 towns, some of them rare, two more categories, and gaps."""
    rng = np.random.default_rng(1)
    town = rng.zipf(1.3, rows) % 200
    kind, size = rng.integers(6, size=rows), rng.choice(3, rows, p=[0.5, 0.3, 0.2])
    area, age = rng.lognormal(4, 0.6, rows), rng.uniform(0, 60, rows)
    distance = rng.exponential(5, rows)
    sales = (
        rng.normal(0, 1, 200)[town]
        + np.array([0, 0.5, -1, 1.5, -0.3, 0.8])[kind]
        + 1.2 * np.log(area)
        - 0.02 * age
        + (size == 2) * (age < 20)
        - 0.5 * (distance > 8)
        + rng.normal(0, 0.5, rows)
    )
    columns = [
        _gaps(rng, [f"town{each}" for each in town], 0.03),
        _gaps(rng, ["abcdef"[each] for each in kind], 0.1),
        _gaps(rng, [("small", "medium", "large")[each] for each in size], 0.05),
        _gaps(rng, [f"{each:.1f}" for each in area], 0.15),
        _gaps(rng, [f"{each:.0f}" for each in age], 0.2),
        [f"{each:.2f}" for each in distance],
        [f"{each:.3f}" for each in sales],
    ]
    header = ["town", "kind", "size", "area", "age", "distance", "target"]
    return header, zip(*columns, strict=True)


def _gaps(rng: np.random.Generator, values: list[str], share: float) -> list[str]:
    return ["" if rng.random() < share else value for value in values]


def knots(rows: int = 4000) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Return ten numbers of which products, waves and thresholds decide: three classes."""
    rng = np.random.default_rng(2)
    x = rng.normal(0, 1, (rows, 10))
    level = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) * x[:, 3] + (np.abs(x[:, 4]) > 1) * x[:, 5]
    level += rng.normal(0, 0.3, rows)
    said = np.where(level > 0.8, "high", np.where(level < -0.8, "low", "middle"))
    cells = [[f"{value:.4f}" for value in column] for column in x.T]
    return [*(f"x{at}" for at in range(10)), "target"], zip(*cells, said, strict=True)


def write(name: str, folder: Path) -> int:
    """Write a table as a file; return its rows."""
    made = {"california": california, "shops": shops, "knots": knots}
    header, rows = made.get(name, lambda: shipped(name))()
    with (folder / f"{name}.csv").open("w", newline="") as file:
        count = csv.writer(file)
        count.writerow(header)
        lines = list(rows)
        count.writerows(lines)
    return len(lines)


def is_here(name: str) -> bool:
    """Whether a dataset can be read without a download."""
    try:
        dataset[name].component().load(SourceFiles(offline=True))
    except DataError:
        return False
    return True


def run(table: str, network: str, folder: Path, more: Sequence[str]) -> dict[str, Any]:
    """Train a network on a table, and return the record of the run."""
    rows = write(table, folder)
    task = "regression" if table in ("diabetes", "california", "shops") else "classes"
    text = SPEC.format(
        name=f"{table}-{network}", table=table, task=task, network=network
    )  # fmt: skip
    text += "\n".join(training_lines(rows)) + "\n"
    spec = folder / f"{table}-{network}.yaml"
    spec.write_text(text)
    outputs = folder / "outputs" / spec.stem
    command = [sys.executable, "-m", "kx", "train", str(spec), "--outputs", str(outputs)]
    done = subprocess.run([*command, *more], capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    (record,) = outputs.glob("*/record.json")
    found: dict[str, Any] = json.loads(record.read_text())
    return found


def cells(table: str, network: str, record: dict[str, Any]) -> list[str]:
    """Return a row of the table of results: what was scored on held-out folds."""
    scores, baselines = record["scores"]["validation"], record["baselines"]["validation"]
    name = next(iter(scores))
    score, all_of = scores[name], baselines[name]
    spread = score["high"] - score["value"]
    verdict = compared(score["value"], all_of.get("trees"), less=name == "mae")
    others = [f"{all_of[each]:.4f}" if each in all_of else "" for each in ("trees", "linear")]
    numbers = [f"{score['value']:.4f}", f"{spread:.4f}", *others, verdict]
    return [table, network, name, *numbers, f"{record['parameters']:,}"]


def compared(value: float, trees: float | None, *, less: bool) -> str:
    """Return by which share of it a score is better (+) or worse (-) than that of trees."""
    if trees is None:
        return ""
    share = (trees - value if less else value - trees) / trees
    return f"{share:+.1%}"


def kept(path: Path) -> dict[tuple[str, str], list[str]]:
    """Return the rows of a page that was written before: table and network -> cells."""
    text = path.read_text() if path.exists() else ""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {(row[0], row[1]): row for row in rows[2:]}


def page(rows: dict[tuple[str, str], list[str]]) -> str:
    """Return the page of results, its rows in the order of the tables above."""
    order = [(table, network) for table in ALL for network in NETWORKS]
    lines = [rows[key] for key in order if key in rows]
    text = [f"| {' | '.join(row)} |" for row in (HEADER, ["---"] * len(HEADER), *lines)]
    return "\n".join([ABOUT, "", *text, "", *verdicts(rows)]) + "\n"


def verdicts(rows: dict[tuple[str, str], list[str]]) -> list[str]:
    """Return for each table, in the order above, whether its best network keeps up with trees."""
    lines = []
    for table in ALL:
        shares = {
            network: float(rows[table, network][HEADER.index("against trees")].rstrip("%"))
            for network in NETWORKS
            if (table, network) in rows
        }
        if shares:
            best = max(shares, key=lambda network: shares[network])
            better = shares[best] >= -CLOSE
            said = f"{best} keeps up with trees" if better else "trees are better here"
            lines.append(f"- {table}: {said} ({best}: {shares[best]:+.1f}%)")
    return lines


def main() -> None:
    """Train what is asked for, and put its rows into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="*", default=ALL)
    parser.add_argument("--networks", nargs="*", default=NETWORKS)
    parser.add_argument("--set", nargs="*", default=[], help="key=value of all specs")
    parser.add_argument("--to", type=Path, default=TARGET, help="the page")
    asked = parser.parse_args()
    more = [part for each in asked.set for part in ("--set", each)]
    with tempfile.TemporaryDirectory() as folder:
        for table in asked.tables:
            if table in OWN_FILE and not is_here(table):
                print(f"{table}: no data here", flush=True)
                continue
            for network in asked.networks:
                row = cells(table, network, run(table, network, Path(folder), more))
                print(" | ".join(row), flush=True)
                rows = kept(asked.to) | {(table, network): row}
                asked.to.write_text(page(rows))
    print("\n".join(verdicts(kept(asked.to))))


if __name__ == "__main__":
    main()
