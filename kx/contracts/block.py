"""Which columns of a prepared row belong together, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["numbers", "flags", "one_hot", "index", "bag", "words", "picture"]
"""``numbers``: scaled amounts; ``flags``: each from 0 to 1, on its own; ``one_hot``: at most one is
1; ``index``: one whole number, below ``size``, that stands for a row of an embedding; ``bag``: how
much of each token a text has; ``words``: the indices of its tokens, in their order, each below
``size``; ``picture``: the numbers of a picture of the form ``shape``, row by row."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring columns of a prepared row that came of one column of a table.

    Attributes:
        name: of that column.
        kind: what they are.
        start: the first of them, counted from 0.
        width: how many they are.
        size: of indices: each is below it; otherwise 0.
        shape: of a picture: height, width, channels; otherwise empty.
    """

    name: str
    kind: BlockKind
    start: int
    width: int
    size: int = 0
    shape: tuple[int, ...] = ()

    @property
    def places(self) -> range:
        """Its columns."""
        return range(self.start, self.start + self.width)
