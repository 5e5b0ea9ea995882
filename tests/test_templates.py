"""The templates for data of one's own: their sample files, and what they do on them."""

import importlib.util

import pytest

from benchmarks.processes import ROOT
from benchmarks.shipped import SPECS
from kx.planning import make_plan

OWN = ROOT / "configs" / "own"
DATA = OWN / "data"
TEMPLATES = [path for path in SPECS if path.parent == OWN]


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("make", DATA / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.files()


def test_sample_files_are_made_again_bit_by_bit(made):
    shipped = {p.name: p.read_bytes() for p in DATA.iterdir() if p.suffix in (".csv", ".zip")}

    assert made.keys() == shipped.keys()
    assert [name for name in made if made[name] != shipped[name]] == []


def test_every_sample_table_says_that_it_is_one(made):
    tables = [name for name in made if name.endswith(".csv")]

    assert len(tables) > 10
    assert all(made[name].startswith(b"# Generated sample data") for name in tables)
    assert "Nothing in this folder is real" in (DATA / "README.md").read_text()


def test_there_is_a_template_for_every_task():
    tasks = {make_plan(path).info.task for path in TEMPLATES}

    assert tasks >= {
        "binary", "multiclass", "multilabel", "regression", "unit_regression",
        "ordered", "counts", "quantiles", "multi_regression",
    }  # fmt: skip
