"""``kx explain`` on a small real run."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

SPEC = """\
name: {name}
seed: 5
dataset: {dataset}
architecture: {architecture}
preparation: {{scale: {scale}}}
validation: {{strategy: holdout, size: 300, refit: best_epoch}}
training: {{optimizer: adam, batch_size: 128, epochs: 1}}
{more}
"""
AUGMENTED = "augmentation: {rotation_degrees: 20, zoom_fraction: 0.1}"
CNN = "{name: cnn, filters: [4, 6], kernel_size: 3, padding: same, units: []}"


def train(folder, name, **changes):
    from kx.cli.main import main

    values = {"dataset": "digits", "architecture": CNN, "scale": "unit", "more": ""} | changes
    spec = folder / f"{name}.yaml"
    spec.write_text(SPEC.format(name=name, **values))
    with pytest.raises(SystemExit) as leaving:
        main(["train", str(spec), "--outputs", str(folder / "outputs"), "--quiet"])
    assert not leaving.value.code


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of runs: ``small`` on augmented digits, ``scaled`` on plain ones, ``table``."""
    folder = tmp_path_factory.mktemp("explain")
    train(folder, "small", more=AUGMENTED)
    train(folder, "scaled", scale="standardize")
    table = {"dataset": "breast_cancer", "architecture": "{name: mlp, units: [4]}"}
    train(folder, "table", **table, scale="standardize")
    return folder / "outputs"


@pytest.fixture
def explain(kx, trained):
    """Run a subcommand on a run; return exit code, stdout and stderr."""
    return lambda command, *args: kx("explain", command, *args, "--outputs", trained)


@pytest.fixture
def digit(tmp_path):
    """The first picture of the test part, as a file of 0 to 255."""
    from tests.parts import digits

    path = tmp_path / "digit.png"
    pixels = (digits().test.x[0, ..., 0] / 16 * 255).round().astype("uint8")
    Image.fromarray(pixels).save(path)
    return path


def test_activations_are_drawn_layer_by_layer(explain, digit, trained):
    code, out, err = explain("activations", "small", "--image", digit, "--layers", "2")

    assert code == 0, err
    (run,) = trained.glob("*-small-*")
    first, second = (Path(line) for line in out.splitlines())
    assert first.parent == second.parent == run / "plots"
    # Keras numbers the layers of a process.
    assert re.fullmatch(r"activations-01-conv2d\w*\.png", first.name)
    assert re.fullmatch(r"activations-02-max_pooling2d\w*\.png", second.name)
    assert first.read_bytes().startswith(b"\x89PNG")
    assert second.exists()


@pytest.mark.parametrize("run", ["small", "scaled"])
def test_a_picture_file_is_prepared_as_the_data_were(explain, digit, trained, run):
    """The probabilities are those that the run kept of the same picture, read by its loader."""
    _, out, err = explain("gradcam", run, "--image", digit, "--json")

    (folder,) = trained.glob(f"*-{run}-*")
    with np.load(folder / "predictions.npz") as kept:
        expected = kept["predictions"][0]
    found = json.loads(out)
    assert err == ""
    assert found["outputs"] == pytest.approx(expected.tolist(), abs=0.02)  # 1/255 is rounded away
    assert found["predicted"] == found["class"] == int(expected.argmax())


def test_a_class_is_chosen_by_name_and_the_verdict_printed(explain, digit, tmp_path):
    code, out, _ = explain(
        "gradcam", "small", "--image", digit, "--class", "7", "--output", tmp_path / "a/b"
    )

    assert code == 0
    assert "predicted " in out
    assert (tmp_path / "a/b/gradcam-digit-7.png").exists()


def odd(path, kind):
    """Save the digit in a way that more than one decoder has an opinion about."""
    pixels = np.asarray(Image.open(path))
    if kind == "sixteen bits":
        Image.fromarray(pixels.astype("uint16") * 256 + 255).save(path)
    else:
        black = np.zeros_like(pixels)
        Image.fromarray(np.stack([black, black, black, pixels], axis=-1)).save(path)


@pytest.mark.parametrize("kind", ["plain", "sixteen bits", "transparent"])
@pytest.mark.parametrize("run", ["small", "scaled"])
def test_it_is_predicted_what_is_explained(kx, explain, digit, trained, kind, run):
    if kind != "plain":
        odd(digit, kind)

    outputs = json.loads(explain("gradcam", run, "--image", digit, "--json")[1])["outputs"]
    predicted = json.loads(kx("predict", run, digit, "--outputs", trained, "--json")[1])

    said = predicted["predictions"][0]["probabilities"]
    assert outputs == pytest.approx([said[str(number)] for number in range(10)], abs=1e-6)


def test_inverting_changes_what_is_seen(explain, digit):
    outputs = [
        json.loads(explain("gradcam", "small", "--image", digit, "--json", *more)[1])["outputs"]
        for more in ([], ["--invert"])
    ]

    assert outputs[0] != pytest.approx(outputs[1], abs=1e-3)


def test_filters_of_a_run_are_drawn(explain, digit):
    listed = json.loads(explain("activations", "small", "--image", digit, "--json")[1])["layers"]
    layer = listed[2]["layer"]

    code, out, err = explain("filters", "small", "--layer", layer, "--size", "16", "--json")

    found = json.loads(out)
    assert (code, err, found["filters"]) == (0, "", 6)
    assert all(last >= first for first, last in found["activations"])


def test_the_worst_mistakes_are_drawn(explain, trained):
    code, out, err = explain("errors", "small", "--count", "3", "--json")

    found = json.loads(out)
    assert (code, err) == (0, "")
    assert len(found["mistakes"]) == 3
    assert found["examples"] == 359
    assert found["wrong"] == sum(pair["count"] for pair in found["confusions"])
    assert found["mistakes"][0]["true_probability"] <= found["mistakes"][1]["true_probability"]
    assert "predicted as" in explain("errors", "small")[1]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["filters", "small", "--layer", "conv2d_999"], 2, "did you mean 'conv2d"),
        (["filters", "table"], 2, "takes examples of 30, and no pictures"),
        (["errors", "table"], 2, "shows pictures; the examples of breast_cancer are 30."),
        (["gradcam", "small", "--class", "seven"], 2, "no class is called 'seven'"),
        (["gradcam", "small", "--class", "10"], 2, "there is no class 10"),
        (["filters", "nothing"], 2, "no run is called 'nothing'"),
        (["filters", "VGG-16", "--weights", "none"], 2, "did you mean 'VGG16'"),
        (["filters", "VGG16", "--base-option", "alpha=1"], 2, "VGG16 has no option 'alpha'"),
        (["filters", "VGG16", "--base-option", "alpha"], 2, "write KEY=VALUE"),
        (["filters", "small", "--weights", "none"], 2, "are for networks of keras.applications"),
    ],
)
def test_mistakes_are_told(explain, digit, args, code, words):
    image = ["--image", digit] if args[0] == "gradcam" else []

    found, out, err = explain(*args, *image)

    assert (found, out) == (code, "")
    assert words in err


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file"), (b"no picture", "not a picture in a known format")],
)
def test_a_bad_picture_is_told_before_anything_is_loaded(explain, tmp_path, content, words):
    path = tmp_path / "x.png"
    if content:
        path.write_bytes(content)

    code, _, err = explain("gradcam", "small", "--image", path)

    assert code == 3
    assert f"{path}: " in err
    assert words in err


@pytest.fixture
def copied(trained, tmp_path):
    """A copy of the small run, to be damaged, in a folder of its own."""
    (run,) = trained.glob("*-small-*")
    return shutil.copytree(run, tmp_path / "outputs" / run.name)


@pytest.mark.parametrize(
    ("command", "name", "words"),
    [
        ("filters", "model.keras", "has no model.keras"),
        ("filters", "preparation.npz", "cannot be read"),
        ("errors", "predictions.npz", "has no predictions.npz"),
        ("errors", "record.json", "no record that can be read (crashed)"),
    ],
)
def test_a_run_that_lacks_a_file_is_told(kx, copied, command, name, words):
    (copied / name).unlink()

    code, _, err = kx("explain", command, "small", "--outputs", copied.parent)

    assert code == 3
    assert words in err


def test_a_damaged_model_is_not_loaded(kx, copied):
    (copied / "model.keras").write_bytes(b"something else")

    code, _, err = kx("explain", "filters", "small", "--outputs", copied.parent)

    assert code == 3
    assert "model.keras: damaged" in err


def test_data_that_changed_are_not_shown(kx, copied):
    record = json.loads((copied / "record.json").read_text())
    record["dataset"]["fingerprint"] = "0" * 64
    (copied / "record.json").write_text(json.dumps(record))

    code, _, err = kx("explain", "errors", "small", "--outputs", copied.parent)

    assert code == 3
    assert "is no longer the data" in err


@pytest.fixture
def away(monkeypatch, tmp_path):
    """Neither data nor weights are at hand; the current folder is empty."""
    monkeypatch.delenv("KX_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


SMALL = ["MobileNet", "--base-option", "alpha=0.25", "--base-option", "input_shape=[32, 32, 3]"]


def test_random_weights_are_said_loudly(kx, away):
    code, out, err = kx(
        "explain", "filters", *SMALL, "--weights", "none", "--steps", "1", "--size", "8", "--json"
    )

    assert code == 0
    assert "Warning: MobileNet: RANDOM WEIGHTS, nothing was learned" in err
    assert json.loads(out)["note"] == "RANDOM WEIGHTS, nothing was learned"
    assert [path.name for path in (away / "here").iterdir()] == ["filters-conv1.png"]


def test_missing_weights_are_named_and_not_downloaded(kx, away):
    code, _, err = kx("explain", "filters", "MobileNet")

    assert code == 3
    assert "mobilenet_1_0_224_tf_no_top.h5, the weights, is not in KERAS_HOME" in err
    assert not (away / "keras").exists()


def test_weights_that_are_not_the_official_ones_are_refused_and_left_alone(kx, away, monkeypatch):
    name = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    (away / name).write_text("something else")
    monkeypatch.setenv("KX_DATA_DIR", str(away))

    code, _, err = kx("explain", "filters", "VGG16")

    assert code == 3
    assert "is not the official file" in err
    assert (away / name).read_text() == "something else"


def test_weights_may_be_any_file(kx, away):
    import keras

    options = {"alpha": 0.25, "include_top": False, "input_shape": (32, 32, 3)}
    keras.applications.MobileNet(weights=None, **options).save_weights(away / "my.weights.h5")
    more = ["--steps", "1", "--size", "8"]

    assert kx("explain", "filters", *SMALL, "--weights", away / "my.weights.h5", *more)[0] == 0
    assert kx("explain", "filters", *SMALL, "--weights", away / "gone.h5", *more)[0] == 3
    (away / "bad.weights.h5").write_text("no weights")
    code, _, err = kx("explain", "filters", *SMALL, "--weights", away / "bad.weights.h5", *more)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize("source", ["run", "spec"])
def test_augmented_pictures_stand_beside_their_originals(explain, trained, tmp_path, source):
    reference = "small" if source == "run" else trained.parent / "small.yaml"
    more = [] if source == "run" else ["--output", tmp_path]
    code, out, err = explain(
        "augmentation", reference, "--count", "3", "--versions", "2", "--json", *more
    )

    assert code == 0, err
    found = json.loads(out)
    (run,) = trained.glob("*-small-*")
    folder = run / "plots" if source == "run" else tmp_path
    assert found["plot"] == str(folder / "augmentation-small.png")
    assert Path(found["plot"]).read_bytes().startswith(b"\x89PNG")
    settings = {"rotation_degrees": 20.0, "zoom_fraction": 0.1, "fill_mode": "nearest"}
    assert found["augmentation"] == settings
    assert (found["pictures"], found["versions"], found["sample"]) == (3, 2, False)


def test_the_pictures_shown_are_those_of_training(trained):
    from kx.explain.augmented import of_run, versions
    from tests.parts import digits

    (run,) = trained.glob("*-small-*")
    shown = versions(of_run(run), 3, 2)

    original = digits().train.x[:3]
    assert shown.shape == (3, 1 + 2, 8, 8, 1)
    np.testing.assert_array_equal(shown[:, 0], (original / 16 * 255).round().astype("uint8"))
    differences = np.abs(shown[:, 1:].astype(int) - shown[:, :1].astype(int)).max(axis=(2, 3, 4))
    assert (differences > 20).all()
    assert (shown[:, 1] != shown[:, 2]).any()


@pytest.mark.parametrize("reference", ["scaled", "scaled.yaml"])
def test_what_augments_nothing_is_told(explain, trained, reference):
    path = trained.parent / reference if reference.endswith("yaml") else reference
    code, _, err = explain("augmentation", path)

    assert code == 2
    assert "augments nothing: it has no section augmentation. Add one" in err
