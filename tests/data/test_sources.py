from pathlib import Path

import numpy as np
import pytest

from kx.base.errors import DataError, MissingDataError, UsageError
from kx.data.files.official import content_digest
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from tests.data.loopback import data_file, npz_bytes

CONTENT = npz_bytes(x=np.arange(5))
FILE = data_file("numbers.npz", CONTENT)


def put(folder, content=CONTENT, name="numbers.npz"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def source(tmp_path, **options):
    (tmp_path / "mine").mkdir(exist_ok=True)
    return SourceFiles(
        data_dir=tmp_path / "mine", keras_home=tmp_path / "keras", offline=True, **options
    )


def test_the_users_folder_comes_before_keras(tmp_path):
    files = source(tmp_path)
    put(tmp_path / "keras" / "datasets")
    assert files.ensure(FILE).source == "KERAS_HOME"

    put(tmp_path / "mine")

    assert files.ensure(FILE).source == "KX_DATA_DIR"
    assert [place.source for place in files.places(FILE)] == ["KX_DATA_DIR", "KERAS_HOME"]


def test_a_file_in_a_folder_of_its_own_is_found(tmp_path):
    put(tmp_path / "keras" / "datasets", name="fashion/numbers.npz")

    arrays = source(tmp_path).arrays(data_file("fashion/numbers.npz", CONTENT))

    assert arrays["x"].tolist() == [0, 1, 2, 3, 4]


def test_a_missing_file_tells_all_that_is_needed_to_get_it(tmp_path):
    with pytest.raises(MissingDataError) as caught:
        source(tmp_path).arrays(FILE)

    told = str(caught.value)
    for words in (
        "numbers.npz",
        FILE.url,
        FILE.sha256,
        f"KX_DATA_DIR ({tmp_path / 'mine'})",
        f"KERAS_HOME/datasets ({tmp_path / 'keras' / 'datasets'})",
        "KX_OFFLINE forbids",
        "--sample",
    ):
        assert words in told


@pytest.mark.parametrize("folder", ["mine", "keras/datasets"])
def test_a_damaged_file_is_an_error_and_remains_as_it_was(tmp_path, folder):
    path = put(tmp_path / folder, b"<html>Please log in.</html>")

    with pytest.raises(DataError) as caught:
        source(tmp_path).arrays(FILE)

    assert not isinstance(caught.value, MissingDataError)
    assert f"{path} is not the expected file (27 bytes, starts with '<html>" in str(caught.value)
    assert FILE.sha256 in str(caught.value)
    assert path.read_bytes() == b"<html>Please log in.</html>"


def test_a_damaged_file_of_the_user_is_not_passed_over(tmp_path):
    put(tmp_path / "keras" / "datasets")
    put(tmp_path / "mine", CONTENT[:-1])

    with pytest.raises(DataError, match=r"mine/numbers\.npz is not the expected file \(295 bytes"):
        source(tmp_path).arrays(FILE)


def test_other_containers_of_the_same_arrays_are_accepted_only_where_that_is_known(tmp_path):
    other = npz_bytes(x=np.arange(5), y=np.zeros(1))
    known = data_file("numbers.npz", other, digest=content_digest({"x": np.arange(5)}))
    put(tmp_path / "mine")
    files = source(tmp_path)

    assert files.arrays(known)["x"].tolist() == [0, 1, 2, 3, 4]
    assert files.provenance().files["numbers.npz"] == FILE.sha256
    with pytest.raises(DataError):
        files.arrays(data_file("numbers.npz", other))
    with pytest.raises(DataError):
        files.arrays(data_file("numbers.npz", other, digest=content_digest({"x": np.arange(6)})))


def test_a_repacked_file_that_cannot_be_read_is_told_as_unexpected(tmp_path):
    put(tmp_path / "mine", b"PK nonsense")

    with pytest.raises(DataError, match="is not the expected file"):
        source(tmp_path).arrays(data_file("numbers.npz", CONTENT, digest="0" * 64))


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    (tmp_path / "mine" / "numbers.npz").mkdir(parents=True)

    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        source(tmp_path).arrays(FILE)


def lists(*items):
    return np.fromiter(items, dtype=object, count=len(items))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": np.array([1, 2])}, {"a": np.array([1, 2], dtype=">i8")}, True),
        ({"a": np.eye(2)}, {"a": np.asfortranarray(np.eye(2))}, True),
        ({"a": np.ones(1), "b": np.ones(2)}, {"b": np.ones(2), "a": np.ones(1)}, True),
        ({"a": np.zeros(2)}, {"a": np.zeros(2, dtype=np.int64)}, False),
        ({"a": np.array([1, 2])}, {"a": np.array([[1, 2]])}, False),
        ({"a": np.array([1, 2])}, {"a": np.array([2, 1])}, False),
        ({"a": np.array([1, 2])}, {"b": np.array([1, 2])}, False),
        ({"a": lists([1, 2], [3])}, {"a": lists([1, 2], [3])}, True),
        ({"a": lists([1, 2], [3])}, {"a": lists([1], [2, 3])}, False),
    ],
    ids=["bytes", "layout", "order", "type", "shape", "values", "name", "lists", "bounds"],
)
def test_content_digest_sees_values_not_containers(one, other, equal):
    assert (content_digest(one) == content_digest(other)) is equal


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("KX_DATA_DIR", str(tmp_path / "a"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "b"))
    monkeypatch.setenv("KX_OFFLINE", "1")
    monkeypatch.setenv("KX_TIMEOUT", "2.5")

    files = SourceFiles.from_environment()

    assert (files.data_dir, files.keras_home) == (tmp_path / "a", tmp_path / "b")
    assert (files.offline, files.downloader.timeout) == (True, 2.5)


@pytest.mark.parametrize("value", ["", "0", "false", "No"])
def test_an_empty_or_negative_wish_to_be_offline_is_none(monkeypatch, no_environment, value):
    monkeypatch.setenv("KX_OFFLINE", value)

    assert not SourceFiles.from_environment().offline


def test_the_home_folder_is_the_last_resort(monkeypatch, no_environment, tmp_path):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert SourceFiles.from_environment().keras_home == tmp_path / ".keras"


def test_without_any_home_the_message_says_what_to_set(monkeypatch, no_environment):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", nowhere)

    with pytest.raises(MissingDataError, match=r"no home folder .* set KERAS_HOME"):
        SourceFiles.from_environment().ensure(FILE)


@pytest.mark.parametrize("value", ["soon", "0", "-1", "inf", "nan"])
def test_a_senseless_timeout_is_refused(monkeypatch, no_environment, value):
    monkeypatch.setenv("KX_TIMEOUT", value)

    with pytest.raises(UsageError, match="KX_TIMEOUT"):
        SourceFiles.from_environment()


def test_a_data_folder_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"KX_DATA_DIR is .*nowhere, which is not a folder"):
        SourceFiles(data_dir=tmp_path / "nowhere").ensure(FILE)


def test_provenance_without_files_is_the_package_and_samples_say_so():
    assert SourceFiles().provenance().source == "package"
    files = SampleFiles()

    assert files.arrays(FILE)["x"].tolist() == [0, 0, 0]
    assert files.provenance().is_sample
    assert not SampleFiles().provenance().is_sample  # nothing read: the data is real
