"""What the code of plugins may not do, and how it is told: through `kx check`, in its own words."""

import os
import sys
from pathlib import Path

import pytest

from kx.base.errors import PluginError
from kx.base.guard import TimeUpError, answer, guarded, patience, time_limit

SPEC = "name: x\nplugins: [own.py]\ndataset: wine\narchitecture: mlp\n"


@pytest.fixture
def check(kx, tmp_path, own_parts, monkeypatch):
    """Check a spec with a plugin of these lines; return exit code, stdout and stderr."""

    def run(lines, *options):
        if "while True" in lines:
            monkeypatch.setenv("KX_PLUGIN_SECONDS", "0.2")
        (tmp_path / "own.py").write_text(lines)
        (tmp_path / "x.yaml").write_text(SPEC)
        return kx("check", tmp_path / "x.yaml", *options)

    return run


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("import sys\nsys.exit(0)", "'own.py': SystemExit: 0 (own.py, line 2)"),
        ("import os\nos._exit(0)", "wants to end the process with os._exit(0) (own.py, line 2)"),
        ("import os\nos.kill(os.getpid(), 9)", "wants to end the process with os.kill("),
        ("import os\nos.abort()", "wants to end the process with os.abort() (own.py, line 2)"),
        ("import posix\nposix._exit(0)", "own.py ended the process (exit code 0)"),
        ("import posix, os\nposix.kill(os.getpid(), 9)", "own.py ended the process (signal 9)"),
        ("raise KeyboardInterrupt", "'own.py': KeyboardInterrupt (own.py, line 1)"),
        ("class End(BaseException): ...\nraise End('ha')", "'own.py': End: ha (own.py, line 2)"),
        ("while True: pass", "did not come to an end within 0.2 s"),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "did not come to an end within 0.",
        ),
    ],
)
def test_a_plugin_that_ends_or_stops_the_process_is_named(check, lines, said):
    code, out, err = check(lines)

    assert (code, out) == (2, "")
    assert "x.yaml:2:10: plugins: " in err
    assert said in err


def test_check_says_that_it_imports_plugins(check, tmp_path):
    code, out, err = check("print('noise')")

    assert (code, out) == (0, f"{tmp_path / 'x.yaml'}: ok\n")
    assert err == f"{tmp_path / 'x.yaml'}: imports own.py\n"


def test_a_check_leaves_nothing_of_a_plugin_behind(check):
    code, _, _ = check("import os, sys\nsys.path.append('/gone')\nos.chdir('/')")

    assert code == 0
    assert "/gone" not in sys.path


@pytest.mark.parametrize("lines", ["import threading\nthreading.Event().wait", "x = 1"])
def test_a_plugin_without_fault_is_none(check, lines):
    assert check(lines)[0] == 0


def test_a_process_that_answers_is_believed_and_one_that_does_not_is_told():
    assert answer(lambda: {"a": [1]}, 5) == ({"a": [1]}, "")
    assert answer(lambda: os._exit(7), 5) == (
        None,
        "ended the process (exit code 7) before it was done",
    )


def test_kx_itself_may_end_the_process_while_a_plugin_is_busy():
    def work():
        with guarded("own.py"):
            exec("import os\nos._exit(3)", {"__name__": "kx.base.signals"})

    assert answer(work, 5)[1] == "ended the process (exit code 3) before it was done"


def test_what_a_plugin_changes_of_the_surroundings_is_put_back(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    real = os._exit

    with guarded("own.py"):
        os.chdir("/")
        sys.stdout.write("noise\n")

    assert (Path.cwd(), os._exit) == (tmp_path, real)
    assert capsys.readouterr() == ("", "noise\n")


@pytest.mark.parametrize("text", ["0", "-1", "soon", "nan", "inf"])
def test_a_limit_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("KX_PLUGIN_SECONDS", text)

    with pytest.raises(PluginError, match="must be a number of seconds above 0"):
        patience()


def test_a_time_limit_ends_what_takes_longer_and_nothing_else():
    with time_limit(60):
        done = True
    with pytest.raises(TimeUpError), time_limit(0.05):
        while done:
            pass
