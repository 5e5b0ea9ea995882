"""Large tables of text are read in blocks, column by column, with the result of single rows."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kx.base.errors import DataError
from kx.data.tables.column_options import ColumnOptions, WantedSheet
from kx.data.tables.delimited import Delimiting
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.targets import TargetOptions
from tests.tables.nasty import NASTY

NEVER = 10**9


@contextmanager
def blocks_of(size):
    """Tables are read in blocks of ``size`` characters; 0: row by row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kx.data.tables.delimited.LEAST", 0 if size else NEVER)
        patch.setattr("kx.data.tables.text_lines.BLOCK", size)
        patch.setattr("kx.data.tables.sniffing.SAMPLE_LINES", 3)
        patch.setattr("kx.data.tables.columns.MOST_DISTINCT", 6)
        yield


def everything(path, wanted, size):
    """All that is read of a table, or what is said against it."""
    with blocks_of(size):
        try:
            sheet = read_sheet(path, wanted)
        except DataError as error:
            return type(error), str(error)
    columns = [
        (c.name, repr(c.floats or list(c.codes)), list(c.values.items()), c.lines, c.comma, c.unit)
        for c in [*sheet.columns, *sheet.beside.values()]
    ]
    targets = [
        (t.name, t.said, list(t.labels.counts.items()), t.labels.lines, t.ignored)
        for t in sheet.targets
    ]
    return columns, targets, list(sheet.lines), sheet.flaws, sheet.sha256, sheet.header


def skipping(target, **options):
    labels = TargetOptions(missing_labels=("none",))
    return WantedSheet((target,), Delimiting(**options), labels, ColumnOptions(), on_broken="skip")


@pytest.mark.parametrize("size", [1, 40, 10**6])
def test_rows_are_left_out_for_their_label_in_blocks_as_in_rows(size, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "1,p\n2, odd \n3,q\n,\n4,none\n5,odd\n" * 9)
    labels = TargetOptions(missing_labels=("none",), ignore_labels=("odd", "even"))
    wanted = replace(skipping("y"), labels=labels)

    found = everything(path, wanted, size)

    assert found == everything(path, wanted, 0)
    _, (target,), lines, flaws, *_ = found
    assert target[-1] == {"odd": 18, "even": 0}
    assert (len(lines), len(flaws)) == (18, 9)


@pytest.mark.parametrize("size", [1, 40, 700, 10**6])
@pytest.mark.parametrize("make", NASTY.values(), ids=NASTY)
def test_a_table_with_nasty_traits_is_read_in_blocks_as_in_rows(make, size, tmp_path):
    content, target = make()
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    wanted = skipping(target)

    assert everything(path, wanted, size) == everything(path, wanted, 0)


@pytest.mark.parametrize("size", [1, 40, 700])
@pytest.mark.parametrize("make", NASTY.values(), ids=NASTY)
def test_a_table_without_a_target_is_read_in_blocks_as_in_rows(make, size, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(make()[0])
    wanted = replace(skipping("x"), targets=())

    assert everything(path, wanted, size) == everything(path, wanted, 0)


CELLS = ["1", "2.5", " 3 ", "1,5", "1.234", "1,234", "nan", "NA", "none", "inf", "1_0", "\uff12"]
CELLS += ["1e3", "", "  ", "x", "ß", "K", "$5", "5 kg", "-0", "+7", ".5", "5.", "0x1", "1e999"]
WRITTEN = [*CELLS, '"a ""b"""', '"two\nlines"', '" 1"', '"x,y"', '""']
SPOILED = ['o"', ' "q"', '"', "a\\", "\0", "x,y", "\x85", "1\r2", '"q"q', "\ud800"]
ENDS = ["\n"] * 9 + ["\r\n", "\n\n", "\n,,\n", "\n \n"]
ROW = st.tuples(st.lists(st.sampled_from(WRITTEN), min_size=3, max_size=3), st.sampled_from(ENDS))


@settings(max_examples=250, deadline=None, derandomize=True)
@given(
    rows=st.lists(ROW, min_size=1, max_size=30),
    spoiled=st.sampled_from([None] * 20 + SPOILED),
    size=st.integers(1, 120),
    absent=st.sampled_from([(), ("1",), ("NA", "ß")]),
)
def test_any_table_is_read_in_blocks_as_in_rows(rows, spoiled, size, absent, tmp_path_factory):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    if spoiled:
        rows[-1][0][1] = spoiled
    body = "".join(",".join(cells) + end for cells, end in rows)
    path.write_bytes(f"a,b,target\n1,2,3\n{body}".encode("utf-8", "surrogatepass"))
    wanted = skipping("target")
    if absent:
        wanted = replace(wanted, columns=ColumnOptions(missing_values=absent))

    assert everything(path, wanted, size) == everything(path, wanted, 0)


NUMBERS = [f"{at}.5" for at in range(10)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    cells=st.lists(st.sampled_from([*NUMBERS, *NUMBERS, *CELLS]), min_size=1, max_size=40),
    comma=st.booleans(),
    absent=st.sampled_from([(), ("2.5", "2,5"), ("NA", "x", "")]),
    size=st.integers(1, 120),
)
def test_a_column_of_many_numbers_is_read_in_blocks_as_in_rows(
    cells, comma, absent, size, tmp_path_factory
):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    cells = [*NUMBERS[3:], *cells]
    if comma:
        cells = [cell.replace(".", ",") if cell in NUMBERS else cell for cell in cells]
    lines = [f"{cell};{at % 2}\n" for at, cell in enumerate(cells)]
    path.write_text("a;target\n" + "".join(lines))
    wanted = skipping("target", delimiter=";")
    if absent:
        wanted = replace(wanted, columns=ColumnOptions(missing_values=absent))

    assert everything(path, wanted, size) == everything(path, wanted, 0)
