"""What tells one state of a dataset from another."""

from __future__ import annotations

import hashlib

from kx.contracts import DatasetBundle
from kx.data.arrays.array_digest import add_array


def fingerprint(bundle: DatasetBundle) -> str:
    """Return the SHA-256, 64 hex digits, over features and targets of both parts, in their order.

    Types and shapes count, too; the description of the data does not.
    """
    digest = hashlib.sha256()
    for name, part in (("train", bundle.train), ("test", bundle.test)):
        add_array(digest, f"{name}.x", part.x)
        add_array(digest, f"{name}.y", part.y)
    return digest.hexdigest()


def test_fingerprint(bundle: DatasetBundle) -> str:
    """Return the same of the test part alone: which one is looked at."""
    digest = hashlib.sha256()
    add_array(digest, "test.x", bundle.test.x)
    add_array(digest, "test.y", bundle.test.y)
    return digest.hexdigest()
