"""Archives on a machine whose clock is wrong: zip knows no year before 1980 and none after 2107."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import struct_time
from typing import Any

FIRST, LAST = 1980, 2107


@contextmanager
def possible_dates() -> Iterator[None]:
    """Let files be archived in the block whatever the clock says; Keras saves models as archives.

    The date of a file in an archive is that of the clock, which nobody may choose from outside.
    """
    if FIRST <= time.localtime(time.time()).tm_year <= LAST:
        yield
        return
    module: Any = zipfile
    module.time = _Clock
    try:
        yield
    finally:
        module.time = time


def _now() -> float:
    return time.time()


class _Clock:
    """What ``zipfile`` asks of the module ``time``."""

    @staticmethod
    def time() -> float:
        """Return the seconds since 1970."""
        return _now()

    @staticmethod
    def localtime(seconds: float) -> struct_time:
        """Return the local time, in a year that fits."""
        told = time.localtime(seconds)
        return struct_time((min(max(told.tm_year, FIRST), LAST), *told[1:]))
