import io
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from kx.contracts import Watcher
from kx.reporting.console import (
    PlainWatcher,
    TerminalWatcher,
    result_lines,
    run_panel,
    runs_list,
    watching,
)
from kx.reporting.folder import list_runs
from kx.reporting.text import clean, duration, interval, number, shortened, size

HOSTILE = "[/foo] [link=file:///x]y[/link] \x1b]0;title\x07 \u202eabc\n$x$"


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
        ("\udcff", "?"),
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
        (None, "-"),
    ],
)
def test_numbers_are_shown_as_precisely_as_they_deserve(value, expected):
    assert number(value) == expected


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
    hostile = replace(record, name=HOSTILE, warnings=[HOSTILE * 9], error=HOSTILE)
    for renderable in (
        result_lines(record),
        run_panel(hostile, "completed"),
        runs_list(list_runs(folder.parent)),
    ):
        assert max(map(len, lines(shown(renderable, width)))) <= width


def test_names_from_outside_do_not_reach_the_terminal_as_commands(record):
    score = {"value": 0.5, "low": None, "high": None, "interval": None}
    hostile = replace(
        record,
        name=HOSTILE,
        dataset={"name": HOSTILE, "source": HOSTILE, "sample": True},
        scores={"test": {HOSTILE: score}},
        baselines={HOSTILE: {HOSTILE: 0.5}},
        fits=[{"name": HOSTILE, "scores": {HOSTILE: 0.5}}],
        expectations=[{**record.expectations[0], "key": HOSTILE, "source": HOSTILE}],
        warnings=[HOSTILE],
        error=HOSTILE,
    )

    for text in (shown(run_panel(hostile, "completed")), shown(result_lines(hostile))):
        assert "\x1b]" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
        assert "[/foo]" in text


def test_the_result_stands_beside_its_baseline_and_its_verdict(record):
    text = "\n".join(lines(shown(result_lines(record))))

    assert re.search(r"test accuracy +0\.8850 +0\.8810 to 0\.8889 +0\.8693 \(logistic\)", text)
    assert "best epoch: 4; trained again on all training data for 4 epochs" in text
    assert "met: test.accuracy 0.8850, expected at least 0.87 (the book, 3.4)" in text
    assert "Warning: the data are a sample" in text


def test_sample_data_are_marked_wherever_numbers_are_shown(finished, record):
    real = replace(record, dataset={"name": "imdb", "sample": False})

    for table in (result_lines, lambda r: run_panel(r, "completed")):
        assert shown(table(record)).count("SAMPLE DATA") == 2  # under the heading, over the table
        assert "SAMPLE DATA" not in shown(table(real))
    runs = runs_list(list_runs(finished().parent))
    assert shown(runs).count("SAMPLE DATA") == 2  # beside the run, below the list


def test_long_values_are_folded_and_not_cut(record):
    fingerprint = "".join(f"{n:03}" for n in range(50))
    data = {"name": "imdb", "fingerprint": fingerprint}

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
        plain.batch_ended(10)
        plain.epoch_ended(epoch, {"loss": 1 / epoch})
    plain.fit_ended("holdout")

    assert least <= len(said(plain)) <= most
    assert f"holdout: epoch 1/{epochs}: loss" in said(plain)[0]
    assert f"holdout: epoch {epochs}/{epochs}: loss" in said(plain)[-2]


def test_what_is_not_a_number_is_never_the_best(plain):
    plain.fit_started("holdout", 2, 1)
    plain.epoch_ended(1, {"val_loss": float("nan")})
    plain.epoch_ended(2, {"val_loss": 0.5})
    plain.fit_ended("holdout")

    assert said(plain)[-1].endswith("best val_loss 0.5000 (epoch 2)")


def test_a_log_tells_numbers_and_the_best_epoch(plain):
    plain.stage("reading imdb")
    plain.fit_started("holdout", 3, 10)
    for epoch, (loss, accuracy) in enumerate([(0.6, 0.7), (0.5, 0.9), (0.7, float("nan"))], 1):
        plain.epoch_ended(epoch, {"val_loss": loss, "val_accuracy": accuracy})
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
    watcher.epoch_ended(1, {"loss": 0.5, "val_loss": 0.4})
    watcher.epoch_ended(2, {"loss": 0.4, "val_loss": 0.6})
    yield watcher
    watcher.close()


def test_the_display_shows_progress_numbers_and_the_best_so_far(terminal):
    text = "\n".join(lines(shown(terminal)))

    assert "epoch 2/4" in text
    assert "8.00 s left" in text  # two epochs took 8 s, two remain
    assert "loss 0.4000, val_loss 0.6000" in text
    assert "best: val_loss 0.4000 (epoch 1)" in text


def test_a_stage_is_over_when_a_fit_begins(terminal):
    said_so_far = terminal._console.file.getvalue()

    assert "- training [/foo]: 0.00 s" in said_so_far
    assert "> training" not in shown(terminal)


def test_the_display_shows_batches_within_an_epoch(terminal):
    terminal.batch_ended(5)

    text = shown(terminal)
    assert "batch 5/10" in text
    assert "4.80 s left" in text  # 2.5 epochs took 8 s, 1.5 remain


def test_nothing_of_the_display_is_cut_at_sixty_columns(terminal):
    terminal.fit_started("holdout", 20, 49)
    terminal.batch_ended(49)
    terminal._clock.now += 10.0

    text = "\n".join(lines(shown(terminal, 60)))
    assert "holdout epoch 0/20, batch 49/49" in text
    assert "3 min 10 s left" in text  # one of 20 epochs took 10 s


@pytest.mark.parametrize("width", [80, 60])
def test_the_display_fits_the_terminal(terminal, width):
    terminal.fit_started("a very long name of a fit that goes on and on", 100_000, 100_000)
    terminal.batch_ended(99_999)

    text = shown(terminal, width)
    assert max(map(len, lines(text))) <= width
    assert "a very long name" in text


WATCHED = """
from kx.reporting.console import messages, watching
import sys
with watching(messages()) as watcher:
    watcher.stage("reading imdb")
    watcher.warn("sample", "\\x1b]0;no title\\x07[/foo]")
    watcher.download("imdb.npz", 1, 2)
    watcher.fit_started("holdout", 3, 1)
    for epoch in (1, 2, 3):
        watcher.epoch_ended(epoch, {"loss": 0.5})
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
    assert "reading imdb: 0.0" in seen
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
