"""Texts of a report in English and in Chinese: names, the verdict, what makes it doubtful."""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]

ABOVE: Texts = {
    # The page
    "title.one": ("{name} on {dataset}", "{name}，数据集 {dataset}"),
    "title.many": ("{count} runs", "{count} 次运行"),
    "report": ("kx report", "kx 报告"),
    "contents": ("Contents", "目录"),
    "skip": ("Skip to the content", "跳到正文"),
    "made": ("Made by kx {version} on {date}.", "由 kx {version} 于 {date} 生成。"),
    # Names
    "part.test": ("test", "测试集"),
    "part.validation": ("validation", "验证集"),
    "part.training": ("training", "训练集"),
    "metric.accuracy": ("accuracy", "准确率"),
    "metric.loss": ("loss", "损失"),
    "metric.mae": ("mean absolute error", "平均绝对误差"),
    "metric.mse": ("mean squared error", "均方误差"),
    "metric.rmse": ("root mean squared error", "均方根误差"),
    "metric.precision": ("precision", "精确率"),
    "metric.recall": ("recall", "召回率"),
    "metric.auc": ("AUC", "AUC"),
    "score.brief": ("{part} {metric}", "{part} {metric}"),
    "score": ("{part} {metric}", "{part}{metric}"),
    "key.best_epoch": ("best epoch", "最佳轮次"),
    "key.parameters": ("parameters", "参数个数"),
    "baseline.majority": ("majority class", "多数类"),
    "baseline.prior": ("class shares", "类别比例"),
    "baseline.mean": ("mean", "均值"),
    "baseline.median": ("median", "中位数"),
    "baseline.linear": ("linear model", "线性模型"),
    "state.completed": ("completed", "已完成"),
    "state.running": ("running", "运行中"),
    "state.interrupted": ("interrupted", "被中断"),
    "state.diverged": ("diverged", "发散"),
    "state.failed": ("failed", "失败"),
    "state.damaged": ("damaged", "已损坏"),
    "state.crashed": ("crashed", "已崩溃"),
    # The verdict
    "verdict": ("Verdict", "结论"),
    "verdict.met": ("met", "达到"),
    "verdict.missed": ("missed", "未达到"),
    "verdict.not judged": ("not judged", "未判定"),
    "verdict.none": ("There is no score. The run: {state}.", "没有分数。该运行：{state}。"),
    "diagnosis": ("Diagnosis", "诊断"),
    "diagnosis.more": ("Why, and what to do", "依据与建议"),
    "expected": ("Expected", "预期"),
    "interval.text": ("{low} to {high} ({how})", "{low} 至 {high}（{how}）"),
    "interval.wilson": ("95 %, Wilson", "95 %，Wilson 区间"),
    "interval.bootstrap": ("95 %, bootstrap", "95 %，自助法"),
    "spread.fits": (
        "± {half} (standard deviation of {count} fits, no confidence interval)",
        "± {half}（{count} 次拟合的标准差，并非置信区间）",
    ),
    "spread.seeds": (
        "± {half} (standard deviation of {count} seeds, no confidence interval)",
        "± {half}（{count} 个随机种子的标准差，并非置信区间）",
    ),
    "baseline.none": (
        "There is no baseline to hold this against.",
        "没有可比较的基线。",
    ),
    "baseline.beaten": (
        "Better than the best baseline: {name}, {value}.",
        "优于最好的基线：{name}，{value}。",
    ),
    "baseline.within": (
        "Not told apart from the best baseline: {name}, {value}, lies within the interval.",
        "与最好的基线无法区分：{name}为 {value}，在区间之内。",
    ),
    "baseline.within_spread": (
        "Within one standard deviation of the best baseline: {name}, {value}.",
        "与最好的基线相差不到一个标准差：{name}，{value}。",
    ),
    "baseline.equal": (
        "No better than the best baseline: {name}, {value}.",
        "不优于最好的基线：{name}，{value}。",
    ),
    "baseline.not_beaten": (
        "Worse than the best baseline: {name}, {value}.",
        "差于最好的基线：{name}，{value}。",
    ),
    "axis.lower": ("lower is better", "越低越好"),
    "axis.higher": ("higher is better", "越高越好"),
    "wanted": ("{what} {value}, expected {ends}", "{what}为 {value}，预期{ends}"),
    "reason.sample data": ("sample data", "示例数据"),
    "reason.smoke run": ("smoke run", "冒烟运行"),
    "reason.random weights": ("random weights", "随机权重"),
    "reason.no look at the test part": ("no look at the test part", "未查看测试集"),
    "remark.best": ("Best epoch: {epoch}.", "最佳轮次：{epoch}。"),
    "remark.refit": (
        "Best epoch: {epoch}; trained again on all training data for {epochs} epochs.",
        "最佳轮次：{epoch}；随后用全部训练数据重新训练了 {epochs} 轮。",
    ),
    "remark.refit_one": (
        "Best epoch: {epoch}; trained again on all training data for one epoch.",
        "最佳轮次：{epoch}；随后用全部训练数据重新训练了一轮。",
    ),
    "remark.rates": (
        "Learning rate of that training (from epoch), as found before: {rates}.",
        "该次训练的学习率（起始轮次）沿用之前找到的值：{rates}。",
    ),
    "remark.streamed": (
        "Validation {metrics}: Keras's estimate at that epoch, from 200 thresholds; test scores "
        "and baselines are exact.",
        "验证集 {metrics}：该轮由 Keras 用 200 个阈值估计；测试分数和基线是精确值。",
    ),
    "remark.duplicates": (
        "{count} rows of the {part} part also occur, identical, in the training part.",
        "{part}中有 {count} 行与训练集中的行完全相同。",
    ),
    "remark.given": (
        "Validated with the dataset's own validation part, as given: {rows} rows.",
        "用数据集自带的验证集验证：{rows} 行。",
    ),
    "remark.no_test_part": ("The dataset has no test part.", "数据集没有测试集。"),
    "remark.no_test": ("The test set was not looked at.", "没有查看测试集。"),
    "remark.looks": (
        "This was look {looks} at the test set: each look makes the test score a little less "
        "honest.",
        "这是第 {looks} 次查看测试集：每多看一次，测试分数就少一分可信。",
    ),
    "remark.baselines": ("Baselines", "基线"),
    "remark.cached": (
        "Features came from the cache: 0 forward passes.",
        "特征取自缓存：前向计算 0 次。",
    ),
    "remark.features": (
        "Features: {passes} forward passes in {time}.",
        "特征：{passes} 次前向计算，用时 {time}。",
    ),
    "remark.frozen": (
        "Frozen tensors: {count}, unchanged by the training.",
        "冻结：{count} 个张量，训练前后不变。",
    ),
    "remark.thawed": (
        "{count} frozen tensors CHANGED during the training.",
        "{count} 个冻结的张量在训练中发生了变化。",
    ),
}
