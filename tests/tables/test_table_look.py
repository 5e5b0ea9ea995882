"""`kx data look`: what is in a table, and what is suspicious."""

import numpy as np
import pytest

from kx.advice.distributions import bars
from kx.advice.doubtful_labels import doubtful_labels
from kx.advice.repeated_rows import rounded
from kx.advice.table_look import look_at
from kx.authoring.asked_table import own_table
from kx.authoring.looked_table import look
from kx.authoring.table_seen import seen_table
from kx.base.errors import DataError
from kx.contracts import ColumnForm
from kx.wording.recorded import in_words

ROWS = 200


def rows(random):
    """Yield rows in which y is 2 a, by which b is known, and c means nothing."""
    for at in range(ROWS):
        a = random.normal()
        yield [f"{a:.3f}", f"{100 * a:.1f}", "pqr"[at % 3], f"{2 * a + random.normal() / 2:.3f}"]


@pytest.fixture
def numbers(tmp_path):
    path = tmp_path / "n.csv"
    lines = ["a,b,c,y", *(",".join(row) for row in rows(np.random.default_rng(1)))]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def classes(tmp_path):
    """Two classes that x tells apart, but for lines 12 and 150."""
    lines = ["x,z,kind"]
    for at in range(ROWS):
        kind = at % 2 if at + 2 not in (12, 150) else 1 - at % 2
        lines.append(f"{at % 2 + at / 1000:.3f},{at // 2 % 10},{('low', 'high')[kind]}")
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "c.csv"


def seen(path, target, *settings):
    found = look(own_table(path, target, settings))
    return look_at(found.bundle(), target)


def test_a_column_tells_what_it_explains_alone_and_noise_nothing(numbers):
    columns = seen(numbers, "y").columns

    # y = 2 a + noise of a quarter of a variance: 4 / 4.25 = 0.94, a little less in ten parts.
    assert 0.8 < columns["a"].tells < 0.94
    assert columns["c"].tells < 0.05
    assert sum(columns["a"].shape.counts) == ROWS


def test_what_a_column_tells_of_classes_is_corrected_for_chance(classes):
    columns = seen(classes, "kind").columns

    assert 0.85 < columns["x"].tells < 1  # two of 200 labels are wrong
    assert columns["z"].tells < 0.05


def test_copies_of_other_columns_are_told_in_whatever_unit(numbers):
    told = [each.values for each in seen(numbers, "y").findings if each.code == "columns.twins"]

    assert told == [{"first": "a", "second": "b"}]


def test_wrong_labels_are_found_with_their_lines(classes):
    doubts = doubtful_labels(look(own_table(classes, "kind")).bundle())

    assert {each.place for each in doubts.rows} == {"line 12", "line 150"}
    assert doubts.count == 2
    assert all(each.given != each.said and each.sure > 0.9 for each in doubts.rows)


def test_labels_are_not_judged_by_a_model_that_is_no_better_than_the_most_frequent_one(
    run_kx, tmp_path
):
    random, path = np.random.default_rng(1), tmp_path / "rare.csv"
    lines = [f"{random.normal():.3f},{'fraud' if at % 25 == 0 else 'ok'}" for at in range(400)]
    path.write_text("\n".join(["x,kind", *lines]) + "\n")

    doubts = doubtful_labels(look(own_table(path, "kind")).bundle())
    _, out, _ = run_kx("data", "look", path, "--target", "kind")

    assert doubts.weak
    assert (doubts.count, doubts.rows) == (0, ())
    assert "guessing the most frequent label in 96.0%" in " ".join(out.split())


def test_labels_are_judged_beside_more_levels_than_trees_tell_apart(tmp_path):
    rows = [f"c{at % 399},{at % 2 + at / 9000:.4f},{('no', 'yes')[at % 2]}" for at in range(1596)]
    rows[10] = "c10,0.0011,yes"
    (tmp_path / "l.csv").write_text("\n".join(["customer,x,y", *rows]) + "\n")

    doubts = seen_table(tmp_path / "l.csv", "y", []).look.doubts

    assert [each.place for each in doubts.rows] == ["line 12"]


def test_rows_that_occur_again_are_counted_within_and_across_parts(tmp_path):
    lines = [f"{at}.25,{'ab'[at % 2]},{at * 37 % 11}.5" for at in range(1, 101)]
    (tmp_path / "r.csv").write_text("\n".join(["n,c,y", *lines, *lines[:10], "1.25,b,99"]) + "\n")

    repeated = seen(tmp_path / "r.csv", "y", "dataset.task=regression").repeated

    assert repeated.exact == 11
    assert repeated.contradicting == 3  # 1.25,b has another target on the last line
    assert 0 < repeated.across <= 11


def test_near_values_are_made_the_same():
    forms = [
        ColumnForm("n", "number"), ColumnForm("d", "date"),
        ColumnForm("c", "category", ("Red Wine", "redwine", "white")),
    ]  # fmt: skip
    x = np.array([[1234.4, 10.2, 0], [1233.9, 10.9, 1], [1250.0, 11.0, 2], [np.nan, np.nan, -1]])

    found = rounded(x, forms)

    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).all()


def test_without_a_target_columns_are_shown_alone(numbers):
    found = seen_table(numbers, None)

    assert [each.name for each in found.columns] == ["a", "b", "c", "y"]
    assert found.look.doubts is None
    assert all(each.look.tells is None for each in found.columns)


def test_texts_are_compared_as_a_whole_and_tell_nothing_alone(tmp_path):
    lines = [f"this is review {at} of a film,{at % 2}" for at in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["said,seen", *lines, lines[3]]) + "\n")

    found = seen(path, "seen", "dataset.texts=[said]")

    assert found.repeated.exact == 1
    assert found.columns["said"].tells is None
    assert found.doubts is None  # nothing that the simple model reads
    assert seen_table(path, None, ["dataset.texts=[said]"]).look.repeated.exact == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_terminal_and_the_page_show_the_same_in_both_languages(
    run_kx, tmp_path, classes, lang, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    args = ("data", "look", classes, "--target", "kind", "--lang", lang)

    code, out, err = run_kx(*args)
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80
    place = {"en": "line 150", "zh": "第 150 行"}[lang]
    assert place in out

    code, _, err = run_kx(*args, "-o", tmp_path / "look.html")
    assert code == 0, err
    page = (tmp_path / "look.html").read_text()
    assert place in page
    assert page.count('class="small"') == 3  # of the target and of both columns


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("gone.csv",), 3, "there is no such file"),
        (("c.csv", "--target", "kinds"), 3, "Did you mean 'kind'?"),
        (("c.csv", "-o", "look.pdf"), 2, "a page ends in .html"),
    ],
)
def test_mistakes_are_told(run_kx, tmp_path, classes, monkeypatch, args, code, words):
    monkeypatch.chdir(tmp_path)

    found, _, err = run_kx("data", "look", *args)

    assert found == code
    assert words in " ".join(err.split())


def test_years_have_no_commas_alone_or_as_a_target(tmp_path):
    lines = "".join(f"{1990 + at % 7},{20_000 + at % 9}\n" for at in range(60))
    (tmp_path / "t.csv").write_text("year,km\n" + lines)

    alone = seen_table(tmp_path / "t.csv", None)
    asked = seen_table(tmp_path / "t.csv", "year", ("dataset.task=regression",))

    year, km = (column.look for column in alone.columns)
    assert year.shape.names[0] == "1990"
    assert km.shape.names[0] == "20,000"
    assert in_words(asked.said) == "a number, 1990 to 1996"


def test_rows_without_a_target_are_told_and_do_not_end_a_look(numbers):
    lines = numbers.read_text().splitlines()
    lines[3] = lines[3].rpartition(",")[0] + ",NA"
    numbers.write_text("\n".join(lines) + "\n")

    found = seen_table(numbers, "y").findings
    told = [each for each in found if getattr(each, "code", "") == "table.left_out"]

    assert [remark.values["count"] for remark in told] == [1]
    with pytest.raises(DataError, match="1 row cannot be used"):
        seen_table(numbers, "y", ["dataset.on_broken=error"])


def test_each_of_a_few_values_has_a_bar_also_where_they_come_one_after_the_other():
    months = np.repeat(np.arange(1.0, 13), 4_000)

    places, names = bars(ColumnForm("month", "number"), months)
    assert names == [str(month) for month in range(1, 13)]
    assert np.bincount(places).tolist() == [4_000] * 12

    _, thirteen = bars(ColumnForm("month", "number"), np.append(months, 100.0))
    assert thirteen[0] == "1"
    assert len(thirteen) == 12  # equally wide: 100 has no bar of its own
