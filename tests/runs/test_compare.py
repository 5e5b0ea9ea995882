import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from kx.base.errors import UsageError
from kx.cli.compare import compare
from kx.runs.compare import differing
from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.runs.record_parts import DataFacts
from kx.runs.surroundings import Surroundings
from tests.machine import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
Y = np.array([0, 1] * 50)
FOLDS = [0.80, 0.82, 0.78, 0.81]


def score(value, low=None, high=None, interval=None):
    return {"value": value, "low": low, "high": high, "interval": interval}


def classified(*wrong):
    """Probabilities of 100 rows, on the wrong side for those at ``wrong``."""
    right = np.ones(100, bool)
    right[list(wrong)] = False
    return np.where(right == (Y == 1), 0.9, 0.1)[:, None]


def folds(count, train="rest"):
    return {
        "schema_version": 1,
        "strategy": "kfold",
        "examples": 40,
        "splits": [
            {"name": f"fold-{k}", "train": train, "validation": list(range(k, 40, count))}
            for k in range(count)
        ],
    }


@pytest.fixture
def make(tmp_path):
    """A function that leaves a run in ``tmp_path / outputs``; each a minute after the last."""
    minutes = iter(range(60))

    def run(name, *, predictions=None, y=Y, splits=None, task="binary", dataset=None, **fields):
        data = {"name": "imdb", "task": task, "sample": False, "files": {"imdb.npz": "ab"}}
        at = datetime(2026, 11, 23, 10, next(minutes), tzinfo=UTC)
        fields = {
            "status": "completed",
            "spec": {"name": name, "seed": 0},
            "scores": {"test": {"accuracy": score(0.9, 0.85, 0.95, "wilson")}},
            **fields,
        }
        with RunFolder.create(tmp_path / "outputs", name, now=lambda: at) as folder:
            if predictions is not None:
                np.savez(folder.path / "predictions.npz", y=y, predictions=predictions)
            if splits is not None:
                (folder.path / "splits.json").write_text(json.dumps(splits))
            folder.write_record(
                Record(
                    id=folder.id,
                    name=name,
                    started="2026-11-23T10:15:02+00:00",
                    dataset=DataFacts(**{**data, **(dataset or {})}),
                    artefacts=folder.artefacts(),
                    **fields,
                )
            )
        return folder.path

    return run


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """A function that compares runs and returns the text, on one line and as it is printed."""
    monkeypatch.setenv("KX_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    app.command()(compare)

    def run(*arguments):
        result = CliRunner().invoke(app, list(map(str, arguments)))
        if result.exception:
            raise result.exception
        return result.stdout

    return run


@pytest.fixture
def compared(shown):
    """A function that compares runs and returns the document."""
    return lambda *runs: json.loads(shown(*runs, "--json"))


def words(text):
    return " ".join(text.split())


def finding(document, at=0):
    return document["comparisons"][0]["findings"][at]


def notes(document):
    return "; ".join(document["comparisons"][0]["notes"])


def test_only_the_settings_that_differ_are_shown():
    a = {"seed": 0, "net": {"name": "mlp", "units": [16, 16], "layers": [{"n": 1}, {"n": 2}]}}
    b = {"seed": 0, "net": {"name": "mlp", "units": [4], "layers": [{"n": 1}, {"n": 3}]}}
    c = {"seed": False, "net": {"name": "mlp", "units": [4], "layers": []}, "more": None}

    assert differing({"A": a, "B": b}) == {
        "net.units": {"A": [16, 16], "B": [4]},
        "net.layers.1.n": {"A": 2, "B": 3},
    }
    assert differing({"B": b, "C": c}) == {
        "seed": {"B": 0, "C": False},
        "net.layers.0.n": {"B": 1},
        "net.layers.1.n": {"B": 3},
        "net.layers": {"C": []},
        "more": {"C": None},
    }


def test_classifiers_are_compared_by_the_rows_on_which_they_disagree(make, compared, shown):
    make("big", predictions=classified(*range(12)), parameters=900)
    make("small", predictions=classified(0, 1, *range(20, 22)), parameters=100, best_epoch=3)

    document = compared("big", "small")

    (found,) = document["comparisons"][0]["findings"]
    assert (found["on"], found["test"]["name"]) == ("test rows", "mcnemar")
    assert (found["test"]["only_first"], found["test"]["only_second"]) == (2, 10)
    assert found["test"]["p"] == pytest.approx(158 / 4096)
    assert found["test"]["difference"] == pytest.approx(0.08)
    assert document["facts"] == {
        "parameters": {"A": 900, "B": 100},
        "best_epoch": {"A": None, "B": 3},
    }
    out = words(shown("big", "small"))
    for text in ("only A right: 2; only B right: 10", "accuracy +0.0800", "p = 0.0386"):
        assert text in out
    assert "B is better" in out
    assert "settings: no difference" in out


def test_one_hot_and_integer_targets_are_the_same_rows(make, compared):
    y = np.array([0, 1, 2, 1])
    make("integers", y=y, predictions=np.eye(3)[y], task="multiclass")
    make("one-hot", y=np.eye(3)[y], predictions=np.eye(3)[[0, 1, 2, 2]], task="multiclass")

    test = finding(compared("integers", "one-hot"))["test"]

    assert (test["only_first"], test["only_second"], test["difference"]) == (1, 0, -0.25)


def test_regression_is_compared_by_the_error_of_each_row(make, compared, shown):
    y = np.arange(50.0)
    make("good", y=y, predictions=y[:, None] + 1, task="regression")
    make("bad", y=y, predictions=y[:, None] - 3, task="regression")

    found = finding(compared("good", "bad"))

    assert found["test"]["name"] == "paired bootstrap"
    assert [found["test"][end] for end in ("difference", "low", "high")] == [2, 2, 2]
    assert found["outcome"] == "worse"
    assert "test rows: A is better, by more than chance explains" in words(shown("good", "bad"))
    assert "MAE +2.0000; 95 % interval +2.0000 to +2.0000, which excludes 0" in words(
        shown("good", "bad")
    )


def test_folds_are_compared_by_the_corrected_t_test(make, compared, shown):
    scores = {"validation": {"accuracy": score(0.8)}}
    values = [value + d for value, d in zip(FOLDS, (0.01, 0.02, 0.03, 0.02), strict=True)]
    both = {"scores": scores, "splits": folds(4)}
    make("a", fold_scores={"loss": [1, 2, 3, 4], "accuracy": FOLDS}, **both)
    make("b", fold_scores={"loss": [1, 2, 3, 4], "accuracy": values}, **both)

    document = compared("a", "b")

    test = finding(document)["test"]
    assert (test["metric"], test["pairs"]) == ("accuracy", 4)
    assert test["p"] == pytest.approx(0.049064, abs=2e-6)  # 10 of 40 rows are held out: ratio 1/3
    assert notes(document).count("the test set was not used") == 2
    assert "corrected resampled t-test on 4 folds" in shown("a", "b")


def test_the_training_rows_of_a_split_may_be_listed(make, compared):
    other = [0.81, 0.84, 0.81, 0.83]
    for name, values in (("a", FOLDS), ("b", other)):
        splits = folds(4, train=list(range(20)))
        make(name, splits=splits, fold_scores={"mae": values}, scores={})

    # error sqrt((1/4 + 10/20) * 6.667e-5) = 0.0070711; the quantile is 3.182446
    test = finding(compared("a", "b"))["test"]
    assert test["high"] - test["difference"] == pytest.approx(0.0225033, abs=1e-6)


def test_several_seeds_count_as_one_value_of_their_fold(make, compared):
    twice = [value + d for value in FOLDS for d in (-0.05, 0.05)]
    values = [0.81, 0.84, 0.81, 0.83]
    make("seeds", splits=folds(4), fold_scores={"accuracy": twice}, scores={})
    make("one", splits=folds(4), fold_scores={"accuracy": values}, scores={})

    test = finding(compared("seeds", "one"))["test"]

    assert test["pairs"] == 4
    assert test["p"] == pytest.approx(0.049064, abs=2e-6)


def test_both_kinds_of_test_are_made_where_both_fit(make, compared):
    for name in ("a", "b"):
        make(
            name,
            predictions=classified(1),
            splits=folds(4),
            fold_scores={"accuracy": FOLDS},
        )

    found = compared("a", "b")["comparisons"][0]["findings"]

    assert [one["on"] for one in found] == ["test rows", "folds"]
    assert {one["outcome"] for one in found} == {"chance"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dataset": {"name": "reuters"}}, "A: imdb, binary, B: reuters, binary"),
        ({"dataset": {"sample": True}}, "B is of sample data"),
        ({"smoke": True}, "B is a smoke run"),
        ({"dataset": {"files": {"imdb.npz": "cd"}}}, "other contents"),
        ({"y": 1 - Y}, "other rows in the test part"),
        ({"y": Y[:10], "predictions": classified()[:10]}, "other rows in the test part"),
    ],
)
def test_runs_on_different_data_are_shown_but_not_tested(make, shown, compared, changes, reason):
    make("a", predictions=classified(), spec={"seed": 0})
    make("b", **{"predictions": classified(), "spec": {"seed": 1}, **changes})

    document = compared("a", "b")

    assert document["comparisons"][0]["findings"] == []
    assert document["comparisons"][0]["comparable"] is False
    assert reason in notes(document)
    (row,) = document["scores"]
    assert sorted(row["scores"]) == ["A", "B"]
    assert row["differences"] == {}
    out = words(shown("a", "b"))
    assert "B against A: the data differ" in out
    assert "seed 0 1" in out


def test_what_kx_itself_sets_between_two_runs_is_no_difference(make, compared, shown):
    make("a", best_epoch=None, environment=Surroundings(cores=2, variables={}))
    own = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_X": "1"}
    make("b", best_epoch=3, environment=Surroundings(cores=2, variables=own))

    facts = compared("a", "b")["facts"]

    assert sorted(facts) == ["best_epoch", "environment.variables", "environment.variables.TF_X"]
    assert "best_epoch none 3" in words(shown("a", "b"))


def test_without_files_the_fingerprints_must_be_equal(make, compared):
    for name, mark in (("a", "f1"), ("b", "f2"), ("c", "f1")):
        data = {"files": {}, "fingerprint": mark}
        make(name, predictions=classified(), dataset=data)

    assert "other fingerprints" in notes(compared("a", "b"))
    assert finding(compared("a", "c"))["on"] == "test rows"


def test_with_equal_files_the_features_may_differ(make, compared):
    for name in ("a", "b"):
        make(name, predictions=classified(), dataset={"fingerprint": name})

    assert finding(compared("a", "b"))["on"] == "test rows"


@pytest.mark.parametrize("status", ["failed", "diverged", "interrupted"])
def test_a_run_that_did_not_end_well_is_not_tested(make, compared, status):
    make("a", predictions=classified())
    make("b", predictions=classified(), status=status)

    document = compared("b", "a")

    assert notes(document) == f"A is {status}: no test"
    assert document["scores"][0]["differences"] == {}


def test_runs_without_a_record_are_shown(make, shown, tmp_path):
    RunFolder.create(tmp_path / "outputs", "crashed").release()
    (make("damaged") / "record.json").write_text("{")

    out = words(shown("crashed", "damaged"))

    assert "B against A: A is crashed and B is damaged: no test" in out
    assert "not valid JSON" in out
    assert "no difference" not in out


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("predictions.npz", None, "predictions.npz of B is missing"),
        ("predictions.npz", b"", "predictions.npz of B is damaged"),
        ("predictions.npz", b"PK\x03\x04 no zip", "predictions.npz of B is damaged"),
        ("splits.json", None, "splits.json of B is missing"),
        ("splits.json", b'{"examples": 9', "splits.json of B is damaged"),
        ("splits.json", b'{"examples": 9, "splits": [1]}', "splits.json of B is damaged"),
    ],
)
@pytest.mark.parametrize("hashed", [True, False])
def test_what_cannot_be_read_is_named(make, compared, name, content, reason, hashed):
    both = {"splits": folds(4), "fold_scores": {"accuracy": FOLDS}}
    make("a", predictions=classified(), **both)
    folder = make("b", predictions=classified(), **both)
    (folder / name).unlink()
    if not hashed:
        record = json.loads((folder / "record.json").read_text())
        (folder / "record.json").write_text(json.dumps({**record, "artefacts": {}}))
    if content is not None:
        (folder / name).write_bytes(content)

    document = compared("a", "b")

    assert reason in notes(document)
    assert len(document["comparisons"][0]["findings"]) == 1  # the other kind is still possible


@pytest.mark.parametrize(
    "predictions",
    [classified()[:9], np.full((100, 1), np.nan), np.full((100, 1), "a"), classified()[:, 0]],
    ids=["too few", "no number", "text", "no column"],
)
def test_predictions_that_fit_no_targets_are_not_tested(make, compared, predictions):
    make("a", predictions=classified())
    make("b", predictions=predictions)

    assert "predictions.npz of B does not hold one prediction" in notes(compared("a", "b"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"splits": folds(5)}, "validated on different rows"),
        ({"fold_scores": {"accuracy": FOLDS[:3]}}, "B has 3 scores for 4 splits"),
        (
            {"fold_scores": {"accuracy": [None, *FOLDS[:3]]}},
            "accuracy is not a number in every fold",
        ),
        ({"fold_scores": {"auc": FOLDS}}, "no metric was recorded in both"),
        ({"splits": folds(1)}, "a split has no training rows"),
    ],
)
def test_folds_that_do_not_match_are_not_tested(make, compared, changes, reason):
    make("a", splits=folds(4), fold_scores={"accuracy": FOLDS})
    make("b", **{"splits": folds(4), "fold_scores": {"accuracy": FOLDS}, **changes})

    document = compared("a", "b")

    assert document["comparisons"][0]["findings"] == []
    assert reason in notes(document)


def test_different_validation_rows_are_said_without_folds_as_well(make, compared):
    for name, count in (("a", 4), ("b", 5)):
        splits = folds(count)
        make(name, splits={**splits, "splits": splits["splits"][:1]}, predictions=classified())

    assert notes(compared("a", "b")) == "they were validated on different rows"


def test_predictions_that_were_changed_afterwards_are_not_tested(make, compared):
    make("a", predictions=classified())
    np.savez(make("b", predictions=classified(1)) / "predictions.npz", y=Y, predictions=Y[:, None])

    assert "predictions.npz of B is damaged: its SHA-256" in notes(compared("a", "b"))


def test_predictions_without_the_test_part_are_not_called_damaged(make, compared):
    make("a", predictions=classified())
    folder = make("b", predictions=classified())
    said = {"validation_y": Y, "validation_predictions": classified()}
    np.savez(folder / "predictions.npz", **said)
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**record, "artefacts": {}, "scores": {}}))

    told = notes(compared("a", "b"))

    assert "predictions.npz of B has no test part: the test set was not used" in told


def test_pickled_predictions_are_not_loaded(make, compared):
    make("a", predictions=classified())
    make("b", predictions=classified().astype(object))

    assert "predictions.npz of B is damaged" in notes(compared("a", "b"))


def test_seeds_of_a_single_split_are_no_folds(make, compared):
    one = folds(4)
    one["splits"] = one["splits"][:1]
    for name in ("a", "b"):
        make(name, splits=one, fold_scores={"accuracy": FOLDS}, predictions=classified())

    document = compared("a", "b")

    assert [found["on"] for found in document["comparisons"][0]["findings"]] == ["test rows"]
    assert "there is only one split" in notes(document)


def test_several_labels_are_compared_row_by_row(make, compared):
    y = np.tile([[0, 1], [1, 1], [1, 0], [0, 0]], (25, 1))
    good, poor = np.where(y, 0.9, 0.1), np.where(y, 0.9, 0.1)
    poor[::2, 0] = 1 - poor[::2, 0]  # in every second row one of two labels is wrong
    for name, said in (("a", good), ("b", poor)):
        make(name, y=y, predictions=said, task="multilabel")

    (found,) = compared("a", "b")["comparisons"][0]["findings"]

    test = found["test"]
    assert (test["name"], test["metric"], test["pairs"]) == ("paired bootstrap", "accuracy", 100)
    assert test["difference"] == -0.25
    assert test["low"] == pytest.approx(-0.25 - 1.96 * 0.025, abs=0.01)
    assert test["high"] == pytest.approx(-0.25 + 1.96 * 0.025, abs=0.01)


def test_differences_are_to_the_first_run_and_many_runs_warn(make, compared, shown):
    for name, value in (("a", 0.9), ("b", 0.8), ("c", 0.95), ("d", 0.7), ("e", 0.6)):
        scores = {"test": {"accuracy": score(value, value - 0.05, value + 0.05)}}
        make(name, predictions=classified(), scores=scores, spec={"seed": 1000 * ord(name) + 7})

    document = compared("a", "b", "c", "d", "e")

    (row,) = document["scores"]
    assert {key: round(value, 6) for key, value in row["differences"].items()} == {
        "B": -0.1,
        "C": 0.05,
        "D": -0.2,
        "E": -0.3,
    }
    out = shown("a", "b", "c", "d", "e")
    assert "Warning: 4 runs were tested against A" in words(out)
    assert all(str(1000 * ord(name) + 7) in out for name in "abcde")
    assert "Warning: 2 runs" in words(shown("a", "b", "c"))
    assert "Warning:" not in shown("a", "b")


def test_long_and_hostile_text_stays_within_80_columns_and_is_harmless(make, shown):
    for name, units in (("a" * 43, [1, 2]), ("b" * 43, [3] * 90)):
        spec = {"x" * 50 + "\x1b]0;evil\x07": units, "more": {"[bold]": name + "\u202e"}}
        make(
            name,
            spec=spec,
            predictions=classified(*range(len(units) // 9)),
            dataset={"name": "imdb\x1b[2J" + "n" * 90, "sample": True},
            scores={"test": {"m" * 60 + "\x1b[2J\n": score(0.9, 0.8, 1.0, "fold spread")}},
            smoke=True,
            splits=folds(4),
            fold_scores={"f\x1b[2J": FOLDS},
            seconds=float(len(units)),
            parameters=10**9,
        )

    out = shown("a" * 43, "b" * 43)

    assert max(map(len, out.splitlines())) <= 80
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    for text in ("[bold]", "SAMPLE DATA", "SMOKE RUN", "± 0.1000 (fold spread)"):
        assert text in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a",), "two or more runs"),
        (("a", "last"), "is named twice"),
        (("a", "zebra"), "no run is called 'zebra'"),
        (("a", "../b"), "cannot be a run"),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error(make, shown, arguments, message):
    make("a")

    with pytest.raises(UsageError, match=message):
        shown(*arguments)


def test_too_many_runs_are_refused(make, shown):
    names = [f"run-{letter}{n}" for n in range(3) for letter in "abcdefghi"]
    for name in names:
        make(name)

    with pytest.raises(UsageError, match="at most 26"):
        shown(*names)


def test_tensorflow_is_not_loaded(make, tmp_path):
    for name in ("a", "b"):
        make(name, predictions=classified(), splits=folds(4), fold_scores={"accuracy": FOLDS})
    script = """
import sys
from kx.cli.main import main
try:
    main(["compare", "a", "b"])
except SystemExit as end:
    print(end.code or 0, [name for name in ("tensorflow", "keras") if name in sys.modules])
"""

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
    assert "McNemar" in done.stdout


def test_a_verdict_stands_before_what_it_rests_on(make, shown):
    make("a", predictions=classified(), splits=folds(4), fold_scores={"accuracy": FOLDS})
    make("b", predictions=classified(0, 1), splits=folds(4), fold_scores={"accuracy": FOLDS[::-1]})

    text = shown("a", "b").splitlines()

    (place,) = (at for at, line in enumerate(text) if line == "B against A")
    assert text[place + 1] == "   test rows: the difference is not distinguishable from chance"
    assert text[place + 2].startswith("      McNemar's exact test on ")
    assert any(line.startswith("   folds: ") for line in text[place:])


def test_p_decides_where_an_interval_says_something_else(make, shown):
    make("a", predictions=classified(0, 1, 2, 3))
    make("b", predictions=classified())

    # 4 rows of 4 for B: p = 2 / 2**4, while the bootstrap's interval may exclude 0.
    assert "p = 0.1250, which decides" in words(shown("a", "b"))


def test_a_missing_setting_is_explained_and_a_commit_cut(make, shown):
    make("a", spec={"seed": 1, "old": 2}, git_commit="0123456789abcdef" * 2 + "-dirty")
    make("b", spec={"seed": 1})

    text = [line.rstrip() for line in shown("a", "b").splitlines()]

    assert "-: a run that has no such setting" in text
    assert "git_commit  0123456789ab-dirty  none" in text


def test_the_curves_of_runs_stand_below_each_other(kx, finished):
    ids = [finished(name=name).name for name in ("one", "two")]

    _, out, _ = kx("compare", *ids, "--outputs", finished().parent)

    rows = [line.split() for line in out.splitlines()]
    (place,) = (at for at, row in enumerate(rows) if row[:1] == ["val_loss"])
    assert [row[0] for row in rows[place + 2 : place + 4]] == ["A", "B"]
    assert rows[place + 2][2:] == ["0.6000", "0.5000", "2", "0.5000"]
