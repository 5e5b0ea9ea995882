"""Options that several functions have alike: written down once, flat in a spec."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field

from kx.base.errors import PluginError, SpecError
from kx.components.functions import FunctionArchitecture, FunctionDataset
from kx.components.registry import Registry
from kx.contracts import Architecture, Dataset
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands


@dataclass(frozen=True)
class Soil:
    """What a plant stands in.

    Attributes:
        depth: centimetres, to the
            bottom.
        moist: whether it is watered.
    """

    depth: Annotated[int, Field(ge=1)] = 30
    moist: bool = False


SHALLOW = Soil(depth=5)


@pytest.fixture
def table():
    return Registry("model", Architecture, FunctionArchitecture)


@pytest.fixture
def plant(table):
    @table("plant")
    def plant(info, *, seeds: int, soil: Soil, height: float = 0.5):
        """Grow something.

        Args:
            info: where.
            seeds: how many.
            soil: what it stands in.
            height: metres.
        """
        return info, seeds, soil, height

    return table["plant"]


def test_its_fields_are_options_in_the_place_of_the_group(plant):
    fields = plant.options.model_fields

    assert list(fields) == ["seeds", "depth", "moist", "height"]
    assert {name: field.default for name, field in fields.items() if not field.is_required()} == {
        "depth": 30,
        "moist": False,
        "height": 0.5,
    }


def test_the_function_is_given_the_group(plant):
    grown = plant.component(seeds=3, moist=True).build("here", None)

    assert grown == ("here", 3, Soil(30, True), 0.5)
    with pytest.raises(TypeError, match="wet"):
        plant.component(seeds=3, wet=True).build("here", None)


def test_what_the_group_says_of_its_fields_is_their_help(plant):
    assert plant.option_help() == {
        "info": "where.",
        "seeds": "how many.",
        "depth": "centimetres, to the bottom.",
        "moist": "whether it is watered.",
        "height": "metres.",
    }


def test_a_function_may_have_its_own_defaults_and_words(table):
    @table("cress")
    def cress(info, *, soil: Soil = SHALLOW):
        """Grow cress.

        Args:
            info: where.
            moist: always.
            soil: what it stands in.
        """
        return soil

    entry = table["cress"]

    assert entry.options().model_dump() == {"depth": 5, "moist": False}
    assert entry.component(moist=True).build("here", None) == Soil(5, True)
    assert entry.option_help()["moist"] == "always."
    assert entry.option_help()["depth"] == "centimetres, to the bottom."


def test_a_group_may_add_to_another_whose_words_it_takes_over(table):
    @dataclass(frozen=True)
    class Peat(Soil):
        """What bogs are of.

        Attributes:
            moist: in the end.
            sour: how much.
        """

        sour: int = 4

    @table("moss")
    def moss(info, *, soil: Peat = Peat(2)):
        """Grow moss.

        Args:
            info: where.
            soil: of it.
        """
        return soil

    assert table["moss"].options().model_dump() == {"depth": 2, "moist": False, "sour": 4}
    assert table["moss"].option_help() == {
        "info": "where.",
        "depth": "centimetres, to the bottom.",
        "moist": "in the end.",
        "sour": "how much.",
    }


def test_two_options_of_one_name_are_refused(table):
    with pytest.raises(PluginError, match="dig: two options 'depth'"):

        @table("dig")
        def dig(info, *, depth: int, soil: Soil):
            """Dig."""


def test_the_description_of_a_dataset_may_take_the_group_too():
    table = Registry("dataset", Dataset, FunctionDataset)

    def info(*, soil: Soil):
        return soil.depth

    @table("field", info=info)
    def field(*, soil: Soil):
        """Load a field."""

    assert table["field"].component(depth=7, moist=True).info() == 7


def test_a_plugin_may_have_one_and_a_mistake_in_it_is_told_where_it_stands(tmp_path, own_parts):
    (tmp_path / "mine.py").write_text('''\
from dataclasses import dataclass
import kx

@dataclass(frozen=True)
class Size:
    """A size.

    Attributes:
        width: in cells.
    """

    width: int = 3

@kx.model("my_network")
def my_network(info, *, size: Size):
    """Build nothing."""
''')

    def planned(width):
        text = f"name: x\ndataset: wine\narchitecture:\n  name: my_network\n  {width}\n"
        document = parse(text + "plugins: [mine.py]\n", "x.yaml")
        expand_shorthands(document)
        return plan_document(document, tmp_path)

    resolved = planned("width: 4").resolved()["architecture"]

    assert resolved == {"name": "my_network", "width": 4}
    with pytest.raises(SpecError, match=r"x\.yaml:5:10: architecture\.width: must be a whole"):
        planned("width: wide")
    with pytest.raises(SpecError, match=r"unknown key 'widht'; did you mean 'width'"):
        planned("widht: 3")
