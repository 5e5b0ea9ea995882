"""Rows of a table whose texts stand beside its numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f"
"""Kana, Han and Thai: scripts without blanks between words."""

TOKEN = f"[{UNSPACED}]|[^\\s{UNSPACED}]+"
"""A character of these, or what blanks part in another script: a path is one word."""

SEVERAL = 3
"""Words that a value has on average, from which on a column holds texts."""

LOOKED_AT = 1_000
"""Different values that tell whether they are texts."""


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """(n,) rows of a table.

    Attributes:
        numbers: (n, columns) float64, a column for each of the table; of those beside them 0, or
            NaN where there is none.
        beside: name of a column -> its (n,) ``Texts``, or (n, height, width, channels) uint8.
    """

    numbers: np.ndarray
    beside: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any) -> TableRows:
        """Return the rows that an array of their numbers, or a slice, names."""
        beside = {name: values[rows] for name, values in self.beside.items()}
        return TableRows(self.numbers[rows], beside)

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array: of the numbers."""
        return self.numbers.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """As of an array: of the numbers."""
        return self.numbers.dtype

    @property
    def nbytes(self) -> int:
        """Of all that is worked with."""
        return int(self.numbers.nbytes + sum(each.nbytes for each in self.beside.values()))

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield each kind of values under a name of its own."""
        yield ":numbers", self.numbers
        for name, values in self.beside.items():
            yield f":{name}", values


def numbers_of(x: Any) -> np.ndarray:
    """Return the (n, columns) numbers of rows: all there is, unless texts stand beside them."""
    found: np.ndarray = x.numbers if isinstance(x, TableRows) else x
    return found


def beside_of(x: Any) -> Mapping[str, Any]:
    """Return what stands beside these numbers: name of a column -> its values."""
    return x.beside if isinstance(x, TableRows) else {}


def are_texts(values: Collection[str]) -> bool:
    """Whether different values are texts: of several words each, many of which come again."""
    token = re.compile(TOKEN)
    cut = [token.findall(value.casefold()) for value in islice(values, LOOKED_AT)]
    words = [word for tokens in cut for word in tokens if any(map(str.isalpha, word))]
    return len(words) >= SEVERAL * len(cut) and 3 * len(set(words)) <= 2 * len(words)
