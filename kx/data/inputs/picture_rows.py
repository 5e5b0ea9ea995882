"""Pictures that a table lists, for networks that were trained on such a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.contracts import DatasetInfo
from kx.data.inputs.said_targets import TARGET_FORM, SaidTargets
from kx.data.pictures.listed_pictures import picture_name
from kx.data.tables.delimited import Delimiting
from kx.data.tables.opening import open_table
from kx.data.tables.rows import AnyTable, ragged

TABLES = (
    ".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz", ".parquet",
    ".arrow", ".feather",
)  # fmt: skip

LAYOUT = ("delimiter", "quoting", "escape", "charset")


def table_form(info: DatasetInfo, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a table, so that others are read as it was; empty: it was none."""
    if not {"image", "target"} <= options.keys():
        return {}
    known = ("image", "target", "folder", "suffix", *LAYOUT, *TARGET_FORM)
    kept = {name: options[name] for name in known if options.get(name) is not None}
    return {"classes": list(info.classes), "task": info.task, **kept}


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A picture that a row of a table lists.

    Attributes:
        place: of the row.
        path: of the file.
        label: what the table says of it; empty: nothing; None: it has no such column.
    """

    place: str
    path: Path
    label: str | None


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
        return path.name.lower().endswith(TABLES) and path.is_file()

    def rows(self, path: Path) -> Iterator[ListedPicture]:
        """Yield the pictures that a table lists, in the order of its rows; note problems."""
        layout = Delimiting(**{name: self.form[name] for name in LAYOUT if name in self.form})
        try:
            with open_table(path, layout, (self.form["image"],), advise=False) as table:
                yield from self._rows(table, path.parent)
        except DataError as error:
            self.problems.append(str(error).rstrip("."))

    def _rows(self, table: AnyTable, folder: Path) -> Iterator[ListedPicture]:
        targets = SaidTargets.of(self.form, "target")
        image, said = table.column(self.form["image"], "image"), targets.places(table.header)
        for record in table:
            place = f"{table.name}:{record.line}"
            if flaw := ragged(record, table) or ("" if record.cells[image].strip() else "no image"):
                self.problems.append(f"{place}: {flaw}")
                continue
            name = picture_name(record.cells[image].strip(), self.form.get("suffix", ""))
            found = _found(self._folders(folder), name)
            yield ListedPicture(place, found, targets.said(record.cells, said))

    def _folders(self, folder: Path) -> Sequence[Path]:
        """Return where names may begin: as in training beside the table, or at the table."""
        given = self.form.get("folder")
        return [folder / given, folder] if given else [folder]


def _found(folders: Sequence[Path], name: str) -> Path:
    """Return where a picture is: in the first folder that has it, or else should be."""
    paths = [folder / name for folder in folders]
    return next((path for path in paths if path.exists()), paths[0])
