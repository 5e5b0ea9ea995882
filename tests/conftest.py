"""What all tests share: a machine without data, settings or network, and ways to run commands."""

from __future__ import annotations

import atexit
import io
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import hypothesis
import pytest

from tests.machine import DATA

ROOT = Path(__file__).parent.parent

SETTINGS = (
    "KX_CACHE_DIR", "KX_OFFLINE", "KX_TIMEOUT", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR",
    "PY_COLORS", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "TTY_COMPATIBLE",
    "TTY_INTERACTIVE", "XDG_CACHE_HOME", "MPLCONFIGDIR",
)  # fmt: skip
"""Of whoever runs the tests; each would change what kx reads or prints."""

hypothesis.settings.register_profile("kx", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("kx")


def pytest_configure():
    """Take away settings, and the folder in which Keras keeps data: workers inherit both."""
    for name in SETTINGS:
        os.environ.pop(name, None)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        home = os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="kx-tests-keras-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    elif os.environ.get("KX_TEST_ONE_CORE"):
        cores = sorted(os.sched_getaffinity(0))
        worker = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
        os.sched_setaffinity(0, {cores[worker % len(cores)]})
    sys.addaudithook(_refuse_network)


ADDRESSED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}
"""Events of Python's that reach for another machine -> which of their arguments names it."""


def _refuse_network(event: str, args: tuple[object, ...]) -> None:
    """Let a connection to another machine fail, and with it the test that tried."""
    if event in ADDRESSED and not _is_here(args[ADDRESSED[event]]):
        pytest.fail(f"a test tried to reach {args[ADDRESSED[event]]!r}: tests need no network")


def _is_here(address: object) -> bool:
    """Whether ``address`` is this machine: (host, port), a host, or a socket in the file system."""
    host = address[0] if isinstance(address, tuple) else address
    if host in (None, "", b"", "localhost", b"localhost") or "/" in str(host):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let only tests that are marked so see the real files, and skip these where there are none.

    Without its mark, a test that needs them fails everywhere.
    """
    os.environ.pop("KX_DATA_DIR", None)
    if item.get_closest_marker("real_data"):
        if DATA is None or not DATA.is_dir():
            pytest.skip("KX_DATA_DIR names no folder with the real files")
        os.environ["KX_DATA_DIR"] = str(DATA)


def _main(args: list[str]) -> None:
    """Run a command, and look for garbage as usual again: the process does not end with it."""
    from kx.cli.garbage import collect_as_usual
    from kx.cli.main import main

    try:
        main(args)
    finally:
        collect_as_usual()


@pytest.fixture
def kx(capsys):
    """Run a command in this process; return exit code, stdout and stderr."""

    def run(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leaving:
            _main([str(arg) for arg in args])
        captured = capsys.readouterr()
        code = leaving.value.code
        return (0 if code is None else int(code)), captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def run_kx():
    """The same, for what several tests share."""

    def run(*args: object) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as leaving:
            _main([str(arg) for arg in args])
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
    from kx.components import own_objectives, registry

    own = (own_objectives.loss, own_objectives.metric, own_objectives.optimizer)
    tables = (registry.dataset, registry.model, registry.evaluator, registry.callback)
    before = [set(table.names()) for table in tables]
    objectives = [set(table.names()) for table in own]
    yield
    for table, names in zip(tables, before, strict=True):
        for name in set(table.names()) - names:
            del table._entries[name]
    for objects, names in zip(own, objectives, strict=True):
        for name in set(objects.names()) - names:
            objects.forget(name)


@pytest.fixture
def real_data_dir(request):
    """The folder with the real files, for tests that are marked ``real_data``."""
    if not request.node.get_closest_marker("real_data"):
        pytest.fail("real_data_dir is for tests that are marked real_data")
    return DATA
