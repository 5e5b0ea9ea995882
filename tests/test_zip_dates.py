"""Archives that are written while the clock is wrong."""

import io
import os
import subprocess
import sys
import time
import zipfile

import pytest

from kx.running.zip_dates import possible_dates


def archive():
    """Write an archive as Keras does; return the years of its files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("weights.h5", b"1")
        with file.open("config.json", "w") as part:
            part.write(b"{}")
    with zipfile.ZipFile(buffer) as file:
        return {info.filename: info.date_time[0] for info in file.infolist()}


@pytest.mark.parametrize(("year", "dated"), [(1970, 1980), (2200, 2107), (2026, 2026)])
def test_a_model_can_be_archived_whatever_the_clock_says(monkeypatch, year, dated):
    seconds = (year - 1970) * 365.2425 * 86400 + 10 * 86400
    monkeypatch.setattr(time, "time", lambda: seconds)

    with possible_dates():
        found = archive()

    assert found["weights.h5"] == dated
    assert zipfile.time is time


def test_the_date_of_a_file_that_is_added_fits_as_well(monkeypatch, tmp_path):
    monkeypatch.setattr(time, "time", lambda: 100.0)
    (tmp_path / "weights.h5").write_bytes(b"1")
    os.utime(tmp_path / "weights.h5", (100, 100))

    with possible_dates(), zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.write(tmp_path / "weights.h5")
        assert file.infolist()[0].date_time[0] == 1980


IN_1970 = """
import sys, time
time.time = lambda: 1000.0 + time.monotonic()
from kx.cli.main import main
main(sys.argv[1:])
"""


@pytest.mark.slow
def test_a_run_whose_clock_stands_at_1970_keeps_its_model(spec_file, tmp_path):
    spec = spec_file(
        "{name: old, seed: 1, dataset: wine, architecture: mlp, training: {epochs: 1}}"
    )
    command = [sys.executable, "-c", IN_1970, "train", str(spec), "--outputs", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("out/*/model.keras"))) == 1
