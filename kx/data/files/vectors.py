"""Word vectors that others have learned: read from a text once, kept as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kx.base.errors import DataError
from kx.base.remark import Remark, as_remark
from kx.data.files import cache
from kx.data.files.vector_reader import VectorReader

if TYPE_CHECKING:
    import numpy as np

FORM = 2
"""Part of the cache's keys: raised when something else is made of the same file."""


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What stands for each word.

    Attributes:
        words: each of them once.
        rows: (len(words), dimensions) float32; may be mapped from a file.
        duplicates: lines that were passed over because their word had occurred before.
    """

    words: Sequence[str]
    rows: np.ndarray
    duplicates: int = 0

    @property
    def dimensions(self) -> int:
        """Numbers that stand for a word."""
        return int(self.rows.shape[1])

    def rows_of(self, wanted: Sequence[str]) -> tuple[np.ndarray, int]:
        """Return the vectors of the ``wanted`` words, and how many of these have one.

        Only these rows are copied. Words are compared as they are written.

        Returns:
            (len(wanted), dimensions) float32, zeros for words without a vector and for empty
            ones; and the number of words with a vector.
        """
        import numpy as np

        known = set(wanted) - {""}
        places = {word: at for at, word in enumerate(self.words) if word in known}
        pairs = [(to, places[word]) for to, word in enumerate(wanted) if word in places]
        found = np.zeros((len(wanted), self.dimensions), np.float32)
        if pairs:
            to, at = np.array(pairs).T
            found[to] = self.rows[at]
        return found, len(pairs)


@dataclass(frozen=True, slots=True)
class VectorText:
    """A file with a word and its numbers in each line, as GloVe's makers publish them.

    Attributes:
        name: for messages and for the display.
        sha256: of what the text is read from.
        size: of the text, in bytes.
        open: opens the text for reading bytes.
    """

    name: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO]


def load_vectors(
    text: VectorText,
    folder: Path | None,
    told: Callable[[int, int], None] = lambda *_: None,
    warn: Callable[[Remark], None] = lambda _: None,
) -> Vectors:
    """Return the vectors in ``text``, read in one pass, or as they were kept from before.

    Args:
        text: the file.
        folder: of the cache; None: nothing is kept.
        told: is given the bytes that are read, and all of them.
        warn: is given what is wrong with the cache.

    Raises:
        DataError: if it cannot be read, or a line is broken; it names file and line.
    """
    key = cache.digest(["vectors", FORM, text.sha256, text.name])
    if folder is not None:
        try:
            if found := _recalled(folder, key):
                return found
            if moved := cache.make_room(folder, key):
                warn(moved)
            return _kept(text, folder, key, told)
        except OSError as error:  # no room, no permission: it is read without being kept
            warn(Remark.of("cache.vectors", why=as_remark(error.strerror or str(error))))
    import numpy as np

    reader = VectorReader(text.name)
    parts = list(_read(text, reader, told))
    return Vectors(reader.words, np.concatenate(parts), reader.duplicates)


def dimensions_of(text: VectorText) -> int:
    """Return how many numbers stand for a word: what the first line tells.

    Raises:
        DataError: if the file cannot be read, or does not begin like one of vectors.
    """
    reader = VectorReader(text.name)
    try:
        with text.open() as file:
            reader.begin(file)
    except OSError as error:
        raise _unreadable(text, error) from error
    return reader.dimensions


def _recalled(folder: Path, key: str) -> Vectors | None:
    kept = cache.recall(folder, key)
    try:
        if kept and len(kept.notes["words"]) == len(kept.rows):
            return Vectors(kept.notes["words"], kept.rows, int(kept.notes["duplicates"]))
    except (KeyError, TypeError, ValueError):  # of another kx
        pass
    return None


def _kept(text: VectorText, folder: Path, key: str, told: Callable[[int, int], None]) -> Vectors:
    """Read the text into the cache, chunk by chunk: the memory need not hold its numbers."""
    reader = VectorReader(text.name)
    parts = _read(text, reader, told)
    first = next(parts)

    def rows() -> Iterator[np.ndarray]:
        yield from first
        for part in parts:
            yield from part

    sha256 = cache.keep(folder, key, rows(), (reader.dimensions,), "<f4")
    notes = {"words": reader.words, "duplicates": reader.duplicates}
    cache.seal(folder, key, sha256, notes)
    found = _recalled(folder, key)
    if found is None:
        raise OSError(None, "what was written to the cache is not what is read")
    return found


def _read(
    text: VectorText, reader: VectorReader, told: Callable[[int, int], None]
) -> Iterator[np.ndarray]:
    """Yield the rows, chunk by chunk; what cannot be read is no matter of the cache's."""
    try:
        with text.open() as file:
            for part in reader.parts(file):
                told(file.tell(), text.size)
                yield part
    except OSError as error:
        raise _unreadable(text, error) from error


def _unreadable(text: VectorText, error: OSError) -> DataError:
    return DataError(f"{text.name} cannot be read: {error.strerror or error}.")
