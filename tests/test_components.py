"""Components that a plugin defines as classes: they can do what kx's own can."""

import json

import pytest

from kx.base.errors import PluginError, SpecError
from kx.components.functions import FunctionArchitecture, FunctionDataset
from kx.components.registry import Registry
from kx.contracts import Architecture, Complaint, Dataset
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands

PLUGIN = '''\
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

import kx
from kx.contracts import Conclusion


@dataclass(frozen=True)
class Noise:
    """What is added to the truth.

    Attributes:
        spread: its deviation.
    """

    spread: Annotated[float, Field(ge=0)] = 0.1


@kx.dataset("ramp")
class Ramp(kx.Dataset):
    """Learn a straight line.

    Args:
        rows: for training; half as many are for testing.
        noise: what is added.
    """

    rows: Annotated[int, Field(ge=8)] = 40
    noise: Noise = Noise()

    def info(self):
        return kx.DatasetInfo("ramp", "regression", (1,), train_examples=self.rows)

    def load(self, files):
        import numpy as np

        generator = np.random.default_rng(0)
        x = generator.uniform(-1, 1, (self.rows * 3 // 2, 1)).astype("float32")
        y = (2 * x[:, 0] + generator.normal(0, self.noise.spread, len(x))).astype("float32")
        parts = kx.Split(x[: self.rows], y[: self.rows]), kx.Split(x[self.rows :], y[self.rows :])
        return kx.DatasetBundle(self.info(), *parts)


@kx.model("slope")
class Slope(kx.Architecture):
    """One number and an offset.

    Args:
        units: of a hidden layer; 0: there is none.
    """

    units: Annotated[int, Field(ge=0, le=64)] = 0

    def check(self, info, files):
        if self.units == 13:
            yield kx.Complaint("units", "is unlucky", "use 12")

    def build(self, info, files):
        import keras
        from kx.models.heads import output_layer

        hidden = [keras.layers.Dense(self.units, "relu")] if self.units else []
        return keras.Sequential([keras.Input(info.input_shape), *hidden, output_layer(info)])


@kx.evaluator("odd")
class Odd(kx.Strategy):
    """Validate on some of the rows.

    Args:
        every: which rows.
    """

    every: Annotated[int, Field(ge=2)] = 2

    def check(self, info):
        if info.train_examples and self.every > info.train_examples:
            yield kx.Complaint("every", f"is more than {info.train_examples} rows")

    def propose(self, rows, seed):
        import numpy as np

        numbers = np.arange(rows.count)
        chosen = numbers % self.every == 0
        return [kx.Proposal("odd", numbers[~chosen], numbers[chosen])]

    def conclude(self, results, monitor):
        return Conclusion(1, None, {"loss": [results[0].history["val_loss"][0]]})


@kx.model("greedy")
class Greedy(Slope):
    """Takes a key of the section.

    Args:
        name: of whom.
    """

    name: str = "me"
'''

SPEC = """\
name: x
plugins: [mine.py]
dataset: {name: ramp, rows: 20, spread: 0.0}
architecture: {name: slope}
validation: {strategy: odd, every: 4}
training: {epochs: 1}
"""


@pytest.fixture
def planned(tmp_path, own_parts):
    """Plans the spec with a change; what its plugin registers is forgotten afterwards."""
    (tmp_path / "mine.py").write_text(PLUGIN)

    def plan(old="", new=""):
        assert old in SPEC
        document = parse(SPEC.replace(old, new), "x.yaml")
        expand_shorthands(document)
        return plan_document(document, tmp_path)

    return plan


def test_classes_of_a_plugin_are_components(planned):
    plan = planned()

    assert plan.info.train_examples == 20
    assert plan.dataset.made().noise.spread == 0.0
    assert plan.resolved()["dataset"] == {
        "name": "ramp", "fallback": None, "rows": 20, "spread": 0.0,
    }  # fmt: skip
    assert plan.resolved()["architecture"] == {"name": "slope", "units": 0}
    assert plan.strategy(20).every == 4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rows: 20", "rows: 2", r"x\.yaml:3:29: dataset\.rows: must be at least 8"),
        ("spread: 0.0", "spred: 0.0", r"unknown key 'spred'; did you mean 'spread'"),
        ("slope}", "slope, units: 13}", r"x\.yaml:4:36: architecture\.units: is unlucky; use 12"),
        ("every: 4", "every: 40", r"validation\.every: is more than 20 rows"),
        ("slope}", "greedy}", r"architecture\.name: has an option 'name', which is a key of every"),
    ],
)
def test_their_mistakes_are_told_where_they_stand(planned, old, new, words):
    with pytest.raises(SpecError, match=words):
        planned(old, new)


@pytest.mark.slow
def test_they_train_together(kx, tmp_path, own_parts):
    (tmp_path / "mine.py").write_text(PLUGIN)
    (tmp_path / "x.yaml").write_text(SPEC)

    code, _, err = kx("train", tmp_path / "x.yaml", "-q", "--outputs", tmp_path / "outputs")

    assert code == 0, err
    (record,) = (tmp_path / "outputs").glob("*/record.json")
    found = json.loads(record.read_text())
    assert found["status"] == "completed"
    assert found["dataset"]["source"] == "plugin"


class Still(Architecture):
    """Build nothing."""

    def build(self, info, files):
        return None


def test_a_class_describes_and_checks_itself():
    table = Registry("model", Architecture, FunctionArchitecture)

    with pytest.raises(PluginError, match=r"stand beside functions alone.*a class has methods"):
        table("still", check=lambda info: ())(Still)


def test_what_a_function_of_this_kind_cannot_have_beside_it_is_refused():
    table = Registry("dataset", Dataset, FunctionDataset)

    with pytest.raises(PluginError, match="check= of models and evaluators; datasets take none"):

        @table("field", check=lambda info: (Complaint("", "no"),))
        def field():
            """Load a field."""


class Sized(Architecture):
    """Build nothing, of some size."""

    units: int = 4

    def build(self, info, files):
        """Build nothing."""


class Larger(Sized):
    """Build nothing, larger."""


def test_a_component_is_a_frozen_value():
    one, other = Sized(), Sized(units=4)

    assert (one == other, hash(one) == hash(other)) == (True, True)
    assert repr(one) == "Sized(units=4)"
    assert {one: "found"}[other] == "found"
    assert one not in (Sized(units=5), Larger(), 4)
    with pytest.raises(AttributeError, match="cannot assign"):
        one.units = 3
