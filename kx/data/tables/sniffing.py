"""How a table is written, told by its first lines: delimiter, comments above it, names or none."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kx.data.tables.targets import number_of

WHITESPACE = "whitespace"
"""Instead of a delimiter: any run of blanks and tabs, as in tables that are aligned for readers."""

GUESSED = ",;\t|"
"""Delimiters that `auto` tries before whitespace."""

SAMPLE_LINES = 200
SAMPLE_CHARACTERS = 1_000_000

SEPARATED_BY = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""A first line that tells Excel the delimiter, and names no columns."""

PARTED = re.compile(r'("(?:[^"]|"")*")|[ \t]+')
"""What stands between two values of a line with whitespace between them; quoted values are kept."""

BLANK = "\n"
"""In place of lines that are no rows, so that the others keep their numbers."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the first lines of a table tell.

    Attributes:
        delimiter: one character, or ``WHITESPACE``.
        lines: the lines, blank in place of what is no row.
        comments: how many lines above the table are comments.
    """

    delimiter: str
    lines: tuple[str, ...]
    comments: int = 0

    @property
    def below(self) -> list[list[str]]:
        """The rows below the first, as far as they were looked at and have no line breaks."""
        rows = (_cells(line, self.delimiter, csv.QUOTE_MINIMAL) for line in self.lines)
        return [row for row in rows if any(row)][1:]


def first_lines(lines: Iterator[str]) -> Iterator[str]:
    """Yield as many lines as are enough to tell how a table is written."""
    characters = filled = 0
    for line in lines:
        yield line
        characters += len(line)
        filled += bool(line.strip())
        if filled >= SAMPLE_LINES or characters > SAMPLE_CHARACTERS:
            return


def sniff(lines: Sequence[str], delimiter: str, wanted: Sequence[str], quoting: int) -> Sniffed:
    """Find out how a table is written that begins with ``lines``.

    Args:
        lines: with what ends them.
        delimiter: where it is known; empty: it is looked for.
        wanted: columns that the table should have: the delimiter is one that finds them.
        quoting: of Python's ``csv``.
    """
    kept = list(lines)
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if said := SEPARATED_BY.fullmatch(lines[filled[0]]) if filled else None:
        kept[filled.pop(0)] = BLANK
        delimiter = delimiter or said[1]
    above = next((n for n, at in enumerate(filled) if not _is_comment(kept[at])), 0)
    rows = [kept[at] for at in filled[above:]]
    found = delimiter or _guessed(rows, wanted, quoting)
    if above and (names := _names_in(kept[filled[above - 1]], rows[0], found, quoting)):
        above -= 1
        kept[filled[above]] = names
    for at in filled[:above]:
        kept[at] = BLANK
    return Sniffed(found, (*kept,), above)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _names_in(comment: str, row: str, delimiter: str, quoting: int) -> str:
    """Return a comment that names the columns of the ``row`` below it; empty: it does not."""
    if delimiter == WHITESPACE:
        comment = comment.lstrip().removeprefix("#")
    count = len(_cells(comment, delimiter, quoting))
    return comment if count == len(_cells(row, delimiter, quoting)) > 1 else ""


def parted_by_tabs(line: str, quoting: int) -> str:
    """Return a line with a tab in place of each run of blanks and tabs outside quotation marks."""
    if quoting == csv.QUOTE_NONE:
        return "\t".join(line.split()) + "\n"
    return PARTED.sub(lambda found: found[1] or "\t", line.strip()) + "\n"


def names_columns(cells: Sequence[str], below: Iterable[Sequence[str]]) -> bool:
    """Whether the first line of a table holds the names of the columns, and is no row.

    An empty cell above values that all differ heads the row names, which R and pandas write
    without a name of their own. Otherwise it is a row if all of it are numbers; or if numbers stand
    above numbers, nothing else does, and it repeats itself or what is below, or has a fraction: a
    name such as 1990 does none of that.

    Args:
        cells: of the first line.
        below: some of the rows below it.
    """
    columns = list(zip(*(row for row in below if len(row) == len(cells)), strict=True))
    said = [cell for cell in cells if cell]
    if said and columns and not cells[0] and _are_row_names(columns[0]):
        return True
    if said and all(map(_is_number, said)):
        return False
    if not columns:
        return True
    numbers = [_mostly_numbers(column) for column in columns]
    texts = [at for at, cell in enumerate(cells) if cell not in ("", "?") and not _is_number(cell)]
    above = [cells[at] for at in range(len(cells)) if numbers[at] and _is_number(cells[at])]
    if not above or any(numbers[at] for at in texts):
        return True
    again = any(cells[at].strip() in map(str.strip, columns[at]) for at in texts)
    return not (again or len(set(said)) < len(said) or any(re.search(r"[.,]", n) for n in above))


def _are_row_names(column: Sequence[str]) -> bool:
    return len(column) > 1 and all(column) and len(set(column)) == len(column)


def _is_number(cell: str) -> bool:
    return number_of(cell.strip().replace(",", ".")) is not None


def _mostly_numbers(column: Sequence[str]) -> bool:
    values = [cell for cell in column if cell.strip()]
    return 2 * sum(map(_is_number, values)) > len(values)


def _guessed(rows: Sequence[str], wanted: Sequence[str], quoting: int) -> str:
    """Return the delimiter by which the first row names the wanted columns, or most columns."""
    if not rows:
        return GUESSED[0]

    def found(delimiter: str) -> tuple[int, int]:
        names = [cell.strip() for cell in _cells(rows[0], delimiter, quoting)]
        return len(set(wanted) & set(names)), len(names)

    best = max(GUESSED, key=found)
    if 0 < found(best)[0] >= found(WHITESPACE)[0]:
        return best
    return WHITESPACE if _has_whitespace_between(rows, best, quoting) else best


def _has_whitespace_between(rows: Sequence[str], best: str, quoting: int) -> bool:
    """Whether all rows have the same number of values if whitespace parts them, and only then."""
    if len({len(_cells(row, WHITESPACE, quoting)) for row in rows}) != 1:
        return False
    if len(rows) < 2 or len(_cells(rows[0], WHITESPACE, quoting)) < 2:
        return False
    firsts = [_cells(row, best, quoting) for row in rows]
    if len(firsts[0]) == 1:
        return True
    # Names behind a tab, numbers aligned by blanks before it.
    return best == "\t" and all(_are_numbers(row[0]) for row in firsts)


def _are_numbers(cell: str) -> bool:
    parts = cell.split()
    return len(parts) > 1 and all(part == "?" or _is_number(part) for part in parts)


def _cells(line: str, delimiter: str, quoting: int) -> list[str]:
    if delimiter == WHITESPACE:
        line, delimiter = parted_by_tabs(line, quoting), "\t"
    try:
        cells = next(csv.reader([line], delimiter=delimiter, quoting=quoting), [])  # type: ignore[arg-type]
    except csv.Error:  # told where the row is read
        return []
    return [cell.strip() for cell in cells]
