"""The spec and the form of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kx.base.errors import PluginError, suggest
from kx.base.guard import patience
from kx.base.remark import Remark
from kx.components.registry import Entry
from kx.contracts import Complaint, DatasetInfo, Way, Ways
from kx.data.arrays.class_weights import class_weight_complaints
from kx.models.head_complaints import head_complaints
from kx.planning.finding import Finding
from kx.planning.plan import SECTIONS, Plan
from kx.planning.strangers import faults_of
from kx.planning.weights_here import WeightsHere
from kx.training.augmentation import augmentation_complaints

SCALE = ("preparation", "scale")
BATCHING = ("training", "batching")


def expectations_have_a_part(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """What is expected of the test part can be judged if there is one."""
    if info.test_examples == 0:
        for name in plan.spec.expect:
            if name.startswith("test."):
                remark = Remark.of("spec.never_judged", name=info.name)
                hint = Remark.of("spec.never_judged_hint")
                yield Finding(("expect", name), remark, hint, fatal=False, at_key=True)


def later_rows_are_later_in_time(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """A strategy that goes by time is for rows that are known to be in its order."""
    if plan.validation.entry.name == "time_series" and not info.ordered:
        remark = Remark.of("spec.time_unknown", name=info.name)
        hint = Remark.of("spec.time_unknown_hint")
        yield Finding(("validation", "strategy"), remark, hint, fatal=False)


def forecasts_are_judged_by_time(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Windows beside each other share all rows but one: they must not be divided by chance."""
    entry = plan.validation.entry
    if info.series and entry.is_built_in and entry.name != "time_series":
        text = (
            f"{entry.name} would train on windows that hold what others, for validation, are to "
            "forecast: windows share their rows"
        )
        yield Finding(("validation", "strategy"), text, "use strategy: time_series")


def head_suits_the_task(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Output layer, loss and metrics fit each other and the targets."""
    for complaint in head_complaints(info, plan.head(info)):
        yield Finding.of("training", complaint)


def remarks_are_told(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """What is odd about the data is told before anything trains."""
    key = ("dataset", *plan.dataset.entry.paths()[:1])
    for remark in info.remarks:
        text = " ".join(remark.split()).rstrip(".") if isinstance(remark, str) else remark
        yield Finding(key, text, fatal=False)


def class_weights_name_classes(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """There are single classes, and they are called like this."""
    for complaint in class_weight_complaints(info, plan.spec.training.class_weight):
        yield Finding(("training", "class_weight"), complaint.message, complaint.hint)


def sampling_has_classes(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Classes that are drawn equally often exclude each other, and are not weighted as well."""
    key = ("training", "sampling")
    if plan.spec.training.sampling is None:
        return
    if not info.one_class:
        hint = "remove it, or weigh rows (a weight column)" if info.numbers else "remove it"
        yield Finding(key, f"a {info.task} task has no single classes", hint)
    elif plan.spec.training.class_weight is not None:
        remark, less = Remark.of("spec.weighted_twice"), Remark.of("spec.weighted_twice_hint")
        yield Finding(key, remark, less, fatal=False)


def thresholds_have_answers(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """A threshold is for answers that are yes or no."""
    if plan.spec.threshold is not None and info.task not in ("binary", "multilabel"):
        text = f"needs answers that are yes or no; the task of {info.name} is {info.task}"
        yield Finding(("threshold",), text, "remove it", at_key=True)


def pictures_stay_bytes(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """A saved model takes pictures as they are."""
    if info.pixels and _scales(plan):
        text = f"does not apply to {info.name}: its pictures stay uint8, and networks rescale them"
        yield Finding(SCALE, text, "remove it")


def only_numbers_are_scaled(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Classes have no unit, and a number from 0 to 1 has the right one."""
    if plan.spec.preparation.target == "standardize" and not info.in_units:
        text = f"standardize is for regressions; the task of {info.name} is {info.task}"
        yield Finding(("preparation", "target"), text, "remove it")


def texts_are_not_scaled(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """What becomes of words is no measurement."""
    if info.texts and _scales(plan):
        text = f"does not apply to {info.name}: its texts are prepared by their vocabulary"
        yield Finding(SCALE, text, "remove it")


def only_tables_prepare_columns(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Columns are known to be prepared each in its own way where they are of several kinds."""
    section = plan.spec.preparation
    if info.table:
        return
    for key, value in (("scale", section.scale), ("missing", section.missing)):
        if value in ("robust", "quantile", "log", "median"):
            text = f"{value} is for the dataset table, not for {info.name}"
            yield Finding(
                ("preparation", key), text, f"use {'mean' if key == 'missing' else 'standardize'}"
            )
    if section.columns:
        text = f"is for the dataset table: those of {info.name} are prepared alike"
        yield Finding(("preparation", "columns"), text, "remove it", at_key=True)


def categories_suit_the_network(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """A place among values is no amount, and only a table is known to have categories."""
    asked, key = plan.spec.preparation.categories, ("preparation", "categories")
    if asked != "auto" and not any(form.kind == "category" for form in info.table):
        yield Finding(key, f"{asked}: {info.name} has no categories", "remove it")
    elif asked == "embed" and info.series:
        text = f"embed: networks are given categories of {info.name} one-hot, step by step"
        yield Finding(key, text, "use auto or one_hot")
    elif asked == "embed" and not plan.reads_blocks:
        name = plan.architecture.entry.name
        text = f"embed: {name} would take the place of a category among its values for an amount"
        yield Finding(key, text, "use tabular or tabm, or categories: one_hot")


def bins_have_amounts(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Only of a table is known which columns are amounts, and steps of a series are no rows."""
    amounts = not info.series and any(form.is_measured for form in info.table)
    if plan.spec.preparation.bins and not amounts:
        text = f"are for numbers and dates of the dataset table; {info.name} has none"
        yield Finding(("preparation", "bins"), text, "remove it", at_key=True)


def prepared_columns_are_amounts(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """What is said of single columns is said of numbers and dates that there are."""
    forms = {form.name: form for form in info.table}
    amounts = [name for name, form in forms.items() if form.is_measured]
    for name, way in plan.spec.preparation.ways().items() if forms else ():
        key = ("preparation", "columns", name)
        if name not in forms:
            text = f"nothing is learned from a column {name!r}"
            yield Finding(key, text, suggest(name, amounts), at_key=True)
        elif name not in amounts:
            text = f"{name} is {forms[name].kind}: only numbers and dates are scaled and filled"
            yield Finding(key, text, "remove it", at_key=True)
        elif forms[name].kind == "date" and way.get("scale") == "log":
            yield Finding(key, f"{name} is a date: a day has no logarithm", "use another scale")


def _scales(plan: Plan) -> bool:
    return plan.spec.preparation.scale not in ("auto", "none")


def sequences_have_single_tokens(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """A pair of words would stand between its words, or in their place."""
    forms = [info.texts, *(form.text for form in info.table)]
    if any(form and form.encoding == "sequence" and form.ngrams > 1 for form in forms):
        text = "n-grams have no position of their own in a sequence"
        yield Finding(("dataset", "ngrams"), text, "use 1, or another dataset.encoding")


def words_in_order_are_embedded(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """The number of a word is no amount: only networks that tell blocks apart can read it."""
    ordered = [form.name for form in info.table if form.in_order]
    if ordered and not plan.reads_blocks:
        name = plan.architecture.entry.name
        text = f"sequence: {name} would take the words of {ordered[0]} for amounts"
        yield Finding(("dataset", "encoding"), text, "use tf_idf, multi_hot or count")


def augmentation_has_pictures(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Only pictures are changed by chance, and changed so that they keep their meaning."""
    for complaint in augmentation_complaints(info, plan.spec.augmentation):
        yield Finding.of("augmentation", complaint)


def buckets_hold_texts(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Texts of like length come together only where padding may be of any length."""
    architecture = plan.architecture
    if plan.spec.training.batching == "fixed":
        return
    if info.vocabulary is None:
        text = f"bucketed batching needs word sequences; {info.name} has none"
        yield Finding(BATCHING, text, "remove it")
    elif not plan.network.any_length:
        text = f"bucketed: {architecture.entry.name} takes texts of one length only"
        yield Finding(BATCHING, text, "use rnn, or batching: fixed")
    elif not architecture.options.get("masking"):
        text = "bucketed: without masking, predictions depend on how far a text is padded"
        masked = Way("set architecture.masking: true", "architecture.masking", True)
        yield Finding(BATCHING, text, Ways(masked, Way("use batching: fixed")))


def components_suit_the_data(plan: Plan, info: DatasetInfo) -> Iterator[Finding]:
    """Architecture and validation strategy can work with such data, as they say themselves."""
    network, strategy = plan.architecture, plan.validation
    yield from _told(
        "architecture", network.entry, lambda: network.made().check(info, WeightsHere(plan.folder))
    )
    yield from _told("validation", strategy.entry, lambda: strategy.made().check(info))


def _told(
    section: str, entry: Entry[Any], check: Callable[[], Iterable[Complaint]]
) -> Iterable[Finding]:
    """Yield what a component complains of, or that it cannot even do that."""
    try:
        with faults_of(entry, patience()):
            yield from [Finding.of(section, found) for found in check()]
    except PluginError as error:
        yield Finding((section, SECTIONS[section][0]), str(error), "fix the plugin")
