"""Commands that train nothing: what they print, and what they exit with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parent.parent / "configs"

BAD_FILES = {
    "missing": (None, "no such file"),
    "empty": (b"", "empty"),
    "comment only": (b"# nothing yet\n", "empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\xff", "not a text file"),
    "no yaml": (b"name: [digits\n", "not YAML"),
    "a list": (b"- name\n- digits\n", "mapping"),
    "unknown dataset": (
        b"name: a\ndataset: imbd\narchitecture: mlp\n",
        "no dataset is called 'imbd'; did you mean 'imdb'?",
    ),
}


@pytest.mark.parametrize("command", ["check", "train"])
@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_one_clear_message_and_leaves_nothing(
    kx, tmp_path, monkeypatch, command, content, words
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_bytes(content)

    code, out, err = kx(command, path)

    assert (code, out) == (2, "")
    assert str(path) in err
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "outputs").exists()


def test_a_folder_is_no_spec_and_its_specs_are_named(kx):
    code, _, err = kx("train", CONFIGS)

    assert code == 2
    assert "this is a folder" in err
    assert "boston.yaml" in err


def test_check_says_ok_and_warns_without_failing(kx):
    code, out, err = kx("check", CONFIGS / "reuters_bottleneck.yaml")

    assert code == 0
    assert out.endswith("reuters_bottleneck.yaml: ok\n")
    assert "narrower than the 46 classes" in err


def test_check_points_at_the_place_with_a_caret(kx, spec_file):
    path = spec_file("name: a\ndataset: digits\narchitecture: {name: mlp, unit: [8]}\n")

    _, _, err = kx("check", path)

    assert f"{path}:3:27: architecture.unit: unknown key 'unit'; did you mean 'units'?" in err
    assert "    3 | architecture: {name: mlp, unit: [8]}\n" + " " * 34 + "^\n" in err


def test_check_as_json_lists_every_problem(kx, spec_file):
    path = spec_file("name: a\ndataset: digits\narchitecture: {name: mlp, unit: [8]}\nseed: x\n")

    code, out, err = kx("check", path, "--json")

    (report,) = json.loads(out)
    assert (code, err) == (2, "")
    assert [problem["key"] for problem in report["problems"]] == ["architecture.unit", "seed"]


@pytest.mark.parametrize("kind", ["datasets", "models", "evaluators"])
def test_list_as_json_has_every_entry_with_its_options(kx, kind):
    from kx.components import registry

    table = {
        "datasets": registry.dataset, "models": registry.model, "evaluators": registry.evaluator
    }[kind]  # fmt: skip
    _, out, _ = kx("list", kind, "--json")

    listed = {entry["name"]: entry for entry in json.loads(out)[kind]}
    assert sorted(listed) == table.names()
    for name, entry in listed.items():
        assert entry["summary"]
        names = [option["name"] for option in entry["options"]]
        assert names == list(table[name].options.model_fields)
        assert all(option["help"] for option in entry["options"]), name


def test_list_shows_types_ranges_and_defaults(kx):
    _, out, _ = kx("list", "models")

    assert "dropout: number, at least 0, below 1, default 0.0" in out


def test_new_writes_a_spec_that_holds(kx, tmp_path):
    path = tmp_path / "mine.yaml"

    assert kx("new", path, "--dataset", "wine")[0] == 0
    assert kx("check", path)[0] == 0


@pytest.mark.parametrize(
    ("dataset", "architecture", "stated"),
    [("digits", "cnn", "  padding: same\n"), ("imdb", "rnn", "  encoding: sequence\n")],
)
def test_new_states_what_two_parts_need_to_go_together(kx, tmp_path, dataset, architecture, stated):
    path = tmp_path / "mine.yaml"

    kx("new", path, "--dataset", dataset, "--architecture", architecture)

    assert stated in path.read_text()
    assert kx("check", path)[0] == 0


def test_new_says_what_must_be_mended_first(kx, tmp_path):
    path, said = tmp_path / "mine.yaml", "architecture: needs pictures"

    _, _, err = kx("new", path, "--dataset", "boston", "--architecture", "cnn")

    assert f"# To mend: {said}" in path.read_text()
    assert err.startswith(f"Warning: {said}")


def test_new_overwrites_nothing(kx, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("precious")

    code, _, err = kx("new", path)

    assert code == 2
    assert "exists" in err
    assert path.read_text() == "precious"


def test_doctor_tells_versions_and_where_data_is(kx, monkeypatch, tmp_path):
    monkeypatch.delenv("KX_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KX_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("KX_CACHE_MB", "500")
    (tmp_path / "cache/pictures").mkdir(parents=True)
    (tmp_path / "cache/pictures/a.npy").write_bytes(bytes(2_999_998))
    (tmp_path / "cache/pictures/a.json").write_text("{}")

    code, out, _ = kx("doctor", "--json")

    facts = json.loads(out)
    assert code == 0
    assert facts["versions"]["keras"].startswith("3.")
    assert facts["data"]["imdb"] == "missing"
    assert facts["data"]["digits"] == "comes with scikit-learn"
    assert facts["data"]["cache"].startswith("3.0 MB of at most 500.0 MB (KX_CACHE_MB)")


@pytest.mark.parametrize("group", [(), ("explain",), ("data",)])
def test_no_summary_of_a_command_is_cut_off(kx, monkeypatch, group):
    monkeypatch.setenv("COLUMNS", "80")
    _, page, _ = kx(*group, "--help")

    assert [line for line in page.splitlines()[1:] if line.endswith("...")] == []


def test_usage_errors_exit_with_2(kx):
    assert kx("train")[0] == 2
    assert kx("tarin", "a.yaml")[0] == 2
    assert kx("plot", "nothing-like-it")[0] == 2


@pytest.mark.parametrize("before", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_nohup_ignores_stays_ignored(kx, before):
    old = signal.signal(signal.SIGHUP, before)
    try:
        kx("--version")
        found = signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, old)

    assert (found is signal.SIG_IGN) == (before is signal.SIG_IGN)


@pytest.mark.parametrize(
    ("command", "code"), [("list >&-", 0), ("check none.yaml 2>&-", 2), ("runs <&- >&- 2>&-", 0)]
)
def test_closed_streams_are_no_crash(command, code):
    shell = ["sh", "-c", f'"{sys.executable}" -m kx {command}']
    done = subprocess.run(shell, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kx", "list"], stdout=full, stderr=subprocess.PIPE, text=True
        )

    assert done.returncode == 5
    assert done.stderr == "Error: the output cannot be written: No space left on device\n"


def test_a_reader_that_leaves_early_gets_no_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "kx", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    err = process.stderr.read()
    process.wait()
    process.stderr.close()

    assert "Traceback" not in err
    assert process.returncode in (0, 1, 141)  # Typer itself says 1


def test_no_colour_codes_when_nobody_is_looking(kx):
    _, out, _ = kx("list")

    assert "\x1b" not in out


def test_on_a_terminal_messages_are_broken_between_words(kx, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    sentence = kx("train", "nowhere.csv")[2]

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    lines = kx("train", "nowhere.csv")[2].splitlines()

    assert max(map(len, lines)) <= 40 < max(map(len, sentence.splitlines()))
    assert " ".join(lines).split() == sentence.split()
