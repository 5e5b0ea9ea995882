"""Files that a run was trained on, when they are given for predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.names import readable
from kx.base.remark import Remark
from kx.data.tables.table_files import digest_of
from kx.spec.whereabouts import spec_home

if TYPE_CHECKING:
    from kx.runs.reader import Run


def changed_files(run: Run, inputs: Sequence[str]) -> Iterator[Remark]:
    """Yield which tables that are given are those of the training, but hold something else now.

    Args:
        run: with a record.
        inputs: paths of files, among other things.
    """
    folders = _folders(run)
    for each in inputs:
        path = Path(each)
        was = run.recorded.dataset.files.get(readable(path.name))
        if was and path.is_file() and path.resolve().parent in folders and digest_of(path) != was:
            yield Remark.of("table.changed", file=path.name)


def _folders(run: Run) -> set[Path]:
    """Return the folders of the files that the spec of a run names, as far as they are known."""
    stated = run.recorded.stated.section("dataset").get("path") or []
    try:
        home = spec_home(run.folder, run.recorded.spec_folder)
    except DataError:  # no way that kx records, and none to be followed
        return set()
    paths = [home / name for name in ([stated] if isinstance(stated, str) else stated)]
    return {(path if path.is_dir() else path.parent).resolve() for path in paths}
