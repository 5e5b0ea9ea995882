"""What is wrong with one's own table is told in one message, with the exit code of its kind."""

import pytest

SPEC = """\
name: mine
dataset: {{name: table, path: t.csv, target: y{more}}}
architecture: {{name: mlp, units: [4]}}
validation: {{strategy: holdout, refit: none}}
training: {{epochs: 1}}
"""

ROWS = "".join(f"{at},{at * 7 % 13},{'ab'[at % 3 % 2]}\n" for at in range(30))

CASES = {
    "no target column": ("p,q,z\n" + ROWS, "", "has no column 'y'. Did you mean"),
    "gaps in the target": (
        "p,q,y\n" + ROWS + "5,6,\n7,8,\n",
        "",
        "2 rows cannot be used:",
        "line 32: no y",
        "line 33: no y",
        "dataset.on_broken: skip",
    ),
    "text among numbers": (
        "p,q,y\n" + ROWS + "many,3,a\n" + ROWS,
        "",
        "column p",
        "'many' (line 32)",
        "dataset.missing_values",
    ),
    "a class of one row": (
        "p,q,y\n" + ROWS + "5,6,rare\n",
        "",
        "t.csv: column y: 1 of 3 classes has a single row (line 32: 'rare')",
        "dataset.ignore_labels: ['rare']",
    ),
    "classes of one row, in a table of parts": (
        "p,q,r,y\n"
        + ROWS.replace(",a", ",train,a").replace(",b", ",test,b")
        + "5,6,train,odd\n1,2,test,rare\n",
        ", part: r",
        "2 of 4 classes have a single row (line 32: 'odd', line 33: 'rare')",
    ),
    "the same column twice": ("p,p,y\n" + ROWS, "", "has column 'p' twice"),
}
"""Name -> the table, options of the dataset, and what the one message says."""


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_in_a_table_is_one_message(run_kx, tmp_path, name):
    content, more, *said = CASES[name]
    if name == "no target column":
        content = content.replace("z\n", "yy\n", 1)
    (tmp_path / "t.csv").write_text(content)
    (tmp_path / "t.yaml").write_text(SPEC.format(more=more))

    code, out, err = run_kx("train", tmp_path / "t.yaml", "--outputs", tmp_path / "out")

    assert code == 3, err
    assert not out
    assert err.count("Error") + err.count("error:") <= 1
    assert "Traceback" not in err
    flat = " ".join(err.split())
    for words in said:
        assert words in flat
    assert not list((tmp_path / "out").glob("*/model.keras"))


def test_three_rows_are_told(run_kx, tmp_path):
    (tmp_path / "t.csv").write_text("p,q,y\n1,2,1.5\n3,4,2.5\n5,6,3.5\n")
    (tmp_path / "t.yaml").write_text(SPEC.format(more=", task: regression"))

    code, out, err = run_kx("train", tmp_path / "t.yaml", "--outputs", tmp_path / "out")

    assert (code, out) == (2, "")
    assert "t.yaml:4:1: validation.size: holds out 0 of 2 training examples" in err
    assert "1 mistake." in err


LONE = ROWS + "5,6,rare\n"


@pytest.mark.parametrize(
    ("content", "more", "code", "said"),
    [
        (LONE, "", 3, "a single row (line 32: 'rare')"),
        (LONE, ", ignore_labels: [rare]", 0, "1 row was left out because of dataset.ignore_labels"),
        (LONE, ", ignore_labels: [rar]", 3, "a single row"),
        (LONE.replace("rare", "A"), "", 3, "'A' differs from 'a' only in spelling"),
        (LONE, ", order: [a, b, rare], task: ordered", 0, ""),
        (LONE, ", task: multilabel, label_separator: a", 0, ""),
        ("1,2,a\n2,3,a\n" + "5,6,b\n", "", 3, "Correct the label or add rows"),
        ("5,6,3\n" + ROWS.replace("a\n", "1\n").replace("b\n", "2\n"), "", 3, "task: ordered"),
    ],
    ids=[
        "one row",
        "ignored",
        "misspelt",
        "spelt otherwise",
        "ordered",
        "several labels",
        "one of two",
        "numbers",
    ],
)
def test_a_class_of_one_row_is_refused_unless_it_is_ignored(
    run_kx, tmp_path, content, more, code, said
):
    (tmp_path / "t.csv").write_text("p,q,y\n" + content)
    (tmp_path / "t.yaml").write_text(SPEC.format(more=more))

    found, _, err = run_kx("check", tmp_path / "t.yaml")

    assert found == code, err
    assert said in " ".join(err.split())


@pytest.mark.parametrize("form", ["text_csv", "text_folder"])
def test_texts_have_no_class_of_one_text(run_kx, tmp_path, form):
    (tmp_path / "t.csv").write_text("text,label\n" + "x y,a\nz,b\n" * 9 + "z z,rare\n")
    for at, (label, _) in enumerate([("a", 0), ("b", 0)] * 3 + [("rare", 0)]):
        (tmp_path / "texts" / label).mkdir(parents=True, exist_ok=True)
        (tmp_path / "texts" / label / f"{at}.txt").write_text("words")
    path = {"text_csv": "t.csv", "text_folder": "texts"}[form]
    spec = SPEC.format(more="").replace("name: table, path: t.csv, target: y", f"name: {form}, "
                                        f"path: {path}")  # fmt: skip
    (tmp_path / "t.yaml").write_text(spec)

    code, _, err = run_kx("check", tmp_path / "t.yaml")

    assert code == 3, err
    where = {"text_csv": "(line 20: 'rare')", "text_folder": "(rare/6.txt)"}[form]
    assert where in err


def test_a_spec_that_kx_writes_leaves_a_few_classes_of_one_row_out(run_kx, tmp_path):
    (tmp_path / "t.csv").write_text("p,q,y\n" + LONE)

    code, _, err = run_kx("new", tmp_path / "t.yaml", "--from", tmp_path / "t.csv", "--target", "y")

    assert code == 0, err
    assert "1 row was left out because of dataset.ignore_labels: 'rare' (1)" in " ".join(
        err.split()
    )
    assert "  ignore_labels: [rare]\n" in (tmp_path / "t.yaml").read_text()
    assert run_kx("check", tmp_path / "t.yaml")[0] == 0


def test_a_spec_is_not_written_where_many_rows_are_classes_of_their_own(run_kx, tmp_path):
    (tmp_path / "t.csv").write_text("p,q,y\n" + ROWS + "1,2,c\n2,2,d\n3,2,e\n4,2,f\n")

    code, _, err = run_kx("new", tmp_path / "t.yaml", "--from", tmp_path / "t.csv", "--target", "y")

    assert code == 3
    assert "4 of 6 classes have a single row" in err
    assert "dataset.ignore_labels: ['c', 'd', 'e', 'f']" in err


@pytest.fixture(scope="module")
def trained(run_kx, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    (folder / "t.csv").write_text("p,q,y\n" + ROWS)
    (folder / "t.yaml").write_text(SPEC.format(more=""))
    code, _, err = run_kx("train", folder / "t.yaml", "-q", "--outputs", folder / "out")
    assert code == 0, err
    return folder


@pytest.mark.slow
def test_a_new_file_without_a_column_is_refused(run_kx, trained):
    (trained / "new.csv").write_text("p,y\n1,a\n")

    code, _, err = run_kx("predict", "mine", trained / "new.csv", "--outputs", trained / "out")

    assert code == 3
    assert "lacks q, which this network reads" in " ".join(err.split())


@pytest.mark.slow
def test_predict_tells_that_the_file_of_the_training_has_changed(run_kx, trained, tmp_path):
    rows = "p,q\n" + ROWS.replace(",a", "").replace(",b", "")
    (tmp_path / "t.csv").write_text(rows)
    before = (trained / "t.csv").read_text()

    def told(path):
        code, _, err = run_kx("predict", "mine", path, "--outputs", trained / "out")
        assert code == 0, err
        return "t.csv has changed since the run was trained on it" in " ".join(err.split())

    assert not told(trained / "t.csv")
    assert not told(tmp_path / "t.csv")  # another file, of the same name
    try:
        (trained / "t.csv").write_text(rows)
        assert told(trained / "t.csv")
    finally:
        (trained / "t.csv").write_text(before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("p,q,y\n" + ROWS.replace("1,7,", "1,700,"), "t.csv was changed since training."),
        ("p,q,y\n" + ROWS + ROWS, "t.csv was changed since training; there are 60 rows"),
        ("p,y\n1,a\n2,b\n1,b\n5,a\n", "t.csv was changed since training; there are 4 rows"),
        ("p,q,z\n" + ROWS, "t.csv has no column 'y'"),
        (None, "t.csv"),
    ],
    ids=["edited", "more rows", "a feature lost", "the target lost", "deleted"],
)
def test_a_file_that_changed_since_training_is_told(run_kx, trained, content, told):
    before = (trained / "t.csv").read_text()
    try:
        (trained / "t.csv").unlink()
        if content is not None:
            (trained / "t.csv").write_text(content)

        code, _, err = run_kx("report", "mine", "--outputs", trained / "out")
    finally:
        (trained / "t.csv").write_text(before)

    assert code == 0  # the page goes without the rows themselves, and says so
    assert told in " ".join(err.split())
    (page,) = (trained / "out").glob("*/report.html")
    assert "The examples themselves cannot be shown" in page.read_text()
