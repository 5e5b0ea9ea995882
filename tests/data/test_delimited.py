"""Tables as delimited text: where records begin and end, and on which lines."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile

import pytest

from kx.base.errors import DataError, MissingDataError
from kx.data.tables.charsets import charset_of
from kx.data.tables.delimited import Delimiting, delimiter_of
from kx.data.tables.opening import open_table

CSV = 'id,text\n1,one\n2,"two, or\nthree"\n3,four\n'


@pytest.fixture
def read(tmp_path):
    """Write a file, and return the first line and the cells of each record in it."""

    def read(content, *, wanted=(), name="table.csv", **layout):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_table(path, Delimiting(**layout), wanted) as table:
            return table.header, [(record.line, list(record.cells)) for record in table]

    return read


def refusal(read, content, **options):
    with pytest.raises(DataError) as refused:
        read(content, **options)
    return str(refused.value)


def test_a_record_is_known_by_the_line_on_which_it_begins(read):
    header, records = read(CSV)

    assert header == ("id", "text")
    assert records == [(2, ["1", "one"]), (3, ["2", "two, or\nthree"]), (5, ["3", "four"])]


@pytest.mark.parametrize(
    "separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
)
@pytest.mark.parametrize("quote", ['"', ""])
def test_what_only_python_takes_for_a_line_break_is_none(read, separator, quote):
    text = f"before{separator}after"

    _, records = read(f"id,text\n1,{quote}{text}{quote}\n2,next\n")

    assert records == [(2, ["1", text]), (3, ["2", "next"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(read, end):
    content = end.join(["id,text", "", '1,"a', 'b"', "", "2,c"])

    assert read(content)[1] == [(3, ["1", f"a{end}b"]), (6, ["2", "c"])]


@pytest.mark.parametrize(
    ("charset", "layout"),
    [
        ("utf-8", {}),
        ("utf-8-sig", {}),
        ("utf-16", {}),
        ("utf-16-le", {}),
        ("utf-16-be", {}),
        ("utf-32", {}),
        ("latin-1", {"charset": "latin-1"}),
        ("gb18030", {"charset": "gb18030"}),
    ],
)
def test_texts_are_decoded_as_the_file_or_its_owner_says(read, charset, layout):
    content = 'id,text\r\n1,"caf\xe9\r\n"\r\n2,\xe9t\xe9\r\n'.encode(charset)

    header, records = read(content, **layout)

    assert header == ("id", "text")
    assert records == [(2, ["1", "caf\xe9\r\n"]), (4, ["2", "\xe9t\xe9"])]


@pytest.mark.parametrize(
    ("content", "layout", "said"),
    [
        (b"id,text\n1,a\n2,caf\xe9\n", {}, "line 3: byte 0xe9 at character 6 is not UTF-8"),
        (b"id,text\n1,a\0b\n", {}, "line 2: a zero byte at character 4"),
        ("id,text\n1,a\n".encode("utf-16-le")[:-1], {}, "is not utf-16-le: truncated data"),
        ("id,text\n1,a\n".encode("utf-16") + b"\n", {}, "is not utf-16"),
        (b'id,text\n1,"a"b\n2,c\n', {}, "line 2: a value continues after its closing quotation"),
        (b'id,text\n1,a\n2,"b\n3,c\n', {}, "line 3: a quotation mark opens a value that never"),
        (b"", {}, "is empty: its first line must name the columns"),
        (b"\n \n", {}, "is empty"),
        (b"PAR1\x15\x04", {}, "cannot be read: "),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, "an Excel workbook of the old kind"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(read, content, layout, said):
    assert said in refusal(read, content, **layout)


def test_a_value_may_be_long_but_not_without_end(read):
    book = "word " * 100_000

    assert read(f"id,text\n1,{book}\n")[1] == [(2, ["1", book])]
    assert "line 2: a value has more than 10,000,000" in refusal(
        read, 'id,text\n1,"' + "a line of text\n" * 800_000
    )


@pytest.mark.parametrize(
    ("content", "wanted", "delimiter"),
    [
        ("text,label\na;b,c\n", ("text", "label"), ","),
        ("text;label\n1,5;c\n", ("text", "label"), ";"),
        ("text\tlabel\n1,5\tc\n", ("text", "label"), "\t"),
        ("text|label\n1,5|c\n", (), "|"),
        ('"a, b, c";label\nx;y\n', ("label",), ";"),
        ("text\na\n", ("text",), ","),
        ("sep=;\ntext;label\nx,y;z\n", ("text", "label"), ";"),
    ],
)
def test_the_delimiter_is_the_one_by_which_the_first_line_names_the_columns(
    tmp_path, content, wanted, delimiter
):
    path = tmp_path / "table"
    path.write_text(content)
    with open_table(path, Delimiting(), wanted) as table:
        assert table.delimiter == delimiter
        assert set(wanted) <= set(table.header)


@pytest.mark.parametrize("name", ["\t", "\\t", "tab", "TAB"])
def test_a_tab_has_several_names(name):
    assert delimiter_of(name) == "\t"


def test_a_line_that_tells_excel_the_delimiter_is_counted_but_not_read(read):
    assert read("SEP=#\r\nid#text\r\n1#a\r\n") == (("id", "text"), [(3, ["1", "a"])])


def test_quotation_marks_may_mean_nothing(read):
    content = 'id\ttext\n1\t"a\n2\tb"\n3\t"c"\n'

    assert read(content)[1] == [(2, ["1", "a\n2\tb"]), (4, ["3", "c"])]
    assert read(content, quoting="none")[1] == [
        (2, ["1", '"a']), (3, ["2", 'b"']), (4, ["3", '"c"']),
    ]  # fmt: skip


def test_quotation_marks_inside_a_value_are_doubled_or_escaped(read):
    assert read('id,text\n1,"a ""b"" c"\n')[1] == [(2, ["1", 'a "b" c'])]
    assert read('id,text\n1,"a \\"b\\" c"\n', escape="backslash")[1] == [(2, ["1", 'a "b" c'])]
    assert "line 2: a value continues" in refusal(read, 'id,text\n1,"a \\"b\\" c"\n')


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("text,label\na,b\n", "txt", "no column 'txt'. Did you mean 'text'? Its first line"),
        ("text,text\na,b\n", "text", "has column 'text' twice"),
        ("text\tlabel\na\tb\n", "text", "Or does a tab separate the columns"),
    ],
)
def test_a_column_that_is_not_there_is_asked_for(tmp_path, content, name, said):
    (tmp_path / "t.csv").write_text(content)
    with (
        open_table(tmp_path / "t.csv", Delimiting(delimiter=",")) as table,
        pytest.raises(DataError) as refused,
    ):
        table.column(name, "text")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "content", ['[["a"], ["b"]]\n', "\ufeff[\n  1\n]\n", '{\n  "text": ["a"]\n}\n']
)
def test_json_that_holds_no_rows_is_told_before_anything_else(tmp_path, content):
    (tmp_path / "t.json").write_text(content)

    with pytest.raises(DataError, match="is JSON in a form that kx does not read") as refused:
        open_table(tmp_path / "t.json", Delimiting(), ["text"]).__enter__()
    assert "column" not in str(refused.value)


def zipped(content, *names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(content):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("folder/table.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        lambda content: zipped(content, "__MACOSX/._t.csv", "folder/t.csv"),
        tarred,
    ],
    ids=["gzip", "bzip2", "xz", "zip", "tar"],
)
def test_a_packed_table_is_the_same_table(read, tmp_path, pack):
    plain = read(CSV)

    assert read(pack(CSV.encode()), name="packed") == plain
    assert "damaged" in refusal(read, gzip.compress(os.urandom(9000))[:-20], name="t.gz")


def test_an_archive_must_hold_one_table(read):
    said = refusal(read, zipped(b"text\na\n", "a.csv", "b.csv"), name="t.zip")
    assert "t.zip holds 2 files, but only one table is read: a.csv, b.csv" in said
    assert "holds 0 files" in refusal(read, zipped(b"text\na\n"), name="t.zip")
    office = zipped(b"", "[Content_Types].xml", "xl/workbook.xml")
    assert "save the sheet as CSV" in refusal(read, office, name="t.xlsx")


def test_the_digest_is_that_of_the_table_whatever_it_is_packed_in(tmp_path):
    digests = set()
    for name, content in {"t.csv": CSV.encode(), "t.gz": gzip.compress(CSV.encode())}.items():
        (tmp_path / name).write_bytes(content)
        with open_table(tmp_path / name, Delimiting()) as table:
            assert len(list(table)) == 3
            digests.add(table.sha256)
    assert len(digests) == 1


def test_a_table_is_a_regular_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(DataError, match="neither a file nor a folder"),
        open_table(tmp_path / "pipe", Delimiting()),
    ):
        pass
    with (
        pytest.raises(MissingDataError, match="does not exist"),
        open_table(tmp_path / "none.csv", Delimiting()),
    ):
        pass


def test_a_large_table_passes_through_little_memory(tmp_path):
    row = f"1,{'word ' * 200}\n".encode()
    (tmp_path / "large.csv").write_bytes(b"id,text\n" + row * 20_000)

    tracemalloc.start()
    with open_table(tmp_path / "large.csv", Delimiting()) as table:
        count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 1_000_000  # of 20,000,000 bytes


def test_an_encoding_shows_in_the_first_bytes():
    assert charset_of("text,label\n".encode("utf-16-le")) == "utf-16-le"
    assert charset_of(b"text") == charset_of(b"") == "utf-8"
