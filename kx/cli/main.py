"""The ``kx`` command, and the one place where errors become messages."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kx.cli.commands import Commands
from kx.errors import Interrupted, KxError, SpecError

app = typer.Typer(
    name="kx",
    cls=Commands,
    help="Run Keras experiments that a YAML file describes, and trust their results.",
    epilog="Exit codes: 0 ok, 1 internal error, 2 usage or invalid spec, 3 data missing or "
    "corrupt, 4 training diverged, 5 storage, 6 run locked, 7 out of memory, 8 an expectation "
    "missed, 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from kx.reporting.surroundings import collect_versions

        typer.echo("  ".join(f"{name} {text}" for name, text in collect_versions().items()))
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show versions.")
    ] = False,
) -> None:
    pass


def main(args: list[str] | None = None) -> None:
    """Run the command line; what the user can put right is told without a traceback."""
    _open_streams()
    _handle_signals()
    try:
        app(args)
    except SystemExit as leaving:
        sys.exit(_flushed(leaving.code))
    except KxError as error:
        _tell(error)
        sys.exit(_flushed(error.exit_code))
    except Interrupted as stopped:
        kept = f" What the run had so far is kept: see `kx show {stopped.run}`."
        _say(f"Stopped ({stopped}).{kept if stopped.run else ''}")
        sys.exit(_flushed(stopped.exit_code))
    except BrokenPipeError:  # `kx runs | head`: the reader has what it wanted
        _discard_stdout()
        sys.exit(141)
    except OSError as error:  # writing run folders raises StorageError: this is the output
        _discard_stdout()
        where = error.filename or "the output cannot be written"
        _say(f"Error: {where}: {error.strerror or error}")
        sys.exit(5)


def _handle_signals() -> None:
    hang_up = getattr(signal, "SIGHUP", signal.SIGTERM)
    ignored = (
        signal.getsignal(hang_up) is signal.SIG_IGN
    )  # by nohup: the run is to outlive the terminal
    for number in (signal.SIGINT, signal.SIGTERM, *([] if ignored else [hang_up])):
        with contextlib.suppress(ValueError):  # not in the main thread: then nobody signals us
            signal.signal(number, _interrupt)


def _open_streams() -> None:
    """Let streams that were closed (``>&-``) lead nowhere.

    Otherwise the next files that are opened get their numbers, and what a library prints.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _interrupt(number: int, _: Any) -> None:
    raise Interrupted(number)


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
    from kx.reporting.text import clean

    lines = (clean(line) for line in text.splitlines())
    with contextlib.suppress(OSError):  # nobody is listening
        sys.stderr.write("\n".join(lines) + "\n")


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
