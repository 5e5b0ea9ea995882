"""Runs that were carried out together, tags and notes, on pages and for the commands."""

import json
from dataclasses import replace

import pytest

from kx.advice.diagnosis import Diagnosis
from kx.base.errors import DataError
from kx.pages.many import many_runs
from kx.pages.page import report_of_many, report_of_one
from kx.runs.labels import change_note, change_tags
from kx.runs.record import Record
from kx.runs.record_parts import VariantFacts
from kx.runs.run_group import GROUP_ID, Group, member_of
from kx.wording.words import Words
from tests.pages.conftest import a_record, score
from tests.pages.pages import Page

EN = Words("en")
NUMBERS = ("best", "last", "lowest", "rise", "end", "training_best", "training_last", "lost",
           "uncertainty")  # fmt: skip
"""That a diagnosis by the rule ``rise`` has."""

GROUP = Group("films-workflow-00ff99", "workflow", "films")

SMALLEST = {"id": "a", "name": "a", "status": "completed", "started": ""}


def a_step(label, place, accuracy, **changes):
    member = GROUP.member(label, place, {"architecture.units": [place]} if place else {})
    scores = {"validation": {"accuracy": score(accuracy, accuracy - 0.05, accuracy + 0.05)}}
    return a_record(name=f"films-{label}", scores=scores, group=member, **changes)


@pytest.fixture
def steps(leave):
    """The folders of a workflow's runs, the last step first."""
    overfits = Diagnosis(kind="overfits", rule="rise", best_epoch=2, epochs=3, fits=1,
                         numbers=dict.fromkeys(NUMBERS, 0.4), advice=("stop",))  # fmt: skip
    return [
        leave(a_step("regularised", 3, 0.9)),
        leave(a_step("overfit", 2, 0.8, diagnosis=overfits)),
        leave(a_step("model", 1, 0.85)),
        leave(a_step("baseline", 0, 0.4)),
    ]


def test_new_groups_have_ids_of_their_own_that_commands_can_tell_from_runs():
    first, second = Group.new("variants", "My Spec!"), Group.new("variants", "My Spec!")

    assert first.id != second.id
    assert first.id.startswith("my-spec-variants-")
    assert GROUP_ID.fullmatch(first.id)


def test_a_run_of_its_own_is_in_no_group():
    assert member_of(Record(id="a", name="a", status="completed", started="")) is None


@pytest.mark.parametrize("odd", [{"group": {"id": 1}}, {"variant": {"of": 7}}, {"group": "x"}])
def test_a_record_of_an_odd_group_is_damaged(odd):
    with pytest.raises(DataError, match=r"group|variant"):
        Record.from_json(json.dumps({**SMALLEST, **odd}))


def test_steps_stand_in_their_order_with_what_came_of_them(steps):
    view = many_runs(steps, EN)

    assert view.group.title == "films: workflow"
    assert [row.name for row in view.group.rows] == ["baseline", "model", "overfit", "regularised"]
    assert [row.mark for row in view.group.rows] == ["missed", "met", "met", "met"]
    assert [line.name.removeprefix("films-") for line in view.lines] == [
        row.name for row in view.group.rows
    ]
    assert view.group.rows[3].ground == (
        "accuracy 0.9000, before 0.8000 (overfit) and 0.8500 (model); val_loss 0.4000, "
        "before 0.4000"
    )
    assert view.group.rows[2].changes == [("architecture.units", "[2]")]
    assert next(curve["label"] for curve in view.curves["runs"].values()) == (
        "baseline (best epoch 2)"
    )


def test_a_workflow_of_which_a_step_is_missing_is_judged_as_far_as_it_came(steps):
    view = many_runs(steps[1:], EN)

    assert [(row.name, row.mark) for row in view.group.rows] == [
        ("baseline", "missed"), ("model", "met"), ("overfit", "met"),
    ]  # fmt: skip


def test_with_other_runs_among_them_members_say_what_they_are(leave, steps):
    single = leave(a_record(variant=VariantFacts(**{"of": "films", "name": "l2", "changes": {}})))

    view = many_runs([*steps, single], EN)

    assert view.group is None
    assert view.groups == [GROUP.id]
    assert {line.member for line in view.lines} >= {
        "step model of the workflow on films", "variant l2 of films",
    }  # fmt: skip


def test_tags_and_notes_are_shown_and_escaped(leave):
    tagged, other = leave(), leave()
    change_tags(tagged, add=["paper", "v2"])
    change_note(tagged, "ask <b>Ada</b>")

    page = Page(report_of_many([tagged, other], "en"))
    alone = Page(report_of_one(tagged, "en", print)).text

    assert "ask <b>Ada</b>" in page.text
    assert [row.get("data-tags") for row in page.all("tr") if "data-tags" in row].count(
        "paper v2"
    ) == 1
    assert [a for a in page.all("select") if a.get("id") == "filter-tag"]
    assert all(text in alone for text in ("paper", "v2", "note: ask <b>Ada</b>"))


def test_damaged_labels_are_told_and_hide_nothing_else(leave):
    folder = leave()
    (folder / "labels.json").write_text("{")

    (line,) = many_runs([folder], EN).lines

    assert (line.state, line.tags) == ("completed", ())


def test_the_page_of_one_run_says_what_it_was_part_of(steps):
    text = Page(report_of_one(steps[1], "zh", print)).text

    assert "films 工作流的步骤：过拟合" in text
    assert "films-workflow-00ff99" in text
    assert "architecture.units: [2]" in text


def told(kx, tmp_path, *args):
    code, out, err = kx("report", *args, "--json", "--outputs", tmp_path / "outputs")
    assert code == 0, err
    return json.loads(out)["runs"]


def test_command_takes_a_group_or_a_condition(kx, leave, steps, tmp_path):
    other = leave()
    change_tags(other, add=["paper"])

    assert told(kx, tmp_path, GROUP.id) == [folder.name for folder in reversed(steps)]
    assert told(kx, tmp_path, GROUP.id, other.name, other.name)[4:] == [other.name]
    assert told(kx, tmp_path, "--where", "tag = paper") == [other.name]
    assert told(kx, tmp_path, "--where", "step = model") == [steps[2].name]
    assert sorted(told(kx, tmp_path, "--where", f"group = {GROUP.id}")) == sorted(
        folder.name for folder in steps
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("last", "--where", "tag = paper"), "choose among all runs"),
        (("--where", "tag = paper"), "no run meets the condition"),
        (("films-workflow-ffffff",), "no run is called"),
    ],
)
def test_command_refuses_what_means_nothing(kx, steps, tmp_path, args, words):
    code, _, err = kx("report", *args, "--outputs", tmp_path / "outputs")

    assert code == 2
    assert words in err


def test_a_group_can_be_compared_and_its_tests_stand_on_its_page(kx, leave, said, tmp_path):
    group = Group("films-variants-00ff99", "variants", "films")
    dataset = replace(a_record().dataset, files={"films.npz": "f00d"})
    other = {**said, "predictions": 1 - said["predictions"]}
    folders = [
        leave(
            a_record(name=name, group=group.member(name, at, {}), dataset=dataset),
            predictions=predictions,
        )
        for at, (name, predictions) in enumerate((("films", said), ("upside", other)))
    ]

    view = many_runs(folders, EN).group
    code, out, err = kx("compare", group.id, "--outputs", tmp_path / "outputs")

    assert view.tests.lines == [
        "B against A: the difference is not distinguishable from chance (McNemar's exact test: "
        "accuracy -0.3333 on 6 test rows)"
    ]
    assert view.tests.caution == []
    assert code == 0, err
    assert "B against A" in out


def test_a_group_can_be_removed_at_once(kx, leave, steps, tmp_path):
    other = leave()

    code, out, err = kx("rm", GROUP.id, "--yes", "--outputs", tmp_path / "outputs")

    assert code == 0, err
    assert "removed 4 runs" in out
    assert [path for path in (*steps, other) if path.exists()] == [other]


@pytest.mark.parametrize("reference", ["films-workflow", "films-workflow-00", "films-w"])
def test_a_group_may_be_named_as_a_run_may(kx, leave, steps, tmp_path, reference):
    ids = [folder.name for folder in reversed(steps)]

    assert told(kx, tmp_path, reference) == ids
    code, out, err = kx("compare", reference, "--json", "--outputs", tmp_path / "outputs")
    assert code == 0, err
    assert [run["id"] for run in json.loads(out)["runs"]] == ids


def test_of_groups_of_one_name_the_newest_is_meant(kx, leave, steps, tmp_path):
    newer = Group("films-workflow-000001", "workflow", "films")
    again = leave(a_record(group=newer.member("baseline", 0, {})))

    assert told(kx, tmp_path, "films-workflow") == [again.name]
    _, _, err = kx("report", "films-workflow-00", "--outputs", tmp_path / "outputs")
    assert "could be 2 runs or groups" in " ".join(err.split())


def test_a_run_of_that_name_goes_before_a_group(kx, leave, steps, tmp_path):
    run = leave(a_record(name="films-workflow"))

    assert told(kx, tmp_path, "films-workflow") == [run.name]


def test_a_group_that_was_perhaps_meant_is_named(kx, steps, tmp_path):
    code, _, err = kx("compare", "films-workflw", "--outputs", tmp_path / "outputs")

    assert code == 2
    assert "Did you mean 'films-workflow'?" in err
