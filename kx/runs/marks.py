"""What makes the numbers of a run worth less than they look, each mark once for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from kx.base.language import Catalogue, Language
from kx.runs.record import Record

Mark = Literal["sample", "random", "leaky", "smoke"]
MARKS: tuple[Mark, ...] = get_args(Mark)

HOLDS: Mapping[Mark, Callable[[Record], bool]] = {
    "sample": lambda record: record.is_sample,
    "random": lambda record: record.is_untransferred,
    "leaky": lambda record: record.leaky,
    "smoke": lambda record: record.smoke,
}
"""Mark -> whether a run wears it."""

TEXTS: dict[str, tuple[str, str]] = {
    "mark.sample": (
        "SAMPLE DATA: these numbers say nothing about the real data set",
        "示例数据：这些数字不能说明真实数据集的任何情况",
    ),
    "mark.random": (
        "RANDOM WEIGHTS: the base is untrained, nothing was transferred",
        "随机权重：基础网络未经训练，没有迁移任何知识",
    ),
    "mark.leaky": (
        "LEAKY PREPARATION: scores are too good",
        "数据泄漏：预处理看到了验证数据，分数偏高",
    ),
    "mark.smoke": (
        "SMOKE RUN: cut short, only to see that all works",
        "冒烟运行：仅用少量数据检查程序能否运行",
    ),
    "badge.sample": ("sample data", "示例数据"),
    "badge.random": ("random weights", "随机权重"),
    "badge.leaky": ("leaky preparation", "数据泄漏"),
    "badge.smoke": ("smoke run", "冒烟运行"),
}
"""Each mark in a sentence, and in two words."""

WORDS = Catalogue(TEXTS)


def marks_of(record: Record) -> list[Mark]:
    """Return the marks that the run of a record wears."""
    return [mark for mark in MARKS if HOLDS[mark](record)]


def sentence(mark: Mark, language: Language = "en") -> str:
    """Return what a mark means."""
    return WORDS.text(f"mark.{mark}", language)


def badge(mark: Mark, language: Language = "en") -> str:
    """Return a mark in two words."""
    return WORDS.text(f"badge.{mark}", language)


def cry(mark: Mark, language: Language = "en") -> str:
    """Return a mark in two words, in capitals."""
    return badge(mark, language).upper()
