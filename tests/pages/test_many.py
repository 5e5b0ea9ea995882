"""The page of many runs, and the command that writes pages."""

import json

import pytest

from kx.pages.many import FIRST, many_runs
from kx.pages.overlay import POINTS
from kx.pages.page import report_of_many
from kx.pages.table import SETTINGS
from kx.runs.record_parts import DataFacts
from kx.wording.words import Words
from tests.pages.conftest import CURVES, a_record, score
from tests.pages.pages import Page

EN = Words("en")


def headings(view):
    return [column.heading for column in view.columns]


def cells(view, heading):
    at = headings(view).index(heading)
    return [line.cells[at] for line in view.lines]


def test_every_run_has_a_line_the_newest_first(leave):
    folders = [leave(a_record(name=name)) for name in ("one", "two")]

    view = many_runs(folders, EN)

    assert [line.id for line in view.lines] == sorted((f.name for f in folders), reverse=True)
    assert [cell.text for cell in cells(view, "test accuracy")] == ["0.7500"] * 2
    assert cells(view, "test accuracy")[0].remark == "0.6500 to 0.8500"


def test_runs_of_other_metrics_leave_cells_empty(leave):
    other = a_record(name="houses", scores={"test": {"mae": score(2.5)}}, baselines={})

    view = many_runs([leave(), leave(other)], EN)

    by_name = {line.name: line.cells for line in view.lines}
    at = headings(view).index("test MAE")
    assert (by_name["houses"][at].text, by_name["films"][at].text) == ("2.5000", "")


def test_score_no_better_than_the_baseline_is_marked(leave):
    beaten = a_record(baselines={"test": {"accuracy": {"linear": 0.8}}})

    assert cells(many_runs([leave(beaten)], EN), "test accuracy")[0].mark == "worse"
    assert cells(many_runs([leave()], EN), "test accuracy")[0].mark == "better"


def test_settings_that_differ_have_columns_and_equal_ones_have_none(leave):
    specs = [{"name": n, "training": {"epochs": e}, "seed": 1} for n, e in (("a", 3), ("b", 5))]

    view = many_runs([leave(a_record(spec=spec)) for spec in specs], EN)

    assert [column.heading for column in view.columns if column.setting] == ["training.epochs"]
    assert sorted(cell.key for cell in cells(view, "training.epochs")) == [3, 5]


def test_settings_beyond_what_a_table_holds_are_counted(leave):
    specs = [{f"key{at}": value for at in range(SETTINGS + 7)} for value in (1, 2)]

    view = many_runs([leave(a_record(spec=spec)) for spec in specs], EN)

    assert sum(column.setting for column in view.columns) == SETTINGS
    assert view.hidden == 7


def test_curves_are_thinned_and_those_of_folds_are_means(leave):
    long = {"loss": [1 / (at + 1) for at in range(500)]}
    long["val_loss"] = [2 * value for value in long["loss"]]
    folds = {"fold-1": CURVES, "fold-2": {**CURVES, "val_loss": [0.8, 0.6, 0.7]}}

    view = many_runs(
        [leave(a_record(name="long"), curves={"holdout": long}), leave(curves=folds)], EN
    )

    found = {curve["name"]: curve for curve in view.curves["runs"].values()}
    assert len(found["long"]["x"]) == POINTS + 1
    assert 2 in found["long"]["x"]  # the best epoch is never left out
    assert (found["long"]["x"][0], found["long"]["x"][-1]) == (1, 500)
    assert found["films"]["y"]["val_loss"] == [0.7, 0.5, 0.6]
    assert view.metrics[0] == ("val_loss", "validation loss")


def test_at_first_a_few_runs_of_the_usual_dataset_are_drawn(leave):
    films = [leave() for _ in range(FIRST + 2)]
    houses = leave(
        a_record(name="zz", dataset=DataFacts(**{"name": "houses", "task": "regression"}))
    )

    view = many_runs([*films, houses], EN)

    chosen = [line for line in view.lines if line.drawn]
    assert len(chosen) == FIRST
    assert {line.dataset for line in chosen} == {"films"}
    assert [shape.form for shape in view.chart.shapes] == ["line", "ring"] * FIRST


def test_losses_of_far_different_size_have_a_logarithmic_axis(leave):
    grown = {"loss": [0.5, 90.0, 1e7], "val_loss": [0.4, 200.0, 3e9]}

    view = many_runs([leave(), leave(curves={"holdout": grown})], EN)

    assert view.chart.chart.y.label == "validation loss, logarithmic scale"
    assert "100" in [tick.text for tick in view.chart.y_ticks]


def test_doubtful_runs_wear_badges(leave):
    record = a_record(dataset=DataFacts(**{"name": "x", "sample": True}), smoke=True)

    (line,) = many_runs([leave(record)], EN).lines

    assert line.badges == [("sample", "sample data"), ("smoke", "smoke run")]


def test_unfinished_and_damaged_runs_are_listed_too(leave):
    crashed, damaged = leave(finished=False), leave()
    (damaged / "record.json").write_text("{")

    view = many_runs([crashed, damaged], EN)

    assert {line.state for line in view.lines} == {"crashed", "damaged"}
    assert Page(report_of_many([crashed, damaged], "zh")).text.count("已损坏") >= 1


def test_headers_that_sort_are_buttons_that_say_how(leave):
    page = Page(report_of_many([leave(), leave()], "en"))

    sortable = [a for a in page.all("th") if a.get("aria-sort") == "none"]
    assert len(page.all("button")) == len(sortable) + 2  # draw all, draw none


def test_command_writes_into_the_folder_of_the_run(kx, leave, tmp_path):
    folder = leave()

    code, out, _ = kx("report", "last", "--outputs", tmp_path / "outputs")

    assert (code, out.strip()) == (0, str(folder / "report.html"))
    assert "0.7500" in (folder / "report.html").read_text(encoding="utf-8")


def test_command_without_a_run_compares_all(kx, leave, tmp_path):
    ids = [leave().name, leave().name]

    code, out, _ = kx("report", "--json", "--outputs", tmp_path / "outputs")

    told = json.loads(out)
    assert (code, told["runs"]) == (0, ids)
    assert told["report"] == str(tmp_path / "outputs" / "report.html")
    assert told["bytes"] == (tmp_path / "outputs" / "report.html").stat().st_size


def test_command_writes_where_it_is_told_in_chinese(kx, leave, tmp_path):
    leave()
    target = tmp_path / "page.html"

    where = ("-o", target, "--outputs", tmp_path / "outputs")
    code, _, _ = kx("report", "films", "--lang", "zh", *where)

    assert code == 0
    assert "结论" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "message"),
    [((), "no run yet"), (("nothing",), "no run yet"), (("last", "--lang", "fr"), "fr")],
)
def test_command_refuses_what_it_cannot_do(kx, tmp_path, args, message):
    code, _, err = kx("report", *args, "--outputs", tmp_path / "outputs")

    assert code == 2
    assert message in err


def test_folder_that_is_not_there_is_a_storage_error(kx, leave, tmp_path):
    leave()

    where = ("-o", tmp_path / "no" / "x.html", "--outputs", tmp_path / "outputs")
    code, _, err = kx("report", "last", *where)

    assert code == 5
    assert "cannot be written" in err
