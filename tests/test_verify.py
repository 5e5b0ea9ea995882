import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from kx.base.errors import DivergedError, ExpectationMissedError, MissingDataError
from kx.cli.verify import _judge
from kx.runs.record import Record
from kx.terminal.verdicts import Verified, verdicts_table
from kx.wording.expected import wanted

TINY = """\
name: tiny
dataset: digits
architecture: {name: mlp, units: [8]}
validation: {strategy: holdout, size: 300, refit: none}
training: {optimizer: adam, epochs: 1}
"""
WILD = (
    TINY.replace("digits", "diabetes")
    .replace("size: 300", "size: 0.2")
    .replace("optimizer: adam, epochs: 1", "optimizer: {name: sgd, learning_rate: 1e6}, epochs: 20")
)
CONFIGS = Path(__file__).parent.parent / "configs"


def verified(verdict, reason="", key="test.accuracy", **limits):
    expectation = {
        "key": key, "at_least": 0.9, "at_most": None, "value": 0.95, "verdict": verdict,
        "reason": reason, "source": "[/x] the book",
    } | limits  # fmt: skip
    record = Record(
        id="20261125-000000-a-0000", name="a", status="completed", started="", seconds=12.0,
        expectations=[expectation],
    )  # fmt: skip
    return Verified(f"{verdict}.yaml", record=record)


FAILED = Verified("failed.yaml", error=DivergedError("the loss is no number"))


@pytest.mark.parametrize(
    ("done", "allowed", "error", "words"),
    [
        ([verified("not judged", "sample"), FAILED, verified("missed")], True,
         ExpectationMissedError, "missed.yaml: test.accuracy"),
        ([verified("not judged", "sample"), FAILED], False, DivergedError, "no number"),
        ([verified("not judged", "sample"), verified("met")], False, MissingDataError,
         r"not judged.yaml: test.accuracy \(sample data\)"),
    ],
)  # fmt: skip
def test_the_worst_that_happened_decides_the_exit_code(done, allowed, error, words):
    with pytest.raises(error, match=words):
        _judge(done, allowed)


@pytest.mark.parametrize(
    ("done", "allowed"),
    [([verified("met")], False), ([verified("not judged", "sample"), verified("met")], True)],
)
def test_what_is_met_passes_and_what_is_allowed(done, allowed):
    assert _judge(done, allowed) is None


def test_the_table_says_all_of_it_as_plain_text():
    console = Console(file=io.StringIO(), width=70)
    console.print(verdicts_table([verified("met"), verified("not judged", "sample"), FAILED]))

    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == [
        "met.yaml (12 s, 20261125-000000-a-0000)",
        "  met         test.accuracy 0.9500; expected at least 0.9; [/x] the",
        "book",
        "not judged.yaml (12 s, 20261125-000000-a-0000)",
        "  not judged  test.accuracy 0.9500; expected at least 0.9; sample",
        "data; [/x] the book",
        "failed.yaml",
        "  failed      the loss is no number",
    ]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.9, None, "at least 0.9"), (None, 3, "at most 3"), (2, 3.3, "2 to 3.3"), (5, 5, "5")],
)
def test_what_is_wanted_in_words(low, high, words):
    assert wanted({"at_least": low, "at_most": high}) == words


def test_specs_that_expect_nothing_are_refused_before_any_is_trained(kx, spec_file, tmp_path):
    bare = spec_file(TINY, "bare.yaml")
    good = spec_file(TINY + "expect: {test.accuracy: {at_least: 0.1}}\n")
    other = spec_file(TINY, "other.yaml")

    code, _, err = kx("verify", bare, good, other, "--outputs", tmp_path / "out")

    assert code == 2
    assert "bare.yaml: expect: is missing" in err
    assert "other.yaml: expect: is missing" in err
    assert "spec.yaml" not in err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_all_specs_are_trained_and_a_missed_one_is_8(kx, spec_file, tmp_path):
    expect = "expect: {{validation.accuracy: {{at_least: {}}}}}\n"
    wild = spec_file(WILD + "expect: {validation.mae: {at_most: 1}}\n", "wild.yaml")
    missed = spec_file(TINY + expect.format(0.999), "missed.yaml")
    met = spec_file(TINY + expect.format(0.01), "met.yaml")
    arguments = ["verify", wild, missed, met, "--json", "-q", "--outputs", tmp_path / "out"]

    code, out, err = kx(*arguments)

    done = json.loads(out)
    verdicts = [[e["verdict"] for e in each["expectations"]] for each in done]
    assert code == 8
    assert verdicts == [[], ["missed"], ["met"]]
    assert done[0]["error"]
    assert "missed.yaml: validation.accuracy" in err
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.slow
def test_sample_data_verify_nothing(kx, tmp_path, monkeypatch):
    monkeypatch.setenv("KX_OFFLINE", "1")
    monkeypatch.delenv("KX_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    arguments = ["verify", CONFIGS / "boston.yaml", "-q", "--outputs", tmp_path / "out"]
    fast = ["--set", "training.epochs=1"]

    code, out, err = kx(*arguments, *fast)

    assert code == 3
    assert "sample data" in out
    assert "not judged, and so not verified" in err
