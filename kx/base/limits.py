"""Limits of this process: what does not fit is told in a line, where libraries would abort."""

from __future__ import annotations

import errno

from kx.base.errors import KxError, OutOfMemoryError, PluginError

LEAST, LEAST_ON_SEVERAL_CORES = 2.0e9, 2.9e9
"""Bytes of addresses below which TensorFlow ends in a failed import, an abort, or not at all: on
one core 2.4 GB were enough, on two 2.87 GB too little and 3.02 GB enough. Each core has threads
that take some, so on many cores this is no promise."""

UNLOADED = ("failed to map segment", "cannot allocate memory")
"""What the loader of libraries says where there is no room."""

NO_THREADS = (
    "out of memory: no more threads can be started. Raise the limit (ulimit -v, ulimit -u), or end "
    "other programs."
)


def address_space() -> int | None:
    """Return the bytes of addresses that this process may have; None where nothing limits them."""
    import resource

    kind = getattr(resource, "RLIMIT_AS", None)
    limit = resource.RLIM_INFINITY if kind is None else resource.getrlimit(kind)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def check_room(limit: int | None, cores: int) -> None:
    """Look whether TensorFlow can possibly be loaded.

    Args:
        limit: bytes of addresses that the process may have; None: any.
        cores: that it may use.

    Raises:
        OutOfMemoryError: if it cannot.
    """
    least = LEAST if cores == 1 else LEAST_ON_SEVERAL_CORES
    if limit is not None and limit < least:
        raise OutOfMemoryError(
            f"out of memory: this process may have {limit / 1e9:.1f} GB of addresses, and "
            "TensorFlow needs about 3 GB. Raise the limit (ulimit -v)."
        )


def shortage(error: BaseException) -> OutOfMemoryError | None:
    """Return how a lack of memory is told if ``error`` comes from one, else None."""
    if isinstance(error, OutOfMemoryError):
        return error
    if isinstance(error, KxError) and not isinstance(error, PluginError):
        return None
    cause: BaseException | None = error
    while cause:
        if told := _told(cause):
            return OutOfMemoryError(told)
        cause = cause.__cause__ or cause.__context__
    return None


def _too_little(limit: int | None) -> str:
    smaller = "use a smaller training.batch_size or network"
    if limit is None:
        return f"out of memory: {smaller}."
    return (
        f"out of memory: this process may have {limit / 1e9:.1f} GB of addresses. Raise the limit "
        f"(ulimit -v), or, to train, {smaller}."
    )


def _told(error: BaseException) -> str:
    text = str(error).lower()
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return NO_THREADS
    unloaded = isinstance(error, ImportError | OSError) and any(each in text for each in UNLOADED)
    if unloaded or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "out of memory: a library or a file cannot be loaded. Raise the limit (ulimit -v)."
    if isinstance(error, MemoryError):
        return _too_little(address_space())
    return ""
