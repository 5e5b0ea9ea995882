"""A table of a million rows and 50 columns: until it can be trained on, and 10 epochs of it.

Beside what one would write by hand: pandas or pyarrow, scikit-learn and `model.fit`. kx does not
need pandas, so its line is there if it is installed (the extra `bench`). The table has 30 numbers,
20 categories of 30 values, and 5 % of all values are missing.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.processes import Cost, cost_of, verdict

ROWS, NUMBERS, CATEGORIES, LEVELS, MISSING = 1_000_000, 30, 20, 30, 0.05
EPOCHS, BATCH, UNITS = 10, 1024, 64
READY_SECONDS, PARQUET_SECONDS, BYTES = 60.0, 20.0, 3e9

SPEC = f"""\
name: bench-table
seed: 0
dataset: {{{{name: table, path: {{path}}, target: label}}}}
architecture: {{{{name: mlp, units: [{UNITS}]}}}}
validation: {{{{strategy: holdout, size: 0.1, refit: none}}}}
training: {{{{optimizer: adam, batch_size: {BATCH}, epochs: {EPOCHS}}}}}
"""


def main(arguments: Sequence[str] = ()) -> bool:
    """Measure reading, preparing and training, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_table", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"of the table (default: {ROWS:,})")
    rows = parser.parse_args(arguments).rows
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as folder:
        names = generate(Path(folder), rows)
        costs = {
            "CSV, ready": _ready(names["csv"]),
            "Parquet, ready": _ready(names["parquet"]),
            f"CSV, {EPOCHS} epochs": _trained(names["csv"]),
        } | {
            f"{library}, {EPOCHS} epochs": cost_of(_command(f"--{library}", names["csv"]))
            for library in ("pyarrow", "pandas")
            if find_spec(library)
        }
    print(f"A table of {rows:,} rows and {NUMBERS + CATEGORIES} columns")
    print(f"{'':22}{'time':>9}{'CPU':>10}{'peak memory':>14}")
    for name, cost in costs.items():
        memory = cost.memory / 1e9
        print(f"{name:22}{cost.wall:>7.1f} s{cost.cpu:>8.1f} s{memory:>11.2f} GB")
    if not find_spec("pandas"):
        print("pandas is not installed, so it was not measured: pip install 'kx[bench]'")
    return _judged(*list(costs.values())[:3])


def _judged(csv: Cost, parquet: Cost, trained: Cost) -> bool:
    share = parquet.wall / csv.wall
    most = max(csv.memory, trained.memory)
    met = [
        verdict(
            f"CSV ready in {csv.wall:.1f} s (target: {READY_SECONDS:g})", csv.wall < READY_SECONDS
        ),
        verdict(
            f"Parquet in {parquet.wall:.1f} s, {share:.0%} of that (target: {PARQUET_SECONDS:g} s, "
            f"a third of what CSV may take)",
            parquet.wall < PARQUET_SECONDS,
        ),
        verdict(f"within {most / 1e9:.2f} GB, {EPOCHS} epochs too (target: 3)", most < BYTES),
    ]
    return all(met)


def generate(folder: Path, rows: int) -> dict[str, Path]:
    """Write the table as CSV and as Parquet, and return their paths."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    random, sums = np.random.default_rng(0), np.zeros(rows)
    levels, columns = pa.array([f"level {at}" for at in range(LEVELS)]), {}
    for at in range(NUMBERS):
        values = random.normal(size=rows).round(4)
        sums += values * (at % 3 - 1) * 0.3
        columns[f"n{at}"] = pa.array(values, mask=random.random(rows) < MISSING)
    for at in range(CATEGORIES):
        codes = random.integers(0, LEVELS, rows)
        sums += (codes % 5 - 2) * 0.2
        places = pa.array(codes, mask=random.random(rows) < MISSING)
        columns[f"c{at}"] = levels.take(places)
    label = sums + random.normal(size=rows) > 0
    columns["label"] = pa.array(["no", "yes"]).take(pa.array(label.astype(int)))
    table, paths = pa.table(columns), {kind: folder / f"t.{kind}" for kind in ("csv", "parquet")}
    pyarrow.csv.write_csv(table, paths["csv"])
    pyarrow.parquet.write_table(table, paths["parquet"])
    return paths


def _command(what: str, path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.bench_table", what, str(path)]


def _ready(path: Path) -> Cost:
    return cost_of(_command("--ready", path))


def _trained(path: Path) -> Cost:
    spec = path.with_name("t.yaml")
    spec.write_text(SPEC.format(path=path.name))
    command = ["-m", "kx", "train", str(spec), "--outputs", str(path.with_name("outputs"))]
    return cost_of([sys.executable, *command])


def ready(path: Path) -> None:
    """Read a table, and prepare it as a fit does."""
    from kx.components.registry import dataset
    from kx.data.files.sources import SourceFiles
    from kx.data.tables.encoding import fit_table

    made = dataset["table"].component(path=str(path), target="label")
    bundle = made.load(SourceFiles(offline=True))
    info = bundle.info
    preparation = fit_table(bundle.train.x, info.table, info.scale, info.missing)
    print(json.dumps({"shape": list(preparation.apply(bundle.train.x).shape)}))


def by_pandas(path: Path) -> None:
    """Do what kx does with pandas, scikit-learn and Keras."""
    import pandas as pd

    started = time.perf_counter()
    table = pd.read_csv(path)
    words = table[[f"c{at}" for at in range(CATEGORIES)]].to_numpy(object)
    numbers = table[[f"n{at}" for at in range(NUMBERS)]].to_numpy(np.float32)
    _by_hand(numbers, words, table["label"].to_numpy(), started)


def by_pyarrow(path: Path) -> None:
    """Do what kx does with pyarrow, scikit-learn and Keras."""
    import pyarrow.csv

    started = time.perf_counter()
    table = pyarrow.csv.read_csv(path)
    words = [table[f"c{at}"].to_numpy() for at in range(CATEGORIES)]
    numbers = [table[f"n{at}"].to_numpy().astype(np.float32) for at in range(NUMBERS)]
    _by_hand(np.column_stack(numbers), np.column_stack(words), table["label"].to_numpy(), started)


def _by_hand(numbers: np.ndarray, words: np.ndarray, labels: np.ndarray, started: float) -> None:
    """Encode all rows at once, as is usual, and train on them."""
    import keras
    from sklearn.preprocessing import OneHotEncoder

    gaps = np.isnan(numbers)
    numbers = (numbers - np.nanmean(numbers, axis=0)) / np.nanstd(numbers, axis=0)
    levels = OneHotEncoder(sparse_output=False, dtype=np.float32).fit_transform(words)
    x = np.concatenate([np.nan_to_num(numbers), gaps.astype(np.float32), levels], axis=1)
    y = (labels == "yes").astype(np.float32)
    seconds = time.perf_counter() - started
    layers = [keras.layers.Dense(UNITS, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, BATCH, EPOCHS, validation_split=0.1, verbose=0)
    print(json.dumps({"ready": seconds}))


if __name__ == "__main__":
    steps = {"--ready": ready, "--pandas": by_pandas, "--pyarrow": by_pyarrow}
    if sys.argv[1:2] and sys.argv[1] in steps:
        steps[sys.argv[1]](Path(sys.argv[2]))
    else:
        sys.exit(not main(sys.argv[1:]))
