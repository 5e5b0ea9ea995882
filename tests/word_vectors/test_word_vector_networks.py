"""Networks that begin with word vectors which others have learned, built and trained."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kx.base.errors import UsageError
from kx.components.registry import model as architectures
from kx.training.environment import start_tensorflow
from tests.parts import conv1d, embedding_mlp, rnn
from tests.word_vectors.vectors import INFO, SPEC

pytestmark = pytest.mark.slow

MATRIX = [[0, 0, 0], [0, 0, 0], [1, 2, 3], [0, 0, 0], [4, 5, 6]]


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    start_tensorflow(deterministic=True)


@pytest.mark.parametrize("build", [embedding_mlp, rnn, conv1d])
@pytest.mark.parametrize("frozen", [True, False])
def test_networks_begin_with_the_vectors(weights, build, frozen, tmp_path):
    import keras

    options = {conv1d: {"filters": (2,), "kernel_size": 2}}.get(build, {})
    options |= {"embedding_dim": 3, "pretrained": "v.txt", "freeze_embeddings": frozen}
    model = build(INFO, weights, **options)
    model.save(tmp_path / "model.keras")

    for network in (model, keras.models.load_model(tmp_path / "model.keras")):
        layer = network.layers[0]
        assert layer.trainable is not frozen
        np.testing.assert_array_equal(layer.get_weights()[0], MATRIX)
    assert (tmp_path / "model.keras").stat().st_size < 60_000
    assert len(architectures[build.__name__].component(**options).frozen(model)) == frozen


def test_without_files_the_numbers_are_drawn():
    model = embedding_mlp(INFO, embedding_dim=3, pretrained="v.txt")

    assert model.layers[0].get_weights()[0].std() > 0


def test_what_is_trained_is_a_choice_of_phases(weights):
    for freeze, expected in ((False, [False, True]), (True, [False, False])):
        options = {"pretrained": "v.txt", "freeze_embeddings": freeze}
        network = architectures["embedding_mlp"].component(embedding_dim=3, **options)
        model, trained = network.build(INFO, weights), []
        for what in ("head", "all"):
            network.choose(model, what)
            trained.append(model.layers[0].trainable)
        assert trained == expected


@pytest.mark.parametrize(
    ("info", "dim", "words"),
    [
        (INFO, 4, "have 3 numbers for a word, embedding_dim is 4"),
        (replace(INFO, words=()), 3, "tells what 0 of them stand for"),
    ],
)
def test_vectors_that_do_not_fit_build_no_network(weights, info, dim, words):
    with pytest.raises(UsageError, match=words):
        embedding_mlp(info, weights, embedding_dim=dim, pretrained="v.txt")


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_vectors_stay_and_others_move(kx, spec_file, tmp_path, frozen):
    import keras

    path = spec_file(SPEC.replace("embeddings: true", f"embeddings: {frozen}".lower()))
    spec_file("the 0.5 0.25 1\nof 1 2 3\n", "v.txt")

    code, _, err = kx("train", path, "--sample", "--outputs", tmp_path / "out")

    assert code == 0, err
    (folder,) = (path.parent for path in (tmp_path / "out").glob("*/record.json"))
    record = json.loads((folder / "record.json").read_text())
    rows = keras.models.load_model(folder / "model.keras").layers[0].get_weights()[0]
    assert np.array_equal(rows[4:6], [[0.5, 0.25, 1], [1, 2, 3]]) is frozen
    assert bool(record["frozen"]) is frozen
    assert record["base"]["file"] == "v.txt"
    assert record["embeddings"] == {
        "words": 36, "known": 2, "dimensions": 3, "vectors": 2, "duplicates": 0
    }  # fmt: skip
    (split,) = json.loads((folder / "splits.json").read_text())["splits"]
    assert len(split["train"]) == 3
