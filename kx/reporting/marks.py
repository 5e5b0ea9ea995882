"""What makes the numbers of a run worth less than they look, in capitals."""

from __future__ import annotations

from kx.reporting.record import Record

SAMPLE = "SAMPLE DATA: these numbers say nothing about the real data set"
LEAKY = "LEAKY PREPARATION: scores are too good"
SMOKE = "SMOKE RUN: cut short, only to see that all works"
RANDOM = "RANDOM WEIGHTS: the base is untrained, nothing was transferred"


def marks_of(record: Record) -> list[str]:
    """Return the marks that the run of a record wears."""
    marks = {
        SAMPLE: record.is_sample,
        RANDOM: record.is_untransferred,
        LEAKY: record.leaky,
        SMOKE: record.smoke,
    }
    return [mark for mark, holds in marks.items() if holds]
