"""Processes that may have too little: one line, and an exit code of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kx.base.errors import DataError, OutOfMemoryError, PluginError
from kx.base.limits import check_room, shortage
from tests.machine import PATIENCE

ROOT = Path(__file__).parent.parent

SPEC = "{name: tiny, seed: 1, dataset: wine, architecture: mlp, training: {epochs: 1}}"


@pytest.mark.parametrize(
    ("gigabytes", "cores", "fits"),
    [(None, 1, True), (1.9, 1, False), (2.1, 1, True), (2.8, 2, False), (3.0, 2, True)],
)
def test_too_little_address_space_is_known_beforehand(gigabytes, cores, fits):
    limit = None if gigabytes is None else int(gigabytes * 1e9)
    if fits:
        check_room(limit, cores)
        return
    with pytest.raises(OutOfMemoryError, match=f"may have {gigabytes} GB of addresses"):
        check_room(limit, cores)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="it does not limit addresses")
def test_a_run_with_too_little_address_space_ends_with_one_line(spec_file, tmp_path):
    import resource

    done = subprocess.run(
        [sys.executable, "-m", "kx", "train", spec_file(SPEC), "-q"],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2),
        timeout=PATIENCE,
    )  # fmt: skip

    assert done.returncode == 7, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: out of memory: this process may have 1.5 GB of addresses")
    (record,) = (tmp_path / "outputs").glob("*/record.json")
    assert json.loads(record.read_text())["status"] == "failed"


@pytest.mark.skipif(sys.platform == "darwin", reason="it does not limit addresses")
def test_a_lack_of_memory_under_a_limit_blames_the_limit_first(tmp_path):
    import resource

    script = "from kx.base.limits import shortage; print(shortage(MemoryError()))"
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2),
        timeout=PATIENCE,
    ).stdout  # fmt: skip

    assert said.startswith("out of memory: this process may have 1.5 GB of addresses. Raise the")


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libtensorflow_cc.so.2: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        raised(
            ImportError("numpy._core failed to import"), ImportError("x: failed to map segment")
        ),
        raised(PluginError("mine.py: cannot be imported"), MemoryError()),
    ],
    ids=repr,
)
def test_a_lack_of_memory_is_known_in_all_its_forms(error):
    short = shortage(error)

    assert short is not None
    assert short.exit_code == 7
    assert len(str(short).splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [ImportError("No module named 'x'"), OSError(2, "No such file"), RuntimeError("loop"),
     DataError("x.csv: too large"), raised(DataError("x.csv: too large"), MemoryError())],
    ids=repr,
)  # fmt: skip
def test_what_is_no_lack_of_memory_stays_what_it_is(error):
    assert shortage(error) is None


def test_what_was_told_already_is_not_told_anew():
    error = OutOfMemoryError("out of memory. Use a smaller training.batch_size (now 32).")

    assert shortage(error) is error
