"""Every example in every help text, carried out as it stands.

In a folder that holds the shipped specs; where a run is needed, also three small runs, of which
`digits` is the last, with a picture of a seven and a table of wines.
"""

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer

from kx.cli.app import app

CONFIGS = Path(__file__).parents[1] / "configs"
QUICK = ("check", "list", "new", "schema", "doctor", "data ls", "data info", "data verify")
"""Commands that need neither a run nor TensorFlow."""

TRAINING = ("train", "kfold", "workflow")
"""Commands whose example takes minutes: here on a few rows, for two epochs."""

OFFLINE = ("data fetch",)
"""Commands that find no data here, and say so."""


def leaves(command, path=()):
    """Yield each command with its path below ``kx``."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from leaves(inner, (*path, name))
    if not hasattr(command, "commands"):
        yield path, command


def examples_of(text):
    """Return the command lines behind ``Example:`` in a help text."""
    found = re.search(r"Examples?: (.*?)(?:\n\s*\n|\Z)", text, re.DOTALL)
    return [line.strip() for line in " ".join(found[1].split()).split(";")] if found else []


COMMANDS = dict(leaves(typer.main.get_command(app)))


def cases():
    for path, command in COMMANDS.items():
        for line in examples_of(command.help):
            marks = () if " ".join(path) in QUICK else (pytest.mark.slow,)
            yield pytest.param(path, line, id=line, marks=marks)


def test_every_command_has_an_example():
    assert [path for path, command in COMMANDS.items() if not examples_of(command.help)] == []


def test_examples_are_found_in_help_texts():
    text = "Do it.\n\nExamples: kx a b;\nkx a 'c d' > e\n\nMore."

    assert examples_of(text) == ["kx a b", "kx a 'c d' > e"]
    assert examples_of("Do it.") == []


@pytest.fixture(scope="module")
def lab(tmp_path_factory, run_kx):
    """A folder with three runs, and what people might ask them about."""
    from PIL import Image
    from sklearn.datasets import load_digits, load_wine

    folder = tmp_path_factory.mktemp("lab")
    for name, spec in (("wine", "wine"), ("digits_smaller", "digits"), ("digits", "digits")):
        settings = [f"name={name}", "training.epochs=2", "expect={}"]
        settings += ["architecture.filters=[4]"] if spec == "digits" else []
        given = [word for setting in settings for word in ("--set", setting)]
        code, _, err = run_kx(
            "train", CONFIGS / f"{spec}.yaml", *given, "--outputs", folder / "outputs", "-q"
        )
        assert code == 0, err
    assert run_kx("tag", "last", "paper", "--outputs", folder / "outputs")[0] == 0
    seven = load_digits().images[7]
    Image.fromarray((seven * 15).astype("uint8")).save(folder / "seven.png")
    wines = load_wine()
    with (folder / "wines.csv").open("w", newline="") as file:
        csv.writer(file).writerows([wines.feature_names, *wines.data[:2].tolist()])
    return folder


@pytest.fixture
def place(tmp_path, monkeypatch, request):
    """The folder in which an example is carried out."""
    if "slow" in {mark.name for mark in request.node.iter_markers()}:
        shutil.copytree(request.getfixturevalue("lab"), tmp_path, dirs_exist_ok=True)
    shutil.copytree(CONFIGS, tmp_path / "configs")
    rows = [f"{'ab'[row % 2]},{row * 37 % 101},{row * 7 % 50}.5" for row in range(30)]
    (tmp_path / "cars.csv").write_text("\n".join(["make,km,price", *rows]) + "\n")
    days = [f"2024-01-{day:02},{day * 37 % 101}" for day in range(1, 31)]
    (tmp_path / "heat.csv").write_text("\n".join(["day,heat", *days]) + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KX_OFFLINE", "1")
    return tmp_path


@pytest.mark.filterwarnings("ignore")  # of what MLflow is built on
@pytest.mark.parametrize(("path", "line"), list(cases()))
def test_an_example_can_be_carried_out_as_it_stands(kx, place, path, line):
    if path == ("export",):
        pytest.importorskip("mlflow", reason='MLflow is not installed: pip install "kx[mlflow]"')
    name = " ".join(path)
    words = shlex.split(re.sub(r" > \S+$", "", line))
    assert words[0] == "kx"

    code, _, err = kx(*words[1:], *(["--smoke", "-q"] if name in TRAINING else []))

    assert code == (3 if name in OFFLINE else 0), err
    assert "Traceback" not in err
    if name == "new":
        assert kx("check", words[2])[0] == 0
