from pathlib import Path

import jsonschema
import pytest

from benchmarks.shipped import SPECS
from kx.authoring.editor_schema import editor_schema
from kx.authoring.template import spec_template
from kx.base.errors import SpecError
from kx.components import registry
from kx.planning import plan_document
from kx.spec.document import parse, read_document
from kx.spec.load import expand_shorthands

PLUGIN = '''\
from typing import Literal

from kx.contracts import DatasetInfo
from kx.components.registry import dataset, model

Task = Literal["binary", "multiclass", "multilabel", "regression", "unit_regression"]


def toy_info(*, task: Task):
    classes = () if "regression" in task else ("a", "b", "c")[: 2 if task == "binary" else 3]
    return DatasetInfo("toy", task, (4,), classes)


@dataset("toy", info=toy_info)
def toy(*, task: Task):
    """Load nothing."""


@model("toy_network")
def toy_network(info, *, width: int = 3):
    """Build nothing."""
'''


def plan(folder=Path(), **sections):
    spec = {"name": "x", "dataset": "wine", "architecture": "mlp"} | sections
    document = parse("".join(f"{key}: {value}\n" for key, value in spec.items()), "x.yaml")
    expand_shorthands(document)
    return plan_document(document, folder)


def told(folder=Path(), **sections):
    with pytest.raises(SpecError) as caught:
        plan(folder, **sections)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path, own_parts):
    """A folder with a plugin."""
    (tmp_path / "toy.py").write_text(PLUGIN)
    return tmp_path


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"dataset": "wien"}, "x.yaml:2:10: dataset.name: .* 'wien'; did you mean 'wine'?"),
        ({"architecture": "mpl"}, "x.yaml:3:15: architecture.name: .*; did you mean 'mlp'?"),
        ({"validation": "holdot"}, "x.yaml:4:13: validation.strategy: .* mean 'holdout'?"),
        ({"architecture": "os.system"}, "x.yaml:3:15: architecture.name: no model is called"),
        ({"training": "{loss: bce}"}, "here it is called 'binary_crossentropy'"),
        ({"training": "{metrics: [acc]}"}, "here it is called 'accuracy'"),
        ({"training": "{monitor: val_acc}"}, "x.yaml:4:21: .*; here it is called 'val_accuracy'"),
        ({"training": "{early_stopping: {monitor: mae}}"}, "nothing called 'mae' is measured"),
        (
            {
                "training": "{reduce_lr_on_plateau: {}, "
                "learning_rate_schedule: {name: cosine_decay, decay_epochs: 3}}"
            },
            "reduce_lr_on_plateau: cannot be combined with learning_rate_schedule",
        ),
        ({"expect": "{test.acc: {at_least: 1}}"}, "here it is called 'test.accuracy'"),
        ({"expect": "{tst.accuracy: {at_least: 1}}"}, "did you mean 'test.accuracy'?"),
        ({"expect": "{best_epoch: {source: x}}"}, "best_epoch: expects nothing"),
        ({"expect": "{best_epoch: {at_least: 3, at_most: 2}}"}, "no number is above 3.0"),
        (
            {"expect": "{test.accuracy: {at_least: 90}}"},
            "test.accuracy.at_least: can never be so high; got 90; at most 1; write 0.9 for 90 %",
        ),
        ({"expect": "{best_epoch: {at_most: -1}}"}, "at_most: can never be so low; got -1; at l"),
        ({"validation": "{size: 142}"}, "validation.size: holds out 142 of 142 training examples"),
        ({"validation": "{size: 1e-9}"}, "validation.size: holds out 0 of 142"),
        ({"architecture": "cnn"}, "architecture: needs pictures .*; use mlp"),
        ({"dataset": "digits", "architecture": "cnn"}, "nothing is left of 8 pixels"),
        ({"dataset": "{name: imdb, encoding: sequence}"}, "the examples of imdb are word indices"),
        ({"dataset": "imdb", "architecture": "rnn"}, "needs word indices.*encoding: sequence"),
        ({"architecture": "embedding_mlp"}, "architecture: needs word indices.*; use mlp"),
        ({"architecture": "{name: rnn, cell: sru}"}, "cell: must be 'simple', 'lstm' or 'gru'"),
        (
            {
                "dataset": "{name: imdb, encoding: sequence, maxlen: 10}",
                "architecture": "{name: conv1d, kernel_size: 4}",
            },
            "nothing is left of 10 words after convolution 2",
        ),
        (
            {"training": "{batching: bucketed}"},
            "training.batching: bucketed batching needs word sequences",
        ),
        (
            {
                "dataset": "{name: imdb, encoding: sequence}",
                "architecture": "embedding_mlp",
                "training": "{batching: bucketed}",
            },
            "training.batching: bucketed: embedding_mlp takes texts of one length only; use rnn",
        ),
        (
            {
                "dataset": "{name: imdb, encoding: sequence}",
                "architecture": "rnn",
                "training": "{batching: bucketed}",
            },
            "batching: bucketed: without masking.*set architecture.masking: true",
        ),
        ({"training": "{loss: categorical_crossentropy}"}, "needs one-hot labels"),
        ({"training": "{output_activation: sigmoid}"}, "training.output_activation: .*use softmax"),
        ({"augmentation": "{zoom_fraction: 0.1}"}, "x.yaml:4:15: augmentation: needs pictures"),
        ({"augmentation": "{shear_degrees: 60}"}, "augmentation.shear_degrees: must be at most 45"),
        ({"augmentation": "{rotation: 4}"}, "did you mean 'rotation_degrees'?"),
        ({"training": "{precision: bfloat16}"}, "training.precision: must be 'float32'"),
        ({"plugins": "[nope.py]"}, "plugins: cannot be loaded: 'nope.py': there is no such file"),
        ({"plugins": "[../x.py]"}, "a plugin is a .py file beside the spec"),
        ({"plugins": "[/x.py]"}, "a plugin is a .py file beside the spec"),
        ({"plugins": "[x.txt]"}, "a plugin is a .py file beside the spec"),
    ],
)
def test_what_does_not_go_together_is_told(sections, words):
    with pytest.raises(SpecError, match=words):
        plan(**sections)


@pytest.mark.parametrize(
    ("dataset", "augmentation", "words"),
    [
        ("mnist", "{horizontal_flip: true}", "horizontal_flip: a mirrored example of mnist has"),
        ("digits", "{horizontal_flip: true}", "horizontal_flip: a mirrored example of digits"),
        ("mnist", "{rotation_degrees: 10}", None),
        ("fashion_mnist", "{horizontal_flip: true}", None),
        ("fashion_mnist", "{fill_mode: wrap}", "augmentation: changes nothing"),
    ],
)
def test_unwise_augmentation_is_warned_of(dataset, augmentation, words):
    warnings = plan(dataset=dataset, augmentation=augmentation).warnings

    assert [words in str(warning) for warning in warnings] == ([True] if words else [])


def test_everything_is_filled_in():
    resolved = plan().resolved()

    assert resolved["architecture"]["units"] == [16, 16]
    assert resolved["validation"] == {"strategy": "holdout", "size": "auto"} | {
        "train_size": None,
        "order": "shuffled",
        "stratify": False,
        "repeats": 1,
        "refit": "best_epoch",
        "smooth": 0.0,
        "skip_epochs": 0,
        "keep": "none",
    }
    assert resolved["training"]["optimizer"]["learning_rate"] == 0.001
    assert resolved["training"]["loss"] == "sparse_categorical_crossentropy"
    assert resolved["training"]["metrics"] == ["accuracy"]
    assert resolved["training"]["output_activation"] == "softmax"


def test_what_is_hardly_meant_is_warned_of():
    warnings = plan(dataset="breast_cancer", training="{loss: mse}").warnings

    assert [problem.key for problem in warnings] == ["training.loss"]


@pytest.mark.parametrize(
    ("task", "training", "key"),
    [
        ("binary", "{output_activation: softmax}", "training.output_activation"),
        ("multiclass", "{loss: categorical_crossentropy}", "training.loss"),
        ("multilabel", "{output_activation: softmax}", "training.output_activation"),
        ("regression", "{loss: binary_crossentropy}", "training.loss"),
        ("unit_regression", "{loss: categorical_crossentropy}", "training.loss"),
    ],
)
def test_heads_are_checked_through_the_spec(folder, task, training, key):
    sections = {"plugins": "[toy.py]", "dataset": f"{{name: toy, task: {task}}}"}

    assert plan(folder, **sections).warnings == ()
    assert f": {key}: " in told(folder, **sections, training=training)


def test_a_plugin_beside_the_spec_offers_its_model(folder):
    resolved = plan(folder, plugins="[toy.py]", architecture="toy_network").resolved()

    assert resolved["architecture"] == {"name": "toy_network", "width": 3}
    found = told(folder, plugins="[toy.py]", architecture="{name: toy_network, widht: 3}")
    assert "did you mean 'width'?" in found


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("raise SystemExit(0)", "SystemExit"),
        (PLUGIN.replace('"toy_network"', '"mlp"'), "model 'mlp' is defined twice"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_told(folder, code, words):
    (folder / "toy.py").write_text(code)

    found = told(folder, plugins="[toy.py]")

    assert found.startswith("x.yaml:4:10: plugins: cannot be loaded: 'toy.py': ")
    assert words in found


@pytest.fixture(scope="module")
def validator():
    schema = editor_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_editors_take_every_shipped_spec(validator, path):
    assert [error.message for error in validator.iter_errors(read_document(path).value)] == []


@pytest.mark.parametrize("section", [None, "dataset", "architecture", "validation", "training"])
def test_editors_refuse_an_unknown_key(validator, section):
    value = read_document(SPECS[0]).value
    (value[section] if section else value)["unheard_of"] = 1

    assert not validator.is_valid(value)


@pytest.mark.parametrize("architecture", registry.model.names())
@pytest.mark.parametrize("dataset", registry.dataset.names())
def test_a_template_lists_every_option_with_its_default(dataset, architecture):
    text = spec_template("My try!", dataset, architecture)
    document = parse(text)
    expand_shorthands(document)

    chosen = {
        "dataset": registry.dataset[dataset],
        "architecture": registry.model[architecture],
        "validation": registry.evaluator["holdout"],
    }
    for section, entry in chosen.items():
        fields = entry.options.model_fields
        required = {name for name, field in fields.items() if field.is_required()}
        listed = set(document.value[section]) - {"name", "strategy"}
        assert listed == set(fields) - required
        assert all(f"  # {name}: required" in text for name in required)
    try:
        plan_document(document, Path())
    except SpecError as error:  # such as pictures for a table: no fault of the template
        sections = {problem.key.split(".")[0] for problem in error.problems}
        assert sections <= {"architecture", *(["dataset"] if "required" in text else [])}
