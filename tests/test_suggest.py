"""From a run to a new spec with the change that its diagnosis advises."""

import json
from pathlib import Path

import pytest
import yaml

from kx.advice.diagnosis import Diagnosis
from kx.advice.suggestion import CHANGES, changes_for, suggested
from kx.planning import make_plan
from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.wording.catalogue import texts_in
from kx.wording.diagnosis_words import suggestion

CONFIGS = Path(__file__).parent.parent / "configs"
RISES = [0.6, 0.5, 0.27, 0.35, 0.44, 0.53, 0.6]
FALLS = [0.6, 0.5, 0.42, 0.36, 0.31, 0.27, 0.24]
FLAT = [0.4, 0.3, 0.25, 0.24, 0.24, 0.24, 0.24]


def resolved(name, *settings):
    return make_plan(CONFIGS / f"{name}.yaml", settings).resolved()


def found(*advice, **more):
    return Diagnosis(kind="overfits", rule="rise", best_epoch=4, epochs=20, advice=advice, **more)


@pytest.fixture
def run(tmp_path):
    """Leave a run of a spec, crashed after its last epoch."""

    def make(path, curve, *settings):
        plan = make_plan(path, settings)
        with RunFolder.create(tmp_path / "outputs", plan.spec.name) as folder:
            folder.write_spec(yaml.safe_dump(plan.resolved(), sort_keys=False))
            history = folder.history()
            for epoch, value in enumerate(curve, 1):
                losses = {"loss": value if curve is not RISES else 0.7 / epoch, "val_loss": value}
                history.epoch("holdout", epoch, losses)
            history.close()
        return folder.path

    return make


@pytest.fixture
def suggest(kx, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *args: kx("suggest", "last", "--outputs", tmp_path / "outputs", *args)


@pytest.mark.parametrize(
    ("spec", "settings", "key", "expected"),
    [
        ("imdb", [], "dropout", {"architecture.dropout": 0.5}),
        ("imdb", [], "penalty", {"architecture.l2": 1e-3}),
        ("imdb", [], "smaller", {"architecture.units": [8, 8]}),
        ("imdb", [], "larger", {"architecture.units": [32, 32]}),
        ("imdb", [], "stop", {"training.epochs": 4}),
        ("imdb", [], "longer", {"training.epochs": 40}),
        ("imdb", [], "lower_rate", {"training.optimizer.learning_rate": 1e-4}),
        ("imdb", [], "larger_batch", {"training.batch_size": 2048}),
        ("imdb", [], "scale", {"preparation.scale": "standardize"}),
        ("boston", [], "scale", {}),
        ("imdb", ["architecture.dropout=0.8"], "dropout", {}),
        ("imdb", ["architecture.l2=0.01"], "penalty", {}),
        ("boston", [], "kfold",
         {"validation": {"strategy": "kfold", "k": 4, "refit": "best_epoch"}}),
        ("wine", [], "longer", {"training.early_stopping.patience": 20}),
        ("diabetes", [], "less_regularisation", {"architecture.l2": 1e-3}),
        ("breast_cancer", [], "larger", {"architecture": {"name": "mlp"}}),
        ("breast_cancer", [], "dropout", {}),
        ("mnist_cnn", ["architecture.units=[]"], "smaller",
         {"architecture.filters": [16, 32, 32]}),
        ("cats_vs_dogs_finetune", [], "stop", {}),
        ("cats_vs_dogs_finetune", [], "longer", {}),
    ],
)  # fmt: skip
def test_an_advice_becomes_a_change(spec, settings, key, expected):
    assert changes_for(key, found(key), resolved(spec, *settings)) == expected


def test_writing_is_not_mirrored():
    photographs = changes_for("augmentation", found(), resolved("cats_vs_dogs"))
    digits = changes_for("augmentation", found(), resolved("digits"), mirrored=False)

    assert photographs["augmentation"]["horizontal_flip"] is True
    assert "horizontal_flip" not in digits["augmentation"]


def test_against_overfitting_the_network_is_restrained_before_it_is_stopped():
    advice = ("stop", "dropout", "penalty", "smaller", "more_data")

    assert list(suggested(found(*advice), resolved("imdb"))) == [
        "dropout", "penalty", "smaller", "stop",
    ]  # fmt: skip


def test_every_change_is_an_advice_with_words():
    assert {f"advice.{key}" for key in CHANGES} <= set(texts_in("en"))


def test_the_new_spec_keeps_comments_and_can_be_trained(run, suggest, kx, tmp_path):
    run(CONFIGS / "imdb.yaml", RISES)

    code, out, err = suggest("--spec", CONFIGS / "imdb.yaml")

    assert code == 0, err
    text = (tmp_path / "imdb-dropout.yaml").read_text()
    assert out.startswith("imdb-dropout.yaml: add dropout (architecture.dropout 0.0 -> 0.5)")
    assert "because the run overfits from epoch 3 on" in out
    assert "# the commonest words; rarer ones" in text
    assert kx("check", "imdb-dropout.yaml")[0] == 0
    new, old = make_plan(tmp_path / "imdb-dropout.yaml").resolved(), resolved("imdb")
    assert new["architecture"] == old["architecture"] | {"dropout": 0.5}
    assert (new["name"], new["expect"], new["variants"]) == ("imdb-dropout", {}, {})
    assert {k: new[k] for k in ("seed", "dataset", "training", "validation")} == {
        k: old[k] for k in ("seed", "dataset", "training", "validation")
    }


@pytest.fixture
def made_of(tmp_path):
    """Leave the run of a spec file beside which it began, with ``--set``, that overfits."""

    def make(path, *settings, **about):
        plan = make_plan(path, settings)
        with RunFolder.create(tmp_path / "outputs", plan.spec.name) as folder:
            folder.write_spec(yaml.safe_dump(plan.resolved(), sort_keys=False))
            history = folder.history()
            for epoch, value in enumerate(RISES, 1):
                history.epoch("holdout", epoch, {"loss": 0.7 / epoch, "val_loss": value})
            history.close()
            record = Record(
                id=folder.id, name=plan.spec.name, status="completed", started="",
                spec=plan.resolved(), spec_folder="../../specs", **about,
            )  # fmt: skip
            folder.write_record(record)
        return folder.path

    return make


@pytest.fixture
def own_spec(tmp_path):
    """A copy of a shipped spec, in a folder of its own, with another spec beside it."""
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "imdb.yaml").write_text((CONFIGS / "imdb.yaml").read_text())
    (folder / "broken.yaml").write_text("name: imdb\ndataset: nothing\n")
    return folder / "imdb.yaml"


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ([], {}),
        (["training.optimizer.learning_rate=0.01", "training.epochs=7"], {}),
        (["validation={strategy: kfold, k: 3}"], {}),
        (["name=imdb-wide", "architecture.units=[64]"], {"variant": {"of": "imdb"}}),
    ],
)
def test_the_file_that_a_run_was_made_of_is_found_and_its_comments_are_kept(
    made_of, suggest, own_spec, tmp_path, settings, about
):
    run = made_of(own_spec, *settings, **about)

    code, _, err = suggest("-o", "new.yaml")

    assert code == 0, err
    assert "It starts from specs/imdb.yaml and keeps its comments." in err
    assert "# the commonest words; rarer ones" in (tmp_path / "new.yaml").read_text()
    new, old = (make_plan(path).resolved() for path in (tmp_path / "new.yaml", run / "spec.yaml"))
    assert new["architecture"] == old["architecture"] | {"dropout": 0.5}
    assert {**new, "name": 0, "architecture": 0} == {
        **old, "name": 0, "architecture": 0, "expect": {}, "variants": {},
    }  # fmt: skip


def test_what_the_new_spec_begins_with_is_said_in_chinese(made_of, suggest, own_spec):
    made_of(own_spec)

    found = suggest("-o", "new.yaml", "--lang", "zh")[2]
    own_spec.write_text("name: elsewhere\n")
    lost = suggest("-o", "newer.yaml", "--lang", "zh")[2]

    assert "以 specs/imdb.yaml 为底稿，保留其中的注释。" in found
    assert "It begins" not in lost
    assert "--spec FILE" in lost


def test_that_comments_are_lost_is_said(made_of, suggest, own_spec, tmp_path):
    made_of(own_spec)
    own_spec.write_text("name: elsewhere\n")

    code, out, err = suggest("-o", "new.yaml", "--json")

    assert code == 0, err
    assert json.loads(out)["source"] is None
    assert suggest("-o", "newer.yaml")[2].count("no comments; --spec FILE") == 1
    assert "#" not in "".join((tmp_path / "new.yaml").read_text().splitlines()[3:])


@pytest.mark.parametrize(
    ("kind", "words"),
    [("noisy", "because the run is noisy"), ("underfits", "because the run underfits")],
)
def test_the_reason_is_a_sentence(kind, words):
    because = Diagnosis(kind=kind, rule="noise", numbers={"noise": 0.1})

    assert words in suggestion(because, "longer", "x")


@pytest.mark.parametrize("spec", ["digits", "boston_kfold", "cats_vs_dogs_features", "reuters"])
@pytest.mark.parametrize("curve", [RISES, FALLS], ids=["rises", "falls"])
def test_a_run_alone_is_enough(run, suggest, kx, spec, curve, tmp_path):
    run(CONFIGS / f"{spec}.yaml", curve, "validation.skip_epochs=0", "validation.smooth=0")

    code, out, err = suggest("-o", tmp_path / "new.yaml", "--json")

    assert code == 0, err
    assert json.loads(out)["changes"]
    assert kx("check", tmp_path / "new.yaml")[0] == 0


LIMITED = """\
from typing import Annotated

from pydantic import Field

from kx import model
from kx.architectures.mlp import MultilayerPerceptron


@model("weak")
def weak(
    info,
    *,
    units: tuple[Annotated[int, Field(ge=1, le=20)], ...] = (16,),
    dropout: Annotated[float, Field(ge=0, le=0.3)] = 0.0,
    l1: float = 0.0,
    l2: Annotated[float, Field(ge=0, le=1e-4)] = 0.0,
):
    '''Build a small network.

    Args:
        info: form of the data.
        units: widths.
        dropout: share.
        l1: factor.
        l2: factor.
    '''
    return MultilayerPerceptron(units=units, dropout=dropout).build(info, None)
"""


@pytest.mark.parametrize(
    ("curve", "more", "change"),
    [
        (RISES, "", {"architecture.units": [8]}),
        (FALLS, "", {"training.epochs": 40}),
        (FALLS, "training: {epochs: 100000}", {}),
    ],
)
def test_what_an_option_may_not_be_is_not_suggested(
    run, suggest, kx, own_parts, tmp_path, curve, more, change
):
    (tmp_path / "plugin.py").write_text(LIMITED)
    spec = tmp_path / "limited.yaml"
    text = "name: limited\nplugins: [plugin.py]\ndataset: digits\narchitecture: weak\n"
    spec.write_text(text + more)
    run(spec, curve)

    code, out, err = suggest("--spec", spec, "-o", "new.yaml", "--json")

    assert code == 0, err
    assert json.loads(out)["changes"] == change
    assert not change or kx("check", "new.yaml")[0] == 0


def test_what_is_beyond_the_limits_is_refused_if_it_is_asked_for(run, suggest, tmp_path):
    run(CONFIGS / "imdb.yaml", FALLS, "architecture.units=[65536]")

    code, _, err = suggest("--change", "larger", "-o", "new.yaml")

    assert code == 2
    assert "architecture.units" in err
    assert not (tmp_path / "new.yaml").exists()


@pytest.mark.parametrize(
    ("named", "there", "target", "expected"),
    [
        ("kx.schema.json", True, "new.yaml", "specs/kx.schema.json"),
        ("kx.schema.json", True, "specs/new.yaml", "kx.schema.json"),
        ("kx.schema.json", True, "else/where/new.yaml", "../../specs/kx.schema.json"),
        ("kx.schema.json", False, "new.yaml", None),
        ("https://example.org/kx.json", False, "new.yaml", "https://example.org/kx.json"),
    ],
)
def test_the_new_spec_names_the_schema_from_where_it_is(
    run, suggest, own_spec, tmp_path, named, there, target, expected
):
    schema, line = own_spec.parent / "kx.schema.json", "# yaml-language-server: $schema="
    own_spec.write_text(own_spec.read_text().replace(f"{line}kx.schema.json", line + named))
    if there:
        schema.write_text("{}")
    (tmp_path / "else" / "where").mkdir(parents=True)
    run(own_spec, RISES)

    code, _, err = suggest("--spec", own_spec, "-o", tmp_path / target)

    assert code == 0, err
    lines = (tmp_path / target).read_text().splitlines()
    found = [each.removeprefix(line) for each in lines if each.startswith(line)]
    assert found == ([expected] if expected else [])


def test_nothing_is_overwritten(run, suggest, tmp_path):
    run(CONFIGS / "imdb.yaml", RISES)
    (tmp_path / "mine.yaml").write_text("mine")

    code, _, err = suggest("-o", tmp_path / "mine.yaml")

    assert code == 2
    assert "exists" in err
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_where_there_is_nothing_to_change_nothing_is_written(run, suggest, tmp_path):
    run(CONFIGS / "imdb.yaml", FLAT)
    before = set(tmp_path.iterdir())

    code, out, _ = suggest("--lang", "zh")

    assert code == 0
    assert "拟合良好" in out
    assert set(tmp_path.iterdir()) == before


def test_another_change_can_be_asked_for(run, suggest, tmp_path):
    run(CONFIGS / "imdb.yaml", FLAT)

    made, unknown = suggest("--change", "penalty"), suggest("--change", "dropot")

    assert (made[0], unknown[0]) == (0, 2)
    assert make_plan(tmp_path / "imdb-penalty.yaml").architecture.options["l2"] == 1e-3
    assert "did you mean 'dropout'?" in unknown[2]
