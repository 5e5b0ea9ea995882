"""Losses, metrics and optimizers: by hand, against the installed Keras, and in real runs."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from kx.components.keras_options import CLASSES, LEFT_OUT, REFUSED, SETTABLE
from kx.components.keras_signatures import installed, recorded
from kx.contracts import DatasetInfo
from kx.models.heads import METRICS, Head, Measure, suited_head
from kx.spec.schema.optimizers import KerasOptimizer
from kx.training.judge import measure
from tests.training.trained import SUITED, examples

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow

BINARY = DatasetInfo("d", "binary", (4,), classes=("a", "b"))
THREE = DatasetInfo("d", "multiclass", (4,), classes=("a", "b", "c"))
NUMBER = DatasetInfo("d", "regression", (4,))

ANYWHERE = ("name", "learning_rate")
NOT_OFFERED = (
    "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps",
    "exclude_layers", "muon_a", "muon_b", "muon_c",
)  # fmt: skip
OTHERS = {"LossScaleOptimizer", "MultiOptimizer", "ScheduleFreeAdamW"}


def test_the_table_is_what_the_installed_keras_takes():
    assert recorded() == json.loads(json.dumps(installed()))


@pytest.mark.parametrize("kind", ["losses", "metrics"])
def test_no_loss_and_no_metric_of_keras_is_forgotten(kind):
    def plain(name):
        return name.lower().replace("_", "").removeprefix("sparse")

    offered = {plain(name) for name in CLASSES[kind].values()}
    refused = {plain(name) for name in REFUSED[kind]}
    same = {"binaryaccuracy", "categoricalaccuracy", "accuracy"}  # all of them: accuracy
    found = {plain(name) for name in recorded()[kind]}

    assert found - offered - refused <= same


@pytest.mark.parametrize("kind", ["losses", "metrics"])
def test_every_option_of_keras_may_be_set_or_is_decided_by_kx(kind):
    for name in CLASSES[kind].values():
        assert set(recorded()[kind][name]) <= {*SETTABLE, *LEFT_OUT, "name"}, name


def test_every_optimizer_has_the_options_and_defaults_of_keras():
    sections = get_args(get_args(KerasOptimizer)[0])
    table = {name.lower(): options for name, options in recorded()["optimizers"].items()}

    for section in sections:
        keras = {
            name: option["default"] for name, option in table.pop(section.__name__.lower()).items()
        }
        own = {
            name: field.default for name, field in section.model_fields.items() if name != "name"
        }
        assert own == {name: keras[name] for name in own}
        assert set(keras) - set(own) <= {*NOT_OFFERED, "name"}
    assert set(table) == {name.lower() for name in OTHERS}


def test_focal_loss_is_the_crossentropy_of_a_row_weighed_by_its_mistake():
    y, said = np.array([1, 0]), np.array([[0.5], [0.2]], "float32")
    head = Head("sigmoid", "binary_focal_crossentropy", (), {"gamma": 3.0})

    by_hand = (0.5**3 * -math.log(0.5) + 0.2**3 * -math.log(0.8)) / 2
    assert measure(y, said, BINARY, head)["loss"] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(("k", "share"), [(1, 1 / 3), (2, 2 / 3)])
@pytest.mark.parametrize("one_hot", [False, True])
def test_top_k_counts_rows_whose_class_is_among_the_k_likeliest(k, share, one_hot):
    classes = np.array([0, 1, 2])
    said = np.array([[0.5, 0.3, 0.2], [0.5, 0.4, 0.1], [0.6, 0.3, 0.1]], "float32")
    info = DatasetInfo("d", "multiclass", (4,), classes=("a", "b", "c"), one_hot=one_hot)
    y = np.eye(3, dtype="float32")[classes] if one_hot else classes
    head = Head(
        "softmax",
        "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy",
        ("top",),
        measures={"top": Measure("top_k_accuracy", {"k": k})},
    )

    assert measure(y, said, info, head)["top"] == pytest.approx(share)


def test_f1_of_classes_is_the_mean_of_theirs():
    y = np.array([0, 0, 1, 2])
    said = np.eye(3, dtype="float32")[[0, 1, 1, 2]]
    head = Head("softmax", "sparse_categorical_crossentropy", ("f1_score",))

    # a: precision 1, recall 1/2; b: 1/2 and 1; c: both 1.
    assert measure(y, said, THREE, head)["f1_score"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_f1_of_yes_or_no_takes_a_half_for_a_yes():
    y, said = np.array([1, 1, 0, 0]), np.array([[0.9], [0.4], [0.6], [0.1]], "float32")
    head = Head("sigmoid", "binary_crossentropy", ("f1_score",))

    assert measure(y, said, BINARY, head)["f1_score"] == pytest.approx(0.5)


FAULTY = {
    "nothing": ("return ", "", "returned nothing"),
    "a matrix": (
        "keras.ops.mean(keras.ops.maximum(quantile * low, (quantile - 1) * low), axis=-1)",
        "low",
        "number for each row",
    ),
    "an error": ("low = y - said", "low = y - sad", "name 'sad' is not defined"),
}

REQUIRED = {
    "precision_at_recall": {"recall": 0.5},
    "recall_at_precision": {"precision": 0.5},
    "sensitivity_at_specificity": {"specificity": 0.5},
    "specificity_at_sensitivity": {"sensitivity": 0.5},
}


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_measures(name):
    info = SUITED[METRICS[name]][-1 if METRICS[name] == "yes or no" else 0]
    y = examples(info, 30).y
    said = np.full((30, info.outputs), 0.3, "float32")
    measures = {name: Measure(name, REQUIRED.get(name, {}))}
    head = replace(suited_head(info), metrics=(name,), measures=measures)

    assert math.isfinite(measure(y, said, info, head)[name])


@pytest.mark.parametrize("name", CLASSES["losses"])
def test_every_loss_measures(name):
    kinds = {"sparse": THREE, "categorical_generalized": THREE, "categorical": None}
    info = next((kind for start, kind in kinds.items() if name.startswith(start)), NUMBER)
    y = np.array([0, 1, 0, 1])
    outputs = info.outputs if info else 3
    y = y if info else np.eye(3, dtype="float32")[y]
    said = np.full((4, outputs), 0.3, "float32")
    head = Head("linear", name, ())

    assert math.isfinite(measure(y, said, info or THREE, head)["loss"])


PLUGIN = '''
"""A loss and two metrics of one's own."""

import kx


@kx.loss("pinball_loss")
def pinball(y, said, *, quantile: float = 0.5):
    """Weigh what is too low by the quantile, what is too high by the rest.

    Args:
        quantile: that is predicted.
    """
    import keras

    low = y - said
    return keras.ops.mean(keras.ops.maximum(quantile * low, (quantile - 1) * low), axis=-1)


@kx.metric("covered", mode="max")
def covered(y, said, *, within: float):
    """Share of the rows that are predicted well enough.

    Args:
        within: how far off a prediction may be.
    """
    import keras

    return keras.ops.mean(keras.ops.cast(abs(y - said) <= within, "float32"), axis=-1)


@kx.metric("spread_error", mode="min")
def spread(y, said):
    """Largest error among the rows: no mean over them."""
    import keras

    return keras.ops.max(abs(y - said))
'''

SPEC = """\
name: own
plugins: [own.py]
dataset: {name: diabetes}
architecture: {name: mlp, units: [4]}
training:
  loss: {name: pinball_loss, quantile: 0.75}
  metrics: [{name: covered, within: 50.0}, spread_error, mae]
  monitor: val_covered
  optimizer: {name: lion, learning_rate: 1e-2}
  epochs: 2
expect: {test.covered: {at_least: 0.0}}
"""


@pytest.fixture
def own_spec(spec_file, tmp_path):
    (tmp_path / "own.py").write_text(PLUGIN, encoding="utf-8")
    return spec_file(SPEC)


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize("command", [["train"], ["kfold", "--k", "3"], ["train", "--seeds", "2"]])
def test_a_plugins_loss_and_metrics_train_and_judge(kx, own_spec, tmp_path, command):
    code, out, err = kx(*command[:1], own_spec, *command[1:], "--outputs", tmp_path / "out")

    assert code == 0, err
    assert "covered" in out


@pytest.mark.usefixtures("own_parts")
def test_a_plugins_metrics_are_computed_over_all_rows_of_the_test_part(kx, own_spec, tmp_path):
    code, _, err = kx("train", own_spec, "--outputs", tmp_path / "out")
    assert code == 0, err
    folder = next((tmp_path / "out").glob("*/record.json")).parent
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    said = np.load(folder / "predictions.npz")
    y, p = said["y"].reshape(-1), said["predictions"].reshape(-1)

    scores = {name: score["value"] for name, score in record["scores"]["test"].items()}
    low = y - p
    assert scores["loss"] == pytest.approx(np.maximum(0.75 * low, -0.25 * low).mean(), rel=1e-4)
    assert scores["covered"] == pytest.approx((abs(low) <= 50).mean())
    assert scores["spread_error"] == pytest.approx(abs(low).max(), rel=1e-5)


@pytest.mark.usefixtures("own_parts")
def test_the_network_of_a_plugins_loss_predicts_without_the_plugin(kx, own_spec, tmp_path):
    outputs = tmp_path / "out"
    code, _, err = kx("train", own_spec, "--outputs", outputs)
    assert code == 0, err
    (tmp_path / "own.py").unlink()
    columns = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")

    row = ",".join(f"{name}=1" for name in columns)
    code, out, err = kx("predict", "own", "--row", row, "--csv", "--outputs", outputs)

    assert code == 0, err
    assert math.isfinite(float(out.splitlines()[-1].split(",")[-1]))


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("quantile: 0.75", "quantil: 0.75"), "did you mean 'quantile'?"),
        (("quantile: 0.75", "quantile: high"), "must be a number"),
        (("within: 50.0", "label: near"), "required, but missing"),
        (("pinball_loss", "pinbal_loss"), "did you mean 'pinball_loss'"),
    ],
)
def test_options_of_a_plugins_loss_are_held_to_its_signature(
    kx, spec_file, own_spec, change, words
):
    code, _, err = kx("check", spec_file(SPEC.replace(*change)))

    assert code == 2
    assert words.lower() in " ".join(err.split()).lower()


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize("fault", FAULTY)
def test_a_plugins_loss_at_fault_is_named(kx, spec_file, tmp_path, fault):
    old, new, words = FAULTY[fault]
    (tmp_path / "own.py").write_text(PLUGIN.replace(old, new), encoding="utf-8")

    code, _, err = kx("train", spec_file(SPEC), "--outputs", tmp_path / "out")

    assert code != 0
    assert words in " ".join(err.split())
    assert "Traceback" not in err


CLASSES_OF_KERAS = '''
import keras
import kx


@kx.loss("halved_error_loss", unit_power=1)
class Halved(keras.losses.Loss):
    """Half the absolute error."""

    def __init__(self, *, share: float = 0.5):
        super().__init__()
        self.share = share

    def call(self, y_true, y_pred):
        return keras.ops.mean(self.share * abs(y_true - y_pred), axis=-1)


@kx.metric("mean_answer", mode="max")
class MeanAnswer(keras.metrics.Mean):
    """Mean of the predictions."""

    def __init__(self, name="mean_answer"):
        super().__init__(name=name)

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_pred)
'''


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize("engine", ["compiled", "fit"])
def test_a_plugins_classes_of_keras_train_by_every_engine(kx, spec_file, tmp_path, engine):
    (tmp_path / "own.py").write_text(CLASSES_OF_KERAS, encoding="utf-8")
    training = (
        f"  engine: {engine}\n  loss: halved_error_loss\n  metrics: [mean_answer, mae]\n"
        "  epochs: 2\n"
    )
    spec = spec_file(SPEC.partition("training:\n")[0] + "training:\n" + training)

    code, _, err = kx("train", spec, "--outputs", tmp_path / "out")
    assert code == 0, err
    record = json.loads(next((tmp_path / "out").glob("*/record.json")).read_text(encoding="utf-8"))
    scores = record["scores"]["test"]

    assert scores["loss"]["value"] == pytest.approx(scores["mae"]["value"] / 2, rel=1e-5)


OPTIMIZER = '''
import kx


@kx.optimizer("steady")
def steady(learning_rate, *, momentum: float = 0.0):
    """Plain gradient descent.

    Args:
        momentum: share of the last step that is taken again.
    """
    import keras

    return keras.optimizers.SGD(learning_rate, momentum)
'''

OPTIMIZED = """\
name: own
plugins: [own.py]
dataset: {name: wine}
architecture: {name: mlp, units: [4]}
training: {optimizer: {name: steady, learning_rate: 0.1, momentum: 0.5}, epochs: 2}
"""


@pytest.mark.usefixtures("own_parts")
def test_a_plugins_optimizer_steps_as_it_says(kx, spec_file, tmp_path):
    (tmp_path / "own.py").write_text(OPTIMIZER, encoding="utf-8")
    plain = OPTIMIZED.replace("steady", "sgd").replace("name: own", "name: plain")
    specs = [spec_file(OPTIMIZED, "one.yaml"), spec_file(plain, "two.yaml")]

    code, _, err = kx("train", *specs, "--outputs", tmp_path / "out")

    assert code == 0, err
    one, other = [
        json.loads(next((tmp_path / "out").glob(f"*-{name}-*/history.json")).read_text("utf-8"))
        for name in ("own", "plain")
    ]
    assert one == other


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("momentum: 0.5", "momentun: 0.5", "5:58: training.optimizer.momentun: unknown key"),
        ("momentum: 0.5", "momentum: fast", "must be a number"),
        ("name: steady", "name: stead", "did you mean 'steady'"),
    ],
)
def test_options_of_a_plugins_optimizer_are_held_to_its_signature(
    kx, spec_file, tmp_path, old, new, words
):
    (tmp_path / "own.py").write_text(OPTIMIZER, encoding="utf-8")

    code, _, err = kx("check", spec_file(OPTIMIZED.replace(old, new)))

    assert code == 2
    assert words.lower() in " ".join(err.split()).lower()


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_losses_metrics_and_optimizers_of_the_readme_train(kx, spec_file, tmp_path, name):
    readme = (ROOT / name).read_text(encoding="utf-8")
    code = readme[readme.index("```python\nimport kx\n\n\n@kx.loss") :]
    plugin, spec = re.findall(r"```(?:python|yaml)\n(.*?)```", code, re.DOTALL)[:2]
    (tmp_path / "quantiles.py").write_text(plugin, encoding="utf-8")

    code, out, err = kx("train", spec_file(spec), "--outputs", tmp_path / "out")

    assert code == 0, err
    assert "test covered" in out
