"""Models that are fitted on one core."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_core() -> AbstractContextManager[object]:
    """Hold scikit-learn, and the BLAS and OpenMP that it brings along, to one core of the machine.

    So results do not depend on how many cores there are. And where other programs are at work,
    threads that share out a small table wait for each other at every step: fits of 80 rows took
    2.5 s on two busy cores, and 0.1 s on one of them.
    """
    import sklearn.ensemble  # noqa: F401 - only libraries that are loaded can be held to anything
    from threadpoolctl import threadpool_limits

    held: AbstractContextManager[object] = threadpool_limits(limits=1)
    return held
