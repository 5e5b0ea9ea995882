"""Files of pictures: each is read once to know its content, before anything is decoded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from kx.base.errors import DataError
from kx.data.files.class_folders import LabelledFile
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import MOST_BYTES, FlawError

CHUNK = 256
"""Pictures that are decoded before the next ones begin: so many wait in memory at most."""

Tell = Callable[[int, int], None]
"""``tell(done, total)``: how far a work is."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that was read once, to know its content.

    Attributes:
        sha256: of the content; empty if it could not be read.
        flaw: why not.
    """

    name: str
    label: int
    size: int
    sha256: str
    flaw: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides which picture it is."""
        return (self.name, self.size, self.sha256, self.flaw)


def looked_at(
    tree: Tree, pictures: Sequence[LabelledFile], tell: Tell = lambda *_: None
) -> list[PictureFile]:
    """Return what there is to know of ``pictures`` without decoding them, in their order."""

    def look(picture: LabelledFile) -> PictureFile:
        try:
            size = tree.size(picture.name)
            if size > MOST_BYTES:
                return PictureFile(picture.name, picture.label, size, "", f"{size:,} bytes large")
            sha256 = hashlib.sha256(tree.read(picture.name)).hexdigest()
        except OSError as error:
            flaw = f"cannot be read ({error.strerror or error})"
            return PictureFile(picture.name, picture.label, 0, "", flaw)
        return PictureFile(picture.name, picture.label, size, sha256)

    return list(told(in_threads(look, pictures), len(pictures), tell))


def told(items: Iterable[T], total: int, tell: Tell) -> Iterator[T]:
    """Yield ``items``, and tell after some of them, and at the end, how far it is."""
    for done, item in enumerate(items, 1):
        yield item
        if done % CHUNK == 0 or done == total:
            tell(done, total)


def same_bytes(tree: Tree, entry: PictureFile) -> bytes:
    """Return the content of the file that was looked at before.

    Raises:
        FlawError: if it could not be read then.
        DataError: if it has changed.
    """
    if entry.flaw:
        raise FlawError(entry.flaw)
    try:
        content = tree.read(entry.name)
    except OSError as error:
        raise _changed(tree, entry) from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise _changed(tree, entry)
    return content


def _changed(tree: Tree, entry: PictureFile) -> DataError:
    return DataError(f"{tree.name}: {entry.name} changed while it was being read. Try again.")


def in_threads(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what ``function`` makes of each item, in their order; Pillow lets threads run."""
    from concurrent.futures import ThreadPoolExecutor

    rest = iter(items)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(rest, CHUNK)):
            yield from pool.map(function, chunk)
