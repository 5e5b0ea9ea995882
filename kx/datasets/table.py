"""Anybody's own table: columns of several kinds in, a class or a number out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import ColumnForm, Dataset, DatasetBundle, DatasetInfo, TextForm
from kx.data.arrays.splitting import SEED, OnBroken, Seed, TestFraction
from kx.data.files.files import Files
from kx.data.pictures.decoding import Channels, ImageSize
from kx.data.pictures.picture_columns import pictured, with_names
from kx.data.tables.column_options import (
    NO_ROLES,
    READINGS,
    ColumnOptions,
    RowRoles,
    WantedSheet,
)
from kx.data.tables.delimited import Delimiting
from kx.data.tables.given_parts import TableParts, divided, origins, with_parts, with_roles
from kx.data.tables.recognition import Recognized
from kx.data.tables.rows import was_read
from kx.data.tables.several_labels import targets_of
from kx.data.tables.sheet_reading import check_names, read_sheet
from kx.data.tables.sheet_remarks import relation_remarks, sheet_remarks
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_paths import table_folder, table_paths
from kx.data.tables.target_columns import TargetNames, names_of
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import Target, TargetOptions
from kx.data.texts.text_columns import with_texts
from kx.data.texts.text_files import TextOptions

CHEAP = 50_000_000
"""Bytes of a table that is read to its end before anything else: in about a second."""


@dataset("table")
class OwnTable(Dataset):
    """Load your own table, to predict one of its columns from the others.

    The table is delimited text (CSV, TSV and the like), JSON, Parquet or Arrow (Feather),
    also packed with gzip, zip, bzip2 or xz.
    Columns are recognized as numbers, categories, dates, levels with an order, or yes and no; what
    is left out, such as a column that numbers the rows, is told with the reason, and each choice
    can be overruled. kx divides the rows into a training and a test part with the same share of
    each class; `rows.json` in a run's folder has the line of each.

    Numbers and dates are scaled, and gaps in them filled with the mean and marked, categories
    become one column for each of their values, ordered levels one for each step between them, yes
    and no a 1 and a 0, a text one column for each frequent word: by the training rows of each fit
    alone.

    Args:
        path: of the file; a relative path begins at the folder of the spec. Several files with the
            same columns are one table: a list of them, what matches `*`, or all in a folder. Where
            they are called `train`, `validation` and `test`, that is what their rows are for.
        target: name of the column that is to be predicted; or a list of columns that say yes or
            no, each of which is then a label.
        layout: how the table is written.
        labels: what the target is.
        columns: what the other columns are.
        roles: columns that say what rows are for.
        words: how columns of texts become numbers.
        image_size: height and width of the pictures that a column lists, in pixels.
        channels: of these: 3 for colours, 1 for shades of grey.
        test_fraction: share of each class that is kept for testing.
        split_seed: decides which rows these are.
        on_broken: rows with too few or too many columns, or without a target, are an `error`, or
            left out: `skip`.

    Returns:
        x (n, columns) float64: numbers, places of values among their levels, days, and, if there
        are texts, these beside them (``TableRows``); each fit
        makes (n, width) float32 of it. y (n,) int32, the classes in the order of their names;
        (n, labels) float32 of 0 and 1, if a row may have several; or (n,) float32, the numbers.

    Raises:
        DataError: if the file is no such table, with the line; or has fewer than two classes.
    """

    path: SpecPath | Annotated[tuple[SpecPath, ...], Field(min_length=1, max_length=10_000)]
    target: TargetNames
    layout: Delimiting = Delimiting()
    labels: TargetOptions = TargetOptions()
    columns: ColumnOptions = ColumnOptions()
    roles: RowRoles = NO_ROLES
    words: TextOptions = TextOptions(tokenize="cjk", encoding="tf_idf", num_words=1_000)
    image_size: ImageSize = 32
    channels: Channels = 3
    test_fraction: TestFraction = 0.2
    split_seed: Seed = SEED
    on_broken: OnBroken = "error"

    def info(self) -> DatasetInfo | None:
        """Describe a table that is small; of a larger one, look at the names of its columns.

        Raises:
            DataError: if it is no such table.
        """
        paths = table_paths(self.path)
        if paths.size > CHEAP:
            check_names(paths, self.wanted)
            return None
        return _read(self, paths.state)[1].info

    def load(self, files: Files) -> DatasetBundle:
        """Read the table."""
        read, bundle = _read(self, table_paths(self.path).state)
        for path, sha256 in read.files:
            files.took_file(path, sha256)
        files.watcher.stage(read.told)
        files.watcher.stage(Remark.of("stage.columns", kinds=tuple(_kinds(bundle.info))))
        return pictured(bundle, table_folder(table_paths(self.path)), files)

    def bundle(self, sheet: Sheet) -> DatasetBundle:
        """Return the data of a table that was read."""
        import numpy as np

        found = targets_of(sheet.targets, self.labels)
        y = target_values(sheet.targets, sheet.lines, found)
        if len(y) < 2:
            raise DataError(f"{sheet.name} has {len(y)} row: it takes at least two.")
        roles, readings = sheet.roles(self.roles.time), sheet.readings(self.columns)
        rows = roles.split(np.arange(len(y)), y)
        parts = divided(rows, roles.parts(), self.test_fraction, self.split_seed, sheet.name)
        forms = self._forms(sheet, readings, parts)
        x = with_texts(sheet.x(forms), forms, sheet.strings(forms, "text"))
        rows = replace(rows, x=with_names(x, sheet.strings(forms, "image")))
        relations = () if found.classes else relation_remarks(sheet, readings, y)
        remarks = (*sheet_remarks(sheet, readings, self.columns, self.roles), *relations)
        info = replace(self._info(sheet, found, forms), remarks=(*found.remarks, *remarks))
        return DatasetBundle(
            with_parts(info, parts),
            rows.take(parts.train),
            rows.take(parts.test),
            origins=origins(parts, roles),
            group_names=roles.group_names(),
        )

    def _forms(
        self, sheet: Sheet, readings: Mapping[str, Recognized], parts: TableParts
    ) -> tuple[ColumnForm, ...]:
        """Return the columns that are learned from."""
        text = TextForm(**asdict(self.words))  # no options: as it is read back from a run
        picture = (self.image_size, self.image_size, self.channels)
        return sheet.forms(readings, parts.train, parts.test, self.columns, text, picture)

    def _info(self, sheet: Sheet, found: Target, forms: tuple[ColumnForm, ...]) -> DatasetInfo:
        info = DatasetInfo(
            name="table",
            task=found.task,
            input_shape=(sum(form.width for form in forms),),
            classes=found.classes,
            quantiles=found.quantiles,
            targets=found.targets,
            scale="standardize",
            missing="indicator",
            features=tuple(form.name for form in forms),
            target="" if found.classes else ", ".join(each.shown for each in sheet.targets),
            columns=sheet.header,
            table=forms,
        )
        return with_roles(info, self.roles)

    @property
    def wanted(self) -> WantedSheet:
        """What is read of the table."""
        targets = names_of(self.target)
        return WantedSheet(
            targets, self.layout, self.labels, self.columns, self.on_broken, roles=self.roles
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """What is still known of a table once its columns are an array.

    Attributes:
        files: each with its SHA-256.
        told: what was read, and how it is written.
    """

    files: tuple[tuple[Path, str], ...]
    told: Remark


@lru_cache(maxsize=2)
def _read(table: OwnTable, state: tuple[tuple[str, int, int], ...]) -> tuple[_Read, DatasetBundle]:
    """Return what a table holds; the same again, as long as nobody changes it."""
    table.wanted.refuse_twice()
    table.roles.refuse_both()
    paths = table_paths(table.path)
    sheet = read_sheet(paths, table.wanted)
    told = was_read(sheet.name, len(sheet.lines), sheet.written)
    files = sheet.files or {paths.files[0].path.name: sheet.sha256}
    read = tuple((Path(name), sha256) for name, sha256 in files.items())
    return _Read(read, told), table.bundle(sheet)


def _kinds(info: DatasetInfo) -> Iterator[Remark]:
    """Yield which columns are of which kind."""
    for kind in READINGS.values():
        if names := [form.name for form in info.table if form.kind == kind]:
            yield Remark.of("stage.columns_of", kind=kind, names=tuple(names))
