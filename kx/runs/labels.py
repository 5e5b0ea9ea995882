"""What people say of a run: tags and a note, in a file of their own beside its record."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kx.base.errors import DataError, UsageError
from kx.base.jsonfile import bytes_of, parse_json, to_json
from kx.base.names import readable
from kx.base.storage import atomic_write, storage_errors
from kx.base.text import clean, shortened

LABELS = "labels.json"
SCHEMA_VERSION = 1

TAG = re.compile(r"\w[\w.:/+-]{0,39}")
NOTE_LENGTH = 2000

MOST_BYTES = 1 << 20
"""Of the file: far more than tags and a note may take."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What somebody said of a run; nothing of it is part of the result.

    Attributes:
        tags: in the order in which they were given.
        note: any text of at most 2000 characters; to be cleaned before a terminal gets it.
    """

    tags: tuple[str, ...] = ()
    note: str = ""


def read_labels(folder: Path) -> Labels:
    """Return what was said of the run in ``folder``; nothing, if nothing was.

    Raises:
        DataError: if the file is damaged or of a newer kx.
    """
    path = folder / LABELS
    # First, as hundreds of runs, nearly all of them without labels, are listed at once.
    if not os.path.lexists(path):
        return Labels()
    return _labels(path, bytes_of(path, MOST_BYTES, follow=False))


def _labels(path: Path, content: bytes) -> Labels:
    try:
        document = parse_json(content)
        newer = document["schema_version"] > SCHEMA_VERSION
        tags, note = tuple(document["tags"]), document["note"]
        if newer or not all(isinstance(text, str) for text in (*tags, note)):
            raise DataError("written by a newer kx" if newer else "tags and note must be text")
    except (DataError, KeyError, TypeError) as error:
        why = error if isinstance(error, DataError) else f"it holds no labels ({error!r})"
        raise DataError(f"{path}: damaged: {why}. Mend it, or delete it.") from None
    return Labels(tags, note)


def change_tags(folder: Path, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Labels:
    """Give the run in ``folder`` tags, or take some away; return what is now said of it.

    Raises:
        UsageError: if one cannot be a tag, or one that is to go is not there.
        DataError: if what was said so far is damaged.
        StorageError: if it cannot be written.
    """
    with _changing(folder):
        add, remove, old = list(add), set(remove), read_labels(folder)
        _refuse_tags([tag for tag in add if not TAG.fullmatch(tag)])
        if missing := sorted(remove - set(old.tags)):
            has = ", ".join(old.tags) or "none"
            raise UsageError(f"{folder.name} has no tag {clean(', '.join(missing))}; it has: {has}")
        kept = (tag for tag in (*old.tags, *add) if tag not in remove)
        return _write(folder, Labels(tuple(dict.fromkeys(kept)), old.note))


def change_note(folder: Path, note: str) -> Labels:
    """Make ``note`` what is said of the run in ``folder``; an empty one takes the old one away.

    Raises:
        UsageError: if it is too long.
        DataError: if what was said so far is damaged.
        StorageError: if it cannot be written.
    """
    if len(note) > NOTE_LENGTH:
        raise UsageError(f"a note has at most {NOTE_LENGTH} characters; this one: {len(note)}")
    with _changing(folder):
        return _write(folder, Labels(read_labels(folder).tags, readable(note).strip()))


def _refuse_tags(tags: Iterable[str]) -> None:
    if wrong := [repr(shortened(clean(tag))) for tag in tags]:
        raise UsageError(
            f"{', '.join(wrong)} cannot be a tag: letters, digits and _ . : / + -, beginning with "
            "a letter or digit, at most 40."
        )


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Keep others from changing the same file meanwhile; a run that goes on may be labelled."""
    from filelock import FileLock

    with storage_errors(folder / LABELS):
        lock = FileLock(folder / f".{LABELS}.lock", timeout=10)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _write(folder: Path, labels: Labels) -> Labels:
    document = {"schema_version": SCHEMA_VERSION, **asdict(labels)}
    atomic_write(folder / LABELS, to_json(document))
    return labels
