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
    "cache.aside",
    "cache.features",
    "cache.homeless",
    "cache.pictures",
    "cache.vectors",
    "columns.copy",
    "columns.few_numbers",
    "columns.free_text",
    "columns.identifier",
    "columns.left_out",
    "columns.left_out_hint",
    "columns.missing",
    "columns.nested",
    "columns.ordered",
    "columns.parts",
    "columns.relation",
    "columns.sorted",
    "columns.tells",
    "columns.twins",
    "columns.values",
    "columns.where",
    "columns.why_constant",
    "columns.why_distinct",
    "columns.why_empty",
    "columns.why_rows",
    "columns.why_texts",
    "compare.classified",
    "compare.damaged",
    "compare.datasets",
    "compare.elsewhere",
    "compare.file",
    "compare.files",
    "compare.fingerprints",
    "compare.fold_numbers",
    "compare.fold_scores",
    "compare.labelled",
    "compare.missing",
    "compare.no_folds",
    "compare.no_metric",
    "compare.no_rows",
    "compare.no_test",
    "compare.no_test_for",
    "compare.no_test_part",
    "compare.number",
    "compare.numbers",
    "compare.one_split",
    "compare.quantiles",
    "compare.sample",
    "compare.smoke",
    "compare.state",
    "compare.steps",
    "compare.test_rows",
    "compare.unfitting",
    "compare.unknown_task",
    "compare.unlike",
    "compare.unseen",
    "compare.validated",
    "effect.begins_lower",
    "effect.boundary_beyond",
    "effect.few_rows",
    "effect.few_rows_hint",
    "effect.few_words",
    "effect.few_words_hint",
    "effect.fewer",
    "effect.large_steps",
    "effect.large_steps_hint",
    "effect.much_dropout",
    "effect.much_dropout_hint",
    "effect.much_penalty",
    "effect.much_penalty_hint",
    "effect.never_falls",
    "effect.never_stops",
    "effect.no_ema",
    "effect.no_ema_hint",
    "effect.no_momentum",
    "effect.no_momentum_hint",
    "effect.no_room_falls",
    "effect.no_room_hint",
    "effect.no_room_stops",
    "effect.no_step",
    "effect.one_word",
    "effect.one_word_hint",
    "effect.remove",
    "effect.rises",
    "effect.smaller",
    "effect.stays",
    "effect.training_loss",
    "effect.training_loss_hint",
    "effect.warms_up",
    "engine.augmentation",
    "engine.encoded",
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
    "error.diverged",
    "error.diverged_unscaled",
    "error.no_number",
    "error.stopped",
    "folders.loose",
    "folders.nested",
    "folders.nested_class",
    "folders.no_test",
    "folders.part",
    "folders.parts",
    "folders.strangers",
    "folders.taken_for_classes",
    "layout.comma",
    "layout.commented",
    "layout.delimited",
    "layout.form",
    "layout.json_lines",
    "layout.pipe",
    "layout.read",
    "layout.semicolon",
    "layout.sign",
    "layout.space",
    "layout.tab",
    "layout.whitespace",
    "linear.coefficients",
    "linear.many",
    "linear.none",
    "linear.numbers",
    "linear.seconds",
    "linear.seconds_sparse",
    "list.and_more",
    "list.clauses",
    "list.clauses_more",
    "list.comma_more",
    "list.items",
    "list.items_more",
    "looks.unknown",
    "note.behind",
    "note.random",
    "note.sample",
    "pictures.animated",
    "pictures.left_out",
    "pictures.misnamed",
    "pictures.rotated",
    "pictures.sixteen",
    "pictures.transparent",
    "scaled.far",
    "scaled.forecast",
    "scaled.large",
    "scaled.narrow",
    "scaled.rate",
    "scaled.several",
    "seen.classes",
    "seen.either",
    "seen.labels",
    "seen.named",
    "seen.names_more",
    "seen.order",
    "seen.pictures",
    "seen.range",
    "seen.rising",
    "seen.target_number",
    "seen.target_numbers",
    "seen.texts",
    "series.gaps",
    "series.unread",
    "series.untested",
    "series.untrained",
    "spec.augments_nothing",
    "spec.augments_nothing_hint",
    "spec.got",
    "spec.groups_divided",
    "spec.groups_divided_hint",
    "spec.hint",
    "spec.later_rows",
    "spec.later_rows_hint",
    "spec.layers_linear",
    "spec.layers_linear_hint",
    "spec.layers_narrow",
    "spec.layers_narrow_hint",
    "spec.masking_unused",
    "spec.masking_unused_hint",
    "spec.metric_says_little",
    "spec.metric_says_little_hint",
    "spec.mirrored",
    "spec.never_improved",
    "spec.never_judged",
    "spec.never_judged_hint",
    "spec.padded_back",
    "spec.padded_back_hint",
    "spec.phases_best",
    "spec.phases_best_hint",
    "spec.place",
    "spec.refit_ended",
    "spec.rows_normalised",
    "spec.rows_normalised_hint",
    "spec.targets_unscaled",
    "spec.targets_unscaled_hint",
    "spec.time_unknown",
    "spec.time_unknown_hint",
    "spec.validation_mixed",
    "spec.validation_mixed_hint",
    "spec.validation_size_hint",
    "spec.watched",
    "spec.weighted_twice",
    "spec.weighted_twice_hint",
    "splits.apart",
    "splits.counted_as_0",
    "splits.different",
    "splits.many_fits",
    "splits.many_fits_hint",
    "splits.mix",
    "splits.mix_numbers",
    "splits.one_class",
    "splits.one_number",
    "splits.one_sided",
    "splits.other_metric",
    "splits.rare_both",
    "splits.rare_both_hint",
    "splits.rare_class",
    "splits.rare_folds",
    "splits.rare_folds_hint",
    "splits.rare_more",
    "splits.test_part",
    "splits.undefined",
    "splits.untrained",
    "splits.unvalidated",
    "splits.usual_few",
    "splits.usual_given",
    "splits.usual_groups",
    "splits.usual_part",
    "splits.usual_time",
    "stage.building",
    "stage.columns",
    "stage.columns_of",
    "stage.cached",
    "stage.decoding",
    "stage.extracting",
    "stage.features",
    "stage.importance",
    "stage.megabytes",
    "stage.reading",
    "stage.starting",
    "stage.testing",
    "stage.validation",
    "stage.weights",
    "stage.writing",
    "table.alike",
    "table.alike_group",
    "table.label",
    "table.label_at",
    "table.label_columns",
    "table.labels",
    "table.left_out",
    "table.lines",
    "table.nothing",
    "table.regression",
    "table.shares",
    "table.sign",
    "table.spanning",
    "table.strangers",
    "table.swallowing",
    "table.untold",
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
    "title.cache",
    "title.data",
    "title.looks_lost",
    "title.looks_unknown",
    "title.network",
    "title.random",
    "title.sample",
    "title.spec",
    "title.vectors",
    "vectors.few",
    "vectors.large",
    "why.amx",
    "why.default",
    "why.no_amx",
    "why.spec",
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
