"""A spec for a table of one's own, after a look at what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from math import isnan
from pathlib import Path

from kx.authoring.setting import quoted, with_settings
from kx.base.errors import DataError
from kx.base.text import clean, counted
from kx.contracts import DatasetBundle, Task
from kx.data.arrays.splitting import TEST_FRACTION, held_out
from kx.data.tables.cells import value_of
from kx.data.tables.charsets import CharsetError, likely_charset
from kx.data.tables.column_options import READINGS, WantedSheet
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import day_of
from kx.data.tables.delimited import AUTO, Delimiting
from kx.data.tables.headers import generic, named_rows
from kx.data.tables.opening import open_table
from kx.data.tables.recognition import MOSTLY, Recognized, form_of
from kx.data.tables.rows import ragged
from kx.data.tables.scales import scale_of
from kx.data.tables.several_labels import targets_of
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.sheet_remarks import why_left_out
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_paths import TablePaths, table_paths
from kx.data.tables.targets import FEW, Target, TargetOptions, is_count, number_of
from kx.datasets.table import OwnTable
from kx.evaluators.usual import Known, share_for_testing, usual
from kx.planning.components import Parts, choose
from kx.spec.edit import document_of
from kx.spec.load import fail_on, override
from kx.wording.recorded import in_words

TASKS: Mapping[Task, str] = {"binary": "classes", "multiclass": "classes"}
"""What a target is -> what ``dataset.task`` calls it, where that is another word."""

ARCHITECTURE = (
    "architecture:",
    "  name: tabular              # or tabm, many networks in one: slower, and often better",
)

TRAINING = (
    "training:",
    "  optimizer: adam",
    "  batch_size: 32",
    "  epochs: 100                # at most: the best epoch is chosen by the validation rows",
    "  early_stopping: {patience: 10}",
)

EXAMPLES = 4
"""Levels of a category that a comment shows."""

OPTIONS = "Options of the dataset are given with --set, as in --set dataset.header=none."

LISTS = {reading: option for option, reading in READINGS.items()}
"""How a column is read -> the option that lists it; all others are ignored."""


LEADING_ZERO = re.compile(r"0\d")

ALMOST = re.compile(
    r"[-+\u2212]?[$€£¥]?\s?[-+\u2212]?\d[\d.,:/\s'\u2019]*\s?([%‰°$€£¥万元]|[a-zA-Z]{1,3})?"
)
"""Amounts, shares, times of day, dates of other forms, numbers with units."""

REFLECTED = tuple(f"dataset.{option}" for option in ("ignore", *READINGS))
"""Keys that the spec has anyway, as the look at the table shows them."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A table that was looked at.

    Attributes:
        table: what is asked of it.
        sheet: its rows.
        target: what is to be predicted.
        readings: how each column is read.
        layout: how the table is written, as far as it does not tell itself.
        labels: what the target is, where a spec would state it.
    """

    table: OwnTable
    sheet: Sheet
    target: Target
    readings: Mapping[str, Recognized]
    layout: Delimiting
    labels: TargetOptions

    def bundle(self) -> DatasetBundle:
        """Return the data, as a spec would have them.

        Raises:
            DataError: if they cannot be learned from.
        """
        return replace(self.table, labels=self.labels).bundle(self.sheet)


def look(table: OwnTable) -> Looked:
    """Read a table, which tells what is to be predicted.

    Raises:
        DataError: if it is no table, or has no such column; then with the names of all.
    """
    with _options_named():
        sheet, layout = _read(table_paths(table.path), table.wanted)
        labels = _labels(sheet, table.labels)
        target = targets_of(sheet.targets, labels)
        return Looked(table, sheet, target, sheet.readings(table.columns), layout, labels)


def _read(paths: TablePaths, wanted: WantedSheet) -> tuple[Sheet, Delimiting]:
    """Return the table, and how it is written: in the likeliest encoding if it is no UTF-8."""
    layout = wanted.layout
    try:
        return read_sheet(paths, wanted), layout
    except CharsetError:
        if layout.charset != AUTO or not (charset := likely_charset(paths.files[0].path)):
            raise
    return _read(paths, replace(wanted, layout=replace(layout, charset=charset)))


def read_table(table: OwnTable, targets: Sequence[str]) -> Sheet:
    """Return the rows of a table, of which ``targets`` are to be predicted.

    Raises:
        DataError: if it is none.
    """
    with _options_named():
        wanted = replace(table.wanted, targets=tuple(targets))
        return _read(table_paths(table.path), wanted)[0]


def _labels(sheet: Sheet, options: TargetOptions) -> TargetOptions:
    """Return what the target is; of many different whole numbers, a regression."""
    if len(sheet.targets) > 1 or options.task != "auto":
        return options
    numbers = [number_of(label) for label in sheet.targets[0].labels.counts]
    many = len(numbers) > FEW and None not in numbers
    return replace(options, task="regression") if many else options


def own_table(file: Path, target: str, settings: Sequence[str] = ()) -> OwnTable:
    """Return the dataset that a table is, with the options of it that are set.

    Args:
        file: the table.
        target: name of the column that is to be predicted.
        settings: each ``key=value``; those of other sections are passed over.

    Raises:
        SpecError: if one is no option of the dataset, or cannot have that value.
    """
    path = quoted(str(file.resolve()))
    text = f"dataset:\n  name: table\n  path: {path}\n  target: {quoted(target)}\n"
    document = document_of(text, file.name)
    of_dataset = [each for each in settings if each.strip().startswith("dataset.")]
    problems = [problem for each in of_dataset if (problem := override(document, each))]
    choice = choose("dataset", document, Parts(Path()), problems)
    fail_on(problems)
    assert choice is not None  # noqa: S101 - for the type checker
    made: OwnTable = choice.made()
    return made


@contextmanager
def _options_named() -> Iterator[None]:
    """Say where options go that an error names: no spec is there yet."""
    try:
        yield
    except DataError as error:
        if "dataset." in str(error):
            raise type(error)(f"{error}\n{OPTIONS}") from None
        raise


def names_in(file: Path, settings: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names of the columns of a table.

    Args:
        file: the table.
        settings: each ``key=value``; see ``own_table``.

    Raises:
        DataError: if it is none.
        SpecError: if a setting cannot be.
    """
    table = own_table(file, "-", settings)
    wanted, file = table.wanted, table_paths(table.path).files[0].path
    with _options_named():
        try:
            return _names(file, wanted)
        except CharsetError:
            layout = replace(wanted.layout, charset=likely_charset(file) or "latin-1")
            return _names(file, replace(wanted, layout=layout))


def looks_regular(file: Path) -> bool:
    """Whether the first rows of a table of several columns have as many values as its header.

    Raises:
        DataError: if it is none.
    """
    with open_table(file, Delimiting(charset="latin-1")) as table:
        first = list(islice(table, EXAMPLES))
        return len(table.header) > 1 and bool(first) and not any(ragged(r, table) for r in first)


def _names(file: Path, wanted: WantedSheet) -> tuple[str, ...]:
    with open_table(file, wanted.layout) as table:
        named_rows(table, wanted.columns.header)
        return table.header


def table_spec(name: str, file: Path, target: str, spec: Path, settings: Sequence[str] = ()) -> str:
    """Return a spec that trains on the table ``file``, each column in it with its kind.

    Args:
        name: of the experiment.
        file: the table.
        target: name of the column that is to be predicted.
        spec: where the spec will be: there its paths begin.
        settings: each ``key=value``, set in the spec.

    Raises:
        DataError: if the table cannot be used.
        SpecError: if a setting of the dataset cannot be.
    """
    found = look(own_table(file, target, settings))
    if not any(how.reading in LISTS for how in found.readings.values()):
        raise DataError(_nothing_to_learn(found))
    path = Path(os.path.relpath(file.resolve(), spec.resolve().parent)).as_posix()
    text = "\n".join(_spec_lines(name, path, found)) + "\n"
    return with_settings(text, settings, REFLECTED)


def _spec_lines(name: str, path: str, found: Looked) -> Iterator[str]:
    sheet, rows = found.sheet, len(found.sheet.lines)
    fraction = _test_fraction(found)
    yield f"# {clean(sheet.name)}: {counted(rows, 'row', 'rows')}, {sheet.written}"
    yield f"name: {name}"
    yield "seed: 0                      # decides every draw: split, order, initial weights"
    yield from ("", "dataset:", "  name: table", f"  path: {quoted(path)}")
    yield from _layout(found)
    yield f"  target: {_named(found)}  # {clean(target_in_words(found))}"
    yield f"  task: {TASKS.get(found.target.task, found.target.task)}"
    yield from (f"  # {line}" for line in _columns(found))
    yield from _lists(found)
    yield f"  test_fraction: {fraction:g}         # never trained on, never chosen by"
    yield from ("", *ARCHITECTURE, "")
    yield from _validation(found)
    yield from ("", *TRAINING)


def _named(found: Looked) -> str:
    names = [quoted(column.name) for column in found.sheet.targets]
    return names[0] if isinstance(found.table.target, str) else f"[{', '.join(names)}]"


def _validation(found: Looked) -> Iterator[str]:
    """Yield the section that says how the rows are validated with."""
    rows, columns = len(found.sheet.lines), found.table.columns
    if rows < 3:
        said = counted(rows, "row", "rows")
        raise DataError(f"{found.sheet.name} has {said}: three are the least.")
    test = held_out(rows, _test_fraction(found))
    groups = len(found.sheet.beside["group"].values) if columns.group else None
    left = groups and groups - held_out(groups, _test_fraction(found))
    given = (found.sheet.parts or []).count("validation")
    chosen = usual(Known(rows - test, test, left, columns.time is not None, given))
    yield f"# {in_words(chosen.why)}"
    yield "validation:"
    yield f"  strategy: {chosen.strategy}"
    yield from (f"  {option}: {value:g}" for option, value in chosen.options.items())


def _test_fraction(found: Looked) -> float:
    """Return the share of the rows for testing: that of the spec, or what suits so many rows."""
    stated = found.table.test_fraction
    return share_for_testing(len(found.sheet.lines)) if stated == TEST_FRACTION else stated


def _layout(found: Looked) -> Iterator[str]:
    """Yield the options that fix what was guessed of how the table is written."""
    if found.layout.charset != AUTO:
        yield f"  charset: {found.layout.charset}  # a guess, since it is no UTF-8"
    if found.sheet.header == generic(len(found.sheet.header)):
        yield "  header: none  # the first line is a row: columns are called c1, c2, ..."


def _nothing_to_learn(found: Looked) -> str:
    sheet = found.sheet
    why = [f"{each.name} ({_why(each, found.readings[each.name])})" for each in sheet.columns]
    left = f": left out are {', '.join(why[:EXAMPLES])}" if why else ""
    target = sheet.targets[0].name
    return f"{sheet.name} has no column to learn from beside {target!r}{left}."


def _why(column: TableColumn, how: Recognized) -> str:
    """Return why nothing is learned from a column; empty: something is."""
    return in_words(why_left_out(column, how))


def target_in_words(found: Looked) -> str:
    """Return what the target is, in a few words."""
    labels, target = found.sheet.targets[0].labels, found.target
    counts = labels.counts
    if target.task == "multilabel":
        more = ", …" if len(target.classes) > EXAMPLES else ""
        return f"{len(target.classes)} labels: {', '.join(target.classes[:EXAMPLES])}{more}"
    if target.classes:
        shares = sorted(counts.items(), key=lambda each: -each[1])[:EXAMPLES]
        told = ", ".join(f"{label} {count / labels.rows:.0%}" for label, count in shares)
        more = ", …" if len(counts) > EXAMPLES else ""
        return f"{len(counts)} classes: {told}{more}{_or_say(found)}"
    numbers = [value for label in counts if (value := number_of(label)) is not None]
    unit = f" {found.sheet.targets[0].unit}".rstrip()
    return f"a number, {_short(min(numbers))} to {_short(max(numbers))}{unit}{_or_say(found)}"


def _or_say(found: Looked) -> str:
    """Return what else the target may be."""
    if found.table.labels.task != "auto":
        return ""
    labels = list(found.sheet.targets[0].labels.counts)
    numbers = [number_of(label) for label in labels]
    if None in numbers:
        return "; or say task: ordered" if len(scale_of(labels)) > 2 else ""
    tasks = [] if found.target.classes else ["classes"]
    if all(map(is_count, labels)) and len(labels) > 2:
        tasks = [*(["ordered", "regression"] if found.target.classes else tasks), "counts"]
    if not found.target.classes and all(0 <= number <= 1 for number in numbers if number):
        tasks.append("unit_regression")
    return f"; or say task: {' or '.join(tasks)}" if tasks else ""


def _columns(found: Looked) -> Iterator[str]:
    """Yield what each column is, and what it holds."""
    width = max((len(column.name) for column in found.sheet.columns), default=0)
    for column in found.sheet.columns:
        how = found.readings[column.name]
        kind = how.reading if how.reading in LISTS else "left out"
        told = _content(column, how, stated=column.name in found.table.columns.stated())
        yield clean(f"{column.name[:40]:{min(width, 40)}}  {kind:8}  {told}")


def _content(column: TableColumn, how: Recognized, *, stated: bool) -> str:
    parts = [range_of(column, how) if how.reading in LISTS else _why(column, how)]
    parts += [] if stated else _doubts(column, how)
    if column.unit and how.reading == "number":
        parts.append(f"in {column.unit}")
    if how.comma:
        parts.append("with a decimal comma")
    if column.gaps and how.reading != "empty":
        share = column.gaps / len(column)
        parts.append(f"{share:.0%} missing" if share >= 0.005 else f"{column.gaps} missing")
    return "; ".join(parts)


def _doubts(column: TableColumn, how: Recognized) -> Iterator[str]:
    """Yield why a column may be of another kind."""
    if how.few:
        yield "may be names of kinds: then list it in categories"
    if how.reading == "number" and any(map(LEADING_ZERO.match, column.values)):
        yield "some begin with 0: if they are names, such as postcodes, list it in categories"
    words = how.reading not in ("number", "date", "rows", "constant", "empty")
    if words and _almost_numbers(column):
        yield "nearly numbers or times: only digits, sign and decimals are read as numbers"


def _almost_numbers(column: TableColumn) -> bool:
    """Whether most values would be numbers without what stands around or in them, such as $."""
    values = list(column.values)
    return sum(map(bool, map(ALMOST.fullmatch, values))) >= MOSTLY * len(values)


def range_of(column: TableColumn, how: Recognized) -> str:
    """Return what a column that is learned from holds: its range, or its levels."""
    if how.reading == "image":
        return f"pictures such as {next(iter(column.values))[:30]}"
    if how.reading == "text":
        return f"texts such as {next(iter(column.values))[:30]!r}"
    if how.levels:
        return (" < " if how.reading == "ordered" else " or ").join(how.levels)
    if how.reading == "category":
        names = list(column.values)
        more = f", … ({len(names):,})" if len(names) > EXAMPLES else ""
        return ", ".join(name[:20] for name in names[:EXAMPLES]) + more
    if column.floats is not None:
        floats = [value for value in column.floats if not isnan(value)]
        return f"{_short(min(floats))} to {_short(max(floats))}"
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
    left = [name for name, how in found.readings.items() if how.reading not in LISTS]
    if names := [*found.table.columns.ignore, *left]:
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
