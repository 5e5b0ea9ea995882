import pytest

from kx.contracts import DatasetInfo
from kx.models.head_complaints import head_complaints
from kx.models.heads import METRICS, Head, suited_head

INFOS = {
    "binary": DatasetInfo("toy", "binary", (4,), ("no", "yes")),
    "integers": DatasetInfo("toy", "multiclass", (4,), ("a", "b", "c")),
    "one-hot": DatasetInfo("toy", "multiclass", (4,), ("a", "b", "c"), one_hot=True),
    "multilabel": DatasetInfo("toy", "multilabel", (4,), ("a", "b", "c")),
    "regression": DatasetInfo("toy", "regression", (4,)),
    "unit": DatasetInfo("toy", "unit_regression", (4,)),
    "quantiles": DatasetInfo("toy", "quantiles", (4,), quantiles=(0.1, 0.9)),
    "several": DatasetInfo("toy", "multi_regression", (4,), targets=("a", "b")),
    "counts": DatasetInfo("toy", "counts", (4,)),
    "ordered": DatasetInfo("toy", "ordered", (4,), ("a", "b", "c")),
}


def complaints(kind, *, activation=None, loss=None, metrics=None):
    info = INFOS[kind]
    suited = suited_head(info)
    head = Head(
        activation or suited.activation, loss or suited.loss, tuple(metrics or suited.metrics)
    )
    return [(c.key, c.fatal, f"{c.message}; {c.hint}") for c in head_complaints(info, head)]


@pytest.mark.parametrize("kind", INFOS)
def test_the_suited_head_has_nothing_against_it(kind):
    assert complaints(kind) == []


@pytest.mark.parametrize(
    ("kind", "activation", "words"),
    [
        ("binary", "softmax", "softmax over a single unit is always 1"),
        ("binary", "linear", "linear outputs are no probabilities"),
        ("integers", "sigmoid", "sigmoid outputs of 3 classes do not add up to 1; use softmax"),
        ("one-hot", "linear", "linear outputs of 3 classes do not add up to 1; use softmax"),
        ("multilabel", "softmax", "softmax makes labels exclude each other"),
        ("multilabel", "linear", "linear outputs are no probabilities; use sigmoid"),
        ("regression", "softmax", "softmax over a single unit is always 1"),
        ("regression", "sigmoid", "sigmoid cannot reach targets outside 0..1; use linear"),
        ("unit", "softmax", "softmax over a single unit"),
        ("counts", "linear", "networks for counts targets end in exponential, not in linear"),
        ("ordered", "sigmoid", "networks for ordered targets end in ranks, not in sigmoid"),
    ],
)
def test_an_output_that_contradicts_the_task_is_refused(kind, activation, words):
    ((key, fatal, told),) = complaints(kind, activation=activation)

    assert (key, fatal) == ("output_activation", True)
    assert words in told


@pytest.mark.parametrize(
    ("kind", "loss", "words"),
    [
        ("binary", "categorical_crossentropy", "is for multiclass tasks; use binary_crossentropy"),
        ("binary", "sparse_categorical_crossentropy", "is for multiclass tasks"),
        ("integers", "binary_crossentropy", "treats 3 classes as 3 separate questions"),
        ("integers", "categorical_crossentropy", "needs one-hot labels; these are integers"),
        ("integers", "kl_divergence", "use sparse_categorical_crossentropy, or dataset.labels"),
        ("integers", "mse", "needs one-hot labels"),
        ("one-hot", "sparse_categorical_crossentropy", "needs integer labels; these are one-hot"),
        ("one-hot", "binary_crossentropy", "separate questions; use categorical_crossentropy"),
        ("multilabel", "categorical_crossentropy", "is for multiclass tasks"),
        ("regression", "binary_crossentropy", "measures classes, and the targets are numbers"),
        ("regression", "hinge", "measures classes, and the targets are numbers; use mse"),
        ("regression", "categorical_crossentropy", "is for multiclass tasks; use mse"),
        ("unit", "sparse_categorical_crossentropy", "is for multiclass tasks; use mse"),
    ],
)
def test_a_loss_that_contradicts_task_or_labels_is_refused(kind, loss, words):
    ((key, fatal, told),) = complaints(kind, loss=loss)

    assert (key, fatal) == ("loss", True)
    assert words in told


@pytest.mark.parametrize(
    ("kind", "loss"),
    [("regression", "huber"), ("unit", "binary_crossentropy"), ("one-hot", "kl_divergence")],
)
def test_other_losses_that_suit_are_taken_as_they_are(kind, loss):
    assert complaints(kind, loss=loss) == []


@pytest.mark.parametrize("kind", ["binary", "one-hot", "multilabel"])
def test_an_error_as_the_loss_of_classes_is_only_warned_of(kind):
    ((key, fatal, told),) = complaints(kind, loss="mse")

    assert (key, fatal) == ("loss", False)
    assert "mse learns classes slowly" in told


@pytest.mark.parametrize(
    ("kind", "metric", "fatal"),
    [
        ("binary", "mae", False),
        ("regression", "accuracy", False),
        ("unit", "auc", False),
        ("binary", "top_3_accuracy", True),
        ("multilabel", "top_5_accuracy", True),
        ("integers", "auc", True),
        ("one-hot", "recall", True),
    ],
)
def test_a_metric_of_another_task_is_told(kind, metric, fatal):
    ((key, found, told),) = complaints(kind, metrics=[metric])

    assert (key, found) == ("metrics", fatal)
    assert metric in told


def test_all_contradictions_are_told_at_once():
    told = complaints("binary", activation="softmax", loss="categorical_crossentropy")

    assert [key for key, *_ in told] == ["output_activation", "loss"]


@pytest.mark.parametrize("kind", INFOS)
@pytest.mark.parametrize("metric", METRICS)
def test_no_metric_is_without_an_answer(kind, metric):
    assert len(complaints(kind, metrics=[metric])) <= 1


@pytest.mark.parametrize(
    ("classes", "metric", "told"),
    [
        ("abc", "top_3_accuracy", ["top_3_accuracy of 3 classes is always 1"]),
        ("abc", "top_5_accuracy", ["top_5_accuracy of 3 classes is always 1"]),
        ("abcd", "top_3_accuracy", []),
        ("abcdef", "top_5_accuracy", []),
    ],
)
def test_the_best_k_of_no_more_classes_are_always_right(classes, metric, told):
    info = DatasetInfo("kinds", "multiclass", (4,), tuple(classes))
    head = Head("softmax", "sparse_categorical_crossentropy", (metric,))

    found = list(head_complaints(info, head))

    assert [each.message.partition(":")[0] for each in found] == told
    assert all(each.fatal for each in found)
