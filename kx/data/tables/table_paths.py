"""The files of a table: one, several, or a folder that has some for training and for testing."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kx.base.errors import DataError, MissingDataError
from kx.data.files.part_names import PARTS, part_of
from kx.data.files.trees import natural
from kx.data.tables.table_files import shows, table_file

SUFFIXES = (
    "csv", "tsv", "tab", "txt", "data", "dat", "jsonl", "ndjson", "json", "parquet", "pq", "arrow",
    "feather",
)  # fmt: skip
"""What the names of tables end in, perhaps before that of what they are packed with."""

NAMED = 5


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a table.

    Attributes:
        path: of the file, or of what holds it alone.
        part: what its rows are for: ``train``, ``validation`` or ``test``; empty: nobody says.
    """

    path: Path
    part: str = ""

    @property
    def stem(self) -> str:
        """The name without any suffix, and without the number of a piece."""
        return self.path.name.partition(".")[0].partition("-of-")[0].rstrip("-0123456789")

    @property
    def is_table(self) -> bool:
        """Whether it is a table by its name."""
        return any(suffix.lower() in SUFFIXES for suffix in self.path.name.split(".")[1:])


@dataclass(frozen=True, slots=True)
class TablePaths:
    """The files of a table.

    Attributes:
        files: in natural order.
        strangers: names of those in a folder that are none of them.
    """

    files: tuple[TableFile, ...]
    strangers: tuple[str, ...] = ()

    @property
    def state(self) -> tuple[tuple[str, int, int], ...]:
        """What changes if a file does: path, time of change, and size of each."""
        stats = ((file.path, file.path.stat()) for file in self.files)
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, _, size in self.state)


def table_paths(path: str | Sequence[str]) -> TablePaths:
    """Return the files of a table.

    Args:
        path: of a file, a folder, or of all files that match it (``*``); or a list of files.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it cannot be told which files are meant, or none is for training.
    """
    if isinstance(path, str) and (Path(path).exists() or not glob.has_magic(path)):
        return _in_folder(Path(path)) if Path(path).is_dir() else _alone(Path(path))
    named = [path] if isinstance(path, str) else list(path)
    found = [file for each in named for file in _matching(each)]
    return _by_parts([TableFile(table_file(file)) for file in found], strict=True)


def _alone(path: Path) -> TablePaths:
    return TablePaths((TableFile(table_file(path)),))


def _matching(path: str) -> list[Path]:
    """Return the file, or those that match, in natural order."""
    if Path(path).exists() or not glob.has_magic(path):
        return [Path(path)]
    if found := natural(glob.glob(path, recursive=True)):  # noqa: PTH207 - may be absolute
        return [Path(each) for each in found if Path(each).is_file()]
    raise MissingDataError(f"{path} matches no file.")


def _in_folder(folder: Path) -> TablePaths:
    inner = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    names = {p.relative_to(folder).as_posix(): p for p in inner}
    files = [TableFile(names[name]) for name in natural([n for n in names if shows(n)])]
    if len(files) < 2:
        return _alone(folder)
    if any(part_of(file.stem) for file in files):
        return _by_parts(files, strict=False)
    if others := [file.path.name for file in files if not file.is_table]:
        raise DataError(
            f"{folder.name} holds {', '.join(others[:NAMED])}, which are not tables by their "
            f"names. Name the right files: dataset.path: {folder.name}/*.csv, or a list."
        )
    return TablePaths(_distinct(files))


def _by_parts(files: Sequence[TableFile], *, strict: bool) -> TablePaths:
    """Return the files with their parts, if their names tell any.

    Args:
        files: all that there are.
        strict: whether each was named, so that none may be left out.
    """
    parted = [replace(file, part=part_of(file.stem)) for file in files]
    known = sorted(
        (file for file in parted if file.part and (strict or file.is_table)),
        key=lambda file: PARTS.index(file.part),
    )
    others = tuple(file.path.name for file in parted if file not in known)
    if not known:
        return TablePaths(_distinct(parted))
    if strict and others:
        raise DataError(
            f"{known[0].path.name} is the {known[0].part} part by its name, but what is "
            f"{', '.join(others[:NAMED])} for? Name the files train, validation and test, or none "
            "of them."
        )
    if not any(file.part == "train" for file in known):
        raise DataError(
            f"{', '.join(file.path.name for file in known[:NAMED])}: none of the files is the "
            "training part by its name. Name one train, as in train.csv."
        )
    return TablePaths(_distinct(known), others)


def _distinct(files: Sequence[TableFile]) -> tuple[TableFile, ...]:
    """Return the files, if messages can tell them apart by their names."""
    names = [file.path.name for file in files]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise DataError(f"{twice}: two files have this name. Rename one.")
    return tuple(files)


def table_folder(paths: TablePaths) -> Path:
    """Return the folder of the first file: there the names of other files begin."""
    return table_file(paths.files[0].path).parent
