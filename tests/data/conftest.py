import threading

import numpy as np
import pytest

from kx.contracts import Watcher
from kx.data.files.download import Downloader
from kx.data.files.sources import SourceFiles
from tests.data.loopback import Server, data_file, npz_bytes


@pytest.fixture
def no_environment(monkeypatch, tmp_path):
    """No setting of the person who runs the tests, and nothing in Keras's folder."""
    for name in ("KX_CACHE_DIR", "KX_DATA_DIR", "KX_OFFLINE", "KX_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server(npz_bytes(x=np.random.default_rng(0).normal(size=20_000)))
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture
def file(server):
    return data_file("numbers.npz", server.content, url=server.url)


class Progress(Watcher):
    def __init__(self):
        self.told = []

    def download(self, name, done, total):
        self.told.append((name, done, total))


@pytest.fixture
def source(tmp_path):
    """Nothing is here yet, and the downloader does not dawdle."""
    return SourceFiles(
        keras_home=tmp_path, downloader=Downloader(Progress(), timeout=5.0, tries=3, pause=0.0)
    )
