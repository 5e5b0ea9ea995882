"""The networks of ``keras.applications``, with weights from files that are already here."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kx.errors import DataError, MissingDataError, UsageError, closest, suggest

if TYPE_CHECKING:
    import keras
    import numpy as np

SIDES = {"InceptionResNetV2": 299, "InceptionV3": 299, "NASNetLarge": 331, "Xception": 299}
"""Height and width of the pictures that a network was trained on; 224 for all others."""

CLASSES = "imagenet_class_index.json"


def names() -> list[str]:
    """Return what the networks are called."""
    import keras

    found = vars(keras.applications).items()
    return sorted(name for name, thing in found if inspect.isfunction(thing) and name[0].isupper())


def build(name: str, weights: str, options: dict[str, Any], top: Sequence[bool]) -> keras.Model:
    """Build the network ``name``; see ``kx.explain.subjects.of_application``."""
    import keras

    if name not in names():
        raise UsageError(f"keras.applications has no network {name!r}; {_hint(name)}")
    function = getattr(keras.applications, name)
    known = [key for key in inspect.signature(function).parameters if key != "weights"]
    for key in options:
        if key not in known:
            raise UsageError(f"{name} has no option {key!r}; {suggest(key, known)}")
    source = {"imagenet": "imagenet", "none": None}.get(weights, weights)
    if source not in ("imagenet", None) and not Path(source).is_file():
        raise MissingDataError(f"{source}: there is no such file with weights.")
    tops = [options["include_top"]] if "include_top" in options else list(top)
    missing: list[MissingDataError] = []
    for wanted in tops:
        try:
            return _built(name, function, source, {**_size(name, wanted), **options}, wanted)
        except MissingDataError as error:
            missing.append(error)
    raise missing[0]


def preprocessing(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return how the network ``name`` wants its pixels, (n, height, width, 3) of 0 to 255."""
    function = _module(name).preprocess_input

    def prepare(pixels: np.ndarray) -> np.ndarray:
        prepared: np.ndarray = function(pixels.astype("float32"))  # a copy: it works in place
        return prepared

    return prepare


def class_names(model: keras.Model) -> Sequence[str]:
    """Return the names of the 1,000 classes of ImageNet, if their file is here and they are it."""
    path = local_file(CLASSES)
    if path is None or model.output_shape[1:] != (1000,):
        return ()
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        return [str(index[str(number)][1]) for number in range(1000)]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return ()


def local_file(name: str) -> Path | None:
    """Return where the file ``name`` lies: in ``KX_DATA_DIR``, or where Keras keeps its models."""
    folders = [Path(folder) for folder in (os.environ.get("KX_DATA_DIR"),) if folder]
    home = os.environ.get("KERAS_HOME")
    with suppress(RuntimeError):  # no home folder
        folders.append((Path(home) if home else Path.home() / ".keras") / "models")
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _hint(name: str) -> str:
    small = {known.lower(): known for known in names()}
    guess = closest(name, small)
    start = f"did you mean {small[guess]!r}? " if guess else ""
    return f"{start}Known: {', '.join(names())}"


def _built(
    name: str, function: Callable[..., Any], source: str | None, options: dict[str, Any], top: bool
) -> keras.Model:
    try:
        with _no_downloads(name):
            return function(weights=source, **{"include_top": top, **options})
    except (OSError, TypeError, ValueError) as error:  # how Keras says what it does not like
        raise UsageError(f"{name}: {str(error).strip().partition(chr(10))[0]}") from error


def _size(name: str, top: bool) -> dict[str, Any]:
    """Without its top a network takes pictures of any size, and would not know its own."""
    side = SIDES.get(name, 224)
    return {} if top else {"input_shape": (side, side, 3)}


def _module(name: str) -> Any:
    import keras

    modules = [m for m in vars(keras.applications).values() if isinstance(m, ModuleType)]
    return next(module for module in modules if hasattr(module, name))


@contextmanager
def _no_downloads(network: str) -> Iterator[None]:
    """Have Keras ask here for its files: its own way would download, and delete what differs."""
    from keras.src.utils import file_utils

    def get_file(fname: str, origin: str = "", *_: Any, **options: Any) -> str:
        return str(_found(network, fname, origin, options.get("file_hash") or ""))

    before = file_utils.get_file
    file_utils.get_file = get_file
    try:
        yield
    finally:
        file_utils.get_file = before


def _found(network: str, name: str, origin: str, digest: str) -> Path:
    path = local_file(name)
    if path is None:
        raise MissingDataError(
            f"{name}, the weights of {network}, is neither in KX_DATA_DIR nor in "
            f"KERAS_HOME/models.\n  URL  {origin}\n"
            "Put it there, or choose --weights none (random) or --weights PATH."
        )
    if len(digest) == 32:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        if found.hexdigest() != digest:
            raise DataError(f"{path} is not the official file: its MD5 sum is not {digest}.")
    return path
