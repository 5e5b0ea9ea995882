import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import DataError, MissingDataError
from kx.data.files.sources import SourceFiles
from kx.data.files.vector_files import VectorFile, fetched, here
from kx.data.files.vector_reader import VectorReader, any_numbers, decimals
from kx.data.files.vectors import VectorText, dimensions_of, load_vectors
from kx.data.files.weight_files import SourceWeights

TEXT = "the 0.5 -1 2e-1\ncat 1 2 3\n'royale .25 -.5 0\n"
ROWS = [[0.5, -1, 0.2], [1, 2, 3], [0.25, -0.5, 0]]


def text(content, name="v.txt", sha256="1" * 64):
    content = content.encode() if isinstance(content, str) else content
    return VectorText(name, sha256, len(content), lambda: io.BytesIO(content))


def load(content, folder=None):
    return load_vectors(text(content), folder)


def test_words_and_numbers_are_those_of_the_lines():
    found = load(TEXT)

    assert list(found.words) == ["the", "cat", "'royale"]
    assert found.rows.dtype == np.float32
    np.testing.assert_array_equal(found.rows, np.array(ROWS, "float32"))
    assert (found.dimensions, found.duplicates) == (3, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a 1 2\n. . 3 4\nname@example.com and on 5 6\n", ["a", ". .", "name@example.com and on"]),
        ("\ufeffa 1 2\nb 3 4", ["a", "b"]),
        ("a 1 2 \r\nb 3 4 \r\n\r\n", ["a", "b"]),
        ("2 2\na 1 2\nb 3 4\n", ["a", "b"]),  # word2vec and fastText say first how many follow
        ("7 1 2\n8 3 4\n", ["7", "8"]),
        ("été 1 2\nno\xa0one 3 4\nmost\x85and 5 6\n", ["été", "no\xa0one", "most\x85and"]),
        ("a 1 2\n\nb 3 4\n", ["a", "b"]),
    ],
    ids=["spaces", "BOM", "CRLF", "header", "numbers", "unicode", "blank line"],
)  # fmt: skip
def test_unusual_words_and_lines_are_read(content, words):
    found = load(content)

    assert list(found.words) == words
    np.testing.assert_array_equal(found.rows.ravel(), np.arange(1, 2 * len(words) + 1))


@given(st.lists(st.from_regex(r"[+-]?[0-9]{0,7}\.[0-9]{0,8}", fullmatch=True), min_size=1))
def test_plain_numbers_are_read_to_the_last_bit(texts):
    content = " ".join(texts).encode()
    try:
        expected = np.array([float(text) for text in texts])
    except ValueError:  # a point alone
        expected = None

    found = decimals(content)

    assert (found is None) == (expected is None)
    assert found is None or found.tobytes() == (expected + 0.0).tobytes()  # -0.0 may be 0.0


@pytest.mark.parametrize(
    "content",
    [
        b"1",
        b"1. 2",
        b"1..2 3",
        b"1.5 x.5",
        b"1.5  2.5",
        b"1.234567890123456",
        b"- .5",
        b"-.",
        b"1.-5",
    ],
)
def test_other_numbers_are_left_to_the_slower_way(content):
    assert decimals(content) is None


def test_the_slower_way_takes_whatever_a_number_may_look_like():
    assert any_numbers(b"1 -2.5e-1 1.234567890123456 .5").tolist() == [
        1, -0.25, 1.234567890123456, 0.5
    ]  # fmt: skip
    assert any_numbers(b"1\t2 3") is any_numbers(b"1  2") is any_numbers(b"x") is None


def test_of_a_word_that_occurs_again_the_first_vector_counts():
    found = load("a 1 2\nb 3 4\na 5 6\nb 7 8\nc 9 10\n")

    assert (list(found.words), found.duplicates) == (["a", "b", "c"], 2)
    assert found.rows.tolist() == [[1, 2], [3, 4], [9, 10]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a 1 2\nb 3\nc 5 6\n", "v.txt, line 2: expected a word and 2 numbers, got 1 number: 'b"),
        ("a 1 2\nb 3 4 5\n", "line 2: expected a word and 2 numbers, got 3 numbers"),
        ("a 1 2\nb 3 x\n", "line 2: expected a word and 2 numbers, got 'x' among them"),
        ("a 1 2\nb nan 4\n", "line 2: expected a word and 2 numbers, got 'nan' among them"),
        ("a 1 2\n 3 4\n", "line 2: expected a word and 2 numbers"),
        ("a 1 2\nb\n", "line 2: expected a word and 2 numbers, got 0 numbers: 'b'"),
        ("3 2\na 1 2\nb 3 4\n", "announces 3 vectors, but 2 follow"),
        ("", "v.txt is empty"),
        ("<html>Please log in.</html>\n", "line 1: expected a word and its numbers"),
        (b"a 1 2\nb 3 4\n\xe9t\xe9 5 6\n", "line 3: the word '\ufffdt\ufffd' is not UTF-8"),
        ("a 1 2".encode("utf-16"), "is UTF-16, but a text in UTF-8 is needed"),
        (b"\x1f\x8b\x08", "is gzip"),
    ],
    ids=["few", "many", "text", "nan", "no word", "word alone", "cut", "empty", "html", "latin-1",
         "utf-16", "gzip"],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_place(content, words):
    with pytest.raises(DataError) as caught:
        load(content)

    assert words in str(caught.value)


def test_lines_are_counted_across_chunks(monkeypatch):
    monkeypatch.setattr("kx.data.files.vector_reader.CHUNK", 20)
    lines = [f"w{number} {number} 0.5" for number in range(50)]

    assert load("\n".join(lines)).rows[:, 0].tolist() == list(range(50))
    lines[41] = "w41 4.1.1 0.5"
    with pytest.raises(DataError, match=r"line 42: .* got '4\.1\.1' among"):
        load("\n".join(lines))


def test_only_wanted_words_get_their_rows_and_all_others_zeros():
    rows, known = load(TEXT).rows_of(["", "cat", "dog", "the"])

    assert known == 2
    np.testing.assert_array_equal(rows, np.array([[0, 0, 0], ROWS[1], [0, 0, 0], ROWS[0]], "f4"))


def test_a_text_is_read_once_and_then_mapped_from_the_cache(tmp_path):
    opened = []

    def opening():
        opened.append(1)
        return io.BytesIO(TEXT.encode())

    source = VectorText("v.txt", "2" * 64, len(TEXT), opening)
    first, again = (load_vectors(source, tmp_path) for _ in range(2))

    assert len(opened) == 1
    assert list(again.words) == list(first.words) == ["the", "cat", "'royale"]
    np.testing.assert_array_equal(again.rows, np.array(ROWS, "float32"))
    assert isinstance(again.rows.base, np.memmap)


def with_folders(folder):
    """Put folders in the place of all files in a folder."""
    for path in list(folder.iterdir()):
        path.unlink()
        path.mkdir()


def test_folders_in_the_place_of_vectors_in_the_cache_are_told_once_and_replaced(tmp_path):
    said = []
    load_vectors(text(TEXT), tmp_path, warn=said.append)
    with_folders(tmp_path)

    for _ in range(2):
        found = load_vectors(text(TEXT), tmp_path, warn=said.append)

    assert [remark.code for remark in said] == ["cache.aside"]
    assert len(said[0].values["names"]) == 2
    assert isinstance(found.rows.base, np.memmap)


def test_a_cache_of_vectors_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    said = []

    found = load_vectors(text(TEXT), tmp_path / "file", warn=said.append)

    np.testing.assert_array_equal(found.rows, np.array(ROWS, "float32"))
    assert [remark.code for remark in said] == ["cache.vectors"]


def test_a_number_beyond_what_vectors_have_is_told_once_if_its_word_is_used(tmp_path):
    (tmp_path / "v.txt").write_text("the 0.5 1\ncat 1 -250\ndog 900 2\n")
    weights = SourceWeights(SourceFiles(), tmp_path)

    for words in (["the"], ["the", "cat"], ["cat", "the"]):
        weights.word_rows("v.txt", words)
    told = list(weights.new_remarks())

    assert [remark.values for remark in told] == [{"file": "v.txt", "word": "cat", "number": -250}]
    assert list(weights.new_remarks()) == []


def test_a_broken_text_leaves_nothing_in_the_cache(tmp_path):
    with pytest.raises(DataError):
        load("a 1 2\nb 3\n", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_without_room_for_a_cache_the_text_is_read_all_the_same(tmp_path):
    (tmp_path / "file").write_text("no folder")

    assert load(TEXT, tmp_path / "file").rows.tolist() == load(TEXT).rows.tolist()


def test_the_first_line_tells_the_dimensions():
    assert [dimensions_of(text(t)) for t in (TEXT, "9 4\na 1 2 3 4\n")] == [3, 4]


def test_words_are_those_that_were_read_so_far():
    reader = VectorReader("v.txt")

    assert [part.shape for part in reader.parts(io.BytesIO(TEXT.encode()))] == [(3, 3)]
    assert reader.words == ["the", "cat", "'royale"]


@pytest.fixture
def folders(tmp_path):
    spec, data, home = (tmp_path / name for name in ("spec", "data", "home"))
    for folder in (spec, data, home / "datasets"):
        folder.mkdir(parents=True)
    return spec, data, SourceFiles(data_dir=data, keras_home=home, offline=True)


def test_a_file_beside_the_spec_comes_before_that_of_the_data_folder(folders):
    spec, data, files = folders
    (data / "v.txt").write_text(TEXT)
    assert here("v.txt", files, spec).place.source == "KX_DATA_DIR"
    (spec / "v.txt").write_text("a 1\n")

    weights = SourceWeights(files, spec)

    assert (weights.dimensions("v.txt"), weights.taken()) == (1, {})
    assert weights.word_rows("v.txt", ["a", "b"]).tolist() == [[1], [0]]
    assert weights.taken()["source"] == "path"
    assert str(weights.coverage()) == "1 of 2 words have a vector (50.0%)"


def test_the_worst_covered_vocabulary_is_told(folders):
    spec, data, files = folders
    (data / "v.txt").write_text(TEXT)
    weights = SourceWeights(files, spec)

    for words in (["", "the", "cat"], ["", "the", "dog", "cow"], []):
        weights.word_rows("v.txt", words)

    assert weights.coverage().as_dict() == {
        "words": 3, "known": 1, "dimensions": 3, "vectors": 3, "duplicates": 0
    }  # fmt: skip


def test_official_vectors_are_read_from_the_archive_that_has_them(folders):
    spec, data, files = folders
    with zipfile.ZipFile(data / "glove.6B.zip", "w") as archive:
        archive.writestr("glove.6B.50d.txt", TEXT)

    found = here("glove.6B.50d", files, spec)

    assert (found.place.source, found.member) == ("KX_DATA_DIR", "glove.6B.50d.txt")
    assert load_vectors(found.text(), None).rows.shape == (3, 3)
    with pytest.raises(DataError, match="is not the official file"):
        SourceWeights(files, spec).word_rows("glove.6B.50d", ["the"])
    with pytest.raises(DataError, match=r"100d\.txt cannot be read"):
        here("glove.6B.100d", files, spec).text()


def test_official_vectors_that_are_nowhere_are_named_with_all_that_helps(folders):
    spec, _, files = folders
    weights = SourceWeights(files, spec)

    assert weights.dimensions("glove.6B.200d") == 200
    with pytest.raises(MissingDataError) as caught:
        weights.word_rows("glove.6B.200d", ["the"])
    for words in ("glove.6B.zip", "KX_OFFLINE", "862,182,613", "617afb2f", "nlp.stanford.edu"):
        assert words in str(caught.value)
    with pytest.raises(MissingDataError, match=r"mine\.txt, the word vectors, is neither beside"):
        weights.dimensions("mine.txt")


def test_the_archive_is_fetched_into_the_folder_of_keras(source, server, monkeypatch, tmp_path):
    import hashlib

    from kx.data.files import vector_files

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("glove.6B.50d.txt", TEXT)
    server.content = buffer.getvalue()
    digest = hashlib.sha256(server.content).hexdigest()
    served = vector_files.Archive("glove.6B.zip", server.url, len(server.content), digest)
    monkeypatch.setitem(vector_files.OFFICIAL, "glove.6B.50d", served)

    found = fetched("glove.6B.50d", source)

    assert found == VectorFile(found.place, "glove.6B.50d.txt")
    assert found.place.path == tmp_path / "datasets" / "glove.6B.zip"
    assert load_vectors(found.text(), None).rows.tolist() == load(TEXT).rows.tolist()


@pytest.mark.real_data
def test_gloves_own_file_covers_the_words_of_imdb(real_data_dir):
    from kx.data.arrays.sequences import words_of
    from kx.datasets.imdb import Imdb

    files = SourceFiles(data_dir=real_data_dir)
    words, weights = words_of(files.arrays(Imdb.data_files[1]), 10_000), SourceWeights(files)

    rows = weights.word_rows("glove.6B.50d.10k.txt", words)

    assert (len(words), words[:7]) == (10_000, ("", "", "", "", "the", "and", "a"))
    assert rows.shape == (10_000, 50)
    np.testing.assert_allclose(rows[4, :3], [0.418, 0.24968, -0.41242])
    assert str(weights.coverage()) == "5,936 of 9,996 words have a vector (59.4%)"
    assert weights.taken()["file"] == "glove.6B.50d.10k.txt"
