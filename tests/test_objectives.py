"""Losses and metrics by name, with options: every mistake is told at its line, without Keras."""

import pytest

import kx as kx_names
from kx.base.errors import PluginError

SPEC = """\
name: x
dataset: {dataset}
architecture: mlp
training:
  {training}
"""


@pytest.fixture
def checked(kx, spec_file):
    """Check a spec of one line of training; return exit code and what is complained of."""

    def check(training, dataset="breast_cancer"):
        path = spec_file(SPEC.format(dataset=dataset, training=training))
        code, _, err = kx("check", path)
        return code, " ".join(err.split())

    return check


@pytest.mark.parametrize(
    "training",
    [
        "loss: {name: binary_focal_crossentropy, gamma: 3}",
        "loss: {name: binary_crossentropy, label_smoothing: 0.1}",
        "metrics: [accuracy, {name: accuracy, threshold: 0.9, label: strict_accuracy}]",
        "metrics: [f1_score, {name: recall_at_precision, precision: 0.9}]",
        "optimizer: {name: lion, beta_2: 0.9}",
        "optimizer: {name: muon, ns_steps: 3}",
        "optimizer: lamb",
    ],
)
def test_losses_metrics_and_optimizers_take_options(checked, training):
    assert checked(training)[0] == 0


@pytest.mark.parametrize(
    ("training", "words"),
    [
        ("loss: bce", "5:9: training.loss: no loss is called 'bce'"),
        ("loss: bce", "here it is called 'binary_crossentropy'"),
        ("metrics: [auc, acc]", "5:18: training.metrics.1: no metric is called 'acc'"),
        ("metrics: [auc, acc]", "here it is called 'accuracy'"),
        ("loss: {name: binary_focal_crossentropy, gama: 3}", "unknown key 'gama'"),
        ("loss: {name: binary_focal_crossentropy, gama: 3}", "did you mean 'gamma'?"),
        ("loss: {name: binary_focal_crossentropy, gamma: -1}", "training.loss.gamma"),
        ("loss: {name: binary_focal_crossentropy, gamma: -1}", "must be at least 0"),
        ("loss: {name: binary_crossentropy, from_logits: true}", "end in probabilities"),
        ("loss: {name: binary_crossentropy, reduction: sum}", "the mean over its rows"),
        ("loss: dice", "pixel by pixel"),
        ("metrics: [{name: precision, thresholds: [0.1, 0.2]}]", "state threshold"),
        ("metrics: [{name: recall_at_precision}]", "required, but missing"),
        ("metrics: [auc, {name: auc}]", "two metrics are called 'auc'"),
        ("metrics: [{name: recall, label: accuracy}]", "the name of something else"),
        ("metrics: [{name: recall, label: my_error}]", "'my_error' would be good"),
        ("metrics: [{name: hinge, label: my_hinge}]", "let it end in _error"),
        ("metrics: [{name: precision, class_id: 1}]", "class_id of precision has no use"),
        ("metrics: [log_cosh]", "log_cosh says little about a binary task"),
        ("metrics: [pearson_correlation]", "a regression has but one"),
        ("optimizer: lione", "did you mean 'lion'"),
        ("optimizer: {name: lion, beta_3: 0.9}", "unknown key 'beta_3'"),
    ],
)
def test_mistakes_are_told_at_their_line(checked, training, words):
    code, complaints = checked(training)

    assert code == 2
    assert words.lower() in complaints.lower()


@pytest.mark.parametrize(
    ("training", "words"),
    [
        ("metrics: [{name: top_k_accuracy, k: 3}]", "the right one is among 3"),
        ("loss: {name: categorical_crossentropy, label_smoothing: 0.1}", "needs one-hot labels"),
        ("metrics: [false_negatives]", "yes-or-no"),
        ("metrics: [{name: f1_score, threshold: 0.4}]", "threshold of f1_score has no use"),
        ("metrics: [{name: accuracy, threshold: 0.4}]", "threshold of accuracy has no use"),
        (
            "metrics: [{name: categorical_crossentropy, label_smoothing: 0.1}]",
            "has no use for integer labels",
        ),
    ],
)
def test_losses_and_metrics_must_suit_the_classes(checked, training, words):
    code, complaints = checked(training, "wine")

    assert code == 2
    assert words in complaints


def test_the_integer_labels_of_generalized_crossentropy_are_no_one_hot_ones(checked):
    loss = "loss: {name: categorical_generalized_crossentropy, q: 0.5}"

    assert checked(loss, "wine")[0] == 0
    assert "needs integer labels" in checked(loss, "{name: wine, labels: one_hot}")[1]


@pytest.mark.usefixtures("own_parts")
def test_the_name_of_a_metric_tells_its_direction():
    with pytest.raises(PluginError, match="call it brier_error"):
        kx_names.metric("brier", mode="min")
    with pytest.raises(PluginError, match="large values"):
        kx_names.metric("gain", mode="min")
    with pytest.raises(PluginError, match="small values"):
        kx_names.metric("gain_error", mode="max")
    kx_names.metric("brier_error", mode="min")


@pytest.mark.usefixtures("own_parts")
@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("mse", lambda y, said: y, "Keras has one of that name"),
        ("Mine", lambda y, said: y, "lower case"),
        ("mine", lambda y, said: y, "docstring"),
    ],
)
def test_an_unusable_loss_is_refused(name, part, words):
    with pytest.raises(PluginError, match=words):
        kx_names.loss(name)(part)


@pytest.mark.parametrize("kind", ["losses", "metrics", "optimizers"])
def test_what_keras_offers_is_listed(kx, kind):
    code, out, _ = kx("list", kind)

    known = {"losses": "gamma", "metrics": "threshold", "optimizers": "beta_2_decay"}
    assert code == 0
    assert known[kind] in out
