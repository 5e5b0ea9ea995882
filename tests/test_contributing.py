"""What ARCHITECTURE.md and CONTRIBUTING.md say, held against what is there."""

import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT
from tests.machine import PATIENCE

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"^`(kx/\S+\.py)`:\n\n```python\n(.*?)```", CONTRIBUTING, re.M | re.S))
PACKAGES = {path.name for path in (ROOT / "kx").iterdir() if (path / "__init__.py").is_file()}

SPEC = """name: added
dataset: {name: waves, rows: 40}
architecture: {name: narrow, units: 4}
validation: {strategy: odd_even, refit: none}
training: {epochs: 1}
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of kx with the files that CONTRIBUTING.md adds, and a spec that names them."""
    root = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "kx", root / "kx", ignore=shutil.ignore_patterns("__pycache__"))
    for path, code in EXAMPLES.items():
        assert not (root / path).exists()
        (root / path).write_text(code)
    (root / "added.yaml").write_text(SPEC)

    def run(*args):
        done = subprocess.run(
            [sys.executable, "-m", "kx", *args],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


def test_a_component_is_one_file_that_touches_no_other(extended):
    assert len(EXAMPLES) == 3

    listed = " ".join(extended("list").split())

    for name, first in (
        ("waves", "Tell points below a sine from those above it."),
        ("narrow", "Halve the width of the hidden layers until one unit is left."),
        ("odd_even", "Validate on every second row."),
    ):
        assert f"{name} {first}" in listed
    assert "rows: integer, default 400" in listed
    assert "added.yaml: ok" in extended("check", "added.yaml")


@pytest.mark.slow
def test_the_added_components_train_together(extended):
    assert "added on waves: completed" in extended("train", "added.yaml", "-q")


def test_the_commands_are_those_of_the_makefile():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)

    assert set(re.findall(r"^make ([a-z-]+)", CONTRIBUTING, re.M)) <= set(targets)


def test_every_package_has_its_floor_and_an_entrance():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = layers["contracts"][0]["layers"]
    named = {name.strip() for floor in floors for name in re.split("[|:]", floor)} - {"runner"}

    assert named == PACKAGES
    for package in PACKAGES:
        assert f"`{package}`" in ARCHITECTURE
        assert (ROOT / "kx" / package / "__init__.py").read_text().startswith('"""')


def test_files_that_the_architecture_names_exist():
    paths = re.findall(r"`((?:kx|tests|[a-z_]+)/[\w/]+\.py)`", ARCHITECTURE)
    assert paths

    missing = [path for path in paths if not any((ROOT / up / path).is_file() for up in ("", "kx"))]

    assert missing == []
