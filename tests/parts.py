"""Components of kx, made in one call: of flat options, as a spec would state them."""

from functools import partial
from typing import Any

from kx.components.registry import dataset, evaluator, model
from kx.contracts import DatasetBundle, DatasetInfo


def info_of(name: str, **options: Any) -> Any:
    """Return what a dataset tells of itself before it is read."""
    return dataset[name].component(**options).info()


def loaded(name: str, files: Any = None, **options: Any) -> DatasetBundle:
    """Return the data."""
    return dataset[name].component(**options).load(files)


def network(name: str, info: DatasetInfo, files: Any = None, **options: Any) -> Any:
    """Return an architecture's network for data of the form ``info``."""
    return model[name].component(**options).build(info, files)


def faults(name: str, info: DatasetInfo, files: Any = None, **options: Any) -> Any:
    """Return what an architecture complains of."""
    return model[name].component(**options).check(info, files)


def strategy(name: str, **options: Any) -> Any:
    """Return a validation strategy."""
    return evaluator[name].component(**options)


def _named(function: Any, *names: str) -> list[Any]:
    """Return ``function`` of each name, called by it as tests show it."""
    found = [partial(function, name) for name in names]
    for each, name in zip(found, names, strict=True):
        each.__name__ = name  # type: ignore[attr-defined]
    return found


cnn, conv1d, embedding_mlp, linear, mlp, pretrained, rnn, tabm, tabular = _named(
    network, "cnn", "conv1d", "embedding_mlp", "linear", "mlp", "pretrained", "rnn", "tabm",
    "tabular",
)  # fmt: skip
boston, breast_cancer, california, diabetes, digits, fashion_mnist, wine = _named(
    loaded, "boston", "breast_cancer", "california", "diabetes", "digits", "fashion_mnist", "wine"
)
cats_vs_dogs, image_arrays, image_folder, mnist = _named(
    loaded, "cats_vs_dogs", "image_arrays", "image_folder", "mnist"
)
imdb, imdb_raw, reuters, text_csv, text_folder = _named(
    loaded, "imdb", "imdb_raw", "reuters", "text_csv", "text_folder"
)
group_kfold, kfold, leave_one_out, repeated_kfold, stratified_kfold = _named(
    strategy, "group_kfold", "kfold", "leave_one_out", "repeated_kfold", "stratified_kfold"
)
holdout, predefined_split, time_series = _named(
    strategy, "holdout", "predefined_split", "time_series"
)
