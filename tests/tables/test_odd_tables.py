"""Tables as people export them: thousands, times of day, many identifiers, odd names."""

import re

import numpy as np
import pytest
import yaml

from kx.authoring.own_table import table_proposal
from kx.authoring.setting import quoted
from kx.base.errors import DataError
from kx.contracts import ColumnForm, DatasetInfo, Split
from kx.data.files.sources import SourceFiles
from kx.data.inputs.given import Given
from kx.data.inputs.mixed import form, read
from kx.data.tables import columns
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import as_day, day_of
from kx.data.tables.encoding import fit_table
from kx.evaluators.trees import trees_say
from kx.spec.document import parse
from tests.parts import loaded


@pytest.fixture
def table(tmp_path):
    """Writes a table, and returns the options that name it; the target is the last column."""

    def write(header, rows, delimiter=";"):
        lines = [header, *(delimiter.join(map(str, row)) for row in rows)]
        (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
        return {"path": str(tmp_path / "t.csv"), "target": header.split(delimiter)[-1]}

    return write


def load(options, **more):
    return loaded("table", SourceFiles(offline=True), **options, **more)


def values_of(bundle, at):
    return sorted({*bundle.train.x[:, at], *bundle.test.x[:, at]})


def test_thousands_are_told_from_decimals_by_the_other_columns(table):
    rows = [(["950", "1.234", "12.500"][at % 3], f"{at},5", "ab"[at % 2]) for at in range(12)]

    bundle = load(table("km;v;y", rows))

    assert values_of(bundle, 0) == [950, 1234, 12_500]
    assert bundle.info.table[0].comma


def test_a_comma_is_read_as_thousands_where_others_have_decimal_points(table):
    rows = [(f"{at + 1},250", f"{at}.5", "ab"[at % 2]) for at in range(12)]

    assert values_of(load(table("km;v;y", rows)), 0)[0] == 1250


def test_what_may_be_thousands_is_asked_where_no_column_tells(table):
    rows = [(["950", "1.234"][at % 2], "ab"[at % 3 == 0]) for at in range(12)]
    options = table("km;y", rows)

    with pytest.raises(DataError, match=r"'1\.234' may be 1234 or 1\.234, since '950' .*decimal"):
        load(options)

    assert values_of(load(options, decimal="comma"), 0) == [950, 1234]
    assert values_of(load(options, decimal="point"), 0) == [1.234, 950]


def test_a_target_may_have_a_decimal_comma(table):
    rows = [(at % 7, f"1.{at:03},5") for at in range(30)]

    bundle = load(table("v;price", rows), task="regression")

    assert sorted({*bundle.train.y, *bundle.test.y}) == [1000.5 + at for at in range(30)]


def test_a_target_may_have_thousands_set_apart(table):
    rows = [(f"{at % 7}.5", f"{at + 1},000") for at in range(30)]

    bundle = load(table("v;price", rows), task="regression")

    assert max(*bundle.train.y, *bundle.test.y) == 30_000


def test_classes_keep_their_commas(table):
    rows = [(f"{at % 7}.5", ["1,5", "2,5"][at % 2]) for at in range(12)]

    assert load(table("v;size", rows), task="classes").info.classes == ("1,5", "2,5")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1970-01-02 18:00", 1.75),
        ("1970-01-02T06:00:00Z", 1.25),
        ("1970-01-02T00:00:00+06:00", 0.75),
        ("2.1.1970 12:00", 1.5),
        ("1970/1/2", 1),
        ("1970-01-02 25:00", None),
        ("1970-01/02", None),
    ],
)
def test_a_time_of_day_is_a_part_of_a_day(text, days):
    assert as_day(text) == days


def test_a_day_is_written_with_its_time():
    assert [day_of(1), day_of(1.75)] == ["1970-01-02", "1970-01-02 18:00:00"]


def test_the_order_of_time_counts_hours(table):
    hours = [7, 3, 9, 1, 5, 8, 2, 6, 4, 0]
    rows = [(f"2024-03-01 {hour:02}:00", hour, "ab"[hour % 2]) for hour in hours]

    bundle = load(table("t;v;y", rows), time="t")

    assert [*bundle.train.x[:, 1], *bundle.test.x[:, 1]] == list(range(10))


def test_many_different_texts_are_looked_through_once(monkeypatch):
    monkeypatch.setattr(columns, "MOST_DISTINCT", 5)
    seen = []
    monkeypatch.setattr(columns, "as_number", lambda value, *, comma: seen.append(value))
    column = TableColumn("id")

    for at in range(50):
        column.add(f"P{at}", at, ())

    assert len(column.codes) == 50
    assert len(seen) <= 6


def test_a_category_keeps_its_values_however_many_there_are(table, monkeypatch):
    monkeypatch.setattr(columns, "MOST_DISTINCT", 5)
    rows = [(at % 10, at / 3, "ab"[at % 2]) for at in range(40)]

    bundle = load(table("code;v;y", rows), categories=("code",))

    assert set(bundle.info.table[0].levels) == {str(at) for at in range(10)}


@pytest.mark.parametrize(
    "name",
    [
        "yes",
        "null",
        "1",
        "a, b",
        "x: y",
        "\x7f",
        "a\x85b",
        "a\u2028b",
        "\ufeffz",
        "l\nb",
        '"',
        "\\n",
    ],
)
def test_every_name_is_read_back_from_a_spec(name):
    text = f"names: [{quoted(name)}, other]\n"

    assert yaml.safe_load(text) == {"names": [name, "other"]}
    assert parse(text).value == {"names": [name, "other"]}


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("y", [], "column to learn from besides 'y'"),
        ("a;y", ["1"], r"these are left out: a \(is 1"),
    ],
)
def test_no_spec_is_written_that_could_not_be_trained(table, tmp_path, header, row, words):
    options = table(header, [(*row, "ab"[at % 2]) for at in range(12)])

    with pytest.raises(DataError, match=words):
        table_proposal("t", tmp_path / "t.csv", options["target"], tmp_path / "t.yaml")


def test_a_column_that_counts_can_be_learned_from_or_be_the_time(table, tmp_path):
    options = table("height;y", [(58 + at, 110.5 + at * at) for at in range(12)])

    with pytest.raises(DataError, match="these are left out: height") as refused:
        table_proposal("t", tmp_path / "t.csv", options["target"], tmp_path / "t.yaml")
    settings = re.findall(r"--set '?([\w.]+=[\w\[\]]+)", str(refused.value))

    assert settings == ["dataset.numbers=[height]", "dataset=series", "dataset.time=height"]
    spec = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml", settings[:1]).text
    assert "numbers: [height]" in spec


def test_a_spec_says_what_is_nearly_a_number_and_what_begins_with_zeros(table, tmp_path):
    rows = [
        (f"0{at % 9}3", f"${at * 7 % 20 + 1},000", f"{at * 7 % 20}%", f"{at}:30", "ab"[at % 2])
        for at in range(20)
    ]
    options = table("plz;pay;share;when;y", rows)

    spec = table_proposal("t", tmp_path / "t.csv", options["target"], tmp_path / "t.yaml").text

    said = {line.split()[1]: line for line in spec.splitlines() if line.startswith("  # ")}
    assert "some begin with 0" in said["plz"]
    assert "1,000 to 20,000; in $" in said["pay"]
    assert "0 to 19; in %" in said["share"]
    assert "nearly numbers" in said["when"]


def test_rows_for_prediction_are_read_by_the_forms_of_their_columns(table, tmp_path):
    rows = [("ab"[at % 2], ["1,5", ""][at % 3 == 0], "no" if at % 4 else "yes") for at in range(40)]
    options = table("k;v;y", rows)
    bundle = load(options)
    kept = form(bundle.info, bundle.train.x, {"target": "y", "missing_values": ["", "none"]})

    found = read(Given(inputs=[str(tmp_path / "t.csv")]), kept, None)

    lines = [int(line.removeprefix("line ")) - 2 for line in bundle.origins["test"]]
    np.testing.assert_array_equal(found.x[lines], bundle.test.x)


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_huge_and_tiny_numbers_are_standardized(size):
    x = np.array([[-1.0], [0], [1], [2]])

    plain, scaled = (
        fit_table(x * by, (ColumnForm("a", "number"),), "standardize", "indicator").apply(x * by)
        for by in (1.0, size)
    )

    np.testing.assert_allclose(scaled, plain, rtol=1e-6)


def test_trees_learn_from_many_rows_of_which_one_is_alone_in_its_class():
    x = np.random.default_rng(0).normal(size=(10_500, 1)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int32)
    y[7] = 2
    info = DatasetInfo("t", "multiclass", (1,), ("a", "b", "c"))

    said = trees_say(Split(x, y), np.array([[-2.0], [2.0]], np.float32), info)

    assert said.argmax(axis=1).tolist() == [0, 1]


@pytest.mark.parametrize(("task", "shares"), [("binary", [[1.0]]), ("multiclass", [[0, 1.0, 0]])])
def test_trees_that_saw_one_class_predict_it(task, shares):
    classes = ("a", "b", "c")[: 2 if task == "binary" else 3]
    x, y = np.zeros((30, 1), np.float32), np.ones(30, np.int32)

    said = trees_say(Split(x, y), x[:1], DatasetInfo("t", task, (1,), classes))

    assert said.tolist() == shares


def test_an_error_says_where_options_go_while_there_is_no_spec(table, tmp_path):
    options = table("km;y", [(f"{at + 1},250", "ab"[at % 2]) for at in range(12)])

    with pytest.raises(DataError, match=r"are given as in --set dataset\.decimal=point"):
        table_proposal("t", tmp_path / "t.csv", options["target"], tmp_path / "t.yaml")


@pytest.mark.parametrize(
    ("row", "value"),
    [('{"v": 1.234}', 1.234), ("v=5.5", 5.5), ('{"v": "5,5"}', 5.5), ('{"v": "1.234,5"}', 1234.5)],
)
def test_a_typed_row_has_decimal_points_also_where_files_have_commas(table, row, value):
    bundle = load(table("v;y", [(f"{at},5", "ab"[at % 2]) for at in range(20)]))
    kept = form(bundle.info, bundle.train.x, {"target": "y"})

    assert read(Given(rows=[row]), kept, None).x.tolist() == [[value]]


@pytest.mark.parametrize(
    ("header", "target", "words"),
    [("2019;2020", "2020", "header: present"), ("?;3", "c2", "header: none")],
)
def test_a_target_that_is_missing_may_be_for_the_header(table, header, target, words):
    options = table(header, [(at, at % 2) for at in range(12)]) | {"target": target}

    with pytest.raises(DataError, match=words):
        load(options)


def test_rows_without_a_header_have_their_lines(table):
    options = table("sep=;\n7;1", [(at * 3 % 7, at % 2) for at in range(12)])

    bundle = load(options | {"target": "c2"}, task="classes")

    assert sorted(int(line.split()[1]) for part in bundle.origins.values() for line in part) == [
        *range(2, 15)
    ]


def test_a_cross_or_nothing_is_learned_from(table):
    rows = [("x" if at % 3 else "", at / 3, "ab"[at % 2]) for at in range(40)]

    form = load(table("email;v;y", rows)).info.table[0]

    assert (form.kind, form.levels, form.gaps) == ("category", ("x",), True)


def test_rows_of_nothing_are_passed_over_wherever_they_stand(table, tmp_path):
    rows = [(f"{at}.5", "ab"[at % 2]) for at in range(12)] + [("", "")] * 3
    options = table("v;y", rows)

    bundle = load(options)
    kept = form(bundle.info, bundle.train.x, {"target": "y"})

    assert len(bundle.train) + len(bundle.test) == 12
    assert len(read(Given(inputs=[str(tmp_path / "t.csv")]), kept, None).x) == 12


def test_a_class_called_none_is_not_advised_away(table):
    rows = [(f"{at}.5", ["none", "mild"][at % 2]) for at in range(12)]
    options = table("v;damage", rows)

    with pytest.raises(DataError, match=r"is a class.*dataset\.missing_labels"):
        load(options)

    assert load(options, missing_labels=()).info.classes == ("mild", "none")


def test_few_rows_get_as_many_folds_as_there_are(table, tmp_path):
    options = table("v;y", [(at, "ab"[at % 2]) for at in range(4)])

    spec = table_proposal("t", tmp_path / "t.csv", options["target"], tmp_path / "t.yaml").text

    assert yaml.safe_load(spec)["validation"]["k"] == 3  # one of the four rows is for testing


def test_groups_are_not_divided_by_time(table):
    rows = [(at % 3, at, at * 7 % 5, "ab"[at % 2]) for at in range(20)]

    with pytest.raises(DataError, match="they exclude each other"):
        load(table("g;t;v;y", rows), group="g", time="t")
