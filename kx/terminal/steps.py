"""What came of the steps of a workflow, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kx.advice.workflow import Aim, baseline_aim, model_aim, overfit_aim, regularised_aim
from kx.base.language import Catalogue, Language
from kx.base.text import clean, number
from kx.runs.entrants import Entrant
from kx.wording.diagnosis_words import in_a_line, recorded

WORDS = Catalogue(
    {
        "step.baseline": ("baseline", "基线"),
        "step.model": ("model", "网络"),
        "step.overfit": ("overfit", "过拟合"),
        "step.regularised": ("regularised", "正则化"),
        "aim.baseline": ("to be better than a constant guess", "优于常数猜测"),
        "aim.model": ("to beat the baseline", "优于基线"),
        "aim.overfit": ("to overfit", "出现过拟合"),
        "aim.regularised": (
            "to be better than the networks before it",
            "优于前面的各个网络",
        ),
        "reached.True": ("reached", "达到"),
        "reached.False": ("NOT reached", "未达到"),
        "reached.None": ("cannot be told", "无法判断"),
        "line": ("{aim}: {reached}; {ground}", "{aim}：{reached}；{ground}"),
        "ground.no_score": (
            "there is no score to hold against what it should beat",
            "没有可供比较的分数",
        ),
        "ground.constant": (
            "{metric} {value}, a constant guess {bar}",
            "{metric} 为 {value}，常数猜测为 {bar}",
        ),
        "ground.baseline": (
            "{metric} {value}, the baseline {bar}",
            "{metric} 为 {value}，基线为 {bar}",
        ),
        "ground.chance": (
            "{metric} {value}, the baseline {bar}; by no more than chance explains",
            "{metric} 为 {value}，基线为 {bar}；差距不超出偶然范围",
        ),
        "ground.before": (
            "{metric} {value}, before it {overfit} (overfit) and {model} (model); val_loss "
            "{loss}, before it {overfit_loss}",
            "{metric} 为 {value}，此前为 {overfit}（过拟合）和 {model}（网络）；val_loss 为 {loss}"
            "，此前为 {overfit_loss}",
        ),
    }
)


def aims_of(entrants: Sequence[Entrant]) -> Iterator[Aim]:
    """Yield whether each step reached its aim, as far as the runs that it rests on are there."""
    runs = {each.label: each for each in entrants}
    records = {label: each.record for label, each in runs.items() if each.record}
    baseline, model = records.get("baseline"), records.get("model")
    overfit, last = records.get("overfit"), records.get("regularised")
    if baseline:
        yield baseline_aim(baseline)
    if baseline and model:
        yield model_aim(model, baseline)
    if overfit and (found := recorded(overfit.diagnosis)):
        yield overfit_aim(found)
    if model and overfit and last:
        losses = lowest(runs["regularised"]), lowest(runs["overfit"])
        yield regularised_aim(last, overfit, model, losses)


def in_words(aim: Aim, language: Language = "en") -> str:
    """Return what the step was for, whether that was reached, and the numbers it rests on."""
    told = {
        "aim": WORDS.text(f"aim.{aim.step}", language),
        "reached": WORDS.text(f"reached.{aim.reached}", language),
        "ground": ground_of(aim, language),
    }
    return WORDS.text("line", language, **told)


def ground_of(aim: Aim, language: Language = "en") -> str:
    """Return the numbers that an aim was judged by."""
    if aim.diagnosis:
        return in_a_line(aim.diagnosis, language)
    numbers = {name: number(value) for name, value in aim.numbers.items()}
    return WORDS.text(f"ground.{aim.ground}", language, metric=clean(aim.metric), **numbers)


def called(label: str, kind: str, language: Language = "en") -> str:
    """Return what a member of a group is called: a step by its name, a variant as it is."""
    key = f"step.{label}"
    return WORDS.text(key, language) if kind == "workflow" and key in WORDS.texts else label


def lowest(each: Entrant) -> float:
    """Return the lowest validation loss of a run."""
    return min((value for value in each.curve() if value is not None), default=float("nan"))
