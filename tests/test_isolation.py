"""Tests are alone: no data, settings or network of the machine that runs them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kx.data.files.download import Downloader
from tests.data.loopback import data_file
from tests.machine import DATA, PATIENCE

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "2001:db8::1"])
def test_a_test_that_reaches_for_another_machine_fails(host):
    with pytest.raises(pytest.fail.Exception, match="tests need no network"):
        socket.create_connection((host, 9), timeout=0.01)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_a_download_that_leaves_this_machine_fails_though_kx_catches_errors(tmp_path):
    file = data_file("x.npz", b"", url="https://example.org")

    with pytest.raises(pytest.fail.Exception):
        Downloader(tries=1, pause=0.0).fetch(file, tmp_path / "x.npz")


def test_without_the_mark_no_test_sees_the_real_files():
    assert "KX_DATA_DIR" not in os.environ
    assert not list(Path(os.environ["KERAS_HOME"]).glob("datasets/*"))


@pytest.mark.real_data
def test_with_the_mark_it_does():
    assert Path(os.environ["KX_DATA_DIR"]) == DATA


MARKED = """\
import pytest

@pytest.mark.real_data
def test_that_needs_files(real_data_dir):
    raise AssertionError("it ran")

def test_whose_mark_was_forgotten(real_data_dir):
    pass
"""


@pytest.mark.parametrize("variables", [{}, {"KX_DATA_DIR": "nowhere"}])
def test_where_there_are_no_files_marked_tests_are_skipped(tmp_path, variables):
    (tmp_path / "test_marked.py").write_text(MARKED)
    args = [
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *args, f"--rootdir={tmp_path}", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert "1 skipped, 1 error" in done.stdout
    assert "real_data_dir is for tests that are marked real_data" in done.stdout
