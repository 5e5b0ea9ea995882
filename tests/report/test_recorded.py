"""What runs recorded in English, on Chinese pages: translated, or marked as the original."""

import re

import pytest

from kx.contracts import DatasetBundle, DatasetInfo, Split, TextForm
from kx.data.files.class_folders import PICTURES, FolderOptions, layout_of
from kx.data.files.trees import memory_tree
from kx.data.texts.text_remarks import text_remarks
from kx.data.texts.texts import tokenized
from kx.pages.examples import _files
from kx.pages.page import report_of_one
from kx.planning import make_plan
from kx.running.bases import RANDOM_NOTE
from kx.running.loading import SAMPLE_NOTE
from kx.runs.record_parts import BaseFacts
from kx.wording.recorded import SENTENCES, TITLES, in_a_line, told
from kx.wording.words import Words
from tests.report.conftest import a_record
from tests.report.pages import Page

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("recorded", "text", "original"),
    [
        ("no AMX in the CPU", "CPU 没有 AMX", ""),
        ("a layer of the kind Conv2D", "含有 Conv2D 层", ""),
        ("1,570 steps of a recurrent network", "循环网络，共 1,570 步", ""),
        ("no linear model: 135,000,000 numbers to learn from; the limit is 50,000,000",
         "没有线性模型：需要从 135,000,000 个数中学习，上限为 50,000,000", ""),
        ("refit: the loss became nan in epoch 1. Lower training.optimizer.learning_rate (now "
         "1e+09), or set preparation.scale: standardize", "refit：损失在第 1 轮变为 nan。请调低 "
         "training.optimizer.learning_rate（现为 1e+09），或设置 "
         "preparation.scale: standardize", ""),
        ("Check the vectors: 25 of 3,000 words have a vector (0.8%). The others are zeros.",
         "请检查词向量：3,000 个词中有 25 个有词向量（0.8%），其余均为零。", ""),
        (f"Sample data: {SAMPLE_NOTE}", "示例数据：该运行使用程序生成的少量替代数据，其分数不能说明"
         "真实数据集的任何情况，也不判定预期。", ""),
        (f"Random weights: vgg16.h5 is nowhere. {RANDOM_NOTE}",
         "随机权重：该运行使用随机权重：没有迁移任何知识，其分数不能说明迁移学习的效果，也不判定预期。",
         "vgg16.h5 is nowhere."),
        ("Check the data: 3 files are odd", "请检查数据", "3 files are odd"),
        ("Something: that nobody foresaw", "", "Something: that nobody foresaw"),
    ],
)  # fmt: skip
def test_known_sentences_are_translated_and_others_kept(recorded, text, original):
    found = told(recorded, ZH)

    assert (found.text, found.original) == (text, original)
    assert told(recorded, EN).text == recorded


def test_what_the_spec_is_warned_of_is_translated(tmp_path):
    path = tmp_path / "reuters.yaml"
    path.write_text("name: r\ndataset: reuters\narchitecture: {name: mlp, units: [4]}\n")
    (problem,) = make_plan(path).warnings

    found = told(f"Check the spec: {problem}", ZH)

    assert "只有 4 个单元，少于 46 个类别" in found.text
    assert found.original == ""


def test_what_is_told_of_folders_is_translated():
    trees = [
        ("Train/a", "Train/b", "Valid/a", "Valid/b"),
        ("plane", "train", "car"),
        ("animals/cats", "animals/dogs", "plants/oak", "plants/fir"),
    ]
    remarks = [
        remark
        for folders in trees
        for remark in layout_of(
            memory_tree("mine", {f"{folder}/1.jpg": b"" for folder in folders} | {"x.jpg": b""}),
            PICTURES,
            FolderOptions(),
        ).remarks
    ]

    assert len(remarks) == 7
    for remark in remarks:
        found = told(f"Check the data: {remark}", ZH)
        assert found.original == "", remark
        assert found.text.startswith("请检查数据：")


def test_a_title_and_what_is_not_translated_are_told_apart():
    assert in_a_line("Check the data: 3 files are odd", ZH) == (
        "请检查数据：3 files are odd（英文原文）"
    )


ROWS = "".join(f"a b {n},{'x' if n % 2 else 'y'}\n" for n in range(20))
SPANS = 'text,label\n"one\ntwo",x\n' + ROWS
SWALLOWS = 'text,label\n"one,x\ntwo,y\nthree",x\n' + ROWS
DECIMALS = "text,label\n" + "".join(f"a {n},{n / 8}\n" for n in range(40))


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        (SPANS, "", "有 1 行因引号未闭合而跨越多行（lines 2 to 3）"),
        (SWALLOWS, "", "其中 1 行似乎吞掉了带标签的其他行"),
        (DECIMALS, "", "列 label 是小数，因此按回归处理"),
        (f"text,label\n,x\n{ROWS}", "on_broken: skip", "略去了 1 行：line 2: no text"),
        (f"text,label\na,X\n{ROWS}", "", "有些标签只是写法不同"),
    ],
)
def test_what_a_table_is_warned_of_is_translated(tmp_path, table, options, said):
    (tmp_path / "t.csv").write_text(table)
    path = tmp_path / "s.yaml"
    path.write_text(
        f"name: r\ndataset: {{name: text_csv, path: t.csv, {options}}}\n"
        "architecture: {name: linear}\n"
    )
    (problem,) = make_plan(path).warnings

    found = told(f"Check the spec: {problem}", ZH)

    assert said in found.text
    assert found.original == ""


def test_padding_that_the_spec_is_warned_of_is_translated(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "name: r\ndataset: {name: imdb, encoding: sequence, pad: back}\narchitecture: rnn\n"
    )
    (problem,) = make_plan(path).warnings

    assert "在词的后面补零" in told(f"Check the spec: {problem}", ZH).text


@pytest.mark.parametrize(
    ("train", "test", "form", "said"),
    [
        (["?", "a b"], ["?", "a"], {}, ["训练集有 1 个文本不含任何词元：各是一行零",
            "测试集有 1 个文本不含任何词元：各是一行零"]),
        (["?", "a"], ["a"], {"encoding": "sequence"}, ["训练集有 1 个文本不含任何词元：各算作"]),
        (["a b"], ["x " * 20], {}, ["测试集有 1 个文本不含词汇表中的任何词元", "测试集有 100% 的"]),
        (["a b c " * 9], ["a b c " * 9], {"num_words": 3}, ["测试集有 67% 的词元未知"]),
        (["今天 天气"], [",".join("春夏秋冬东西南北一二三四五六七八九十百千万")], {}, [
            "100% 的文字属于", "测试集有 1 个文本", "请用 dataset.tokenize: cjk 或 char"]),
    ],
)  # fmt: skip
def test_what_is_told_of_texts_is_translated(train, test, form, said):
    import numpy as np

    form = TextForm(**form)
    x = tokenized({"train": train, "test": test}, form)
    parts = {part: Split(x[part], np.zeros(len(x[part]))) for part in x}
    info = DatasetInfo("mails", "binary", (9,), texts=form)

    found = [
        told(f"Check the data: {text}", ZH) for text in text_remarks(DatasetBundle(info, **parts))
    ]

    assert [one.original for one in found] == [""] * len(said)
    assert all(part in one.text for part, one in zip(said, found, strict=True))


def test_an_unknown_sentence_in_a_line_says_that_it_is_the_original():
    assert in_a_line("by chance", ZH) == "by chance（英文原文）"
    assert in_a_line("by chance", EN) == "by chance"


def test_every_translation_fills_in_what_its_sentence_names():
    for pattern, chinese in SENTENCES.items():
        groups = re.compile(pattern).groups
        assert [f"\\{n}" in chinese for n in range(1, groups + 1)] == [True] * groups, pattern
    assert all(not text.isascii() for text in TITLES.values())


def test_page_marks_the_language_of_what_is_original(leave):
    record = a_record(warnings=["Check the data: odd <b>file</b>"], baseline_note="by chance")

    page = Page(report_of_one(leave(record), "zh", print))

    assert "请检查数据 odd <b>file</b>" in page.text
    assert "by chance（英文原文）" in page.text
    assert {"lang": "en", "class": "original"} in page.all("span")


@pytest.mark.parametrize(
    ("language", "base"), [("en", "VGG16, random weights"), ("zh", "VGG16，随机权重")]
)
def test_page_and_terminal_name_random_weights_alike(kx, leave, language, base):
    folder = leave(a_record(base=BaseFacts(**{"name": "VGG16", "random": True})))

    _, shown, _ = kx("show", "last", "--lang", language, "--outputs", folder.parent)

    assert base in shown
    assert base in Page(report_of_one(folder, language, print)).text


def test_who_never_forbade_downloads_is_not_told_so(monkeypatch):
    monkeypatch.delenv("KX_OFFLINE", raising=False)
    own = _files(sample=False)
    monkeypatch.setenv("KX_OFFLINE", "1")

    assert own.offline
    assert own.offline_because == "a report downloads nothing"
