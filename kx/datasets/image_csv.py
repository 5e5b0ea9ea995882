"""Anybody's own pictures, listed in a table that says what each of them is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kx.base.errors import DataError, RowsError
from kx.base.remark import Remark, flaws_told
from kx.base.text import counted, some
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import (
    SEED,
    OnBroken,
    Seed,
    TestFraction,
    bundled,
)
from kx.data.files.class_folders import LabelledFile
from kx.data.files.files import Files
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import Channels, ImageSize, PictureForm
from kx.data.pictures.listed_pictures import (
    Listed,
    flaws_of_missing,
    picture_name,
    picture_tree,
    places,
)
from kx.data.pictures.pictures import OnCorrupt, read_pictures
from kx.data.tables.column_options import (
    NO_ROLES,
    ColumnOptions,
    Name,
    RowRoles,
    WantedSheet,
)
from kx.data.tables.delimited import Delimiting
from kx.data.tables.given_parts import TableParts, divided, with_parts, with_roles
from kx.data.tables.rows import was_read
from kx.data.tables.several_labels import targets_of
from kx.data.tables.sheet_reading import check_names, read_sheet
from kx.data.tables.sheets import Sheet, pictures_of
from kx.data.tables.table_files import table_file
from kx.data.tables.target_columns import TargetNames, names_of
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import Target, TargetOptions

if TYPE_CHECKING:
    import numpy as np

CHEAP = 20_000_000
"""Bytes of a table that is read to its end before anything else is done."""


@dataset("image_csv")
class ImageTable(Dataset):
    """Load your own pictures, and what each of them is, from a table that lists their files.

    The table is delimited text (CSV, TSV and the like), also packed with gzip, zip, bzip2 or xz.
    Each row names a picture and says its class, several labels, or a number. kx divides the rows
    into a training and a test part with the same share of each class; `rows.json` in a run's
    folder has the file of each. Pictures are read as by `image_folder`.

    Args:
        path: of the table; a relative path begins at the folder of the spec.
        image: name of the column with the names of the picture files.
        target: name of the column with the class of each, with its labels or its number; or a list
            of columns that say yes or no, each of which is then a label.
        folder: where these names begin, also an archive; null: at the folder of the table.
        suffix: what their names lack, such as `.png`.
        roles: columns that say what rows are for; nothing is learned from any of them.
        layout: how the table is written.
        labels: what the target is.
        image_size: height and width of a picture, in pixels.
        channels: 3 for colours, 1 for shades of grey.
        test_fraction: share of each class that is kept for testing.
        split_seed: decides which rows these are.
        on_broken: rows with too few or too many columns, without a picture or a target, or with the
            picture of an earlier row, are an `error`, or left out: `skip`.
        on_corrupt: files that are missing or no pictures are an `error`, or left out: `skip`.

    Returns:
        x (n, image_size, image_size, channels) uint8; y (n,) int32, the classes in the order of
        their names; (n, labels) float32 of 0 and 1, if a picture may have several; or (n,) float32,
        the numbers.

    Raises:
        DataError: if the file is no such table, with the line; or if pictures are damaged.
    """

    path: SpecPath
    image: Name = "image"
    target: TargetNames
    folder: SpecPath | None = None
    suffix: Annotated[str, Field(max_length=20)] = ""
    roles: RowRoles = NO_ROLES
    layout: Delimiting = Delimiting()
    labels: TargetOptions = TargetOptions()
    image_size: ImageSize = 150
    channels: Channels = 3
    test_fraction: TestFraction = 0.2
    split_seed: Seed = SEED
    on_broken: OnBroken = "error"
    on_corrupt: OnCorrupt = "error"

    def info(self) -> DatasetInfo | None:
        """Describe the pictures by the table, if that is small, and by the names of files alone.

        Raises:
            DataError: if it is no such table, or lists files that are not there.
        """
        file = table_file(Path(self.path))
        state = file.stat()
        if state.st_size > CHEAP:
            check_names(file, self._wanted)
            return None
        read = _read(self, state.st_mtime_ns, state.st_size)
        listed = read.listed
        tree = self._tree(listed)
        if self.on_corrupt == "error" and (flaws := [f for _, f in flaws_of_missing(tree, listed)]):
            raise DataError(_missing(read.sheet.name, flaws))
        return self._described(read)

    def load(self, files: Files) -> DatasetBundle:
        """Read the pictures."""
        file = table_file(Path(self.path))
        state = file.stat()
        read = _read(self, state.st_mtime_ns, state.st_size)
        sheet, listed = read.sheet, read.listed
        files.took_file(file, sheet.sha256)
        files.watcher.stage(was_read(sheet.name, len(sheet.lines), sheet.written))
        tree = self._tree(listed)
        parts = {"train": read.rows.take(read.parts.train), "test": read.rows.take(read.parts.test)}
        wanted = {
            part: [LabelledFile(listed.names[row], row) for row in of.x.tolist()]
            for part, of in parts.items()
        }
        form = PictureForm(self.image_size, self.channels)
        album = read_pictures(files, tree, wanted, form, self.on_corrupt, places(listed))
        files.took_file(self._root, album.sha256)
        train, test = (_joined(album.parts[part], of) for part, of in parts.items())
        given = parts["train"].x[len(parts["train"]) - read.parts.validation :]
        info = replace(
            self._described(read), validation_examples=_kept(album.parts["train"], given)
        )
        bundle = replace(bundled(info, train, test), remarks=album.remarks, origins=album.names)
        return replace(bundle, group_names=sheet.roles().group_names())

    def _tree(self, listed: Listed) -> Tree:
        tree = picture_tree(self._root, listed.names)
        listed.refuse_elsewhere(tree, self._root)
        return tree

    @property
    def _root(self) -> Path:
        return Path(self.folder) if self.folder else table_file(Path(self.path)).parent

    @property
    def _wanted(self) -> WantedSheet:
        layout, labels, columns = self.layout, self.labels, ColumnOptions()
        named = names_of(self.target)
        return WantedSheet(named, layout, labels, columns, self.on_broken, self.image, self.roles)

    def _described(self, read: _ReadPictures) -> DatasetInfo:
        found = read.found
        info = DatasetInfo(
            name="image_csv",
            task=found.task,
            input_shape=(self.image_size, self.image_size, self.channels),
            classes=found.classes,
            quantiles=found.quantiles,
            targets=found.targets,
            target="" if found.classes else ", ".join(names_of(self.target)),
            columns=read.sheet.header,
            pixels=True,
            remarks=(*found.remarks, *_left_out(read.sheet, read.listed)),
        )
        return with_roles(with_parts(info, read.parts), self.roles)


@dataclass(frozen=True, slots=True, eq=False)
class _ReadPictures:
    """What a table of pictures holds.

    Attributes:
        sheet: as it was read.
        found: what its targets are.
        listed: its pictures, row by row.
        rows: that count, each with its number in the table as x.
        parts: which of these are for training, and which for testing.
    """

    sheet: Sheet
    found: Target
    listed: Listed
    rows: Split
    parts: TableParts


@lru_cache(maxsize=2)
def _read(table: ImageTable, changed: int, size: int) -> _ReadPictures:
    """Return what a table holds; the same again if it is the same.

    Raises:
        DataError: if it cannot be used.
        RowsError: if rows list the same picture.
    """
    import numpy as np

    table.roles.refuse_both()
    wanted = table._wanted
    wanted.refuse_twice()
    sheet = read_sheet(Path(table.path), wanted)
    found = targets_of(sheet.targets, table.labels)
    listed = _listed(sheet, table)
    counts = np.array([row for row in range(len(sheet.lines)) if row not in listed.twice()])
    roles, y = sheet.roles(), target_values(sheet.targets, sheet.lines, found)
    rows = roles.split(np.arange(len(y)), y).take(counts)
    given = roles.parts()
    of = None if given is None else given[counts]
    parts = divided(rows, of, table.test_fraction, table.split_seed, sheet.name)
    return _ReadPictures(sheet, found, listed, rows, parts)


def _listed(sheet: Sheet, table: ImageTable) -> Listed:
    """Return the pictures that a table lists, of which none may be there twice.

    Raises:
        DataError: if it lists addresses, or fewer than two pictures.
        RowsError: if rows list the same picture.
    """
    names = [picture_name(name, table.suffix) for name in pictures_of(sheet)]
    listed = Listed(sheet.name, table.image, names, sheet.lines, sheet.place)
    listed.refuse_urls()
    twice = listed.twice()
    if twice and table.on_broken == "error":
        raise RowsError(_repeated(sheet.name, list(twice.values())))
    if (count := len(names) - len(twice)) < 2:
        raise DataError(
            f"{sheet.name} lists {counted(count, 'picture', 'pictures')}: it takes at least two."
        )
    return listed


def _joined(pictures: Split, rows: Split) -> Split:
    """Return pictures with the targets and all that is said of their rows.

    Args:
        pictures: whose labels are numbers of rows.
        rows: all that were wanted, in the same order.
    """
    import numpy as np

    kept = rows.take(np.flatnonzero(np.isin(rows.x, pictures.y)))
    return replace(kept, x=pictures.x)


def _kept(pictures: Split, rows: np.ndarray) -> int:
    """Return how many of some rows have a picture that could be read."""
    import numpy as np

    return int(np.isin(rows, pictures.y).sum())


def _left_out(sheet: Sheet, listed: Listed) -> list[Remark]:
    """Return which rows were left out, if some were."""
    flaws = [*sheet.flaws, *listed.twice().values()]
    if not flaws:
        return []
    told = flaws_told(flaws)
    return [Remark.of("table.left_out", table=sheet.name, count=len(flaws), flaws=told)]


def _missing(table: str, flaws: list[str]) -> str:
    pictures = counted(len(flaws), "picture", "pictures")
    verb = "is" if len(flaws) == 1 else "are"
    return (
        f"{table}: {pictures} {verb} missing: {some(flaws)}\n"
        "Correct the names, or leave these rows out: dataset.on_corrupt: skip."
    )


def _repeated(table: str, flaws: list[str]) -> str:
    rows = counted(len(flaws), "row lists", "rows list")
    return (
        f"{table}: {rows} a picture that an earlier row lists: {some(flaws)}\nRemove them, or set "
        "dataset.on_broken: skip, which keeps the first of each. If a picture has several "
        "labels, put them into one cell, as in red;round, or into a column each."
    )
