"""New examples as people give them, read without any network."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kx.base.errors import DataError, UsageError
from kx.contracts import DatasetInfo
from kx.data.inputs.given import Given
from kx.data.inputs.kinds import form_of, read_examples
from kx.data.inputs.words import encoded
from kx.data.preparation import fit_preparation
from kx.data.texts.word_index import words_of
from kx.wording.recorded import in_words
from tests.data.photos import zipped
from tests.data.test_texts import tar

TABLE = {"kind": "table", "features": ["CRIM", "ZN", "RM"], "dtype": "float32"}
"""Of RM, a number may be missing."""
TRAINED = np.array([[0.0, 1.0, 2.0], [1.0, 2.0, np.nan], [2.0, 4.0, 3.0]])
PICTURE = {"kind": "picture", "size": 2, "channels": 1, "black": 0, "white": 255, "dtype": "uint8"}
TEXT = {
    "kind": "words",
    "words": "imdb_word_index.json",
    "encode": {"num_words": 8, "encoding": "sequence", "maxlen": 4},
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Read rows of a table; the text, if there is one, is that of the file ``t.csv``."""
    monkeypatch.chdir(tmp_path)
    preparation = fit_preparation(TRAINED, "standardize", "mean")

    def read(text=None, *, rows=(), stdin=b""):
        if text is not None:
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / "t.csv").write_bytes(content)
        inputs = ["-"] if stdin else ["t.csv"] if text is not None else []
        return read_examples(Given(inputs, rows, stdin=lambda: stdin), TABLE, preparation)

    return read


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(*paths, invert=False, **form):
        given = Given([str(path) for path in paths], invert=invert)
        return read_examples(given, PICTURE | form, preparation=None)

    return read


def png(*levels):
    """A picture of 2 x 2 shades of grey, as a file."""
    buffer = io.BytesIO()
    Image.fromarray(np.array(levels, "uint8").reshape(2, 2)).save(buffer, "PNG")
    return buffer.getvalue()


def refused(read, *args, **options):
    with pytest.raises(DataError) as refusal:
        read(*args, **options)
    return str(refusal.value).split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "CRIM,ZN,RM\n0.1,18,6.5\n-1e-3,0,\n",
        "RM,CRIM,ZN\r\n6.5,0.1,18\r\nNaN,-0.001,0\r\n",
        "\ufeff ZN ; CRIM ;RM\n\n18; 0.1;6.5\n0;-.001; \n\n",
        '"CRIM"\tRM\tZN\n"0.1"\t6.5\t18\n-0.001\tnan\t0',
    ],
    ids=["plain", "other order", "semicolons", "tabs"],
)
def test_a_table_is_read_by_the_names_of_its_columns(table, text):
    found = table(text)

    expected = np.array([[0.1, 18, 6.5], [-0.001, 0, np.nan]], "float32")
    np.testing.assert_array_equal(found.x, expected)
    assert found.x.dtype == np.float32
    lines = (3, 4) if text.startswith("\ufeff") else (2, 3)
    assert found.names == found.shown == tuple(f"t.csv:{line}" for line in lines)


def test_rows_are_typed_or_come_from_stdin(table):
    typed = table(rows=["ZN=18, CRIM=0.1,RM=6.5", '{"RM": null, "CRIM": 1, "ZN": 2.5}'])
    several = table(rows=['[{"RM": 1, "CRIM": 2, "ZN": 3}, {"RM": 4, "CRIM": 5, "ZN": 6}]'])
    piped = table(stdin=b"ZN,RM,CRIM\n1,2,3\n")

    np.testing.assert_array_equal(typed.x, np.array([[0.1, 18, 6.5], [1, 2.5, np.nan]], "float32"))
    assert typed.names == ("--row 1", "--row 2")
    np.testing.assert_array_equal(several.x, [[2, 3, 1], [5, 6, 4]])
    np.testing.assert_array_equal(piped.x, [[3, 1, 2]])
    assert piped.names == ("stdin:2",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CRIM,ZN,RM\n1,x,3\n1,2,3\n,2,3", ["t.csv:2:3: ZN: must be a number; got 'x'",
            "t.csv:4:1: CRIM: is missing, but never was in training: give a number"]),
        ("CRIM,ZN,RM\n1,inf,3", ["t.csv:2:3: ZN: must be finite; got 'inf'"]),
        ("CRIM,ZN,RM\n1_0,2,3", ["t.csv:2:1: CRIM: must be a number; got '1_0'"]),
        ('CRIM;ZN;RM\n"1";2,5;3',
            ["t.csv:2:5: ZN: must be a number; got '2,5'; write a decimal point, as in 1.5"]),
        ('CRIM,ZN,RM\n"a,b",?,3', ["t.csv:2:1: CRIM: must be a number; got 'a,b'; write a decimal "
            "point, as in 1.5", "t.csv:2:7: ZN: must be a number; got '?'"]),
        ("CRIM,ZN,RM\n1,2", ["t.csv:2: has 2 values, but the header 3 columns"]),
        ("crim,ZN,RM,MEDV\n1,2,3,4", ["t.csv:1:1: unknown column 'crim'; did you mean 'CRIM'?",
            "t.csv:1:12: unknown column 'MEDV'; remove it" ,
            "t.csv:1:1: missing: CRIM"]),
        ("CRIM,ZN,RM,ZN\n1,2,3,4", ["t.csv:1:12: column 'ZN' appears here a second time"]),
        ("1,2,3\n4,5,6",
            ["t.csv:1: must name the columns; this network takes CRIM, ZN, RM"]),
        ("CRIM,ZN,RM\n", ["t.csv: has no rows below its header"]),
        ("", ["t.csv: is empty"]),
        (b"CRIM,ZN,RM\n1,2,\xe9\n", ["t.csv:2: byte 0xe9 is no UTF-8: save the file as UTF-8"]),
        ('CRIM,ZN,RM\n1,2,"3\n', ["t.csv:3: unexpected end of data"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_told_with_its_place(table, text, expected):
    assert refused(table, text) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("CRIM=1,ZN", ["--row: missing: RM"]),
        ("CRIM=1,ZN=,RM=2", ["--row: ZN: is missing, but never was in training: give a number"]),
        ('{"CRIM": true, "ZN": "a", "RM": 1}', ["--row: CRIM: must be a number; got 'true'",
            "--row: ZN: must be a number; got '\"a\"'"]),
        ('{"CRIM": 1, "CRIM": 2, "ZN": 3, "RM": 4}',
            ["--row: column 'CRIM' appears here a second time"]),
        ("[1, 0, 0]", ["--row: rows are given as a list of mappings from columns to numbers; "
            "got 1"]),
        ("[]", ["--row: has no row"]),
        ("[" * 100_000, ["--row: not valid JSON: nested too deep for a row"]),
        ('{"CRIM": 1e39, "ZN": 1, "RM": 1}', ["--row: CRIM: is beyond 3.4e38; got '1e+39'"]),
        ("{", ["--row: not valid JSON: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_typed_row_is_told(table, row, expected):
    assert refused(table, rows=[row]) == expected


def test_many_mistakes_are_counted(table):
    told = refused(table, "CRIM,ZN,RM\n" + "x,1,2\n" * 23)

    assert len(told) == 21
    assert told[-1] == "and 3 more"


def test_pictures_come_from_files_folders_and_archives_in_natural_order(pictures, tmp_path):
    (tmp_path / "many").mkdir()
    for number in (10, 9):
        (tmp_path / f"many/{number}.png").write_bytes(png(number, 0, 0, 0))
    (tmp_path / "many/notes.txt").write_text("no picture")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/1.png", png(1, 0, 0, 0))
    (tmp_path / "one.png").write_bytes(png(5, 6, 7, 8))

    found = pictures("one.png", "many", "a.zip")

    assert found.names == ("one.png", "many/9.png", "many/10.png", "a.zip/in/1.png")
    assert found.x.shape == (4, 2, 2, 1)
    assert found.x.dtype == np.uint8
    assert found.x[:, 0, 0, 0].tolist() == [5, 9, 10, 1]
    assert found.x[0].ravel().tolist() == [5, 6, 7, 8]


def test_pictures_get_the_datasets_own_black_and_white(pictures, tmp_path):
    (tmp_path / "one.png").write_bytes(png(0, 51, 204, 255))
    own = {"black": 0.0, "white": 10.0, "dtype": "float32"}

    assert pictures("one.png", **own).x.ravel().tolist() == [0, 2, 8, 10]
    assert pictures("one.png", invert=True).x.ravel().tolist() == [255, 204, 51, 0]
    assert pictures("one.png", channels=3).x.shape == (1, 2, 2, 3)


def test_pictures_of_an_archive_are_read_one_by_one(pictures, tmp_path):
    contents = {"x/1.png": png(0, 0, 0, 0), "x/2.png": png(9, 9, 9, 9)}
    zipped(tmp_path / "a.zip", contents)
    tar(tmp_path / "a.tar.gz", contents)

    for name in ("a.zip", "a.tar.gz"):
        assert pictures(name).x[:, 0, 0, 0].tolist() == [0, 9]


def test_all_that_is_no_picture_is_named(pictures, tmp_path):
    (tmp_path / "page.png").write_text("<html>")
    (tmp_path / "void.jpg").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.zip").write_text("no archive")

    told = refused(pictures, "none.png", "page.png", "void.jpg", "empty", "a.zip")

    assert told[0] == "none.png: there is no such file"
    assert told[1].startswith("empty: has no pictures: these end in .jpg")
    assert told[2].startswith("a.zip is not a folder, and no zip archive either")
    assert told[3:] == [
        "page.png: a web page or other text, not a picture",
        "void.jpg: empty, 0 bytes",
    ]


def test_words_become_ranks_as_in_the_datasets():
    """Rank + 3 is the index; 1 is the start, 2 what is too rare; what is unknown is left out."""
    ranks = {"the": 1, "film": 2, "good": 4, "rare": 5}
    texts = ["The good xyzzy-FILM!", "a rare\tfilm\n(the film)", "???"]

    found = encoded(["a", "b", "c"], texts, texts, ranks, TEXT)

    assert found.x.tolist() == [[1, 4, 7, 5], [2, 5, 4, 5], [0, 0, 0, 1]]
    assert [in_words(each) for each in found.remarks] == [
        "'???' contains no word that this network knows"
    ]


def test_words_are_parted_as_keras_parts_them():
    assert words_of("It's <br />GREAT, isn't it?\tNo_no") == [
        "it's", "br", "great", "isn't", "it", "no", "no"
    ]  # fmt: skip
    assert words_of("Élan ÄRGER") == ["Élan", "Ärger"]


def test_texts_are_arguments_files_lines_or_stdin(tmp_path, monkeypatch):
    from kx.data.inputs.text import read_texts

    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.txt").write_bytes(b"first\r\nsecond\r\n")
    (tmp_path / "all").mkdir()
    (tmp_path / "all/2.txt").write_text("two")
    (tmp_path / "all/10.txt").write_text("ten")
    (tmp_path / "all/3.csv").write_text("no text")
    given = Given(
        ["said", "-"],
        files=[Path("one.txt"), Path("all")],
        lines=[Path("one.txt")],
        stdin=lambda: "grüße\nvon hier".encode(),
    )

    found = read_texts(given)

    assert dict(zip(found.names, found.texts, strict=True)) == {
        "said": "said",
        "stdin:1": "grüße",
        "stdin:2": "von hier",
        "one.txt": "first\nsecond\n",
        "all/2.txt": "two",
        "all/10.txt": "ten",
        "one.txt:1": "first",
        "one.txt:2": "second",
    }
    assert found.shown[0] == "said"
    assert found.shown[3] == "one.txt"
    assert found.shown[-1] == "second"


def test_what_is_wrong_with_texts_is_told_with_its_place(tmp_path, monkeypatch):
    from kx.data.inputs.text import read_texts

    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.txt").write_bytes(b"a\ncaf\xe9\n")
    (tmp_path / "mac.txt").write_bytes(b"a\rb\rcaf\xe9\r")
    (tmp_path / "gap.txt").write_text("a\n\nb\n")
    (tmp_path / "none").mkdir()
    (tmp_path / "t.csv").write_text("text\na\n")
    given = Given(
        [" ", "gap.txt", "t.csv"],
        files=[Path(n) for n in ("latin.txt", "mac.txt", "none", "x")],
        lines=[Path("gap.txt")],
    )

    assert refused(read_texts, given) == [
        "an argument: is empty",
        "gap.txt: a file name, not a text: --file gap.txt, or --lines gap.txt",
        "t.csv: a table, but this network was not trained on one: it is unclear which column is "
        "meant. Give its texts as lines: --lines FILE",
        "latin.txt:2: byte 0xe9 is no UTF-8: save the file as UTF-8",
        "mac.txt:3: byte 0xe9 is no UTF-8: save the file as UTF-8",
        "none: has no files that end in .txt",
        "x: there is no such file",
        "gap.txt:2: is empty",
    ]


@pytest.mark.parametrize(
    ("given", "form", "expected"),
    [
        (Given(), TABLE, "nothing to predict. This run takes CSV files"),
        (Given(invert=True), PICTURE, "nothing to predict. This run takes picture files"),
        (Given(rows=["A=1"], invert=True), TEXT, "--row, --invert: not for this run. It takes tex"),
        (Given(files=[Path("x")]), TABLE, "--file: not for this run"),
    ],
)
def test_what_a_run_does_not_take_is_refused(given, form, expected):
    with pytest.raises(UsageError, match=f"^{expected}"):
        read_examples(given, form, preparation=None)


def test_the_form_of_inputs_is_what_the_dataset_tells():
    whole = np.zeros((2, 8, 8, 1), "uint8")
    scaled = np.array([0, 16], "float32").reshape(2, 1, 1, 1) * np.ones((2, 8, 8, 1), "float32")
    square = DatasetInfo("d", "multiclass", (8, 8, 1))
    columns = DatasetInfo("d", "regression", (2,), features=("a", "b"))
    ranks = DatasetInfo("d", "binary", (9,), word_index="imdb_word_index.json")
    options = {"num_words": 9, "encoding": "sequence", "maxlen": 5, "labels": "integer"}

    def kept(info, x, given=None):
        return json.loads(json.dumps(form_of(info, x, given or {})))

    assert kept(square, whole)["white"] == 255
    assert kept(square, scaled) == {
        "kind": "picture", "size": 8, "channels": 1, "black": 0, "white": 16, "dtype": "float32"
    }  # fmt: skip
    assert kept(columns, np.zeros((1, 2), "float32"))["features"] == ["a", "b"]
    assert kept(ranks, np.zeros((1, 9), "int32"), options)["encode"] == {
        "num_words": 9, "encoding": "sequence", "maxlen": 5
    }  # fmt: skip
    assert form_of(DatasetInfo("d", "regression", (2,)), np.zeros((1, 2)), {}) == {}


@pytest.mark.real_data
def test_raw_reviews_give_the_ranks_of_the_datasets_own_file(real_data_dir):
    """The archive has every 25th review for training, by name, and every 50th for testing."""
    import tarfile

    from kx.data.files.archives import read_npz
    from kx.data.texts.word_index import read_word_index

    ranks, arrays = read_word_index("imdb_word_index.json"), read_npz(real_data_dir / "imdb.npz")
    with tarfile.open(real_data_dir / "aclImdb_mini.tar.gz") as archive:
        texts = {
            member.name: archive.extractfile(member).read().decode()
            for member in archive
            if member.isfile()
        }
    for part, step, count in (("train", 25, 1_000), ("test", 50, 500)):
        folders = [f"/{part}/{label}/" for label in ("pos", "neg")]
        names = [name for folder in folders for name in sorted(texts) if folder in name]
        assert len(names) == count
        for row, name in enumerate(names):
            found = [ranks[word] for word in words_of(texts[name]) if word in ranks]
            assert found == arrays[f"x_{part}"][step * row], name
