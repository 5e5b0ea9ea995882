"""What there is to know of a run beside its numbers: diagnosis, doubts, expectations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kx.base.text import clean
from kx.runs.record import Record
from kx.runs.record_scores import ExpectationRecord
from kx.terminal.pieces import plain
from kx.wording.diagnosis_words import advice, diagnosis_line, recorded
from kx.wording.expected import beside_wanted, reason
from kx.wording.recorded import in_a_line
from kx.wording.remarks import on_network_and_data, on_training
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.text import Text

DIAGNOSIS_STYLES = {"well_fitted": "green", "too_short": "", "diverged": "red"}
VERDICT_STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow"}


def remarks_on(record: Record, words: Words) -> Iterator[Text]:
    """Yield a line for each thing to know of a run before its scores are believed."""
    yield from map(plain, on_training(record, words))
    yield from _diagnosis(record, words)
    yield from map(plain, on_network_and_data(record, words))
    for expectation in record.expectations:
        yield _verdict(expectation, words)
    for warning in record.warnings:
        yield plain(words("run.warning", text=clean(in_a_line(warning, words))), "yellow")
    if record.error:
        yield plain(words("run.error", text=clean(in_a_line(record.error, words))), "red")


def _diagnosis(record: Record, words: Words) -> Iterator[Text]:
    """Yield the diagnosis; a sound one needs no advice."""
    found = recorded(record.diagnosis)
    if found is None:
        return
    line = diagnosis_line(found, words.language, record.linear)
    key = "opening.diagnosis" if found.kind == "well_fitted" else "opening.advised"
    text = words(key, found=line, advice=advice(found, words.language))
    yield plain(clean(text), DIAGNOSIS_STYLES.get(found.kind, "yellow"))


def _verdict(expectation: ExpectationRecord, words: Words) -> Text:
    key, verdict = expectation["key"], expectation["verdict"]
    line = plain(words(f"verdict.{verdict}"), VERDICT_STYLES[verdict])
    line.append(words("join.colon"))
    line.append(clean(beside_wanted(expectation, key, words)))
    for remark in (reason(expectation, words), expectation["source"]):
        line.append(words("join.remark", text=clean(remark)) if remark else "")
    return line
