"""What a column of labels holds: classes, numbers, or nothing."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from kx.base.errors import DataError
from kx.base.remark import Code, Remark
from kx.base.text import counted
from kx.contracts import Task
from kx.data.tables.rows import Places, in_lines

TargetKind = Literal[
    "auto",
    "classes",
    "multilabel",
    "ordered",
    "regression",
    "unit_regression",
    "counts",
    "quantiles",
]

Share = Annotated[float, Field(gt=0, lt=1)]

EmptyLabels = Literal["missing", "none"]

MISSING = ("nan", "na", "n/a", "#n/a", "<na>", "null", "none")
"""What programs and people write where there is no label; an empty value is always none."""

FEW = 20
"""As many different labels may be classes without a question."""

FEW_NUMBERS = 10
"""As many different numbers may be classes: whole ones, such as stars or digits, without a
question; decimal ones, such as 0.5, 1 and 2 mg, may be either."""

LEAST_OF_A_CLASS = 5
"""Rows of a class on average: of fewer, labels may be names, dates or texts, and one has to ask."""

NAMED = 5
"""Labels that a message names."""

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What the labels of a table are: options of all datasets that read them from a column.

    Attributes:
        task: `classes`, of which a row has one; `ordered` classes, such as low, medium and high;
            `multilabel`, several labels of which a row has
            any number: in one cell, as in `red;round`, or in columns that say yes or no;
            `regression` on the numbers in the column; `unit_regression` on shares from 0 to 1; or
            `counts`, whole numbers from 0 on that say how often something happened. `auto` takes
            decimal numbers for a regression and words for classes, or for labels where several
            stand in a cell, and asks where it is not clear.
        quantiles: that `task: quantiles` predicts, rising shares; if they are not stated, 0.1, 0.5
            and 0.9.
        order: of `ordered` classes, the lowest first; numbers have one of their own.
        positive: of two classes, the one that is looked for, such as `fraud`: precision, recall,
            F1, PR AUC and `threshold` are of it; if it is not stated, of the second by name.
        missing_labels: values that mean that there is no label, besides an empty one; upper and
            lower case are the same. `[]` if they are classes.
        ignore_labels: values whose rows are left out, such as a class of a single row.
        label_separator: what stands between several labels in a cell; if it is not stated, what
            does in most of them.
        empty_labels: where a row may have several labels, what an empty cell means: that they are
            `missing`, so that the row cannot be used; or that it has `none` of them.
    """

    task: TargetKind = "auto"
    quantiles: Annotated[tuple[Share, ...], Field(min_length=1, max_length=20)] | None = None
    order: Annotated[tuple[str, ...], Field(min_length=3, max_length=100)] | None = None
    positive: Annotated[str, Field(min_length=1)] | None = None
    missing_labels: Annotated[tuple[str, ...], Field(max_length=100)] = MISSING
    ignore_labels: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    label_separator: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    empty_labels: EmptyLabels = "missing"

    def absent(self) -> frozenset[str]:
        """Return what stands for no label, as ``is_absent`` looks for it."""
        return frozenset(value.strip().casefold() for value in ("", *self.missing_labels))


@dataclass(slots=True)
class LabelCounts:
    """The different labels of a column.

    Attributes:
        where: what the column is called in messages.
        option: of the dataset, which names it.
        counts: label -> how often.
        lines: label -> where it stands first.
        place: says where a row stands, by its line.
    """

    where: str
    option: str = "label"
    place: Places = in_lines
    counts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, label: str, line: int, times: int = 1) -> None:
        """Count a label that stands on ``line`` first, one time or several."""
        self.counts[label] = self.counts.get(label, 0) + times
        self.lines.setdefault(label, line)

    def counted(self, label: str) -> Remark:
        """Return a label with how often it occurs, and where it stands first."""
        times, line = self.counts[label], self.lines[label]
        if (place := self.place(line)) != in_lines(line):
            return Remark.of("table.label_at", label=label, times=times, place=place)
        return Remark.of("table.label", label=label, times=times, line=line)

    @property
    def rows(self) -> int:
        """How many labels were counted."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Target:
    """What is learned from the labels.

    Attributes:
        classes: in the order of their numbers; empty for a regression.
        remarks: what everybody should know of the labels.
        separator: what stands between several labels in a cell; empty: each row has one label, or
            each label a column.
        quantiles: that are predicted, as shares.
        targets: names of the numbers that are predicted, if these are several.
    """

    task: Task
    classes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    separator: str = ""
    quantiles: tuple[float, ...] = ()
    targets: tuple[str, ...] = ()


def is_absent(label: str, absent: Collection[str]) -> bool:
    """Whether ``label`` says that there is none; ``absent``: of ``TargetOptions``."""
    return label.casefold() in absent


def number_of(label: str) -> float | None:
    """Return the finite number that ``label`` is, written with a decimal point; None: it is none.

    Python's ``float`` would take ``1_0`` and ``nan`` for numbers, too.
    """
    if not NUMBER.fullmatch(label):
        return None
    value = float(label)
    return value if math.isfinite(value) else None


def target_of(labels: LabelCounts, kind: TargetKind) -> Target:
    """Return what the labels are: classes or numbers.

    Args:
        labels: all that are not missing.
        kind: what the spec says they are: ``auto``, or what can be inferred.

    Raises:
        DataError: if they cannot be that, or if one has to ask.
    """
    if kind == "unit_regression":
        return _shares(labels)
    if kind == "regression" or (kind == "auto" and _are_measured(labels)):
        return _regression(labels, asked=kind == "regression")
    if kind == "auto":
        _ask(labels)
    return _classes(labels)


def _are_measured(labels: LabelCounts) -> bool:
    """Whether the labels are decimal numbers of which many differ: nobody would call them classes.

    Few different ones among many rows may be doses or prices, which are both.
    """
    numbers = [number_of(label) for label in labels.counts]
    many = len(numbers) > FEW_NUMBERS or 3 * len(numbers) > labels.rows
    return many and len(numbers) > 1 and None not in numbers and not _are_whole(numbers)


def _are_whole(numbers: Iterable[float | None]) -> bool:
    return all(number is not None and number.is_integer() for number in numbers)


def may_be_codes(labels: LabelCounts) -> bool:
    """Whether labels that are numbers may number classes: few whole ones, or 0, 1, 2 and so on."""
    numbers = [number_of(label) for label in labels.counts]
    if len(numbers) > FEW or not _are_whole(numbers):
        return False
    known = sorted({int(number) for number in numbers if number is not None})
    counting = known[:1] in ([0], [1]) and known[-1] - known[0] == len(known) - 1
    return len(known) <= FEW_NUMBERS or counting


def _ask(labels: LabelCounts) -> None:
    """Refuse labels that may well be something else than classes."""
    numbers, different = [number_of(label) for label in labels.counts], len(labels.counts)
    if different == 1 and None not in numbers:
        raise DataError(f"{labels.where} has the same number in every row: nothing can be learned.")
    if different and None not in numbers and not may_be_codes(labels):
        ways = "regression, counts" if all(map(is_count, labels.counts)) else "regression,"
        raise DataError(
            f"{labels.where} holds {different} different numbers in {labels.rows} rows "
            f"({_some(labels.counts)}). What are they? Set dataset.task: {ways} or classes."
        )
    if different > FEW and LEAST_OF_A_CLASS * different > labels.rows:
        raise DataError(
            f"{labels.where} holds {different} different labels in {labels.rows} rows "
            f"({_some(labels.counts)}): is this the right column "
            f"(dataset.{labels.option})?{_nearly_numbers(labels)} If they are classes, set "
            "dataset.task: classes."
        )
    odd = [label for label, number in zip(labels.counts, numbers, strict=True) if number is None]
    if odd and not _are_whole(number for number in numbers if number is not None):
        line = labels.lines[odd[0]]
        raise DataError(
            f"{labels.where} holds decimal numbers, and {odd[0]!r} ({labels.place(line)}). If "
            "that marks a missing label, list it in dataset.missing_labels; if all are classes, "
            "set dataset.task: classes."
        )


def _nearly_numbers(labels: LabelCounts) -> str:
    """Say what keeps labels from being numbers, if most of them are."""
    others = [label for label in labels.counts if number_of(label) is None]
    words = [label for label in others if not WITH_COMMA.fullmatch(label)]
    if len(words) < len(others) and (not words or len(words) > len(labels.counts) / 2):
        return " Numbers need a decimal point, as in 1.5."
    if len(words) > len(labels.counts) / 2:
        return ""
    places = ", ".join(
        f"{label!r} ({labels.place(labels.lines[label])})" for label in words[:NAMED]
    )
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return (
        f" All are numbers except {places}{more}: if these mark missing labels, list them in "
        "dataset.missing_labels."
    )


WITH_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)

NO_NUMBER = ("value is not a finite number", "values are not finite numbers")


def _regression(labels: LabelCounts, *, asked: bool) -> Target:
    if wrong := [label for label in labels.counts if number_of(label) is None]:
        raise DataError(
            f"{labels.where}: {counted(len(wrong), *NO_NUMBER)} with a decimal point "
            f"({places(labels, wrong)}). A regression needs numbers: correct them, list those "
            "that mark a missing label in dataset.missing_labels, or set dataset.task: classes."
        )
    refuse_constant(labels)
    code: Code = "table.shares" if _are_shares(labels) else "table.regression"
    remark = Remark.of(code, column=labels.where)
    return Target("regression", remarks=() if asked else (remark,))


def is_count(label: str) -> bool:
    """Whether a label is a whole number from 0 on."""
    number = number_of(label)
    return number is not None and number >= 0 and number.is_integer()


def places(labels: LabelCounts, wrong: Sequence[str]) -> str:
    """Return where labels stand first, a few of many."""
    places = ", ".join(f"{labels.place(labels.lines[label])}: {label!r}" for label in wrong[:NAMED])
    return places + (f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else "")


def refuse_constant(labels: LabelCounts) -> None:
    """Refuse labels, all of them numbers, that are the same in every row."""
    if len({number_of(label) for label in labels.counts}) < 2:
        if len({Decimal(label) for label in labels.counts}) > 1:
            count, values = len(labels.counts), _some(labels.counts)
            raise DataError(
                f"{labels.where} holds {count:,} different values ({values}) that are the same "
                "64-bit number: they differ too little for their size. Subtract a constant."
            )
        raise DataError(f"{labels.where} has the same number in every row: nothing can be learned.")


def _are_shares(labels: LabelCounts) -> bool:
    """Whether all labels, which are numbers, are in 0..1."""
    return all(0 <= (number_of(label) or 0.0) <= 1 for label in labels.counts)


def _shares(labels: LabelCounts) -> Target:
    """Return a regression of numbers from 0 to 1.

    Raises:
        DataError: if some are not; with what to do about percentages.
    """
    if signs := [label for label in labels.counts if label.endswith("%")]:
        first = signs[0]
        raise DataError(
            f"{labels.where}: {labels.place(labels.lines[first])}: {first!r} is written with a %. "
            "dataset.task: unit_regression needs shares from 0 to 1: write 0.85 for 85%."
        )
    _regression(labels, asked=True)
    if _are_shares(labels):
        return Target("unit_regression")
    numbers = {label: number_of(label) or 0.0 for label in labels.counts}
    wrong = next(label for label, number in numbers.items() if not 0 <= number <= 1)
    percent = min(numbers.values()) >= 0 and 1 < max(numbers.values()) <= 100
    hint = "If these are percentages, divide them by 100; if not, say" if percent else "Say"
    raise DataError(
        f"{labels.where}: {labels.place(labels.lines[wrong])}: {wrong} is not from 0 to 1 (the "
        f"numbers are from {min(numbers.values()):g} to {max(numbers.values()):g}), which "
        f"dataset.task: unit_regression needs. {hint} dataset.task: regression."
    )


def _classes(labels: LabelCounts) -> Target:
    classes = in_order(labels.counts)
    if not classes:
        raise DataError(f"{labels.where} has no labels.")
    if len(classes) < 2:
        raise DataError(f"{labels.where} has {len(classes)} class: it needs two.")
    remarks = form_remarks(labels)
    return Target("binary" if len(classes) == 2 else "multiclass", classes, remarks)


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels in their order: numbers as such, so that 2 comes before 10, others as words."""
    words = sorted(labels)
    numbers = {label: number_of(label) for label in words}
    if None in numbers.values():
        return tuple(words)
    return tuple(sorted(words, key=lambda label: numbers[label] or 0.0))


def form_remarks(labels: LabelCounts) -> tuple[Remark, ...]:
    """Return what is odd about how labels are written."""
    return (*_alike(labels), *_signs(labels))


def _alike(labels: LabelCounts) -> Iterator[Remark]:
    """Yield which classes differ only in form, such as 1 and 1.0, or yes and YES."""
    forms: dict[object, list[str]] = {}
    for label in labels.counts:
        forms.setdefault(form_of_label(label), []).append(label)
    alike = [group for group in forms.values() if len(group) > 1]
    if alike:
        groups = tuple(
            Remark.of("table.alike_group", labels=tuple(map(labels.counted, group[:NAMED])))
            for group in alike[:NAMED]
        )
        yield Remark.of("table.alike", column=labels.where, groups=groups)


def _signs(labels: LabelCounts) -> Iterator[Remark]:
    """Yield labels without a letter or digit, which often stand for a missing value."""
    for label in labels.counts:
        if not any(character.isalnum() for character in label):
            yield Remark.of("table.sign", column=labels.where, label=labels.counted(label))


def form_of_label(label: str) -> object:
    """Return what is left of a label without its form: the number, or the words."""
    number = number_of(label)
    if number is not None:
        return number
    shown = "".join(each for each in label if unicodedata.category(each) != "Cf")  # U+200B and kin
    words = unicodedata.normalize("NFKC", shown).casefold()
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", words).strip(" .") or words


def _some(labels: Collection[str]) -> str:
    more = ", …" if len(labels) > NAMED else ""
    return ", ".join(list(labels)[:NAMED]) + more
