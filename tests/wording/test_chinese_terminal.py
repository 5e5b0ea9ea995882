"""In Chinese, what commands tell of runs is Chinese: no line of a sentence in English is left."""

import re

import pytest
from PIL import Image

SPEC = """\
name: tiny
dataset: digits
architecture: {name: mlp, units: [8]}
validation: {strategy: kfold, k: 2}
training: {optimizer: adam, epochs: 2}
expect: {test.accuracy: {at_least: 0.01}}
variants: {smaller: {architecture.units: [4]}}
"""

KEYS = re.compile(
    r"[\w]+[._/][\w./:-]*"  # keys of specs and records, paths, ids of runs
    r"|\b(tiny|smaller|digits|mlp|adam|kfold|kx|git|TensorFlow|seed|sd|min|s|h|MB|kB|of)\b"
    r"|\b(loss|accuracy|score|chance|constant|margin|linear)\b"  # keys of histories and diagnoses
    r"|\b[a-f0-9]{6,}\b|--?\w+|\b[A-Z]\b"  # hashes, options, runs by their letters
)
"""What is no English sentence: names that people choose, keys, units, names of fits."""

WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile("[\u4e00-\u9fff]")

COMMANDS = [
    ("runs",),
    ("show", "last"),
    ("compare", "tiny-variants"),
    ("diagnose", "last"),
    ("predict", "last", "--all", "PICTURE"),
    ("explain", "errors", "last"),
    ("doctor", "--outputs"),
    ("note", "last", "好"),
]

QUICK = [("doctor",), ("gc", "--dry-run"), ("data", "verify", "digits")]
"""Commands that need no run."""


def english(text):
    """Return the lines of two or more English words, and none in Chinese."""
    lines = [re.sub(KEYS, " ", line) for line in text.splitlines() if not CHINESE.search(line)]
    return [line for line in lines if len(WORD.findall(line)) > 1]


def test_what_counts_as_english():
    text = "A digits\n设置 no difference\nfold 1: 0.4\ntwo words\ntraining.epochs  3"

    assert english(text) == ["two words"]


@pytest.fixture(scope="module")
def trained(run_kx, tmp_path_factory):
    """Train a spec and its variant; return the folder of runs, and what was told meanwhile."""
    folder = tmp_path_factory.mktemp("chinese")
    spec = folder / "tiny.yaml"
    spec.write_text(SPEC)
    outputs = folder / "outputs"
    code, out, err = run_kx("train", spec, "--variants", "--lang", "zh", "--outputs", outputs)
    assert code == 0, err
    return spec, outputs, out, err


@pytest.mark.slow
def test_training_tells_in_chinese_how_it_goes(trained):
    _, _, out, err = trained

    assert (english(out), english(err)) == ([], [])
    assert "第 2/2 轮" in err


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_told_of_runs_is_chinese(trained, run_kx, monkeypatch, command):
    spec, outputs, *_ = trained
    monkeypatch.setenv("KX_LANG", "zh")
    picture = spec.with_name("seven.png")
    Image.new("L", (8, 8)).save(picture)
    asked = [str(picture) if word == "PICTURE" else word for word in command]

    code, out, err = run_kx(*asked, *([] if "--outputs" in asked else ["--outputs"]), outputs)

    assert (code, english(out), err) == (0, [], "")
    assert CHINESE.search(out)


@pytest.mark.parametrize("command", QUICK, ids=" ".join)
def test_what_is_told_without_a_run_is_chinese(run_kx, monkeypatch, tmp_path, command):
    monkeypatch.setenv("KX_LANG", "zh")
    monkeypatch.setenv("KX_OUTPUTS", str(tmp_path))

    code, out, err = run_kx(*command)

    assert (code, english(out), err) == (0, [], "")
    assert CHINESE.search(out)


def test_what_is_suspicious_in_a_table_of_ones_own_is_told_in_chinese(run_kx, tmp_path):
    table, spec = tmp_path / "cars.csv", tmp_path / "cars.yaml"
    rows = (f"{row * row % 7},{1 + row * 37 % 60},{2 * (row * row % 7)}\n" for row in range(60))
    table.write_text("power,code,price\n" + "".join(rows))

    code, out, err = run_kx("new", spec, "--from", table, "--target", "price", "--lang", "zh")
    checked = run_kx("check", spec, "--lang", "zh")

    assert (code, english(out), english(err)) == (0, [], [])
    assert CHINESE.search(err)
    assert checked[:2] == (0, f"{spec}: ok\n")
    assert "power 泄露了 price" in checked[2]


@pytest.mark.slow
def test_what_a_table_of_layers_is_headed_by_is_chinese(run_kx, trained):
    spec, *_ = trained

    _, out, _ = run_kx("summary", spec, "--lang", "zh")

    assert out.split()[:3] == ["层", "类型", "输出形状"]


@pytest.mark.slow
def test_verify_judges_in_chinese(trained, run_kx, tmp_path):
    spec, *_ = trained

    code, out, err = run_kx("verify", spec, "--lang", "zh", "--outputs", tmp_path, "--quiet")

    assert (code, english(out), err) == (0, [], "")
    assert "达到" in out or "符合" in out


def test_an_empty_folder_is_told_in_chinese(run_kx, tmp_path):
    _, _, err = run_kx("runs", "--lang", "zh", "--outputs", tmp_path)

    assert "还没有运行" in err
