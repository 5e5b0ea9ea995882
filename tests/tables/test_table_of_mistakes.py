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
    (tmp_path / "t.csv").write_text("p,q,y\n1,2,a\n3,4,b\n5,6,a\n")
    (tmp_path / "t.yaml").write_text(SPEC.format(more=""))

    code, out, err = run_kx("train", tmp_path / "t.yaml", "--outputs", tmp_path / "out")

    assert (code, out) == (2, "")
    assert "t.yaml:4:1: validation.size: holds out 0 of 2 training examples" in err
    assert "1 mistake." in err


@pytest.mark.slow
def test_a_class_with_one_row_is_told_and_trained_on(run_kx, tmp_path):
    (tmp_path / "t.csv").write_text("p,q,y\n" + ROWS + "5,6,rare\n")
    (tmp_path / "t.yaml").write_text(SPEC.format(more=""))

    code, _, err = run_kx("train", tmp_path / "t.yaml", "--outputs", tmp_path / "out")

    assert code == 0
    assert "class without a row in the test part: 'rare' (1 row)" in " ".join(err.split())


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
