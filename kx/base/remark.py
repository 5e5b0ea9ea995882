"""What kx has to say, as a code and its values: the sentence is made where it is shown.

Any part of kx makes a ``Remark``; ``kx.wording.recorded`` words it in a language, by the text that
``kx/wording/texts`` has under ``said`` and the code. Records keep remarks as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Union

Code = Literal[
    "text",
    "warning",
    "title.cache",
    "title.data",
    "title.looks_lost",
    "title.looks_unknown",
    "title.network",
    "title.random",
    "title.sample",
    "title.spec",
    "title.vectors",
    "why.amx",
    "why.default",
    "why.no_amx",
    "why.spec",
    "effect.few_rows",
    "effect.few_rows_hint",
    "effect.few_words",
    "effect.few_words_hint",
    "effect.large_steps",
    "effect.large_steps_hint",
    "effect.no_room_falls",
    "effect.no_room_hint",
    "effect.no_room_stops",
    "effect.one_word",
    "effect.one_word_hint",
    "engine.augmentation",
    "engine.few_steps",
    "engine.gpu",
    "engine.large",
    "engine.layer",
    "engine.metric",
    "engine.own_loss",
    "engine.own_optimizer",
    "engine.own_step",
    "engine.recurrent",
    "engine.recurrent_lengths",
    "engine.single_batches",
    "engine.small",
    "engine.sparse",
    "engine.streamed",
    "engine.unpaid",
    "scaled.far",
    "scaled.large",
    "scaled.narrow",
    "linear.coefficients",
    "linear.many",
    "linear.none",
    "linear.numbers",
    "linear.seconds",
    "linear.seconds_sparse",
    "error.diverged",
    "error.diverged_unscaled",
    "error.no_number",
    "error.stopped",
    "note.behind",
    "note.random",
    "note.sample",
    "cache.features",
    "cache.homeless",
    "cache.pictures",
    "vectors.few",
    "looks.unknown",
    "spec.got",
    "spec.hint",
    "spec.place",
    "spec.layers_linear",
    "spec.layers_linear_hint",
    "spec.layers_narrow",
    "spec.layers_narrow_hint",
    "spec.never_improved",
    "spec.padded_back",
    "spec.padded_back_hint",
    "spec.refit_ended",
    "spec.groups_divided",
    "spec.groups_divided_hint",
    "spec.validation_mixed",
    "spec.validation_mixed_hint",
    "spec.validation_size_hint",
    "spec.watched",
    "splits.apart",
    "splits.counted_as_0",
    "splits.different",
    "splits.mix",
    "splits.mix_numbers",
    "splits.one_class",
    "splits.one_number",
    "splits.one_sided",
    "splits.other_metric",
    "splits.test_part",
    "splits.undefined",
    "splits.untrained",
    "splits.unvalidated",
    "folders.loose",
    "folders.nested",
    "folders.nested_class",
    "folders.no_test",
    "folders.part",
    "folders.parts",
    "folders.strangers",
    "folders.taken_for_classes",
    "pictures.animated",
    "pictures.left_out",
    "pictures.misnamed",
    "pictures.rotated",
    "pictures.sixteen",
    "pictures.transparent",
    "columns.constant",
    "columns.copy",
    "columns.distinct",
    "columns.empty",
    "columns.few_numbers",
    "columns.missing",
    "columns.rows_numbered",
    "columns.sorted",
    "columns.texts",
    "columns.values",
    "table.alike",
    "table.alike_group",
    "table.label",
    "table.left_out",
    "table.lines",
    "table.nothing",
    "table.regression",
    "table.sign",
    "table.spanning",
    "table.swallowing",
    "texts.files_left_out",
    "texts.more_words",
    "texts.named",
    "texts.other_texts",
    "texts.other_tokens",
    "texts.strange",
    "texts.unknown",
    "texts.unknown_test",
    "texts.unspaced",
    "texts.wordless",
    "texts.wordless_sequence",
    "targets.always",
    "targets.class",
    "targets.contradictory",
    "targets.contradictory_numbers",
    "targets.examples_alike",
    "targets.label",
    "targets.mape",
    "targets.msle",
    "targets.nowhere",
    "targets.outlier",
    "targets.rows",
    "targets.test_alike",
    "targets.untested",
    "targets.untrained",
    "list.and_more",
    "list.clauses",
    "list.clauses_more",
    "list.comma_more",
    "list.items",
    "list.items_more",
]
"""All there are. ``text`` has no sentence of its own: somebody else's, such as that of an error."""

Single = Union[str, int, float, None, "Remark"]
Value = Single | tuple[Single, ...]
"""What stands in a sentence; None in a record is a number that JSON has not, such as infinity."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell, in no language yet.

    Attributes:
        code: which sentence; one of ``Code``, unless a newer kx recorded it.
        values: name -> what stands in it.
    """

    code: str
    values: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, code: Code, /, **values: Value) -> Remark:
        """Return the remark with a code and its values."""
        return cls(code, values)

    def __hash__(self) -> int:
        """By the code alone: values are few, and a dictionary has no hash."""
        return hash(self.code)

    def with_texts(self, change: Callable[[str], str]) -> Remark:
        """Return it with every text among its values changed."""
        return Remark(self.code, {name: _with(of, change) for name, of in self.values.items()})


def _with(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, tuple):
        return tuple(_single(each, change) for each in value)
    return _single(value, change)


def _single(value: Single, change: Callable[[str], str]) -> Single:
    if isinstance(value, Remark):
        return value.with_texts(change)
    return change(value) if isinstance(value, str) else value


def as_remark(said: str | Remark) -> Remark:
    """Return what is said; a text, which a plugin may have written, as one without a code."""
    return Remark.of("text", text=said) if isinstance(said, str) else said


def some_of(
    items: Sequence[Single],
    most: int,
    more: Code = "list.and_more",
    whole: Code = "list.items",
) -> Remark:
    """Return the first ``most`` items, and how many others there are.

    Args:
        items: all there are.
        most: so many are named.
        more: by which code that is said if there are others.
        whole: likewise, if there are none.
    """
    others = len(items) - most
    if others <= 0:
        return Remark.of(whole, names=tuple(items))
    return Remark.of(more, names=tuple(items[:most]), more=others)
