"""Pictures of any kind as arrays: every file is looked at first, decoded once, and kept.

Networks are given bytes, and bring them to their range themselves: a saved network then takes
pictures as they are, and a byte takes a quarter of the memory of a float.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data import cache
from kx.data.class_folders import PICTURES, Member, others
from kx.data.decoding import DECODER, MOST_BYTES, ODDITIES, FlawError, Form, decode, quiet_decoder
from kx.data.parts import bundled
from kx.data.trees import Tree
from kx.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from kx.data.files import Files

OnCorrupt = Literal["error", "skip"]
"""What to do about files that are no pictures: stop and name them all, or leave them out."""

SHOWN = 20
"""Files that a message names; the run's log has all."""

CHUNK = 256
"""Pictures that are decoded before the next ones begin: so many wait in memory at most."""

Tell = Callable[[int, int], None]
"""``tell(done, total)``: how far a work is."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures that were read.

    Attributes:
        parts: name of the part -> x (n, height, width, channels) uint8, y (n,) int32.
        names: name of the part -> the file of each row.
        remarks: what everybody should know of these pictures.
    """

    parts: Mapping[str, Split]
    names: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that was read once, to know its content.

    Attributes:
        sha256: of the content; empty if it could not be read.
        flaw: why not.
    """

    name: str
    label: int
    size: int
    sha256: str
    flaw: str = ""


@dataclass(slots=True)
class _Findings:
    """What came to light while pictures were decoded: name and flaw of some; oddities of others.

    ``tell(done, total)`` is told how far it is.
    """

    tell: Tell = lambda *_: None

    flaws: list[tuple[str, str]] = field(default_factory=list)
    oddities: Counter[str] = field(default_factory=Counter)


def read_album(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[Member]],
    form: Form,
    on_corrupt: OnCorrupt,
) -> Album:
    """Read the pictures of each part, in their order, from the cache if their bytes are the same.

    Args:
        files: are told what was read, and say where the cache is.
        tree: where the pictures are; nothing in it is ever changed.
        parts: name of the part -> its pictures.
        form: what they are made into.
        on_corrupt: whether pictures that cannot be used are an error, or left out.

    Raises:
        DataError: naming all pictures that cannot be used; or if, without them, no picture of
            some class is left.
    """
    tell = files.watcher.counted
    entries = {
        part: _looked_at(tree, pictures, partial(tell, f"reading the {part} pictures"))
        for part, pictures in parts.items()
    }
    files.took(tree, cache.digest(_identity(e) for part in entries.values() for e in part))
    folder = files.cache_dir and files.cache_dir / "pictures"
    read, remarks = {}, [*_strangers(tree)]
    for part, known in entries.items():
        findings = _Findings(partial(tell, f"decoding the {part} pictures"))
        read[part], problem = _read_part(tree, known, form, folder, findings)
        remarks += [problem] if problem else []
    flaws = [flaw for _, found in read.values() for flaw in found.flaws]
    total = sum(map(len, entries.values()))
    if flaws and on_corrupt == "error":
        raise _unusable(tree, flaws, total)
    remarks += [*_left_out(flaws, total), *_odd(found for _, found in read.values())]
    left = {part: _without(entries[part], found.flaws) for part, (_, found) in read.items()}
    for part, good in left.items():
        _refuse_lost_classes(tree, part, entries[part], good)
    return Album(
        {part: Split(x, _labels(left[part])) for part, (x, _) in read.items()},
        {part: tuple(entry.name for entry in good) for part, good in left.items()},
        tuple(dict.fromkeys(remarks)),
    )


def picture_bundle(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[Member]],
    info: DatasetInfo,
    on_corrupt: OnCorrupt,
    usual: int | None = None,
) -> DatasetBundle:
    """Read the pictures in ``tree`` as the dataset that ``info`` describes.

    Args:
        files: as in ``read_album``.
        tree: likewise.
        parts: ``train``, perhaps ``validation``, whose rows come last in the training part, and
            ``test``.
        info: form of the data, and how many there should be.
        on_corrupt: as in ``read_album``.
        usual: how many pictures for validation need no remark.

    Raises:
        DataError: as ``read_album`` does.
    """
    validation = parts.get("validation", ())
    two = {"train": [*parts["train"], *validation], "test": parts["test"]}
    form = Form(info.input_shape[0], info.input_shape[2])
    album = read_album(files, tree, two, form, on_corrupt)
    held_out = len({picture.name for picture in validation} & set(album.names["train"]))
    remarks = [*album.remarks]
    if held_out and held_out != usual and not files.provenance().is_sample:
        remarks.append(
            f"the last {held_out:,} of {len(album.names['train']):,} training rows are those meant "
            f"for validation: validation: {{strategy: holdout, size: {held_out}, order: last}}"
        )
    bundle = bundled(info, album.parts["train"], album.parts["test"])
    return replace(bundle, remarks=tuple(remarks), origins=album.names)


def picture_flaws(tree: Tree) -> list[str]:
    """Return ``file: what is wrong with it`` of all pictures in ``tree`` that cannot be used."""
    form, findings = Form(16), _Findings()
    pictures = [Member(name, 0) for name in filter(PICTURES.fits, tree.files)]
    for _ in _decoded(tree, _looked_at(tree, pictures), form, findings):
        pass
    return [f"{name}: {flaw}" for name, flaw in findings.flaws]


def _looked_at(
    tree: Tree, pictures: Sequence[Member], tell: Tell = lambda *_: None
) -> list[_Entry]:
    def look(picture: Member) -> _Entry:
        try:
            size = tree.size(picture.name)
            if size > MOST_BYTES:
                return _Entry(picture.name, picture.label, size, "", f"{size:,} bytes large")
            sha256 = hashlib.sha256(tree.read(picture.name)).hexdigest()
        except OSError as error:
            flaw = f"cannot be read ({error.strerror or error})"
            return _Entry(picture.name, picture.label, 0, "", flaw)
        return _Entry(picture.name, picture.label, size, sha256)

    return list(_told(_in_threads(look, pictures), len(pictures), tell))


def _told(items: Iterable[T], total: int, tell: Tell) -> Iterator[T]:
    """Yield ``items``, and tell after some of them, and at the end, how far it is."""
    for done, item in enumerate(items, 1):
        yield item
        if done % CHUNK == 0 or done == total:
            tell(done, total)


def _identity(entry: _Entry) -> tuple[object, ...]:
    return (entry.name, entry.size, entry.sha256, entry.flaw)


def _read_part(
    tree: Tree, entries: Sequence[_Entry], form: Form, folder: Path | None, findings: _Findings
) -> tuple[tuple[np.ndarray, _Findings], str]:
    """Return the pictures of a part with what was found out of them, and what went wrong else."""
    if folder is None:
        return _in_memory(tree, entries, form, findings), ""
    import PIL

    settings = (DECODER, PIL.__version__, *form.shape)
    key = cache.digest([*settings, *map(_identity, entries)])
    kept = cache.recall(folder, key)
    try:
        kept = kept or _made(tree, entries, form, folder, key, findings)
    except OSError as error:
        reason = error.strerror or error
        problem = f"the cache cannot be used ({reason}): pictures are decoded again in every run"
        again = _Findings(findings.tell)  # what was found up to the error would count twice
        return _in_memory(tree, entries, form, again), problem
    findings.flaws = [(name, flaw) for name, flaw in kept.notes["flaws"]]
    findings.oddities = Counter(kept.notes["oddities"])
    return (kept.rows, findings), ""


def _made(
    tree: Tree,
    entries: Sequence[_Entry],
    form: Form,
    folder: Path,
    key: str,
    findings: _Findings,
) -> cache.Kept:
    rows = _decoded(tree, entries, form, findings)
    sha256 = cache.keep(folder, key, rows, form.shape)
    notes = {"flaws": findings.flaws, "oddities": findings.oddities}
    cache.seal(folder, key, sha256, notes)
    kept = cache.recall(folder, key)
    if kept is None:
        raise OSError(None, "what was written there is not what is read")
    return kept


def _in_memory(
    tree: Tree, entries: Sequence[_Entry], form: Form, findings: _Findings
) -> tuple[np.ndarray, _Findings]:
    import numpy as np

    rows = np.empty((len(entries), *form.shape), np.uint8)
    count = 0
    for row in _decoded(tree, entries, form, findings):
        rows[count] = row
        count += 1
    return rows[:count], findings


def _decoded(
    tree: Tree, entries: Sequence[_Entry], form: Form, findings: _Findings
) -> Iterator[np.ndarray]:
    """Yield the pictures in their order, all that can be used; add to ``findings``."""

    def attempt(entry: _Entry) -> tuple[Any, tuple[str, ...], str]:
        try:
            return *decode(entry.name, _same_bytes(tree, entry), form), ""
        except FlawError as flaw:
            return None, (), str(flaw)

    with quiet_decoder():
        attempts = _told(_in_threads(attempt, entries), len(entries), findings.tell)
        for entry, done in zip(entries, attempts, strict=True):
            row, oddities, flaw = done
            if flaw:
                findings.flaws.append((entry.name, flaw))
            else:
                findings.oddities.update(oddities)
                yield row


def _same_bytes(tree: Tree, entry: _Entry) -> bytes:
    """Return the content of the file that was looked at before."""
    if entry.flaw:
        raise FlawError(entry.flaw)
    try:
        content = tree.read(entry.name)
    except OSError as error:
        raise _changed(tree, entry) from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise _changed(tree, entry)
    return content


def _changed(tree: Tree, entry: _Entry) -> DataError:
    return DataError(f"{tree.name}: {entry.name} changed while it was read. Try again.")


def _in_threads(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what ``function`` makes of each item, in their order; Pillow lets threads run."""
    from concurrent.futures import ThreadPoolExecutor

    rest = iter(items)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(rest, CHUNK)):
            yield from pool.map(function, chunk)


def _without(entries: Sequence[_Entry], flaws: Sequence[tuple[str, str]]) -> list[_Entry]:
    bad = {name for name, _ in flaws}
    return [entry for entry in entries if entry.name not in bad]


def _labels(entries: Sequence[_Entry]) -> np.ndarray:
    import numpy as np

    return np.array([entry.label for entry in entries], np.int32)


def _unusable(tree: Tree, flaws: Sequence[tuple[str, str]], total: int) -> DataError:
    lines = [f"  {name}: {flaw}" for name, flaw in flaws]
    more = len(lines) - SHOWN
    shown = lines[:SHOWN] + ([f"  and {more:,} more, listed in the run's log"] if more > 0 else [])
    error = DataError(
        f"{len(flaws):,} of {total:,} pictures in {tree.name} cannot be used:\n"
        + "\n".join(shown)
        + "\nReplace them, or leave them out: dataset.on_corrupt: skip. kx changes none of them."
    )
    error.details = "\n".join(lines) if more > 0 else ""
    return error


def _left_out(flaws: Sequence[tuple[str, str]], total: int) -> Iterator[str]:
    if flaws:
        named = [f"{name} ({flaw})" for name, flaw in flaws]
        yield f"{len(flaws):,} of {total:,} pictures were left out: {_some(named)}"


def _strangers(tree: Tree) -> Iterator[str]:
    names = others(tree, PICTURES)
    if names:
        yield f"{len(names):,} files are no pictures by their names: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown}, and {len(names) - 5:,} more" if len(names) > 5 else shown


def _odd(findings: Iterable[_Findings]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for found in findings:
        counts.update(found.oddities)
    for kind, words in ODDITIES.items():
        if counts[kind]:
            yield f"{counts[kind]:,} pictures {words}"


def _refuse_lost_classes(
    tree: Tree, part: str, entries: Sequence[_Entry], good: Sequence[_Entry]
) -> None:
    lost = {entry.label for entry in entries} - {entry.label for entry in good}
    if lost:
        names = [entry.name for entry in entries if entry.label in lost]
        raise DataError(
            f"{tree.name}: no picture of some class of the {part} part can be used: {_some(names)}."
        )
