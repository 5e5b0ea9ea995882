"""Tables of one's own from a file to a report, and back through `kx predict`."""

import csv
import io
import json

import numpy as np
import pytest

from tests.tables.nasty import NASTY, TOLD

pytestmark = pytest.mark.slow

ARGS = ("-q", "--set", "training.epochs=40", "--set", "training.early_stopping=null")
ARGS += ("--set", "validation.k=2")


@pytest.fixture(scope="module")
def trained(run_kx, tmp_path_factory):
    """Writes one of the tables, has a spec made for it, and trains that unedited."""
    folder = tmp_path_factory.mktemp("tables")
    done = {}

    def run(name):
        if name not in done:
            content, target = NASTY[name]()
            path, spec = folder / f"{name}.csv", folder / f"{name}.yaml"
            path.write_bytes(content)
            outputs = folder / "outputs" / name
            said = [
                run_kx("new", spec, "--from", path, "--target", target),
                run_kx("check", spec),
                run_kx("train", spec, *ARGS, "--outputs", outputs),
            ]
            assert [code for code, _, _ in said] == [0, 0, 0], said
            (run,) = (each.parent for each in outputs.glob("*/record.json"))
            told = spec.read_text() + " ".join(err for _, _, err in said)
            done[name] = path, spec, run, " ".join(told.split())
        return done[name]

    return run


@pytest.mark.parametrize("name", NASTY)
def test_a_table_goes_unedited_from_file_to_report(run_kx, trained, name):
    _, _, run, told = trained(name)

    code, _, err = run_kx("report", run.name, "--outputs", run.parent)

    assert code == 0, err
    record = json.loads((run / "record.json").read_text())
    metric = "mae" if record["dataset"]["task"] == "regression" else "accuracy"
    score = record["scores"]["test"][metric]["value"]
    baselines = record["baselines"]["test"][metric]
    trivial = [v for k, v in baselines.items() if k not in ("linear", "trees") and v is not None]
    assert "trees" in baselines
    assert score < min(trivial) if metric == "mae" else score > max(trivial)
    assert " ".join(TOLD[name].split()) in told
    page = (run / "report.html").read_text()
    assert record["dataset"]["name"] in page


PREDICTED = ["mixed_kinds", "mostly_missing", "dates", "no_header", "tabs", "every_kind"]


@pytest.mark.parametrize("name", PREDICTED)
def test_the_original_file_is_predicted_as_the_run_recorded(run_kx, trained, name):
    path, _, run, _ = trained(name)

    code, out, err = run_kx("predict", run.name, path, "--json", "--outputs", run.parent)

    assert code == 0, err
    found = json.loads(out)["predictions"]
    kept = np.load(run / "predictions.npz")
    lines = json.loads((run / "rows.json").read_text())["test"]
    by_line = {item["input"].rpartition(":")[2]: item for item in found}
    said = [by_line[line.removeprefix("line ")] for line in lines]
    values = [item["value"] if "value" in item else item["probabilities"]["yes"] for item in said]
    np.testing.assert_array_equal(np.array(values, "float32"), kept["predictions"][:, -1])


def test_a_row_is_predicted_alike_from_a_file_from_stdin_and_typed(run_kx, trained, monkeypatch):
    path, _, run, _ = trained("every_kind")
    header, first = path.read_text().splitlines()[:2]
    row = dict(zip(header.split(","), next(csv.reader([first])), strict=True))
    del row["price"]
    content = io.BytesIO(f"{header}\n{first}\n".encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content))
    args = ("predict", run.name, "--json", "--outputs", run.parent)

    said = [run_kx(*args, path), run_kx(*args, "-"), run_kx(*args, "--row", json.dumps(row))]

    assert [code for code, _, _ in said] == [0, 0, 0], said
    values = [json.loads(out)["predictions"][0]["value"] for _, out, _ in said]
    assert values[0] == values[1] == values[2]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2.5,A,2024-01-01,XL,maybe,", "paid: must be no or yes; got 'maybe'"),
        (
            "2.5,A,2024-01-01,huge,yes,a car",
            "size: must be one of xxs, xs, S, M, L, xl, xxl, xxxl; got",
        ),
        ("2.5,A,yesterday,S,yes,a car", "sold: must be a date"),
    ],
)
def test_nonsense_is_refused_with_its_line(run_kx, trained, tmp_path, row, words):
    _, _, run, _ = trained("every_kind")
    (tmp_path / "new.csv").write_text(f"km,make,sold,size,paid,said\n1,A,2024-01-02,S,no,\n{row}\n")

    code, _, err = run_kx("predict", run.name, tmp_path / "new.csv", "--outputs", run.parent)

    assert code == 3
    assert f"new.csv:3: {words}" in " ".join(err.split())


def test_a_single_row_may_have_gaps_and_values_that_nobody_has_seen(run_kx, trained):
    _, _, run, _ = trained("mixed_kinds")

    code, out, err = run_kx(
        "predict", run.name, "--row", '{"size": 0.5, "colour": "pink"}', "--outputs", run.parent
    )
    refused, _, why = run_kx(
        "predict", run.name, "--row", "size=,colour=red", "--outputs", run.parent
    )

    assert code == 0, err
    assert "price" in out
    assert "colour: 1 row has a value that is rare or unknown" in " ".join((out + err).split())
    assert refused == 3
    assert "size: has no value, but had one in every row for training" in why


def test_a_file_that_lacks_a_column_is_refused(run_kx, trained, tmp_path):
    _, _, run, _ = trained("mixed_kinds")
    (tmp_path / "new.csv").write_text("size,color\n1,red\n")

    code, _, err = run_kx("predict", run.name, tmp_path / "new.csv", "--outputs", run.parent)

    assert code == 3
    assert "lacks colour, which this network reads; did you mean 'colour' by 'color'?" in err


def test_no_target_is_answered_with_the_columns(run_kx, tmp_path):
    content, _ = NASTY["mixed_kinds"]()
    (tmp_path / "t.csv").write_bytes(content)

    code, _, err = run_kx("new", tmp_path / "t.yaml", "--from", tmp_path / "t.csv")

    assert code == 2
    assert "Name it with --target: one of size, colour, price." in err
    assert not (tmp_path / "t.yaml").exists()


def test_groups_times_and_seeds_train(run_kx, tmp_path):
    lines = "".join(
        f"{at % 8}p,{at % 11}.5,2024-01-{at % 28 + 1:02},{at % 11 * 2}.25\n" for at in range(160)
    )
    (tmp_path / "t.csv").write_text("patient,a,day,price\n" + lines)
    start = "name: t\narchitecture: {name: mlp, units: [8]}\ntraining: {epochs: 2}\n"
    table = "dataset: {name: table, path: t.csv, target: price, task: regression, "
    specs = {
        "groups": table + "group: patient}\nvalidation: {strategy: group_kfold, k: 3}\n",
        "time": table + "time: day}\nvalidation: {strategy: time_series, k: 3}\n",
        "folds": table + "fold: patient}\nvalidation: auto\n",
        "seeds": table + "}\nseeds: 2\nvalidation: {strategy: kfold, k: 2}\n",
    }

    for name, text in specs.items():
        (tmp_path / f"{name}.yaml").write_text(start + text)
        code, _, err = run_kx(
            "train", tmp_path / f"{name}.yaml", "-q", "--outputs", tmp_path / name
        )
        assert code == 0, (name, err)
        assert len(list((tmp_path / name).glob("*/record.json"))) == 1
    (kept,) = (tmp_path / "folds").glob("*/record.json")
    fits = [fit["name"] for fit in json.loads(kept.read_text())["fits"]]
    assert fits[:8] == [f"fold-{patient}" for patient in range(1, 9)]
