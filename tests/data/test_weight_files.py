import hashlib
from pathlib import Path

import pytest

from kx.base.errors import DataError, MissingDataError
from kx.data.files.download import HDF5, Downloader
from kx.data.files.sources import SourceFiles
from kx.data.files.weight_files import SourceWeights
from tests.data.loopback import body, first_half, whole

CONTENT = HDF5 + bytes(range(256)) * 400
MD5 = hashlib.md5(CONTENT).hexdigest()
NAME = "numbers_no_top.h5"


@pytest.fixture
def weights(source):
    return SourceWeights(source)


@pytest.fixture
def served(server):
    server.content = CONTENT
    return server


def kept(folder):
    return sorted(path.name for path in (folder / "models").iterdir() if path.suffix != ".lock")


@pytest.mark.parametrize("md5", [MD5, ""], ids=["with MD5", "without"])
def test_weights_are_fetched_once_and_go_where_keras_has_its_own(weights, served, tmp_path, md5):
    path = weights.official(NAME, served.url, md5)
    again = SourceWeights(SourceFiles(keras_home=tmp_path, offline=True))

    assert path == tmp_path / "models" / NAME
    assert path.read_bytes() == CONTENT
    assert weights.official(NAME, served.url, md5) == again.official(NAME, served.url, md5) == path
    assert served.ranges == [None]
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert weights.taken() == {"file": NAME, "source": "download", "sha256": digest}
    assert again.taken()["source"] == "KERAS_HOME"
    assert kept(tmp_path) == [NAME]
    size = len(CONTENT)
    assert weights.files.downloader.watcher.told[-1] == (NAME, size, size)


@pytest.mark.parametrize(
    ("content", "md5", "words"),
    [
        (CONTENT[:-1] + b"x", MD5, f"MD5 [0-9a-f]{{32}}, expected {MD5}"),
        (b"<html>Please log in.</html>", "", "starts with '<html>Please log in"),
    ],
    ids=["other content", "html"],
)
def test_what_are_not_the_weights_is_not_kept(weights, served, tmp_path, content, md5, words):
    served.answers = [body(content)]

    with pytest.raises(MissingDataError, match=words):
        weights.official(NAME, served.url, md5)

    assert kept(tmp_path) == []


def test_a_cut_download_of_unknown_size_is_gone_on_with(source, served):
    served.answers = [first_half, whole]
    source.downloader = Downloader(timeout=1.0, tries=2, pause=0.0)

    path = SourceWeights(source).official(NAME, served.url, "")

    assert path.read_bytes() == CONTENT
    assert served.ranges == [None, f"bytes={len(CONTENT) // 2}-"]


def test_weights_that_are_nowhere_are_named_with_all_that_helps(tmp_path):
    away = SourceWeights(SourceFiles(data_dir=tmp_path, keras_home=tmp_path / "k", offline=True))

    with pytest.raises(MissingDataError) as caught:
        away.official(NAME, "https://example.invalid/w.h5", MD5)

    text = str(caught.value)
    for words in (NAME, "KX_DATA_DIR", "KERAS_HOME/models", "KX_OFFLINE", MD5, "w.h5", "`none`"):
        assert words in text
    assert not (tmp_path / "k").exists()


def test_weights_of_the_user_are_verified_and_left_alone(tmp_path):
    (tmp_path / NAME).write_bytes(b"something else")
    weights = SourceWeights(SourceFiles(data_dir=tmp_path))

    with pytest.raises(DataError, match="is not the official file"):
        weights.official(NAME, "https://example.invalid/w.h5", MD5)

    assert (tmp_path / NAME).read_bytes() == b"something else"


def test_a_file_of_the_spec_begins_at_its_folder(tmp_path):
    (tmp_path / "mine.h5").write_bytes(b"mine")
    weights = SourceWeights(SourceFiles(), tmp_path)

    assert weights.own("mine.h5") == tmp_path / "mine.h5"
    assert weights.taken() == {
        "file": "mine.h5", "source": "path", "sha256": hashlib.sha256(b"mine").hexdigest()
    }  # fmt: skip
    with pytest.raises(MissingDataError, match=r"gone\.h5: there is no such file"):
        weights.own("gone.h5")
    assert weights.own(str(tmp_path / "mine.h5")) == Path(tmp_path / "mine.h5")
