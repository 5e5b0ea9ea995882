"""The page of the book, docs/book.md: what each shipped spec was to give, and what it gave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import ROOT
from kx.base.text import duration, interval, number
from kx.runs.record import Record, headline
from kx.wording.expected import wanted

COLUMNS = (
    "spec", "score", "expected", "source", "kx", "interval", "verdict", "diagnosis", "time",
    "memory", "date", "with",
)  # fmt: skip
RIGHT = ("kx", "time", "memory")

CELLS = re.compile(r"(?<!\\)\|")
"""What is between the cells of a row; a bar within a cell has a backslash before it."""

NAME = re.compile(r"\[([\w-]+)\]")
LEGEND = re.compile(r"^- (\w): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a spec on a page that was made of records which are no longer here.

    Attributes:
        rows: their cells.
        made: what the run was made with; nothing if there was none.
    """

    rows: tuple[tuple[str, ...], ...]
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A shipped spec and its newest run on real data.

    Attributes:
        path: of the spec.
        record: of the run; None without one.
        note: why there is none.
        kept: its rows on the page that there is, which stay where it has no record.
    """

    path: Path
    record: Record | None
    note: str = "not run yet"
    kept: Kept | None = None


def kept_rows(text: str) -> dict[str, Kept]:
    """Return the rows of a page that was written before, by the names of the specs."""
    legend = {letter: tuple(made.split(", ")) for letter, made in LEGEND.findall(text)}
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in text.splitlines():
        cells = tuple(cell.replace("\\|", "|").strip() for cell in CELLS.split(line)[1:-1])
        if len(cells) != len(COLUMNS):
            continue
        if name := NAME.match(cells[0]):
            found[name[1]] = []
        if found:
            list(found.values())[-1].append(cells)
    return {name: Kept(tuple(of), legend.get(of[0][-1], ())) for name, of in found.items()}


def page(entries: Sequence[Entry]) -> str:
    """Return the page with the table: one row for each thing that a spec expects."""
    letters: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if made := _made(entry):
            letters.setdefault(made, "abcdefghijklmnopqrstuvwxyz"[len(letters) % 26])
    lines = [
        "# What the shipped specs give",
        "",
        "Made by `make book` from the records of real runs, one process per spec, one seed. The",
        "interval is of 95 % confidence, or, with ±, one standard deviation over the folds; time",
        "and memory (the peak) are of the whole process.",
        "",
        _row(COLUMNS),
        _row(["---:" if name in RIGHT else "---" for name in COLUMNS]),
        *(_row(row) for entry in entries for row in _rows(entry, letters)),
        "",
        *(f"- {letter}: {', '.join(parts)}" for parts, letter in letters.items()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _made(entry: Entry) -> tuple[str, ...]:
    """Return what the run of a spec was made with; nothing if there is none."""
    if entry.record:
        return _with(entry.record)
    return entry.kept.made if entry.kept else ()


def _with(record: Record) -> tuple[str, ...]:
    """Return what a run was made with, as the page lists it; nothing that tells on what machine."""
    commit = record.git_commit or "no commit"
    short = commit[:7] + ("-dirty" if commit.endswith("-dirty") else "")
    versions = [f"{name} {text}" for name, text in record.versions.items()]
    cores = record.environment.cores
    return (f"commit {short}", *versions, f"{cores} cores")


def _rows(entry: Entry, letters: dict[tuple[str, ...], str]) -> Iterator[Sequence[str]]:
    link = f"[{entry.path.stem}](../{entry.path.relative_to(ROOT).as_posix()})"
    record = entry.record
    if record is None and entry.kept:
        letter = letters.get(entry.kept.made, "")
        for at, (_, *cells, _) in enumerate(entry.kept.rows):
            yield [link, *cells, letter] if at == 0 else ["", *cells, ""]
        return
    if record is None:
        yield [link, entry.note, *[""] * (len(COLUMNS) - 2)]
        return
    ends = [
        record.diagnosis.kind.replace("_", " ") if record.diagnosis else "",
        duration(record.seconds),
        f"{record.peak_memory_mb / 1000:.2f} GB",
        record.started[:10],
        letters[_with(record)],
    ]
    for at, cells in enumerate(_judged(record)):
        yield [link, *cells, *ends] if at == 0 else ["", *cells, *[""] * len(ends)]


def _judged(record: Record) -> Iterator[list[str]]:
    """Yield score, expectation, source, value, interval, verdict; the score alone without any."""
    for expectation in record.expectations:
        key, source = expectation["key"], expectation["source"] or "-"
        ends = [_value(key, expectation["value"]), _interval(record, key), expectation["verdict"]]
        yield [key, wanted(expectation), source, *ends]
    found = headline(record)
    if found and not record.expectations:
        key = f"{found[0]}.{found[1]}"
        yield [key, "-", "-", _value(key, found[2]["value"]), _interval(record, key), "-"]


def _value(key: str, value: float | None) -> str:
    return number(value) if "." in key or value is None else f"{value:,.0f}"


def _interval(record: Record, key: str) -> str:
    part, _, metric = key.partition(".")
    score = record.scores.get(part, {}).get(metric)
    if not score or score["low"] is None or score["high"] is None:
        return "-"
    if str(score["interval"]).endswith("spread"):
        return f"± {number((score['high'] - score['low']) / 2)}"
    return interval(score["low"], score["high"])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"
