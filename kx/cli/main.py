"""The ``kx`` command, and the one place where errors become messages."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from kx.base import signals
from kx.base.errors import Interrupted, KxError, SpecError
from kx.base.limits import shortage
from kx.base.names import READABLE
from kx.cli.garbage import collect_seldom


def main(args: list[str] | None = None) -> None:
    """Run the command line; what the user can put right is told without a traceback."""
    signals.install()  # at once: what follows takes a moment
    collect_seldom()
    try:
        _open_streams()
        _carry_out(args)
    except SystemExit as leaving:
        _tell_of_late_signal(leaving.code)
        sys.exit(_flushed(leaving.code))
    except Interrupted as stopped:
        _stop(stopped)
    except BrokenPipeError:  # `kx runs | head`: the reader has what it wanted
        _discard_stdout()
        sys.exit(141)
    except Exception as error:
        if behind := _behind(error):
            _stop(behind)
        _fail(error)
        raise


def _carry_out(args: list[str] | None) -> None:
    from kx.cli.app import app

    try:
        app(args)
    finally:
        signals.retire()


def _behind(error: Exception) -> Interrupted | None:
    """Return the signal that an error comes from: libraries make errors of their own of it."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, Interrupted):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, Interrupted):
        return cause
    return None if isinstance(error, KxError) else signals.received()


def _stop(stopped: Interrupted) -> NoReturn:
    signals.received()
    _say(stopped.message)
    sys.exit(_flushed(stopped.exit_code))


def _fail(error: Exception) -> None:
    """Tell what went wrong and exit, if it is something that the user can put right."""
    error = shortage(error) or error
    if isinstance(error, KxError):
        _tell(error)
        sys.exit(_flushed(error.exit_code))
    if isinstance(error, OSError):  # writing run folders raises StorageError: this is the output
        _discard_stdout()
        where = error.filename or "the output cannot be written"
        _say(f"Error: {where}: {error.strerror or error}")
        sys.exit(5)


def _open_streams() -> None:
    """Let streams that were closed (``>&-``) lead nowhere, and all of them take any text.

    Otherwise the next files that are opened get the numbers of the closed ones, and what a library
    prints.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=READABLE)  # under LC_ALL=C as well, print what we can


def _tell_of_late_signal(code: Any) -> None:
    """Say why a signal changes nothing any more, if one came when the work was done."""
    late = signals.received()
    if late and not code:
        _say(f"{late.name} arrived when everything was done: there was nothing left to stop.")


def _tell(error: KxError) -> None:
    if not isinstance(error, SpecError):
        _say(f"Error: {error}")
        return
    for problem in error.problems:
        _say(str(problem))
        if problem.excerpt:
            _say(problem.excerpt)
    count = len(error.problems)
    _say(
        f"{count} mistake{'s' if count > 1 else ''}. `kx list` shows what there is to choose from."
    )


def _say(text: str) -> None:
    from kx.base.text import clean

    lines = [clean(line) for line in text.splitlines()]
    if sys.stderr.isatty():
        lines = [part for line in lines for part in _wrapped(line)]
    with contextlib.suppress(OSError):  # nobody is listening
        sys.stderr.write("\n".join(lines) + "\n")


def _wrapped(line: str) -> list[str]:
    """Return a line in lines of the terminal, broken between words and not within them."""
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    if len(line) <= width or line.startswith(" "):  # an excerpt of a spec stays as it is
        return [line]
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)


def _flushed(code: Any) -> Any:
    """Write out what is buffered now, while a full disk can still be told."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
        return 141
    except OSError as error:
        _discard_stdout()
        _say(f"Error: the output cannot be written: {error.strerror}")
        return 5
    return code


def _discard_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not complain at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
