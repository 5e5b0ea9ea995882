"""What a terminal says of runs, in Chinese."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from kx.advice.diagnosis import Diagnosis
from kx.base.remark import Remark
from kx.cli.lineup import show_lineup
from kx.runs.entrants import Entrant
from kx.runs.reader import Run
from kx.runs.record_parts import (
    BaseFacts,
    EmbeddingFacts,
    FeatureFacts,
    FrozenFacts,
    VocabularyFacts,
)
from kx.runs.run_group import Group
from kx.terminal.console import result_lines, run_panel

LATIN = re.compile(r"[A-Za-z]{3,}")


def shown(renderable):
    console = Console(file=io.StringIO(), width=80)
    console.print(renderable)
    return console.file.getvalue()


@pytest.fixture
def rich(record):
    """A record with something in every field that is shown."""
    spread = {"value": 2.4, "low": 2.1, "high": 2.7, "interval": "fold spread"}
    missed = {
        "key": "test.mae", "at_least": 1.0, "at_most": 2.0, "value": 2.5,
        "verdict": "not judged", "reason": "sample", "source": "",
    }  # fmt: skip
    return replace(
        record,
        command="train",
        scores={**record.scores, "validation": {"mae": spread}},
        baselines={"validation": {"mae": {"median": 6.5}}},
        expectations=[*record.expectations, missed],
        engine="fit", engine_reason=Remark.of("engine.augmentation"), fit_seconds=65.0,
        peak_memory_mb=800.0,
        seeds={"spec": 1, "split": 2, "weights": 3},
        diagnosis=Diagnosis(kind="too_short", rule="few", epochs=3, advice=("longer",)),
        features=FeatureFacts(forward_passes=3, seconds=1.0),
        frozen=FrozenFacts(before="a", after="b", weights=3),
        embeddings=EmbeddingFacts(words=10, known=5),
        base=BaseFacts(name="VGG16", random=True),
        vocabulary=VocabularyFacts(tokens=9, unknown={"test": [0.1]}),
        duplicates={"validation": 5}, test_looks=3, leaky=True, smoke=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        lambda record: result_lines(record, language="zh"),
        lambda record: run_panel(record, "completed", language="zh"),
    ],
    ids=["result", "panel"],
)
def test_only_names_units_and_what_was_recorded_stay_as_they_are(rich, said):
    text = shown(said(rich))

    assert "示例数据" in text
    left = set(LATIN.findall(text)) - set(LATIN.findall(rich.to_json()))
    assert left <= {"sha", "min", "record", "json", "MAE"}  # the last two are a file


def test_english_and_chinese_tell_the_same_numbers(rich):
    numbers = [
        sorted(re.findall(r"\d[\d,.]*\d|\d", shown(result_lines(rich, None, language))))
        for language in ("en", "zh")
    ]

    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("command", ["train", "kfold", "workflow", "show", "report", "diagnose"])
def test_commands_that_tell_of_runs_take_a_language(kx, command):
    assert "--lang" in kx(command, "--help")[1]


def test_a_run_is_shown_in_chinese(kx, finished):
    folder = finished(precision="float32", precision_reason=Remark.of("why.no_amx"))

    code, out, err = kx("show", "last", "--lang", "zh", "--outputs", folder.parent)

    assert code == 0, err
    assert "float32：CPU 没有 AMX" in out
    assert "验证集准确率" in out
    assert "逐轮" in out


def test_where_runs_side_by_side_are_kept_is_told_in_chinese(finished, record, capsys):
    folders = [finished(), finished()]
    entrants = [Entrant(name, {}, Run(at)) for name, at in zip("ab", folders, strict=True)]

    show_lineup(Group.new("variants", "a"), entrants, folders[0].parent, "zh", as_json=False)

    last = capsys.readouterr().out.splitlines()[-3:]
    assert [line.partition("：")[0] for line in last] == ["详细比较", "图", "报告"]
