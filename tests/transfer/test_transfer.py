"""Whole runs on a ready-made base, looked at from the outside."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.transfer.transfers import (
    FEATURES,
    FROZEN,
    PARAMETERS,
    TUNED,
    alone,
    photographed,
    trained,
)

pytestmark = pytest.mark.slow

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def runs(run_kx, tmp_path_factory):
    """A run of each mode, for tests that only read them."""
    home = photographed(tmp_path_factory.mktemp("runs"))
    modes = {"features": FEATURES, "frozen": FROZEN, "tuned": TUNED}
    with pytest.MonkeyPatch.context() as patch:
        alone(patch, home)
        return {mode: trained(run_kx, home, text) for mode, text in modes.items()}


LOAD = """
import sys, keras, numpy as np
x = np.load(sys.argv[1])
for folder in sys.argv[2:]:
    model = keras.saving.load_model(folder + "/model.keras")
    saved = np.load(folder + "/predictions.npz")["predictions"]
    again = model.predict(x, verbose=0)
    print(abs(again - saved).max(), np.ptp(saved), "kx" in sys.modules)
"""


def test_the_models_take_pictures_and_load_without_kx(runs, tmp_path):
    from kx.data.files.sources import SourceFiles
    from kx.planning import make_plan

    folders = [folder for folder, *_ in runs.values()]
    pictures = make_plan(folders[0].parent.parent / "spec.yaml").load_data(SourceFiles()).test.x
    np.save(tmp_path / "x.npy", pictures)
    done = subprocess.run(
        [sys.executable, "-c", LOAD, tmp_path / "x.npy", *folders],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip

    assert done.stdout.count("\n") == 3, done.stderr
    for line in done.stdout.splitlines():
        difference, spread, with_kx = line.split()
        assert float(difference) < 1e-5 < 1e-3 < float(spread)
        assert with_kx == "False"
    assert pictures.dtype == np.uint8
    for _, record, _, _ in runs.values():
        assert record["parameters"] == PARAMETERS + (8 * 8 * 32 * 8 + 8) + (8 + 1)


def test_a_network_fitted_on_features_takes_pictures(train, kx, home):
    folder, record, _, _ = train(FEATURES)  # the path of its pictures begins where the spec was
    picture = home / "photos/test/light/0.png"

    code, out, err = kx(
        "explain", "gradcam", "last", "--image", picture, "--json", "--outputs", folder.parent
    )

    assert code == 0, err
    assert record["spec_folder"] == "../.."
    with np.load(folder / "predictions.npz") as kept:
        expected = kept["predictions"][kept["y"] == 1]
    assert np.abs(expected - json.loads(out)["outputs"][-1]).min() < 1e-4

    code, out, err = kx(
        "predict", "last", home / "photos/test", "--json", "--outputs", folder.parent
    )

    assert code == 0, err
    with np.load(folder / "predictions.npz") as kept:
        expected = kept["predictions"][:, 0]
    # Of each row the file that it was read from.
    names = json.loads((folder / "rows.json").read_text())["test"]
    found = {
        item["input"].removeprefix(f"{home / 'photos'}/"): item["probabilities"]["light"]
        for item in json.loads(out)["predictions"]
    }
    np.testing.assert_allclose([found[name] for name in names], expected, atol=1e-6)


def test_errors_of_a_run_with_relative_paths_are_shown_from_anywhere(
    runs, kx, tmp_path, monkeypatch
):
    folder, *_ = runs["frozen"]
    monkeypatch.chdir(tmp_path)

    code, out, err = kx("explain", "errors", folder.name, "--json", "--outputs", folder.parent)

    assert code == 0, err
    assert json.loads(out)["examples"] == 8


def test_a_mistake_is_named_by_its_file(runs):
    from kx.explain.subjects import judged_pictures

    judged = judged_pictures(runs["frozen"][0])

    assert [judged.origin(row) for row in (0, 7)] == ["test/dark/0.png", "test/light/3.png"]


def test_a_frozen_base_is_proved_to_be_frozen(runs, kx):
    folder, record, out, _ = runs["frozen"]

    frozen = record["frozen"]
    assert frozen["weights"] == 7 + 7 * 4  # kernels, and normalisation
    assert frozen["before"] == frozen["after"]
    line = f"frozen tensors: 35, unchanged by training (sha {frozen['after'][:8]}…)"
    assert line in out
    assert line in kx("show", folder.name, "--outputs", folder.parent)[1]
    assert record["base"] == {
        "name": "MobileNet", "random": True, "fallback": False, "file": "", "source": "",
        "sha256": "",
    }  # fmt: skip


def test_fine_tuning_is_one_curve_with_phases_and_a_refit_cut_short(runs, kx):
    folder, record, _, _ = runs["tuned"]

    holdout, refit = record["fits"]
    assert (holdout["epochs"], refit["epochs"]) == (3, 2)
    assert [phase["start"] for phase in holdout["phases"]] == [1, 2]
    assert [phase["frozen"] for phase in refit["phases"]] == [35, 33]
    assert record["frozen"]["weights"] == 33
    assert record["spec"]["training"]["epochs"] == 3
    history = json.loads((folder / "history.json").read_text())["fits"][0]["history"]
    assert len(history["val_loss"]) == 3
    assert kx("plot", folder.name, "--format", "svg", "--outputs", folder.parent)[0] == 0


def test_weights_that_cannot_be_had_are_told_or_made_up_loudly(train, kx):
    wanted = FROZEN.replace("weights: none", "weights: imagenet")
    _, failed, _, err = train(wanted, expected=3)
    folder, record, out, told = train(wanted.replace("units", "fallback: random\n  units"))

    name = "mobilenet_2_5_224_tf_no_top.h5"
    for words in (name, f"mobilenet/{name}", "KX_OFFLINE", "MD5", "KERAS_HOME/models"):
        assert words in err
    assert failed["status"] == "failed"
    assert f"Random weights: {name}" in told
    assert record["base"]["fallback"] is True
    assert "RANDOM WEIGHTS" in out
    shown = " ".join(kx("show", folder.name, "--outputs", folder.parent)[1].split())
    assert "RANDOM WEIGHTS" in shown
    assert "precision float32: the default" in shown
    lines = kx("runs", "--outputs", folder.parent)[1].splitlines()
    (at,) = [number for number, line in enumerate(lines) if folder.name in line]
    assert lines[at + 1].endswith("RANDOM WEIGHTS")


def test_expectations_are_not_judged_by_random_weights(train):
    text = FROZEN.replace("weights: none", "fallback: random")
    _, record, _, _ = train(text + "expect: {validation.accuracy: {at_least: 1}}\n")

    (verdict,) = record["expectations"]
    assert (verdict["verdict"], verdict["reason"]) == ("not judged", "random")


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), 1e38])
@pytest.mark.parametrize("spec", [FROZEN, FEATURES])
def test_weights_that_nothing_can_compute_with_are_told_before_training(train, home, number, spec):
    import keras

    options = {"alpha": 0.25, "weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    given = keras.applications.MobileNet(**options)
    kernel = given.get_layer("conv1").kernel
    kernel.assign(np.where(np.arange(3)[:, None, None, None] == 1, number, kernel))
    given.save_weights(home / "mine.weights.h5")

    text = spec.replace("weights: none", "weights: mine.weights.h5")
    _, _, _, err = train(text, expected=3)

    assert f"mine.weights.h5: conv1/kernel has the number {number:g}" in " ".join(err.split())
    assert "learning_rate" not in err


def test_weights_may_be_a_file_beside_the_spec(train, home):
    import keras

    options = {"alpha": 0.25, "weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    given = keras.applications.MobileNet(**options)
    given.save_weights(home / "mine.weights.h5")
    folder, record, _, _ = train(FROZEN.replace("weights: none", "weights: mine.weights.h5"))
    base = keras.saving.load_model(folder / "model.keras").get_layer("base")

    digest = hashlib.sha256((home / "mine.weights.h5").read_bytes()).hexdigest()
    assert record["base"] == {
        "name": "MobileNet", "file": "mine.weights.h5", "source": "path", "sha256": digest,
        "random": False, "fallback": False,
    }  # fmt: skip
    for ours, theirs in zip(base.get_weights(), given.get_weights(), strict=False):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["features", "frozen", "finetune"])
def test_shipped_specs_run_without_data_weights_and_network(kx, home, name):
    path = CONFIGS / f"cats_vs_dogs_{name}.yaml"
    small = ("--set", "dataset.image_size=48")
    args = ("--smoke", "--sample", *small, "--json")
    code, out, err = kx("train", path, *args, "--outputs", home / "o")

    assert code == 0, err
    record = json.loads(out)
    assert record["base"]["fallback"] is True
    assert record["fits"][0]["epochs"] == 2
    assert not (home / "keras").exists()


@pytest.mark.real_data
def test_features_of_a_real_network_tell_cats_from_dogs(kx, real_data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("KX_CACHE_DIR", str(tmp_path / "cache"))
    for part, numbers in (("train", range(200)), ("test", range(1500, 1550))):
        for kind in ("cats", "dogs"):
            folder = tmp_path / "photos" / part / kind
            folder.mkdir(parents=True)
            for number in numbers:
                name = f"{kind[:-1]}.{number}.jpg"
                source = real_data_dir / "cats_and_dogs_small" / part / kind / name
                (folder / name).write_bytes(source.read_bytes())
    spec = (
        FEATURES.replace("weights: none", "weights: imagenet")
        .replace("  cut_at: conv_pw_3_relu\n", "")
        .replace("learning_rate: 0.02", "learning_rate: 0.001")
        .replace("image_size: 32", "image_size: 120")  # at 128 Keras asks for another file
        .replace("size: 8", "size: 100")
        .replace("units: [8]", "units: [64]\n  pooling: average")
        .replace("epochs: 3", "epochs: 20")
    )
    (tmp_path / "spec.yaml").write_text(spec)

    code, out, err = kx("train", tmp_path / "spec.yaml", "--json", "-q", "--outputs", tmp_path)

    assert code == 0, err
    record = json.loads(out)
    assert record["base"]["sha256"].startswith("dbdb03ee")
    assert record["features"]["forward_passes"] == 500
    assert record["scores"]["validation"]["accuracy"]["value"] > 0.85
