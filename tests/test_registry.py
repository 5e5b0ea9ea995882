"""What is registered under which name, and what cannot be."""

import subprocess
import sys

import pytest

from kx.base.errors import PluginError
from kx.components import registry
from kx.components.functions import FunctionArchitecture
from kx.components.registry import Registry
from kx.contracts import Architecture

TABLES = (registry.dataset, registry.model, registry.evaluator)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.kind)
def test_what_ships_with_kx_is_in_the_module_of_its_name(table):
    names = registry.shipped(table.package)
    assert names

    modules = {name: table[name].module for name in names}

    assert modules == {name: f"{table.package}.{name}" for name in names}
    ours = {name for name in table.names() if table[name].module.startswith("kx.")}
    assert ours == names  # no module registers a second one


def test_a_name_that_ships_with_kx_is_taken_before_its_module_is_imported():
    script = """
from kx import model
from kx.base import errors
try:
    @model("linear")
    def mine(info):
        "Build nothing."
except errors.PluginError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    twice = "model 'linear' is defined twice: in kx.architectures.linear and in __main__"
    assert twice in done.stdout


def sound(info, *, width: int = 3):
    """Build nothing."""


def other(info):
    """Build nothing else."""


def silent(info):
    pass


def untyped(info, *, width=3):
    """Build nothing."""


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("taken", other, "'taken' is defined twice"),
        ("silent", silent, "needs a docstring"),
        ("untyped", untyped, r"every option needs a type"),
        ("Bad Name", sound, "a name is made of lower case letters"),
    ],
)
def test_the_registry_refuses_what_it_cannot_offer(name, function, words):
    table = Registry("model", Architecture, FunctionArchitecture)
    table("taken")(sound)

    with pytest.raises(PluginError, match=words):
        table(name)(function)
    assert table.names() == ["taken"]


def test_one_function_may_be_registered_again():
    table = Registry("model", Architecture, FunctionArchitecture)
    table("sound")(sound)
    table("sound")(sound)

    assert table["sound"].summary == "Build nothing."
