"""What to know of a run before its scores are believed: one list, for terminal and page."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from kx.base.text import duration, number, steps_of
from kx.evaluators.forecast_scores import FEWEST
from kx.evaluators.unasked import LARGE
from kx.runs.looks import whose_test_part
from kx.runs.record import Record
from kx.runs.record_parts import PartialNetwork, VocabularyFacts
from kx.wording.recorded import in_a_line
from kx.wording.subgroup_words import level_name
from kx.wording.threshold_words import on_threshold
from kx.wording.words import Words

OF_ONE_CLASS = ("precision", "recall", "f1_score", "fbeta_score", "pr_auc")
"""Metrics of one of two classes."""


def on_training(record: Record, words: Words) -> Iterator[str]:
    """Yield how many epochs were best, and what followed from that."""
    if record.best_epoch is not None:
        again = record.refit_epochs
        key = "remark.refit" if again else "remark.best_epoch"
        yield words(key, epoch=record.best_epoch, count=again)
    if len(record.refit_rates) > 1:
        yield words("remark.rates", rates=steps_of(record.refit_rates))
    if record.threshold:
        yield from on_threshold(record.threshold, record.dataset.classes, words)
    yield from _on_steps(record, words)
    if _lacks_blocks(record):
        yield words("remark.no_blocks", count=FEWEST)
    if record.of_kept:
        yield words("remark.of_kept", metrics=words.metrics(record.of_kept))
    if record.streamed:
        yield words("remark.streamed", metrics=words.metrics(record.streamed))


def _lacks_blocks(record: Record) -> bool:
    """Whether forecasts of the test part have no intervals: what is always measured has none."""
    score = record.scores.get("test", {}).get("mase")
    return score is not None and score["interval"] is None


def _on_steps(record: Record, words: Words) -> Iterator[str]:
    """Yield how forecasts of several steps get worse from the first to the last."""
    for part, facts in record.steps.items():
        first, last = (
            words("remark.step", value=number(facts.errors["mae"][at]), lead=facts.leads[at])
            for at in (0, -1)
        )
        called = {"part": words.name("part", part), "metric": words.metric("mae", short=True)}
        yield words("remark.steps", **called, first=first, last=last)


def on_network_and_data(record: Record, words: Words) -> Iterator[str]:
    """Yield which network was kept, what it was made of, and what its data are worth."""
    if record.partial:
        yield words("remark.kept", network=network_of(record.partial, words))
    yield from _on_the_base(record, words)
    yield from _on_the_data(record, words)
    yield from _on_subgroups(record, words)
    if record.baseline_note:
        why = in_a_line(record.baseline_note, words)
        yield words("join.reasoned", what=words("fact.baselines"), why=why)


def _on_subgroups(record: Record, words: Words) -> Iterator[str]:
    """Yield for which rows the network is worse by more than chance, the worst of them by name."""
    facts = record.subgroups
    if not facts or not facts.worse:
        return
    worst, *others = facts.worse
    first = words(
        "remark.subgroup",
        name=level_name(worst, words),
        metric=words.brief(facts.part, facts.metric),
        value=number(worst["value"]),
        rows=f"{worst['rows']:,}",
        whole=number(facts.value),
    )
    yield words("remark.subgroups", first=first, count=len(others)) if others else first


def network_of(partial: PartialNetwork, words: Words) -> str:
    """Return which network a stopped run kept, and in which file."""
    return words(
        f"remark.partial_{partial.choice}",
        fit=partial.fit,
        file=partial.file,
        epoch=partial.epoch,
        epochs=partial.epochs,
    )


def _on_the_base(record: Record, words: Words) -> Iterator[str]:
    """Yield whether a pretrained base was run or its features cached, and whether it changed."""
    features, frozen = record.features, record.frozen
    if features and features.cached:
        yield words("remark.cached")
    elif features:
        spent = duration(features.seconds)
        yield words("remark.features", count=features.forward_passes, time=spent)
    if frozen:
        key = "remark.frozen" if frozen.before == frozen.after else "remark.thawed"
        yield words(key, count=frozen.weights, digest=frozen.after[:8])


def _of_one_class(record: Record, name: str, words: Words) -> Iterator[str]:
    """Yield of which class metrics are that are not the same for the other."""
    shown = {metric for scores in record.scores.values() for metric in scores}
    if metrics := [metric for metric in OF_ONE_CLASS if metric in shown]:
        yield words("remark.of_class", metrics=words.metrics(metrics), name=name)


def _on_the_data(record: Record, words: Words) -> Iterator[str]:
    data = record.dataset
    if record.scores and data.largest_share > LARGE:
        share = f"{data.largest_share:.1%}"
        yield words("remark.largest_class", name=data.largest_class, share=share)
    if data.task == "binary" and len(data.classes) == 2:
        yield from _of_one_class(record, data.classes[1], words)
    if record.vocabulary:
        yield _vocabulary(record.vocabulary, words)
    yield from _duplicates(record, words)
    if record.given_rows:
        yield words("remark.given", rows=f"{record.given_rows:,}")
    if not record.has_test_part:
        yield words("remark.no_test_part")
    elif record.scores and "test" not in record.scores:
        yield words("remark.no_look")
    elif record.test_looks > 1:
        yield words("remark.looks", looks=record.test_looks, name=whose_test_part(record.dataset))


def _vocabulary(facts: VocabularyFacts, words: Words) -> str:
    """Say how large the vocabulary is, and how much of other parts it does not know."""
    shares = (
        words("remark.share", share=f"{fmean(of):.1%}", part=words.name("part", part))
        for part, of in facts.unknown.items()
    )
    return words("remark.vocabulary", tokens=f"{facts.tokens:,}", shares=words.listed(shares))


def _duplicates(record: Record, words: Words) -> Iterator[str]:
    data = record.dataset
    rows = {"validation": data.validation_examples, "test": data.test_examples}
    for part, count in record.duplicates.items():
        named, of = words.name("part", part), rows.get(part)
        if count and of:
            share = f"{count / of:.1%}"
            yield words(
                "remark.duplicates_of", count=count, part=named, rows=f"{of:,}", share=share
            )
        elif count:
            yield words("remark.duplicates", count=count, part=named)
