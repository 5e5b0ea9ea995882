"""A diagnosis in words, in English and in Chinese; its rules are in ``kx.advice.diagnosis``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from kx.advice.diagnosis import (
    CLOSE,
    FALL,
    GAP,
    LITTLE,
    MATTERS,
    NOISE,
    OF_WON,
    RISE,
    SETTLED,
    SURE,
    Diagnosis,
    Numbers,
    ends_at_its_best,
    guesses_better,
    linear_is_as_good,
    linear_is_better,
)
from kx.advice.loss_statistics import SHORT
from kx.base.language import Catalogue, Language
from kx.base.text import clean, number, percent

LIMITS: Mapping[str, float] = {
    "RISE": RISE, "FALL": FALL, "GAP": GAP, "CLOSE": CLOSE, "NOISE": NOISE, "MATTERS": MATTERS,
    "LITTLE": LITTLE, "SETTLED": SETTLED,
}  # fmt: skip
"""Of the rules; shares, as the shares among a diagnosis's numbers."""

SHARES = (
    "rise", "lost", "fall", "fall_of_won", "noise", "noise_of_won", "uncertainty", "gap",
    "gap_of_won", "won", "training_fall", "since_best",
)  # fmt: skip

MOST, MANY_TIMES = 10.0, 1000.0
"""A share, or a number of times, from there on is told as more than that: how many times nought
something is tells nothing."""

COUNTS = ("judged", "smoothing", "not_finite", "smoke", "stopped")
"""Numbers that are no losses and no scores."""

FLAGS = ("not_finite", "smoke", "stopped")
"""Numbers that are worth a word only where they are not 0."""

WORDS = Catalogue(
    {
        "diagnosis": ("diagnosis", "诊断"),
        "from": ("from epoch {epoch} on", "从第 {epoch} 轮起"),
        "rule": ("rule", "依据"),
        "numbers": ("numbers", "数值"),
        "advice": ("advice", "建议"),
        "folds": ("folds", "各折"),
        "linear": ("linear model", "线性模型"),
        "suggest.change": (
            "{what} ({changes}), because the run {why}",
            "{what}（{changes}），因为该次运行{why}",
        ),
        "suggest.nothing": (
            "no spec to suggest: the run {why}; {advice}",
            "没有可建议的配置：该次运行{why}；{advice}",
        ),
        "suggest.comments": (
            "It begins with {path} and has its comments.",
            "以 {path} 为底稿，保留其中的注释。",
        ),
        "suggest.no_comments": (
            "It begins with what the run kept of its spec, which has no comments; --spec FILE "
            "begins with yours.",
            "以该次运行保存的 spec 为底稿，其中没有注释；用 --spec FILE 指定你自己的文件。",
        ),
        "suggest.is": ("is {why}", "{why}"),
        "kind.diverged": ("diverged", "训练发散"),
        "kind.too_short": ("too short to tell", "训练太短，无法判断"),
        "kind.no_better_than_baseline": ("no better than the baseline", "不优于基线"),
        "kind.overfits": ("overfits", "过拟合"),
        "kind.underfits": ("underfits", "欠拟合"),
        "kind.noisy": ("noisy", "曲线噪声过大"),
        "kind.unfinished": ("had not finished", "训练尚未完成"),
        "kind.well_fitted": ("well fitted", "拟合良好"),
        "brief.not_finite": ("the loss is no number any more", "损失不再是有限数"),
        "brief.loss_rose": (
            "training loss {training_growth} times its first value",
            "训练损失为初值的 {training_growth} 倍",
        ),
        "brief.few_epochs": ("{judged} epochs", "只有 {judged} 轮"),
        "brief.chance": (
            "{score_name} {score}, a constant guess {constant}",
            "{score_name} 为 {score}，常数猜测为 {constant}",
        ),
        "brief.rise": (
            "val_loss {best} there, {last} at the end",
            "该轮 val_loss 为 {best}，结束时为 {last}",
        ),
        "brief.still_falling": (
            "val_loss still fell from {before} to {end} in the last quarter",
            "最后四分之一中 val_loss 仍从 {before} 降至 {end}",
        ),
        "brief.unsteady": (
            "val_loss rises from {lowest} to {end}, but the training loss does not fall",
            "val_loss 从 {lowest} 升至 {end}，而训练损失没有下降",
        ),
        "brief.noise": (
            "chance moves val_loss from epoch to epoch by {noise} of its lowest value",
            "val_loss 每轮随机波动，幅度为其最低值的 {noise}",
        ),
        "brief.last_is_best": (
            "the best epoch, {best_epoch}, is the last one",
            "最佳轮次 {best_epoch} 就是最后一轮",
        ),
        "brief.loss_of_guess": (
            "val_loss is {least} at best, that of a constant guess {constant_loss}",
            "val_loss 最低为 {least}，常数猜测为 {constant_loss}",
        ),
        "brief.linear_better": (
            "{score_name} {score}, a linear model {linear}",
            "{score_name} 为 {score}，线性模型为 {linear}",
        ),
        "brief.settled": (
            "val_loss {best} at epoch {best_epoch}, the last, where it hardly falls any more",
            "最后一轮（第 {best_epoch} 轮）val_loss 为 {best}，几乎不再下降",
        ),
        "brief.gap": (
            "training loss {gap} below val_loss, which no longer falls",
            "训练损失比 val_loss 低 {gap}，而后者不再下降",
        ),
        "brief.weak": (
            "{score_name} {score}, a linear model {linear}",
            "{score_name} 为 {score}，线性模型为 {linear}",
        ),
        "brief.little": (
            "only {won} of the loss of a constant guess is gone",
            "与常数猜测相比，损失只减少了 {won}",
        ),
        "brief.calm": (
            "val_loss {best} at epoch {best_epoch}, {last} at the end",
            "第 {best_epoch} 轮 val_loss 为 {best}，结束时为 {last}",
        ),
        "clause.linear": (
            "; no better than a linear model: {score_name} {score} against {linear}",
            "；不优于线性模型：{score_name} 为 {score}，线性模型为 {linear}",
        ),
        "clause.constant": (
            "; val_loss is never below that of a constant guess, {constant_loss}",
            "；val_loss 从未低于常数猜测的 {constant_loss}",
        ),
        "clause.last": (
            "; the best epoch, {best_epoch}, is the last one",
            "；最佳轮次 {best_epoch} 就是最后一轮",
        ),
        "below": ("the training loss is {share} below val_loss", "训练损失比 val_loss 低 {share}"),
        "above": (
            "the training loss, {training_end}, is above val_loss",
            "训练损失为 {training_end}，高于 val_loss",
        ),
        "level": ("training loss and val_loss are the same", "训练损失与 val_loss 相同"),
        "higher": ("higher, at {end}", "{end}，高于最低点"),
        "by share": ("{share} higher, at {end}", "{end}，高出 {share}"),
        "many times": ("{times} times as high, at {end}", "{end}，为最低点的 {times} 倍"),
        "far higher": ("far higher, at {end}", "{end}，远高于最低点"),
        "as low": ("there, at {end}", "{end}，即最低点"),
        "fell": (
            "fell by {fall} in the last quarter, from {before}",
            "最后四分之一从 {before} 下降 {fall}",
        ),
        "rose": ("rose in the last quarter, from {before}", "最后四分之一从 {before} 上升"),
        "level then": ("stood still in the last quarter", "最后四分之一没有变化"),
        "more than": ("over {bound}", "超过 {bound}"),
        "nothing": ("nothing was won", "未获改善"),
        "all": ("all of it", "全部"),
        "rule.not_finite": (
            "A loss became infinite or no number.",
            "某一损失变为无穷大或非数值。",
        ),
        "rule.loss_rose": (
            "The training loss ends at {training_growth} times its first value; from 1.5 on it has "
            "diverged.",
            "训练损失结束时为初值的 {training_growth} 倍；达到 1.5 倍即视为发散。",
        ),
        "rule.few_epochs": (
            "There are {judged} epochs to judge by (a smoke run tells nothing at all); {SHORT} are "
            "needed.",
            "可供判断的只有 {judged} 轮（冒烟运行不作判断）；至少需要 {SHORT} 轮。",
        ),
        "rule.chance": (
            "Validation {score_name} is {score} ± {chance}, and the best constant guess has "
            "{constant}: the worse end of the score does not beat it.",
            "验证集 {score_name} 为 {score} ± {chance}，最好的常数猜测为 {constant}：分数区间较差的"
            "一端没有胜过它。",
        ),
        "rule.rise": (
            "The smoothed val_loss has its lowest point at {lowest} and ends {higher}, while the "
            "training loss went on falling ({training_best} to {training_last}). A rise counts "
            "from {RISE} on, if it exceeds {SURE} standard errors ({uncertainty} each) and "
            "{MATTERS} of what was won over a constant guess ({lost} here).",
            "平滑后的 val_loss 最低为 {lowest}，结束时为 {higher}，而训练损失继续下降（"
            "{training_best} 降至 "
            "{training_last}）。上升达到 {RISE}、超过 {SURE} 倍标准误（每倍 {uncertainty}）并超过相"
            "对常数猜测所得的 "
            "{MATTERS}（此处 {lost}）时成立。",
        ),
        "rule.still_falling": (
            "The smoothed val_loss fell by {fall} in the last quarter of the epochs, from {before} "
            "to {end}. It counts as still falling from {FALL} on, if that exceeds {SURE} standard "
            "errors ({standard_error} each) and {MATTERS} of what was won over a constant guess ("
            "{fall_of_won} "
            "here).",
            "平滑后的 val_loss 在最后四分之一的轮次中下降了 {fall}（从 {before} 降至 {end}）。下降"
            "达到 {FALL}、超过 {SURE} 倍标准误（每倍 {standard_error}）并超过相对常数猜测所得的 "
            "{MATTERS}（此处 {fall_of_won}）时视为仍在下降。",
        ),
        "rule.unsteady": (
            "The smoothed val_loss has its lowest point at {lowest} and ends {higher}, but the "
            "training loss does not fall either ({training_best} to {training_last}): that is no "
            "overfitting, the steps are too wild.",
            "平滑后的 val_loss 最低为 {lowest}，结束时为 {higher}，但训练损失也没有下降（"
            "{training_best} 至 {training_last}）：这不是过拟合，而是更新步伐过于剧烈。",
        ),
        "rule.noise": (
            "From epoch to epoch chance moves val_loss by {noise} of its lowest value (measured by "
            "its second differences). A curve is noisy from {NOISE} on, if that exceeds "
            "{MATTERS} of "
            "what was won over a constant guess ({noise_of_won} here), and shows no clearer trend.",
            "val_loss 每轮的随机波动为其最低值的 {noise}（由二阶差分测得）。达到 {NOISE}、超过相"
            "对常"
            "数猜测所得的 "
            "{MATTERS}（此处 {noise_of_won}）且没有更明显的趋势时，曲线视为噪声过大。",
        ),
        "rule.gap": (
            "The training loss fell by {training_fall} after the best epoch, which brought "
            "val_loss "
            "nothing; it ends {gap} below val_loss. That counts from {GAP} on, if it exceeds twice "
            "{MATTERS} of what was won over a constant guess ({gap_of_won} here).",
            "最佳轮次之后训练损失又下降了 {training_fall}，val_loss 却没有受益；结束时训练损失比 "
            "val_loss 低 {gap}。"
            "达到 {GAP} 并超过相对常数猜测所得的 {MATTERS} 的两倍（此处 {gap_of_won}）时成立。",
        ),
        "rule.weak": (
            "There is no gap between the losses ({relation}; it counts from {CLOSE} on), and a "
            "linear model has {score_name} {linear} where the network has {score} ± {chance}.",
            "两个损失之间没有明显差距（{relation}；达到 {CLOSE} 才算），而线性模型的 {score_name} "
            "为 {linear}，网络为 {score} ± {chance}。",
        ),
        "rule.little": (
            "There is no gap between the losses ({relation}; it counts from {CLOSE} on), and only "
            "{won} of the loss of a constant guess ({constant_loss}) is gone; below {LITTLE} is "
            "little.",
            "两个损失之间没有明显差距（{relation}；达到 {CLOSE} 才算），而常数猜测的损失（"
            "{constant_loss}）只减少了 {won}；不足 {LITTLE} 视为太少。",
        ),
        "rule.calm": (
            "None of the other rules holds: the smoothed val_loss has its lowest point at {lowest} "
            "and ends {higher} (a rise counts from {RISE} on); it {went}, and {relation}.",
            "其他规则均不成立：平滑后的 val_loss 最低为 {lowest}，结束时为 {higher}（达到 {RISE} "
            "才算上升）；{went}；{relation}。",
        ),
        "rule.settled": (
            "The best epoch is the last one, but val_loss hardly falls any more: the smoothed one "
            "{went} and ends at {end} (below {SETTLED} is hardly); {relation}. None of the other "
            "rules holds.",
            "最佳轮次就是最后一轮，但 val_loss 几乎不再下降：平滑后{went}，结束时为 {end}（不足 "
            "{SETTLED} 视为几乎不降）；{relation}。其他规则均不成立。",
        ),
        "rule.last_is_best": (
            "The best epoch is the last one, {best_epoch}: the training ended before val_loss had "
            "reached its lowest point. The smoothed one {went} and ends at {end}; from {SETTLED} "
            "on that is more than settling.",
            "最佳轮次就是最后一轮（第 {best_epoch} 轮）：训练在 val_loss 到达最低点之前就已结束。"
            "平滑后{went}，结束时为 {end}；下降达到 {SETTLED} 即视为尚未稳定。",
        ),
        "rule.loss_of_guess": (
            "In no epoch is val_loss below that of the best constant guess: it is {least} at best, "
            "and a constant guess has {constant_loss}. Whatever the network learned, its "
            "probabilities or numbers are no better.",
            "没有任何一轮的 val_loss 低于最好的常数猜测：最低为 {least}，常数猜测为 "
            "{constant_loss}。无论网络学到了什么，它给出的概率或数值并不更好。",
        ),
        "rule.linear_better": (
            "The curves are sound, but a linear model on the same rows does better: {score_name} "
            "{linear}, the network {score} ± {chance}. A network that does not beat it is not "
            "worth its cost.",
            "曲线没有问题，但同样数据上的线性模型更好：{score_name} 为 {linear}，网络为 {score} ± "
            "{chance}。不能胜过它的网络得不偿失。",
        ),
        "beside.folds": (
            "{fits} fits; {score_name} {fold_low} to {fold_high}, {fold_mean} ± {fold_sd} (sd)",
            "共 {fits} 次训练；{score_name} 为 {fold_low} 至 {fold_high}，{fold_mean} ± {fold_sd}（"
            "标准差）",
        ),
        "beside.linear": (
            "does better than the network: {score_name} {linear} against {score}",
            "优于网络：{score_name} 为 {linear}，网络为 {score}",
        ),
        "beside.linear_equal": (
            "does as well as the network: {score_name} {linear}",
            "与网络相当：{score_name} 为 {linear}",
        ),
        "advice.stop": ("stop at epoch {best_epoch}", "在第 {best_epoch} 轮停止训练"),
        "advice.more_data": ("get more data", "获取更多数据"),
        "advice.augmentation": ("augment the pictures", "使用数据增强"),
        "advice.smaller": ("use a smaller network", "减小网络（层数或宽度）"),
        "advice.penalty": ("add an L1 or L2 penalty", "加入 L1 或 L2 正则化"),
        "advice.dropout": ("add dropout", "加入 Dropout"),
        "advice.less_regularisation": (
            "use less dropout or penalty",
            "减弱 Dropout 或 L1/L2 正则化",
        ),
        "advice.padding": (
            "put the padding in front (dataset.pad: front) or pass over it (architecture.masking)",
            "把填充放在前面（dataset.pad: front），或跳过填充（architecture.masking: true）",
        ),
        "advice.larger": ("use a larger network", "增大网络（层数或宽度）"),
        "advice.longer": ("train for more epochs", "训练更多轮"),
        "advice.learning_rate": ("try another learning rate", "尝试其他学习率"),
        "advice.lower_rate": ("lower the learning rate", "降低学习率"),
        "advice.larger_batch": ("use larger batches", "增大批量"),
        "advice.kfold": ("validate by K folds", "使用 K 折验证"),
        "advice.repeats": ("repeat the folds with new shuffles", "打乱数据，重复 K 折验证"),
        "advice.smooth": ("smooth the curve (validation.smooth)", "平滑曲线（validation.smooth）"),
        "advice.scale": ("scale the features", "对特征做标准化"),
        "advice.clip": ("clip the gradients", "裁剪梯度"),
        "advice.check_data": ("check features and targets", "检查特征与标签"),
        "advice.linear": (
            "try the linear model (architecture: linear)",
            "尝试线性模型（architecture: linear）",
        ),
        "advice.keep": ("nothing need change", "无需改动"),
    }
)


def recorded(values: Mapping[str, Any]) -> Diagnosis | None:
    """Return the diagnosis that a record has, or None: it has none that this kx has words for.

    Args:
        values: of the record, which may be of another version of kx, or have been changed.
    """
    found = Diagnosis.from_dict(values)
    try:
        return found if found and list(explained(found)) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def in_a_line(found: Diagnosis, language: Language = "en") -> str:
    """Return the diagnosis with what it rests on, in one sentence without its end.

    Whatever the curves say, it is told if simpler means do as well.
    """
    values = _values(found, language)
    kind = WORDS.text(f"kind.{found.kind}", language)
    since = ""
    if found.kind == "overfits":
        since = _space(language) + WORDS.text("from", language, epoch=found.best_epoch)
    brief = WORDS.text(f"brief.{found.rule}", language, **values)
    told = f"{kind}{since} ({brief})" if language == "en" else f"{kind}{since}（{brief}）"
    return told + "".join(WORDS.text(key, language, **values) for key in _clauses(found))


TELLS_LINEAR = ("weak", "linear_better")
"""Rules whose words have the linear model's score in them."""


def _clauses(found: Diagnosis) -> Iterator[str]:
    """Yield what else keeps a diagnosis from being praise, if its rule does not say so."""
    if found.kind in ("diverged", "too_short"):
        return
    if found.kind == "no_better_than_baseline":
        yield from ("clause.last",) if ends_at_its_best(found.numbers) else ()
        return
    if guesses_better(found.numbers):
        yield "clause.constant"
    if linear_is_as_good(found.numbers) and found.rule not in TELLS_LINEAR:
        yield "clause.linear"


def explained(found: Diagnosis, language: Language = "en") -> Iterator[tuple[str, str]]:
    """Yield heading and text of all there is to say: the rule, what stands beside it, advice."""
    values = _values(found, language)
    yield WORDS.text("diagnosis", language), in_a_line(found, language)
    yield WORDS.text("rule", language), WORDS.text(f"rule.{found.rule}", language, **values)
    if "fold_sd" in found.numbers:
        yield WORDS.text("folds", language), WORDS.text("beside.folds", language, **values)
    if linear_is_as_good(found.numbers):
        key = "beside.linear" if linear_is_better(found.numbers) else "beside.linear_equal"
        yield WORDS.text("linear", language), WORDS.text(key, language, **values)
    yield WORDS.text("numbers", language), ", ".join(_shown(found, language))
    yield WORDS.text("advice", language), advice(found, language)


def advice(found: Diagnosis, language: Language = "en") -> str:
    """Return what is advised, the most useful first."""
    texts = [
        WORDS.text(f"advice.{key}", language, **_values(found, language)) for key in found.advice
    ]
    return ("; " if language == "en" else "；").join(texts)


VERBS = ("diverged", "overfits", "underfits", "unfinished")
"""Kinds that say what a run does; it is what the others say."""


def suggestion(found: Diagnosis, key: str, changes: str, language: Language = "en") -> str:
    """Return in one sentence what a suggested spec changes and why; without changes, why not."""
    why = in_a_line(found, language)
    why = why if found.kind in VERBS else WORDS.text("suggest.is", language, why=why)
    if not changes:
        return WORDS.text("suggest.nothing", language, why=why, advice=advice(found, language))
    what = WORDS.text(f"advice.{key}", language, **_values(found, language))
    return WORDS.text("suggest.change", language, what=what, changes=changes, why=why)


def _shown(found: Diagnosis, language: Language) -> Iterator[str]:
    for name, value in found.numbers.items():
        if name not in FLAGS or value:
            yield f"{name} {_formatted(name, value, language)}"


def _values(found: Diagnosis, language: Language) -> dict[str, Any]:
    """Return all that a text may name, as people read it."""
    own = {n: _formatted(n, value, language) for n, value in found.numbers.items()}
    limits = {name: f"{value:.0%}".replace("%", " %") for name, value in LIMITS.items()}
    values = {
        **limits,
        "SHORT": SHORT,
        "SURE": f"{SURE:g}",
        "fits": found.fits,
        "best_epoch": found.best_epoch,
        "score_name": clean(found.score),
        **own,
        **_of_won(found, language),
    }
    said = {
        name: WORDS.text(key, language, **values, **more) for name, key, more in _phrases(found)
    }
    return {**values, **said}


def _of_won(found: Diagnosis, language: Language) -> dict[str, str]:
    """Return what is told in words of shares of what was won: that it was nothing, or all is."""
    n = found.numbers
    if n.get("lowest", -math.inf) >= n.get("constant_loss", math.inf):
        return dict.fromkeys(OF_WON, WORDS.text("nothing", language))
    return {name: WORDS.text("all", language) for name in OF_WON if n.get(name, 0) >= 1}


def _phrases(found: Diagnosis) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the name of a phrase in which a number decides the words, their key, and the number."""
    n = found.numbers
    rise, fall, gap = (_seen(n.get(name)) for name in ("rise", "fall", "gap"))
    if rise is not None:
        yield "higher", *_higher(rise, n)
    if fall is not None:
        yield "went", "fell" if fall > 0 else "rose" if fall < 0 else "level then", {}
    if gap is not None:
        yield "relation", *_relation(gap)


def _seen(share: float | None) -> float | None:
    """Return a share, or 0 where it is told as 0.0 %."""
    return None if share is None else share if abs(share) >= VISIBLE else 0.0


def _higher(rise: float, n: Numbers) -> tuple[str, dict[str, str]]:
    times = n["end"] / n["lowest"] if n["lowest"] > 0 else 0.0
    if not rise or not times:
        return ("higher" if rise else "as low"), {}
    if times >= MOST:
        return "far higher", {}
    return ("by share", {"share": percent(times - 1)}) if times < 2 else (
        "many times", {"times": f"{times:.1f}"}
    )  # fmt: skip


def _relation(gap: float) -> tuple[str, dict[str, str]]:
    """Return how the training loss stands to that of validation; it may be far above."""
    if gap > 0:
        return "below", {"share": percent(gap)}
    return ("above" if gap else "level"), {}


VISIBLE = 0.0005
"""A share below it is 0.0 %."""


def _formatted(name: str, value: float, language: Language) -> str:
    most = MOST if name in SHARES else MANY_TIMES if name == "training_growth" else math.inf
    if value >= most:
        told = percent(most, 0) if name in SHARES else f"{most:,.0f}"
        return WORDS.text("more than", language, bound=told)
    if name in SHARES:
        return percent(value)
    if name == "training_growth":
        return f"{value:.1f}"
    return f"{value:g}" if name in COUNTS else number(value)


def _space(language: Language) -> str:
    return " " if language == "en" else "，"
