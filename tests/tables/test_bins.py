"""Numbers that are told by steps beside themselves: a piecewise-linear encoding."""

import json

import numpy as np
import pytest

from kx.contracts import Block, ColumnForm, DatasetInfo
from kx.data.preparation import preparation_from
from kx.data.tables.blocks import read_in_blocks
from kx.data.tables.encoding import fit_table

NAN = np.nan
KM = ColumnForm("km", "number", gaps=True, bins=4)
DAY = ColumnForm("day", "date", bins=4)
SIZE = ColumnForm("size", "ordered", ("s", "m", "l"))


def test_a_number_goes_through_bins_of_equally_many_training_rows():
    x = np.array([[0.0], [1], [2], [10], [100]])  # edges: these five
    preparation = fit_table(x, (KM,), "none", "mean")

    found = preparation.apply(np.array([[0.0], [0.5], [6], [55], [100], [-9], [900]]))

    np.testing.assert_allclose(
        found[:, 1:],
        [
            [0, 0, 0, 0],
            [0.5, 0, 0, 0],
            [1, 1, 0.5, 0],
            [1, 1, 1, 0.5],
            [1, 1, 1, 1],
            [0, 0, 0, 0],
            [1, 1, 1, 1],
        ],
    )


def test_edges_are_of_the_scaled_numbers_and_a_gap_stands_where_its_filling_does():
    x = np.array([[0.0], [1], [2], [3], [4], [NAN]])
    preparation = fit_table(x, (KM,), "standardize", "indicator")

    found = preparation.apply(np.array([[NAN], [2.0]]))

    np.testing.assert_allclose(found, [[0, 1, 1, 0, 0, 1], [0, 1, 1, 0, 0, 0]], atol=1e-6)


def test_a_bin_without_width_says_nothing():
    x = np.array([[5.0], [5], [5], [5], [9]])
    preparation = fit_table(x, (KM,), "none", "mean")

    found = preparation.apply(np.array([[5.0], [7], [9]]))[:, 1:]

    np.testing.assert_allclose(found, [[0, 0, 0, 0], [0, 0, 0, 0.5], [0, 0, 0, 1]])


def test_bins_are_a_block_of_their_own_and_only_amounts_have_them():
    forms = (ColumnForm("km", "number", gaps=True), ColumnForm("day", "date"), SIZE)
    info = DatasetInfo("table", "binary", (8,), ("no", "yes"), table=forms)

    found = read_in_blocks(info, reads_blocks=False, categories="auto", bins=4)

    assert found.blocks == (
        Block("km", "numbers", 0, 1),
        Block("km", "flags", 1, 4),
        Block("day", "numbers", 5, 5),
        Block("day", "flags", 10, 4),
        Block("size", "flags", 14, 2),
    )
    assert found.input_shape == (16,)
    x = np.array([[1, 3, 0], [2, 9, 2], [NAN, 8, 1]], float)
    preparation = fit_table(x, found.table, "standardize", "indicator")
    assert preparation.apply(x).shape == (3, sum(block.width for block in preparation.blocks))


def test_a_kept_preparation_has_its_bins():
    x = np.array([[1, 3], [2, 9], [NAN, 8]], float)
    preparation = fit_table(x, (KM, DAY), "standardize", "indicator")

    again = preparation_from(preparation.arrays(), json.loads(json.dumps(preparation.settings())))

    assert again.is_same(preparation)
    np.testing.assert_array_equal(again.apply(x), preparation.apply(x))


def test_bins_without_amounts_are_refused(kx, tmp_path):
    spec = tmp_path / "x.yaml"
    spec.write_text("name: x\ndataset: wine\narchitecture: mlp\npreparation: {bins: 8}\n")

    code, _, err = kx("check", spec)

    assert code == 2
    assert "x.yaml:4:15: preparation.bins: are for numbers and dates of the dataset table" in err


SPEC = """\
name: bins
seed: 2
dataset: {{name: table, path: t.csv, target: y, task: regression}}
preparation: {{bins: 8}}
architecture: {{name: {network}, numbers: plain, units: [16]}}
validation: {{strategy: kfold, k: 2}}
training: {{epochs: 6, optimizer: {{name: adam, learning_rate: 0.02}}, engine: {engine}}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("network", ["tabular", "tabm"])
def test_engines_agree_and_a_run_predicts_its_own_file_as_recorded(run_kx, tmp_path, network):
    draws = np.random.default_rng(0)
    a, b = draws.normal(size=(2, 120))
    y = np.where(a > 0.3, 2.0, 0.0) + b
    lines = [f"{row[0]:.3f},{row[1]:.3f},{row[2]:.3f}" for row in zip(a, b, y, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    scores = []
    for engine in ("auto", "fit"):
        (tmp_path / "x.yaml").write_text(SPEC.format(engine=engine, network=network))
        code, _, err = run_kx("train", tmp_path / "x.yaml", "-q", "--outputs", tmp_path / engine)
        assert code == 0, err
        (run,) = (path.parent for path in (tmp_path / engine).glob("*/record.json"))
        scores.append(json.loads((run / "record.json").read_text())["scores"]["test"]["mae"])
    assert scores[0]["value"] == pytest.approx(scores[1]["value"], rel=1e-3)

    out = run_kx("predict", run.name, tmp_path / "t.csv", "--json", "--outputs", tmp_path / "fit")

    said = {
        each["input"].rpartition(":")[2]: each["value"]
        for each in json.loads(out[1])["predictions"]
    }
    places = json.loads((run / "rows.json").read_text())["test"]
    recorded = np.load(run / "predictions.npz")["predictions"][:, 0]
    found = [said[place.rpartition(" ")[2]] for place in places]
    np.testing.assert_array_equal(np.array(found, "float32"), recorded)
