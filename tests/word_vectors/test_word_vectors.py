"""Networks that begin with word vectors which others have learned."""

import io
from dataclasses import replace

import numpy as np
import pytest

from kx.base.errors import DataError
from kx.components.registry import model
from kx.data.files.vector_reader import VectorReader
from tests.parts import faults
from tests.word_vectors.vectors import INFO, SPEC, TEXT


def complained(info, weights, **options):
    given = {"pretrained": "v.txt", "embedding_dim": 3, "freeze_embeddings": True}
    found = faults("embedding_mlp", info, weights, **given | options)
    return [(c.key, c.message) for c in found]


@pytest.mark.parametrize(
    ("info", "options", "key", "words"),
    [
        (INFO, {"embedding_dim": 8}, "embedding_dim",
         "the vectors of v.txt have 3 numbers for a word, embedding_dim is 8"),
        (INFO, {"pretrained": "glove.6B.100d"}, "embedding_dim", "have 100 numbers"),
        (INFO, {"pretrained": "gone.txt"}, "pretrained", "gone.txt, the word vectors, is neither"),
        (replace(INFO, words=(), tells_words=False), {}, "pretrained",
         "news does not tell what its word indices stand for"),
        (INFO, {"pretrained": "none"}, "freeze_embeddings", "would keep the numbers"),
    ],
)  # fmt: skip
def test_vectors_that_do_not_fit_are_refused_in_planning(weights, info, options, key, words):
    ((found, message),) = complained(info, weights, **options)

    assert found == key
    assert words in message


@pytest.mark.parametrize(
    ("info", "options"),
    [
        (INFO, {}),
        (replace(INFO, words=()), {}),  # they are known once the texts are read
        (INFO, {"pretrained": "gone.txt", "fallback": "random"}),
        (INFO, {"pretrained": "none", "freeze_embeddings": False, "embedding_dim": 8}),
    ],
)
def test_vectors_that_fit_are_not_complained_of(weights, info, options):
    assert complained(info, weights, **options) == []


def test_a_broken_file_is_told_in_planning(weights, tmp_path):
    (tmp_path / "v.txt").write_text("<html>\n")

    ((key, message),) = complained(INFO, weights)

    assert key == "pretrained"
    assert "v.txt, line 1: expected a word and its numbers" in message


def test_phases_train_vectors_whole_or_not_at_all():
    network = model["rnn"].component(pretrained="v.txt")

    (complaint,) = network.check_phases(["head", "unfrozen", "all"])

    assert (complaint.key, list(network.check_phases(["head", "all"]))) == ("phases", [])


def test_a_spec_is_told_before_anything_is_loaded(kx, spec_file):
    path = spec_file(SPEC.replace("words: true", "words: false").replace("m: 3", "m: 7"))
    spec_file(TEXT, "v.txt")

    code, _, err = kx("check", path)

    assert code == 2
    assert "imdb does not tell what its word indices stand for" in " ".join(err.split())
    assert "use embedding_dim: 3" in " ".join(err.split())


def read_with(number, place):
    """Read three lines of vectors, one of which ends with ``number``."""
    lines = ["the 0.1 0.2", "cat 0.3 0.4", "sat 0.5 0.6"]
    lines[place] = f"{lines[place].rpartition(' ')[0]} {number}"
    return np.concatenate(list(VectorReader("v.txt").parts(io.BytesIO("\n".join(lines).encode()))))


@pytest.mark.parametrize("number", ["1e39", "-3.5e38", "nan", "inf", "1e999", "4" * 39 + ".0"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_number_that_no_float32_holds_is_refused_with_its_line(number, place):
    with pytest.raises(DataError, match=rf"line {place + 1}: .*{number[:8]}"):
        read_with(number, place)


@pytest.mark.parametrize("number", ["1e38", "-1e38", "1000000.5", "2e6", "4" * 30])
@pytest.mark.parametrize(("place", "word"), [(0, "the"), (1, "cat"), (2, "sat")])
def test_a_number_too_large_to_train_with_is_told_with_file_line_and_word(number, place, word):
    told = rf"v\.txt, line {place + 1}: the vector of '{word}' has the number {number}, too large"

    with pytest.raises(DataError, match=told):
        read_with(number, place)


@pytest.mark.parametrize("number", [1e6, -1e6, 999999.5])
def test_large_numbers_that_32_bits_hold_beside_others_are_read(number):
    assert read_with(str(number), 1)[1, 1] == number


@pytest.mark.slow
def test_too_large_vectors_end_a_run_before_it_trains(kx, spec_file, tmp_path):
    path = spec_file(SPEC)
    spec_file("the 0.5 0.25 1\nof 1 2e38 3\n", "v.txt")

    code, _, err = kx("train", path, "--sample", "--outputs", tmp_path / "out")

    assert code == 3
    assert "v.txt, line 2: the vector of 'of' has the number 2e38" in " ".join(err.split())
    assert "learning_rate" not in err
    assert "epoch" not in err
