"""Expectations in words: the same after ``kx train``, by ``kx verify`` and on pages."""

import io

import pytest
from rich.console import Console

from kx.base.language import LANGUAGES
from kx.pages.opening import expectations
from kx.runs.record_scores import ExpectationRecord
from kx.terminal.panels import result_lines
from kx.terminal.verdicts import Verified, verdicts_table
from kx.wording.expected import wanted
from kx.wording.words import Words

BOUNDS = {
    (0.9, None): ("at least 0.9", "至少 0.9"),
    (None, 3): ("at most 3", "至多 3"),
    (2, 3.3): ("2 to 3.3", "在 2 至 3.3 之间"),
    (5, 5): ("5", "为 5"),
    (None, 0): ("at most 0", "至多 0"),
}


def shown(what):
    stream = io.StringIO()
    Console(file=stream, width=200).print(what)
    return stream.getvalue()


def expecting(record, low, high):
    record.expectations[:] = [
        ExpectationRecord(key="best_epoch", at_least=low, at_most=high, value=4, verdict="met",
                    reason="", source="")
    ]  # fmt: skip
    return record


@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_bounds_are_told_alike_everywhere(record, low, high):
    expecting(record, low, high)

    for language, words in zip(LANGUAGES, BOUNDS[low, high], strict=True):
        assert wanted(record.expectations[0], language) == words
        assert words in shown(result_lines(record, language=language))
        assert expectations(record, Words(language))[0].text.endswith(words)
    assert f"expected {BOUNDS[low, high][0]}\n" in shown(verdicts_table([Verified("a", record)]))
