import gzip
import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import DataError
from kx.data.files.archives import read_arrays, read_idx_gz, read_npz
from tests.data.loopback import npz_bytes


def objects(*items):
    return np.fromiter(items, dtype=object, count=len(items))


def save(path, content):
    path.write_bytes(content)
    return path


def npz_of_pickle(payload):
    """An archive with an object array whose pickle is ``payload``."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x.npy", header.getvalue() + payload)
    return archive.getvalue()


@pytest.mark.parametrize("lists", [([1, 2], [3]), ([1, 2], [3, 4]), ([],), ()], ids=str)
def test_numbers_and_lists_are_read(tmp_path, lists):
    path = save(tmp_path / "a.npz", npz_bytes(x=objects(*lists), y=np.eye(2), z=np.uint8(3)))

    arrays = read_npz(path)

    assert arrays["x"].shape == (len(lists),)
    assert arrays["x"].tolist() == list(lists)
    assert arrays["y"].tolist() == [[1, 0], [0, 1]]
    assert (arrays["z"].shape, arrays["z"].dtype) == ((), np.uint8)


def test_a_word_index_is_words_and_their_ranks(tmp_path):
    path = save(tmp_path / "words.json", b'{"caf\\u00e9": 2, "the": 1}')

    arrays = read_arrays(path)

    assert (arrays["words"].tolist(), arrays["ranks"].tolist()) == (["café", "the"], [2, 1])


@pytest.mark.parametrize("content", [b"[1, 2]", b'{"a": "b"}', b'{"a": true}', b'{"a": ', b"\xff"])
def test_what_is_no_word_index_is_refused(tmp_path, content):
    path = save(tmp_path / "words.json", content)

    with pytest.raises(DataError, match=r"words\.json cannot be read"):
        read_arrays(path)


class Gadget:
    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("inside", [True, False], ids=["in an array", "alone"])
def test_a_pickle_that_wants_to_run_code_is_refused_and_does_not(tmp_path, inside):
    touched = tmp_path / "touched"
    gadget = Gadget(open, str(touched), "w")
    payload = pickle.dumps(objects(gadget) if inside else gadget)
    path = save(tmp_path / "a.npz", npz_of_pickle(payload))

    with pytest.raises(DataError, match=r"a\.npz cannot be read: it asks for io\.open"):
        read_npz(path)

    assert not touched.exists()


def test_the_gadget_of_the_test_above_works_where_nobody_stops_it(tmp_path):
    touched = tmp_path / "touched"

    pickle.loads(pickle.dumps(Gadget(open, str(touched), "w"))).close()

    assert touched.exists()


@pytest.mark.parametrize(
    "payload",
    [
        pickle.dumps(objects({"a": 1})),
        pickle.dumps(objects(objects([1]))),
        pickle.dumps([[1]]),
        pickle.dumps(objects([1], [2])),
        b"cnumpy\nndarray\n.",
        b"",
        b"\x80\x04nonsense",
    ],
    ids=["dict", "array", "list", "length", "maker", "nothing", "nonsense"],
)
def test_other_objects_than_one_row_of_lists_are_refused(tmp_path, payload):
    path = save(tmp_path / "a.npz", npz_of_pickle(payload))

    with pytest.raises(DataError, match=r"a\.npz cannot be read"):
        read_npz(path)


def test_a_pickle_cannot_change_how_arrays_are_made(tmp_path):
    build = b"cnumpy\nndarray\n(K\x00lb."  # takes ndarray, and gives it the state [0]
    path = save(tmp_path / "a.npz", npz_of_pickle(build))

    with pytest.raises(DataError, match="an attempt to change how arrays are made"):
        read_npz(path)


def test_an_object_inside_a_record_is_refused(tmp_path):
    records = np.zeros(1, dtype=[("a", object)])

    with pytest.raises(DataError, match="cannot be read"):
        read_npz(save(tmp_path / "a.npz", npz_bytes(x=records)))


@given(cut=st.integers(0, 1_500))
def test_a_cut_archive_is_told_as_damaged(tmp_path_factory, cut):
    content = npz_bytes(x=objects([1, 2], [3]), y=np.arange(100))
    path = save(tmp_path_factory.mktemp("cut") / "a.npz", content[: min(cut, len(content) - 1)])

    with pytest.raises(DataError, match=r"a\.npz cannot be read"):
        read_npz(path)


def test_a_flipped_byte_is_noticed(tmp_path):
    content = bytearray(npz_bytes(y=np.arange(100)))
    content[400] ^= 1

    with pytest.raises(DataError, match="Bad CRC-32"):
        read_npz(save(tmp_path / "a.npz", content))


def test_a_bomb_is_refused_before_it_bursts(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.zeros(10_000_000, dtype=np.uint8))
    monkeypatch.setattr(zipfile.ZipFile, "read", None)  # whoever unpacks fails otherwise

    with pytest.raises(DataError, match=r"a\.npz would unpack to 10,000,128 bytes"):
        read_npz(path)


def test_small_members_may_be_packed_tightly(tmp_path):
    path = tmp_path / "a.npz"
    noise = np.random.default_rng(0).bytes(20_000)
    np.savez_compressed(path, labels=np.zeros(200_000, np.uint8), x=np.frombuffer(noise, np.uint8))

    assert read_npz(path)["labels"].shape == (200_000,)


def test_a_header_that_promises_too_much_is_refused(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", header.getvalue())

    with pytest.raises(DataError, match="does not fit into 128 bytes"):
        read_npz(path)


def idx(*shape, content=None, kind=8):
    size = int(np.prod(shape))
    body = bytes(range(size % 256)) + bytes(size - size % 256) if content is None else content
    return gzip.compress(struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape) + body)


def test_idx_files_are_read_by_their_header(tmp_path):
    path = save(tmp_path / "a-ubyte.gz", idx(2, 3))

    assert read_arrays(path)["values"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read_idx_gz(path).dtype == np.uint8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no gzip", "Not a gzipped file"),
        (idx(2, 3)[:-9], "Compressed file ended"),
        (idx(2, 3, content=b"abc"), "promises 6 bytes"),
        (idx(2, 3, content=b"abcdefg"), "promises 6 bytes"),
        (idx(2, 3, kind=13), "no idx file of bytes"),
        (idx(60_000, 28, 28, content=bytes(47_040_000)), "would unpack to 47,040,000 bytes"),
        (gzip.compress(b""), "cannot be read"),
    ],
    ids=["no gzip", "cut", "short", "long", "type", "bomb", "empty"],
)
def test_damaged_idx_files_are_told(tmp_path, content, words):
    with pytest.raises(DataError, match=words):
        read_idx_gz(save(tmp_path / "a-ubyte.gz", content))
