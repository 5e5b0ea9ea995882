"""What makes numbers worth less than they look: said wherever they are shown."""

from dataclasses import replace

import pytest

from kx.base.language import LANGUAGES
from kx.exports.mlflow import _tags
from kx.pages.page import report_of_many, report_of_one
from kx.predicting.prediction import Kept
from kx.runs.labels import Labels
from kx.runs.marks import MARKS, marks_of
from kx.runs.reader import Run
from kx.runs.record_parts import BaseFacts
from kx.runs.run_summary import summary
from kx.wording.caveats import badge, loud_badge, sentence
from kx.wording.words import Words
from tests.pages.conftest import a_record
from tests.pages.pages import Page

DATA = a_record().dataset
WORN = {
    "sample": {"dataset": replace(DATA, sample=True)},
    "random": {"base": BaseFacts(name="VGG16", random=True, fallback=True)},
    "leaky": {"leaky": True},
    "smoke": {"smoke": True},
}


@pytest.fixture(params=MARKS)
def mark(request):
    return request.param


@pytest.fixture
def marked(mark, leave):
    return leave(a_record(**WORN[mark]))


def test_every_mark_has_a_run_with_it():
    assert {mark: marks_of(a_record(**changes)) for mark, changes in WORN.items()} == {
        mark: [mark] for mark in MARKS
    }
    assert marks_of(a_record()) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_run_and_its_panel_say_what_it_wears(kx, marked, mark, lang):
    _, out, _ = kx("show", "last", "--lang", lang, "--outputs", marked.parent)

    assert sentence(mark, lang) in Page(report_of_one(marked, lang, print)).text
    assert sentence(mark, lang) in " ".join(out.split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_many_runs_says_it(leave, marked, mark, lang):
    assert badge(mark, lang) in Page(report_of_many([marked, leave()], lang)).text


def test_lists_and_comparisons_say_it(kx, leave, marked, mark):
    _, listed, _ = kx("runs", "--outputs", marked.parent)
    other = leave()
    _, compared, _ = kx("compare", marked.name, other.name, "--outputs", marked.parent)

    assert loud_badge(mark) in listed
    assert sentence(mark) in " ".join(compared.split())


def test_conditions_and_what_is_exported_know_it(kx, leave, marked, mark):
    leave()
    record = a_record(**WORN[mark])

    _, found, _ = kx("runs", "--where", f"{mark} = true", "--json", "--outputs", marked.parent)

    assert found.count('"id"') == 1
    assert summary(Run(marked)).marks == [mark]
    assert _tags(record, Labels())[f"kx.{mark}"] == "true"


def test_predictions_say_it_unless_it_is_a_leak_in_scores(marked, mark):
    kept = Kept(Run(marked), {})

    said = kept.marks(Words())

    assert [loud_badge(mark) in text for text in said] == ([] if mark == "leaky" else [True])
