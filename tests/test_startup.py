"""Commands that train nothing load nothing heavy: that is what makes them quick."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("tensorflow", "keras", "numpy", "scipy", "sklearn", "matplotlib", "PIL")


@pytest.fixture
def modules_after(tmp_path):
    """Run a command in a new process: here, other tests have long imported numpy."""
    (tmp_path / "outputs").mkdir()

    def run(args):
        script = f"""
import json, sys
from kx.cli.main import main
try:
    code = main({args!r})
except SystemExit as end:
    code = end.code
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print()
print(json.dumps([code or 0, loaded]))
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
        return json.loads(done.stdout.splitlines()[-1])

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

    assert modules_after(args) == [0, []]
