"""A spec for a table of one's own, after a look at what is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from kx.authoring.asked_table import own_table, target_named
from kx.authoring.looked_table import Looked, look
from kx.authoring.positive_class import why_positive
from kx.authoring.setting import quoted, with_settings
from kx.authoring.suspicions import below, beside, suspicions
from kx.authoring.table_training import training_lines
from kx.authoring.table_words import LISTS, columns_in_words, or_say, target_said, why
from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.text import clean, counted
from kx.contracts import Task
from kx.data.arrays.splitting import TEST_FRACTION, held_out
from kx.data.tables.column_options import MOST_LEVELS, READINGS
from kx.data.tables.delimited import AUTO
from kx.data.tables.headers import generic
from kx.data.tables.recognition import Reading, Recognized
from kx.data.tables.sheet_remarks import too_few_rows
from kx.evaluators.usual import Known, share_for_testing, usual
from kx.planning import Proposed
from kx.wording.recorded import in_words

NAMED = 4
"""Columns that a message names."""

TASKS: Mapping[Task, str] = {
    "binary": "classes",
    "multiclass": "classes",
    "multi_regression": "regression",
}
"""What a target is -> what ``dataset.task`` calls it, where that is another word."""

ARCHITECTURE = (
    "architecture:",
    "  name: tabular              # or tabm, many networks in one: slower, and often better",
)

REFLECTED = tuple(f"dataset.{option}" for option in ("ignore", "ignore_labels", *READINGS))
"""Keys that the spec has anyway, as the look at the table shows them."""


def table_proposal(
    name: str, file: Path, target: str | Sequence[str], spec: Path, settings: Sequence[str] = ()
) -> Proposed:
    """Return a spec that trains on the table ``file``, each column in it with its kind.

    Args:
        name: of the experiment.
        file: the table.
        target: name of the column that is to be predicted, or of several.
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
    said = suspicions(found)
    text = "\n".join(_spec_lines(name, path, found, said)) + "\n"
    return Proposed(with_settings(text, settings, REFLECTED), file.name, said)


def _spec_lines(name: str, path: str, found: Looked, remarks: Sequence[Remark]) -> Iterator[str]:
    sheet, rows = found.sheet, len(found.sheet.lines)
    fraction = _test_fraction(found)
    yield f"# {clean(sheet.name)}: {counted(rows, 'row', 'rows')}, {in_words(sheet.written)}"
    yield f"name: {name}"
    yield "seed: 0                      # decides everything random: split, order, initial weights"
    yield from ("", "dataset:", "  name: table", f"  path: {quoted(path)}")
    yield from layout_lines(found)
    said = in_words(target_said(found)) + or_say(found)
    yield f"  target: {target_named(found.table.target)}  # {clean(said)}"
    yield f"  task: {TASKS.get(found.target.task, found.target.task)}"
    if found.target.task == "ordered" and found.labels.order:
        yield f"  order: [{', '.join(map(quoted, found.target.classes))}]  # the lowest first"
    if (positive := found.labels.positive) and not found.table.labels.positive:
        why = why_positive(found.sheet.targets[0].labels, positive)
        yield f"  positive: {quoted(positive)}  # {why}"
    if ignored := found.table.labels.ignore_labels:
        yield "  # left out with their rows: no split can both train on and test a class of one row"
        yield from _listed("ignore_labels", ignored)
    yield from (f"  # {line}" for line in _columns(found, remarks))
    yield from list_lines(found)
    if (most := found.table.columns.most_levels) != MOST_LEVELS:
        yield f"  most_levels: {most}  # levels kept of each category: the network embeds them"
    yield f"  test_fraction: {fraction:g}         # used for neither training nor any choice"
    yield from ("", *ARCHITECTURE, "")
    yield from _validation(found)
    yield ""
    yield from training_lines(rows)


def _columns(found: Looked, remarks: Sequence[Remark]) -> Iterator[str]:
    """Yield what each column is, and what is suspicious of it."""
    for column, line in zip_longest(found.sheet.columns, columns_in_words(found)):
        yield line
        if column:
            yield from beside(column, found.sheet.named(column.name), remarks)
    yield from below(remarks)


def _validation(found: Looked) -> Iterator[str]:
    """Yield the section that says how the rows are validated with."""
    rows, roles = len(found.sheet.lines), found.table.roles
    if few := too_few_rows(found.sheet):
        raise DataError(f"{in_words(few)}.")
    test = held_out(rows, _test_fraction(found))
    groups = len(found.sheet.beside["group"].values) if roles.group else None
    left = groups and groups - held_out(groups, _test_fraction(found))
    folds = found.sheet.roles().folds()
    many = None if folds is None else int(folds.max()) + 1
    parts = found.sheet.roles().parts()
    given = 0 if parts is None else parts.tolist().count("validation")
    chosen = usual(Known(rows - test, test, left, roles.time is not None, given, folds=many))
    yield f"# {in_words(chosen.why)}"
    yield "validation:"
    yield f"  strategy: {chosen.strategy}"
    yield from (f"  {option}: {value:g}" for option, value in chosen.options.items())


def _test_fraction(found: Looked) -> float:
    """Return the share of the rows for testing: that of the spec, or what suits so many rows."""
    stated = found.table.test_fraction
    return share_for_testing(len(found.sheet.lines)) if stated == TEST_FRACTION else stated


def layout_lines(found: Looked) -> Iterator[str]:
    """Yield the options that fix what was guessed of how the table is written."""
    if found.layout.charset != AUTO:
        yield f"  charset: {found.layout.charset}  # a guess: it is not UTF-8"
    if found.sheet.header == generic(len(found.sheet.header)):
        yield "  header: none  # the first line is a row: columns are named c1, c2, ..."
    if found.missing:
        yield from _listed("missing_values", found.table.columns.missing_values)


def _nothing_to_learn(found: Looked) -> str:
    sheet = found.sheet
    named = [f"{each.name} ({why(each, found.readings[each.name])})" for each in sheet.columns]
    left = f": these are left out: {', '.join(named[:NAMED])}" if named else ""
    target = sheet.targets[0].name
    readings = reversed(list(found.readings.items()))
    counting = next((name for name, how in readings if how.reading == "rows"), "")
    return f"{sheet.name} has no column to learn from besides {target!r}{left}.{_way_on(counting)}"


def _way_on(counting: str) -> str:
    """Say what to do with a column that only numbers the rows, such as years or heights."""
    if not counting:
        return ""
    return (
        f" To learn from {counting} anyway, add --set 'dataset.numbers=[{counting}]'; to forecast "
        f"the target from its own past, add --set dataset=series --set 'dataset.time={counting}'."
    )


def list_lines(found: Looked, lists: Mapping[Reading, str] = LISTS) -> Iterator[str]:
    """Yield the options that fix how the columns are read; those of other kinds are ignored."""
    for reading, option in lists.items():
        names = [name for name, how in found.readings.items() if how.reading == reading]
        if names and reading == "ordered":
            yield f"  {option}:"
            yield from (f"    {quoted(name)}: {_scale(found.readings[name])}" for name in names)
        elif names:
            yield from _listed(option, names)
    left = [name for name, how in found.readings.items() if how.reading not in lists]
    ignored = [*found.table.columns.ignore, *left, *found.sheet.left]
    if names := list(dict.fromkeys(ignored)):
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
