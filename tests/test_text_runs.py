"""Runs on raw texts, looked at from the outside."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from tests.parts import text_folder

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
        ("encoding: sequence, ngrams: 2", "", "dataset.ngrams: n-grams have no position"),
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


SEQUENCES = """\
name: notes
seed: 3
dataset: {name: text_csv, path: notes.csv, encoding: sequence, num_words: 60, maxlen: 5}
architecture: {name: embedding_mlp, embedding_dim: 4, masking: true, pooling: average}
validation: {strategy: holdout, size: 0.3}
training: {optimizer: adam, batch_size: 16, epochs: 2}
"""


@pytest.fixture(scope="module")
def notes(run_kx, tmp_path_factory):
    """A run on a table in which every sixth text has no word, for a network that masks padding."""
    folder = tmp_path_factory.mktemp("notes")
    said = ["buy now", "hello you", "buy pills", "hello there", "buy", "?!"]
    rows = [f'{n},"{said[n % 6]}",{"ham" if n % 2 else "spam"}' for n in range(60)]
    (folder / "notes.csv").write_text("\n".join(["id,text,label", *rows]) + "\n")
    (folder / "spec.yaml").write_text(SEQUENCES)
    code, out, err = run_kx("train", folder / "spec.yaml", "--outputs", folder / "outputs")
    assert code == 0, err
    (run,) = (folder / "outputs").iterdir()
    return run, out + err


@pytest.mark.slow
def test_texts_without_a_word_are_told_and_make_no_score_disappear(notes):
    run, said = notes
    record = json.loads((run / "record.json").read_text())
    arrays = np.load(run / "predictions.npz")

    scores = [score["value"] for part in record["scores"].values() for score in part.values()]
    assert len(scores) == 4
    assert None not in scores
    assert np.isfinite(arrays["predictions"]).all()
    assert np.isfinite(arrays["validation_predictions"]).all()
    told = " ".join(said.split())
    assert "texts of the training part have no token at all (line" in told
    assert "texts of the test part have no token at all (line" in told


@pytest.mark.slow
def test_a_table_is_predicted_as_the_run_did_it_with_its_labels_beside(kx, notes, tmp_path):
    run, _ = notes
    lines = json.loads((run / "rows.json").read_text())["test"]
    table = (run.parent.parent / "notes.csv").read_text().splitlines()
    rows = [table[int(line.removeprefix("line ")) - 1] for line in lines]
    (tmp_path / "new.csv").write_text("\n".join([table[0], *rows]) + "\n")

    code, out, err = kx("predict", "notes", tmp_path / "new.csv", "--json", "--outputs", run.parent)

    assert code == 0, err
    found = json.loads(out)["predictions"]
    kept = np.load(run / "predictions.npz")["predictions"]
    assert [item["probabilities"]["spam"] for item in found] == kept[:, 0].tolist()
    assert [item["label"] for item in found] == [row.rpartition(",")[2] for row in rows]
    assert found[0]["input"] == f"{tmp_path / 'new.csv'}:2"


@pytest.mark.slow
def test_of_a_text_without_a_word_a_number_is_said_and_that_it_means_little(kx, notes):
    run, _ = notes

    code, out, err = kx("predict", "notes", "?!", "zebra", "--json", "--outputs", run.parent)

    assert code == 0, err
    document = json.loads(out)
    assert len(document["predictions"]) == 2
    assert all(0 < item["probability"] < 1 for item in document["predictions"])
    assert document["remarks"] == [
        "'?!' contains no word that this network knows",
        "'zebra' contains no word that this network knows",
    ]


@pytest.mark.parametrize(
    ("dataset", "architecture", "warned"),
    [
        ("text_folder, path: mails, encoding: sequence, pad: back", "rnn", True),
        ("text_folder, path: mails, encoding: sequence, pad: back", "rnn, masking: true", False),
        (
            "text_folder, path: mails, encoding: sequence, pad: back",
            "rnn, bidirectional: true",
            False,
        ),
        ("text_folder, path: mails, encoding: sequence", "rnn", False),
        ("imdb, encoding: sequence, pad: back", "rnn, cell: gru", True),
        ("reuters, encoding: sequence, pad: back", "rnn, cell: simple", True),
        ("imdb, encoding: sequence, pad: back", "conv1d", False),
    ],
)
def test_padding_behind_the_words_is_warned_of(kx, spec_file, mails, dataset, architecture, warned):
    text = f"name: x\ndataset: {{name: {dataset}}}\narchitecture: {{name: {architecture}}}\n"

    code, _, err = kx("check", spec_file(text))

    assert code == 0, err
    assert ("dataset.pad: back puts zeros after the words" in err) is warned
