"""What makes the numbers of a run worth less than they look, in capitals."""

from __future__ import annotations

from typing import Literal

from kx.reporting.record import Record

SAMPLE = "SAMPLE DATA: these numbers say nothing about the real data set"
LEAKY = "LEAKY PREPARATION: scores are too good"
SMOKE = "SMOKE RUN: cut short, only to see that all works"
RANDOM = "RANDOM WEIGHTS: the base is untrained, nothing was transferred"

Mark = Literal["sample", "random", "leaky", "smoke"]


def marks_of(record: Record) -> list[Mark]:
    """Return the marks that the run of a record wears."""
    marks: dict[Mark, bool] = {
        "sample": record.is_sample,
        "random": record.is_untransferred,
        "leaky": record.leaky,
        "smoke": record.smoke,
    }
    return [mark for mark, holds in marks.items() if holds]
