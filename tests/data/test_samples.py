from itertools import pairwise

import numpy as np
import pytest

from kx.components.registry import dataset
from kx.data.files.sample_files import SampleFiles
from tests.parts import boston, california, fashion_mnist, imdb, mnist, reuters

NAMES = ("boston", "california", "fashion_mnist", "imdb", "mnist", "reuters")
FILES = [file for name in NAMES for file in dataset[name].source.data_files]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_is_the_same_each_time(file):
    one, other = file.sample(), file.sample()

    assert all(one[key].tolist() == other[key].tolist() for key in one)
    assert (
        "no real data" in file.sample.__doc__
        or "train_images" in file.sample.__doc__
        or ("test_images" in file.sample.__doc__)
    )


def nearest_mean(train, test):
    """The share of the test part that lies nearest to the mean of its own class."""
    x, x_test = (
        np.asarray(p.x.todense() if hasattr(p.x, "todense") else p.x) for p in (train, test)
    )
    x, x_test = (a.reshape(len(a), -1).astype(np.float32) for a in (x, x_test))
    means = np.stack([x[train.y == label].mean(axis=0) for label in np.unique(train.y)])
    scores = x_test @ means.T - 0.5 * (means**2).sum(axis=1)
    return float((scores.argmax(axis=1) == test.y).mean())


# Where chance would be right in 50, 22 (the most frequent topic), 10 and 10 of 100 cases.
@pytest.mark.parametrize(
    ("loader", "options", "least"),
    [
        (imdb, {"num_words": 3_000}, 0.75),
        (reuters, {"num_words": 3_000}, 0.6),
        (mnist, {}, 0.5),
        (fashion_mnist, {}, 0.5),
    ],
    ids=["imdb", "reuters", "mnist", "fashion_mnist"],
)
def test_there_is_something_to_learn_in_classes(loader, options, least):
    bundle = loader(SampleFiles(), **options)

    assert nearest_mean(bundle.train, bundle.test) > least


@pytest.mark.parametrize("loader", [boston, california])
def test_there_is_something_to_learn_in_prices(loader):
    bundle = loader(SampleFiles())
    x, x_test = (np.c_[part.x, np.ones(len(part))] for part in (bundle.train, bundle.test))

    weights, *_ = np.linalg.lstsq(x, bundle.train.y, rcond=None)
    errors = x_test @ weights - bundle.test.y

    assert errors.var() < 0.3 * bundle.test.y.var()


def test_topics_are_unevenly_frequent_and_all_occur():
    y = reuters(SampleFiles()).train.y
    counts = np.bincount(y, minlength=46)

    assert counts.min() >= 8
    assert counts.argmax() == 3
    assert counts[3] > 5 * np.median(counts)


def test_reviews_stand_in_the_order_of_the_official_file():
    labels = dataset["imdb"].source.data_files[0].sample()["y_train"]

    assert [one >= other for one, other in pairwise(labels)] == [True] * 1_199
    assert labels.sum() == 600
