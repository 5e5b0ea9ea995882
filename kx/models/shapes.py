"""What convolutions and poolings leave of a side of a picture, or of a text."""

from __future__ import annotations

from collections.abc import Sequence


def sizes_behind(side: int, lost: int, pools: Sequence[int]) -> list[int]:
    """Return what is left of ``side`` behind each convolution and the pooling behind it.

    floor((n + 2p - f) / s) + 1, the notes' formula (3.1) with the floor that it lacks there.

    Args:
        side: pixels, or words.
        lost: what a convolution without padding loses: the size of its filters, less 1.
        pools: windows of the pooling behind each convolution; 1: there is none.
    """
    sizes: list[int] = []
    for pool in pools:
        side = (side - lost) // pool
        sizes.append(side)
    return sizes
