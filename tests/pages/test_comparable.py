"""Runs of different data, beside each other: said loudly, and never on one axis."""

import json
from dataclasses import replace

import pytest

from kx.pages.many import many_runs
from kx.pages.page import report_of_many
from kx.runs.comparable import data_of, named, unlike
from kx.wording.caveats import cautions
from kx.wording.words import Words
from tests.pages.conftest import CURVES, a_record, score
from tests.pages.pages import Page

EN = Words("en")


def of(name="films", *, loss="binary_crossentropy", **dataset):
    record = a_record()
    data = replace(record.dataset, name=name, **{"test_examples": 6, **dataset})
    return replace(record, dataset=data, spec={"name": "films", "training": {"loss": loss}})


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, ""),
        ({"name": "houses"}, "name"),
        ({"task": "regression"}, "task"),
        ({"sample": True}, "sample"),
        ({"fingerprint": "beef"}, "contents"),
        ({"files": {"films.csv": "ab"}}, "contents"),
        ({"test_examples": 7}, "test_rows"),
    ],
)
def test_runs_are_alike_if_they_saw_the_same_data(changes, differs):
    assert unlike(of(), of(**changes)) == differs
    assert (data_of(of()) == data_of(of(**changes))) is (not differs)


def test_of_equal_files_the_encodings_may_differ():
    files = {"films.csv": "ab"}

    assert unlike(of(files=files, fingerprint="1"), of(files=files, fingerprint="2")) == ""


def test_data_of_a_package_are_the_same_whatever_their_labels_look_like():
    integers, rows = (of(source="package", fingerprint=mark) for mark in ("1", "2"))
    losses = [of(loss=f"{kind}categorical_crossentropy") for kind in ("sparse_", "")]

    assert unlike(integers, rows) == ""
    assert unlike(integers, of(source="package", test_examples=9)) == "test_rows"
    assert cautions(losses) == []


def test_smoke_runs_are_of_other_data():
    assert unlike(of(), replace(of(), smoke=True)) == "smoke"


def test_data_of_one_name_are_told_apart():
    known = [of(fingerprint="1234567890"), of(fingerprint="beefbeefbeef"), of("houses")]

    assert list(named(known).values()) == [
        "films (6 test rows, 12345678)", "films (6 test rows, beefbeef)", "houses",
    ]  # fmt: skip


def test_what_cannot_be_compared_is_said_in_a_sentence():
    mae = replace(of(), scores={"test": {"mae": score(2.0)}})

    assert cautions([of(), of()]) == []
    assert cautions([of(), of("houses")])[0].startswith(
        "NOT COMPARABLE: these runs use different data (films, houses)."
    )
    assert (
        "不可比较：这些运行所用的数据不同（films、houses）"
        in cautions([of(), of("houses")], "zh")[0]
    )
    assert "different metrics (accuracy, mae)" in cautions([of(), mae])[0]
    assert "different losses (binary_crossentropy, mse)" in cautions([of(), of(loss="mse")])[0]


def test_curves_of_different_data_have_charts_of_their_own(leave):
    view = many_runs([leave(of("houses")), leave(of())], EN)

    assert sorted(chart.chart.title for chart in view.charts) == [
        "validation loss · films, binary_crossentropy",
        "validation loss · houses, binary_crossentropy",
    ]
    inks = [each.ink for chart in view.charts for each in chart.chart.series]
    assert len(set(inks)) == 2


def test_losses_of_different_kinds_have_charts_of_their_own(leave):
    view = many_runs([leave(of()), leave(of(loss="mse"))], EN)

    assert len(view.charts) == 2
    assert "different losses" in view.cautions[0]


def test_curves_of_the_same_data_share_a_chart(leave):
    view = many_runs([leave(of()), leave(of())], EN)

    assert [chart.chart.title for chart in view.charts] == ["validation loss"]
    assert view.cautions == []


@pytest.mark.parametrize(("lang", "said"), [("en", "NOT COMPARABLE"), ("zh", "不可比较")])
def test_the_page_says_so_at_its_top_and_over_the_charts(leave, lang, said):
    page = Page(report_of_many([leave(of()), leave(of("houses"))], lang))

    assert said in page.text
    assert [a["class"] for a in page.all("p") if a.get("class") == "alarm"] == ["alarm"] * 2


def test_runs_that_are_named_are_cautioned_about_in_the_terminal(kx, leave):
    first, other, like = leave(of()), leave(of("houses")), leave(of())
    where = ("--outputs", first.parent)

    _, _, apart = kx("report", first.name, other.name, *where)
    _, _, alike = kx("report", first.name, like.name, *where)

    assert "NOT COMPARABLE: these runs use different data" in " ".join(apart.split())
    assert "COMPARABLE" not in alike


def test_compare_says_so_first_and_names_the_curves_of_other_data(kx, leave):
    first, other = leave(of()), leave(of("houses"))
    asked = ("compare", first.name, other.name, "--outputs", first.parent)

    _, out, _ = kx(*asked)
    _, document, _ = kx(*asked, "--json")

    text = " ".join(out.split())
    assert text.index("NOT COMPARABLE") < text.index("setting")
    assert "B (other data)" in text
    assert json.loads(document)["comparisons"][0]["unlike"]


def test_losses_of_different_kinds_have_no_difference(kx, leave):
    first, other = leave(of()), leave(of(loss="mse"))

    _, out, _ = kx("compare", first.name, other.name, "--json", "--outputs", first.parent)

    differences = {row["metric"]: row["differences"] for row in json.loads(out)["scores"]}
    assert differences == {"accuracy": {"B": 0.0}, "loss": {}}


def test_runs_without_a_record_are_shown_apart(leave):
    view = many_runs([leave(of()), leave(of(), curves={"holdout": CURVES}, finished=False)], EN)

    assert len(view.charts) == 2
