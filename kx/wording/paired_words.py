"""What paired tests say of runs that belong together, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from kx.base.language import Catalogue, Language
from kx.base.text import signed
from kx.runs.compare import compare_runs
from kx.runs.findings import Comparison, PairedResult
from kx.runs.reader import Run

WORDS = Catalogue(
    {
        "against": ("{run} against {reference}: {words}", "{run} 对比 {reference}：{words}"),
        "outcome.better": ("better", "更好"),
        "outcome.worse": ("worse", "更差"),
        "outcome.chance": (
            "the difference is not distinguishable from chance",
            "差异与偶然波动无法区分",
        ),
        "outcome.no_telling": (
            "no telling: the difference is the same in every fold",
            "无法判断：各折的差异完全相同",
        ),
        "test.mcnemar": ("McNemar's exact test", "McNemar 精确检验"),
        "test.paired bootstrap": ("paired bootstrap", "配对自助法"),
        "test.corrected resampled t": ("corrected resampled t-test", "修正的重抽样 t 检验"),
        "on.test rows": ("{pairs} test rows", "{pairs} 行测试数据"),
        "on.folds": ("{pairs} folds", "{pairs} 折"),
        "finding": (
            "{outcome} ({test}: {metric} {difference} on {rows})",
            "{outcome}（{test}：{metric} {difference}，{rows}）",
        ),
        "many": (
            "Warning: {count} runs were tested against {reference}, and nothing is corrected for "
            "that: the more there are, the likelier one seems better by chance.",
            "警告：共有 {count} 次运行与 {reference} 比较，未作多重比较校正：比较得越多，"
            "越容易有一次只是碰巧显得更好。",
        ),
        "original": ("{text}", "{text}（英文原文）"),
    }
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the tests of each run against the first say.

    Attributes:
        caution: what to bear in mind; none or one.
    """

    lines: Sequence[str] = ()
    caution: Sequence[str] = ()


def verdicts(runs: Sequence[Run | None], language: Language = "en") -> Verdicts:
    """Hold each of several runs against the first.

    Args:
        runs: they go by the letters of the alphabet; None: that run is not to be compared. Those
            beyond Z are left out.
        language: of the sentences.
    """
    letters = [letter for letter, run in zip(ascii_uppercase, runs, strict=False) if run]
    known = [run for run in runs[: len(ascii_uppercase)] if run]
    if len(known) < 2:
        return Verdicts()
    found = compare_runs(known).comparisons
    names = dict(zip(ascii_uppercase, letters, strict=False))
    lines = [
        WORDS.text("against", language, run=names[each.run], reference=letters[0], words=words)
        for each in found
        for words in _outcomes(each, language)
    ]
    count = sum(bool(comparison.findings) for comparison in found)
    caution = WORDS.text("many", language, count=count, reference=letters[0])
    return Verdicts(lines, [caution] if count > 1 else [])


def _outcomes(comparison: Comparison, language: Language) -> Iterator[str]:
    for finding in comparison.findings:
        test = finding.test
        told = {
            "outcome": WORDS.text(f"outcome.{_outcome(finding, comparison)}", language),
            "test": WORDS.text(f"test.{test.name}", language),
            "metric": test.metric,
            "difference": signed(test.difference),
            "rows": WORDS.text(f"on.{finding.on}", language, pairs=f"{test.pairs:,}"),
        }
        yield WORDS.text("finding", language, **told)
    if not comparison.comparable:
        yield WORDS.text("original", language, text="; ".join(comparison.notes))


def _outcome(finding: PairedResult, comparison: Comparison) -> str:
    if finding.distinguishable is None:
        return "no_telling"
    if not finding.distinguishable:
        return "chance"
    return "better" if finding.verdict.startswith(f"{comparison.run} ") else "worse"
