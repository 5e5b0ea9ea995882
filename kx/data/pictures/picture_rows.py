"""Pictures of files as arrays: decoded once, kept in the cache, and what is found out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kx.base.remark import Remark, as_remark
from kx.data.files import cache
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import DECODER, FlawError, PictureForm, decode, quiet_decoder
from kx.data.pictures.picture_files import PictureFile, Tell, in_threads, same_bytes, told

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np


@dataclass(slots=True)
class Findings:
    """What came to light while pictures were decoded: name and flaw of some; oddities of others.

    ``tell(done, total)`` is told how far it is.
    """

    tell: Tell = lambda *_: None

    flaws: list[tuple[str, str]] = field(default_factory=list)
    oddities: Counter[str] = field(default_factory=Counter)


def read_part(
    tree: Tree,
    entries: Sequence[PictureFile],
    form: PictureForm,
    folder: Path | None,
    findings: Findings,
) -> tuple[tuple[np.ndarray, Findings], Remark | None]:
    """Return the pictures of a part with what was found out of them, and what went wrong else."""
    if folder is None or not entries:  # nothing cannot be kept
        return _in_memory(tree, entries, form, findings), None
    import PIL

    settings = (DECODER, PIL.__version__, *form.shape)
    key = cache.digest([*settings, *(entry.identity for entry in entries)])
    try:
        if found := _recalled(folder, key, entries, findings.tell):
            return found, None
        moved = cache.make_room(folder, key)
        return _made(tree, entries, form, folder, key, findings), moved
    except OSError as error:
        problem = Remark.of("cache.pictures", why=as_remark(error.strerror or str(error)))
        again = Findings(findings.tell)  # what was found up to the error would count twice
        return _in_memory(tree, entries, form, again), problem


def _recalled(
    folder: Path, key: str, entries: Sequence[PictureFile], tell: Tell
) -> tuple[np.ndarray, Findings] | None:
    """Return what was made of these pictures before, or None if it cannot be read any more."""
    kept = cache.recall(folder, key)
    try:
        if kept:
            flaws = [(str(name), str(flaw)) for name, flaw in kept.notes["flaws"]]
            oddities = Counter({str(k): int(v) for k, v in kept.notes["oddities"].items()})
            if len(kept.rows) + len(flaws) == len(entries):
                return kept.rows, Findings(tell, flaws, oddities)
    except (AttributeError, KeyError, TypeError, ValueError):  # of another kx
        pass
    return None


def _made(
    tree: Tree,
    entries: Sequence[PictureFile],
    form: PictureForm,
    folder: Path,
    key: str,
    findings: Findings,
) -> tuple[np.ndarray, Findings]:
    rows = decoded(tree, entries, form, findings)
    sha256 = cache.keep(folder, key, rows, form.shape)
    notes = {"flaws": findings.flaws, "oddities": findings.oddities}
    cache.seal(folder, key, sha256, notes)
    found = _recalled(folder, key, entries, findings.tell)
    if found is None:
        raise OSError(None, "what is read is not what was written")
    return found


def _in_memory(
    tree: Tree, entries: Sequence[PictureFile], form: PictureForm, findings: Findings
) -> tuple[np.ndarray, Findings]:
    import numpy as np

    rows = np.empty((len(entries), *form.shape), np.uint8)
    count = 0
    for row in decoded(tree, entries, form, findings):
        rows[count] = row
        count += 1
    return rows[:count], findings


def decoded(
    tree: Tree, entries: Sequence[PictureFile], form: PictureForm, findings: Findings
) -> Iterator[np.ndarray]:
    """Yield the pictures in their order, all that can be used; add to ``findings``."""

    def attempt(entry: PictureFile) -> tuple[Any, tuple[str, ...], str]:
        try:
            return *decode(entry.name, same_bytes(tree, entry), form), ""
        except FlawError as flaw:
            return None, (), str(flaw)

    with quiet_decoder():
        attempts = told(in_threads(attempt, entries), len(entries), findings.tell)
        for entry, done in zip(entries, attempts, strict=True):
            row, oddities, flaw = done
            if flaw:
                findings.flaws.append((entry.name, flaw))
            else:
                findings.oddities.update(oddities)
                yield row
