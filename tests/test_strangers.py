"""What is said when a function of a plugin fails."""

from pathlib import Path

import pytest

from kx.base.errors import PluginError, SpecError
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands

PLUGIN = '''\
from kx import DatasetInfo, dataset, evaluator, model


def form():
    return DatasetInfo("toy", "binary", (4,), ("a", "b"), train_examples=100)


def broken():
    raise ValueError("no such thing")


@dataset("toy", info=form)
def toy():
    """Load nothing."""


@dataset("failing", info=form)
def failing():
    """Fail."""
    return {}["rows"]


@dataset("formless", info=broken)
def formless():
    """Have no form."""


def demand(info, **_):
    yield "more data"


@model("demanding", check=demand)
def demanding(info):
    """Complain of everything."""


@model("empty")
def empty(info):
    """Build nothing."""


@model("shapeless")
def shapeless(info):
    """Build layers that nobody has told how much comes in."""
    import keras

    return keras.Sequential([keras.layers.Dense(1)])


@model("closed")
def closed(info):
    """Build a network whose layers are called nobody knows how."""
    import keras

    class Closed(keras.Model):
        def call(self, x):
            return x

    return Closed()
'''


@pytest.fixture
def plan(tmp_path, own_parts):
    """Plans a spec beside a plugin; what it registers is forgotten afterwards."""
    (tmp_path / "toy.py").write_text(PLUGIN)

    def make(dataset="toy", architecture="mlp"):
        sections = f"dataset: {dataset}\narchitecture: {architecture}\n"
        document = parse(f"name: x\nplugins: [toy.py]\n{sections}", "x.yaml")
        expand_shorthands(document)
        return plan_document(document, tmp_path)

    return make


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"dataset": "formless"},
            "x.yaml:3:10: dataset: dataset 'formless' failed: ValueError: no such thing "
            "(toy.py, line 9)",
        ),
        (
            {"architecture": "demanding"},
            "x.yaml:4:15: architecture.name: model 'demanding' failed: AttributeError: "
            "'str' object has no attribute 'key'; fix the plugin",
        ),
    ],
)
def test_a_plugin_that_cannot_tell_of_itself_is_named(plan, sections, said):
    with pytest.raises(SpecError) as caught:
        plan(**sections)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("failing", r"dataset 'failing' failed: KeyError: 'rows' \(toy.py, line 20\)"),
        ("toy", r"dataset 'toy' returned nothing, and no kx.DatasetBundle"),
    ],
)
def test_a_dataset_of_a_plugin_that_cannot_be_read_is_named(plan, dataset, said):
    with pytest.raises(PluginError, match=said):
        plan(dataset).load_data(None)


def test_the_log_is_given_the_whole_trace(plan):
    with pytest.raises(PluginError) as caught:
        plan("failing").load_data(None)

    assert caught.value.details.startswith("Traceback (most recent call last)")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        ("empty", "returned nothing, and no keras.Model"),
        ("shapeless", "returned a Sequential, and no keras.Model that begins with a keras.Input"),
        ("closed", "returned a Closed, and no keras.Model that begins with a keras.Input"),
    ],
)
def test_a_model_of_a_plugin_that_is_none_is_named(plan, architecture, said):
    made = plan(architecture=architecture)
    with pytest.raises(PluginError, match=f"model '{architecture}' {said}"):
        made.build_model(made.info)


def test_a_fault_of_kx_itself_is_not_hidden():
    document = parse("name: x\ndataset: {name: wine}\narchitecture: {name: mlp}\n", "x.yaml")
    plan = plan_document(document, Path())
    with pytest.raises(TypeError):
        plan.dataset.entry.component(unheard_of=1)
