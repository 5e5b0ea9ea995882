"""What runs recorded by codes, worded on pages and terminals in both languages."""

from dataclasses import replace

import pytest

from kx.base.remark import Remark, as_remark
from kx.contracts import DatasetBundle, DatasetInfo, Split, TextForm
from kx.data.files.class_folders import FolderOptions, layout_of
from kx.data.files.file_kinds import PICTURES
from kx.data.files.trees import memory_tree
from kx.data.texts.text_remarks import text_remarks
from kx.data.texts.texts import tokenized
from kx.pages.examples import _files
from kx.pages.page import report_of_one
from kx.planning import make_plan
from kx.running.loading import SAMPLE_NOTE
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts
from kx.wording.recorded import Piece, in_a_line, in_words, told
from kx.wording.words import Words
from tests.pages.conftest import a_record
from tests.pages.pages import Page

EN, ZH = Words("en"), Words("zh")
RANDOM = Remark.of("note.random")


def warning(title, text):
    return Remark.of("warning", title=Remark.of(title), text=text)


def original(remark):
    return [piece.text for piece in told(remark, ZH) if piece.original]


@pytest.mark.parametrize(
    ("remark", "english", "chinese"),
    [
        (Remark.of("why.no_amx"), "no AMX in the CPU", "CPU 没有 AMX"),
        (Remark.of("engine.layer", kind="Conv2D"), "a layer of type Conv2D", "含有 Conv2D 层"),
        (Remark.of("engine.unpaid", what=Remark.of("engine.recurrent", steps=1570)),
         "1,570 steps of a recurrent network are too few to pay back compilation",
         "循环网络，共 1,570 步，不足以抵偿编译所需的时间"),
        (Remark.of("linear.none", why=Remark.of("linear.numbers", numbers=135_000_000, limit=50)),
         "no linear model: 135,000,000 numbers to learn from; the limit is 50",
         "没有线性模型：需要从 135,000,000 个数中学习，上限为 50"),
        (Remark.of("error.diverged_unscaled", fit="refit", loss="nan", epoch=1, rate=1e9),
         "refit: the loss became nan in epoch 1. Lower training.optimizer.learning_rate (now "
         "1e+09), or set preparation.scale: standardize", "refit：损失在第 1 轮变为 nan。请调低 "
         "training.optimizer.learning_rate（现为 1e+09），或设置 "
         "preparation.scale: standardize"),
        (warning("title.vectors", Remark.of("vectors.few", known=25, words=3000, share=25 / 3000)),
         "Check the vectors: 25 of 3,000 words have a vector (0.8%). The others are zeros.",
         "请检查词向量：3,000 个词中有 25 个有词向量（0.8%），其余均为零。"),
        (warning("title.sample", SAMPLE_NOTE),
         "Sample data: This run uses a small generated stand-in. Its scores say nothing about the "
         "real data set, and expectations are not judged.", "示例数据：该运行使用程序生成的少量替代"
         "数据，其分数不能说明真实数据集的任何情况，也不判定预期。"),
        (warning("title.random", Remark.of("note.behind", why=as_remark("a.h5 is nowhere"),
                                           note=RANDOM)),
         "Random weights: a.h5 is nowhere. This run continues with random weights: nothing is "
         "transferred, its scores say nothing about transfer learning, and expectations are "
         "not judged.",
         "随机权重：该运行使用随机权重：没有迁移任何知识，其分数不能说明迁移学习的效果，也不判定预期。"
         "a.h5 is nowhere（英文原文）"),
        (warning("title.data", as_remark("3 files are odd")), "Check the data: 3 files are odd",
         "请检查数据：3 files are odd（英文原文）"),
        (as_remark("by chance"), "by chance", "by chance（英文原文）"),
        (None, "", ""),
    ],
)  # fmt: skip
def test_a_remark_is_worded_in_the_language_of_its_reader(remark, english, chinese):
    assert (in_a_line(remark, EN), in_a_line(remark, ZH)) == (english, chinese)


def test_what_has_no_code_is_a_piece_of_its_own():
    odd = warning("title.data", as_remark("3 files are odd"))

    assert told(odd, ZH) == [Piece("请检查数据："), Piece("3 files are odd", original=True)]
    assert told(odd, EN) == [Piece("Check the data: 3 files are odd")]


def test_a_remark_comes_back_from_a_record_with_its_words():
    row = Remark.of("targets.rows", name="owl", count=2)
    names = Remark.of("list.comma_more", names=(row, row), more=3)
    remark = Remark.of("targets.nowhere", kind=Remark.of("targets.class"), names=names)
    record = replace(a_record(), warnings=[warning("title.data", remark)])

    again = Record.from_json(record.to_json())

    assert again.warnings == record.warnings
    assert in_words(again.warnings[0]) == (
        "Check the data: class without rows: 'owl' (2 rows), 'owl' (2 rows), 3 more"
    )


@pytest.mark.parametrize(
    "remark",
    [
        Remark("from.tomorrow", {"count": 3}),
        Remark("engine.layer"),
        Remark("engine.small", {"steps": as_remark("many")}),
        Remark("vectors.few", {"known": None, "words": "a", "share": ("b", 1)}),
        Remark("table.spanning", {"table": "t", "count": as_remark("x"), "lines": "1"}),
    ],
)
@pytest.mark.parametrize("words", [EN, ZH])
def test_what_kx_does_not_know_or_is_damaged_is_shown_somehow(remark, words):
    assert in_a_line(remark, words)


def test_remarks_within_remarks_end():
    remark = as_remark("the innermost")
    for _ in range(80):
        remark = Remark.of("note.behind", why=remark, note=as_remark("and"))

    assert in_words(remark).startswith("…. …. and. and")


def test_what_the_spec_is_warned_of_is_worded(tmp_path):
    path = tmp_path / "reuters.yaml"
    path.write_text("name: r\ndataset: reuters\narchitecture: {name: mlp, units: [4]}\n")
    plan = make_plan(path)

    (remark,) = plan.remarks

    assert in_words(remark) == str(plan.warnings[0])
    assert "只有 4 个单元，少于 46 个类别" in in_words(remark, "zh")
    assert original(remark) == []


def test_what_is_told_of_folders_is_worded():
    trees = [
        ("Train/a", "Train/b", "Valid/a", "Valid/b"),
        ("plane", "train", "car"),
        ("animals/cats", "animals/dogs", "plants/oak", "plants/fir"),
    ]
    remarks = [
        remark
        for folders in trees
        for remark in layout_of(
            memory_tree(
                "mine",
                {f"{folder}/{n}.jpg": b"" for folder in folders for n in "12"} | {"x.jpg": b""},
            ),
            PICTURES,
            FolderOptions(),
        ).remarks
    ]

    assert len(remarks) == 7
    for remark in remarks:
        assert original(remark) == [], remark
        assert not in_words(remark, "zh").isascii()
    assert "Train（训练集）、Valid（验证集）" in in_words(remarks[0], "zh")


ROWS = "".join(f"a b {n},{'x' if n % 2 else 'y'}\n" for n in range(20))
SPANS = 'text,label\n"one\ntwo",x\n' + ROWS
SWALLOWS = 'text,label\n"one,x\ntwo,y\nthree",x\n' + ROWS
DECIMALS = "text,label\n" + "".join(f"a {n},{n / 8}\n" for n in range(40))


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        (SPANS, "", "有 1 行因引号未闭合而跨越多行（第 2 至 3 行）"),
        (SWALLOWS, "", "其中 1 行似乎吞掉了带标签的其他行"),
        (DECIMALS, "", "column label 是小数，因此按回归处理"),
        (f"text,label\n,x\n{ROWS}", "on_broken: skip", "略去了 1 行：line 2: no text"),
        (f"text,label\na,X\nb,X\n{ROWS}", "", "有些标签只是写法不同"),
    ],
)
def test_what_a_table_is_warned_of_is_worded(tmp_path, table, options, said):
    (tmp_path / "t.csv").write_text(table)
    path = tmp_path / "s.yaml"
    path.write_text(
        f"name: r\ndataset: {{name: text_csv, path: t.csv, {options}}}\n"
        "architecture: {name: linear}\n"
    )
    plan = make_plan(path)

    (remark,) = plan.remarks

    assert in_words(remark) == str(plan.warnings[0])
    assert said in in_words(remark, "zh")
    assert original(remark) == []


def test_padding_that_the_spec_is_warned_of_is_worded(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "name: r\ndataset: {name: imdb, encoding: sequence, pad: back}\narchitecture: rnn\n"
    )
    (remark,) = make_plan(path).remarks

    assert "在词的后面补零" in in_words(remark, "zh")
    assert "请设置 masking: true" in in_words(remark, "zh")


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
def test_what_is_told_of_texts_is_worded(train, test, form, said):
    import numpy as np

    form = TextForm(**form)
    x = tokenized({"train": train, "test": test}, form)
    parts = {part: Split(x[part], np.zeros(len(x[part]))) for part in x}
    info = DatasetInfo("mails", "binary", (9,), texts=form)

    found = list(text_remarks(DatasetBundle(info, **parts)))

    assert [original(remark) for remark in found] == [[]] * len(said)
    assert all(part in in_words(one, "zh") for part, one in zip(said, found, strict=True))


def test_page_marks_the_language_of_what_is_original(leave):
    odd = warning("title.data", as_remark("odd <b>file</b>"))
    record = a_record(warnings=[odd], baseline_note=as_remark("by chance"))

    page = Page(report_of_one(leave(record), "zh", print))

    assert "请检查数据： odd <b>file</b>" in page.text
    assert "by chance（英文原文）" in page.text
    assert {"lang": "en", "class": "original"} in page.all("span")


def test_page_and_terminal_word_what_was_recorded_in_their_language(kx, leave):
    narrow = Remark.of("vectors.few", known=1, words=4, share=0.25)
    record = a_record(warnings=[warning("title.vectors", narrow)], error=Remark.of(
        "error.stopped", signal="SIGTERM"), status="interrupted")  # fmt: skip
    folder = leave(record)

    _, shown, _ = kx("show", "last", "--lang", "zh", "--outputs", folder.parent)
    page = Page(report_of_one(folder, "zh", print))

    for text in ("请检查词向量：4 个词中有 1 个有词向量（25.0%）", "被 SIGTERM 停止"):
        assert text in " ".join(shown.split())
        assert text in page.text
    assert {"lang": "en", "class": "original"} not in page.all("span")


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
