"""Anybody's own texts, in a column of a table."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import SEED, OnBroken, Seed, TestFraction
from kx.data.files.files import Files
from kx.data.tables.column_options import NO_ROLES, RowRoles
from kx.data.tables.delimited import Delimiting
from kx.data.tables.given_parts import TableParts, divided, origins, with_parts, with_roles
from kx.data.tables.rows import was_read
from kx.data.tables.several_labels import targets_of
from kx.data.tables.table_files import table_file
from kx.data.tables.target_columns import TargetNames, names_of
from kx.data.tables.target_values import target_values
from kx.data.tables.targets import Target, TargetOptions
from kx.data.texts.text_files import TextOptions, text_info
from kx.data.texts.text_table import TableRead, Wanted, read_rows
from kx.data.texts.texts import tokenized

Column = Annotated[str, Field(min_length=1)]

CHEAP = 20_000_000
"""Bytes of a table that are read to its end before anything else is done."""

PACKED = 5
"""So many times larger a packed table may be, for that."""


@dataset("text_csv")
class TextTable(Dataset):
    """Load your own texts, and what each of them is, from columns of a table.

    The table is delimited text (CSV, TSV and the like), also packed with gzip, zip, bzip2 or xz;
    its first line has the names of the columns. It is read in a stream: only columns that are named
    stay in memory. kx divides the rows into a training and a test part with the same share of each
    class; `rows.json` in a run's folder has the line of each.

    Args:
        path: of the file; a relative path begins at the folder of the spec.
        text: name of the column with the texts.
        label: name of the column with the class of each, with its labels or its number; or a list
            of columns that say yes or no, each of which is then a label.
        layout: how the table is written.
        target: what the labels are.
        form: how the texts become numbers.
        roles: columns that say what rows are for; nothing is learned from any of them.
        test_fraction: share of each class that is kept for testing.
        split_seed: decides which rows these are.
        on_broken: rows with too few or too many columns, or without a text or a label, are an
            `error`, or left out: `skip`.

    Returns:
        x texts, which each fit makes a CSR matrix (n, num_words) of, or (n, maxlen) int32; y (n,)
        int32, the classes in the order of their names; (n, labels) float32 of 0 and 1, if a row
        may have several; or (n,) float32, the numbers.

    Raises:
        DataError: if the file is no such table, with the line; or has fewer than two classes.
    """

    path: SpecPath
    text: Column = "text"
    label: TargetNames = "label"
    layout: Delimiting = Delimiting()
    target: TargetOptions = TargetOptions()
    form: TextOptions = TextOptions()
    roles: RowRoles = NO_ROLES
    test_fraction: TestFraction = 0.2
    split_seed: Seed = SEED
    on_broken: OnBroken = "error"

    def info(self) -> DatasetInfo | None:
        """Describe the texts of a table that is small; of a larger one, look at its first line.

        Raises:
            DataError: if it is no such table.
        """
        file, wanted = table_file(Path(self.path)), self.wanted
        state = file.stat()
        size = state.st_size * (1 if file.suffix.lower() in (".csv", ".tsv", ".txt") else PACKED)
        if size > CHEAP:
            read_rows(file, wanted, keep=False, whole=False)
            return None
        return _described(self, state.st_mtime_ns, state.st_size)

    def load(self, files: Files) -> DatasetBundle:
        """Read the texts."""
        import numpy as np

        file = Path(self.path)
        rows = read_rows(file, self.wanted, keep=True)
        files.took_file(file, rows.table.sha256)
        files.watcher.stage(was_read(rows.table.name, len(rows.lines), rows.table.written))
        found = targets_of(rows.targets.columns, self.target)
        y = target_values(rows.targets.columns, rows.lines, found)
        examples = rows.roles().split(np.arange(len(y)), y)
        parts = self.parts(rows, examples)
        return _bundle(with_parts(self.about(rows, found), parts), rows, examples, parts)

    def parts(self, rows: TableRead, examples: Split) -> TableParts:
        """Return which examples are for training, and which for testing."""
        given, name = rows.roles().parts(), rows.table.name
        return divided(examples, given, self.test_fraction, self.split_seed, name)

    @property
    def wanted(self) -> Wanted:
        """What is read of the table."""
        labels = names_of(self.label)
        return Wanted(self.text, labels, self.layout, self.target, self.on_broken, self.roles)

    def about(self, rows: TableRead, found: Target) -> DatasetInfo:
        """Return what is known of the texts, but for the sizes of their parts."""
        info = replace(
            text_info("text_csv", self.form),
            task=found.task,
            classes=found.classes,
            quantiles=found.quantiles,
            targets=found.targets,
            target="" if found.classes else ", ".join(names_of(self.label)),
            columns=rows.table.header,
            remarks=(*found.remarks, *rows.remarks()),
        )
        return with_roles(info, self.roles)


@lru_cache(maxsize=8)
def _described(table: TextTable, changed: int, size: int) -> DatasetInfo:
    """Return what a table holds; the same again, as long as nobody changes it."""
    import numpy as np

    rows = read_rows(table_file(Path(table.path)), table.wanted, keep=False)
    count = len(rows.lines)  # sizes of parts do not depend on the targets, which were not kept
    parts = table.parts(rows, rows.roles().split(np.arange(count), np.zeros(count)))
    return with_parts(table.about(rows, targets_of(rows.targets.columns, table.target)), parts)


def _bundle(
    info: DatasetInfo, rows: TableRead, examples: Split, parts: TableParts
) -> DatasetBundle:
    assert info.texts is not None  # noqa: S101 - for the type checker
    of = {"train": parts.train, "test": parts.test}
    texts = tokenized({part: [rows.texts[at] for at in of[part]] for part in of}, info.texts)
    train, test = (replace(examples.take(of[part]), x=texts[part]) for part in of)
    roles = rows.roles()
    named = roles.group_names()
    return DatasetBundle(info, train, test, origins=origins(parts, roles), group_names=named)
