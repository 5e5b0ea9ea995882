import json

import pytest

from kx.base.errors import UsageError
from kx.runs.folder import RunFolder
from kx.runs.labels import change_tags
from kx.runs.selection import RunQuery, choose_runs


@pytest.fixture
def outputs(tmp_path, finished):
    """Four runs: accuracies 0.8, 0.9 and none, and one that was killed."""
    for name, accuracy, seconds in (("one", 0.8, 30.0), ("two", 0.9, 10.0), ("three", None, 20.0)):
        score = {"value": accuracy, "low": None, "high": None, "interval": None}
        scores = {"test": {"accuracy": score}} if accuracy else {}
        spec = {"name": name, "training": {"epochs": 4, "optimizer": {"name": "adam"}}}
        if name == "two":
            spec["architecture"] = {"name": "mlp", "units": [16, 16], "dropout": None}
        finished(name=name, seconds=seconds, scores=scores, spec=spec, parameters=0)
    RunFolder.create(tmp_path / "outputs", "killed").release()
    return tmp_path / "outputs"


def chosen(outputs, **choice):
    return [run.name for run in choose_runs(outputs, RunQuery(**choice))]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("test.accuracy > 0.85", {"two"}),
        ("not test.accuracy > 0.85", {"one"}),
        ("dataset = imdb", {"one", "two", "three"}),
        ("status = crashed", {"killed"}),
        ("status != crashed and seconds >= 20", {"one", "three"}),
        ("training.epochs = 4 and training.optimizer = adam", {"one", "two", "three"}),
        ("architecture = mlp", {"two"}),
        ("architecture.units = [16,16]", {"two"}),
        ("tag = good", {"one"}),
        ("tag != good", {"two", "three", "killed"}),
        ("verdict = met", {"one", "two", "three"}),
        ("note ~ anything", set()),
    ],
)
def test_runs_are_chosen_by_what_is_known_of_them(outputs, where, names):
    (first,) = (run for run in choose_runs(outputs, RunQuery()) if run.name == "one")
    change_tags(outputs / first.id, add=["good"])

    assert set(chosen(outputs, where=where)) == names


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("seconds", ["two", "three", "one", "killed"]),
        ("-seconds", ["one", "three", "two", "killed"]),
        ("-name", ["two", "three", "one", "killed"]),
    ],
)
def test_runs_are_sorted_and_those_without_the_field_come_last(outputs, sort, names):
    assert chosen(outputs, sort=sort) == names


def test_runs_without_a_score_are_last_whichever_way_round(outputs):
    assert chosen(outputs, sort="test.accuracy")[:2] == ["one", "two"]
    assert chosen(outputs, sort="-test.accuracy")[:2] == ["two", "one"]


def test_a_limit_takes_the_newest_or_the_first_of_the_sorted(outputs):
    everything = chosen(outputs)

    assert chosen(outputs, limit=2) == everything[-2:]
    assert chosen(outputs, limit=2, sort="seconds") == ["two", "three"]
    assert chosen(outputs, limit=99) == everything


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        ("test.acuracy > 0.8", "column 1: no run here has a field 'test.acuracy'; did you mean "),
        ("accuracy > 0.8", "did you mean 'test.accuracy'?"),
        ("training.epoch = 4", "did you mean 'training.epochs'"),
        ("zzz = 4", "there are scores (test.accuracy), keys of the spec (training.epochs), id"),
        ("seconds = fast", "seconds is a number; it cannot be held against = 'fast'"),
        ("seconds ~ 1", "seconds is a number; it cannot be held against ~ '1'"),
        ("tag > a", "tag has no order; ask with = or !="),
        ("sample = no", "sample is true or false; got 'no'"),
    ],
)
def test_what_can_match_no_run_is_refused(outputs, where, complaint):
    with pytest.raises(UsageError) as refused:
        choose_runs(outputs, RunQuery(where=where))

    assert complaint in str(refused.value)


def test_all_mistakes_of_a_condition_are_told_at_once(outputs):
    with pytest.raises(UsageError) as refused:
        choose_runs(outputs, RunQuery(where="secnds > 1 and tag < 2"))

    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == [
        " column 1",
        " column 16",
    ]


def test_a_field_to_sort_by_is_known(outputs):
    with pytest.raises(UsageError, match="--sort: no run here has a field 'secnds'; did you mean"):
        choose_runs(outputs, RunQuery(sort="-secnds"))


def test_no_runs_are_no_mistake(tmp_path):
    choice = RunQuery(where="test.accuracy > 0.8", sort="test.accuracy", limit=3)

    assert choose_runs(tmp_path / "none", choice) == []


def test_the_command_chooses_sorts_and_cuts(kx, outputs):
    asked = ("--where", "dataset = imdb", "--sort", "-test.accuracy", "--outputs", outputs)

    code, out, _ = kx("runs", *asked, "--limit", "1", "--json")

    assert code == 0
    assert [run["name"] for run in json.loads(out)] == ["two"]
    assert [line.split()[3] for line in kx("runs", *asked)[1].splitlines()[1::2]][:1] == ["0.9000"]


def test_nothing_that_meets_a_condition_is_said_on_stderr(kx, outputs):
    code, out, err = kx("runs", "--where", "seconds > 999", "--outputs", outputs)

    assert (code, out) == (0, "")
    assert "meets the condition" in err


def test_a_mistake_in_a_condition_is_a_usage_error(kx, outputs):
    code, out, err = kx("runs", "--where", "seconds >", "--outputs", outputs)

    assert (code, out) == (2, "")
    assert err == "Error: --where: column 10: expected a value behind '>'; got the end.\n"
