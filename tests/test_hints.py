"""Hints and advice that name keys: whoever follows them gets a spec that kx accepts."""

import itertools
import re

import numpy as np
import pytest

from benchmarks.shipped import SPECS
from kx.advice.diagnosis import Diagnosis
from kx.advice.suggestion import CHANGES, changes_for, practical
from kx.base.errors import SpecError
from kx.contracts import Rows, Way, Ways
from kx.planning import is_sound, make_plan
from kx.running.loading import how_scaled
from kx.spec.edit import settings
from kx.wording.catalogue import texts_in
from kx.wording.recorded import in_words
from tests.data.photos import encoded, plain
from tests.parts import stratified_kfold

ADVICE = tuple(key.removeprefix("advice.") for key in texts_in("en") if key.startswith("advice."))
DATASETS = {
    "digits": "digits", "wine": "wine", "diabetes": "diabetes", "imdb": "imdb",
    "imdb, in order": "{name: imdb, encoding: sequence}", "reuters": "reuters",
    "pictures": "{name: image_folder, path: pictures, image_size: 32}",
}  # fmt: skip
NETWORKS = {
    "linear": "linear", "mlp": "mlp", "cnn": "cnn", "rnn": "rnn", "conv1d": "conv1d",
    "embedding_mlp": "embedding_mlp",
    "vectors": "{name: embedding_mlp, pretrained: glove.6B.100d, fallback: random}",
    "pretrained": "{name: pretrained, fallback: random}",
}  # fmt: skip
LOSSES = ("", "categorical_crossentropy", "sparse_categorical_crossentropy", "mse")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with three classes of pictures."""
    found = tmp_path_factory.mktemp("specs")
    for kind, at in itertools.product(("cat", "dog", "owl"), range(8)):
        path = found / "pictures" / kind / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(plain(), "PNG"))
    return found


def a_spec(folder, dataset, network, loss="", more=""):
    path = folder / "spec.yaml"
    training = f"{{epochs: 6, loss: {loss}}}" if loss else "{epochs: 6}"
    path.write_text(
        f"name: tried\ndataset: {DATASETS[dataset]}\narchitecture: {NETWORKS[network]}\n"
        f"training: {training}\n{more}"
    )
    return path


def told(path, *overrides):
    """The mistakes in a spec and its warnings."""
    try:
        return make_plan(path, overrides).warnings
    except SpecError as error:
        return error.problems


def mistakes(path, *overrides):
    return "\n".join(map(str, told(path, *overrides)))


@pytest.mark.parametrize(("dataset", "network"), [*itertools.product(DATASETS, NETWORKS)])
def test_a_key_that_a_hint_names_is_one_that_the_spec_can_have(folder, dataset, network):
    for loss in LOSSES:
        path = a_spec(folder, dataset, network, loss)
        for problem in told(path):
            for key, value in re.findall(NAMED, problem.hint):
                followed = told(path, f"{key}={value}")
                assert not any(p.message.startswith("unknown key") for p in followed), problem
                assert problem.message not in [p.message for p in followed], problem


NAMED = r"((?:dataset|architecture|training|preparation|validation)\.[a-z_]+): ([\w.]+)"
"""A key and a value in a hint."""


@pytest.mark.parametrize(
    ("dataset", "network", "hint"),
    [
        ("digits", "cnn", "use sparse_categorical_crossentropy, or dataset.labels: one_hot"),
        ("pictures", "cnn", "use sparse_categorical_crossentropy"),
        ("imdb, in order", "mlp", "use dataset.encoding: multi_hot, or embedding_mlp"),
        ("imdb", "rnn", "use dataset.encoding: sequence, or mlp"),
        ("wine", "rnn", "use mlp"),
    ],
)
def test_labels_and_encodings_are_hinted_at_where_the_dataset_has_them(
    folder, dataset, network, hint
):
    loss = "categorical_crossentropy" if network == "cnn" else ""

    assert f"; {hint}\n" in mistakes(a_spec(folder, dataset, network, loss)) + "\n"


def test_of_several_ways_those_stay_that_are_open():
    hint = Ways(Way("use a"), Way("use b.c: 1", "b.c", 1), Way("use b.d: 2", "b.d", 2))

    assert hint == "use a, or b.c: 1, or b.d: 2"
    assert hint.open_to(lambda key, value: key == "b.d") == "use a, or b.d: 2"
    assert Ways(Way("remove it"), Way("use b")) == "remove it, or use b"
    assert Ways(Way("use b.c: 1", "b.c", 1)).open_to(lambda *_: False) == ""


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_advice_that_is_given_can_be_followed_in_every_shipped_spec(path):
    plan = make_plan(path)
    spec, scale = plan.resolved(), how_scaled(plan, plan.info)
    found = Diagnosis(kind="overfits", rule="rise", best_epoch=3, epochs=9, advice=ADVICE)

    given = practical(found, spec, scale).advice

    assert set(ADVICE) - set(given) <= set(CHANGES)
    for key in given:
        changes = changes_for(key, found, spec) if key in CHANGES else {}
        assert is_sound(path, settings({"expect": {}, "variants": {}, **changes})), (
            key, changes,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("architecture", "missing"),
    [
        ({"name": "linear", "l1": 0.0, "l2": 0.0}, {"dropout", "smaller", "linear"}),
        ({"name": "of a plugin"}, {"dropout", "penalty", "smaller", "larger"}),
        ({"name": "mlp", "units": [4], "dropout": 0.5, "l1": 0.0, "l2": 0.0}, {"dropout"}),
    ],
)
def test_what_an_architecture_has_no_option_for_is_not_advised(architecture, missing):
    spec = make_plan(SPECS[0]).resolved() | {"architecture": architecture}
    found = Diagnosis(kind="overfits", rule="rise", best_epoch=3, advice=ADVICE)

    given = set(practical(found, spec, None).advice)

    assert not given & missing
    assert "more_data" in given


@pytest.mark.parametrize(
    ("scale", "stated", "advised"),
    [("standardize", "auto", False), ("fixed", "auto", False), ("none", "none", True),
     ("unit", "auto", True), (None, "standardize", False)],
)  # fmt: skip
def test_scaling_is_advised_where_it_helps(scale, stated, advised):
    spec = make_plan(SPECS[0]).resolved() | {"preparation": {"scale": stated}}
    found = Diagnosis(kind="diverged", rule="not_finite", advice=("lower_rate", "scale", "clip"))

    assert ("scale" in practical(found, spec, scale).advice) is advised


def test_what_is_done_already_is_not_advised():
    spec = make_plan(SPECS[0]).resolved()
    spec["training"]["optimizer"]["clipnorm"] = 1.0
    spec["validation"]["smooth"] = 0.9
    found = Diagnosis(kind="noisy", rule="noise", advice=("smooth", "clip", "keep"))

    assert practical(found, spec, None).advice == ("keep",)


def test_a_spec_of_which_nothing_is_known_keeps_its_advice():
    found = Diagnosis(kind="overfits", rule="rise", advice=ADVICE)

    assert set(ADVICE) - set(practical(found, {}, None).advice) == {"augmentation"}


def test_rare_classes_are_called_by_their_names():
    labels = np.array([0] * 9 + [1] * 9 + [2] * 2)

    named = list(stratified_kfold(k=3).complaints(Rows(20, labels, classes=("cat", "dog", "owl"))))
    numbered = list(stratified_kfold(k=3).complaints(Rows(20, labels)))

    assert "class owl has 2" in in_words(named[0].message)
    assert "class 2 has 2" in in_words(numbered[0].message)
