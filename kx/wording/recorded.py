"""What a run wrote down in English, on a page in another language.

Sentences of kinds that occur often are translated; of all others the page says that they are the
original: a record is never rewritten, and half a translation would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kx.base.language import Language
from kx.wording.words import Words

TITLES: Mapping[str, str] = {
    "Check the spec": "请检查配置",
    "Check the data": "请检查数据",
    "Check the cache": "请检查缓存",
    "Check the vectors": "请检查词向量",
    "Sample data": "示例数据",
    "Random weights": "随机权重",
    "Looks of removed runs are not counted": "未计入已删除运行对测试集的查看",
}
"""Of warnings."""

NOTES: Mapping[str, str] = {
    "This run uses a small generated stand-in. Its scores say nothing about the real data set, "
    "and no expectation is judged.": (
        "该运行使用程序生成的少量替代数据，其分数不能说明真实数据集的任何情况，也不判定预期。"
    ),
    "This run goes on with random weights: nothing is transferred, its scores say nothing of "
    "transfer learning, and no expectation is judged.": (
        "该运行使用随机权重：没有迁移任何知识，其分数不能说明迁移学习的效果，也不判定预期。"
    ),
}
"""With which a warning may end, behind its cause."""

OF_TABLE = r"(\S+: dataset\.path: .*): "
SPANNING = r"([\d,]+) rows? \w+ over several lines, because a quotation mark was open "
UNKNOWN = (
    r"(\d+%) of the tokens of the test part are unknown: not among the ([\d,]+) of the vocabulary; "
)
"""How several sentences begin."""

SENTENCES: Mapping[str, str] = {
    # Why an engine or a precision was chosen
    r"the spec says so": "由配置指定",
    r"the default": "默认值",
    r"no AMX in the CPU": "CPU 没有 AMX",
    r"the CPU has AMX": "CPU 有 AMX",
    r"sparse rows": "数据为稀疏行",
    r"large products": "矩阵乘积较大",
    r"augmentation": "使用数据增强",
    r"a layer of the kind (\w+)": r"含有 \1 层",
    r"([\d.]+) GB of data are streamed": r"\1 GB 数据以流的方式读取",
    r"([\d,]+) steps do not repay compiling": r"\1 步不足以抵偿编译所需的时间",
    r"([\d,]+) steps of a small dense network": r"小型全连接网络，共 \1 步",
    r"([\d,]+) steps of a recurrent network": r"循环网络，共 \1 步",
    r"([\d,]+) steps of a recurrent network do not repay compiling": (
        r"循环网络，共 \1 步，不足以抵偿编译所需的时间"
    ),
    r"([\d,]+) steps of a recurrent network, texts of (\d+) lengths": (
        r"循环网络，共 \1 步，文本有 \2 种长度"
    ),
    r"([\d,]+) steps of a recurrent network, texts of (\d+) lengths do not repay compiling": (
        r"循环网络，共 \1 步，文本有 \2 种长度，不足以抵偿编译所需的时间"
    ),
    # Why a baseline is missing
    r"no linear model: ([\d,]+) numbers to learn from; the limit is ([\d,]+)": (
        r"没有线性模型：需要从 \1 个数中学习，上限为 \2"
    ),
    r"no linear model: ([\d,]+) coefficients; the limit is ([\d,]+)": (
        r"没有线性模型：共有 \1 个系数，上限为 \2"
    ),
    # What ended a run
    r"(\S+): the loss became (\S+) in epoch (\d+)\. Lower training\.optimizer\.learning_rate "
    r"\(now (\S+)\), or set preparation\.scale: standardize": (
        r"\1：损失在第 \3 轮变为 \2。请调低 training.optimizer.learning_rate（现为 \4），"
        r"或设置 preparation.scale: standardize"
    ),
    r"(\S+): the loss became (\S+) in epoch (\d+)\. Lower training\.optimizer\.learning_rate "
    r"\(now (\S+)\)": (
        r"\1：损失在第 \3 轮变为 \2。请调低 training.optimizer.learning_rate（现为 \4）"
    ),
    # Warnings, behind their titles
    r"([\d,]+) of ([\d,]+) words have a vector \(([\d.]+%)\)\. The others are zeros\.": (
        r"\2 个词中有 \1 个有词向量（\3），其余均为零。"
    ),
    r"(\S+: \S+): a layer of (\d+) units is narrower than the (\d+) classes; what does not pass it "
    r"is lost to all layers behind it \(notes, 2\.2\)": (
        r"\1：有一层只有 \2 个单元，少于 \3 个类别；未能通过该层的信息，其后各层都无法恢复"
        r"（笔记 2.2）"
    ),
    r"(\S+: \S+): hidden layers without an activation are together no more than one linear layer; "
    r"use relu": r"\1：没有激活函数的多个隐藏层合起来只相当于一个线性层；请用 relu",
    r"(.+): these folders are read as the parts of the dataset: (.*)": (
        r"\1：以下文件夹作为数据集的各部分读取：\2"
    ),
    r"(.+) has no folder for testing, so there is no test score; dataset\.test_fraction: 0\.2 "
    r"would draw a test part from the training (?:pictures|texts)": (
        r"\1 没有测试文件夹，因此没有测试分数；dataset.test_fraction: 0.2 会从训练部分抽取测试集"
    ),
    r"([\d,]+) (?:pictures|texts) lies? in no folder of a class, unread: (.*)": (
        r"有 \1 个文件不在任何类别的文件夹里，没有读取：\2"
    ),
    r"(.+): (.+) (?:was taken for a class|were taken for classes), and not for parts of the "
    r"dataset": (r"\1：\2 作为类别读取，而不是作为数据集的一部分"),
    r"(.+): each class has subfolders, which kx does not distinguish: (.*)": (
        r"\1：每个类别里又有自己的文件夹，不加区分：\2"
    ),
    r"(\S+: \S+): mixes the ([\d,]+) rows that (\S+) has for validation with the other training "
    r"rows; .*": r"\1：把 \3 自带的 \2 行验证数据与其他训练数据混在一起",
    r"([\d,]+) rows were left out: (.*)": r"略去了 \1 行：\2",
    # Of tables and texts
    OF_TABLE + r"([\d,]+) rows? \w+ left out: (.*)": r"\1：略去了 \2 行：\3",
    OF_TABLE + SPANNING + r"\((lines .*)\)": r"\1：有 \2 行因引号未闭合而跨越多行（\3）",
    OF_TABLE + SPANNING + r"\((lines .*?)\)\. In ([\d,]+) of them there seem to be rows of their "
    r"own, with labels \((.*)\): if a lone quotation mark is meant as it stands, say "
    r"dataset\.quoting: none": (
        r"\1：有 \2 行因引号未闭合而跨越多行（\3），其中 \4 行似乎吞掉了带标签的其他行（\5）："
        r"如果单独的引号只是普通字符，请设置 dataset.quoting: none"
    ),
    OF_TABLE + r"column (.*) holds decimal numbers, so this is a regression\. Say "
    r"dataset\.task: regression to confirm it, or classes": (
        r"\1：列 \2 是小数，因此按回归处理。请用 dataset.task: regression 确认，或设为 classes"
    ),
    OF_TABLE + r"column (.*) has labels that differ only in form, and are learned as "
    r"classes of their own: (.*)\. If they are the same, write them alike": (
        r"\1：列 \2 中有些标签只是写法不同，却各算一个类别：\3。如果含义相同，请统一写法"
    ),
    r"(\S+: \S+): dataset\.pad: back puts zeros behind the words, which the network reads as "
    r"words: over many of them it forgets the text; set masking: true, or dataset\.pad: front": (
        r"\1：dataset.pad: back 在词的后面补零，网络会把零当作词来读，零一多就会忘掉文本；"
        r"请设置 masking: true，或 dataset.pad: front"
    ),
    r"(\d+%) of the letters are of scripts without blanks between the words .*": (
        r"\1 的文字属于词间没有空格的文字（中文、日文、泰文等）："
        r"tokenize: word 会把整句当成一个词。"
        r"请用 dataset.tokenize: cjk（这些文字按字、其他文字按词切分；加上 ngrams: 2 "
        r"还有相邻两字）或 char"
    ),
    UNKNOWN + r"raise dataset\.num_words": (
        r"测试集有 \1 的词元未知，不在词汇表的 \2 个词元之中；请调大 dataset.num_words"
    ),
    UNKNOWN + r"use dataset\.tokenize: cjk, or char": (
        r"测试集有 \1 的词元未知，不在词汇表的 \2 个词元之中；请用 dataset.tokenize: cjk 或 char"
    ),
    UNKNOWN + r"the texts for training are too few, or of another kind": (
        r"测试集有 \1 的词元未知，不在词汇表的 \2 个词元之中；训练文本太少，或者属于另一类文本"
    ),
    r"([\d,]+) texts? of the training part \w+ no token at all(.*): each is one unknown word": (
        r"训练集有 \1 个文本不含任何词元\2：各算作一个未知词"
    ),
    r"([\d,]+) texts? of the test part \w+ no token at all(.*): each is one unknown word": (
        r"测试集有 \1 个文本不含任何词元\2：各算作一个未知词"
    ),
    r"([\d,]+) texts? of the training part \w+ no token at all(.*): each is a row of zeros": (
        r"训练集有 \1 个文本不含任何词元\2：各是一行零"
    ),
    r"([\d,]+) texts? of the test part \w+ no token at all(.*): each is a row of zeros": (
        r"测试集有 \1 个文本不含任何词元\2：各是一行零"
    ),
    r"([\d,]+) texts? of the training part \w+ no token of the vocabulary(.*)": (
        r"训练集有 \1 个文本不含词汇表中的任何词元\2"
    ),
    r"([\d,]+) texts? of the test part \w+ no token of the vocabulary(.*)": (
        r"测试集有 \1 个文本不含词汇表中的任何词元\2"
    ),
    r"it cannot be used \((.*)\): features are not kept": r"缓存无法使用（\1）：特征没有保存",
}
"""Regular expression of a whole sentence -> its translation."""


@dataclass(frozen=True, slots=True)
class Told:
    """A recorded text on a page.

    Attributes:
        text: in the language of the page; may be empty.
        original: what of it stands there as it was recorded, in English.
    """

    text: str
    original: str = ""


def told(recorded: str, words: Words) -> Told:
    """Return a recorded text for a page, as far as possible in its language."""
    if words.language == "en":
        return Told(recorded)
    title, _, rest = recorded.partition(": ")
    if title not in TITLES:
        title, rest = "", recorded
    text, original = _translated(rest)
    parts = [part for part in (TITLES.get(title, ""), text) if part]
    return Told("：".join(parts), original)


def in_a_line(recorded: str, words: Words) -> str:
    """Return a recorded text as one text, which says so if it is the original."""
    found = told(recorded, words)
    original = words("join.original", text=found.original) if found.original else ""
    between = "：" if original and found.text and not found.text.endswith("。") else ""
    return f"{found.text}{between}{original}"


def as_told(recorded: str, language: Language) -> str:
    """Return a recorded text in a language, as ``in_a_line`` does."""
    return in_a_line(recorded, Words(language))


def _translated(text: str) -> tuple[str, str]:
    """Return what can be translated, and what is left of the original."""
    for pattern, chinese in SENTENCES.items():
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return match.expand(chinese), ""
    for note, chinese in NOTES.items():
        if text.endswith(note):
            return chinese, text.removesuffix(note).strip()
    return "", text
