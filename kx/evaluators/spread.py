"""Prepared rows as linear models can read them: no index stands for an amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kx.contracts import Block

READABLE = ("numbers", "flags", "one_hot", "bag", "index")
"""Blocks from which trees and linear models learn; the words of a text, one by one, and the pixels
of a picture tell them little."""


def readable(x: Any, blocks: Sequence[Block]) -> tuple[Any, tuple[Block, ...]]:
    """Return the columns of rows (n, width) that trees learn from, and their blocks.

    Args:
        x: prepared.
        blocks: as far as they are known before the training rows are looked at; further columns
            mark gaps.
    """
    import numpy as np

    dropped = [at for block in blocks if block.kind not in READABLE for at in block.places]
    if not dropped:
        return x, tuple(blocks)
    kept, start = list[Block](), 0
    for block in blocks:
        if block.kind in READABLE:
            kept.append(Block(block.name, block.kind, start, block.width, block.size))
            start += block.width
    return np.delete(x, dropped, axis=1), tuple(kept)


def spread(x: Any, blocks: Sequence[Block]) -> Any:
    """Return rows (n, width) with a column for each value of an index: a CSR matrix, if any is."""
    import numpy as np
    from scipy import sparse

    indices = [block for block in blocks if block.kind == "index"]
    if not indices:
        return x
    rows, starts = np.arange(len(x)), [block.start for block in indices]
    parts = [sparse.csr_matrix(np.delete(x, starts, axis=1))]
    for block in indices:
        shape, ones = (len(x), block.size), np.ones(len(x), np.float32)
        parts.append(sparse.csr_matrix((ones, (rows, x[:, block.start].astype(int))), shape))
    return sparse.hstack(parts, format="csr")
