"""What the tests of commands share."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent

hypothesis.settings.register_profile("kx", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("kx")


@pytest.fixture
def kx(capsys):
    """Run a command in this process; return exit code, stdout and stderr."""
    from kx.cli.main import main

    def run(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leaving:
            main([str(arg) for arg in args])
        captured = capsys.readouterr()
        code = leaving.value.code
        return (0 if code is None else int(code)), captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def run_kx():
    """The same, for what several tests share."""
    from kx.cli.main import main

    def run(*args: object) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as leaving:
            main([str(arg) for arg in args])
        code = leaving.value.code
        return (0 if code is None else int(code)), out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def kx_process(tmp_path):
    """Start a command in a process of its own, away from any data and from the network."""

    def start(*args: object, **variables: str) -> subprocess.Popen[str]:
        kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {"KX_OFFLINE": "1", "KERAS_HOME": str(tmp_path / "keras"), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [sys.executable, "-m", "kx", *map(str, args)],
            env=env | variables,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def spec_file(tmp_path):
    """Write a spec and return its path."""

    def write(text: str, name: str = "spec.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def own_parts():
    """What a test registers is forgotten afterwards; what ships with kx is not."""
    from kx import registry

    tables = (registry.dataset, registry.model, registry.evaluator, registry.callback)
    before = [set(table.names()) for table in tables]
    yield
    for table, names in zip(tables, before, strict=True):
        for name in set(table.names()) - names:
            del table._entries[name]


@pytest.fixture
def real_data_dir():
    folder = os.environ.get("KX_DATA_DIR")
    if not folder:
        pytest.skip("KX_DATA_DIR names no folder with the real files")
    return Path(folder)
