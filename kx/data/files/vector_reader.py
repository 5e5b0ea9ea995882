"""Reading texts with a word and its numbers in each line."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import compress
from typing import TYPE_CHECKING, BinaryIO

from kx.base.errors import DataError
from kx.base.text import counted

if TYPE_CHECKING:
    import numpy as np

CHUNK = 1 << 22
"""Bytes that are read at a time."""

LONGEST = 1 << 20
"""Bytes of a line: 300 numbers need 3,000. A file without lines is no file of vectors."""

LARGEST = 1e6
"""Of a vector. Most numbers are below 10; beside this one, 32 bits lose what is below 0.06."""

MOST_DIGITS = 15
"""Of a number that ``decimals`` can read."""

SHOWN = 40
"""Characters of a broken line that are shown."""

BOM = b"\xef\xbb\xbf"
OTHER_STARTS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x1f\x8b": "gzip", b"PK": "zip"}

LINE = "a word and its numbers, separated by spaces"


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
            announced = counted(self._announced or 0, "vector", "vectors")
            raise DataError(
                f"{self._name}: its first line announces {announced}, but "
                f"{counted(vectors, 'follows', 'follow')}. The file seems to be cut off: get it "
                "again."
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
        expected = f"a word and {counted(self.dimensions, 'number', 'numbers')}"
        head, space, last = word.rpartition(b" ")
        if len(pieces) < self.dimensions or (space and head and _number(last) is not None):
            raise self._broken(number, expected, line)
        row = [_number(piece) for piece in pieces]
        if None in row or not word:
            wrong = pieces[row.index(None)] if None in row else b"no word"
            raise self._broken(number, expected, line, f"{_shown(wrong)!r} among them")
        values = [value for value in row if value is not None]
        for value, piece in zip(values, pieces, strict=True):
            if abs(value) > LARGEST:
                raise self._too_large(number, word, piece)
        return word, values

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

    def _too_large(self, number: int, word: bytes, piece: bytes) -> DataError:
        return DataError(
            f"{self._name}, line {number:,}: the vector of {_shown(word)!r} has the number "
            f"{_shown(piece)}, too large to train with: most are below 10, and kx "
            f"takes up to {LARGEST:,.0f}. Put the line right, get the file again, or divide all "
            "its numbers."
        )

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

    words, _, texts = zip(*(line.rstrip().partition(b" ") for line in lines), strict=True)
    if not all(words) or any(text.count(b" ") != dimensions - 1 for text in texts):
        return None
    plain = [text.count(b".") == dimensions and b"e" not in text for text in texts]
    rows = np.empty((len(lines), dimensions), np.float32)
    for chosen, parse in ((plain, decimals), ([not one for one in plain], any_numbers)):
        if any(chosen):
            numbers = parse(b" ".join(compress(texts, chosen)))
            if numbers is None or len(numbers) != sum(chosen) * dimensions:
                return None
            if not (np.abs(numbers) <= LARGEST).all():  # nor what is no number
                return None
            rows[chosen] = numbers.reshape(-1, dimensions)
    return (list(words), rows) if np.isfinite(rows).all() else None


def decimals(text: bytes) -> np.ndarray | None:
    """Return the numbers in ``text``, each of which has a point and no exponent; else None.

    Several times as fast as ``any_numbers``, with the same result: a whole number of at most 15
    digits and a power of ten up to 22 are exact as float64, so that their quotient is rounded once.

    Args:
        text: numbers with one space between them.

    Returns:
        (n,) float64.
    """
    import numpy as np

    content = np.frombuffer(text, np.uint8)
    ends = np.append(np.flatnonzero(content == ord(" ")), len(text))
    points = np.flatnonzero(content == ord("."))
    starts = np.append(0, ends[:-1] + 1)
    if len(points) != len(ends) or (points < starts).any() or (points >= ends).any():
        return None
    signs = np.isin(content[starts], (ord("-"), ord("+")))
    count = ends - starts - signs - 1
    if count.max() > MOST_DIGITS or count.min() < 1:  # NumPy would read a sign alone as 0
        return None
    digits = _whole_numbers(text.translate(None, b"."))
    if digits is None or len(digits) != len(ends):
        return None
    powers = np.array([float(10**power) for power in range(MOST_DIGITS + 1)])
    quotients: np.ndarray = digits / powers[ends - points - 1]
    return quotients


def any_numbers(text: bytes) -> np.ndarray | None:
    """Return the numbers in ``text`` as (n,) float64, or None if there is something else."""
    import numpy as np

    try:
        return np.array([float(piece) for piece in text.split(b" ")])
    except ValueError:
        return None


def _whole_numbers(text: bytes) -> np.ndarray | None:
    import numpy as np

    with warnings.catch_warnings(), suppress(ValueError, DeprecationWarning):
        warnings.simplefilter("error", DeprecationWarning)  # what NumPy < 2.3 has for no number
        return np.fromstring(text, np.int64, sep=" ")
    return None


def _numbers_at_end(line: bytes) -> int:
    """Return how many numbers a line ends with; its first piece is no number but a word."""
    count = 0
    for piece in reversed(line.rstrip().split(b" ")[1:]):
        if not _parses(piece):
            break
        count += 1
    return count


def _number(piece: bytes) -> float | None:
    """Return the number that ``piece`` is, or None if it is none, or not finite."""
    if not _parses(piece):
        return None
    value = float(piece)
    return value if math.isfinite(value) else None


def _parses(piece: bytes) -> bool:
    """Whether ``piece`` is meant as a number, be it infinite or none."""
    try:
        float(piece)
    except ValueError:
        return False
    return True


def _shown(content: bytes) -> str:
    text = content.decode(errors="replace").strip()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
