"""A stage between data and fits: the base of a network runs once, and fits are given features."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kx.base.remark import Remark, as_remark
from kx.contracts import DatasetBundle, Split
from kx.data.files import cache
from kx.running.extractor import Extractor
from kx.running.loading import Loaded
from kx.running.work import Work
from kx.runs.record_parts import FeatureFacts

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

    extractor: Extractor
    x: np.ndarray
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the features of one picture."""
        return tuple(self.extractor.model().output_shape[1:])

    def rows(self, work: Work) -> Iterator[np.ndarray]:
        """Yield the features of each picture, float32."""
        import tensorflow as tf

        model = self.extractor.model()
        spec = tf.TensorSpec((None, *self.x.shape[1:]), self.x.dtype)
        run = tf.function(lambda pictures: model(pictures, training=False), input_signature=[spec])
        for start in range(0, len(self.x), BATCH):
            yield from run(self.x[start : start + BATCH]).numpy()
            done = min(start + BATCH, len(self.x))
            work.watcher.counted(Remark.of("stage.features", part=self.name), done, len(self.x))


def extracted(work: Work, loaded: Loaded, extractor: Extractor | None) -> Loaded:
    """Return the features that the base makes of the pictures, if the spec asks for them.

    They are kept in a cache by what decides them: a second run looks at no picture, and has no
    use for the base.
    """
    if extractor is None:
        return loaded
    bundle = loaded.bundle
    work.watcher.stage(Remark.of("stage.extracting"))
    started = time.monotonic()
    made, passes = {}, 0
    for name, split in {"train": bundle.train, "test": bundle.test}.items():
        x, kept = _features(work, loaded, Part(extractor, split.x, name))
        made[name] = replace(split, x=x)
        passes += 0 if kept else len(split)
    facts = FeatureFacts(
        forward_passes=passes,
        cached=passes == 0,
        seconds=round(time.monotonic() - started, 3),
        shape=made["train"].x.shape[1:],
        parameters=extractor.parameters,
    )
    if not passes:
        work.watcher.stage(Remark.of("stage.cached"))
    return replace(loaded, bundle=on_features(bundle, made), features=facts)


def on_features(bundle: DatasetBundle, parts: Mapping[str, Split]) -> DatasetBundle:
    """Return the data with features in the place of pictures.

    Args:
        bundle: of pictures.
        parts: ``train`` and ``test``, whose x are features.
    """
    info = replace(
        bundle.info,
        input_shape=tuple(parts["train"].x.shape[1:]),
        pixels=False,
        scale="none",
        extracted_from=bundle.info,
    )
    return replace(bundle, info=info, train=parts["train"], test=parts["test"])


def _features(work: Work, loaded: Loaded, part: Part) -> tuple[np.ndarray, bool]:
    """Return the features of a part: (n, ...) float32, and whether they were kept from before."""
    folder = part.extractor.folder
    if folder is None or not len(part.x):
        return _in_memory(work, part), False
    key = _key(loaded, part)
    kept = cache.recall(folder, key)
    if kept and len(kept.rows) == len(part.x):
        return kept.rows, True
    try:
        if moved := cache.make_room(folder, key):
            work.warn("title.cache", moved)
        return _made(work, part, folder, key), False
    except OSError as error:
        why = as_remark(error.strerror or str(error))
        work.warn("title.cache", Remark.of("cache.features", why=why))
        return _in_memory(work, part), False


def _key(loaded: Loaded, part: Part) -> str:
    """Return what names the features: all that decides them, without building the base."""
    pictures = [loaded.facts.fingerprint, part.name, list(part.x.shape)]
    return cache.digest([*pictures, *part.extractor.identity])


def _made(work: Work, part: Part, folder: Path, key: str) -> np.ndarray:
    sha256 = cache.keep(folder, key, part.rows(work), part.shape, "<f4")
    cache.seal(folder, key, sha256, {})
    kept = cache.recall(folder, key)
    if kept is None:
        raise OSError(None, "what is read is not what was written")
    return kept.rows


def _in_memory(work: Work, part: Part) -> np.ndarray:

    rows = np.empty((len(part.x), *part.shape), np.float32)
    for at, row in enumerate(part.rows(work)):
        rows[at] = row
    return rows
