"""The templates for data of one's own: their sample files, and what they do on them."""

import importlib.util
import json
import shutil

import numpy as np
import pytest
import yaml

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


SHORT = ("training.epochs=2", "expect={}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The templates with their data, elsewhere; see test_series_runs for a series."""
    path = tmp_path_factory.mktemp("templates")
    shutil.copytree(OWN, path / "own")
    return path


def answers(said, info):
    """Return what `kx predict` says of a row, as the outputs of a network."""
    if "probabilities" in said:
        of = [said["probabilities"][name] for name in info.classes]
        return of[1:] if info.task == "binary" else of
    names = info.targets or [f"quantile {each:g}" for each in info.quantiles] or ["value"]
    return [said[name] for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("name", [path.stem for path in TEMPLATES if path.stem != "series"])
def test_a_template_is_trained_told_and_predicts_its_file_as_recorded(run_kx, folder, name):
    spec, outputs = folder / "own" / f"{name}.yaml", folder / "outputs" / name
    table = spec.parent / yaml.safe_load(spec.read_text())["dataset"]["path"]
    k = ("validation.k=2",) if "  k: " in spec.read_text() else ()
    settings = [word for each in (*SHORT, *k) for word in ("--set", each)]

    code, _, err = run_kx("train", spec, "-q", *settings, "--outputs", outputs)

    assert code == 0, err
    assert "min_delta" not in err
    (run,) = (path.parent for path in outputs.glob("*/record.json"))
    code, out, err = run_kx("predict", run.name, table, "--json", "--outputs", outputs)
    assert code == 0, err
    info = make_plan(spec).info
    by_place = {each["input"].rpartition(":")[2]: each for each in json.loads(out)["predictions"]}
    said = [answers(by_place[place.removeprefix("line ")], info) for place in places_of(run, table)]
    kept = np.load(run / "predictions.npz")["predictions"]
    exact = 0 if info.input_shape and not info.texts else 1e-6  # bags of words: to 1e-6
    np.testing.assert_allclose(np.array(said, "float32"), kept, rtol=exact, atol=exact)
    for language in ("en", "zh"):
        asked = ("last", "--lang", language, "--outputs", outputs)
        for command in ("report", "show", "diagnose"):
            assert run_kx(command, *asked)[0] == 0
    assert run_kx("suggest", "last", "-o", folder / "next.yaml", "--outputs", outputs)[0] in (0, 2)


def places_of(run, table):
    """Return the places of test rows as `kx predict` names them."""
    places = json.loads((run / "rows.json").read_text())["test"]
    if places[0].startswith("line "):
        return places
    lines = {line.split(",")[0]: at for at, line in enumerate(table.read_text().splitlines(), 1)}
    return [f"{lines[place]} {place}" for place in places]


def test_one_of_them_forecasts_all_steps_of_a_series():
    forms = [form for path in TEMPLATES if (form := make_plan(path).info.series)]

    assert [form.leads for form in forms] == [tuple(range(1, 25))]
    assert [form.season for form in forms] == [7 * 24]
