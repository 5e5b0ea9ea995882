"""What a terminal says of a run, in English and in Chinese."""

from __future__ import annotations

from kx.base.language import Catalogue, Language, Words

CATALOGUE = Catalogue(
    {
        # Heading and last lines
        "heading": ("{name} on {dataset}: ", "{name}，数据集 {dataset}："),
        "time": (" in {time}", "，用时 {time}"),
        "run": ("run: {path}", "运行：{path}"),
        "plots": ("plots: {path}", "图：{path}"),
        "plot": ("plot: {path}", "图：{path}"),
        "report": ("report: {path}", "报告：{path}"),
        "report.get": ("report: {command}", "报告：{command} --lang zh"),
        "more": ("more: {command}", "详细比较：{command}"),
        # Tables
        "score": ("score", "分数"),
        "value": ("value", "值"),
        "interval": ("interval", "区间"),
        "interval or spread": ("interval or spread", "区间或标准差"),
        "baseline": ("baseline", "基线"),
        "baseline.best": ("{value} ({name})", "{value}（{name}）"),
        "baseline.majority": ("majority", "多数类"),
        "baseline.prior": ("prior", "类别比例"),
        "baseline.mean": ("mean", "均值"),
        "baseline.median": ("median", "中位数"),
        "baseline.linear": ("linear", "线性模型"),
        "between": ("{low} to {high}", "{low} 至 {high}"),
        "spread": ("± {half} (sd of {fits})", "± {half}（{fits}的标准差）"),
        "spread.seeds": ("{count} seeds", "{count} 个种子"),
        "spread.folds": ("{count} folds", "{count} 折"),
        "spread.fits": ("{count} fits", "{count} 次拟合"),
        "spread.the folds": ("the folds", "各折"),
        "spread.the fits": ("the fits", "各次拟合"),
        "part.validation": ("validation", "验证"),
        "part.test": ("test", "测试"),
        "part.train": ("train", "训练"),
        "part.size": ("{count} {part}", "{part} {count} 行"),
        "fit": ("fit", "拟合"),
        "epochs": ("epochs", "轮数"),
        "best": ("best", "最佳"),
        "seconds": ("time", "用时"),
        "scores": ("scores", "分数"),
        "hidden": ("{count} more, in record.json", "其余 {count} 项见 record.json"),
        "curve": ("curve", "曲线"),
        "epoch by epoch": ("epoch by epoch", "逐轮"),
        "first": ("first", "第一轮"),
        "at": ("at", "在轮次"),
        "last": ("last", "最后"),
        # Remarks
        "best epoch": ("best epoch: {epoch}", "最佳轮次：{epoch}"),
        "refit": (
            "best epoch: {epoch}; trained again on all training data for {epochs} epochs",
            "最佳轮次：{epoch}；随后用全部训练数据重新训练了 {epochs} 轮",
        ),
        "refit.one": (
            "best epoch: {epoch}; trained again on all training data for {epochs} epoch",
            "最佳轮次：{epoch}；随后用全部训练数据重新训练了 {epochs} 轮",
        ),
        "refit.rates": (
            "learning rate of that training (from epoch), as found before: {rates}",
            "该次训练的学习率（起始轮次）沿用之前找到的值：{rates}",
        ),
        "streamed": (
            "validation {metrics}: Keras's estimate at that epoch (AUC from 200 thresholds, a "
            "plugin's function as its mean over batches); test scores and baselines are exact",
            "验证 {metrics}：该轮由 Keras 估计（AUC 用 200 个阈值，插件的函数取各批的均值）；"
            "测试分数和基线是精确值",
        ),
        "diagnosis": ("diagnosis: {found}", "诊断：{found}"),
        "diagnosis.advice": ("diagnosis: {found}; {advice}", "诊断：{found}；{advice}"),
        "features.cached": (
            "features from cache: 0 forward passes",
            "特征取自缓存：前向计算 0 次",
        ),
        "features": (
            "features: {passes} forward passes in {time}",
            "特征：{passes} 次前向计算，用时 {time}",
        ),
        "frozen.unchanged": (
            "frozen tensors: {count}, unchanged (sha {digest}…)",
            "冻结的张量：{count} 个，训练前后不变（sha {digest}…）",
        ),
        "frozen.changed": (
            "frozen tensors: {count}, CHANGED (sha {digest}…)",
            "冻结的张量：{count} 个，训练中发生了变化（sha {digest}…）",
        ),
        "vocabulary": (
            "vocabulary: {tokens} tokens of the training part; unknown: {shares}",
            "词表：训练集的 {tokens} 个词；不认识的词：{shares}",
        ),
        "vocabulary.share": ("{share} of {part}", "{part}中占 {share}"),
        "duplicates": (
            "{count} {part} rows also occur, identical, in the training part",
            "{part}集中有 {count} 行与训练集中的行完全相同",
        ),
        "duplicates.of": (
            "{count} of {rows} {part} rows ({share}) also occur, identical, in the training part",
            "{part}集 {rows} 行中有 {count} 行（{share}）与训练集中的行完全相同",
        ),
        "partial.best": (
            "kept: the network of {fit} as it was at its best, in epoch {epoch} of {epochs} "
            "({file})",
            "保留的网络：{fit} 中断之前最好的状态，即第 {epoch} 轮（共 {epochs} 轮）（{file}）",
        ),
        "partial.last": (
            "kept: the network of {fit} as it was when stopped, after {epoch} of {epochs} epochs "
            "({file})",
            "保留的网络：{fit} 中断时的状态，已完成 {epoch} 轮（共 {epochs} 轮）（{file}）",
        ),
        "given": (
            "validated with the dataset's own validation part: {rows} rows",
            "用数据集自带的验证集验证：{rows} 行",
        ),
        "no test part": ("the dataset has no test part", "数据集没有测试集"),
        "looks.none": ("the test set was not looked at", "没有查看测试集"),
        "looks": (
            "This was look {looks} at the test set of {name}: each look makes the test score a "
            "little less honest.",
            "这是第 {looks} 次查看 {name} 的测试集：每多看一次，测试分数就少一分可信。",
        ),
        "verdict.met": ("met", "达到"),
        "verdict.missed": ("missed", "未达到"),
        "verdict.not judged": ("not judged", "未判定"),
        "wanted": (": {key} {value}, expected {ends}", "：{key} 为 {value}，预期{ends}"),
        "wanted.remark": (" ({text})", "（{text}）"),
        "reason.sample data": ("sample data", "示例数据"),
        "reason.smoke run": ("smoke run", "冒烟运行"),
        "reason.random weights": ("random weights", "随机权重"),
        "reason.no look at the test part": ("no look at the test part", "未查看测试集"),
        "warning": ("Warning: {text}", "警告：{text}"),
        "error": ("Error: {text}", "错误：{text}"),
        # Facts
        "fact.run": ("run", "运行"),
        "fact.state": ("state", "状态"),
        "fact.problem": ("problem", "问题"),
        "fact.started": ("started", "开始时间"),
        "fact.command": ("command", "命令"),
        "fact.part of": ("part of", "属于"),
        "fact.data from": ("data from", "数据来源"),
        "fact.fingerprint": ("fingerprint", "指纹"),
        "fact.examples": ("examples", "样本数"),
        "fact.target": ("targets", "目标值"),
        "target.standardize": (
            "trained as (y - {mean}) / {deviation}, told in their own unit",
            "训练时为 (y - {mean}) / {deviation}，结果以原单位给出",
        ),
        "fact.base": ("base", "基础网络"),
        "fact.words": ("words", "词"),
        "fact.parameters": ("parameters", "参数个数"),
        "fact.engine": ("engine", "引擎"),
        "fact.precision": ("precision", "精度"),
        "fact.fitting": ("fitting", "拟合"),
        "fact.memory": ("memory", "内存"),
        "fact.seeds": ("seeds", "随机种子"),
        "fact.versions": ("versions", "版本"),
        "fact.baselines": ("baselines", "基线"),
        "fact.linear model": ("linear model", "线性模型"),
        "linear.one": ("{low:g}", "{low:g}"),
        "linear.range": ("{low:g} to {high:g}", "{low:g} 至 {high:g}"),
        "linear.folds": (
            "penalty {penalty}, chosen from {of} in {folds} folds of {rows} training rows",
            "惩罚系数 {penalty}，在 {rows} 个训练样本上以 {folds} 折从 {of} 中选出",
        ),
        "linear.part": (
            "penalty {penalty}, chosen from {of} on a part held out of {rows} training rows",
            "惩罚系数 {penalty}，用从 {rows} 个训练样本中留出的一部分从 {of} 中选出",
        ),
        "linear.default": (
            "penalty {penalty}, the default: too many models or too few rows to choose one",
            "惩罚系数 {penalty}（默认值）：模型过多或样本过少，未作选择",
        ),
        "linear.unconverged": ("{text}; not converged", "{text}；未收敛"),
        "fact.git commit": ("git commit", "git 提交"),
        "fact.test looks": ("test looks", "查看测试集"),
        "fact.tags": ("tags", "标签"),
        "fact.note": ("note", "备注"),
        "state.completed": ("completed", "已完成"),
        "state.running": ("running", "运行中"),
        "state.interrupted": ("interrupted", "被中断"),
        "state.diverged": ("diverged", "发散"),
        "state.failed": ("failed", "失败"),
        "state.damaged": ("damaged", "已损坏"),
        "state.crashed": ("crashed", "已崩溃"),
        "reasoned": ("{what}: {why}", "{what}：{why}"),
        "member.variants": ("{of}: variant {label}", "{of}：变体 {label}"),
        "member.workflow": ("{of}: step {label}", "{of}：步骤 {label}"),
        "member.group": ("{member} ({group})", "{member}（{group}）"),
        "semicolon": ("; ", "；"),
        "base.random": ("{name} with random weights", "{name}，随机权重"),
        "base.from": (
            "{name}, {file} from {source} (sha {digest}…)",
            "{name}，{file}，来自 {source}（sha {digest}…）",
        ),
        "coverage": (
            "{known} of {words} have a vector ({share}); the others are zeros",
            "{words} 个词中有 {known} 个有词向量（{share}），其余均为零",
        ),
        "fitting.one": (
            "{time} for {count} fit, compilation included",
            "{count} 次拟合共 {time}，含编译",
        ),
        "fitting": (
            "{time} for {count} fits, compilation included",
            "{count} 次拟合共 {time}，含编译",
        ),
        "memory": ("{size} MB at the peak", "峰值 {size} MB"),
        "comma": (", ", "，"),
    }
)


def run_words(language: Language) -> Words:
    """Return these words in one language."""
    return Words(CATALOGUE, language)
