"""What is suspicious in a column of numbers, and what has an order of its own."""

import random

import pytest
import yaml

from kx.authoring.asked_table import own_table
from kx.authoring.looked_table import look
from kx.authoring.own_data import plan_of_data
from kx.authoring.own_table import table_proposal
from kx.authoring.table_seen import seen_table
from kx.base.errors import DataError
from kx.data.files.sources import SourceFiles
from kx.wording.recorded import in_words
from tests.parts import loaded
from tests.tables.nasty import NASTY, TOLD

SHUFFLED = random.Random(4).sample(range(1001, 1081), 80)
SPARSE = random.Random(4).sample(range(10_000, 9_000_000), 80)


@pytest.fixture
def table(tmp_path):
    """Writes a table of a column v, a column of noise and a target of two classes."""

    def write(values, name="v", target=None):
        said = target or ["a", "b"]
        lines = [f"{v},{at * 7 % 13 / 4},{said[at % len(said)]}" for at, v in enumerate(values)]
        (tmp_path / "t.csv").write_text("\n".join([f"{name},w,y", *lines]) + "\n")
        return {"path": str(tmp_path / "t.csv"), "target": "y"}

    return write


def codes(options, **more):
    info = loaded("table", SourceFiles(offline=True), **options, **more).info
    return [remark.code for remark in info.remarks], {form.name: form.kind for form in info.table}


def test_years_one_for_each_row_are_numbers_in_an_order_of_time(table):
    told, kinds = codes(table(range(1941, 2021), "year"))

    assert kinds["year"] == "number"
    assert "columns.sorted" in told
    assert "columns.sorted" not in codes(table(range(1941, 2021), "year"), time="year")[0]


@pytest.mark.parametrize("first", [1, 0, 1500, 2050])
def test_other_numbers_that_rise_by_one_number_the_rows(table, first):
    told, kinds = codes(table(range(first, first + 80)))

    assert "v" not in kinds
    assert told[0] == "columns.left_out_hint"


@pytest.mark.parametrize(
    ("values", "name", "suspected"),
    [
        (SHUFFLED, "v", True),  # 80 numbers within 80: chance would make 40 pairs
        (SPARSE, "v", False),  # within 9 million, hardly one pair in 3,000 such tables
        (SPARSE, "customer_id", True),
        (SPARSE, "CustomerId", True),
        (SPARSE, "客户编号", True),
        (SPARSE, "humid", False),
        ([*SHUFFLED[:-1], SHUFFLED[0]], "id", False),  # one comes again
        ([at + 0.5 for at in SHUFFLED], "id", False),
        (SHUFFLED[:15], "v", False),
        (range(1941, 2021), "year", False),
    ],
)
def test_different_whole_numbers_may_name_the_rows(table, values, name, suspected):
    told, kinds = codes(table(values, name))

    assert kinds[name] == "number"  # told, and no more
    assert ("columns.identifier" in told) is suspected
    assert "columns.identifier" not in codes(table(values, name), numbers=(name,))[0]


def test_a_suspected_identifier_is_found_among_any_number_of_rows(table, monkeypatch):
    monkeypatch.setattr("kx.data.tables.columns.MOST_DISTINCT", 20)

    assert "columns.identifier" in codes(table(SHUFFLED))[0]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (range(1, 11), tuple(map(str, range(1, 11)))),
        (["10", "9.5", "-2", "9"], ("-2", "9", "9.5", "10")),
        (["10", "9", "x"], ("10", "9", "x")),
        (["1.0", "1", "2"], ("1", "1.0", "2")),
    ],
)
def test_classes_that_are_numbers_stand_in_their_order(table, labels, classes):
    options = table([at * 3 % 7 for at in range(80)], target=list(labels))

    info = loaded("table", SourceFiles(offline=True), task="classes", **options).info

    assert info.classes == classes


def test_labels_that_are_numbers_stand_in_their_order(table):
    options = table(range(0, 160, 2), target=["10;9", "2", "9;2;10"])

    info = loaded("table", SourceFiles(offline=True), task="multilabel", **options).info

    assert info.classes == ("2", "9", "10")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["Mar", "Jan", "Feb"], "ordered"),
        (["Friday", "Monday", "Sunday"], "ordered"),
        (["周三", "周一", "周日"], "ordered"),
        (["Neutral", "Agree", "Strongly agree"], "ordered"),
        (["small", "big", "medium"], "ordered"),
        (["march", "april", "smith"], "category"),
    ],
)
def test_words_with_an_order_are_recognized(table, words, kind):
    assert codes(table([words[at % 3] for at in range(80)]))[1]["v"] == kind


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["medium", "low", "high"], "[low, medium, high]"),
        (["Agree", "Disagree", "Neutral"], "[Disagree, Neutral, Agree]"),
        (["高", "中", "低"], "[低, 中, 高]"),
        (["tue", "mon", "wed"], ""),  # none of them is the highest
        (["cat", "dog", "owl"], ""),
    ],
)
def test_a_target_of_words_with_an_order_is_proposed_as_such(table, tmp_path, words, order):
    options = table([at * 3 % 7 for at in range(80)], target=words)

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text
    task = look(own_table(tmp_path / "t.csv", "y")).target.task
    stated = loaded("table", SourceFiles(offline=True), **options).info.task

    assert (f"  order: {order}" in text) is bool(order)
    assert task == ("ordered" if order else "multiclass")
    assert stated == "multiclass"  # a spec says what it means
    assert seen_table(tmp_path / "t.csv", "y").said.code == (
        "seen.order" if order else "seen.classes"
    )


def test_what_is_seen_is_said_in_chinese(table, run_kx, tmp_path):
    table(["red", "green", "blue"] * 20, target=["low", "high", "medium"])

    code, out, err = run_kx("data", "look", tmp_path / "t.csv", "--target", "y", "--lang", "zh")

    assert code == 0, err
    assert "60 行，utf-8 编码，以逗号分隔" in out
    assert "3 个有序类别：low 33% < medium 33% < high 33%" in out
    assert "0 到 3" in " ".join(out.split())


def test_several_targets_are_named_one_by_one(run_kx, tmp_path):
    lines = [f"{at * 7 % 13},{at / 3:.2f},{at * 3 % 11 / 2}" for at in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["v,Y1,Y2", *lines]) + "\n")
    spec, args = tmp_path / "s.yaml", ("--from", tmp_path / "t.csv", "--target")

    code, _, err = run_kx("new", spec, *args, "Y1,Y2")
    assert (code, "use --target Y1 --target Y2" in err) == (2, True)

    code, _, err = run_kx("new", spec, *args, "Y1", "--target", "Y2")
    assert code == 0, err
    assert "target: [Y1, Y2]  # 2 numbers: Y1 0 to 19.67, Y2 0 to 5" in spec.read_text()
    assert "task: regression" in spec.read_text()
    assert run_kx("check", spec)[0] == 0
    code, out, err = run_kx("data", "look", tmp_path / "t.csv", "--target", "Y1", "--target", "Y2")
    assert code == 0, err
    assert "To be predicted: Y1, Y2, 2 numbers" in out


LEAKY = [
    f"{at},{5_000 + at * 7 % 181},{at % 2 + at % 10 / 100},{'ab'[at % 2]},{at * 3 % 7},"
    f"{4 if at == 5 else ''},{'t' if at % 2 else at % 120 // 2}t,{['yes', 'no'][at % 2]}"
    for at in range(180)
]  # fmt: skip
"""Numbers of the rows, of customers, a near copy, a copy, kinds, gaps, many towns."""


def test_what_is_suspicious_stands_at_its_column_and_is_printed(run_kx, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    header = "row,customer,paid,code,kind,rare,town,y"
    (tmp_path / "t.csv").write_text("\n".join([header, *LEAKY]) + "\n")
    spec = tmp_path / "t.yaml"

    code, _, err = run_kx("new", spec, "--from", tmp_path / "t.csv", "--target", "y")

    assert code == 0, err
    text, told = spec.read_text(), " ".join(err.split())
    below = {line.split()[1]: at for at, line in enumerate(text.splitlines()) if "  # " in line}
    lines = text.splitlines()
    assert "! it has another whole number in each row" in lines[below["customer"] + 1]
    assert "! it alone explains 9" in lines[below["paid"] + 1]
    assert "! it gives y away" in lines[below["code"] + 1]
    assert "if these are categories" in lines[below["kind"]]
    assert "99% missing" in lines[below["rare"]]
    assert "  most_levels: 61  # levels kept of each category: the network embeds them" in lines
    for words in (
        "column row numbers the rows: it is left out",
        "column customer has another whole number in each row",
        "paid alone explains 9",
        "column code gives y away",
        "column kind holds 7 whole numbers",
        "column rare has no value in 99% of the rows",
    ):
        assert words in told
    assert "code alone explains" not in told  # it is a copy, which was said
    assert max(map(len, err.splitlines())) <= 80


def test_values_are_told_apart_where_one_of_many_is_frequent(table):
    often = [f"t{at}" if at % 4 else "capital" for at in range(80)]
    rare = [f"t{at}" for at in range(79)] + ["t0"]

    assert codes(table(often))[1]["v"] == "category"
    assert "v" not in codes(table(rare))[1]


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("built", [1900, 1955, 2010], "number    1900 to 2010\n"),
        ("price", [1900, 1955, 20_100], "number    1,900 to 20,100\n"),
        ("ZIP", [94110 + at for at in range(12)], "if these are postcodes, list it in categories"),
        ("zip_code", [94110 + at for at in range(12)], "if these are postcodes"),
        ("gzipped", [94110 + at for at in range(12)], "94,110 to 94,121\n"),
    ],
)
def test_numbers_are_described_as_what_they_are(table, tmp_path, name, values, words):
    table([values[at % len(values)] for at in range(80)], name)

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text

    line = next(line for line in text.splitlines() if line.startswith(f"  # {name} "))
    assert words.removesuffix("\n") in line
    if words.endswith("1\n"):
        assert line.endswith(words.strip())


def test_names_of_any_script_stand_above_each_other(tmp_path):
    rows = "".join(f"{at * 1.5},{at % 7},{'ab'[at % 2]}\n" for at in range(40))
    (tmp_path / "t.csv").write_text(f"温度,km,y\n{rows}")

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text

    assert "\n  # 温度  number    0 to 58.5\n  # km    number    0 to 6;" in text


def test_too_few_rows_are_told_alike_by_looking_and_by_writing_a_spec(tmp_path):
    (tmp_path / "t.csv").write_text("v,y\n1.5,a\n2,b\n")
    words = "t.csv has 2 rows: to train, validate and test, at least 3 are needed"

    for target in (None, "y"):
        remarks = seen_table(tmp_path / "t.csv", target).findings
        assert [in_words(each) for each in remarks].count(words) == 1
    with pytest.raises(DataError, match=words):
        table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml")


GAPPED = [
    *("n.b.", "k.A.", "-", "无", "keine Angabe", "sin dato", "N.D.", "n/v", "(null)", "#DIV/0!"),
]


@pytest.mark.parametrize("word", GAPPED)
def test_a_word_among_few_numbers_is_proposed_as_missing_with_its_count(table, tmp_path, word):
    options = table([word if at % 8 == 0 else at % 5 for at in range(48)])

    text = table_proposal("t", tmp_path / "t.csv", "y", tmp_path / "t.yaml").text
    told = [in_words(each) for each in seen_table(tmp_path / "t.csv", None).findings]

    assert f"it has {word!r} in 6 rows, among numbers or dates: read as missing" in text
    assert sum(f"column v has {word!r} in 6 rows" in each for each in told) == 1
    spec = yaml.safe_load(text)["dataset"]
    assert (spec["numbers"], spec["missing_values"][-1]) == (["v", "w"], word)
    assert codes(options, missing_values=tuple(spec["missing_values"]))[1]["v"] == "number"


@pytest.mark.parametrize(
    "values",
    [
        [f"{'-' if at % 8 == 0 else f'{at % 5} kg'}" for at in range(48)],
        ["-" if at % 8 == 0 else f"2024-01-{at % 20 + 1:02}" for at in range(48)],
    ],
    ids=["unit", "dates"],
)
def test_a_word_may_stand_among_units_and_dates(table, tmp_path, values):
    table(values)

    found = look(own_table(tmp_path / "t.csv", "y"))

    assert [(each.word, each.count) for each in found.missing] == [("-", 6)]
    assert found.readings["v"].reading in ("number", "date")


def test_no_word_is_proposed_that_means_something_elsewhere_or_beside_a_stated_list(tmp_path):
    lines = [
        f"{'无' if at % 8 == 0 else at % 5},{'无有'[at % 2]},{'ab'[at % 3 % 2]}" for at in range(48)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["v,has,y", *lines]))

    found = look(own_table(tmp_path / "t.csv", "y"))
    stated = look(own_table(tmp_path / "t.csv", "y", ["dataset.missing_values=[无]"]))

    assert found.missing == stated.missing == ()
    assert found.readings["has"].reading == "boolean"
    assert found.readings["v"].reading == "category"


@pytest.mark.parametrize("name", NASTY)
def test_what_is_odd_about_a_nasty_table_is_said(tmp_path, name):
    content, target = NASTY[name]()
    (tmp_path / "t.csv").write_bytes(content)

    found = table_proposal(name, tmp_path / "t.csv", target, tmp_path / "t.yaml")
    said = " ".join([found.text, *(in_words(each) for each in found.remarks)])

    assert " ".join(TOLD[name].split()) in " ".join(said.split())


def test_a_run_without_a_spec_says_everything_once(tmp_path):
    (tmp_path / "t.csv").write_text("\n".join(["row,customer,paid,code,kind,rare,town,y", *LEAKY]))

    plan = plan_of_data(tmp_path / "t.csv", ["y"])
    said = [in_words(each) for each in plan.remarks]

    assert len(set(said)) == len(said)
    for words in ("column customer has another", "column rare has no value in 99%", "code gives y"):
        assert sum(words in each for each in said) == 1, words
    assert not any("spec of" in each for each in said)


def test_a_value_that_hardly_ever_occurs_again_gives_nothing_away(tmp_path):
    """Of 200 rows with a number in every fourth, each number goes with one target by itself."""
    lines = [f"{f'{at}.5' if at % 4 == 0 else ''},{at % 2},{at * 7}" for at in range(200)]
    (tmp_path / "gaps.csv").write_text("\n".join(["seldom,kind,y", *lines]) + "\n")
    copied = [f"{at * 7 if at % 4 == 0 else ''},{at % 2},{at * 7}" for at in range(200)]
    (tmp_path / "copy.csv").write_text("\n".join(["seldom,kind,y", *copied]) + "\n")

    def copies(name):
        found = seen_table(tmp_path / name, "y", ["dataset.task=regression"]).findings
        return [each for each in found if each.code == "columns.copy"]

    assert not copies("gaps.csv")
    assert len(copies("copy.csv")) == 1
