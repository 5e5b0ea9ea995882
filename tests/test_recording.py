"""What a run writes down of its surroundings."""

import subprocess
import sys
from pathlib import Path

import pytest

from kx.spec.whereabouts import way


@pytest.mark.parametrize(
    ("run", "spec", "expected"),
    [
        ("/home/ann/lab/outputs/1", "/home/ann/lab/configs", "../../configs"),
        ("/home/ann/lab/outputs/1", "/home/ann/lab", "../.."),
        ("/home/ann/outputs/1", "/home/ann/lab", "../../lab"),
        ("/srv/runs/1", "/srv/lab", "../../lab"),
        ("/home/bob/runs/1", "/home/ann/lab", ""),  # names ann
        ("/srv/runs/1", "/home/ann/lab", ""),
        ("/tmp/1", "/srv/lab", ""),
    ],
)
def test_the_way_to_the_spec_is_kept_unless_it_names_a_user(monkeypatch, run, spec, expected):
    monkeypatch.setenv("HOME", "/home/ann")

    assert way(Path(run), Path(spec)) == expected


AFTER_A_LARGE_PARENT = """
import os, sys
large = bytearray(400_000_000)
print(len(large), flush=True)
os.execv(sys.executable, [sys.executable, "-c", "import kx.runner as r; print(r._peak_memory())"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell nothing better")
def test_the_peak_of_memory_is_that_of_this_program_alone():
    done = subprocess.run(
        [sys.executable, "-c", AFTER_A_LARGE_PARENT], capture_output=True, text=True
    )

    _, peak = done.stdout.split()
    assert 5 < float(peak) < 300, done.stderr
