"""Word vectors that others have learnt: read from a text once, kept as arrays."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kx.data import cache
from kx.errors import DataError

if TYPE_CHECKING:
    import numpy as np

FORM = 1
"""Part of the cache's keys: raised when something else is made of the same file."""

CHUNK = 1 << 22
"""Bytes that are read at a time."""

LONGEST = 1 << 20
"""Bytes of a line: 300 numbers need 3,000. A file without lines is no file of vectors."""

SHOWN = 40
"""Characters of a broken line that are shown."""

BOM = b"\xef\xbb\xbf"
OTHER_STARTS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x1f\x8b": "gzip", b"PK": "zip"}

LINE = "a word and its numbers, separated by spaces"


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
    text: VectorText, folder: Path | None, told: Callable[[int, int], None] = lambda *_: None
) -> Vectors:
    """Return the vectors in ``text``, read in one pass, or as they were kept from before.

    Args:
        text: the file.
        folder: of the cache; None: nothing is kept.
        told: is given the bytes that are read, and all of them.

    Raises:
        DataError: if it cannot be read, or a line is broken; it names file and line.
    """
    key = cache.digest(["vectors", FORM, text.sha256, text.name])
    if folder is not None:
        with suppress(OSError):  # no room, no permission: it is read without being kept
            return _recalled(folder, key) or _kept(text, folder, key, told)
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
    return Vectors(kept.notes["words"], kept.rows, kept.notes["duplicates"]) if kept else None


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


class VectorReader:
    """Reads one text, from its first line to its last.

    Attributes:
        words: each once, in their order.
        dimensions: numbers behind each word; the first line decides.
        duplicates: lines whose word had occurred before: they are passed over.
    """

    def __init__(self, name: str) -> None:
        self.words: list[str] = []
        self.dimensions, self.duplicates = 0, 0
        self._name, self._line = name, 0
        self._announced: int | None = None
        self._seen: set[str] = set()

    def parts(self, file: BinaryIO) -> Iterator[np.ndarray]:
        """Yield the (n, dimensions) float32 rows of ``words``, as these come in.

        Raises:
            DataError: if there is no line, or a broken one, or fewer than the first one announces.
        """
        lines = self.begin(file) + file.readlines(CHUNK)
        while lines:
            yield self._part(lines)
            lines = file.readlines(CHUNK)
        vectors = len(self.words) + self.duplicates
        if self._announced not in (None, vectors):
            raise DataError(
                f"{self._name}: its first line announces {self._announced:,} vectors, but "
                f"{vectors:,} follow. The file seems to be cut off: get it again."
            )

    def begin(self, file: BinaryIO) -> list[bytes]:
        """Find out how many numbers a word has; return the first line that holds some."""
        line = file.readline(LONGEST).removeprefix(BOM)
        self._refuse_other_kinds(line)
        count, *rest = line.split()
        if len(rest) == 1 and count.isdigit() and rest[0].isdigit():  # as word2vec begins
            self._announced, self._line = int(count), 1
            line = file.readline(LONGEST)
        self.dimensions = _numbers_at_end(line)
        if not self.dimensions:
            raise self._broken(self._line + 1, LINE, line)
        return [line]

    def _refuse_other_kinds(self, line: bytes) -> None:
        if not line.strip():
            raise DataError(f"{self._name} is empty or begins with an empty line: expected {LINE}.")
        kind = next((kind for start, kind in OTHER_STARTS.items() if line.startswith(start)), "")
        if kind:
            what = "Unpack it" if kind in ("gzip", "zip") else "Save it as UTF-8"
            raise DataError(f"{self._name} is {kind}, but a text in UTF-8 is needed. {what}.")

    def _part(self, lines: list[bytes]) -> np.ndarray:
        words, rows = _all_at_once(lines, self.dimensions) or self._one_by_one(lines)
        texts = self._decoded(words)
        self._line += len(lines)
        fresh = list(self._fresh(texts))
        self.duplicates += len(texts) - len(fresh)
        self.words += [texts[at] for at in fresh]
        return rows if len(fresh) == len(texts) else rows[fresh]

    def _fresh(self, words: Iterable[str]) -> Iterator[int]:
        """Yield the places of the words that had not occurred before."""
        for at, word in enumerate(words):
            if word not in self._seen:
                self._seen.add(word)
                yield at

    def _one_by_one(self, lines: list[bytes]) -> tuple[list[bytes], np.ndarray]:
        """Read lines of which some are unusual: words with spaces in them, or broken."""
        import numpy as np

        numbered = enumerate((line.rstrip() for line in lines), self._line + 1)
        pairs = [self._divided(number, line) for number, line in numbered if line]
        words = [word for word, _ in pairs]
        rows = np.array([row for _, row in pairs], np.float32)
        return words, rows.reshape(-1, self.dimensions)

    def _divided(self, number: int, line: bytes) -> tuple[bytes, list[float]]:
        """Return word and numbers of the line; the word may contain spaces."""
        word, *pieces = line.rsplit(b" ", self.dimensions)
        expected = f"a word and {self.dimensions} numbers"
        head, space, last = word.rpartition(b" ")
        if len(pieces) < self.dimensions or (space and head and _number(last) is not None):
            raise self._broken(number, expected, line)
        row = [_number(piece) for piece in pieces]
        if None in row or not word:
            wrong = pieces[row.index(None)] if None in row else b"no word"
            raise self._broken(number, expected, line, f"{_shown(wrong)!r} among them")
        return word, [value for value in row if value is not None]

    def _decoded(self, words: list[bytes]) -> list[str]:
        try:
            return b"\n".join(words).decode().split("\n") if words else []
        except UnicodeDecodeError:
            pass
        for number, word in enumerate(words, self._line + 1):
            try:
                word.decode()
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{self._name}, line {number:,}: the word {_shown(word)!r} is not UTF-8 "
                    f"({error.reason}). Save the file as UTF-8."
                ) from None
        raise AssertionError("one of the words is not UTF-8")

    def _broken(self, number: int, expected: str, line: bytes, more: str = "") -> DataError:
        fields = len(line.split(b" ")) - 1
        got = more or f"{fields:,} number{'s' if fields != 1 else ''}"
        return DataError(
            f"{self._name}, line {number:,}: expected {expected}, got {got}: "
            f"{_shown(line)!r}. Put the line right, or get the file again."
        )


def _all_at_once(lines: list[bytes], dimensions: int) -> tuple[list[bytes], np.ndarray] | None:
    """Return words and rows of lines in which all is as usual; otherwise None."""
    import numpy as np

    words, _, numbers = zip(*(line.partition(b" ") for line in lines), strict=True)
    if not all(words) or any(row.count(b" ") != dimensions - 1 for row in numbers):
        return None
    with warnings.catch_warnings(), suppress(ValueError, DeprecationWarning):
        warnings.simplefilter("error", DeprecationWarning)  # what NumPy < 2.3 has for no number
        rows = np.fromstring(b" ".join(numbers), np.float32, sep=" ")
        if len(rows) == len(lines) * dimensions and np.isfinite(rows).all():
            return list(words), rows.reshape(-1, dimensions)
    return None


def _numbers_at_end(line: bytes) -> int:
    """Return how many numbers a line ends with; its first piece is no number but a word."""
    count = 0
    for piece in reversed(line.rstrip().split(b" ")[1:]):
        if _number(piece) is None:
            break
        count += 1
    return count


def _number(piece: bytes) -> float | None:
    """Return the finite number that ``piece`` is, or None."""
    import math

    try:
        value = float(piece)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _shown(content: bytes) -> str:
    text = content.decode(errors="replace").strip()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
