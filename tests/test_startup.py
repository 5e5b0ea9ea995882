"""Commands that train nothing load nothing heavy: that is what makes them quick."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from kx.cli.app import app
from kx.cli.commands import WHERE
from kx.cli.garbage import OFTEN, SELDOM, collect_as_usual, collect_seldom
from kx.components import registry
from kx.components.plugins import ENTRY_POINTS
from tests.machine import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"tensorflow", "keras", "numpy", "scipy", "sklearn", "matplotlib", "PIL", "pyarrow"}


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


VALIDATORS = "pydantic.plugin._loader"
"""Pydantic imports it when it builds the first validator."""

UNNEEDED = {
    "--help": {"pydantic", "yaml", "kx.planning", "kx.spec.schema"},
    "runs": {"pydantic", "kx.planning", "kx.spec.schema"},
    "list": {
        *(VALIDATORS, "importlib.metadata", "yaml", "tomllib", "rich"),
        *("kx.planning", "kx.spec.schema.training", "kx.wording.catalogue"),
        *("kx.data.files.weight_files", "kx.data.files.vector_files"),
    },
    "check configs/imdb.yaml": {"typer._adapters", "rich", "tomllib", "kx.authoring"},
}
"""Command -> what takes long to import, and is needed for nothing that it does."""


@pytest.mark.parametrize("command", UNNEEDED)
def test_command_imports_nothing_that_it_does_not_need(modules_after, command):
    args = [str(ROOT / word) if word.startswith("configs/") else word for word in command.split()]
    code, modules = modules_after(args)

    assert (code, modules & UNNEEDED[command]) == (0, set())


@pytest.fixture
def installed(tmp_path):
    """Install a package: return its folder, given the group that its module ``guest`` is for."""

    def install(group):
        folder = tmp_path / "packages"
        metadata = folder / "guest-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\nguest = guest\n")
        (folder / "guest.py").write_text(GUEST)
        return folder

    return install


GUEST = '''
import kx

@kx.dataset("guest")
def guest():
    """Load what nobody has."""
'''


def test_installed_plugins_are_listed(installed, kx_process):
    folder = installed(ENTRY_POINTS)

    out, err = kx_process("list", "datasets", PYTHONPATH=f"{ROOT}:{folder}").communicate()

    assert "guest  Load what nobody has." in out, err


def test_checking_a_spec_imports_no_plugins_of_pydantic(installed, modules_after):
    folder = installed("pydantic")

    code, modules = modules_after(
        ["check", str(ROOT / "configs/imdb.yaml")], PYTHONPATH=f"{ROOT}:{folder}"
    )

    assert (code, modules & {"guest"}) == (0, set())


@pytest.mark.parametrize("setting", [None, "1"])
def test_checking_a_spec_leaves_the_settings_of_pydantic_as_they_are(kx, monkeypatch, setting):
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    if setting:
        monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", setting)

    code, _, err = kx("check", ROOT / "configs/imdb.yaml")

    assert (code, os.environ.get("PYDANTIC_DISABLE_PLUGINS")) == (0, setting), err


COLLECTIONS = """
import atexit, gc, sys
from kx.cli.main import main
found = []
gc.callbacks.append(lambda phase, _: phase == "start" and found.append(phase))
atexit.register(lambda: print(len(found), gc.get_freeze_count() > 0))
found.clear()
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("command", "expected"), [("list", "0 True"), ("runs", "0 True"), ("doctor --help", "False")]
)
def test_only_commands_of_a_moment_do_not_look_for_garbage(tmp_path, command, expected):
    done = subprocess.run(
        [sys.executable, "-c", COLLECTIONS, *command.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.stdout.splitlines()[-1].endswith(expected), done.stderr


def test_commands_that_take_long_look_for_garbage_as_usual():
    commands = typer.main.get_command(app).commands
    collect_seldom()
    try:
        assert (commands["check"].name, gc.get_threshold()[0]) == ("check", SELDOM)
        assert (commands["train"].name, gc.get_threshold()) == ("train", OFTEN)
    finally:
        collect_as_usual()


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
