"""What there is to know of a run beside its numbers: diagnosis, doubts, expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from kx.reporting.diagnosis_words import advice, in_a_line, recorded
from kx.reporting.pieces import plain
from kx.reporting.record import Expectation, Record
from kx.reporting.text import clean, duration, scored, stated

if TYPE_CHECKING:
    from rich.text import Text

DIAGNOSIS_STYLES = {"well_fitted": "green", "too_short": "", "diverged": "red"}
VERDICT_STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow"}


def remarks_on(record: Record) -> Iterator[Text]:
    """Yield a line for each thing to know of a run before its scores are believed."""
    if record.best_epoch is not None:
        again = record.refit_epochs
        long = f"{again} epoch{'' if again == 1 else 's'}"
        refit = f"; trained again on all training data for {long}" if again else ""
        yield plain(f"best epoch: {record.best_epoch}{refit}")
    yield from _diagnosis(record)
    yield from map(plain, _on_the_base(record))
    yield from map(plain, _on_the_parts(record))
    for expectation in record.expectations:
        yield _verdict(expectation)
    for warning in record.warnings:
        yield plain(f"Warning: {clean(warning)}", "yellow")
    if record.error:
        yield plain(f"Error: {clean(record.error)}", "red")


def _diagnosis(record: Record) -> Iterator[Text]:
    """Yield the diagnosis; a sound one needs no advice."""
    found = recorded(record.diagnosis)
    if found is None:
        return
    text = f"diagnosis: {in_a_line(found)}"
    more = "" if found.kind == "well_fitted" else f"; {advice(found)}"
    yield plain(clean(text + more), DIAGNOSIS_STYLES.get(found.kind, "yellow"))


def _on_the_base(record: Record) -> Iterator[str]:
    """Yield what there is to know of a ready-made base: whether it was used, and left alone."""
    features, frozen = record.features, record.frozen
    if features.get("cached"):
        yield "features from cache: 0 forward passes"
    elif features:
        passes, spent = features.get("forward_passes", 0), duration(features.get("seconds"))
        yield f"features: {passes:,} forward passes in {spent}"
    if frozen:
        digest = str(frozen.get("after"))
        outcome = "unchanged" if frozen.get("before") == digest else "CHANGED"
        yield f"frozen tensors: {frozen.get('weights')}, {outcome} (sha {digest[:8]}…)"


def _on_the_parts(record: Record) -> Iterator[str]:
    """Yield what there is to know of the parts of the dataset before their scores are believed."""
    if record.vocabulary:
        yield _vocabulary(record.vocabulary)
    for part, count in record.duplicates.items():
        if count:
            yield _duplicated(part, count, record.dataset.get(f"{part}_examples"))
    looks, name = record.test_looks, record.dataset.get("name", "?")
    if record.scores and "test" not in record.scores:
        yield "the test set was not looked at"
    elif looks > 1:
        less = "each look makes the test score a little less honest"
        yield f"This was look {looks} at the test set of {name}: {less}."


def _vocabulary(facts: Mapping[str, Any]) -> str:
    """Say how large the vocabulary is, and how much of other parts it does not know."""
    shares = [f"{fmean(of):.1%} of {part}" for part, of in facts["unknown"].items()]
    return (
        f"vocabulary: {facts['tokens']:,} tokens of the training part; unknown: {', '.join(shares)}"
    )


def _duplicated(part: str, count: int, of: object) -> str:
    rows = f"{count:,} {part} rows"
    if isinstance(of, int) and of > 0:
        rows = f"{count:,} of {of:,} {part} rows ({count / of:.1%})"
    return f"{rows} also occur, identical, in the training part"


def _verdict(expectation: Expectation) -> Text:
    low, high = expectation["at_least"], expectation["at_most"]
    wanted = [f"at least {stated(low)}"] if low is not None else []
    wanted += [f"at most {stated(high)}"] if high is not None else []
    wanted = [stated(low)] if low is not None and low == high else wanted
    verdict, value = expectation["verdict"], scored(expectation["key"], expectation["value"])
    line = plain(verdict, VERDICT_STYLES[verdict])
    line.append(clean(f": {expectation['key']} {value}, expected {' and '.join(wanted)}"))
    for remark in (expectation["reason"], expectation["source"]):
        line.append(f" ({clean(remark)})" if remark else "")
    return line
