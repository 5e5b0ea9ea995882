"""Signals that ask kx to stop: noted when they come, acted upon where it is safe.

A handler that raises does so wherever Python happens to be. Inside TensorFlow's callbacks such an
exception is lost, or ends the process. So the handler only takes a note as soon as TensorFlow is
loaded or a run writes its folder, and ``check``, called between batches, epochs and stages, raises.

Where that takes long, a thread listens as well: Python calls a handler only between two of its own
instructions, and a compiled epoch may take minutes. The thread tells the user who waits, and ends
the process itself at a second signal, or while there is nothing yet that could be lost.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kx.base.errors import Interrupted

TOGETHER = 0.2
"""Seconds within which signals are one: a terminal, ``timeout`` and ``make`` may all send it."""

PATIENCE = 1.0
"""Seconds until kx says that it has heard or, with nothing to lose, ends."""

GRACE = 5.0
"""Seconds for what must be put in order once kx has begun to stop, with nothing to lose."""


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """What is to be done if the process must end now, whatever the main thread is at.

    Attributes:
        write: writes down what there is; completes what the user is told.
        nothing_to_lose: whether that would be all.
    """

    write: Callable[[Interrupted], None]
    nothing_to_lose: Callable[[], bool]


@dataclass(slots=True)
class _State:
    """What is known in this process.

    Attributes:
        on: whether signals are handled: from ``install`` to ``retire``.
        noted: number of the first signal that the handler was called with; 0: none.
        acted: whether it was raised.
        held: how many blocks of ``held`` are open.
        heard: when the thread that listens got the first signal; 0: none.
        number: of that signal.
        told: whether the user was told to wait.
        ending: whether the thread is ending the process.
        endings: of the runs that go on; the last is the innermost.
    """

    on: bool = False
    noted: int = 0
    acted: bool = False
    held: int = 0
    heard: float = 0.0
    number: int = 0
    told: bool = False
    ending: bool = False
    endings: list[Ending] = field(default_factory=list)


_state = _State()
_writing = threading.RLock()
_listening = threading.Lock()
_stderr: list[int] = []


def watched() -> tuple[int, ...]:
    """Return the signals that end a run in good order."""
    return (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


def install() -> None:
    """Handle signals from now on; one that nohup has had ignored stays so."""
    global _state
    _state = _State(on=True)
    sys.unraisablehook = _tell_unraisable
    for number in watched():
        ignored = number == watched()[-1] and signal.getsignal(number) is signal.SIG_IGN
        with contextlib.suppress(ValueError):  # not in the main thread: then nobody signals us
            if not ignored:
                signal.signal(number, _note)


def retire() -> None:
    """Only take note of signals from now on, and of none that comes while Python shuts down."""
    _state.on = False
    _state.held += 1
    atexit.unregister(_ignore)
    atexit.register(_ignore)


def check() -> None:
    """Stop here if a signal has come.

    Raises:
        Interrupted: the first time that it is called after a signal.
    """
    if _state.noted and not _state.acted and _in_main_thread():
        _wait_for_the_end()
        _state.acted = True
        raise Interrupted(_state.noted)


def received() -> Interrupted | None:
    """Return what a signal has asked for since the command began, acted upon or not, if one came.

    It does not return while the listening thread ends the process.
    """
    _wait_for_the_end()
    return Interrupted(_state.noted) if _state.noted else None


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Only take note of signals in the block: it must not be left half done.

    Raises:
        Interrupted: behind it, if one came and nothing else speaks against raising.
    """
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
    if _state.on and not _must_wait():
        check()


@contextlib.contextmanager
def let_go() -> Iterator[None]:
    """Let signals raise at once in the block, though it lies in one that holds them back.

    Where TensorFlow is loaded, they are held back all the same.
    """
    check()
    held, _state.held = _state.held, 0
    try:
        yield
    finally:
        _state.held = held


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Let nothing end the block: it puts a file in its place."""
    with held(), _writing:
        yield


@contextlib.contextmanager
def ending(write: Ending) -> Iterator[None]:
    """Have ``write`` carried out if the process must end at once in the block."""
    listen()
    _state.endings.append(write)
    try:
        yield
    finally:
        _state.endings.remove(write)


def listen() -> None:
    """Start the thread that listens, once; where none can be started, do without."""
    if not _in_main_thread() or not _listening.acquire(blocking=False):
        return
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        hears, speaks = os.pipe()
        for number in (hears, speaks):
            os.set_blocking(number, False)
        _stderr.append(os.dup(2))
        threading.Thread(target=_attend, args=(hears,), name="kx-signals", daemon=True).start()
        signal.set_wakeup_fd(speaks, warn_on_full_buffer=False)


def _note(number: int, _: Any) -> None:
    """Take note of a signal; raise at once where nothing speaks against it."""
    _state.noted = _state.noted or number
    if not _must_wait():
        _state.acted = True
        raise Interrupted(number)


def _ignore() -> None:
    for number in watched():
        with contextlib.suppress(ValueError):
            signal.signal(number, signal.SIG_IGN)


def _must_wait() -> bool:
    return bool(_state.held) or "tensorflow" in sys.modules


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _wait_for_the_end() -> None:
    while _state.ending and _in_main_thread():  # the listening thread has the last word
        time.sleep(1)


def _tell_unraisable(told: sys.UnraisableHookArgs) -> None:
    """Send a signal once more that was raised where Python can raise nothing, as in a finalizer."""
    if not isinstance(told.exc_value, Interrupted):
        sys.__unraisablehook__(told)
        return
    _state.acted = False
    main = threading.main_thread().ident or 0
    number = told.exc_value.signal_number
    again = threading.Timer(TOGETHER / 10, signal.pthread_kill, (main, number))
    again.daemon = True
    again.start()


def _attend(hears: int) -> None:
    """Read the numbers of signals as they come, and do what the main thread may be unable to."""
    while True:
        waits = _state.on and _state.heard
        select.select([hears], [], [], PATIENCE if waits else None)
        now, numbers = time.monotonic(), _read(hears)
        if not _state.on:
            continue
        for number in numbers:
            if not _state.heard:
                _state.heard, _state.number = now, number
            elif now - _state.heard > TOGETHER and _must_wait():
                _end(number)
        if not numbers and _state.heard and _must_wait():
            _lose_patience(now - _state.heard)


def _read(hears: int) -> list[int]:
    with contextlib.suppress(BlockingIOError):
        return [number for number in os.read(hears, 64) if number in watched()]
    return []


def _lose_patience(waited: float) -> None:
    """End what has nothing to lose; tell of any other that it may take a while."""
    nothing_to_lose = all(each.nothing_to_lose() for each in _state.endings)
    if nothing_to_lose and (not _state.acted or waited > GRACE):
        _end(_state.number)
    if not _state.told and not _state.acted:
        _state.told = True
        _say(
            f"{signal.Signals(_state.number).name} received: kx stops as soon as this batch, epoch "
            "or stage is over. A second signal stops it at once."
        )


def _end(number: int) -> None:
    """End the process now, with the record of the run that goes on."""
    _state.ending = True
    stopped = Interrupted(number)
    _writing.acquire(timeout=GRACE)
    with contextlib.suppress(BaseException):  # whatever the main thread was at when it was cut off
        for each in _state.endings[-1:]:
            each.write(stopped)
    _say(stopped.message)
    os._exit(stopped.exit_code)


def _say(line: str) -> None:
    """Say it where the user sees it: TensorFlow's start has standard error lead to the log."""
    with contextlib.suppress(BaseException):
        if sys.stderr is not sys.__stderr__ and not _state.ending:  # a display is drawn there
            sys.stderr.write(f"{line}\n")
            return
        shown = "\x1b[?25h" if os.isatty(_stderr[0]) else ""  # a display hides the cursor
        os.write(_stderr[0], f"{shown}{line}\n".encode(errors="backslashreplace"))
