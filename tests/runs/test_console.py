import io
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from kx.base.remark import Remark, as_remark
from kx.base.text import (
    clean,
    duration,
    interval,
    number,
    percent,
    scored,
    shortened,
    signed,
    size,
    stated,
)
from kx.contracts import Watcher
from kx.runs.record_parts import DataFacts, FitRecord
from kx.runs.run_summary import list_runs
from kx.terminal.console import (
    PlainWatcher,
    TerminalWatcher,
    place_among,
    result_lines,
    run_panel,
    runs_list,
    watching,
)

HOSTILE = "[/foo] [link=file:///x]y[/link] \x1b]0;title\x07 \u202eabc\n$x$"
HOSTILE_REMARK = as_remark(HOSTILE)


def shown(renderable, width=80):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, markup=False)
    console.print(renderable)
    return console.file.getvalue()


def lines(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).splitlines()


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def plain():
    return PlainWatcher(Console(file=io.StringIO(), width=80), Clock())


def said(watcher):
    return watcher._console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31mred", "?[31mred"),
        ("\u202eabc", "?abc"),
        ("Ä 実", "Ä 実"),
        ("\udcff", "\\xff"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.88496, "0.8850"),
        (0.0, "0.0000"),
        (0.00001234, "1.23e-05"),
        (12.345, "12.35"),
        (1234.5, "1,234"),
        (-0.5, "-0.5000"),
        (-0.0, "0.0000"),
        (1.39e-17, "0.0000"),
        (-1.39e-17, "0.0000"),
        (None, "-"),
    ],
)
def test_numbers_are_shown_as_precisely_as_they_deserve(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, "+0.5000"), (-0.5, "-0.5000"), (0.0, "0.0000"), (1e-17, "0.0000"), (-1e-17, "0.0000")],
)
def test_a_difference_has_a_sign_unless_it_is_nought(value, expected):
    assert signed(value) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.1234, "12.3 %"), (0, "0.0 %"), (-1e-9, "0.0 %"), (-0.0, "0.0 %"), (-0.5, "-50.0 %"),
     (12.5, "1,250.0 %")],
)  # fmt: skip
def test_a_share_is_told_in_percent_and_nought_has_no_sign(share, expected):
    assert percent(share) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.42, "0.42 s"),
        (12.3, "12 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (8040, "2 h 14 min"),
        (None, "-"),
    ],
)
def test_time_spans_are_shown_in_the_unit_that_suits(seconds, expected):
    assert duration(seconds) == expected


def test_other_small_words():
    assert shortened("abcdefghij", 7) == "ab...ij"
    assert interval(0.1, None) == ""
    assert interval(0.1, 0.2) == "0.1000 to 0.2000"
    assert (size(17_464_789), size(512_000)) == ("17.5 MB", "512 kB")


@pytest.mark.parametrize("width", [80, 60])
def test_nothing_is_wider_than_the_terminal(finished, record, width):
    folder = finished()
    hostile = replace(record, name=HOSTILE, warnings=[as_remark(HOSTILE * 9)], error=HOSTILE_REMARK)
    for renderable in (
        result_lines(record),
        run_panel(hostile, "completed"),
        runs_list(list_runs(folder.parent)),
        run_panel(folded(record, 40, leaky=True, test_looks=3), "completed"),
    ):
        assert max(map(len, lines(shown(renderable, width)))) <= width


def test_names_from_outside_do_not_reach_the_terminal_as_commands(record):
    score = {"value": 0.5, "low": None, "high": None, "interval": None}
    hostile = replace(
        record,
        name=HOSTILE,
        dataset=DataFacts(name=HOSTILE, source=HOSTILE, sample=True),
        scores={"test": {HOSTILE: score}},
        baselines={"test": {HOSTILE: {HOSTILE: 0.5}}},
        fits=[FitRecord(name=HOSTILE, scores={HOSTILE: 0.5})],
        expectations=[{**record.expectations[0], "key": HOSTILE, "source": HOSTILE}],
        duplicates={HOSTILE: 1},
        engine_reason=HOSTILE_REMARK,
        test_looks=2,
        warnings=[HOSTILE_REMARK, Remark(HOSTILE, {HOSTILE: HOSTILE})],
        error=HOSTILE_REMARK,
    )

    for text in (shown(run_panel(hostile, "completed")), shown(result_lines(hostile))):
        assert "\x1b]" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
        assert "[/foo]" in text


def test_the_result_stands_beside_its_baseline_and_its_verdict(record):
    text = "\n".join(lines(shown(result_lines(record))))

    assert re.search(r"test accuracy +0\.8850 +0\.8810 to 0\.8889 +0\.8693 \(logistic\)", text)
    assert "best epoch: 4; then retrained on all training data for 4 epochs" in text
    assert "met: test.accuracy 0.8850, expected at least 0.87 (the book, 3.4)" in text
    assert "Warning: the data are a sample" in text


def test_one_epoch_is_no_epochs(record):
    text = shown(result_lines(replace(record, best_epoch=1, refit_epochs=1)))

    assert "then retrained on all training data for one epoch\n" in text


def folded(record, count, **changes):
    """The record of as many folds, with or without a refit."""
    fits = [
        FitRecord(name=f"fold-{n}", epochs=9, best_epoch=4, seconds=1.2, scores=SCORES)
        for n in range(1, count + 1)
    ]
    return replace(record, fits=[*fits, record.fits[1]], scores=SPREAD, baselines=HARD, **changes)


SCORES = {"mae": 1.0, "val_mae": 2.0}
SPREAD = {
    "validation": {"mae": {"value": 2.41, "low": 2.1, "high": 2.72, "interval": "fold spread"}},
    "test": {"mae": {"value": 2.5, "low": 2.25, "high": 2.75, "interval": "bootstrap"}},
}
HARD = {
    "validation": {"mae": {"mean": 6.7, "median": 6.5}},
    "test": {"mae": {"mean": 6.2, "median": 6.4}},
}


def flat(renderable, width=80):
    """Return what is shown, as one line with single spaces."""
    return " ".join(" ".join(lines(shown(renderable, width))).split())


@pytest.mark.parametrize(
    ("kind", "seeds", "expected"),
    [
        ("fold spread", 1, "± 0.3100 (sd of 4 folds)"),  # (2.72 - 2.1) / 2
        ("fold spread", 2, "± 0.3100 (sd of 4 fits)"),
        ("seed spread", 4, "± 0.3100 (sd of 4 seeds)"),
        ("bootstrap", 1, "2.1000 to 2.7200"),
        ("wilson", 1, "2.1000 to 2.7200"),
    ],
)
def test_a_spread_is_not_shown_as_an_interval(record, kind, seeds, expected):
    score = {"mae": {**SPREAD["validation"]["mae"], "interval": kind}}
    run = replace(folded(record, 4, seeds_count=seeds), scores={"validation": score})

    text = flat(result_lines(run))

    assert f"validation MAE 2.4100 {expected} 6.5000 (median)" in text
    assert ("interval or spread" in text) == kind.endswith("spread")


def test_each_part_stands_beside_its_own_baseline(record):
    text = flat(result_lines(folded(record, 4)))

    assert "(sd of 4 folds) 6.5000 (median)" in text
    assert "2.2500 to 2.7500 6.2000 (mean)" in text


@pytest.mark.parametrize(
    ("count", "shown_ones", "hidden"), [(11, 12, 0), (12, 12, 1), (40, 12, 29)]
)
def test_of_many_fits_the_first_and_the_last_are_shown(record, count, shown_ones, hidden):
    rows = lines(shown(run_panel(folded(record, count), "completed")))

    names = [row.split()[0] for row in rows if row.startswith(("fold-", "refit"))]
    assert len(names) == shown_ones
    assert (names[0], names[-2:]) == ("fold-1", [f"fold-{count}", "refit"])
    assert any(f"{hidden} more, in record.json" in row for row in rows) == bool(hidden)


def test_one_fit_among_several_shows_what_it_is_judged_by(record):
    rows = lines(shown(run_panel(folded(record, 4), "completed")))

    assert [row.split()[-2:] for row in rows if row.startswith("fold-")] == [
        ["val_mae", "2.0000"]
    ] * 4
    assert "mae 1.0000, val_mae" in flat(run_panel(folded(record, 1), "completed"))


LOOK = (
    "the test set of imdb has now been used 3 times: each use makes the test score a little less "
    "trustworthy"
)


@pytest.mark.parametrize(
    ("changes", "said_so", "left_out"),
    [
        ({"test_looks": 3}, LOOK, "not looked at"),
        ({"test_looks": 1}, "best epoch: 4", "has now been used"),
        (
            {"scores": {"validation": {}}, "test_looks": 3},
            "the test set was not used",
            "This was",
        ),
        ({"scores": {}, "status": "failed"}, "failed", "test set"),
        (
            {"duplicates": {"validation": 0, "test": 5}},
            "5 of 50 test rows (10.0%) also occur, identical, in the training set",
            "validation rows",
        ),
        (
            {"duplicates": {"validation": 1200}},
            "1,200 validation rows also occur, identical, in the training set",
            "%",
        ),
    ],
    ids=["third look", "first look", "no look", "no score", "with share", "without share"],
)
@pytest.mark.parametrize("table", [result_lines, lambda run: run_panel(run, "completed")])
def test_what_lessens_a_score_is_said_plainly(record, table, changes, said_so, left_out):
    data = DataFacts(name="imdb", test_examples=50)

    text = flat(table(replace(record, dataset=data, **changes)))

    assert said_so in text
    assert left_out not in text


def test_a_leaky_preparation_is_marked_as_plainly_as_sample_data(record):
    for table in (result_lines, lambda run: run_panel(run, "completed")):
        text = shown(table(replace(record, leaky=True)))

        assert "\x1b[1;33mLEAKY PREPARATION: scores are too good" in text
        assert "SAMPLE DATA, LEAKY PREPARATION" in text  # over the table
        assert "LEAKY" not in shown(table(record))


def test_the_panel_tells_the_engine_its_reason_and_the_time_of_all_fits(record):
    seeds = {f"weights fold-{n}": n for n in range(40)}
    changes = {
        "engine": "compiled",
        "engine_reason": Remark.of("engine.sparse"),
        "fit_seconds": 65.0,
    }

    text = flat(run_panel(replace(record, seeds=seeds, **changes), "completed"))

    assert "engine compiled: sparse rows" in text
    assert "fitting 1 min 05 s for 2 fits, compilation included" in text
    assert "weights fold-1 1, … 38 more, in record.json" in text


def test_sample_data_are_marked_wherever_numbers_are_shown(finished, record):
    real = replace(record, dataset=DataFacts(name="imdb"))

    for table in (result_lines, lambda r: run_panel(r, "completed")):
        assert shown(table(record)).count("SAMPLE DATA") == 2  # under the heading, over the table
        assert "SAMPLE DATA" not in shown(table(real))
    runs = runs_list(list_runs(finished().parent))
    assert shown(runs).count("SAMPLE DATA") == 2  # beside the run, below the list


def test_long_values_are_folded_and_not_cut(record):
    fingerprint = "".join(f"{n:03}" for n in range(50))
    data = DataFacts(name="imdb", fingerprint=fingerprint)

    text = shown(run_panel(replace(record, dataset=data), "completed"))
    assert fingerprint in "".join("".join(lines(text)).split())


def test_plots_are_pointed_at_where_there_are_any(tmp_path, record):
    assert "plots:" not in shown(result_lines(record, tmp_path))
    (tmp_path / "plots").mkdir()
    assert "plots:" in shown(result_lines(record, tmp_path))


@pytest.mark.parametrize(("epochs", "most", "least"), [(1, 2, 2), (20, 21, 21), (1003, 30, 20)])
def test_a_log_has_a_line_per_epoch_but_never_too_many(plain, epochs, most, least):
    plain.fit_started("holdout", epochs, 10)
    for epoch in range(1, epochs + 1):
        plain.batch_ended("holdout", 10)
        plain.epoch_ended("holdout", epoch, {"loss": 1 / epoch})
    plain.fit_ended("holdout")

    assert least <= len(said(plain)) <= most
    assert f"holdout: epoch 1/{epochs}: loss" in said(plain)[0]
    assert f"holdout: epoch {epochs}/{epochs}: loss" in said(plain)[-2]


def fit_all(watcher, planned, epochs=3, refits=1, together=1):
    """Carry out fits of 2 s each, so many at a time, and the refits."""
    watcher.fits_planned(planned)
    names = [f"fold-{n}" for n in range(1, planned + 1)]
    batches = [names[at : at + together] for at in range(0, planned, together)]
    for batch in [*batches, *([f"refit-{n}"] for n in range(1, refits + 1))]:
        for name in batch:
            watcher.fit_started(name, epochs, 1)
        watcher._clock.now += 2.0
        for epoch in range(1, epochs + 1):
            for name in batch:
                watcher.epoch_ended(name, epoch, {"val_mae": 1 / epoch})
        for name in batch:
            watcher.fit_ended(name)


@pytest.mark.parametrize(
    ("planned", "epochs", "count"),
    [
        (1, 3, 4),  # each epoch, and the end
        (4, 3, 16),
        (5, 3, 5),  # from here on only the end
        (40, 3, 40),
        (41, 3, 22),  # every second, and the first and the last
        (400, 500, 26),  # every 16th, and the first; 400 is one of them
    ],
)
def test_a_log_of_many_fits_stays_short(plain, planned, epochs, count):
    fit_all(plain, planned, epochs, refits=0)

    assert len(said(plain)) == count


def test_a_log_names_each_finished_fit_and_how_many_are_done(plain):
    fit_all(plain, 5, together=2, refits=0)

    assert said(plain)[0] == (
        "fold-1: 3 epochs in 2.00 s; best val_mae 0.3333 (epoch 3); 1 of 5 fits done, 3.00 s left"
    )  # two of five are as good as done after 2 s
    assert said(plain)[-1].endswith("(epoch 3); 5 of 5 fits done in 6.00 s")


def test_a_log_tells_a_refit_like_an_only_fit(plain):
    fit_all(plain, 5)

    assert said(plain)[5:] == [
        "refit-1: epoch 1/3: val_mae 1.0000",
        "refit-1: epoch 2/3: val_mae 0.5000",
        "refit-1: epoch 3/3: val_mae 0.3333",
        "refit-1: 3 epochs in 2.00 s; best val_mae 0.3333 (epoch 3)",
    ]


def test_a_log_of_many_refits_stays_short(plain):
    fit_all(plain, 5, refits=30)

    assert len(said(plain)) == 5 + 4 * 4 + 26  # the first four with their epochs


def test_a_refit_does_not_count_as_one_of_the_planned_fits(plain):
    plain.fits_planned(2)
    for name in ("fold-1", "fold-2", "refit"):
        plain.fit_started(name, 1, 1)
    for name in ("refit", "fold-1", "fold-2"):
        plain.fit_ended(name)

    assert [line.partition("; ")[2] for line in said(plain)] == [
        "",
        "1 of 2 fits done, 0.00 s left",
        "2 of 2 fits done in 0.00 s",
    ]


def test_each_fit_has_its_own_best_though_they_go_on_together(plain):
    plain.fits_planned(2)
    for name in ("fold-1", "fold-2"):
        plain.fit_started(name, 2, 1)
    for epoch, values in enumerate([(0.3, 0.4), (0.5, 0.2)], 1):
        for name, value in zip(("fold-1", "fold-2"), values, strict=True):
            plain.epoch_ended(name, epoch, {"val_loss": value})
    for name in ("fold-2", "fold-1"):
        plain.fit_ended(name)

    assert "fold-2: 2 epochs in 0.00 s; best val_loss 0.2000 (epoch 2)" in said(plain)[-2]
    assert "fold-1: 2 epochs in 0.00 s; best val_loss 0.3000 (epoch 1)" in said(plain)[-1]


@pytest.mark.parametrize("kind", [PlainWatcher, TerminalWatcher])
def test_most_epochs_are_not_drawn(kind):
    written = io.StringIO()
    watcher = kind(Console(file=written, force_terminal=kind is TerminalWatcher), Clock())
    watcher.fits_planned(40)
    for n in range(8):
        watcher.fit_started(f"fold-{n}", 10_000, 1)
    metrics = {"loss": 0.5, "mae": 0.5, "val_loss": 0.5, "val_mae": 0.5}

    for epoch in range(1, 10_001):
        watcher.epoch_ended(f"fold-{epoch % 8}", epoch, metrics)
    if kind is TerminalWatcher:
        watcher.close()

    # 10,000 are what a second may bring: of most of them nothing is drawn.
    assert written.getvalue().count("\n") < 50


def test_what_is_not_a_number_is_never_the_best(plain):
    plain.fit_started("holdout", 2, 1)
    plain.epoch_ended("holdout", 1, {"val_loss": float("nan")})
    plain.epoch_ended("holdout", 2, {"val_loss": 0.5})
    plain.fit_ended("holdout")

    assert said(plain)[-1].endswith("best val_loss 0.5000 (epoch 2)")


def test_a_log_tells_numbers_and_the_best_epoch(plain):
    plain.stage("reading imdb")
    plain.fit_started("holdout", 3, 10)
    for epoch, (loss, accuracy) in enumerate([(0.6, 0.7), (0.5, 0.9), (0.7, float("nan"))], 1):
        plain.epoch_ended("holdout", epoch, {"val_loss": loss, "val_accuracy": accuracy})
    plain._clock.now = 12.0
    plain.fit_ended("holdout")

    assert said(plain) == [
        "reading imdb",
        "holdout: epoch 1/3: val_loss 0.6000, val_accuracy 0.7000",
        "holdout: epoch 2/3: val_loss 0.5000, val_accuracy 0.9000",
        "holdout: epoch 3/3: val_loss 0.7000, val_accuracy nan",
        "holdout: 3 epochs in 12 s; best val_loss 0.5000 (epoch 2), val_accuracy 0.9000 (epoch 2)",
    ]


@pytest.mark.parametrize(("total", "expected"), [(100_000_000, 5), (None, 11)])
def test_a_log_tells_of_a_download_now_and_then(plain, total, expected):
    for done in range(0, 100_000_001, 1_000_000):
        plain.download("imdb.npz", done, total)

    assert len(said(plain)) == expected
    assert said(plain)[0].startswith("downloading imdb.npz: 0 kB")


def test_a_log_keeps_hostile_text_on_its_line(plain):
    plain.warn("odd", HOSTILE)

    assert said(plain) == ["Warning: odd: [/foo] [link=file:///x]y[/link] ?]0;title? ?abc $x$"]


@pytest.fixture
def terminal():
    """A watcher, eight seconds into a fit of four epochs."""
    clock = Clock()
    watcher = TerminalWatcher(Console(file=io.StringIO(), width=80, force_terminal=True), clock)
    watcher.stage("training [/foo]")
    watcher.fit_started("holdout", 4, 10)
    clock.now = 8.0
    watcher.epoch_ended("holdout", 1, {"loss": 0.5, "val_loss": 0.4})
    watcher.epoch_ended("holdout", 2, {"loss": 0.4, "val_loss": 0.6})
    yield watcher
    watcher.close()


def test_the_display_shows_progress_numbers_and_the_best_so_far(terminal):
    text = "\n".join(lines(shown(terminal)))

    assert "epoch 2/4" in text
    assert "8.00 s left" in text  # two epochs took 8 s, two remain
    assert "loss 0.4000, val_loss 0.6000" in text
    assert "best val_loss 0.4000 (epoch 1)" in text


def test_a_stage_is_over_when_a_fit_begins(terminal):
    said_so_far = terminal._console.file.getvalue()

    assert "- training [/foo]: 0.00 s" in said_so_far
    assert "> training" not in shown(terminal)


def test_the_display_shows_batches_within_an_epoch(terminal):
    terminal.batch_ended("holdout", 5)

    text = shown(terminal)
    assert "batch 5/10" in text
    assert "4.80 s left" in text  # 2.5 epochs took 8 s, 1.5 remain


def test_nothing_of_the_display_is_cut_at_sixty_columns(terminal):
    terminal.fit_ended("holdout")
    terminal.fit_started("holdout", 20, 49)
    terminal.batch_ended("holdout", 49)
    terminal._clock.now += 10.0

    text = "\n".join(lines(shown(terminal, 60)))
    assert "holdout epoch 0/20, batch 49/49" in text
    assert "3 min 10 s left" in text  # one of 20 epochs took 10 s


@pytest.mark.parametrize("width", [80, 60])
def test_the_display_fits_the_terminal(terminal, width):
    name = "a very long name of a fit that goes on and on"
    terminal.fit_ended("holdout")
    terminal.fit_started(name, 100_000, 100_000)
    terminal.batch_ended(name, 99_999)

    text = shown(terminal, width)
    assert max(map(len, lines(text))) <= width
    assert "a very long name" in text


@pytest.fixture
def folds():
    """A watcher of forty folds, eight at a time, 20 s after their start."""
    clock = Clock()
    watcher = TerminalWatcher(Console(file=io.StringIO(), width=80, force_terminal=True), clock)
    watcher.stage("reading boston")
    watcher.fits_planned(40)
    for n in range(1, 17):
        watcher.fit_started(f"fold-{n}", 100, 1)
    for n in range(1, 9):
        watcher.fit_ended(f"fold-{n}")
    for n in range(9, 17):
        watcher.epoch_ended(f"fold-{n}", 25, {"mae": 1.0, "val_mae": n / 10})
    clock.now = 20.0
    yield watcher
    watcher.close()


def test_the_display_shows_how_many_are_done_and_the_first_that_go_on(folds):
    rows = [" ".join(row.split()) for row in lines(shown(folds))]

    assert rows[0].startswith("8 of 40 fits ")
    assert rows[0].endswith("1 min 00 s left")  # 8 and a quarter of 8 took 20 s, 30 remain
    assert rows[1] == "fold-9 epoch 25/100 val_mae 0.9000"
    assert rows[4:] == ["fold-12 epoch 25/100 val_mae 1.2000", "and 4 more"]


@pytest.mark.parametrize("width", [80, 60])
def test_the_display_of_many_fits_fits_the_terminal(folds, width):
    folds.fit_ended("fold-9")
    folds.fit_ended("fold-10")
    for name in (HOSTILE, "long " * 30):
        folds.fit_started(name, 100_000, 1)
        folds.epoch_ended(name, 99_999, {"val_" + "loss" * 30: 0.5})
    for n in range(11, 16):
        folds.fit_ended(f"fold-{n}")

    rows = lines(shown(folds, width))

    assert max(map(len, rows)) <= width
    assert len(rows) == 4  # nothing is wrapped
    assert "fold-16" in rows[1]


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (1, ["fold-1: 3 epochs", "refit-1: 3 epochs"]),
        (3, ["fold-1: 3 epochs", "fold-2: 3 epochs", "fold-3: 3 epochs", "refit-1: 3 epochs"]),
        (11, ["11 of 11 fits done in 22 s", "refit-1: 3 epochs"]),
    ],
)
def test_finished_fits_leave_lines_only_while_they_are_few(planned, expected):
    watcher = TerminalWatcher(Console(file=io.StringIO(), width=100), Clock())
    fit_all(watcher, planned)
    watcher.close()

    kept = [row.strip() for row in said(watcher) if row.strip()]
    assert [row.partition(" in 2.00")[0] for row in kept] == expected


def test_interrupted_folds_leave_a_line_on_how_far_they_came(folds):
    folds.close()

    assert "8 of 40 fits done in 20 s" in folds._console.file.getvalue()


def test_a_refit_is_shown_like_an_only_fit(terminal):
    terminal.fit_ended("holdout")
    fit_all(terminal, 3, refits=0)
    terminal.fit_started("refit", 4, 1)
    terminal.epoch_ended("refit", 1, {"loss": 0.5})

    text = "\n".join(lines(shown(terminal)))
    assert "refit epoch 1/4" in text
    assert "of 3 fits" not in text


WATCHED = """
from kx.terminal.console import messages, watching
import sys
with watching(messages()) as watcher:
    watcher.stage("reading imdb")
    watcher.warn("sample", "\\x1b]0;no title\\x07[/foo]")
    watcher.download("imdb.npz", 1, 2)
    watcher.fit_started("holdout", 3, 1)
    for epoch in (1, 2, 3):
        watcher.epoch_ended("holdout", epoch, {"loss": 0.5})
    watcher.fit_ended("holdout")
    sys.stdout.write(type(watcher).__name__)
"""


def on_a_terminal(script, **environment):
    """Run ``script`` with a terminal as its stderr; return what it showed there, and stdout."""
    ours, theirs = pty.openpty()
    settings = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment}
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=theirs, env=settings
    )
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    return seen.decode(), process.communicate()[0].decode()


def test_a_terminal_gets_a_display_and_has_its_cursor_back(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    seen, out = on_a_terminal(WATCHED)

    assert out == "TerminalWatcher"
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")  # cursor shown after hidden
    assert "holdout: 3 epochs" in seen
    assert re.search(r"- reading imdb: \d", seen)  # how long depends on the load
    assert "\x1b]" not in seen


def test_a_dumb_terminal_gets_lines():
    seen, out = on_a_terminal(WATCHED, TERM="dumb")

    assert out == "PlainWatcher"
    assert "\x1b" not in seen
    assert "holdout: epoch 3/3: loss 0.5000" in seen


def test_no_color_is_respected():
    seen, _ = on_a_terminal(WATCHED, NO_COLOR="1")

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", seen)


def test_a_failure_gives_the_terminal_back():
    script = WATCHED.replace('watcher.fit_ended("holdout")', "raise SystemExit(3)")
    seen, _ = on_a_terminal(script)

    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")


def test_a_file_gets_lines_and_quiet_nothing():
    console = Console(file=io.StringIO())

    with watching(console) as loud, watching(console, quiet=True) as silent:
        silent.stage("x")

    assert type(loud) is PlainWatcher
    assert type(silent) is Watcher
    assert console.file.getvalue() == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.87, "0.87"), (3.0, "3"), (5.0, "5"), (93322.0, "93,322"), (5383681.0, "5,383,681"),
     (1e-4, "0.0001"), (2.55, "2.55")],
)  # fmt: skip
def test_a_number_stands_as_it_was_stated(value, text):
    assert stated(value) == text


def test_what_an_expectation_was_judged_by_is_a_score_or_a_whole_number():
    assert scored("test.accuracy", 1.0) == "1.0000"
    assert scored("best_epoch", 5.0) == "5"
    assert scored("parameters", 93322.0) == "93,322"
    assert scored("test.accuracy", None) == "-"


def test_of_several_runs_each_is_named_above_all_that_is_told_of_it():
    console = Console(file=io.StringIO(), width=80)

    for at, name in enumerate(["base", "drop\x1bout"]):
        with watching(console, title=place_among(at, 2, name)) as watcher:
            watcher.stage("reading wine")
    with watching(console, quiet=True, title="3 of 3: quiet"):
        pass

    assert console.file.getvalue().splitlines() == [
        "1 of 2: base", "reading wine", "2 of 2: drop?out", "reading wine",
    ]  # fmt: skip
    assert place_among(0, 1, "alone") == ""
