"""Tables of new texts, read as the table was that a network was trained on."""

import pytest

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, TextForm
from kx.data.inputs.given import Given
from kx.data.inputs.kinds import completed, form_of, read_examples
from kx.data.texts.texts import tokenized
from kx.data.texts.vocabulary import fit_vocabulary
from kx.wording.recorded import in_words

TABLE = {"columns": ["id", "text", "label"], "classes": ["bad", "good"], "text": "text",
         "label": "label", "delimiter": "auto", "quoting": "double"}  # fmt: skip


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read the file ``new.csv``, or what else is given, for a run that was trained on a table."""
    monkeypatch.chdir(tmp_path)
    texts = tokenized({"all": ["the boat was slow", "the lamp was warm"]}, TextForm())["all"]
    preparation = fit_vocabulary(texts, TextForm())

    def read(content="", *inputs, stdin=b"", **table):
        (tmp_path / "new.csv").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
        form = {"kind": "raw_text", "table": TABLE | table}
        given = Given(list(inputs or ["new.csv"]), stdin=lambda: stdin)
        return read_examples(given, form, preparation)

    return read


def refused(read, *args, **options):
    with pytest.raises(DataError) as refusal:
        read(*args, **options)
    return str(refusal.value).split("\n")


def test_texts_stand_in_the_column_of_training_in_the_order_of_the_rows(read):
    found = read('label;text;id\ngood;"the lamp;\n was warm";1\n\nbad;slow;2\n')

    assert found.names == ("new.csv:2", "new.csv:5")
    assert found.x.strings.tolist() == ["the lamp;\n was warm", "slow"]
    assert found.labels == ("good", "bad")
    assert found.remarks == ()


def test_columns_beyond_those_of_training_are_told_and_so_are_missing_ones(read):
    found = read("text,score\nthe boat,3\n")

    assert found.labels == ()
    assert tuple(map(in_words, found.remarks)) == (
        "new.csv: the column score was not in the training table and is not read",
        "new.csv: the columns id, label of the training table are missing; they are not needed",
    )


def test_labels_are_handed_on_and_strange_ones_told(read):
    found = read("id,text,label\n1,the boat,\n2,the lamp,NaN\n3,warm,Good\n4,slow,bad\n")

    assert found.labels == ("", "", "Good", "bad")
    (said,) = map(in_words, found.remarks)
    assert said == "new.csv: labels that this network does not know: 'Good' (line 4)"


def test_a_table_comes_from_stdin_too_and_lines_as_before(read):
    table = read("", "-", stdin=b"text\tlabel\nthe boat\tbad\n")
    lines = read("", "-", stdin=b"the boat\nthe lamp, warm\n")

    assert (table.names, table.labels) == (("stdin:2",), ("bad",))
    assert (lines.names, lines.labels) == (("stdin:1", "stdin:2"), ())


def test_texts_beside_a_table_have_no_label(read):
    assert read("text,label\nslow,bad\n", "a warm lamp", "new.csv").labels == (None, "bad")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("txt,label\na,bad\n", "new.csv: has no column 'text', which this network reads: its first "
            "line names txt, label. A file that is one text is given by --file, one with a text in "
            "each line by --lines"),
        ("text,text\na,b\n", "new.csv: has twice the column 'text', which this network reads: its "
            "first line names text, text. A file that is one text is given by --file, one with a "
            "text in each line by --lines"),
        ("text,label\na,b,c\n", "new.csv:2: 3 columns, but the first line names 2"),
        ("text,label\n ,bad\n", "new.csv:2: is empty"),
        ("text,label\n", "new.csv: has no rows below its first line"),
        ('text,label\n"a,b\n', "new.csv, line 2: a quotation mark opens a value that never ends"),
        (b"text\ncaf\xe9\n", "new.csv, line 2: byte 0xe9 at character 4 is not UTF-8: save the "
            "file as UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_told_with_its_line_and_without_options(read, content, said):
    assert refused(read, content) == [said]


def test_a_table_that_is_not_there_is_no_text(read):
    assert refused(read, "", "old.csv") == [
        "old.csv: there is no such file, and this is hardly a text; pass texts by --lines -"
    ]


def test_a_delimiter_that_nobody_guesses_is_that_of_training(read):
    assert read("text#label\na b#bad\n", delimiter="#").labels == ("bad",)


def test_what_is_kept_of_a_table_is_how_it_was_read():
    info = DatasetInfo("text_csv", "binary", (9,), ("bad", "good"), texts=TextForm(),
                       columns=("id", "said"))  # fmt: skip
    options = {"text": "said", "label": "is", "delimiter": "tab", "quoting": "none", "ngrams": 1}

    assert form_of(info, None, options) == {
        "kind": "raw_text",
        "table": {"columns": ["id", "said"], "classes": ["bad", "good"], "task": "binary",
                  "text": "said", "label": "is", "delimiter": "tab", "quoting": "none"},
    }  # fmt: skip
    assert form_of(info, None, {"ngrams": 1}) == {"kind": "raw_text"}


def test_a_run_of_an_older_kx_reads_tables_by_what_its_spec_says():
    kept = {"schema_version": 1, "kind": "raw_text"}

    found = completed(kept, {"name": "text_csv", "text": "said", "label": "is"})

    assert found["table"]["text"] == "said"
    assert completed(kept, {"name": "text_folder", "path": "mails"}) == kept
