"""Runs the code of plugins so that it can neither end kx nor stop it unseen."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from kx.base.errors import Interrupted, KxError, PluginError

SECONDS = "KX_PLUGIN_SECONDS"
"""Names the seconds in which a plugin must be imported, or answer while a spec is checked."""

DEFAULT_SECONDS = 30.0

GRACE = 5.0
"""Seconds that a process has beyond those of a plugin in it, to tell which it was."""

ENDS = ((os, "_exit"), (os, "abort"), (os, "kill"), (signal, "raise_signal"))
"""What ends a process without a word."""

_exit = os._exit  # kept: what a plugin puts in its place is not called


class _StoppedError(BaseException):
    """What a plugin tried, or that its time is up; no ``Exception``, lest it is swallowed."""


class TimeUpError(BaseException):
    """The time of a block is up; no ``Exception``, lest a library swallows it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End a block whose time is up; where no signal can do that, it has any time.

    Raises:
        TimeUpError: if it took longer.
    """

    def up(number: int, frame: FrameType | None) -> None:
        raise TimeUpError

    with _alarm(seconds, up):
        yield


def patience() -> float:
    """Return the seconds that a plugin has.

    Raises:
        PluginError: if the environment says something else than a positive number.
    """
    text = os.environ.get(SECONDS, "")
    try:
        seconds = float(text) if text else DEFAULT_SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise PluginError(f"{SECONDS} must be a number of seconds above 0; got {text[:40]!r}")
    return seconds


@contextmanager
def guarded(file: str, seconds: float | None = None) -> Iterator[None]:
    """Tell whatever the code of a plugin does to end or to stop the process.

    What it prints goes to stderr, and the current folder is what it was afterwards.

    Args:
        file: of the plugin, to tell the line.
        seconds: that it has; None: any.

    Raises:
        PluginError: for whatever was raised, with the line.
        Interrupted: if its user stopped it.
    """
    here = _current_folder()
    try:
        with redirect_stdout(sys.stderr), ends_refused(), _limited(seconds):
            yield
    except (KxError, MemoryError, Interrupted):
        raise
    except BaseException as error:  # whatever it is: SystemExit, too, would end kx
        raise _told(error, file) from error
    finally:
        if here:
            with suppress(OSError):
                os.chdir(here)


def answer(work: Callable[[], Any], seconds: float) -> tuple[Any, str]:
    """Return what ``work`` returns, carried out in a process of its own.

    Args:
        work: returns what JSON can hold.
        seconds: that it has.

    Returns:
        The answer, and an empty text; or None, and how the process ended without one.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking, while threads are there
        child = os.fork()
    if child == 0:
        _work(work, writing)
    os.close(writing)
    try:
        line = _line(reading, time.monotonic() + seconds)
        if line is None:
            return None, f"did not come to an end within {seconds:g} s"
    finally:
        os.close(reading)
        status = _ended(child)
    with suppress(ValueError, RecursionError):
        return json.loads(line), ""
    return None, f"ended the process ({status}) before it was done"


def _work(work: Callable[[], Any], writing: int) -> NoReturn:
    """Write the answer of ``work``, and end at once: nothing of this process is to be tidied."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both: the parent acts
    try:
        os.dup2(2, 1)  # what plugins print is no part of the output
        with os.fdopen(writing, "w", encoding="ascii") as file:
            file.write(json.dumps(work()) + "\n")
    except BaseException:  # a fault of kx: for the plugin's, work has an answer
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        _exit(0)


def _line(reading: int, until: float) -> bytes | None:
    """Return what is written up to the end of the line; None if that takes too long."""
    found = b""
    while not found.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return None
        more = os.read(reading, 1 << 16)
        if not more:
            break
        found += more
    return found


def _ended(child: int) -> str:
    """End a process that may have ended already; return how it did."""
    with suppress(ProcessLookupError):
        done, status = os.waitpid(child, os.WNOHANG)
        if not done:
            time.sleep(0.05)
            done, status = os.waitpid(child, os.WNOHANG)
        if not done:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return f"exit code {code}" if code >= 0 else f"signal {-code}"
    return "unknown"


@contextmanager
def ends_refused() -> Iterator[None]:
    """Let nothing but kx end the process in the block without a word: what tries to is raised."""
    kept = {(module, name): getattr(module, name) for module, name in ENDS}
    process = os.getpid()
    for (module, name), real in kept.items():
        setattr(module, name, _refusal(f"{module.__name__}.{name}", real, process))
    try:
        yield
    finally:
        for (module, name), real in kept.items():
            setattr(module, name, real)


def _refusal(name: str, real: Callable[..., Any], process: int) -> Callable[..., Any]:
    """Return what raises in place of ``real``, unless kx calls it, or for another process."""

    def refused(*given: Any, **named: Any) -> Any:
        ours = str(sys._getframe(1).f_globals.get("__name__")).startswith("kx.")
        elsewhere = os.getpid() != process or (
            name == "os.kill" and given[:1] not in ((process,), (0,))
        )
        if ours or elsewhere:
            return real(*given, **named)
        shown = ", ".join(str(value) for value in given[:2])
        raise _StoppedError(f"wants to end the process with {name}({shown})")

    return refused


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """Raise in the block once its time is up; from a block that goes on all the same, end."""
    if seconds is None:
        yield
        return
    with _alarm(seconds, _Expiry(seconds)):
        yield


@contextmanager
def _alarm(seconds: float, ring: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have ``ring`` called after ``seconds`` in the block, and then each second."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    begun, handler = time.monotonic(), signal.signal(signal.SIGALRM, ring)
    before, again = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        left = max(0.001, before - (time.monotonic() - begun)) if before else 0.0
        signal.setitimer(signal.ITIMER_REAL, left, again)
        signal.signal(signal.SIGALRM, handler)


class _Expiry:
    """What happens when the time is up: first politely, then not."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.times = seconds, 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise; the third time, nothing that is raised seems to help."""
        self.times += 1
        said = f"did not come to an end within {self.seconds:g} s ({SECONDS} sets the limit)"
        if self.times < 3:
            raise _StoppedError(said)
        place = f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}: " if frame else ""
        os.write(2, f"Error: {place}{said}\n".encode())
        _exit(PluginError.exit_code)


def what_was_raised(error: BaseException) -> str:
    """Return an error as its plugin is told of it."""
    own = isinstance(error, _StoppedError)
    return str(error) if own else f"{type(error).__name__}: {error}".rstrip(": .")


def _told(error: BaseException, file: str) -> PluginError:
    said = what_was_raised(error)
    lines = [s.lineno for s in traceback.extract_tb(error.__traceback__) if s.filename == file]
    told = PluginError(said + (f" ({Path(file).name}, line {lines[-1]})" if lines else ""))
    told.details = "".join(traceback.format_exception(error))
    return told


def _current_folder() -> str:
    with suppress(OSError):
        return str(Path.cwd())
    return ""
