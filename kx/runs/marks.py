"""What makes the numbers of a run worth less than they look, each mark once for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from kx.runs.record import Record

Mark = Literal["sample", "random", "leaky", "smoke"]
MARKS: tuple[Mark, ...] = get_args(Mark)

HOLDS: Mapping[Mark, Callable[[Record], bool]] = {
    "sample": lambda record: record.is_sample,
    "random": lambda record: record.is_untransferred,
    "leaky": lambda record: record.leaky,
    "smoke": lambda record: record.smoke,
}
"""Mark -> whether a run has it; its words are in ``kx.wording.caveats``."""


def marks_of(record: Record) -> list[Mark]:
    """Return the marks of the run of a record."""
    return [mark for mark in MARKS if HOLDS[mark](record)]
