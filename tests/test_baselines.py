from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from numpy.random import default_rng

from kx.contracts import DatasetInfo, Split
from kx.data.files.sources import SourceFiles
from kx.data.preparation import fit_preparation
from kx.evaluators import linear_models as baselines
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.linear_models import linear_too_large
from kx.wording.recorded import in_words
from tests.parts import boston, breast_cancer, digits, imdb, mnist, reuters, wine

TOPICS = tuple(f"topic-{n}" for n in range(46))
BINARY = DatasetInfo("reviews", "binary", (5,))
REUTERS = DatasetInfo("reuters", "multiclass", (5,), TOPICS)
ONE_HOT = DatasetInfo("reuters", "multiclass", (5,), TOPICS, one_hot=True)
LABELS = DatasetInfo("tags", "multilabel", (5,), ("a", "b", "c"))
HOUSES = DatasetInfo("houses", "regression", (5,))
SHARES = DatasetInfo("shares", "unit_regression", (5,))
POINTS = DatasetInfo("points", "multiclass", (2,), ("left", "above", "right"))


def constants(y, count, info):
    """The baselines that look at no features."""
    blank = np.zeros((len(y), 5), "float32")
    return baseline_predictions(Split(blank, np.asarray(y)), blank[:count], info, linear=False)


def linear(x, y, info, asked=None):
    """What the linear baseline predicts, for the training rows unless others are asked."""
    asked = x if asked is None else asked
    return baseline_predictions(Split(x, np.asarray(y)), asked, info, linear=True)["linear"]


# Constants.


def newswires():
    """Labels like those of Reuters: topic 3 leads, most topics are rare, topic 45 is absent."""
    return np.concatenate([np.full(70, 3), np.full(50, 4), np.arange(45)])


@pytest.mark.parametrize("info", [REUTERS, ONE_HOT], ids=["integers", "one-hot"])
def test_the_majority_of_newswires_is_their_most_frequent_topic(info):
    y = np.eye(46)[newswires()] if info.one_hot else newswires()

    predictions = constants(y, 4, info)

    assert list(predictions) == ["majority", "prior"]
    np.testing.assert_array_equal(predictions["majority"], np.eye(46)[[3] * 4])


@pytest.mark.parametrize("info", [REUTERS, ONE_HOT], ids=["integers", "one-hot"])
def test_the_prior_of_newswires_is_the_share_of_each_topic(info):
    y = np.eye(46)[newswires()] if info.one_hot else newswires()

    prior = constants(y, 4, info)["prior"]

    assert prior.shape == (4, 46)
    assert prior[3, [3, 4, 5, 45]] == pytest.approx([71 / 165, 51 / 165, 1 / 165, 0])
    np.testing.assert_allclose(prior.sum(axis=1), 1, rtol=1e-6)


def test_topics_that_do_not_occur_get_their_column_all_the_same():
    majority = constants([40, 7, 40], 2, REUTERS)["majority"]

    np.testing.assert_array_equal(majority, np.eye(46)[[40, 40]])


@pytest.mark.parametrize(
    ("y", "majority", "prior"),
    [
        ([0, 1, 1], 1, 2 / 3),
        ([0, 0, 1], 0, 1 / 3),
        ([0, 0], 0, 0),
        ([1, 1], 1, 1),
        ([0.0, 1.0, 1.0], 1, 2 / 3),
    ],
)
def test_a_yes_or_no_question_is_answered_by_one_probability(y, majority, prior):
    predictions = constants(y, 2, BINARY)

    assert predictions["majority"].tolist() == [[majority], [majority]]
    assert predictions["prior"] == pytest.approx(np.full((2, 1), prior))


def test_several_labels_are_counted_label_by_label():
    predictions = constants([[1, 0, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0]], 2, LABELS)

    np.testing.assert_array_equal(predictions["majority"], [[1, 0, 1]] * 2)
    np.testing.assert_array_equal(predictions["prior"], [[0.75, 0.25, 0.5]] * 2)


@pytest.mark.parametrize("info", [HOUSES, SHARES])
def test_a_regression_has_mean_and_median_as_baselines(info):
    predictions = constants(np.array([0.0, 0.1, 0.8], "float32"), 2, info)

    assert list(predictions) == ["mean", "median"]
    np.testing.assert_allclose(predictions["mean"], [[0.3], [0.3]], rtol=1e-6)
    np.testing.assert_allclose(predictions["median"], [[0.1], [0.1]], rtol=1e-6)


# The linear model.


def test_a_line_is_found_again():
    x = default_rng(0).normal(size=(500, 2)).astype("float32")
    y = 3 + 2 * x[:, 0] - x[:, 1]
    asked = np.array([[0, 0], [1, 0], [0, 1]], "float32")

    predictions = linear(x, y, HOUSES, asked)

    assert predictions == pytest.approx(np.array([[3], [5], [2]]), abs=0.02)


def test_what_should_lie_between_0_and_1_does():
    x = np.linspace(-1, 1, 50, dtype="float32")[:, None]

    predictions = linear(x, (x[:, 0] > 0).astype("float32"), SHARES, 9 * x)

    assert (predictions.min(), predictions.max()) == (0, 1)


def three_clouds():
    """30 points around each of (-4, 0), (0, 4) and (4, 0), with deviation 0.5."""
    y = np.repeat([0, 1, 2], 30)
    centres = np.array([[-4, 0], [0, 4], [4, 0]])[y]
    return (centres + default_rng(0).normal(scale=0.5, size=(90, 2))).astype("float32"), y


@pytest.mark.parametrize("one_hot", [False, True], ids=["integers", "one-hot"])
def test_clouds_that_lines_can_separate_are_told_apart(one_hot):
    x, y = three_clouds()
    info = DatasetInfo("points", "multiclass", (2,), POINTS.classes, one_hot=one_hot)

    predictions = linear(x, np.eye(3)[y] if one_hot else y, info)

    np.testing.assert_array_equal(predictions.argmax(axis=1), y)
    np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-5)


def test_the_linear_model_gives_absent_classes_no_probability():
    x, y = three_clouds()
    rows = y != 1

    predictions = linear(x[rows], y[rows], POINTS)

    assert predictions.shape == (60, 3)
    assert (predictions[:, 1] == 0).all()
    np.testing.assert_array_equal(predictions.argmax(axis=1), y[rows])


def test_each_of_several_labels_has_its_own_model_even_one_that_never_varies():
    x, cloud = three_clouds()
    y = np.stack([cloud == 0, np.ones(90), cloud != 2], axis=1).astype("float32")

    predictions = linear(x, y, LABELS)

    np.testing.assert_array_equal(predictions > 0.5, y == 1)
    assert (predictions[:, 1] == 1).all()


@pytest.mark.parametrize("answer", [0, 1])
def test_a_question_with_one_answer_only_is_answered_so(answer):
    predictions = linear(np.zeros((4, 5), "float32"), np.full(4, answer), BINARY)

    assert predictions.tolist() == [[answer]] * 4


def test_pictures_are_flattened():
    pictures = default_rng(0).random((60, 4, 4, 1), np.float32)
    y = (pictures[:, 1, 2, 0] > 0.5).astype(int)

    flat, seen = (linear(x, y, BINARY) for x in (pictures.reshape(60, 16), pictures))

    np.testing.assert_array_equal(seen, flat)


@pytest.mark.parametrize("info", [BINARY, HOUSES], ids=["binary", "regression"])
def test_a_sparse_matrix_is_never_made_dense(info, monkeypatch):
    x = scipy.sparse.random(200, 50_000, density=0.001, format="csr", dtype="float32", rng=0)
    y = np.arange(200) % 2
    for name in ("toarray", "todense"):
        monkeypatch.setattr(scipy.sparse.csr_matrix, name, None)

    predictions = linear(x, y.astype("float32"), info)

    assert predictions.shape == (200, 1)
    assert np.abs(predictions[:, 0] - y).mean() < 0.49  # these are no more than coins


@pytest.mark.parametrize("sparse", [False, True], ids=["array", "sparse"])
def test_unscaled_features_do_no_harm(sparse):
    """The first column decides, the second is a million times as large."""
    draws = default_rng(0)
    x = np.stack([draws.integers(0, 2, 200), draws.integers(0, 10**6, 200)], axis=1)
    x = x.astype("float32")

    predictions = linear(scipy.sparse.csr_matrix(x) if sparse else x, x[:, 0], BINARY)

    np.testing.assert_array_equal(predictions[:, 0] > 0.5, x[:, 0] == 1)


def test_features_far_from_0_are_brought_there():
    years = np.arange(2001, 2021, dtype="float32")[:, None]

    predictions = linear(years, years[:, 0] > 2010, BINARY)

    np.testing.assert_array_equal(predictions > 0.5, years > 2010)


def test_ending_early_is_no_cause_for_a_warning(monkeypatch):
    monkeypatch.setattr(baselines, "THOROUGH", 1)
    x, y = three_clouds()

    predictions = linear(x, y, POINTS)  # a warning would be an error here

    assert (predictions.argmax(axis=1) == y).mean() > 0.9


@pytest.mark.parametrize("info", [BINARY, POINTS, LABELS, HOUSES, SHARES], ids=lambda i: i.task)
def test_predictions_are_the_same_each_time_and_have_a_networks_form(info):
    draws = default_rng(0)
    x = draws.random((40, 5), np.float32)
    y = draws.integers(0, 2, (40, 3) if info.task == "multilabel" else 40).astype("float32")
    split = Split(x, y)

    first, second = (baseline_predictions(split, x[:7], info, linear=True) for _ in range(2))

    assert "linear" in first
    for name, values in first.items():
        assert (values.shape, values.dtype) == ((7, info.outputs), np.float32)
        np.testing.assert_array_equal(values, second[name])


def test_word_indices_have_no_linear_model():
    info = DatasetInfo("reviews", "binary", (20,), vocabulary=100)
    words = np.ones((4, 20), "int32")

    predictions = baseline_predictions(Split(words, np.arange(4) % 2), words, info, linear=True)

    assert list(predictions) == ["majority", "prior"]


# Its penalty.


def chosen(x, y, info, times=1):
    """The strengths that were chosen, and how."""
    told = []
    split = Split(x, np.asarray(y))
    baseline_predictions(split, x[:1], info, linear=True, times=times, told=told.append)
    return told[0]


def test_noise_asks_for_a_strong_penalty_and_a_clear_line_for_a_weak_one():
    draws = default_rng(0)
    x = draws.normal(size=(120, 30)).astype("float32")
    coins = draws.integers(0, 2, 120)

    noise, clear = chosen(x, coins, BINARY), chosen(x, x[:, 0] > 0, BINARY)

    assert noise.strengths == (100,)
    assert clear.strengths[0] < 1
    assert (noise.folds, noise.rows) == (3, 120)


def test_small_features_are_not_kept_down_by_the_default_penalty():
    # as those of TF-IDF: a penalty of 1 allows no weights that tell the classes apart surely
    x = (0.05 * default_rng(0).normal(size=(200, 10))).astype("float32")
    y = (x[:, 0] > 0).astype(int)

    said = linear(x, y, BINARY)[:, 0]

    sure = np.where(y, said, 1 - said)
    assert sure.mean() > 0.8
    plain = baseline_predictions(Split(x, y), x, BINARY, linear=True, times=99)["linear"][:, 0]
    assert np.where(y, plain, 1 - plain).mean() < 0.6


@pytest.mark.parametrize("info", [HOUSES, SHARES], ids=lambda i: i.task)
def test_a_ridge_regression_chooses_its_penalty_too(info):
    draws = default_rng(0)
    x = draws.normal(size=(60, 5)).astype("float32")
    noise = draws.random(60).astype("float32")

    assert chosen(x, noise, info).strengths[0] >= 10
    assert chosen(x, x[:, 0] / 9, info).strengths == (0.01,)


def test_each_label_has_a_penalty_of_its_own():
    draws = default_rng(0)
    x = draws.normal(size=(120, 5)).astype("float32")
    y = np.stack([x[:, 0] > 0, draws.integers(0, 2, 120), x[:, 1] > 0], axis=1).astype("float32")

    strengths = chosen(x, y, LABELS).strengths

    assert strengths[1] > max(strengths[0], strengths[2])


@pytest.mark.parametrize(("count", "times"), [(200, 21), (8, 1)], ids=["many folds", "few rows"])
def test_without_a_choice_the_penalty_is_the_default_and_that_is_told(count, times):
    x = default_rng(0).normal(size=(count, 3)).astype("float32")

    found = chosen(x, np.arange(count) % 2, BINARY, times)

    assert (found.strengths, found.folds, found.rows) == ((1.0,), 0, 0)


def test_only_a_part_of_much_data_is_looked_at_to_choose(monkeypatch):
    monkeypatch.setattr(baselines, "CHOICE_WORK", 3_000)
    monkeypatch.setattr(baselines, "SMALL_WORK", 1_000)
    x = default_rng(0).normal(size=(1_000, 30)).astype("float32")

    found = chosen(x, x[:, 0] > 0, BINARY)

    assert (found.folds, found.rows) == (1, 100)


def test_a_fit_that_ran_out_of_iterations_is_told(monkeypatch):
    x, y = three_clouds()
    assert chosen(x, y, POINTS).converged
    monkeypatch.setattr(baselines, "THOROUGH", 1)

    assert not chosen(x, y, POINTS).converged


# Its size.


def pictures(count, *shape):
    """Pictures that take no memory."""
    return np.broadcast_to(np.float32(0), (count, *shape))


@pytest.mark.parametrize(
    ("x", "classes", "reason"),
    [
        (pictures(60_000, 28, 28), 10, ""),  # MNIST
        (pictures(2_000, 150, 150, 3), 2, "135,000,000 numbers to learn from"),
        (pictures(1_000_000, 40, 57), 57, "2,280,000,000 numbers to learn from"),
        (pictures(20, 224, 224, 3), 10, "1,505,280 coefficients"),
        (pictures(60_000, 28, 28), 20, "47,040,000 numbers for 20 outputs"),
    ],
)
def test_a_linear_model_is_left_out_where_it_would_take_long(x, classes, reason):
    info = DatasetInfo("pictures", "multiclass", x.shape[1:], tuple(map(str, range(classes))))
    split = Split(x, np.zeros(len(x), int))

    said = in_words(linear_too_large(split, info))
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_of_a_sparse_matrix_only_its_entries_and_rows_count():
    few = scipy.sparse.csr_matrix((50_000, 10_000), dtype="float32")
    many = scipy.sparse.csr_matrix((20_000_000, 2), dtype="float32")
    y = np.zeros(1)

    assert linear_too_large(Split(few, y), REUTERS) is None
    said = in_words(linear_too_large(Split(many, y), REUTERS))
    assert said.startswith("20,000,000 entries of a sparse")


def test_only_the_rows_that_are_learned_from_count():
    photos = Split(pictures(2_000, 150, 150, 3), np.zeros(2_000))
    words = Split(scipy.sparse.csr_matrix(np.ones((3, 600_000), "float32")), np.zeros(3))

    assert linear_too_large(photos, BINARY)
    assert linear_too_large(photos, BINARY, rows=np.arange(700)) is None
    # An entry counts as ten numbers: one row 200 times is 1.2 billion of them, two are too many.
    assert linear_too_large(words, BINARY, times=200, rows=np.array([1])) is None
    assert linear_too_large(words, BINARY, times=200, rows=np.array([0, 2]))


def test_what_is_too_large_is_not_tried():
    x = pictures(2_000, 150, 150, 3)
    info = DatasetInfo("pets", "binary", x.shape[1:])

    predictions = baseline_predictions(Split(x, np.arange(2_000) % 2), x[:3], info, linear=True)

    assert list(predictions) == ["majority", "prior"]


# Real files, and what comes with scikit-learn.


def judged(loader, *files):
    """Baseline -> accuracy on the test part, or mean absolute error."""
    bundle = loader(*files)
    preparation = fit_preparation(bundle.train.x, bundle.info.scale)
    train = Split(preparation.apply(bundle.train.x), bundle.train.y)
    asked, y = preparation.apply(bundle.test.x), bundle.test.y
    found = baseline_predictions(train, asked, bundle.info, linear=True)
    if bundle.info.task == "regression":
        return {name: float(np.abs(values[:, 0] - y).mean()) for name, values in found.items()}
    binary = bundle.info.task == "binary"
    answers = {n: v[:, 0] > 0.5 if binary else v.argmax(axis=1) for n, v in found.items()}
    return {name: float((answer == y).mean()) for name, answer in answers.items()}


@pytest.mark.parametrize(
    ("loader", "at_least"), [(breast_cancer, 0.97), (digits, 0.95), (wine, 0.95)]
)
def test_small_datasets_are_nearly_linear(loader, at_least):
    assert judged(loader)["linear"] >= at_least


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("loader", "majority", "model"),
    [(reuters, 0.362, 0.79), (imdb, 0.5, 0.88), (mnist, 0.1135, 0.912)],
    ids=["reuters", "imdb", "mnist"],
)
def test_baselines_of_the_real_datasets_are_those_that_are_known(
    loader, majority, model, real_data_dir: Path
):
    found = judged(loader, SourceFiles(data_dir=real_data_dir, offline=True))

    assert found["majority"] == found["prior"] == pytest.approx(majority, abs=5e-4)
    assert found["linear"] == pytest.approx(model, abs=0.01)


@pytest.mark.real_data
def test_the_price_of_a_house_in_boston_is_guessed_to_6_6_thousand(real_data_dir):
    found = judged(boston, SourceFiles(data_dir=real_data_dir, offline=True))

    assert found == pytest.approx({"mean": 6.53, "median": 6.66, "linear": 3.40}, abs=0.01)
