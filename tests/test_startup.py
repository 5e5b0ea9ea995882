"""Commands that train nothing load nothing heavy: that is what makes them quick."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kx import registry
from kx.cli.commands import WHERE

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"tensorflow", "keras", "numpy", "scipy", "sklearn", "matplotlib", "PIL"}


@pytest.fixture
def modules_after(tmp_path):
    """Run a command in a new process, since here other tests have long imported numpy.

    Returns what it exits with, and the names of the modules that it has imported.
    """
    (tmp_path / "outputs").mkdir()

    def run(args):
        script = f"""
import json, sys
from kx.cli.main import main
try:
    code = main({args!r})
except SystemExit as end:
    code = end.code
print()
print(json.dumps([code or 0, list(sys.modules)]))
"""
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        code, modules = json.loads(done.stdout.splitlines()[-1])
        return code, set(modules)

    return run


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "check configs/imdb.yaml",
        "runs",
        "list",
        "schema",
        "data ls",
        "explain --help",
    ],
)
def test_command_imports_nothing_heavy(modules_after, command):
    args = [str(ROOT / word) if word.startswith("configs/") else word for word in command.split()]
    code, modules = modules_after(args)

    assert (code, modules & HEAVY) == (0, set())


def test_help_does_not_import_what_checks_specs(modules_after):
    code, modules = modules_after(["--help"])

    assert (code, modules & {"pydantic", "yaml", "kx.planning"}) == (0, set())


def test_of_commands_and_components_only_those_that_are_named_are_imported(modules_after):
    tables = (registry.dataset, registry.model, registry.evaluator)
    shipped = {f"{table.package}.{name}" for table in tables for name in table.shipped}

    code, modules = modules_after(["check", str(ROOT / "configs/imdb.yaml")])

    named = {"kx.data.imdb", "kx.models.mlp", "kx.evaluators.holdout"}
    assert (code, modules & shipped) == (0, named)
    assert modules & {f"kx.cli.{where.split('.')[0]}" for where in WHERE.values()} == {
        "kx.cli.check"
    }
