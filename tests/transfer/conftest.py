import pytest

from tests.transfer.transfers import alone, photographed, trained


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with pictures, and nothing else of the user's."""
    alone(monkeypatch, tmp_path)
    return photographed(tmp_path)


@pytest.fixture
def train(kx, home):
    """Train a spec in the folder of the pictures; return run folder, record, stdout, stderr."""
    return lambda text, *args, expected=0: trained(kx, home, text, *args, expected=expected)
