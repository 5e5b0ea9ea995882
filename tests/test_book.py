"""The table of all shipped specs, made of records."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.book import book, newest_run, same_code, same_spec
from benchmarks.book_page import Entry, kept_rows, page
from benchmarks.readme import refreshed
from benchmarks.shipped import SPECS
from kx.advice.diagnosis import Diagnosis
from kx.planning import make_plan
from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts, DataFacts
from kx.runs.surroundings import Surroundings, collect_versions

ROOT = Path(__file__).resolve().parents[1]
WINE = ROOT / "configs" / "wine.yaml"


@pytest.fixture
def wine():
    met = {
        "key": "test.accuracy", "at_least": 0.9, "at_most": None, "value": 0.9444,
        "verdict": "met", "reason": "", "source": "the | book",
    }  # fmt: skip
    scores = {"value": 0.9444, "low": 0.8186, "high": 0.9846, "interval": "wilson"}
    return Record(
        id="20261125-000000-wine-0000", name="wine", status="completed", seconds=6.2,
        started="2026-11-25T00:00:00+00:00", spec=make_plan(WINE).resolved(),
        git_commit="a" * 40, versions={"kx": "0.1.0"}, environment=Surroundings(cores=2),
        peak_memory_mb=741.0, scores={"test": {"accuracy": scores}}, expectations=[met],
        diagnosis=Diagnosis(kind="well_fitted", rule="calm"),
    )  # fmt: skip


@pytest.fixture
def kept(tmp_path):
    """Keep a record in a run folder of its own, each newer than the one before."""

    def keep(record):
        seconds = len(list(tmp_path.iterdir()))
        now = at_second(seconds)
        with RunFolder.create(tmp_path, record.name, now=lambda: now) as run:
            run.write_record(replace(record, id=run.id))
        return run.id

    return keep


def at_second(second):
    from datetime import UTC, datetime

    return datetime(2026, 11, 25, 0, 0, second, tzinfo=UTC)


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|")]


def test_the_newest_run_counts_that_is_whole_real_and_of_this_spec(wine, kept, tmp_path):
    kept(wine)
    second = kept(wine)
    kept(replace(wine, smoke=True))
    kept(replace(wine, status="diverged"))
    kept(replace(wine, dataset=DataFacts(**{"sample": True})))
    kept(replace(wine, base=BaseFacts(**{"fallback": True})))
    kept(replace(wine, spec={**wine.spec, "seed": 4}))
    kept(replace(wine, expectations=[{**wine.expectations[0], "verdict": "not judged"}]))

    assert newest_run(WINE, tmp_path).id == second


def test_what_stands_in_for_missing_files_makes_no_other_spec(wine):
    spec = wine.spec
    other = {**spec, "dataset": {**spec["dataset"], "fallback": "sample"}}

    assert same_spec(spec, {**other, "variants": {"l2": {"architecture.l2": 0.1}}})
    assert not same_spec(spec, {**spec, "dataset": {**spec["dataset"], "name": "digits"}})


def test_the_same_code_is_known_by_what_a_commit_changes(wine, tmp_path):
    def git(*words):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(["git", *name, *words], cwd=tmp_path, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(name, text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    git("init", "-q")
    for name in ("kx/a.py", "requirements.lock", "README.md"):
        write(name, "one")
    git("add", ".")
    git("commit", "-qm", "one")
    run = replace(wine, git_commit=git("rev-parse", "HEAD"), versions=collect_versions())
    dirty = replace(run, git_commit=run.git_commit + "-dirty")
    older = replace(run, versions={**run.versions, "keras": "3.0"})
    write("README.md", "two")

    assert same_code(run, tmp_path)
    assert not same_code(dirty, tmp_path)
    assert not same_code(older, tmp_path)
    write("kx/a.py", "two")
    assert not same_code(run, tmp_path)


def test_a_run_that_nobody_asked_for_is_only_looked_up(wine, kept, tmp_path):
    kept(wine)

    (entry,) = book([WINE], tmp_path, chosen=[], again=True)

    assert entry.record.scores == wine.scores


def test_the_page_has_a_row_for_each_expectation(wine):
    epoch = {**wine.expectations[0], "key": "best_epoch", "at_most": 5, "at_least": 3, "value": 5.0}
    text = page([Entry(WINE, replace(wine, expectations=[*wine.expectations, epoch]))])

    assert rows(text)[2:] == [
        "| [wine](../configs/wine.yaml) | test.accuracy | at least 0.9 | the \\| book | 0.9444 "
        "| 0.8186 to 0.9846 | met | well fitted | 6.20 s | 0.74 GB | 2026-11-25 | a |",
        "|  | best_epoch | 3 to 5 | the \\| book | 5 | - | met |  |  |  |  |  |",
    ]
    assert "- a: commit aaaaaaa, kx 0.1.0, 2 cores" in text


def test_runs_of_other_code_are_told_apart(wine):
    other = replace(wine, git_commit="b" * 40 + "-dirty", expectations=[])
    entries = [Entry(WINE, wine), Entry(WINE, other), Entry(WINE, None, "no data here")]
    found = rows(page(entries))

    assert [row.split(" | ")[-1] for row in found[2:]] == ["a |", "b |", " |"]
    assert "- b: commit bbbbbbb-dirty, kx 0.1.0, 2 cores" in page(entries)
    assert "| test.accuracy | - | - | 0.9444 | 0.8186 to 0.9846 | - |" in found[3]
    assert "| no data here |" in found[4]


def test_rows_of_specs_without_a_run_stay_as_they_are(wine):
    epoch = {**wine.expectations[0], "key": "best_epoch", "at_most": 5, "value": 5.0}
    other = replace(wine, git_commit="b" * 40, expectations=[*wine.expectations, epoch])
    digits = WINE.with_name("digits.yaml")
    before = page([Entry(WINE, wine), Entry(digits, other)])
    kept = kept_rows(before)

    again = page([Entry(WINE, None, kept=kept["wine"]), Entry(digits, None, kept=kept["digits"])])
    newer = page([Entry(WINE, other), Entry(digits, None, kept=kept["digits"])])

    assert again == before
    assert [row.split(" | ")[-1] for row in rows(newer)[2:]] == ["a |", " |", "a |", " |"]
    assert kept_rows("") == {}


def test_the_shipped_page_is_written_again_as_it_stands():
    text = (ROOT / "docs" / "book.md").read_text(encoding="utf-8")
    kept = kept_rows(text)

    assert page([Entry(path, None, kept=kept[path.stem]) for path in SPECS]) == text


def test_the_shipped_page_has_every_shipped_spec_and_is_linked():
    text = (ROOT / "docs" / "book.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\(\.\./(configs/[\w/-]+\.yaml)\)", text))

    assert linked == {path.relative_to(ROOT).as_posix() for path in SPECS}
    assert "docs/book.md" in readme


ROWS = """\
| [wine](configs/wine.yaml) | which? | accuracy 0.1 | 0.111 / 0.22 | 99 |
| [boston](configs/boston.yaml) | how much? | MAE 1.00 ± 0.10 (5 seeds) | 6.50 | 99, busy |
| [roads](configs/own/roads.yaml) | how bad? | rank error 0.0 | 9.9 / 9.9 / 9.9 | 1 |
| [cars](configs/own/cars.yaml) | how much? | R² 9.9 | -9.9 / 9.9 | 1 |
| [iris](configs/iris.yaml) | which? | not measured | | |
| [wine](configs/wine.yaml) | another table | 0.1 |
"""


def test_the_numbers_of_a_readme_are_those_of_the_records(wine):
    spread = {"value": 2.5, "low": 2.25, "high": 2.75, "interval": "seed spread"}
    loss = {"value": 9.0, "low": None, "high": None, "interval": None}
    records = {
        "wine": replace(
            wine, baselines={"test": {"accuracy": {"prior": 0.3, "majority": 0.4, "linear": 0.97}}}
        ),
        "boston": replace(
            wine,
            seconds=71.6,
            scores={"test": {"loss": loss, "mae": spread}},
            baselines={"test": {"mae": {"mean": 6.7, "median": 6.6}}},
        ),
        "roads": replace(
            wine,
            scores={"test": {"rank_error": {**loss, "value": 0.24}}},
            baselines={
                "test": {
                    "rank_error": {"majority": 0.9, "median": 0.7, "linear": 0.3, "trees": 0.2}
                }
            },
        ),
        "cars": replace(
            wine,
            scores={"test": {"r2": {**loss, "value": -1014.04}}},
            baselines={"test": {"r2": {"mean": -0.1, "trees": 0.5}}},
        ),
    }

    assert refreshed(ROWS, records) == (
        "| [wine](configs/wine.yaml) | which? | accuracy 0.9 | 0.400 / 0.97 | 6 |\n"
        "| [boston](configs/boston.yaml) | how much? | MAE 2.50 ± 0.25 (5 seeds) | 6.60 "
        "| 72, busy |\n"
        "| [roads](configs/own/roads.yaml) | how bad? | rank error 0.2 | 0.7 / 0.3 / 0.2 | 6 |\n"
        "| [cars](configs/own/cars.yaml) | how much? | R² -1,014.0 | -0.1 / 0.5 | 6 |\n"
        + "".join(ROWS.splitlines(keepends=True)[4:])
    )


def test_a_readme_without_room_for_a_number_is_told(wine):
    wine = replace(wine, baselines={"test": {"accuracy": {"majority": 0.4}}})
    with pytest.raises(SystemExit, match=r"row of wine: .* has 2 numbers, the run 1"):
        refreshed(ROWS, {"wine": wine})
