"""Where there is nothing to learn, nothing is learned: no preparation and no strategy leaks.

The networks of these runs know their training rows by heart. Were one of them to see rows that it
is judged by, or their targets, its score would be far from chance.
"""

import json
from itertools import cycle
from typing import get_args

import numpy as np
import pytest

from kx.components.registry import evaluator
from kx.spec.schema.data import TableMissing, TableScale

pytestmark = pytest.mark.slow

ROWS, FEW, NUMBERS = 240, 40, 60

SPEC = """\
name: noise
dataset: {{name: table, path: {file}, target: target{more}}}
preparation: {{scale: {scale}, missing: {missing}}}
architecture: {{name: mlp, units: [32]}}
validation: {{strategy: {strategy}}}
training:
  epochs: 10
  batch_size: 16
  optimizer: {{name: adam, learning_rate: 0.02}}
  sampling: {sampling}
"""

OPTIONS = {
    "group_kfold": ", group: place",
    "predefined_split": ", fold: kind",
    "time_series": ", time: day",
}
"""What the dataset must say for a strategy."""

STRATEGIES = list(evaluator.names())
SCALES = [*get_args(TableScale), "auto"]
MISSING = [each for each in (*get_args(TableMissing), "auto") if each != "error"]
SAMPLING = ["null", "balanced"]

COUNT = max(map(len, (STRATEGIES, SCALES, MISSING)))
CASES = [
    dict(zip(("strategy", "scale", "missing", "sampling"), case, strict=True))
    for _, *case in zip(
        range(COUNT), *map(cycle, (STRATEGIES, SCALES, MISSING, SAMPLING)), strict=False
    )
]
"""Every option of each kind at least once."""


def write(path, rows):
    """A table whose targets were shuffled: numbers with gaps, categories, groups and days."""
    draws = np.random.default_rng(7)
    numbers = draws.lognormal(size=(rows, NUMBERS)).round(3).astype(str)
    numbers[:, :8][draws.random((rows, 8)) < 0.2] = ""
    columns = [
        *numbers.T,
        draws.choice(list("abcdefgh"), rows),
        draws.integers(0, rows // 4, rows).astype(str),
        np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(rows)),
        draws.permutation(["yes", "no"] * (rows // 2)),
    ]
    names = [*(f"n{at}" for at in range(NUMBERS)), "kind", "place", "day", "target"]
    lines = [",".join(names), *(",".join(row) for row in zip(*columns, strict=True))]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("noise")
    write(made / "noise.csv", ROWS)
    write(made / "few.csv", FEW)
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
def test_shuffled_targets_are_predicted_no_better_than_by_chance(run_kx, folder, case):
    name, spec = "-".join(case.values()), folder / "noise.yaml"
    few = case["strategy"] == "leave_one_out"
    more = OPTIONS.get(case["strategy"], "")
    spec.write_text(SPEC.format(**case, more=more, file="few.csv" if few else "noise.csv"))

    code, _, err = run_kx("train", spec, "-q", "--outputs", folder / name)

    assert code == 0, err
    (path,) = (folder / name).glob("*/record.json")
    record, said = json.loads(path.read_text()), np.load(path.with_name("predictions.npz"))
    judged = [fit["scores"]["accuracy"] for fit in record["fits"] if fit["best_epoch"]]
    # By heart; but days as they are, in the tens of thousands, leave no room for other features.
    assert np.mean(judged) > 0.85 or case["scale"] == "none"
    for start in ("validation_", ""):
        right = (said[f"{start}predictions"].reshape(-1) > 0.5) == (said[f"{start}y"] > 0)
        rows = len(np.unique(said["validation_rows"])) if start else len(right)
        # 4 standard errors: one run of 15,000 is farther off by chance.
        assert abs(right.mean() - 0.5) < 4 * 0.5 / np.sqrt(rows)
