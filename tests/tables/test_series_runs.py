"""Time series from a table to a report, and on to what comes behind its last row."""

import csv
import datetime
import json

import numpy as np
import pytest

pytestmark = pytest.mark.slow

HOURS = 24 * 30

SPEC = """
name: heat
dataset:
  name: series
  path: heat.csv
  time: when
  target: heat
  series: house
  window: 24
  horizon: 3
  known: [guests]
architecture: {name: mlp, units: [16]}
training: {epochs: 8, batch_size: 16, optimizer: {name: adam, learning_rate: 0.003}}
validation: {strategy: time_series, k: 2}
"""


def table(random):
    """Return rows of two houses whose heat follows the hour, and guests in the same hour."""
    begin, rows = datetime.datetime(2024, 1, 1), [["when", "house", "heat", "guests"]]
    for house, warmth in (("north", 10.0), ("south", 20.0)):
        guests = random.integers(0, 2, HOURS)
        waves = np.sin(np.arange(HOURS) * 2 * np.pi / 24)
        heat = warmth + 4 * waves + 3 * guests + random.normal(0, 0.2, HOURS)
        for at in range(HOURS):
            when = begin + datetime.timedelta(hours=at)
            rows.append([f"{when:%Y-%m-%d %H:%M}", house, f"{heat[at]:.3f}", f"{guests[at]}"])
    return rows


def write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def without(rows):
    """Return rows of which only what is known ahead is said."""
    return [[*row[:2], "", row[3]] for row in rows]


@pytest.fixture(scope="module")
def trained(run_kx, tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    rows = table(np.random.default_rng(5))
    write(folder / "heat.csv", rows)
    (folder / "heat.yaml").write_text(SPEC)
    code, _, err = run_kx("train", folder / "heat.yaml", "--outputs", folder / "outputs")
    assert code == 0, err
    (record,) = folder.glob("outputs/*/record.json")
    return rows, folder, record.parent


def test_forecasts_beat_those_that_the_past_alone_makes(trained):
    _, _, run = trained
    record = json.loads((run / "record.json").read_text())

    score, others = record["scores"]["test"], record["baselines"]["test"]["mae"]
    assert {"last", "seasonal", "drift", "linear", "mean", "trees"} <= set(others)
    assert score["mae"]["value"] < min(others[name] for name in ("last", "seasonal", "drift"))
    assert score["mase"]["value"] < 1
    for name in ("mae", "rmse", "mase", "smape"):
        assert score[name]["low"] < score[name]["value"] < score[name]["high"]
        assert score[name]["interval"] == "block bootstrap"
        assert name in record["scores"]["validation"]


def test_targets_are_standardized_unless_the_spec_says_none(run_kx, trained):
    _, folder, run = trained
    data = json.loads((run / "record.json").read_text())["dataset"]
    sets = ("--set", "preparation.target=none", "--set", "training.epochs=1")
    outputs = folder / "unscaled"

    code, _, err = run_kx("train", folder / "heat.yaml", *sets, "--outputs", outputs)

    assert code == 0, err
    assert data["target_scale"] == "standardize"
    assert data["target_mean"] == pytest.approx(16.5, abs=0.5)  # (10 + 20) / 2, and 3 · 1/2 guests
    assert data["target_reason"]["code"] == "scaled.forecast"
    (record,) = outputs.glob("*/record.json")
    assert json.loads(record.read_text())["dataset"]["target_scale"] == "none"


def test_no_fold_trains_on_what_was_not_known_when_it_forecasts(trained):
    _, _, run = trained
    kept = np.load(run / "predictions.npz")
    splits = json.loads((run / "splits.json").read_text())

    assert len(splits["splits"]) == 2
    origins = kept["steps"].min() - 3
    assert kept["validation_steps"].max() <= origins


def past_of(rows, last):
    """Return rows of which the last forecast is of the step ``last``, 3 behind what is read."""
    kept = []
    for at, row in enumerate(rows[1:]):
        if at % HOURS <= last - 3:
            kept.append(row)
        elif at % HOURS <= last:  # known ahead
            kept.append([*row[:2], "", row[3]])
    return [rows[0], *kept]


def test_predictions_go_on_behind_the_last_row_as_the_run_recorded_them(run_kx, trained):
    rows, folder, run = trained
    kept = np.load(run / "predictions.npz")
    last = int(kept["steps"].max()) - 5  # of the target; it is forecast three steps before
    path = write(folder / "past.csv", past_of(rows, last))

    code, out, err = run_kx("predict", run.name, path, "--csv", "--outputs", run.parent)

    assert code == 0, err
    said = {row["input"]: float(row["value"]) for row in csv.DictReader(out.splitlines())}
    when = datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=last)
    for number, house in enumerate(("north", "south")):
        at = (kept["steps"] == last) & (kept["series"] == number)
        recorded = float(kept["predictions"][at][0, 0])
        assert said[f"{house} {when:%Y-%m-%d %H:%M:%S}".replace(" 00:00:00", "")] == recorded


def train_steps(run_kx, trained, epochs):
    """Train on all steps of the horizon; return what is said, and the folder of the run."""
    _, folder, run = trained
    name = f"steps-{epochs}"
    sets = (f"name={name}", "dataset.forecast=all_steps", "dataset.stride=4")
    args = [arg for each in (*sets, f"training.epochs={epochs}") for arg in ("--set", each)]
    code, out, err = run_kx("train", folder / "heat.yaml", *args, "--outputs", run.parent)
    assert code == 0, err
    (record,) = run.parent.glob(f"*{name}*/record.json")
    return out, record.parent


@pytest.fixture(scope="module")
def all_steps(run_kx, trained):
    return train_steps(run_kx, trained, 3)


def test_errors_by_step_are_recorded_beside_those_of_the_baselines(all_steps):
    out, run = all_steps
    record = json.loads((run / "record.json").read_text())

    assert "test MAE by step: " in out
    assert (run / "plots" / "steps.png").stat().st_size > 5_000
    for part, steps in record["steps"].items():
        assert steps["leads"] == [1, 2, 3]
        scores, baselines = record["scores"][part], record["baselines"][part]["mae"]
        assert np.mean(steps["errors"]["mae"]) == pytest.approx(scores["mae"]["value"], rel=1e-6)
        assert set(steps["baselines"]) == set(baselines) >= {"last", "seasonal", "drift", "linear"}
        for name, value in baselines.items():
            assert np.mean(steps["baselines"][name]["mae"]) == pytest.approx(value, rel=1e-6)
    kept = np.load(run / "predictions.npz")
    by_hand = np.abs(kept["predictions"] - kept["y"]).mean(axis=0)
    assert record["steps"]["test"]["errors"]["mae"] == pytest.approx(by_hand.tolist(), rel=1e-5)


def test_each_step_is_predicted_as_the_run_recorded_it(run_kx, trained, all_steps):
    (rows, folder, _), (_, run) = trained, all_steps
    kept = np.load(run / "predictions.npz")
    last = int(kept["steps"].max())
    path = write(folder / "past-steps.csv", past_of(rows, last))

    code, out, err = run_kx("predict", run.name, path, "--csv", "--outputs", run.parent)

    assert code == 0, err
    found = list(csv.DictReader(out.splitlines()))
    when = datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=last - 3)
    for number, row in enumerate(found):
        at = (kept["steps"] == last) & (kept["series"] == number)
        house = ("north", "south")[number]
        assert row.pop("input") == f"{house} t = {when:%Y-%m-%d %H:%M:%S}"
        assert list(row) == ["heat t+1", "heat t+2", "heat t+3"]
        assert [float(each) for each in row.values()] == kept["predictions"][at][0].tolist()


def test_two_that_forecast_the_same_steps_are_compared_by_blocks(run_kx, trained, all_steps):
    (_, run), (_, other) = all_steps, train_steps(run_kx, trained, 1)

    code, out, err = run_kx("compare", run.name, other.name, "--json", "--outputs", run.parent)

    assert code == 0, err
    ((said, *_),) = [each["findings"] for each in json.loads(out)["comparisons"]]
    assert said["on"] == "test rows"
    assert said["test"]["name"] == "paired block bootstrap"
    scores = [
        json.loads((of / "record.json").read_text())["scores"]["test"]["mae"]["value"]
        for of in (run, other)
    ]
    assert said["test"]["difference"] == pytest.approx(scores[1] - scores[0], rel=1e-5)


@pytest.mark.parametrize(("language", "said"), [("en", "Error by step"), ("zh", "各步的误差")])
def test_the_report_draws_the_error_of_each_step(run_kx, all_steps, language, said):
    _, run = all_steps
    page = run / f"{language}.html"

    code, _, err = run_kx(
        "report", run.name, "--lang", language, "-o", page, "--outputs", run.parent
    )

    assert code == 0, err
    assert said in page.read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:10], "has 9 rows up to its last heat; this network reads 24"),
        (lambda rows: rows[:60], "0 rows behind its last heat, and must have 3"),
        (
            lambda rows: rows[:40] + rows[43:57] + without(rows[57:60]),
            "4 steps of 1 hour behind the row before",
        ),
    ],
)
def test_a_past_that_does_not_do_is_refused(run_kx, trained, change, said):
    rows, folder, run = trained
    path = write(folder / "odd.csv", change(rows))

    code, _, err = run_kx("predict", run.name, path, "--outputs", run.parent)

    assert code == 3
    assert said in " ".join(err.split())


@pytest.mark.parametrize(("language", "title"), [("en", "3 steps ahead"), ("zh", "提前 3 步")])
def test_the_report_draws_forecasts_and_what_came(run_kx, trained, language, title):
    _, folder, run = trained
    page = folder / f"{language}.html"

    code, _, err = run_kx(
        "report", run.name, "--lang", language, "-o", page, "--outputs", run.parent
    )

    assert code == 0, err
    assert title in page.read_text()
    assert "…" in page.read_text()  # the past of the worst windows


@pytest.mark.parametrize(
    "network",
    [
        "{name: rnn, cell: gru, units: [4], bidirectional: true}",
        "{name: conv1d, filters: [4], kernel_size: 3}",
    ],
)
def test_networks_read_steps_and_every_engine_reads_the_same(run_kx, trained, network):
    _, folder, _ = trained
    found = []
    for engine in ("compiled", "fit"):
        outputs = folder / f"{engine}-{abs(hash(network))}"
        sets = [f"architecture={network}", f"training.engine={engine}", "training.epochs=1"]
        sets += ["dataset.stride=6"]
        args = [arg for each in sets for arg in ("--set", each)]
        code, _, err = run_kx("train", folder / "heat.yaml", "-q", *args, "--outputs", outputs)
        assert code == 0, err
        (record,) = outputs.glob("*/record.json")
        found.append(json.loads(record.read_text())["scores"]["test"]["mae"]["value"])
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_other_strategies_are_refused_with_the_reason(run_kx, trained):
    _, folder, _ = trained
    rest = ("--set", "validation={strategy: holdout}")

    code, _, err = run_kx("check", folder / "heat.yaml", *rest)

    assert code == 2
    assert "windows share their rows; use strategy: time_series" in " ".join(err.split())
