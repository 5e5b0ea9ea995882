import re
from pathlib import Path

import pytest

from kx.base.errors import SpecError
from kx.planning import make_plan, plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands
from kx.spec.schema import ExperimentSpec, TrainingSection

GOOD = """\
name: imdb
seed: 113
dataset:
  name: imdb
  num_words: 10000
architecture:
  name: mlp
  units: [16, 16]
validation:
  strategy: holdout
  size: 10000
training:
  optimizer: rmsprop
  epochs: 20
expect:
  test.accuracy: {at_least: 0.87, source: book}
"""


def plan(text):
    document = parse(text, "x.yaml")
    expand_shorthands(document)
    return plan_document(document, Path())


def problems(text):
    with pytest.raises(SpecError) as caught:
        plan(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("epochs: 20", "epochs: 1e3", "14:11: training.epochs: must be a whole number; got 1e3"),
        ("epochs: 20", "epochs: 1e99", "14:11: training.epochs: .*; got 1e99$"),
        ("epochs: 20", "epochs: 020", "14:11: training.epochs: .*; write 20 without a leading 0"),
        ("epochs: 20", "epochs: '20'", "14:11: training.epochs: .*; write 20 without quotes"),
        (
            "epochs: 20",
            "epochs: 0o10",
            "14:11: training.epochs: .*; octal numbers are not supported",
        ),
        ("epochs: 20", "epochs: 12:30", "14:11: training.epochs: .* whole number; got '12:30'"),
        ("epochs: 20", "epochs: None", "14:11: training.epochs: .*; write null for nothing"),
        ("epochs: 20", "epochs: 20.0", "14:11: training.epochs: .*; got 20.0; write 20"),
        ("epochs: 20", "epochs: no", "14:11: training.epochs: .*; got 'no'"),
        ("epochs: 20", "epochs:", "14:10: training.epochs: .*; got nothing"),
        ("epochs: 20", "epochs: 0", "14:11: training.epochs: must be at least 1; got 0"),
        ("epochs: 20", "epochs: 1000000", "14:11: training.epochs: must be at most 100000"),
        ("epochs: 20", "epoch: 20", "14:3: training.epoch: unknown key .* did you mean 'epochs'"),
        ("epochs: 20", "shuffle: yes", "14:12: training.shuffle: .*; write true or false"),
        ("epochs: 20", "early_stopping:", "14:18: training.early_stopping: nothing stands here"),
        (
            "epochs: 20",
            "tensorboard: {histogram: true}",
            "14:17: training.tensorboard.histogram: unknown key .* did you mean 'histograms'",
        ),
        ("epochs: 20", "class_weight: {a: -1}", "14:21: training.class_weight.a: must be greater"),
        ("epochs: 20", "tensorboard: 3", "14:16: training.tensorboard: must be true or false or a"),
        ("epochs: 20", "engine: tf", "14:11: training.engine: must be 'auto', 'compiled' or 'fit'"),
        ("[16, 16]", "(3, 3)", r"8:10: architecture.units: .*; write \[3, 3\]"),
        ("[16, 16]", "16", r"8:10: architecture.units: must be a list; got 16; write \[16\]"),
        ("[16, 16]", "[16, x]", "8:15: architecture.units.1: must be a whole number; got 'x'"),
        ("[16, 16]", "[1e12]", "8:11: architecture.units.0: must be a whole number"),
        ("[16, 16]", "[70000]", "8:11: architecture.units.0: must be at most 65536"),
        ("rmsprop", "adm", "13:14: training.optimizer.name: .*; did you mean 'adam'"),
        ("rmsprop", "{name: adm}", "13:21: training.optimizer.name: .*; did you mean 'adam'"),
        ("rmsprop", "{epsilon: 1e-2}", "13:3: training.optimizer.name: required, but missing"),
        ("rmsprop", "{name: sgd, lr: 1}", "13:26: .*; here it is called 'learning_rate'"),
        ("rmsprop", "{name: sgd, learning_rate: .nan}", "13:41: .*: must be a finite number"),
        ("rmsprop", "{name: sgd, learning_rate: 1/255}", "13:41: .*; write 0.0039215686274509"),
        ("rmsprop", "{name: sgd, nesterov: no}", "13:36: .*: must be true or false; got 'no'"),
        ("name: imdb\n", "", "1:1: name: required, but missing"),
        ("name: imdb\n", "name: IMDB\n", "1:7: name: must match .*; use lower case letters"),
        ("seed: 113", "seed: -1", "2:7: seed: must be at least 0; got -1"),
        ("seed: 113", "sede: 113", "2:1: sede: unknown key 'sede'; did you mean 'seed'"),
        ("training:", "train:", "12:1: train: unknown key .*; here it is called 'training'"),
        ("dataset:", "data:", "3:1: data: unknown key .*; here it is called 'dataset'"),
        ("num_words", "num_wrods", "5:3: dataset.num_wrods: .*; did you mean 'num_words'"),
        ("size: 10000", "n: 10000", "11:3: validation.n: .*; here it is called 'size'"),
        ("at_least", "at_leest", "16:19: expect.test.accuracy.at_leest: .* mean 'at_least'"),
    ],
)
def test_a_mistake_is_told_where_it_stands_with_what_to_do(old, new, told):
    assert old in GOOD

    (problem,) = problems(GOOD.replace(old, new, 1))

    assert re.match(f"x.yaml:{told}", str(problem))


def test_a_legacy_name_of_the_network_is_told():
    found = problems(GOOD.replace("architecture:", "model:"))

    assert "here it is called 'architecture'" in "\n".join(map(str, found))


@pytest.mark.parametrize("name", ["2024", "1e-3", "695e0514", "no", "true", "2026-01-05"])
def test_a_name_that_looks_like_something_else_stays_text(name):
    assert plan(GOOD.replace("name: imdb", f"name: {name}", 1)).spec.name == name


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    text = GOOD.replace("seed: 113", "seed: x").replace("[16, 16]", "0").replace("20", "0")
    text = text.replace("num_words", "num_word").replace("0.87", "high")

    places = [problem.where for problem in problems(text)]

    assert places == ["x.yaml:2:7", "x.yaml:5:3", "x.yaml:8:10", "x.yaml:14:11", "x.yaml:16:29"]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("training.epochs=4", ("training", "epochs"), 4),
        ("training.optimizer.learning_rate=1e-3", ("training", "optimizer", "learning_rate"), 1e-3),
        ("training.optimizer=adam", ("training", "optimizer", "name"), "adam"),
        ("architecture.units=[8, 8]", ("architecture", "units"), [8, 8]),
        ("name=2024", ("name",), "2024"),
        ("expect.test.accuracy.source=a=b", ("expect", "test.accuracy", "source"), "a=b"),
        ("expect.test.accuracy.source=2024", ("expect", "test.accuracy", "source"), "2024"),
        ("expect.test.accuracy.at_least=0.5", ("expect", "test.accuracy", "at_least"), 0.5),
        ("expect.best_epoch.at_least=2", ("expect", "best_epoch", "at_least"), 2.0),
    ],
)
def test_an_override_is_typed_by_its_key(path, override, key, value):
    found = make_plan(path, [override]).resolved()

    for part in key:
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("training.epochs", "--set: must be key=value"),
        ("=3", "--set: must be key=value"),
        ("training..epochs=3", "--set: must be key=value"),
        ("training.epochs.x=3", "--set: training.epochs.x: 'epochs' is not a section of keys"),
        ("training.metrics.0=mae", "--set: training.metrics: must be a list"),
        ("augmentation.0.zoom=1", "--set: augmentation.0: unknown key"),
        ("training.epochs=1e3", "--set: training.epochs: must be a whole number; got 1e3"),
        ("training.epochs=020", "--set: training.epochs: must be a whole number; got '020'"),
        ("training.epochs=", "--set: training.epochs: must be a whole number; got nothing"),
        ("training.epochz=3", "--set: training.epochz: unknown key 'epochz'; did you mean"),
    ],
)
def test_a_wrong_override_is_told_as_such(path, override, told):
    with pytest.raises(SpecError) as caught:
        make_plan(path, [override])

    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("model", "section", "stated"),
    [
        (ExperimentSpec, "preparation", {}),
        (ExperimentSpec, "validation", {"strategy": "holdout"}),
        (ExperimentSpec, "training", {}),
        (TrainingSection, "optimizer", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_section_that_is_left_out_is_what_an_empty_one_would_be(model, section, stated):
    default = model.model_fields[section].default

    checked = type(default).model_validate(stated)

    assert default == checked
    assert default.model_fields_set == checked.model_fields_set
    assert default.model_dump() == checked.model_dump()
