"""Which file the spec of a run was read from: it has the comments that the run did not keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

NAME = re.compile(r"^name:[ \t]*(['\"]?)(?P<name>[^'\"#\n]+?)\1[ \t]*(?:#.*)?$", re.MULTILINE)

FILES, BYTES = 200, 200_000
"""At most so many files are looked into, and none that is larger."""

HERE = (Path(), Path("configs"))
"""Where to look if the record does not tell, because that would name a user."""

IDLE = ("name", "expect", "variants")
"""Sections that a suggested spec states anew or leaves out."""


def find_source(run: Path, resolved: Mapping[str, Any]) -> tuple[Path, dict[str, Any]] | None:
    """Return the spec file that a run was most likely made of, and what the run changed of it.

    Args:
        run: its folder.
        resolved: its spec, with every default.

    Returns:
        The file that needs the fewest changes to be the run's spec (those of ``--set``, or of
        its variant), with these; None if there is none by that name.
    """
    from kx.runs import reader
    from kx.spec.whereabouts import spec_home

    record = reader.Run(run).record
    if record is None:
        return None
    names = {record.name, *(part.of for part in (record.variant, record.group) if part)}
    folders = [spec_home(run, record.spec_folder)] if record.spec_folder else HERE
    paths = [path for folder in folders for path in _named(folder.resolve(), names)]
    plans = [(path, known) for path in paths if (known := _resolved(path, resolved))]
    found = [(path, dict(differences(known, resolved))) for path, known in plans]
    return min(found, key=lambda pair: len(pair[1]), default=None)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield dotted key and new value of what differs; sections with other keys, as a whole."""
    for key, value in new.items():
        if old.get(key) != value and key not in IDLE:
            yield from _changed(key, old.get(key), value)


def _changed(key: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    mappings = isinstance(old, dict) and isinstance(new, dict) and bool(new)
    if not mappings or old.keys() != new.keys() or _component(old) != _component(new):
        yield key, new
        return
    for name, value in new.items():
        if old[name] != value:
            yield from _changed(f"{key}.{name}", old[name], value)


def _component(section: Mapping[str, Any]) -> Any:
    return section.get("name", section.get("strategy"))


def _named(folder: Path, names: set[str]) -> Iterator[Path]:
    """Yield the YAML files in a folder that begin a spec of one of ``names``."""
    from kx.base.reading import read_regular

    for path in islice(sorted(folder.glob("*.y*ml")), FILES):
        with suppress(OSError):
            text = read_regular(path, BYTES).decode("utf-8-sig", errors="replace")
            match = NAME.search(text)
            if match and match["name"] in names:
                yield path


def _resolved(path: Path, known: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the resolved spec; None, if it does not hold, or no longer."""
    from kx.base.errors import KxError
    from kx.planning import plan_closed

    try:
        return with_plugin_defaults(plan_closed(path, path.parent).resolved(), known)
    except KxError:
        return None


def with_plugin_defaults(found: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resolved spec with the defaults of plugins that were not imported for it.

    They are taken as ``known`` has them, a spec of the same components.
    """
    for section in ("dataset", "architecture", "validation") if found["plugins"] else ():
        if _component(found[section]) == _component(known[section]):
            found[section] = {**known[section], **found[section]}
    return found
