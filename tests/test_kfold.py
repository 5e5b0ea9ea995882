"""``kx kfold`` and the strategies behind it, as whole runs, looked at from the outside."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path

import numpy as np
import pytest

from kx.base.errors import UsageError
from kx.cli.kfold import folded_section
from tests.machine import PATIENCE

SPEC = """\
name: small
seed: 5
dataset: wine
preparation: {scale: standardize}
architecture: {name: mlp, units: [8]}
training: {optimizer: adam, batch_size: 16, epochs: 6}
"""


@pytest.fixture
def ran(kx, spec_file, tmp_path):
    """Run a command on a spec; return the run's folder and its record."""

    def run(*args: object, text: str = SPEC, expected: int = 0):
        outputs = tmp_path / "outputs"
        before = set(outputs.iterdir()) if outputs.exists() else set()
        command, *rest = args
        code, _, err = kx(command, spec_file(text), "--outputs", outputs, "-q", *rest)
        assert code == expected, err
        (folder,) = set(outputs.iterdir()) - before
        return folder, json.loads((folder / "record.json").read_text())

    return run


def curve(folder: Path, metric: str = "val_loss") -> np.ndarray:
    """The mean of a metric over all fits that have it."""
    fits = json.loads((folder / "history.json").read_text())["fits"]
    return np.mean([f["history"][metric] for f in fits if metric in f["history"]], axis=0)


@pytest.fixture(scope="module")
def repeated(run_kx, tmp_path_factory):
    """Folder and record of 2 x 3 folds, for tests that only read them."""
    home = tmp_path_factory.mktemp("repeated")
    (home / "spec.yaml").write_text(SPEC)
    args = ["-q", "--k", 3, "--repeats", 2, "--outputs", home / "outputs"]
    code, _, err = run_kx("kfold", home / "spec.yaml", *args)
    assert code == 0, err
    (folder,) = (home / "outputs").iterdir()
    return folder, json.loads((folder / "record.json").read_text())


@pytest.mark.slow
def test_the_protocol_is_folds_then_the_best_mean_epoch_then_a_refit_and_one_test(repeated):
    folder, record = repeated

    names = [f"repeat-{repeat}-fold-{fold}" for repeat in (1, 2) for fold in (1, 2, 3)]
    assert [fit["name"] for fit in record["fits"]] == [*names, "refit"]
    assert record["command"] == "kfold"
    assert record["best_epoch"] == curve(folder).argmin() + 1
    assert record["fits"][-1]["epochs"] == record["refit_epochs"] == record["best_epoch"]
    for metric, values in record["fold_scores"].items():
        score = record["scores"]["validation"][metric]
        assert score["value"] == pytest.approx(curve(folder, f"val_{metric}").min(), rel=0.5)
        assert score["value"] == pytest.approx(np.mean(values))
        assert score["high"] - score["value"] == pytest.approx(np.std(values, ddof=1))
        assert score["interval"] == "fold spread"
    assert record["test_looks"] == 1
    assert (folder / "plots" / "folds.png").is_file()
    assert record["glance"] == pytest.approx(curve(folder), rel=1e-4)


@pytest.mark.slow
def test_every_row_is_predicted_once_by_a_network_that_has_not_seen_it(repeated):
    from tests.parts import wine

    folder, record = repeated

    train = wine().train
    splits = json.loads((folder / "splits.json").read_text())
    saved = np.load(folder / "predictions.npz")
    count = len(train)
    assert splits["examples"] == count == 142  # not a multiple of 3
    for repeat in (splits["splits"][:3], splits["splits"][3:]):
        assert sorted(row for split in repeat for row in split["validation"]) == list(range(count))
        assert {split["train"] for split in repeat} == {"rest"}
    rows = saved["validation_rows"]
    assert rows.tolist() == [row for split in splits["splits"] for row in split["validation"]]
    np.testing.assert_array_equal(saved["validation_y"], train.y[rows])
    assert np.bincount(saved["validation_fit"]).tolist() == [48, 47, 47] * 2
    right = saved["validation_predictions"].argmax(axis=1) == saved["validation_y"]
    # the weights are those of the last epoch
    last = [fit["scores"]["val_accuracy"] for fit in record["fits"][:-1]]
    shares = [right[saved["validation_fit"] == fit].mean() for fit in range(6)]
    assert shares == pytest.approx(last, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("keep", "count"), [("all", 3), ("best", 1), ("none", 0)])
def test_the_models_of_the_folds_are_kept_as_asked(ran, keep, count):
    import keras

    folder, record = ran("kfold", "--k", 3, "--set", f"validation.keep={keep}")

    kept = sorted(path.stem for path in folder.glob("models/*.keras"))
    best = min(record["fits"][:3], key=lambda fit: curve_of(folder, fit["name"]).min())["name"]
    assert kept == {"all": ["fold-1", "fold-2", "fold-3"], "best": [best], "none": []}[keep]
    assert len(kept) == count
    for name in kept:
        model = keras.saving.load_model(folder / "models" / f"{name}.keras")
        assert model.count_params() == record["parameters"]


def curve_of(folder: Path, name: str) -> np.ndarray:
    fits = json.loads((folder / "history.json").read_text())["fits"]
    return np.array(next(fit["history"]["val_loss"] for fit in fits if fit["name"] == name))


@pytest.mark.slow
def test_leaking_is_done_only_on_purpose_and_said(ran):
    honest, record = ran("kfold", "--k", 3)
    leaky, its_record = ran("kfold", "--k", 3, "--set", "preparation.leaky=true")

    assert (record["leaky"], its_record["leaky"]) == (False, True)
    assert curve(honest).tolist() != curve(leaky).tolist()


@pytest.mark.slow
def test_several_seeds_share_the_split_and_give_a_spread(ran):
    folder, record = ran("train", "--seeds", 3)

    names = [f"{fit}-seed-{seed}" for fit in ("holdout", "refit") for seed in (1, 2, 3)]
    assert [fit["name"] for fit in record["fits"]] == names
    seeds = [record["seeds"][f"seed {number}"] for number in (1, 2, 3)]
    assert seeds[0] == 5
    assert len(set(seeds)) == 3
    assert len(json.loads((folder / "splits.json").read_text())["splits"]) == 1
    assert len({fit["scores"]["loss"] for fit in record["fits"]}) == 6
    for part in ("validation", "test"):
        assert record["scores"][part]["accuracy"]["interval"] == "seed spread"
    saved = np.load(folder / "predictions.npz")
    shares = (saved["seed_predictions"].argmax(axis=2) == saved["y"]).mean(axis=1)
    assert record["scores"]["test"]["accuracy"]["value"] == pytest.approx(shares.mean())
    np.testing.assert_array_equal(saved["predictions"], saved["seed_predictions"][0])


@pytest.mark.slow
def test_the_first_of_several_seeds_is_the_seed_alone(ran):
    alone, _ = ran("train")
    several, _ = ran("train", "--seeds", 2)

    histories = [json.loads((f / "history.json").read_text())["fits"] for f in (alone, several)]
    assert histories[0][0]["history"] == histories[1][0]["history"]


@pytest.mark.slow
def test_looks_at_the_test_part_are_counted_over_all_runs(ran, kx, spec_file, tmp_path):
    expecting = SPEC + "expect: {test.accuracy: {at_least: 0.1}}\n"
    assert ran("train")[1]["test_looks"] == 1
    _, unlooked = ran("train", "--no-test", text=expecting)
    ran("train", "--smoke")

    _, record = ran("kfold", "--k", 2)

    assert record["test_looks"] == 2
    assert "test" not in unlooked["scores"]
    assert unlooked["test_looks"] == 0
    (verdict,) = unlooked["expectations"]
    assert (verdict["verdict"], verdict["reason"]) == ("not judged", "unused")
    _, out, _ = kx("show", "last", "--outputs", tmp_path / "outputs")
    assert "has now been used 2 times" in " ".join(out.split())


@pytest.mark.slow
def test_ctrl_c_ends_fits_side_by_side_and_keeps_their_epochs(kx_process, spec_file, tmp_path):
    text = SPEC.replace("epochs: 6", "epochs: 100000, engine: compiled")
    process = kx_process("kfold", spec_file(text), "--k", "4", "--outputs", tmp_path / "out")
    told: set[str] = set()
    for line in process.stderr:
        told.add(line.partition(":")[0])
        if {"fold-1", "fold-2"} <= told:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, err
    (folder,) = (tmp_path / "out").iterdir()
    record = json.loads((folder / "record.json").read_text())
    assert record["status"] == "interrupted"
    fits = json.loads((folder / "history.json").read_text())["fits"]
    assert [fit["name"] for fit in fits][:2] == ["fold-1", "fold-2"]
    rows = csv.DictReader((folder / "history.csv").read_text().splitlines())
    assert {row["fit"] for row in rows} == {fit["name"] for fit in fits}
    epochs = {fit["name"]: len(fit["history"]["loss"]) for fit in fits}
    assert (folder / record["partial"]["file"]).is_file()
    assert record["partial"]["epoch"] == epochs[record["partial"]["fit"]]


BROKEN = """\
from kx import dataset, DatasetBundle, DatasetInfo, Split

@dataset("NAME")
def broken() -> DatasetBundle:
    '''Gaps in the test part only.'''
    import numpy as np
    x = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    y = (x[:, 0] > 0).astype("float32")
    gaps = x[40:].copy()
    gaps[7, 1] = np.nan
    info = DatasetInfo("NAME", "binary", (3,), classes=("no", "yes"), scale="standardize")
    return DatasetBundle(info, Split(x[:40], y[:40]), Split(gaps, y[40:]))
"""
WHOLE = BROKEN.replace("np.nan", "0")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "plugin", "validation", "code", "message"),
    [
        ("gaps", BROKEN, "kfold", 3, "Column 1 is missing in row 7 of the test part"),
        ("few", WHOLE, "{strategy: kfold, k: 41}", 2, "validation.k"),
        ("ungrouped", WHOLE, "group_kfold", 2, "group"),
        (
            "one_class",
            WHOLE.replace("y = (", "y = 0 * ("),
            "{strategy: stratified_kfold, k: 50}",
            3,
            "there is nothing to learn",
        ),
    ],
)
def test_what_cannot_be_split_is_refused_before_anything_trains(
    kx, spec_file, tmp_path, name, plugin, validation, code, message
):
    (tmp_path / "plugin.py").write_text(plugin.replace("NAME", name))
    text = SPEC.replace("wine", name).replace("seed: 5", "seed: 5\nplugins: [plugin.py]")
    path = spec_file(text + f"validation: {validation}\n")

    got, _, err = kx("train", path, "--outputs", tmp_path / "out")

    assert got == code, err
    assert message in err
    assert "epoch 1" not in err
    (folder,) = (tmp_path / "out").iterdir()
    assert not (folder / "splits.json").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("validation: {strategy: kfold, k: 143}", "validation.k"),
        ("validation: group_kfold", "group"),
        ("validation: {strategy: time_series, shuffle: true}", "shuffle"),
        ("training: {class_weight: {red: 2.0}}", "no class is called 'red'"),
        ("seeds: 0", "seeds"),
    ],
)
def test_what_is_wrong_with_a_strategy_is_told_without_training(kx, spec_file, change, message):
    text = SPEC if change.startswith(("validation", "seeds")) else SPEC.partition("training")[0]

    code, _, err = kx("check", spec_file(text + change + "\n"))

    assert code == 2, err
    assert message in err


@pytest.mark.parametrize(
    ("section", "arguments", "expected"),
    [
        ({}, (None, None, False), {"strategy": "kfold", "k": 4}),
        ({"strategy": "holdout", "size": 9}, (5, None, False), {"strategy": "kfold", "k": 5}),
        (
            {"strategy": "holdout", "refit": 7, "smooth": 0.5, "keep": "all"},
            (3, 2, False),
            {"strategy": "repeated_kfold", "k": 3, "repeats": 2}
            | {"refit": 7, "smooth": 0.5, "keep": "all"},
        ),
        (
            {"strategy": "kfold", "k": 8, "shuffle": False},
            (None, None, False),
            {"strategy": "kfold", "k": 8, "shuffle": False},
        ),
        (
            {"strategy": "repeated_kfold", "k": 8, "repeats": 2},
            (4, None, False),
            {"strategy": "repeated_kfold", "k": 4, "repeats": 2},
        ),
        ({}, (None, 3, True), {"strategy": "stratified_kfold", "k": 4, "repeats": 3}),
        (
            {"strategy": "group_kfold", "k": 3},
            (6, None, False),
            {"strategy": "group_kfold", "k": 6},
        ),
        (
            {"strategy": "predefined_split", "refit": 7},
            (None, None, False),
            {"strategy": "predefined_split", "refit": 7},
        ),
        ({"strategy": "time_series"}, (None, None, False), {"strategy": "kfold", "k": 4}),
    ],
)
def test_any_section_becomes_one_with_folds(section, arguments, expected):
    assert folded_section(section, *arguments) == expected


@pytest.mark.parametrize("asked", [(3, None, False), (None, 2, False), (None, None, True)])
def test_folds_of_the_data_are_not_drawn_anew(asked):
    with pytest.raises(UsageError, match="takes its folds from a column of the data"):
        folded_section({"strategy": "predefined_split"}, *asked)


@pytest.mark.slow
@pytest.mark.real_data
def test_the_notes_curve_of_500_epochs_has_its_smoothed_minimum_where_theirs_is(
    kx, tmp_path, real_data_dir
):
    path = Path(__file__).parent.parent / "configs" / "boston_kfold.yaml"

    code, _, err = kx("train", path, "-q", "--outputs", tmp_path, "--set", "training.epochs=500")

    assert code == 0, err
    (folder,) = tmp_path.iterdir()
    record = json.loads((folder / "record.json").read_text())
    assert not record["dataset"]["sample"]
    assert 30 <= record["best_epoch"] <= 150
    assert 2.2 <= record["scores"]["validation"]["mae"]["value"] <= 2.7
    assert 2.2 <= record["scores"]["test"]["mae"]["value"] <= 3.2
