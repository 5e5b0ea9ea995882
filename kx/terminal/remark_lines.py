"""What there is to know of a run beside its numbers: diagnosis, doubts, expectations."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from typing import TYPE_CHECKING

from kx.base.language import Words
from kx.base.text import clean, duration, scored, steps_of
from kx.runs.looks import whose_test_part
from kx.runs.record import ExpectationRecord, Record
from kx.runs.record_parts import PartialNetwork, VocabularyFacts
from kx.terminal.pieces import plain
from kx.wording.diagnosis_words import advice, in_a_line, recorded
from kx.wording.expected import wanted
from kx.wording.recorded import as_told

if TYPE_CHECKING:
    from rich.text import Text

DIAGNOSIS_STYLES = {"well_fitted": "green", "too_short": "", "diverged": "red"}
VERDICT_STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow"}


def remarks_on(record: Record, words: Words) -> Iterator[Text]:
    """Yield a line for each thing to know of a run before its scores are believed."""
    if record.best_epoch is not None:
        again = record.refit_epochs
        key = {None: "best epoch", 0: "best epoch", 1: "refit.one"}.get(again, "refit")
        yield plain(words(key, epoch=record.best_epoch, epochs=again))
    if len(record.refit_rates) > 1:
        yield plain(words("refit.rates", rates=steps_of(record.refit_rates)))
    if record.streamed:
        yield plain(words("streamed", metrics=words("comma").join(record.streamed)))
    yield from _diagnosis(record, words)
    yield from map(plain, _partial(record.partial, words))
    yield from map(plain, _on_the_base(record, words))
    yield from map(plain, _on_the_parts(record, words))
    for expectation in record.expectations:
        yield _verdict(expectation, words)
    for warning in record.warnings:
        yield plain(words("warning", text=clean(as_told(warning, words.language))), "yellow")
    if record.error:
        yield plain(words("error", text=clean(as_told(record.error, words.language))), "red")


def _diagnosis(record: Record, words: Words) -> Iterator[Text]:
    """Yield the diagnosis; a sound one needs no advice."""
    found = recorded(record.diagnosis)
    if found is None:
        return
    told = {"found": in_a_line(found, words.language), "advice": advice(found, words.language)}
    key = "diagnosis" if found.kind == "well_fitted" else "diagnosis.advice"
    yield plain(clean(words(key, **told)), DIAGNOSIS_STYLES.get(found.kind, "yellow"))


def _on_the_base(record: Record, words: Words) -> Iterator[str]:
    """Yield what there is to know of a ready-made base: whether it was used, and left alone."""
    features, frozen = record.features, record.frozen
    if features and features.cached:
        yield words("features.cached")
    elif features:
        passes, spent = f"{features.forward_passes:,}", duration(features.seconds)
        yield words("features", passes=passes, time=spent)
    if frozen:
        outcome = "unchanged" if frozen.before == frozen.after else "changed"
        yield words(f"frozen.{outcome}", count=frozen.weights, digest=frozen.after[:8])


def _partial(partial: PartialNetwork | None, words: Words) -> Iterator[str]:
    """Yield which network a stopped run kept, if it kept one."""
    if partial:
        epochs = {"epoch": partial.epoch, "epochs": partial.epochs}
        yield words(f"partial.{partial.choice}", fit=partial.fit, file=partial.file, **epochs)


def _on_the_parts(record: Record, words: Words) -> Iterator[str]:
    """Yield what there is to know of the parts of the dataset before their scores are believed."""
    data = record.dataset
    rows = {"validation": data.validation_examples, "test": data.test_examples}
    if record.vocabulary:
        yield _vocabulary(record.vocabulary, words)
    for part, count in record.duplicates.items():
        if count:
            yield _duplicated(words.name("part", part), count, rows.get(part), words)
    looks = record.test_looks
    if record.given_rows:
        yield words("given", rows=f"{record.given_rows:,}")
    if not record.has_test_part:
        yield words("no test part")
    elif record.scores and "test" not in record.scores:
        yield words("looks.none")
    elif looks > 1:
        yield words("looks", looks=looks, name=whose_test_part(record.dataset))


def _vocabulary(facts: VocabularyFacts, words: Words) -> str:
    """Say how large the vocabulary is, and how much of other parts it does not know."""
    shares = [
        words("vocabulary.share", share=f"{fmean(of):.1%}", part=words.name("part", part))
        for part, of in facts.unknown.items()
    ]
    told = words("comma").join(shares)
    return words("vocabulary", tokens=f"{facts.tokens:,}", shares=told)


def _duplicated(part: str, count: int, of: object, words: Words) -> str:
    told = {"count": f"{count:,}", "part": part}
    if isinstance(of, int) and of > 0:
        return words("duplicates.of", rows=f"{of:,}", share=f"{count / of:.1%}", **told)
    return words("duplicates", **told)


def _verdict(expectation: ExpectationRecord, words: Words) -> Text:
    key, verdict = expectation["key"], expectation["verdict"]
    line = plain(words(f"verdict.{verdict}"), VERDICT_STYLES[verdict])
    value, ends = scored(key, expectation["value"]), wanted(expectation, words.language)
    line.append(clean(words("wanted", key=key, value=value, ends=ends)))
    reason = words.name("reason", expectation["reason"] or "")
    for remark in (reason, expectation["source"]):
        line.append(words("wanted.remark", text=clean(remark)) if remark else "")
    return line
