"""Everything that can go wrong in a way its user can put right, and how it is told."""

from __future__ import annotations

import difflib
import re
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kx.base.remark import Remark


class KxError(Exception):
    """Something the user can put right. Anything else that escapes is a bug in kx.

    Attributes:
        exit_code: what ``kx`` exits with when this ends a command.
        status: what a run's record says when this ended the run.
        details: the whole of it where the message is an excerpt; goes to the run's log.
        remark: what the record says of it; None: the message.
    """

    exit_code = 1
    status = "failed"
    details = ""
    remark: Remark | None = None


class UsageError(KxError):
    """A command was given something it cannot work with."""

    exit_code = 2


class PluginError(KxError):
    """A registered function cannot be offered in a spec."""

    exit_code = 2


class UnaskedPluginError(UsageError):
    """Only a plugin of a run can tell, and nobody has asked for its code to be run."""


class DataError(KxError):
    """A dataset is not what its description promises."""

    exit_code = 3


class RowsError(DataError):
    """Rows of somebody's table cannot be used as they are."""


class MissingDataError(DataError):
    """A file that a dataset needs could not be found or fetched."""


class DivergedError(KxError):
    """The loss became infinite or not a number."""

    exit_code = 4
    status = "diverged"


class FrozenError(KxError):
    """Weights changed that were to stay as they were."""


class StorageError(KxError):
    """Results cannot be written: no room, no permission, not a folder."""

    exit_code = 5


class RunLockedError(KxError):
    """Another process is working on this run."""

    exit_code = 6


class OutOfMemoryError(KxError):
    """The model or its data did not fit."""

    exit_code = 7


class ExpectationMissedError(KxError):
    """A run ended well, but a score is not what the spec expects."""

    exit_code = 8


class Interrupted(BaseException):
    """The user or the system asked the process to stop.

    A ``BaseException``, so that nothing that handles errors swallows it; and no
    ``KeyboardInterrupt``, for which Typer has an exit code of its own.

    Attributes:
        run: the id of the run that was stopped and recorded; empty if there was none.
        kept: what is left of it, as a clause; empty if that is not known.
    """

    status = "interrupted"
    run = ""
    kept = ""

    def __init__(self, signal_number: int = signal.SIGINT) -> None:
        self.signal_number = signal_number
        super().__init__(f"stopped by {self.name}")

    @property
    def name(self) -> str:
        """The signal's, such as SIGTERM."""
        return signal.Signals(self.signal_number).name

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, as shells count: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.signal_number

    @property
    def message(self) -> str:
        """What the user is told: how it ended, what of the run is kept, and where."""
        what = f"Stopped ({self})."
        if not self.run:
            return what
        return f"{what} {self.kept or 'What the run had so far is kept'}: see `kx show {self.run}`."


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a spec.

    Attributes:
        where: ``file:line:column``, or what else tells the place.
        key: dotted key, such as ``training.epochs``; empty for the document as a whole.
        message: what is wrong.
        got: what stands there, as its user wrote it; empty if that says nothing.
        hint: what to do about it.
        excerpt: the line of the file, with a caret below the place.
        position: line and column, for sorting.
        of_data: whether the spec may stay as it is, and the data are at fault.
    """

    where: str
    key: str
    message: str
    got: str = ""
    hint: str = ""
    excerpt: str = ""
    position: tuple[int, int] = (0, 0)
    of_data: bool = False

    def __post_init__(self) -> None:
        """Cut what a stranger's file has made long: a number may have a million digits."""
        for name in ("where", "key", "message", "got", "hint"):
            object.__setattr__(self, name, cut(getattr(self, name)))

    def __str__(self) -> str:
        """``file:line:column: key: what is wrong; got …; hint``, on one line."""
        parts = [self.message]
        if self.got:
            parts.append(f"got {self.got}")
        if self.hint:
            parts.append(self.hint)
        return ": ".join(part for part in (self.where, self.key, "; ".join(parts)) if part)


class SpecError(KxError):
    """A spec with mistakes, all of them.

    Attributes:
        problems: in the order of the file; at least one.
        exit_code: 2; that of the data if nothing else is wrong.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        if self.problems and all(problem.of_data for problem in self.problems):
            self.exit_code = DataError.exit_code
        super().__init__("\n".join(map(str, self.problems)))


LONGEST_WORD, LONGEST_TEXT = 240, 2_000
"""Characters of a word, and of a text, that are told; most paths are shorter."""


def cut(text: str) -> str:
    """Return a text with words that are too long cut in the middle, and itself at its end."""
    words = re.sub(
        rf"\S{{{LONGEST_WORD},}}", lambda word: f"{word[0][:60]}...{word[0][-20:]}", text
    )
    return words if len(words) <= LONGEST_TEXT else f"{words[:LONGEST_TEXT]}..."


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``name`` was most likely meant to be."""
    if len(name) > LONGEST_WORD:  # comparing takes time by the square of its length
        return None
    matches = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'? Known: x, y" for an unknown ``name``."""
    known = sorted(known)
    guess = closest(name, known)
    start = f"did you mean {guess!r}? " if guess else ""
    return f"{start}Known: {', '.join(known) or 'none'}"
