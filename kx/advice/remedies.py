"""What the notes advise against what a run suffers from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kx.advice.rules import CLOSE, GAP, Numbers, Rule, ends_at_its_best
from kx.spec.stated import Stated


def _by_heart(n: Numbers) -> bool:
    """Whether the training loss fell though the network is no better than a guess elsewhere."""
    last, constant = n.get("training_last"), n.get("constant_loss")
    return last is not None and constant is not None and last < (1 - GAP) * constant


def advised(
    rule: Rule, n: Numbers, spec: Mapping[str, Any], fits: int, *, rare: bool = False
) -> Iterator[str]:
    """Yield what the notes advise, without what the spec does already or cannot do.

    If classes are ``rare``, a network that only knows the frequent one is no better than a guess.
    """
    options = Stated(spec).section("architecture")
    if rare and rule.kind == "no_better_than_baseline" and not _by_heart(n):
        yield "balance"
    if rule.kind in ("underfits", "no_better_than_baseline") and _forgets(spec, options):
        yield "padding"
    if rule.kind == "overfits":
        yield from _against_overfitting(spec, options)
    elif rule.kind == "underfits":
        yield from _against_underfitting(rule, options, close=n["gap"] < CLOSE)
    elif rule.name == "linear_better":
        yield "linear"
    elif rule.kind == "no_better_than_baseline":
        yield from ("longer",) if ends_at_its_best(n) else ()
        by_heart, more = _by_heart(n), _more_of(spec)
        yield from () if by_heart or not _is_restrained(options) else ("less_regularisation",)
        yield from ("check_data", more, "smaller") if by_heart else ("check_data",)
        yield from () if by_heart else ("learning_rate", "larger", "longer")
    elif rule.kind == "contradictory":
        yield "check_labels"
    elif rule.kind == "noisy":
        yield from ("lower_rate", "larger_batch")
        yield from _against_chance(spec, fits)
    elif rule.kind == "diverged":
        yield from ("lower_rate", "scale", "clip")
    elif rule.kind in ("too_short", "unfinished"):
        yield "longer"
    else:
        yield "keep"


def _against_overfitting(spec: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    yield "stop"
    if options.get("dropout") == 0:
        yield "dropout"
    if options.get("l2") == 0 and options.get("l1") == 0:
        yield "penalty"
    if could_be_augmented(spec):
        yield "augmentation"
    if options.get("units") or options.get("filters"):
        yield "smaller"
    yield _more_of(spec)


def _more_of(spec: Mapping[str, Any]) -> str:
    """Return what more of the data is called: of a series, its past."""
    return "longer_history" if Stated(spec).in_order_of_time else "more_data"


def _against_chance(spec: Mapping[str, Any], fits: int) -> tuple[str, ...]:
    """Return what makes a curve surer: parts in order of time cannot be drawn anew."""
    if Stated(spec).in_order_of_time:
        return "smooth", "more_folds", "longer_history"
    return ("kfold", "smooth") if fits == 1 else ("smooth", "repeats")


def could_be_augmented(spec: Mapping[str, Any]) -> bool:
    """Whether a network reads pictures, anew in each epoch, which are not augmented yet."""
    options = Stated(spec).section("architecture")
    pictures = options.get("name") in ("cnn", "pretrained") and options.get("mode") != "features"
    return pictures and not spec.get("augmentation")


def _against_underfitting(rule: Rule, options: Mapping[str, Any], *, close: bool) -> Iterator[str]:
    if rule.name == "weak":
        yield "linear"
    if rule.name == "still_falling":
        yield "longer"
    if _is_restrained(options):
        yield "less_regularisation"
    if close:
        yield "larger"
    if rule.name != "still_falling":
        yield "longer"


def _is_restrained(options: Mapping[str, Any]) -> bool:
    """Whether dropout or a penalty holds the network back."""
    return any(options.get(name) for name in ("dropout", "l1", "l2"))


def _forgets(spec: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a recurrent network reads zeros behind the words, and forgets the words over them."""
    dataset = Stated(spec).section("dataset")
    behind = dataset.get("encoding") == "sequence" and dataset.get("pad") == "back"
    reads = not options.get("masking") and not options.get("bidirectional")
    return behind and reads and options.get("name") == "rnn"
