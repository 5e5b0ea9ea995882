"""Networks with layers of a plugin: predicted with, once their code is trusted, or never trained.

And files that lie where a run's network lay, with the right SHA-256: none ends in a traceback.
"""

import json
import shutil
import zipfile

import numpy as np
import pytest

from kx.base.errors import PluginError
from kx.base.storage import sha256
from kx.contracts import DatasetInfo
from kx.datasets.wine import FEATURES
from kx.planning import make_plan
from tests.parts import wine

pytestmark = pytest.mark.slow

PLUGIN = '''\
import keras

import kx
from kx.models.heads import output_layer


class Scale(keras.layers.Layer):
    """Multiplies by a number that is learned, and by one that is not."""

    def __init__(self, factor=1.0, **settings):
        super().__init__(**settings)
        self.factor = factor

    def build(self, shape):
        self.learned = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        return x * self.learned * self.factor

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


class Mute(keras.layers.Layer):
    def __init__(self, thing):
        super().__init__()

    def call(self, x):
        return x


def bent(x):
    return keras.ops.tanh(x)


def network(info, *layers):
    return keras.Sequential([keras.Input(info.input_shape), *layers, output_layer(info)])


@kx.model("own")
def own(info):
    """Layers and an activation of its own."""
    return network(info, Scale(0.5), keras.layers.Dense(4, bent))


@kx.model("hidden")
def hidden(info):
    """A layer that nobody finds again."""

    class Inner(keras.layers.Layer):
        def call(self, x):
            return x

    return network(info, Inner())


@kx.model("mute")
def mute(info):
    """A layer that does not tell what it was made of."""
    return network(info, Mute(object()))


@kx.model("quick")
def quick(info):
    """A function without a name."""
    return network(info, keras.layers.Lambda(lambda x: x + 1))


@kx.model("two")
def two(info):
    """Two inputs."""
    ends = [keras.Input(info.input_shape), keras.Input(info.input_shape)]
    return keras.Model(ends, output_layer(info)(keras.layers.Add()(ends)))


@kx.model("wide")
def wide(info):
    """Too many outputs."""
    return keras.Sequential([keras.Input(info.input_shape), keras.layers.Dense(7)])
'''
SPEC = """\
name: own
plugins: [own.py]
dataset: wine
architecture: own
validation: {strategy: holdout, refit: none}
training: {epochs: 1}
"""
ROW = ",".join(f"{name}=1" for name in FEATURES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory, run_kx):
    """A folder with a plugin, its spec, and a run of it."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "own.py").write_text(PLUGIN)
    (folder / "own.yaml").write_text(SPEC)
    code, _, err = run_kx("train", folder / "own.yaml", "--outputs", folder / "outputs", "-q")
    assert code == 0, err
    yield folder
    forget()


@pytest.fixture
def forgotten():
    """As in another process: no plugin was imported yet."""
    forget()


def forget():
    import sys

    from kx.components import registry

    for name in ("own", "hidden", "mute", "quick", "two", "wide"):
        registry.model._entries.pop(name, None)
    for name in [name for name in sys.modules if name.startswith("kx_plugin_")]:
        del sys.modules[name]


def test_a_network_with_layers_of_a_plugin_predicts_what_the_run_kept(kx, lab, forgotten, tmp_path):
    x = wine().test.x
    rows = [",".join(map(repr, row.tolist())) for row in x]
    (tmp_path / "wine.csv").write_text("\n".join([",".join(FEATURES), *rows]) + "\n")
    asked = ("predict", "own", tmp_path / "wine.csv", "--json", "--outputs", lab / "outputs")

    code, out, err = kx(*asked)
    assert (code, out) == (2, "")
    assert f"its network has a part 'Scale', which is of a plugin: {lab / 'own.py'}" in err
    code, out, err = kx(*asked, "--plugins")

    assert code == 0, err
    said = [[*each["probabilities"].items()] for each in json.loads(out)["predictions"]]
    (run,) = (lab / "outputs").iterdir()
    with np.load(run / "predictions.npz") as arrays:
        kept = arrays["predictions"]
    found = [[value for _, value in sorted(each)] for each in said]
    np.testing.assert_array_equal(np.array(found, "float32"), kept)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hidden", "'Inner' is not found by its name. Define it at the top of the plugin file"),
        ("mute", "Give its class a method get_config"),
        ("quick", "it has a Lambda layer, whose code Keras does not load"),
        ("two", "its network has 2 inputs: kx takes networks of one"),
        ("wide", "its network must end in 3 numbers for multiclass; got (7,)"),
    ],
)
def test_a_network_that_could_not_be_used_later_is_not_trained(kx, lab, tmp_path, name, said):
    code, _, err = kx(
        "train", lab / "own.yaml", "--set", f"architecture={name}", "--outputs", tmp_path, "-q"
    )

    assert code == 2
    assert f"Error: model '{name}' (own.py) is not as kx needs it:\n  " in err
    assert said in err
    (run,) = tmp_path.iterdir()
    assert not (run / "history.json").is_file() or "loss" not in (run / "history.json").read_text()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("os._exit(0)", "wants to end the process with os._exit(0)"),
        ("sys.exit(0)", "SystemExit: 0"),
    ],
)
def test_a_plugin_that_ends_the_process_while_training_is_told(
    kx, lab, own_parts, tmp_path, line, said
):
    (tmp_path / "end.py").write_text(
        "import os, sys\nimport keras, kx\n\n\nclass End(keras.callbacks.Callback):\n"
        f"    def on_epoch_end(self, epoch, logs=None):\n        {line}\n\n\n"
        "@kx.callback('end')\ndef end():\n    'End it all.'\n    return End()\n"
    )
    callbacks = "training: {epochs: 1, callbacks: {end: {}}}\n"
    (tmp_path / "end.yaml").write_text(
        f"name: end\nplugins: [end.py]\ndataset: wine\narchitecture: mlp\n{callbacks}"
    )

    code, _, err = kx("train", tmp_path / "end.yaml", "--outputs", tmp_path / "outputs", "-q")

    assert code == 2
    assert f"Error: a plugin ended the run: {said}" in err
    (run,) = (tmp_path / "outputs").iterdir()
    assert json.loads((run / "record.json").read_text())["status"] == "failed"


def test_a_row_of_brackets_without_end_is_told(kx, lab):
    code, _, err = kx("predict", "own", "--row", "[" * 5_000, "--outputs", lab / "outputs")

    assert code == 3
    assert "Error: --row: not valid JSON: " in err


def test_networks_for_other_data_are_refused(lab):
    plan = make_plan(lab / "own.yaml")
    info = DatasetInfo("toy", "multiclass", (4,), ("a", "b"))

    assert plan.build_model(info).count_params() == 1 + 4 * 4 + 4 + 4 * 2 + 2
    with pytest.raises(PluginError, match="must end in 1 numbers for binary"):
        make_plan(lab / "own.yaml", ["architecture=wide"]).build_model(
            DatasetInfo("toy", "binary", (4,))
        )


def network(shape, outputs, *layers):
    import keras

    return keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(outputs)])


def saved(path, model):
    model.save(path)


def rezipped(path, config):
    with zipfile.ZipFile(path, "w") as archive:
        if config is not None:
            archive.writestr("config.json", config)
        archive.writestr("metadata.json", "{}")


def of_lambda(path):
    import keras

    saved(path, network((13,), 3, keras.layers.Lambda(lambda x: x)))


def of_two(path):
    import keras

    ends = [keras.Input((13,)), keras.Input((13,))]
    saved(path, keras.Model(ends, keras.layers.Dense(3)(keras.layers.Add()(ends))))


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (8 << 20))


DAMAGES = {
    "no archive": (lambda path: path.write_bytes(b"\x00" * 100), "damaged: File is not a zip file"),
    "no config": (lambda path: rezipped(path, None), "damaged: it has no config.json"),
    "empty config": (lambda path: rezipped(path, "{}"), "cannot be loaded ("),
    "a list": (lambda path: rezipped(path, "[]"), "damaged: config.json describes no network"),
    "no JSON": (lambda path: rezipped(path, "{"), "damaged: not valid JSON"),
    "too deep": (lambda path: rezipped(path, "[" * 100_000), "damaged: not valid JSON"),
    "deep": (
        lambda path: rezipped(path, '{"config":' * 300 + "1" + "}" * 300), "damaged: not valid JSON"
    ),
    "other parts": (
        lambda path: rezipped(
            path, '{"module": "os", "class_name": "system", "config": {}, "registered_name": "x"}'
        ),
        "cannot be loaded (nothing is called 'system')",
    ),
    "a bomb": (bomb, "damaged: its parts are larger than Keras would make them"),
    "a lambda": (of_lambda, "cannot be loaded (ValueError: Requested the deserialization"),
    "two inputs": (of_two, "it is no network with one input and one output"),
    "other inputs": (
        lambda path: saved(path, network((12,), 3)),
        "not the network of this run: it takes examples of 12, the run's are 13",
    ),
    "other classes": (
        lambda path: saved(path, network((13,), 4)),
        "not the network of this run: it answers 4 numbers, the run's answers 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_not_the_network_of_the_run_is_told(kx, lab, tmp_path, damage):
    make, said = DAMAGES[damage]
    (run,) = (lab / "outputs").iterdir()
    copy = shutil.copytree(run, tmp_path / run.name)
    make(copy / "model.keras")
    record = json.loads((copy / "record.json").read_text())
    record["artefacts"]["model.keras"] = sha256(copy / "model.keras")
    record["spec"]["plugins"] = []
    (copy / "record.json").write_text(json.dumps(record))

    for command in (("predict", "own", "--row", ROW), ("explain", "filters", "own")):
        code, out, err = kx(*command, "--outputs", tmp_path)
        assert (code, out) == (3, ""), err
        assert f"{copy / 'model.keras'}: " in err
        assert said in err
        assert len(err) < 500
    assert kx("report", "own", "--outputs", tmp_path)[0] == 0


def test_answers_that_are_no_probabilities_are_not_those_of_a_classifier(kx, lab, tmp_path):
    import numpy as np

    (run,) = (lab / "outputs").iterdir()
    copy = shutil.copytree(run, tmp_path / run.name)
    model = network((13,), 3)
    model.set_weights([np.full((13, 3), 0.5), np.ones(3)])
    saved(copy / "model.keras", model)
    record = json.loads((copy / "record.json").read_text())
    record["artefacts"]["model.keras"] = sha256(copy / "model.keras")
    record["spec"]["plugins"] = []
    (copy / "record.json").write_text(json.dumps(record))

    code, out, err = kx("predict", "own", "--row", ROW, "--outputs", tmp_path)

    assert (code, out) == (3, ""), err
    assert "not the network of this run: it answers " in err
    assert "and no probabilities" in err
