"""Commands that train nothing load nothing heavy: that is what makes them quick."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kx.cli.commands import WHERE
from kx.components import registry
from tests.machine import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"tensorflow", "keras", "numpy", "scipy", "sklearn", "matplotlib", "PIL"}


@pytest.fixture
def modules_after(tmp_path):
    """Run a command in a new process, since here other tests have long imported numpy.

    Returns what it exits with, and the names of the modules that it has imported.
    """
    (tmp_path / "outputs").mkdir()

    def run(args, **variables):
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
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
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
    shipped = {
        f"{table.package}.{name}" for table in tables for name in registry.shipped(table.package)
    }

    code, modules = modules_after(["check", str(ROOT / "configs/imdb.yaml")])

    named = {"kx.datasets.imdb", "kx.architectures.mlp", "kx.strategies.holdout"}
    assert (code, modules & shipped) == (0, named)
    assert modules & {f"kx.cli.{where.split('.')[0]}" for where in WHERE.values()} == {
        "kx.cli.check"
    }


@pytest.fixture
def without_data(tmp_path):
    """Return variables that lead to no data, and forbid to fetch any."""
    (tmp_path / "empty").mkdir()
    empty = str(tmp_path / "empty")
    return {"KX_DATA_DIR": empty, "KERAS_HOME": empty, "KX_OFFLINE": "1"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, 3), ({"KERAS_BACKEND": "jax"}, 2), ({"KERAS_MAX_EPOCHS": "1"}, 2)],
)
def test_that_a_run_cannot_begin_is_told_before_tensorflow_is_imported(
    modules_after, without_data, variables, expected
):
    args = ["train", str(ROOT / "configs/imdb.yaml"), "--set", "dataset.fallback=null"]

    code, modules = modules_after(args, **without_data, **variables)

    assert (code, modules & {"tensorflow", "keras"}) == (expected, set())


@pytest.mark.slow
def test_a_plugin_finds_tensorflow_started_when_it_is_to_read_its_data(tmp_path, kx_process):
    (tmp_path / "probe.py").write_text(PROBE)
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "name: probe\nplugins: [probe.py]\ndataset: probe\narchitecture: mlp\n"
        "training: {epochs: 1, batch_size: 8}\n"
    )

    _, err = kx_process("train", spec).communicate(timeout=PATIENCE)

    assert "started: True" in err


PROBE = """
import sys
import kx

@kx.dataset("probe")
def probe():
    '''Tell whether TensorFlow was started.'''
    raise RuntimeError(f"started: {'tensorflow' in sys.modules}")
"""
