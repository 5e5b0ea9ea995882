"""A spec for a table of one's own, after a look at what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path

from kx.base.errors import DataError
from kx.base.text import clean, counted
from kx.data.arrays.splitting import TEST_FRACTION, held_out
from kx.data.tables.charsets import CharsetError, likely_charset
from kx.data.tables.column_options import READINGS, ColumnOptions, WantedSheet
from kx.data.tables.columns import MOSTLY, Recognized, TableColumn, form_of, value_of
from kx.data.tables.dates import day_of
from kx.data.tables.delimited import AUTO, Delimiting
from kx.data.tables.headers import generic, named_rows
from kx.data.tables.opening import open_table
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.sheets import Sheet
from kx.data.tables.targets import FEW, Target, TargetOptions, number_of, target_of

FEW_ROWS = 2_000
"""Below this, every row is needed for training and for validation: five folds."""

EXAMPLES = 4
"""Levels of a category that a comment shows."""

OPTIONS = (
    "Options such as dataset.path stand in a spec: `kx new SPEC --dataset table` writes one with "
    "all of them."
)

LISTS = {reading: option for option, reading in READINGS.items()}
"""How a column is read -> the option that lists it; all others are ignored."""


LEADING_ZERO = re.compile(r"0\d")

ALMOST = re.compile(
    r"[-+\u2212]?[$€£¥]?\s?[-+\u2212]?\d[\d.,:/\s'\u2019]*\s?([%‰°$€£¥万元]|[a-zA-Z]{1,3})?"
)
"""Amounts, shares, times of day, dates of other forms, numbers with units."""

WHY: Mapping[str, str] = {
    "constant": "the same in every row",
    "identifier": "different in every row",
    "rows": "numbers the rows",
    "scattered": "different in most rows",
    "empty": "no value at all",
}
"""Why a column is left out."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A table that was looked at.

    Attributes:
        sheet: its rows.
        target: what is to be predicted.
        readings: how each column is read.
        layout: how the table is written, as far as it does not tell itself.
    """

    sheet: Sheet
    target: Target
    readings: Mapping[str, Recognized]
    layout: Delimiting


def look(file: Path, target: str) -> Looked:
    """Read the table ``file``, in which ``target`` is to be predicted.

    Raises:
        DataError: if it is no table, or has no such column; then with the names of all.
    """
    options = ColumnOptions()
    with _options_named():
        sheet, layout = _read(file, target, options, Delimiting())
        return Looked(sheet, _target(sheet), sheet.readings(options), layout)


def _read(
    file: Path, target: str, options: ColumnOptions, layout: Delimiting
) -> tuple[Sheet, Delimiting]:
    """Return the table, and how it is written: in the likeliest encoding if it is no UTF-8."""
    try:
        wanted = WantedSheet((target,), layout, TargetOptions(), options, "error")
        return read_sheet(file, wanted), layout
    except CharsetError:
        if layout.charset != AUTO or not (charset := likely_charset(file)):
            raise
    return _read(file, target, options, replace(layout, charset=charset))


@contextmanager
def _options_named() -> Iterator[None]:
    """Say where options go that an error names: no spec is there yet."""
    try:
        yield
    except DataError as error:
        if "dataset." in str(error):
            raise type(error)(f"{error}\n{OPTIONS}") from None
        raise


def names_in(file: Path) -> tuple[str, ...]:
    """Return the names of the columns of a table.

    Raises:
        DataError: if it is none.
    """
    with _options_named():
        try:
            return _names(file, Delimiting())
        except CharsetError:
            return _names(file, Delimiting(charset=likely_charset(file) or "latin-1"))


def _names(file: Path, layout: Delimiting) -> tuple[str, ...]:
    with open_table(file, layout) as table:
        named_rows(table, "auto")
        return table.header


def table_spec(name: str, file: Path, target: str, spec: Path) -> str:
    """Return a spec that trains on the table ``file``, each column in it with its kind.

    Args:
        name: of the experiment.
        file: the table.
        target: name of the column that is to be predicted.
        spec: where the spec will be: there its paths begin.

    Raises:
        DataError: if the table cannot be used.
    """
    found = look(file, target)
    sheet, rows = found.sheet, len(found.sheet.lines)
    if not any(how.reading in LISTS for how in found.readings.values()):
        raise DataError(_nothing_to_learn(found))
    path = Path(os.path.relpath(file.resolve(), spec.resolve().parent)).as_posix()
    few, folds = rows < FEW_ROWS, min(5, rows - held_out(rows, TEST_FRACTION))
    if folds < 2:
        raise DataError(f"{sheet.name} has {counted(rows, 'row', 'rows')}: three are the least.")
    kept = "every row is trained on and validated with once" if few else "one part is held out"
    lines = [
        f"# {clean(sheet.name)}: {counted(rows, 'row', 'rows')}, {sheet.written}",
        f"name: {name}",
        "seed: 0                      # decides every draw: split, order, initial weights",
        "",
        "dataset:",
        "  name: table",
        f"  path: {quoted(path)}",
        *_layout(found),
        f"  target: {quoted(target)}  # {clean(_target_in_words(found))}",
        f"  task: {'regression' if not found.target.classes else 'classes'}",
        *(f"  # {line}" for line in _columns(found)),
        *_lists(found),
        f"  test_fraction: {TEST_FRACTION}         # never trained on, never chosen by",
        "",
        "architecture:",
        "  name: tabular              # or tabm, many networks in one: slower, and often better",
        "",
        f"validation:                  # {counted(rows, 'row', 'rows')}: {kept}",
        *(
            ["  strategy: kfold", f"  k: {folds}"]
            if few
            else ["  strategy: holdout", "  size: 0.2"]
        ),
        "",
        "training:",
        "  optimizer: adam",
        "  batch_size: 32",
        "  epochs: 100                # at most: the best epoch is chosen by the validation rows",
        "  early_stopping: {patience: 10}",
    ]
    return "\n".join(lines) + "\n"


def _layout(found: Looked) -> Iterator[str]:
    """Yield the options that fix what was guessed of how the table is written."""
    if found.layout.charset != AUTO:
        yield f"  charset: {found.layout.charset}  # a guess, since it is no UTF-8"
    if found.sheet.header == generic(len(found.sheet.header)):
        yield "  header: none  # the first line is a row: columns are called c1, c2, ..."


def _nothing_to_learn(found: Looked) -> str:
    why = [f"{name} ({WHY[how.reading]})" for name, how in found.readings.items()]
    left = f": left out are {', '.join(why[:EXAMPLES])}" if why else ""
    target = found.sheet.targets[0].name
    return f"{found.sheet.name} has no column to learn from beside {target!r}{left}."


def _target(sheet: Sheet) -> Target:
    """Return what the target is; of many different whole numbers, a regression."""
    labels = sheet.targets[0].labels
    numbers = [number_of(label) for label in labels.counts]
    many = len(numbers) > FEW and None not in numbers
    return target_of(labels, "regression" if many else "auto")


def _target_in_words(found: Looked) -> str:
    labels, target = found.sheet.targets[0].labels, found.target
    counts = labels.counts
    if target.classes:
        shares = sorted(counts.items(), key=lambda each: -each[1])[:EXAMPLES]
        told = ", ".join(f"{label} {count / labels.rows:.0%}" for label, count in shares)
        more = ", …" if len(counts) > EXAMPLES else ""
        return f"{len(counts)} classes: {told}{more}"
    numbers = [value for label in counts if (value := number_of(label)) is not None]
    unit = f" {found.sheet.targets[0].unit}".rstrip()
    return f"a number, {_short(min(numbers))} to {_short(max(numbers))}{unit}; or say task: classes"


def _columns(found: Looked) -> Iterator[str]:
    """Yield what each column is, and what it holds."""
    width = max((len(column.name) for column in found.sheet.columns), default=0)
    for column in found.sheet.columns:
        how = found.readings[column.name]
        kind = how.reading if how.reading in LISTS else "left out"
        yield clean(f"{column.name[:40]:{min(width, 40)}}  {kind:8}  {_content(column, how)}")


def _content(column: TableColumn, how: Recognized) -> str:
    parts = [_range(column, how) if how.reading in LISTS else WHY[how.reading]]
    if how.few:
        parts.append("may be names of kinds: then list it in categories")
    if column.unit and how.reading == "number":
        parts.append(f"in {column.unit}")
    if how.comma:
        parts.append("with a decimal comma")
    if how.reading == "number" and any(map(LEADING_ZERO.match, column.values)):
        parts.append(
            "some begin with 0: if they are names, such as postcodes, list it in categories"
        )
    if how.reading not in ("number", "date", "rows", "constant", "empty") and _almost_numbers(
        column
    ):
        parts.append("nearly numbers or times: only digits, sign and decimals are read as numbers")
    if column.gaps and how.reading != "empty":
        share = column.gaps / len(column)
        parts.append(f"{share:.0%} missing" if share >= 0.005 else f"{column.gaps} missing")
    return "; ".join(parts)


def _almost_numbers(column: TableColumn) -> bool:
    """Whether most values would be numbers without what stands around or in them, such as $."""
    values = list(column.values)
    return sum(map(bool, map(ALMOST.fullmatch, values))) >= MOSTLY * len(values)


def _range(column: TableColumn, how: Recognized) -> str:
    if how.reading == "text":
        return f"texts such as {next(iter(column.values))[:30]!r}"
    if how.levels:
        return (" < " if how.reading == "ordered" else " or ").join(how.levels)
    if how.reading == "category":
        names = list(column.values)
        more = f", … ({len(names):,})" if len(names) > EXAMPLES else ""
        return ", ".join(name[:20] for name in names[:EXAMPLES]) + more
    if column.floats is not None:
        return "numbers, more than 100,000 different ones"
    form = form_of(column, how)
    found = [value for text in column.values if not isnan(value := value_of(form, text)[0])]
    shown = day_of if how.reading == "date" else _short
    return f"{shown(min(found))} to {shown(max(found))}"


def _short(value: float) -> str:
    return f"{value:,.6g}"


def _lists(found: Looked) -> Iterator[str]:
    """Yield the options that fix how the columns are read."""
    for reading, option in LISTS.items():
        names = [name for name, how in found.readings.items() if how.reading == reading]
        if names and reading == "ordered":
            yield f"  {option}:"
            yield from (f"    {quoted(name)}: {_scale(found.readings[name])}" for name in names)
        elif names:
            yield from _listed(option, names)
    if names := [name for name, how in found.readings.items() if how.reading not in LISTS]:
        yield from _listed("ignore", names)


def _scale(how: Recognized) -> str:
    return f"[{', '.join(map(quoted, how.levels))}]"


def _listed(option: str, names: Sequence[str]) -> Iterator[str]:
    """Yield ``option: [a, b]`` over as many lines as are needed."""
    line = f"  {option}: ["
    for at, name in enumerate(names):
        text = quoted(name) + ("]" if at == len(names) - 1 else ", ")
        if len(line) + len(text) > 100:
            yield line.rstrip()
            line = "    "
        line += text
    yield line


def quoted(text: str) -> str:
    """Return a text as YAML reads it back: in quotation marks where it must be."""
    import yaml

    plain = text == text.strip() and text.isprintable() and not set(text) & set(",[]{}#:")
    try:
        if plain and yaml.safe_load(text) == text:
            return text
    except yaml.YAMLError:
        pass
    written: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)
    return written.removesuffix("\n")


def refuse_no_target(file: Path) -> DataError:
    """Return the error that nobody said which column is to be predicted."""
    names = names_in(file)
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return DataError(f"Which column is to be predicted? Say --target, one of: {shown}.")
