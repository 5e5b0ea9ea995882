import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from kx.components.registry import dataset
from kx.data.arrays.fingerprint import fingerprint
from kx.data.files.archives import read_arrays
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.datasets.reuters import TOPICS
from tests import parts
from tests.data.loopback import data_file, npz_bytes
from tests.machine import DATA
from tests.parts import (
    boston,
    breast_cancer,
    california,
    cats_vs_dogs,
    diabetes,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
    wine,
)

FROM_FILES = (boston, california, cats_vs_dogs, fashion_mnist, imdb, mnist, reuters)
EMBEDDED = (breast_cancer, diabetes, digits, wine)

WITH_OPTIONS = [
    (boston, {}),
    (california, {}),
    (california, {"version": "large"}),
    (cats_vs_dogs, {}),
    (cats_vs_dogs, {"image_size": 16, "on_corrupt": "skip"}),
    (fashion_mnist, {}),
    (fashion_mnist, {"labels": "one_hot"}),
    (imdb, {}),
    (imdb, {"num_words": 500}),
    (imdb, {"encoding": "sequence", "maxlen": 20, "num_words": 100}),
    (mnist, {}),
    (mnist, {"labels": "one_hot"}),
    (reuters, {}),
    (reuters, {"labels": "one_hot", "num_words": 300}),
    (reuters, {"encoding": "sequence", "maxlen": 30}),
    (breast_cancer, {}),
    (breast_cancer, {"test_fraction": 0.5}),
    (diabetes, {}),
    (diabetes, {"test_fraction": 0.01}),
    (digits, {}),
    (digits, {"labels": "one_hot", "test_fraction": 0.3}),
    (wine, {}),
    (wine, {"labels": "one_hot"}),
]


def load(loader, files=None, **options):
    return loader(files or SampleFiles(), **options) if loader in FROM_FILES else loader(**options)


def described(loader, **options):
    return parts.info_of(loader.__name__, **options)


@pytest.mark.parametrize(
    ("loader", "options"), WITH_OPTIONS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_data_have_the_form_that_was_foretold(loader, options):
    bundle = load(loader, **options)

    foretold = described(loader, **options)
    given = bundle.info.validation_examples
    assert (given > 0) == (foretold.validation_examples > 0)
    sizes = {"train_examples": len(bundle.train), "test_examples": len(bundle.test)}
    sizes["validation_examples"] = given
    if loader in EMBEDDED:
        assert bundle.info == foretold
    assert bundle.info == replace(foretold, **sizes)
    for part in (bundle.train, bundle.test):
        check_form(part, bundle.info)


def check_form(part, info):
    assert part.x.shape == (len(part), *info.input_shape)
    assert hasattr(part.x, "indptr") == info.sparse
    assert part.x.dtype in (np.float32, np.uint8) or info.vocabulary
    assert part.x.dtype == np.uint8 or not info.pixels
    if info.vocabulary:
        assert part.x.dtype == np.int32
        assert 0 <= part.x.min() <= part.x.max() < info.vocabulary
    if info.features:
        assert len(info.features) == info.input_shape[0]
    if info.one_hot:
        assert part.y.shape == (len(part), len(info.classes))
        assert part.y.dtype == np.float32
        assert (part.y.sum(axis=1) == 1).all()
    else:
        assert part.y.shape == (len(part),)
        assert part.y.dtype == (np.float32 if info.task == "regression" else np.int32)
    if info.classes and not info.one_hot:
        assert 0 <= part.y.min() <= part.y.max() < len(info.classes)


@pytest.mark.parametrize("loader", (*FROM_FILES, *EMBEDDED), ids=lambda loader: loader.__name__)
def test_data_are_the_same_at_each_call(loader):
    assert fingerprint(load(loader)) == fingerprint(load(loader))


def test_importing_loaders_and_describing_data_needs_nothing_heavy():
    script = """
import json, sys
from kx.data import preparation
from kx.data.arrays import fingerprint
from kx.data.files import sources
from kx.components.registry import dataset
for name in dataset.names():
    if not dataset[name].paths():
        assert dataset[name].component().info()
heavy = ("numpy", "scipy", "sklearn", "PIL", "tensorflow", "keras", "urllib.request", "filelock")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert json.loads(done.stdout) == [], done.stderr


def test_names_of_features_are_those_of_scikit_learn():
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    pairs = [(breast_cancer, load_breast_cancer), (diabetes, load_diabetes), (wine, load_wine)]
    for loader, original in pairs:
        assert described(loader).features == tuple(map(str, original().feature_names))
    assert described(breast_cancer).classes == tuple(map(str, load_breast_cancer().target_names))


def test_boston_warns_of_its_ethics():
    assert "racial" in described(boston).note
    assert "california" in described(boston).note
    assert "Ethics" in dataset["boston"].documentation


def test_fashion_mnist_is_read_from_files_of_the_official_layout(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    files, expected = [], []
    for number, file in enumerate(dataset["fashion_mnist"].source.data_files):
        count = (60, 60, 10, 10)[number]
        shape = (count, 28, 28) if number % 2 == 0 else (count,)
        values = random.integers(0, 10, shape, dtype=np.uint8)
        header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
        content = gzip.compress(header + values.tobytes())
        path = tmp_path / "datasets" / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files.append(data_file(file.name, content))
        expected.append(values)
    monkeypatch.setattr(dataset["fashion_mnist"].source, "data_files", tuple(files))

    bundle = fashion_mnist(SourceFiles(keras_home=tmp_path, offline=True))

    assert (bundle.train.x[..., 0] == expected[0]).all()
    assert (bundle.train.y == expected[1]).all()
    assert (bundle.test.x[..., 0] == expected[2]).all()
    assert (bundle.test.y == expected[3]).all()


@pytest.mark.parametrize(("version", "rows"), [("small", 600), ("large", 20_640)])
def test_california_is_read_from_a_file_of_the_official_layout(
    tmp_path, monkeypatch, version, rows
):
    x = np.arange(20_640 * 8, dtype=np.float32).reshape(-1, 8)
    content = npz_bytes(x=x, y=np.arange(20_640, dtype=np.float32) * 10)
    (tmp_path / "california_housing.npz").write_bytes(content)
    file = data_file("california_housing.npz", content)
    monkeypatch.setattr(dataset["california"].source, "data_files", (file,))
    # The size that Keras's server announces, from a file of this layout.
    assert len(content) == pytest.approx(743_530, abs=600)

    bundle = california(SourceFiles(data_dir=tmp_path, offline=True), version=version)

    assert bundle.info == described(california, version=version)
    # Row r begins with 8 r, and has the price 10 r USD.
    assert np.allclose(bundle.train.x[:, 0] / 8 * 10, bundle.train.y * 100_000)
    order = np.arange(rows)
    np.random.RandomState(113).shuffle(order)
    both = np.concatenate([bundle.train.x, bundle.test.x])
    assert (both[:, 0] / 8 == order).all()


# Real files.


@pytest.mark.real_data
@pytest.mark.parametrize("loader", [boston, mnist, reuters], ids=lambda loader: loader.__name__)
def test_real_data_have_the_form_and_sizes_that_were_foretold(loader, real_data_dir):
    source = SourceFiles(data_dir=real_data_dir, offline=True)

    bundle = loader(source)

    assert bundle.info == described(loader)
    check_form(bundle.train, bundle.info)
    assert source.provenance().source == "KX_DATA_DIR"


@pytest.mark.real_data
@pytest.mark.parametrize("loader", [boston, mnist, reuters], ids=lambda loader: loader.__name__)
def test_samples_have_keys_and_types_of_the_real_files(loader, real_data_dir):
    for file in dataset[loader.__name__].source.data_files:
        real, sample = read_arrays(real_data_dir / file.name), file.sample()

        assert sorted(real) == sorted(sample)
        for key, values in sample.items():
            # An array of texts is as wide as its longest.
            text = values.dtype.kind == "U"
            assert (values.dtype == real[key].dtype) or (text and real[key].dtype.kind == "U")
            assert values.shape[1:] == real[key].shape[1:]
            assert type(values[0]) is type(real[key][0])


@pytest.mark.slow
@pytest.mark.real_data
def test_imdb_is_read_in_little_memory(real_data_dir):
    script = """
import re, sys
from pathlib import Path
import numpy, scipy.sparse
from tests.parts import imdb, info_of
from kx.data.files.sources import SourceFiles
bundle = imdb(SourceFiles(data_dir=Path(sys.argv[1]), offline=True))
assert bundle.info == info_of("imdb")
# Not getrusage: its maximum goes back to before exec, when this was a copy of the test's process.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(peak, int(bundle.train.y.sum()))
"""
    args = [sys.executable, "-c", script, str(real_data_dir)]

    done = subprocess.run(args, capture_output=True, text=True, check=True)

    megabytes, positive = map(float, done.stdout.split())
    assert megabytes < 700  # measured: 410
    assert positive == 12_500


KERAS = """
import sys, numpy as np
from keras.datasets import boston_housing, imdb, reuters
out = {}
for name, module, options in (
    ("imdb", imdb, {"num_words": 10_000}),
    ("reuters", reuters, {"num_words": 10_000}),
    ("boston", boston_housing, {}),
):
    for part, (x, y) in zip(("train", "test"), module.load_data(**options)):
        out[f"{name}_{part}_y"] = y
        if name == "boston":
            out[f"{name}_{part}_x"] = x
        else:
            out[f"{name}_{part}_x"] = np.concatenate([np.asarray(row, np.int32) for row in x])
            out[f"{name}_{part}_lengths"] = np.array([len(row) for row in x])
out["topics"] = np.array(reuters.get_label_names())
np.savez(sys.argv[1], **out)
"""


@pytest.fixture(scope="module")
def keras_data(tmp_path_factory):
    """What Keras itself makes of copies of the real files (it deletes files that it dislikes)."""
    home = tmp_path_factory.mktemp("keras")
    (home / "datasets").mkdir()
    for name in ("imdb.npz", "reuters.npz", "boston_housing.npz"):
        shutil.copyfile(DATA / name, home / "datasets" / name)
    environment = {**os.environ, "KERAS_HOME": str(home), "KERAS_BACKEND": "tensorflow"}
    out = home / "out.npz"
    subprocess.run([sys.executable, "-c", KERAS, str(out)], check=True, env=environment)
    return np.load(out)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("loader", [imdb, reuters], ids=lambda loader: loader.__name__)
def test_texts_are_those_of_keras_in_its_order(loader, keras_data, real_data_dir):
    source = SourceFiles(data_dir=real_data_dir, offline=True)
    marked = loader(source)
    padded = loader(source, encoding="sequence", maxlen=200)

    for part in ("train", "test"):
        words, lengths, y = (
            keras_data[f"{loader.__name__}_{part}_{key}"] for key in ("x", "lengths", "y")
        )
        ends = np.cumsum(lengths)
        matrix, rows = getattr(marked, part), getattr(padded, part)
        assert (matrix.y == y).all()
        assert (rows.y == y).all()
        for row, (end, length) in enumerate(zip(ends, lengths, strict=True)):
            text = words[end - length : end]
            assert (matrix.x[[row]].indices == np.unique(text)).all()
            kept = text[-200:]
            assert (rows.x[row, 200 - len(kept) :] == kept).all()
            assert not rows.x[row, : 200 - len(kept)].any()


@pytest.mark.slow
@pytest.mark.real_data
def test_boston_and_the_topics_are_those_of_keras(keras_data, real_data_dir):
    bundle = boston(SourceFiles(data_dir=real_data_dir, offline=True))

    for part in ("train", "test"):
        split = getattr(bundle, part)
        assert (split.x == keras_data[f"boston_{part}_x"].astype(np.float32)).all()
        assert (split.y == keras_data[f"boston_{part}_y"].astype(np.float32)).all()
    assert tuple(keras_data["topics"]) == TOPICS


@pytest.mark.slow
@pytest.mark.real_data
def test_the_vocabularies_end_where_the_options_say(real_data_dir):
    for loader, key in ((imdb, "x_train"), (reuters, "x")):
        lists = read_arrays(real_data_dir / f"{loader.__name__}.npz")[key]
        schema = dataset[loader.__name__].options.model_json_schema()["properties"]
        limit, longest = (schema[option]["maximum"] for option in ("num_words", "maxlen"))

        # Not one index more than needed: the last word of all has the last index.
        assert max(max(ranks) for ranks in lists if ranks) + 3 == limit - 1
        assert max(map(len, lists)) < longest
