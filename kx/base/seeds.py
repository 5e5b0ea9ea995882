"""One seed of a spec, many independent draws."""

from __future__ import annotations

import zlib

PURPOSES = ("split", "shuffle", "weights", "augmentation", "bootstrap", "repetition", "importance")


def derive(seed: int, purpose: str, name: str = "") -> int:
    """Return a seed in 0..2**31 - 1 for one purpose, and one fit.

    The draws of one purpose do not depend on whether there are others, so the third fold alone
    is the same as the third fold of a whole run.

    Args:
        seed: of the spec.
        purpose: one of ``PURPOSES``.
        name: of the fit, such as ``fold-3``; empty if the draw is not of one fit.
    """
    import numpy as np

    words = [seed, PURPOSES.index(purpose), zlib.crc32(name.encode())]
    return int(np.random.SeedSequence(words).generate_state(1)[0]) & 0x7FFFFFFF
