"""A stage between data and fits: the base of a network runs once, and fits are given features."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetBundle, Split
from kx.data import cache
from kx.running.bases import seeded
from kx.running.work import Work

if TYPE_CHECKING:
    import keras
    import numpy as np

BATCH = 32
"""Pictures that go through the base at a time: enough for two cores, and little memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The pictures of a part of the data, on their way through the base.

    Attributes:
        extractor: makes features of pictures.
        x: (n, height, width, channels) uint8.
        name: for the display.
    """

    extractor: keras.Model
    x: np.ndarray
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the features of one picture."""
        return tuple(self.extractor.output_shape[1:])

    def rows(self, work: Work) -> Iterator[np.ndarray]:
        """Yield the features of each picture, float32."""
        import tensorflow as tf

        spec = tf.TensorSpec((None, *self.x.shape[1:]), self.x.dtype)
        run = tf.function(
            lambda pictures: self.extractor(pictures, training=False), input_signature=[spec]
        )
        for start in range(0, len(self.x), BATCH):
            yield from run(self.x[start : start + BATCH]).numpy()
            done = min(start + BATCH, len(self.x))
            work.watcher.counted(f"features of the {self.name} part", done, len(self.x))


def extracted(work: Work, bundle: DatasetBundle) -> DatasetBundle:
    """Return the features that the base makes of the pictures, if the spec asks for them.

    They are kept in a cache by what decides them: a second run looks at no picture.
    """
    if not work.plan.takes_weights:
        return bundle
    seeded(work)
    extractor = work.extractor or work.plan.build_extractor(bundle.info, work.weights)
    if extractor is None:
        return bundle
    work.watcher.stage("extracting features")
    started = time.monotonic()
    parts = {"train": bundle.train, "test": bundle.test}
    made, passes = {}, 0
    for name, split in parts.items():
        part = Part(extractor, split.x, name)
        x, kept = _features(work, part)
        made[name] = replace(split, x=x)
        passes += 0 if kept else len(split)
    work.facts["features"] = {
        "forward_passes": passes,
        "cached": passes == 0,
        "seconds": round(time.monotonic() - started, 3),
        "shape": list(extractor.output_shape[1:]),
        "parameters": int(extractor.count_params()),
    }
    if not passes:
        work.watcher.stage("features from cache: 0 forward passes")
    return _bundle(bundle, extractor, made)


def _bundle(
    bundle: DatasetBundle, extractor: keras.Model, parts: dict[str, Split]
) -> DatasetBundle:
    info = replace(
        bundle.info,
        input_shape=tuple(extractor.output_shape[1:]),
        pixels=False,
        scale="none",
        extracted_from=bundle.info,
    )
    return replace(bundle, info=info, train=parts["train"], test=parts["test"])


def _features(work: Work, part: Part) -> tuple[np.ndarray, bool]:
    """Return the features of a part: (n, ...) float32, and whether they were kept from before."""
    folder = _folder(work)
    if folder is None:
        return _in_memory(work, part), False
    key = _key(work, part)
    kept = cache.recall(folder, key)
    if kept:
        return kept.rows, True
    try:
        return _made(work, part, folder, key), False
    except OSError as error:
        reason = error.strerror or error
        work.warn("Check the cache", f"it cannot be used ({reason}): features are not kept")
        return _in_memory(work, part), False


def _folder(work: Work) -> Path | None:
    """Return where features are kept; those of a sample are not worth it."""
    from kx.data.sources import SourceFiles

    folder = SourceFiles.from_environment().cache_dir
    return folder / "features" if folder and not work.facts["dataset"]["sample"] else None


def _key(work: Work, part: Part) -> str:
    """Return what names the features: all that decides them, down to the weights themselves."""
    from importlib.metadata import version

    from kx.training.phases import digest

    options: dict[str, Any] = dict(work.plan.architecture.options)
    named = [options.get(name) for name in ("base", "base_options", "cut_at", "preprocess")]
    return cache.digest(
        [
            work.facts["dataset"]["fingerprint"],
            part.name,
            list(part.x.shape),
            digest(part.extractor.variables),
            *named,
            work.facts["precision"],
            version("keras"),
            version("tensorflow"),
        ]
    )


def _made(work: Work, part: Part, folder: Path, key: str) -> np.ndarray:
    sha256 = cache.keep(folder, key, part.rows(work), part.shape, "<f4")
    cache.seal(folder, key, sha256, {})
    kept = cache.recall(folder, key)
    if kept is None:
        raise OSError(None, "what was written there is not what is read")
    return kept.rows


def _in_memory(work: Work, part: Part) -> np.ndarray:
    import numpy as np

    rows = np.empty((len(part.x), *part.shape), np.float32)
    for at, row in enumerate(part.rows(work)):
        rows[at] = row
    return rows
