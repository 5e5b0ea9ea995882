"""Long lists without Rich: colours only where they are wanted, lines no wider than the terminal."""

import io

import pytest
from rich.cells import cell_len

from kx.terminal.page import painter, width, wrapped


class _Stream(io.StringIO):
    def __init__(self, *, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "variables", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_follow_the_same_rules_as_rich(monkeypatch, terminal, variables, coloured):
    from rich.console import Console

    stream = _Stream(terminal=terminal)
    monkeypatch.setattr("sys.stdout", stream)
    for name, value in ({"TERM": "xterm"} | variables).items():
        monkeypatch.setenv(name, value)

    assert (painter()("kx", "bold") == "\x1b[1mkx\x1b[0m") is coloured
    console = Console(file=stream)
    assert (console.color_system is not None and not console.no_color) is coloured


def test_width_is_80_where_nobody_says_otherwise(monkeypatch):
    assert width() == 80
    monkeypatch.setenv("COLUMNS", "60")
    assert width() == 60


@pytest.mark.parametrize("text", ["red green blue yellow", "红色 绿色 蓝色 黄色 red 红色绿色蓝色"])
def test_lines_are_broken_between_words_and_none_is_wider_than_asked(text):
    lines = wrapped(text, 12)

    assert max(map(cell_len, lines)) <= 12
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_a_terminal_would_obey_is_not_printed():
    assert wrapped("a\x1b[2J name", 40) == ["a?[2J name"]
