"""Runs that belong together, in one table: the variants of a spec, or the steps of a workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from kx.advice.workflow import Aim
from kx.base.curves import main_metric
from kx.base.language import Language
from kx.base.text import clean, number, shortened
from kx.runs.entrants import Entrant
from kx.runs.record import Record
from kx.runs.record_scores import ScoreRecord
from kx.terminal.pieces import plain, table
from kx.wording.diagnosis_words import kind_of
from kx.wording.paired_words import verdicts
from kx.wording.steps import called, in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def lineup_panel(
    entrants: Sequence[Entrant], aims: Sequence[Aim] = (), language: Language = "en"
) -> RenderableType:
    """Return who takes part, the table of their scores, what tests say, and what came of it.

    Args:
        entrants: in their order.
        aims: of a workflow, whose steps they are; without any they are variants.
        language: of all but names.
    """
    from rich.console import Group

    kind = "workflow" if aims else "variants"
    shown = list(zip(ascii_uppercase, entrants, strict=False))
    lines = [line for letter, each in shown for line in _about(letter, each, kind, language)]
    found = verdicts([each.run for each in entrants], language)
    told = [plain(text) for text in found.lines] + [plain(text, "yellow") for text in found.caution]
    outcomes = _aims(shown, aims, language)
    return Group(*lines, "", _table(shown, language), "", *told, *([""] if told else []), *outcomes)


def _about(
    letter: str, entrant: Entrant, kind: str, language: Language
) -> Iterator[RenderableType]:
    """Yield the name of a run, what it changes, and what ended it if it failed."""
    from rich.padding import Padding

    record, name = entrant.record, called(entrant.label, kind, language)
    words = Words(language)
    line = plain(f"{letter}  {shortened(clean(name), 24)}", "bold")
    about = words("state.failed")
    if record:
        about = words("group.parameters", count=f"{record.parameters:,}")
    line.append(f"  {about}", style="default not bold")
    yield line
    texts = [f"{key}: {_value(value)}" for key, value in entrant.changes.items()]
    if texts:
        yield Padding(plain("; ".join(texts)), (0, 0, 0, 3))
    if entrant.error:
        yield Padding(plain(str(entrant.error).partition("\n")[0], "red"), (0, 0, 0, 3))


def _aims(
    shown: Sequence[tuple[str, Entrant]], aims: Sequence[Aim], language: Language
) -> Iterator[RenderableType]:
    """Yield what came of each step; lines that are too long go on below their words."""
    from rich.table import Table

    table, letters = Table.grid(padding=(0, 2)), {each.label: letter for letter, each in shown}
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for aim in aims:
        style = {True: "green", False: "yellow", None: ""}[aim.reached]
        head = f"{letters[aim.step]}  {called(aim.step, 'workflow', language)}"
        table.add_row(plain(head, "bold"), plain(in_words(aim, language), style))
    if aims:
        yield from (table, "")


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(clean(text), 48)


def _table(shown: Sequence[tuple[str, Entrant]], language: Language) -> Table:
    """Return the table of scores; of a metric, where there is one beside the loss."""
    metric = next((_metric(e.record) for _, e in shown if e.record), "loss")
    words = Words(language)
    scores = (words.brief(part, metric) for part in ("validation", "test"))
    at_end, last = words("group.at_the_end"), words("diagnosis.title")
    names = ["", words("fact.best_epoch"), "val_loss", at_end, *scores, last]
    made = table(names, right=range(1, len(names) - 1))
    for letter, entrant in shown:
        record = entrant.record
        cells = _cells(entrant, record, metric, language) if record else ["-"] * 5
        failed = [] if record else [words("state.failed")]
        made.add_row(letter, *map(plain, [*cells, *failed]))
    return made


def _metric(record: Record) -> str:
    return main_metric(record.scores.get("validation", {})) or "loss"


def _cells(entrant: Entrant, record: Record, metric: str, language: Language) -> Iterator[str]:
    curve, best = entrant.curve(), record.best_epoch
    yield str(best or "-")
    yield number(curve[best - 1]) if best and best <= len(curve) else "-"
    yield number(curve[-1]) if curve else "-"
    for part in ("validation", "test"):
        score: ScoreRecord | None = record.scores.get(part, {}).get(metric)
        yield number(score["value"]) if score else "-"
    yield kind_of(record.diagnosis, Words(language)) or "-"
