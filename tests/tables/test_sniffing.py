"""How a table is written, told by its first lines."""

import csv

import pytest

from kx.base.errors import DataError
from kx.data.tables.charsets import likely_charset
from kx.data.tables.delimited import Delimiting
from kx.data.tables.opening import open_table
from kx.data.tables.sniffing import WHITESPACE, names_columns, sniff


def sniffed(text, wanted=()):
    return sniff(text.splitlines(keepends=True), "", wanted, csv.QUOTE_MINIMAL)


@pytest.mark.parametrize(
    ("text", "wanted", "delimiter"),
    [
        ("a,b\n1,2\n", (), ","),
        ("a b;c d\n1;2\n", (), ";"),
        ("a  b\n1   2\n", (), WHITESPACE),
        ("  a  b \n  1   2\n", (), WHITESPACE),
        ("1.5  2\t'x'\n 7  3\t'y'\n", (), WHITESPACE),
        ("Ann Lee\tx\nBob Ray\ty\n", (), "\t"),  # names, no numbers: the tab parts them
        ("first name\nAnn Lee\n", ("first name",), ","),  # one column, and it is found
        ("total price\n12\n", (), ","),  # not as many values in each line
        ("a b\n", (), ","),  # one line says nothing of blanks
        ("a;b,c\n", ("b,c",), ";"),
        ("sep=|\na|b\n", (), "|"),
        ("first name,age\nAnn Lee,5\nBob Ray,6,7\n", (), ","),  # ragged, still commas
    ],
)
def test_the_delimiter(text, wanted, delimiter):
    assert sniffed(text, wanted).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "comments", "first"),
    [
        ("# by hand\n#\na,b\n1,2\n", 2, "a,b"),
        ("#id,name\n1,x\n", 0, "#id,name"),
        ("# by hand\n# a b\n1 2\n3 4\n", 1, " a b"),
        ("# a comment alone\n", 0, "# a comment alone"),
        ("a,b\n# 1,2\n", 0, "a,b"),
    ],
)
def test_comments_above_the_names(text, comments, first):
    found = sniffed(text)

    assert found.comments == comments
    assert len(found.lines) == text.count("\n")
    assert next(line for line in found.lines if line.strip()).rstrip("\n") == first


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("39,Private,0\n41,?,0\n17,Private,5\n", False),  # a value that comes again
        ("18.5,ford pinto\n17,buick\n", False),  # a fraction is no name
        ("0,x,0\n1,y,3\n", False),  # nobody calls two columns the same
        ("Country,1990,1991\nChina,5,6\nPeru,1,2\n", True),  # years are names
        ("150,4,setosa\n5.1,3.5,1.4\n", True),  # a word above numbers
        ("name,town\nAnn,Rome\n", True),
        ("name,town\n", True),
        (",142.24,144.78\n9.4,0,1\n9.5,0,0\n", True),  # R and pandas leave out the rows' name
        (",1,5\nx,2,6\nx,3,7\n", False),  # what is below numbers no rows: a value is missing
        (",1,5\n1,2,6\n,3,7\n", False),
    ],
)
def test_whether_the_first_line_names_the_columns(text, names):
    cells = text.partition("\n")[0].split(",")

    assert names_columns(cells, sniffed(text).below) is names


def read(path, layout, content):
    path.write_bytes(content)
    with open_table(path, layout) as table:
        return table.header, [(row.line, list(row.cells)) for row in table]


def test_rows_between_which_whitespace_stands_keep_their_lines(tmp_path):
    content = b'# note\n a  b   c\n\n 1  "x  y"\t2\n'

    header, rows = read(tmp_path / "t.txt", Delimiting(), content)

    assert header == ("a", "b", "c")
    assert rows == [(4, ["1", "x  y", "2"])]


def test_a_value_that_goes_on_in_the_next_line_needs_a_delimiter(tmp_path):
    with pytest.raises(DataError, match="line 2: a quotation mark opens a value"):
        read(tmp_path / "t.txt", Delimiting("whitespace"), b'a b\n1 "x\ny"\n')


def test_where_quotation_marks_mean_nothing_they_need_no_partner(tmp_path):
    layout = Delimiting("whitespace", quoting="none")

    assert read(tmp_path / "t.txt", layout, b'a b\n1 5"\n')[1] == [(2, ["1", '5"'])]


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("name;ville\nJosé;Orléans\nZoë;Nîmes\n", "cp1252"),
        ("姓名,城市\n张三,北京\n李四,上海\n", "gb18030"),
        ("Имя,город\nИван,Москва\nПётр,Казань\n", "cp1251"),  # noqa: RUF001
        ("名前,都市\nさとう,東京\nすずき,大阪\n", "shift_jis"),
    ],
)
def test_the_likeliest_encoding(tmp_path, text, charset):
    path = tmp_path / "t.csv"
    path.write_bytes((text * 20).encode(charset))

    assert likely_charset(path) == charset


@pytest.mark.parametrize("head", ["Ort;Fläche (m²);Preis", "Ort;Raum in m³;Preis"])
def test_square_metres_are_read_by_the_western_encoding(tmp_path, head):
    path = tmp_path / "t.csv"
    lines = [head, *(f"{at:05d};München;{at * 37 % 400},5;ja;{at * at}" for at in range(100))]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))

    assert likely_charset(path) == "cp1252"
