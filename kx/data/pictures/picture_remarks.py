"""What is told of pictures: which cannot be used, which were left out, and which are odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kx.base.errors import DataError
from kx.base.remark import Remark, some_of
from kx.data.files.class_folders import LabelledFile
from kx.data.files.file_kinds import SHOWN as NAMED
from kx.data.files.file_kinds import some
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import ODDITIES
from kx.data.pictures.picture_rows import Findings

SHOWN = 20
"""Files that a message names; the run's log has all."""


def unusable(tree: Tree, flaws: Sequence[tuple[str, str]], total: int) -> DataError:
    """Return the error that names the pictures which cannot be used; its details name all."""
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


def left_out(flaws: Sequence[tuple[str, str]], total: int) -> Iterator[Remark]:
    """Yield which pictures were left out, if some were."""
    if flaws:
        named = [f"{name} ({flaw})" for name, flaw in flaws]
        names = some_of(named, NAMED)
        yield Remark.of("pictures.left_out", flawed=len(flaws), pictures=total, names=names)


def odd(findings: Iterable[Findings]) -> Iterator[Remark]:
    """Yield of each oddity how many pictures have it."""
    counts: Counter[str] = Counter()
    for found in findings:
        counts.update(found.oddities)
    for kind, code in ODDITIES.items():
        if counts[kind]:
            yield Remark.of(code, pictures=counts[kind])


def refuse_lost_classes(
    tree: Tree,
    part: str,
    entries: Sequence[LabelledFile],
    good: Sequence[LabelledFile],
    classes: Sequence[str] = (),
) -> None:
    """Make sure that of each class of a part some ``good`` picture is left.

    Raises:
        DataError: otherwise.
    """
    lost = {entry.label for entry in entries} - {entry.label for entry in good}
    if lost:
        names = [entry.name for entry in entries if entry.label in lost]
        named = ", ".join(classes[label] for label in sorted(lost)) if classes else "some class"
        raise DataError(
            f"{tree.name}: no picture of {named} in the {part} part can be used: {some(names)}."
        )
