"""``kx predict`` on small real runs: what a network says of its own test part, once more."""

import csv
import io
import json
import shutil
import sys

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

SPEC = """\
name: {name}
seed: 5
dataset: {dataset}
architecture: {{name: mlp, units: [8]}}
validation: {{strategy: holdout, size: 0.2, refit: none}}
training: {{optimizer: adam, batch_size: 64, epochs: 1}}
"""
RUNS = {
    "table": ("wine", "--seeds", "2"),
    "houses": ("boston", "--sample"),
    "picture": ("mnist", "--sample"),
    "words": ("{name: imdb, num_words: 2000}", "--sample"),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of one run of each kind of inputs."""
    from kx.cli.main import main

    folder = tmp_path_factory.mktemp("predict")
    for name, (dataset, *options) in RUNS.items():
        spec = folder / f"{name}.yaml"
        spec.write_text(SPEC.format(name=name, dataset=dataset))
        with pytest.raises(SystemExit) as leaving:
            main(["train", str(spec), "--outputs", str(folder / "outputs"), "-q", *options])
        assert not leaving.value.code
    return folder / "outputs"


@pytest.fixture
def predict(kx, trained):
    """Predict with a run; return exit code, stdout and stderr."""
    return lambda *args: kx("predict", *args, "--outputs", trained)


@pytest.fixture
def kept(trained):
    """Return what a run kept of its test part."""

    def read(name):
        (folder,) = trained.glob(f"*-{name}-*")
        with np.load(folder / "predictions.npz") as arrays:
            return arrays["predictions"]

    return read


def written(path, names, rows):
    """A CSV file with all digits, its columns from the last to the first."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names[::-1])
        writer.writerows([float(value) for value in row[::-1]] for row in rows)
    return path


def said(out):
    """The predictions in a JSON document, as (n, classes) or (n, 1) float32."""
    found = json.loads(out)["predictions"]
    rows = [[item["value"]] if "value" in item else [*item["probabilities"].values()]
            for item in found]  # fmt: skip
    return np.array(rows, "float32")


def test_rows_of_a_table_get_the_very_numbers_that_the_run_kept(predict, kept, tmp_path):
    from kx.datasets.wine import FEATURES
    from tests.parts import wine

    path = written(tmp_path / "wine.csv", FEATURES, wine().test.x)

    code, out, err = predict("table", path, "--json")

    assert code == 0, err
    document = json.loads(out)
    expected = kept("table")
    classes = ["cultivar 1", "cultivar 2", "cultivar 3"]
    found = [[item["probabilities"][name] for name in classes] for item in document["predictions"]]
    np.testing.assert_array_equal(np.array(found, "float32"), expected)
    assert document["predictions"][3]["input"] == f"{path}:5"
    assert document["predictions"][3]["class"] == classes[expected[3].argmax()]
    assert document["remarks"] == ["The network kept is that of the first of 2 seeds."]
    assert document["sample"] is False


def test_a_regression_tells_its_number_and_its_unit(predict, kept, tmp_path):
    from kx.data.files.sample_files import SampleFiles
    from kx.datasets.boston import FEATURES
    from tests.parts import boston

    x = boston(SampleFiles()).test.x
    row = ",".join(f"{name}={value!r}" for name, value in zip(FEATURES, x[0].tolist(), strict=True))

    _, out, _ = predict("houses", written(tmp_path / "t.csv", FEATURES, x), "--json")
    code, table, err = predict("houses", "--row", row)
    _, text, loud = predict("houses", "--row", row, "--csv")

    np.testing.assert_array_equal(said(out), kept("houses"))
    assert json.loads(out)["target"] == "median house price (1000 USD)"
    assert (code, err) == (0, "")
    assert table.startswith("SAMPLE DATA: the model was trained on generated data")
    assert "median house price (1000 USD)" in table
    assert float(text.splitlines()[1].split(",")[1]) == kept("houses")[0, 0]
    assert "SAMPLE DATA" in loud


def test_picture_files_get_the_very_numbers_that_the_run_kept(predict, kept, tmp_path):
    from kx.data.files.sample_files import SampleFiles
    from tests.parts import mnist

    (tmp_path / "digits").mkdir()
    for row, picture in enumerate(mnist(SampleFiles()).test.x[:20]):
        Image.fromarray(picture[..., 0]).save(tmp_path / f"digits/{row}.png")

    code, out, err = predict("picture", tmp_path / "digits", "--json")
    _, table, _ = predict("picture", tmp_path / "digits/1.png", tmp_path / "digits/0.png")

    assert code == 0, err
    names = [item["input"] for item in json.loads(out)["predictions"]]
    assert names == [str(tmp_path / f"digits/{row}.png") for row in range(20)]
    digits = [[item["probabilities"][str(digit)] for digit in range(10)]
              for item in json.loads(out)["predictions"]]  # fmt: skip
    np.testing.assert_array_equal(np.array(digits, "float32"), kept("picture")[:20])
    assert len(table.splitlines()) == 5  # a warning, the head, two pictures
    assert str(tmp_path / "digits/1.png") in table  # whole: this is no terminal


@pytest.mark.real_data
def test_texts_get_the_numbers_that_the_run_kept(predict, kept, tmp_path, real_data_dir):
    """The stand-in's ranks, written in the real words of these ranks."""
    from kx.data.arrays.splitting import keras_orders
    from kx.data.samples.reviews import reviews
    from kx.data.texts.word_index import read_word_index

    words = {rank: word for word, rank in read_word_index("imdb_word_index.json").items()}
    _, order = keras_orders(1_200, 300)
    texts = [" ".join(words[rank] for rank in reviews()["x_test"][row]) for row in order[:40]]
    (tmp_path / "texts.txt").write_text("\n".join(texts))

    code, out, err = predict("words", "--lines", tmp_path / "texts.txt", "--json")
    _, table, remark = predict("words", "A very good film, isn't it?", "qqqq")

    assert code == 0, err
    positive = [item["probabilities"]["positive"] for item in json.loads(out)["predictions"]]
    # The run multiplied sparse rows, the network kept takes dense ones: another order of adding.
    np.testing.assert_allclose(positive, kept("words")[:40, 0], atol=1e-6)
    assert "A very good film, isn't it?" in table
    assert remark == "'qqqq' contains no word that this network knows\n"


def test_rows_come_from_stdin(predict, kept, monkeypatch):
    from kx.datasets.wine import FEATURES
    from tests.parts import wine

    row = ",".join(map(str, wine().test.x[0].tolist()))
    content = f"{','.join(FEATURES)}\n{row}\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    code, out, _ = predict("table", "-", "--csv", "--all")

    assert code == 0
    head, line = csv.reader(io.StringIO(out))
    assert head == [
        "input",
        "class",
        "probability",
        *(f"probability of cultivar {n}" for n in (1, 2, 3)),
    ]
    assert line[0] == "stdin:2"
    np.testing.assert_array_equal(np.array(line[3:], "float32"), kept("table")[0])


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["table"], 2, "Error: nothing to predict. This run takes CSV files"),
        (["table", "none.csv"], 3, "Error: none.csv: there is no such file\n"),
        (["table", "--row", "hue=x"], 3, "Error: --row: missing: alcohol, malic_acid"),
        (["picture", "--row", "A=1"], 2, "Error: --row: not for this run. It takes picture files"),
        (["words", " "], 3, "Error: an argument: is empty\n"),
        (["table", "--json", "--csv", "x"], 2, "Error: --json, --csv and --output: choose one.\n"),
        (["nothing", "x"], 2, "Error: no run is called 'nothing'."),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(predict, args, code, message):
    got, out, err = predict(*args)

    assert (got, out) == (code, "")
    assert err.startswith(message)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("model.keras", "has no model.keras: it ended early"),
        ("inputs.json", "has no inputs.json, which tells how its examples are read"),
    ],
)
def test_a_run_that_lacks_what_it_needs_says_so(kx, trained, tmp_path, file, message):
    (folder,) = trained.glob("*-table-*")
    shutil.copytree(folder, tmp_path / folder.name)
    (tmp_path / folder.name / file).unlink()

    code, _, err = kx("predict", "table", "--row", "a=1", "--outputs", tmp_path)

    assert code == 3
    assert f"{folder.name} {message}" in err


def test_predictions_go_into_a_file_of_the_kind_that_its_ending_says(predict, tmp_path):
    row = ("table", "--row", json.dumps(dict.fromkeys(_columns(predict), 1.0)))
    _, printed, _ = predict(*row, "--csv", "--all")
    _, document, _ = predict(*row, "--json")

    for name in ("said.csv", "said.jsonl"):
        code, out, err = predict(*row, "--all", "-o", tmp_path / name)
        assert (code, out.strip()) == (0, f"{tmp_path / name}: 1 prediction"), err

    assert (tmp_path / "said.csv").read_text() == printed
    (line,) = (tmp_path / "said.jsonl").read_text().splitlines()
    assert json.loads(line) == json.loads(document)["predictions"][0]
    code, _, err = predict(*row, "-o", tmp_path / "said.csv")
    assert (code, (tmp_path / "said.csv").read_text()) == (2, printed)
    assert "said.csv already exists; name another file, or replace it: --force." in err
    assert predict(*row, "-o", tmp_path / "said.csv", "--force")[0] == 0
    assert (tmp_path / "said.csv").read_text() != printed  # without the columns of --all
    code, _, err = predict(*row, "-o", tmp_path / "said.xlsx")
    assert code == 2
    assert ".csv, .jsonl, .parquet" in err


def _columns(predict):
    """Return the columns of the run of a table, as its complaint lists them."""
    _, _, err = predict("table", "--row", "{}")
    return err.rpartition("missing: ")[2].strip().split(", ")


def test_predictions_in_parquet_have_the_columns_of_csv(predict, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    row = ("table", "--row", json.dumps(dict.fromkeys(_columns(predict), 1.0)))
    _, printed, _ = predict(*row, "--csv", "--all")

    code, _, err = predict(*row, "--all", "-o", tmp_path / "said.parquet")

    assert code == 0, err
    (found,) = parquet.read_table(tmp_path / "said.parquet").to_pylist()
    (wanted,) = csv.DictReader(io.StringIO(printed))
    assert list(found) == list(wanted)
    assert found["probability"] == float(wanted["probability"])


def test_a_run_is_also_meant_by_the_path_of_its_folder(kx, trained, predict):
    (folder,) = trained.glob("*-table-*")
    row = ("--row", json.dumps(dict.fromkeys(_columns(predict), 1.0)), "--json")

    found = kx("predict", f"{folder}/", *row)

    assert found[0] == 0, found[2]
    assert found[1] == predict("table", *row)[1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Alcohol=5,2", "'2' stands alone, and a comma ends each NAME=VALUE; write a decimal "
         "point, as in Alcohol=5.2"),
        ("Alcohol=a,b", "a value with a comma in it needs JSON"),
    ],
)  # fmt: skip
def test_a_decimal_comma_in_a_typed_row_is_told(predict, row, words):
    code, _, err = predict("table", "--row", row)

    assert code == 3
    assert words in " ".join(err.split())
