"""Runs on raw texts, looked at from the outside."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kx.data.preparation import preparation_from
from kx.data.sources import SourceFiles
from kx.data.text_folder import text_folder

SPEC = """\
name: mails
seed: 3
dataset: {{name: text_folder, path: mails, test_fraction: 0.25, {form}}}
architecture: {{name: {architecture}}}
validation: {validation}
training: {{optimizer: adam, batch_size: 4, epochs: 2}}
"""

KFOLD = "{strategy: kfold, k: 3, refit: best_epoch}"


@pytest.fixture
def mails(tmp_path):
    """Forty texts of a word that tells the class, one that all have, and one of their own."""
    for label, word in (("ham", "hello"), ("spam", "buy")):
        folder = tmp_path / "mails" / label
        folder.mkdir(parents=True)
        for number in range(20):
            (folder / f"{number}.txt").write_text(f"{word} now {label}{number}")
    return tmp_path / "mails"


@pytest.fixture
def ran(kx, spec_file, mails):
    def run(form="encoding: tf_idf", architecture="mlp, units: [4]", validation=KFOLD):
        text = SPEC.format(form=form, architecture=architecture, validation=validation)
        outputs = mails.parent / "outputs"
        code, out, err = kx("train", spec_file(text), "--outputs", outputs)
        assert code == 0, err
        (folder,) = outputs.iterdir()
        return folder, json.loads((folder / "record.json").read_text()), out

    return run


@pytest.mark.slow
def test_each_fold_has_a_vocabulary_of_its_own_that_never_saw_its_validation_texts(ran, mails):
    folder, record, out = ran()

    # Of three words, the one of its own is unknown: no more, no less.
    assert record["vocabulary"]["unknown"] == {
        "validation": [pytest.approx(1 / 3, abs=1e-6)] * 3,
        "test": [pytest.approx(1 / 3, abs=1e-6)],
    }
    assert "unknown: 33.3% of validation, 33.3% of test" in " ".join(out.split())
    settings = json.loads((folder / "preparation.json").read_text())
    train = text_folder(SourceFiles(), path=str(mails), test_fraction=0.25).train
    assert set(settings["vocabulary"]) == {
        word for text in train.x.strings for word in text.split()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "architecture"),
    [
        ("encoding: count, ngrams: 2", "linear"),
        ("encoding: multi_hot, tokenize: char", "mlp, units: [4]"),
        ("encoding: sequence, maxlen: 4, num_words: 50", "embedding_mlp, embedding_dim: 3"),
    ],
)
def test_a_kept_run_says_of_its_test_texts_again_what_it_said(ran, mails, form, architecture):
    import keras

    holdout = "{strategy: holdout, size: 0.3, refit: best_epoch}"
    folder, *_ = ran(form, architecture, holdout)

    with np.load(folder / "preparation.npz") as arrays:
        settings = json.loads((folder / "preparation.json").read_text())
        preparation = preparation_from(arrays, settings)
    test = text_folder(SourceFiles(), path=str(mails), test_fraction=0.25, **options(form)).test
    x = preparation.apply(test.x)
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    said = model.predict(getattr(x, "toarray", lambda: x)(), verbose=0)
    kept = np.load(folder / "predictions.npz")["predictions"]
    np.testing.assert_allclose(said, kept, rtol=1e-5, atol=1e-6)


def options(form):
    import yaml

    return yaml.safe_load(f"{{{form}}}")


@pytest.mark.parametrize(
    ("form", "more", "said"),
    [
        ("encoding: sequence, ngrams: 2", "", "dataset.ngrams: tokens beside each other"),
        ("encoding: count", "preparation: {scale: standardize}", "prepared by their vocabulary"),
        ("encoding: sequence", "", "architecture: the examples of text_folder are word indices"),
        ("encoding: bags", "", "dataset.encoding"),
    ],
)
def test_what_does_not_fit_texts_is_found_before_anything_is_read(
    kx, spec_file, mails, form, more, said
):
    text = SPEC.format(form=form, architecture="mlp", validation="{size: 0.3}") + more
    code, _, err = kx("check", spec_file(text))
    assert code == 2
    assert said in " ".join(err.split())


@pytest.mark.slow
def test_ready_made_vectors_are_found_by_the_words_of_each_fold(ran, mails):
    import keras

    (mails.parent / "vectors.txt").write_text("buy 1 2\nhello 3 4\nnow 5 6\n")
    folder, record, _ = ran(
        "encoding: sequence, maxlen: 3, num_words: 60",
        "embedding_mlp, embedding_dim: 2, pretrained: vectors.txt, freeze_embeddings: true",
    )

    assert record["embeddings"]["known"] == 3
    assert record["frozen"]["before"] == record["frozen"]["after"]
    vocabulary = json.loads((folder / "preparation.json").read_text())["vocabulary"]
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    (rows,) = next(w for w in (layer.get_weights() for layer in model.layers) if w)
    assert rows.shape == (60, 2)
    for word, vector in {"buy": [1, 2], "hello": [3, 4], "now": [5, 6]}.items():
        assert rows[2 + vocabulary.index(word)].tolist() == vector
    assert np.abs(rows).sum() == 21  # of a word without a vector, zeros
