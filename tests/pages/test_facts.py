"""What a run is told to be: the same facts, scores and names on a terminal and on a page."""

import io

import pytest
from rich.console import Console

from kx.base.language import LANGUAGES
from kx.base.remark import as_remark
from kx.pages.many import many_runs
from kx.pages.page import report_of_one
from kx.runs.reader import Run
from kx.runs.record_parts import BaseFacts, DataFacts, EmbeddingFacts, VariantFacts
from kx.runs.record_scores import ExpectationRecord
from kx.runs.scores import main_score, scores_of
from kx.runs.surroundings import Surroundings
from kx.terminal.panels import run_panel
from kx.wording.expected import beside_wanted
from kx.wording.facts import fact_groups, first
from kx.wording.remarks import on_training
from kx.wording.words import Words
from tests.pages.conftest import a_record, score
from tests.pages.pages import Page

HOUSES = DataFacts(
    name="houses", source="plugin", fingerprint="f00d", train_examples=1200, test_examples=30,
    target="price", target_scale="standardize", target_mean=2.0, target_deviation=0.5,
    files={"a.csv": "ab12"},
)  # fmt: skip


def a_full_record():
    return a_record(
        dataset=HOUSES, command="train", engine="fit", engine_reason=as_remark("by chance"),
        precision="float32", base=BaseFacts(name="VGG16", file="v.h5", source="here", sha256="9f"),
        embeddings=EmbeddingFacts(words=10, known=5), fit_seconds=65.0, peak_memory_mb=800.4,
        environment=Surroundings(cores=2, onednn=True), git_commit="c0ffee", test_looks=3,
        variant=VariantFacts(of="films", name="l2", changes={"architecture.l2": 0.001}),
        seeds={f"weights fold-{at}": at for at in range(40)},
    )  # fmt: skip


def shown(what):
    console = Console(file=io.StringIO(), width=2000)
    console.print(what)
    return console.file.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_terminal_and_page_tell_the_same_facts(leave, language):
    folder, words = leave(a_full_record()), Words(language)
    run = Run(folder)
    terminal = shown(run_panel(run.recorded, run.state, language=language))
    page = Page(report_of_one(folder, language, print)).text

    groups = fact_groups(run.recorded, run.state, words)

    assert [group.key for group in groups] == ["run", "data", "time", "versions", "seeds"]
    for group in groups[:4]:
        for name, text in group.pairs:
            assert f"{name} {text}" in " ".join(terminal.split())
            assert f"{name} {text}" in page
    (name, more) = first(groups[4].pairs, words)[-1]
    assert (len(groups[4].pairs), f"{name} {more}" in page) == (40, True)


def test_what_a_run_does_not_tell_is_no_fact():
    names = [
        name for group in fact_groups(a_record(), "completed", Words()) for name, _ in group.pairs
    ]

    assert not {"base", "word vectors", "git commit", "fitting", "peak memory"} & set(names)


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "better"),
    [
        ("accuracy", 0.9, 0.8, True), ("accuracy", 0.9, 0.9, False), ("accuracy", 0.8, 0.9, False),
        ("mae", 2.0, 3.0, True), ("mae", 2.0, 2.0, False), ("mae", 2.0, None, None),
    ],
)  # fmt: skip
def test_a_score_that_only_equals_the_best_baseline_does_not_beat_it(
    leave, metric, value, baseline, better
):
    record = a_record(
        scores={"test": {metric: score(value)}}, baselines={"test": {metric: {"linear": baseline}}}
    )

    (found,) = scores_of(record)
    (cell, *_) = many_runs([leave(record)], Words()).lines[0].cells

    assert found.beats_baselines is better
    assert found == main_score(record)
    assert cell.mark == {True: "better", False: "worse", None: ""}[better]


@pytest.mark.parametrize(
    ("metric", "full", "brief", "chinese"),
    [
        ("f1_score", "test F1", "test F1", "测试集 F1"),
        ("mae", "test mean absolute error", "test MAE", "测试集 MAE"),
        ("accuracy", "test accuracy", "test accuracy", "测试集准确率"),
        ("of_a_plugin", "test of a plugin", "test of a plugin", "测试集 of a plugin"),
    ],
)
def test_a_metric_has_one_name_and_in_tables_its_letters(metric, full, brief, chinese):
    assert Words().score("test", metric) == full
    assert Words().brief("test", metric) == brief
    assert Words("zh").brief("test", metric) == chinese


@pytest.mark.parametrize(
    ("mase", "told"),
    [(score(0.5), True), (score(0.5, 0.4, 0.6, "block bootstrap"), False), (None, False)],
)
def test_why_forecasts_have_no_interval_is_said(mase, told):
    record = a_record(scores={"test": {"mase": mase} if mase else {}})

    for language, words in (("en", "no intervals for the test"), ("zh", "测试分数没有区间")):
        said = [line for line in on_training(record, Words(language)) if words in line]
        assert bool(said) == told


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.9, "test.mae 0.9000, expected at most 1.5"), (None, "test.mae, expected at most 1.5")],
)
def test_an_expectation_without_a_result_shows_no_value(value, said):
    expectation = ExpectationRecord(
        key="test.mae",
        at_least=None,
        at_most=1.5,
        value=value,
        verdict="not judged",
        reason="unused",
        source="",
    )

    assert beside_wanted(expectation, "test.mae", Words("en")) == said
