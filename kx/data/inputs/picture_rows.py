"""Pictures that a table lists, for networks that were trained on such a table."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.contracts import DatasetInfo
from kx.data.files.table_names import is_called_a_table
from kx.data.files.trees import Tree, is_archive, open_tree
from kx.data.inputs.said_targets import TARGET_FORM, SaidTargets
from kx.data.pictures.listed_pictures import picture_name
from kx.data.tables.delimited import Delimiting
from kx.data.tables.opening import open_table
from kx.data.tables.rows import RowTable, ragged

LAYOUT = ("delimiter", "quoting", "escape", "charset")


def table_form(info: DatasetInfo, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a table, so that others are read as it was; empty: it was none."""
    if not {"image", "target"} <= options.keys():
        return {}
    known = ("image", "target", "suffix", *LAYOUT, *TARGET_FORM)
    kept = {name: options[name] for name in known if options.get(name) is not None}
    if options.get("folder"):
        kept["folder"] = _from_table(str(options["folder"]), str(options.get("path") or ""))
    return {"classes": list(info.classes), "task": info.task, **kept}


def _from_table(folder: str, table: str) -> str:
    """Return the way from the folder of a table to that of its pictures; both begin at a spec's."""
    if Path(folder).is_absolute() or Path(table).is_absolute():
        return folder
    return os.path.relpath(folder, Path(table).parent)


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A picture that a row of a table lists.

    Attributes:
        place: of the row.
        path: of the file.
        label: what the table says of it; empty: nothing; None: it has no such column.
        archive: that has it, under the name ``path``; None: it is a file of its own.
    """

    place: str
    path: Path
    label: str | None
    archive: Tree | None = None


@dataclass(slots=True)
class PictureTables:
    """Reads tables that list pictures.

    Attributes:
        form: as ``table_form`` returned it.
        problems: what is wrong with them.
    """

    form: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    @staticmethod
    def are(path: Path) -> bool:
        """Whether a file is a table, by its name."""
        return (is_called_a_table(path.name) or path.suffix.lower() == ".txt") and path.is_file()

    def rows(self, path: Path) -> Iterator[ListedPicture]:
        """Yield the pictures that a table lists, in the order of its rows; note problems."""
        layout = Delimiting(**{name: self.form[name] for name in LAYOUT if name in self.form})
        try:
            with open_table(path, layout, (self.form["image"],), advise=False) as table:
                yield from self._rows(table, path.parent)
        except DataError as error:
            self.problems.append(str(error).rstrip("."))

    def _rows(self, table: RowTable, folder: Path) -> Iterator[ListedPicture]:
        targets = SaidTargets.of(self.form, "target")
        image, said = table.column(self.form["image"], "image"), targets.places(table.header)
        given = folder / self.form["folder"] if "folder" in self.form else None
        archive = open_tree(given) if given and given.is_file() and is_archive(given) else None
        archived = frozenset(archive.files) if archive else frozenset()
        for record in table:
            place = f"{table.name}:{record.line}"
            if flaw := ragged(record, table) or ("" if record.cells[image].strip() else "no image"):
                self.problems.append(f"{place}: {flaw}")
                continue
            name = picture_name(record.cells[image].strip(), self.form.get("suffix", ""))
            label = targets.said(record.cells, said)
            if archive and name in archived:
                yield ListedPicture(place, Path(name), label, archive)
            else:
                yield ListedPicture(place, _found(given, folder, name), label)


def _found(given: Path | None, folder: Path, name: str) -> Path:
    """Return where a picture is, or else should be: as in training, or at the table."""
    first = (given or folder) / name
    return first if first.exists() or not (folder / name).exists() else folder / name
