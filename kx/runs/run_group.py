"""Runs that belong together: a spec and its variants, or the steps of a workflow."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.runs.folder import RECORD, find_id, folder_at, run_ids, slug
from kx.runs.record import Record, read_record
from kx.runs.record_parts import Kind, Member

GROUP_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,42}-(?:variants|workflow)-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that are about to be carried out together."""

    id: str
    kind: Kind
    of: str

    @classmethod
    def new(cls, kind: Kind, of: str) -> Group:
        """Return a group of runs of the spec called ``of``, with an id of its own."""
        return cls(f"{slug(of)}-{kind}-{secrets.token_hex(3)}", kind, of)

    def member(self, label: str, place: int, changes: Mapping[str, Any]) -> Member:
        """Return what one of its runs is in it."""
        return Member(self.id, self.kind, self.of, label, place, dict(changes))


def member_of(record: Record) -> Member | None:
    """Return what the run of a record is in a group, or that it is a variant; else None."""
    if record.group or not record.variant:
        return record.group
    variant = record.variant
    return Member("", "variants", variant.of, variant.name, 0, variant.changes)


def groups(outputs: Path) -> dict[str, list[Path]]:
    """Return the folders of the runs of each group by its id, in their places; the oldest first.

    Runs without the record of their end are in none.
    """
    found: dict[str, list[tuple[int, Path]]] = {}
    for run in run_ids(outputs):
        with suppress(DataError):
            record = read_record(outputs / run / RECORD)
            member = member_of(record) if record.status != "running" else None
            if member and GROUP_ID.fullmatch(member.group):
                found.setdefault(member.group, []).append((member.place, outputs / run))
    return {group: [folder for _, folder in sorted(runs)] for group, runs in found.items()}


def runs_meant(outputs: Path, references: Sequence[str]) -> list[Path]:
    """Return the folders of the runs that ``references`` mean, in their order.

    Args:
        outputs: where runs are kept.
        references: each what ``find_run`` takes, or a group, which means all of its runs: its id,
            the beginning of only one, or the id without its digits, as in ``imdb-variants`` (the
            newest of that name).

    Raises:
        UsageError: if one of them means nothing, or several.
    """
    known = cache(lambda: groups(outputs))
    return list(chain.from_iterable(_meant(outputs, each, known) for each in references))


def _meant(
    outputs: Path, reference: str, known: Callable[[], Mapping[str, list[Path]]]
) -> list[Path]:
    """Return the folders that a reference means; ``known``: those of each group."""
    if folder := folder_at(reference):
        return [folder]
    found = find_id(outputs, reference, known)
    return known()[found] if GROUP_ID.fullmatch(found) else [outputs / found]


def pages_of(outputs: Path, runs: Sequence[Path]) -> list[Path]:
    """Return the pages of the groups of which no run is left once ``runs`` are removed."""
    going = set(runs)
    ended = [group for group, members in groups(outputs).items() if going.issuperset(members)]
    pages = (page_of(outputs, group) for group in ended)
    return [page for page in pages if page.is_file() and not page.is_symlink()]


def page_of(outputs: Path, group: str) -> Path:
    """Return where the page is, or will be, that shows the runs of a group side by side."""
    return outputs / f"{group}.html"
