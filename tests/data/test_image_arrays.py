"""Pictures of one's own in an .npz file with the arrays of mnist.npz."""

import numpy as np
import pytest

from kx.base.errors import DataError, MissingDataError
from kx.data.files.sources import SourceFiles
from tests.parts import image_arrays, info_of


def arrays(train=6, test=4, sides=(5, 7), classes=3):
    """Pictures whose every pixel is the number of their row."""

    def pictures(count):
        numbers = np.arange(count, dtype=np.uint8).reshape(-1, *[1] * len(sides))
        return np.broadcast_to(numbers, (count, *sides)).copy()

    return {
        "x_train": pictures(train),
        "y_train": np.arange(train) % classes,
        "x_test": pictures(test),
        "y_test": np.arange(test) % classes,
    }


@pytest.fixture
def saved(tmp_path):
    def save(**changes):
        np.savez_compressed(tmp_path / "mine.npz", **arrays() | changes)
        return tmp_path / "mine.npz"

    return save


@pytest.mark.parametrize("sides", [(5, 7), (5, 7, 1), (5, 7, 3)])
@pytest.mark.parametrize(("classes", "task"), [(2, "binary"), (3, "multiclass")])
def test_pictures_and_labels_are_read_as_described(saved, sides, classes, task):
    path = saved(**arrays(sides=sides, classes=classes))
    files = SourceFiles()

    bundle = image_arrays(files, path=str(path))

    assert bundle.info == info_of("image_arrays", path=str(path))
    assert (bundle.info.task, bundle.info.classes) == (task, ("0", "1", "2")[:classes])
    assert bundle.train.x.shape == (6, 5, 7, sides[2] if len(sides) > 2 else 1)
    assert bundle.train.x[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert bundle.test.y.tolist() == [0, 1, 0, 1] if classes == 2 else [0, 1, 2, 0]
    assert files.provenance().source == "path"
    assert list(files.provenance().files) == ["mine.npz"]


def test_labels_may_stand_in_a_column(saved):
    path = saved(y_train=np.arange(6).reshape(6, 1) % 3)

    assert image_arrays(SourceFiles(), path=str(path)).train.y.tolist() == [0, 1, 2, 0, 1, 2]


WRONG = {
    "flat": (
        {"x_train": np.zeros((6, 35), "uint8")},
        "x_train has the shape (6, 35), but pictures",
    ),
    "channels first": ({"x_test": np.zeros((4, 3, 5, 7), "uint8")}, "(n, height, width, 1 or 3)"),
    "floats": (
        {"x_train": np.zeros((6, 5, 7))},
        "x_train is float64, but pictures are uint8 from 0 to 255; numbers from 0 to 1 become",
    ),
    "float labels": ({"y_test": np.zeros(4)}, "y_test is float64, but labels are whole numbers"),
    "one-hot": ({"y_train": np.eye(3, dtype=int)[[0, 1, 2] * 2]}, "numbers by argmax(axis=1)"),
    "too few labels": ({"y_train": np.arange(5)}, "y_train has the shape (5,) beside 6 pictures"),
    "negative": ({"y_test": np.array([0, 1, -1, 0])}, "y_test has the label -1; classes are"),
    "huge": ({"y_train": np.array([0, 1, 0, 1, 0, 99_999])}, "y_train has the label 99999"),
    "other pictures": ({"x_test": np.zeros((4, 6, 7), "uint8")}, "and x_test (4, 6, 7)"),
    "one class": ({"y_train": np.zeros(6, int)}, "y_train has only one class, 0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_told_before_and_while_it_is_read(saved, case):
    changes, words = WRONG[case]
    path = saved(**changes)

    def told(path):
        return info_of("image_arrays", path=path)

    for look in (told, lambda path: image_arrays(SourceFiles(), path=path)):
        with pytest.raises(DataError) as raised:
            look(path=str(path))
        assert words in str(raised.value)


def test_all_that_is_wrong_is_told_at_once(saved):
    with pytest.raises(DataError) as raised:
        info_of("image_arrays", path=str(saved(x_train=np.zeros((6, 5, 7)), y_test=np.zeros(4))))

    assert str(raised.value).count("mine.npz: ") == 2


def test_missing_arrays_are_named_beside_those_that_are_there(tmp_path):
    np.savez(tmp_path / "mine.npz", images=np.zeros(3), y_train=np.zeros(3))

    with pytest.raises(DataError, match="has no x_train, x_test, y_test; it has images, y_train"):
        info_of("image_arrays", path=str(tmp_path / "mine.npz"))


def test_what_is_no_file_of_arrays_is_told(tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"no arrays")

    with pytest.raises(DataError, match=r"mine\.npz is no \.npz file of arrays"):
        info_of("image_arrays", path=str(tmp_path / "mine.npz"))
    with pytest.raises(MissingDataError, match="does not exist"):
        info_of("image_arrays", path=str(tmp_path / "other.npz"))


@pytest.mark.parametrize("name", ["mnist", "image_folder"])
def test_datasets_that_do_not_read_such_a_file_say_which_one_does(kx, spec_file, saved, name):
    spec = f"""
name: mine
dataset: {{name: {name}, path: {saved()}}}
architecture: {{name: cnn, filters: [2], units: []}}
"""
    code, _, err = kx("check", spec_file(spec))

    assert code == (3 if name == "image_folder" else 2)
    assert "image_arrays" in err
