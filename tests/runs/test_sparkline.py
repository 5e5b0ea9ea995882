import io
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kx.runs.folder import RunFolder
from kx.runs.reader import Run
from kx.runs.run_summary import list_runs
from kx.runs.sparkline import (
    BLOCKS,
    GLANCE,
    PLAIN,
    glance,
    main_curve,
    sparkline,
    validation_curves,
)
from kx.terminal.runs_table import CURVE, curve_table, runs_list


def printed(renderable, width=80):
    console = Console(file=io.StringIO(), width=width, markup=False)
    console.print(renderable)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"),
        ([7, 0], 8, "█▁"),
        ([0.5, 0.5], 8, "▁▁"),
        ([1, None, 2], 8, "▁ █"),
        ([0, 2, 6, 8], 2, "▁█"),
        ([1, 3, None, None, 7, 9], 3, "▁ █"),
        ([None], 8, ""),
        ([], 8, ""),
    ],
)
def test_a_curve_in_one_line(values, width, expected):
    assert sparkline(values, width) == expected


def test_a_curve_in_ascii_has_the_same_steps():
    assert sparkline(range(8), 8, ascii_only=True) == PLAIN
    assert PLAIN.isascii()
    assert len(PLAIN) == len(BLOCKS)


values = st.none() | st.floats(-1e9, 1e9)


@given(st.lists(values, max_size=50), st.integers(1, 20))
def test_a_curve_is_never_wider_than_asked(numbers, width):
    line = sparkline(numbers, width)

    assert len(line) in (0, min(len(numbers), width))
    assert set(line) <= {*BLOCKS, " "}


@pytest.fixture
def folds(tmp_path):
    """A run of two folds and a refit; the second fold ended earlier."""
    with RunFolder.create(tmp_path / "outputs", "folds") as run:
        history = run.history()
        for epoch, loss in enumerate((0.8, 0.6, 0.7), 1):
            history.epoch("fold-1", epoch, {"loss": 1.0, "val_acc": 1 - loss, "val_loss": loss})
        for epoch, loss in enumerate((0.6, 0.2), 1):
            history.epoch("fold-2", epoch, {"loss": 1.0, "val_acc": 1 - loss, "val_loss": loss})
        history.epoch("refit", 1, {"loss": 0.1})
        history.close()
    return run.path


def test_the_curve_of_folds_is_their_mean_and_leaves_the_refit_out(folds):
    curves = validation_curves(Run(folds).curves)

    assert list(curves) == ["val_loss", "val_accuracy"]
    assert curves["val_loss"] == pytest.approx([0.7, 0.4])
    assert main_curve(Run(folds).curves) == pytest.approx([0.7, 0.4])


def test_a_record_keeps_the_curve_in_a_few_steps():
    fits = {
        "a": {"loss": [9.0], "val_loss": [1.23456789, None, 3.0]},
        "b": {"val_loss": [1.23456789, 5.0, 4.0, 7.0]},
        "refit": {"loss": [8.0]},
    }
    long = {"holdout": {"val_loss": [float(epoch // 5) for epoch in range(5 * GLANCE)]}}

    assert glance(fits) == [1.2346, None, 3.5]
    assert glance(long) == list(range(GLANCE))
    assert glance({"refit": {"loss": [8.0]}}) == glance({}) == []


def test_lists_take_the_curve_from_the_record_and_else_from_the_history(kx, finished):
    known = finished(glance=[0.1, 0.9])
    (known / "history.json").write_text("{")
    finished()

    _, out, _ = kx("runs", "--outputs", known.parent)

    assert sorted(line[-2:] for line in out.splitlines() if "completed" in line) == ["▁█", "█▁"]


def test_a_killed_run_is_shown_as_far_as_it_came(kx, folds):
    code, out, _ = kx("show", "folds", "--outputs", folds.parent)

    assert code == 0
    assert "crashed" in out
    assert ["val_loss", "█▁", "0.7000", "0.4000", "2", "0.4000"] in map(str.split, out.splitlines())


def test_a_run_without_a_history_has_no_curve(tmp_path, finished):
    RunFolder.create(tmp_path / "outputs", "killed").release()
    (finished() / "history.json").write_text("{")

    assert [
        main_curve(Run(tmp_path / "outputs" / run.id).curves)
        for run in list_runs(tmp_path / "outputs")
    ] == [
        (),
        (),
    ]


def test_a_list_with_curves_fits_into_80_columns(finished):
    runs = list_runs(finished(smoke=False, seconds=7200.0).parent)
    curves = {run.id: [float(value) for value in range(30)] for run in runs}

    shown_lines = printed(runs_list(runs, curves))

    assert max(map(len, shown_lines)) <= 80
    assert "2 h 00 min" in shown_lines[0]
    assert sparkline(range(30), CURVE) in shown_lines[0]
    assert PLAIN[-1] in str(printed(runs_list(runs, curves, ascii_only=True)))


def test_states_stand_below_each_other_also_behind_long_names(finished):
    (run,) = list_runs(finished().parent)
    ids = ("20261125-101456-wine-ff16", "20261125-101423-cats_vs_dogs_features-dbba")
    curve = [float(value) for value in range(30)]

    listed = [replace(run, id=name, seconds=7200.0) for name in ids]
    shown_lines = printed(runs_list(listed, dict.fromkeys(ids, curve)))

    assert [line.index("completed") for line in (shown_lines[0], shown_lines[2])] == [44, 44]
    assert all(line.endswith(sparkline(curve, CURVE)) for line in (shown_lines[0], shown_lines[2]))


def test_no_state_runs_into_the_time(finished):
    (run,) = list_runs(finished(status="interrupted", seconds=185.0).parent)

    assert "interrupted 3 min 05 s" in printed(runs_list([run]))[0]


@pytest.mark.parametrize("width", [60, 80])
def test_a_table_of_curves_names_the_best_epoch(width):
    (table,) = curve_table({"val_loss": [0.9, 0.4, 0.6], "val_accuracy": [0.5, 0.8, 0.9]})

    rows = [line.split() for line in printed(table, width)]

    assert rows[2:4] == [
        ["val_loss", "█▁▄", "0.9000", "0.4000", "2", "0.6000"],
        ["val_accuracy", "▁▆█", "0.5000", "0.9000", "3", "0.9000"],
    ]
    assert curve_table({"val_loss": [None]}) == []


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", "█▁"), ("ascii", "@_")])
def test_show_and_runs_use_what_the_terminal_can_show(finished, monkeypatch, encoding, marks):
    from kx.cli.app import app

    outputs = str(finished().parent)
    for command in (["runs"], ["show", "last"]):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)

        app([*command, "--outputs", outputs], standalone_mode=False)

        stream.flush()
        assert marks in stream.buffer.getvalue().decode(encoding)
