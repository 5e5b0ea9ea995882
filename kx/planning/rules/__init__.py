"""What must hold between the keys of a spec, beyond the type and range of each.

A rule is a function of the plan that yields what breaks it. Every rule stands in one of the two
lists below; what an architecture or a validation strategy demands of the data stands beside it,
in the ``check`` with which it is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from kx.contracts import DatasetInfo, Ways
from kx.planning.finding import Finding
from kx.planning.plan import Plan
from kx.planning.rules import data, names, training, without_effect

SPEC_RULES: tuple[Callable[[Plan], Iterable[Finding]], ...] = (
    names.monitors_are_measured,
    names.expectations_are_results,
    training.expectations_can_be_met,
    training.one_thing_sets_the_learning_rate,
    training.boundaries_rise,
    training.boundaries_have_learning_rates,
    training.epochs_are_those_of_phases,
    training.phases_suit_the_base,
    training.phases_can_be_repeated,
    training.phases_go_on_from_their_best,
    training.features_are_made_once,
    training.batches_can_be_normalised,
    training.tensorboard_is_installed,
    without_effect.callbacks_have_time,
    without_effect.improvements_are_possible,
    without_effect.learning_rates_are_small,
    without_effect.enough_rows_are_left_to_train_on,
    without_effect.texts_keep_some_words,
    without_effect.plateaus_lower_the_learning_rate,
    without_effect.schedules_end_within_the_training,
    without_effect.schedules_change_the_learning_rate,
    without_effect.optimizer_options_take_effect,
    without_effect.regularisation_leaves_something,
    without_effect.epochs_are_judged_by_held_out_rows,
    without_effect.some_epochs_are_judged,
)
"""Those that hold whatever the data are like, or as far as it is known."""

DATA_RULES: tuple[Callable[[Plan, DatasetInfo], Iterable[Finding]], ...] = (
    data.remarks_are_told,
    data.expectations_have_a_part,
    data.later_rows_are_later_in_time,
    data.forecasts_are_judged_by_time,
    data.head_suits_the_task,
    data.class_weights_name_classes,
    data.sampling_has_classes,
    data.thresholds_have_answers,
    data.pictures_stay_bytes,
    data.only_numbers_are_scaled,
    data.texts_are_not_scaled,
    data.only_tables_prepare_columns,
    data.bins_have_amounts,
    data.prepared_columns_are_amounts,
    data.categories_suit_the_network,
    data.sequences_have_single_tokens,
    data.words_in_order_are_embedded,
    data.augmentation_has_pictures,
    data.buckets_hold_texts,
    data.components_suit_the_data,
)
"""Those between the spec and the form of the data."""


def broken(plan: Plan) -> Iterator[Finding]:
    """Yield what does not fit together in a plan, as far as the form of its data is known.

    A hint names no key which the components of this plan do not have.
    """
    for found in _broken(plan):
        hint = found.hint
        yield replace(found, hint=hint.open_to(plan.takes)) if isinstance(hint, Ways) else found


def _broken(plan: Plan) -> Iterator[Finding]:
    for rule in SPEC_RULES:
        yield from rule(plan)
    if plan.info:
        for of_data in DATA_RULES:
            yield from of_data(plan, plan.info)


def broken_by_data(plan: Plan, info: DatasetInfo) -> list[Finding]:
    """Return what turns out not to fit, now that the form of the data is known."""
    told = list(broken(plan))
    return [found for found in broken(replace(plan, info=info)) if found not in told]
