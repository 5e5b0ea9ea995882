import json

import pytest

from kx.advice.diagnosis import diagnose
from kx.base.remark import as_remark
from kx.runs.folder import RunFolder
from kx.runs.history import read_history
from kx.runs.record import Record, read_record

TURNS = [0.6, 0.5, 0.27, 0.35, 0.44, 0.53, 0.6]


def write_history(run, fit="holdout"):
    history = run.history()
    for epoch, value in enumerate(TURNS, 1):
        history.epoch(fit, epoch, {"loss": 0.7 / epoch, "val_loss": value})
    history.close()


@pytest.fixture
def crashed(tmp_path):
    with RunFolder.create(tmp_path / "outputs", "lost") as run:
        write_history(run)
    return run.path


def test_a_run_is_explained_in_two_languages(kx, crashed):
    english = kx("diagnose", "last", "--outputs", crashed.parent)
    chinese = kx("diagnose", "last", "--lang", "zh", "--outputs", crashed.parent)

    assert (english[0], chinese[0]) == (0, 0)
    assert "overfits from epoch 3 on (val_loss 0.2700 there, 0.6000 at the end)" in english[1]
    assert "stop at epoch 3" in english[1]
    assert "过拟合，从第 3 轮起（该轮 val_loss 为 0.2700，结束时为 0.6000）" in chinese[1]
    assert "在第 3 轮停止训练" in chinese[1]


def test_json_has_the_numbers_and_the_words(kx, crashed):
    code, out, _ = kx("diagnose", "last", "--json", "--lang", "zh", "--outputs", crashed.parent)

    document = json.loads(out)
    assert code == 0
    assert (document["kind"], document["best_epoch"], document["id"]) == (
        "overfits", 3, crashed.name,
    )  # fmt: skip
    assert document["numbers"]["rise"] == pytest.approx((0.6 - 0.27) / 0.27)
    assert document["texts"][0][0] == "诊断"


def test_a_damaged_history_is_not_judged(kx, finished):
    folder = finished()
    path = folder / "history.json"
    path.write_text(path.read_text().replace("0.7", "0.1"))

    code, _, err = kx("diagnose", "last", "--outputs", folder.parent)

    assert code == 3
    assert "history.json: damaged" in err


def test_a_run_without_a_history_is_told(kx, finished):
    folder = finished()
    for name in ("history.json", "history.csv"):
        (folder / name).unlink()

    assert kx("diagnose", "last", "--outputs", folder.parent)[0] == 3


def test_show_has_the_recorded_diagnosis_in_a_line(kx, finished):
    histories = {"holdout": {"loss": [0.7 / e for e in range(1, 8)], "val_loss": TURNS}}
    folder = finished()
    found = diagnose(read_record(folder / "record.json"), histories)
    folder = finished(diagnosis=found)

    code, out, _ = kx("show", folder.name, "--outputs", folder.parent)

    assert code == 0
    assert "diagnosis: overfits from epoch" in " ".join(out.split())
    assert read_record(folder / "record.json").diagnosis == found


def test_a_history_is_read_as_it_was_recorded(tmp_path):
    with RunFolder.create(tmp_path, "x") as run:
        history = run.history()
        history.epoch("holdout", 1, {"loss": float("nan"), "val_acc": 0.5})
        told = {name: dict(curves) for name, curves in history.fits.items()}
        history.close()

    assert told == read_history(run.path) == {"holdout": {"loss": [None], "val_accuracy": [0.5]}}


def test_a_run_that_failed_before_its_first_epoch_has_nothing_to_judge(kx, tmp_path):
    with RunFolder.create(tmp_path / "outputs", "refused") as run:
        error = as_remark("no data")
        record = Record(id=run.id, name="refused", status="failed", started="", error=error)
        run.history().close()
        run.write_record(record)

    code, out, err = kx("diagnose", "last", "--outputs", run.path.parent)

    assert (code, out) == (3, "")
    assert "ended before its first epoch: no data." in err
