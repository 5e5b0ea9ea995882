"""The report of one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kx.advice.diagnosis import Diagnosis, diagnose
from kx.advice.suggestion import practical
from kx.base.text import duration
from kx.charts.curves import CurveSheet, curve_sheets, fit_curves
from kx.charts.fit_scores import FitScores, scores_of_fits
from kx.pages import facts, opening
from kx.pages.dots import DotDrawing, placed
from kx.pages.folds import fold_plot
from kx.pages.groups import member_of_run
from kx.pages.importance import Importance, importance_shown
from kx.pages.results import Results, results
from kx.pages.subgroups import Subgroups, subgroups_shown
from kx.pages.svg import Drawing, drawn
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.wording.diagnosis_words import diagnosis_line, explained, recorded
from kx.wording.facts import in_words
from kx.wording.recorded import Piece, in_a_line, told
from kx.wording.words import Words


@dataclass(frozen=True, slots=True)
class OneRun:
    """All that the page of one run shows, in the order in which it does.

    Attributes:
        member: what it is among runs that it was carried out with; empty if it was alone.
        tags: that people gave it.
        note: of people.
        alarms: what makes the numbers worth less than they look.
        verdict: None without scores.
        scores: cells of a table of all scores; empty if the verdict has the only one.
        diagnosis: in a line; empty if there is none.
        reasons: heading and text of what the diagnosis rests on.
        curves_note: why there are no curves.
        folds: None where there are not several.
        importance: of the columns of a table; None of other data.
        subgroups: scores by level of its columns; None likewise.
    """

    id: str
    name: str
    dataset: str
    state: str
    state_word: str
    time: str
    member: str
    tags: Sequence[str]
    note: str
    alarms: Sequence[str]
    verdict: opening.Verdict | None
    scores: Sequence[Sequence[str]]
    expectations: Sequence[opening.Expected]
    diagnosis: str
    reasons: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    error: Sequence[Piece]
    curves: Sequence[Drawing]
    refits: Sequence[Drawing]
    curves_note: str
    folds: DotDrawing | None
    fits_heading: str
    fits: facts.FitTable | None
    results: Results
    importance: Importance | None
    subgroups: Subgroups | None
    spec: str
    groups: Sequence[facts.Headed]
    warnings: Sequence[Sequence[Piece]]


def one_run(
    folder: Path, words: Words, warn: Callable[[str], None], *, plugins: bool = False
) -> OneRun:
    """Return what the report of the run in ``folder`` shows.

    Args:
        folder: of the run.
        words: of the language.
        warn: is told what the page can only hint at.
        plugins: whether the plugin files that its spec names may be imported.
    """
    run = Run(folder, plugins=plugins)
    record, found, folds = run.record, diagnosis_of(run), scores_of_fits(run, words)
    curves, refits, *_ = [*curve_sheets(fit_curves(run), words), None, None]
    return OneRun(
        id=run.id,
        name=run.name,
        dataset=record.dataset.name or "?" if record else "?",
        state=run.state,
        state_word=words.name("state", run.state),
        time=duration(record.seconds) if record else "",
        member=in_words(member, words) if (member := member_of_run(run)) else "",
        tags=run.labels.tags,
        note=run.labels.note,
        alarms=opening.alarms(record, words) if record else [],
        verdict=opening.verdict(record, words) if record else None,
        scores=opening.other_scores(record, words) if record else [],
        expectations=opening.expectations(record, words) if record else [],
        diagnosis=diagnosis_line(found, words.language) if found else "",
        reasons=list(explained(found, words.language))[1:] if found else [],
        remarks=list(opening.remarks(record, words)) if record else [],
        error=told(record.error if record else run.trouble, words),
        curves=_drawn(curves),
        refits=_drawn(refits),
        curves_note=in_a_line(run.curves_note, words) or words("curve.before"),
        folds=placed(fold_plot(folds, words)) if folds else None,
        fits_heading=words(f"{_fits_heading(record, folds)}"),
        fits=facts.fit_table(record, words) if record else None,
        results=results(run, words, warn),
        importance=importance_shown(record, words) if record else None,
        subgroups=subgroups_shown(record, words) if record else None,
        spec=run.spec_text,
        groups=facts.groups(run, words),
        warnings=[told(text, words) for text in record.warnings] if record else [],
    )


def _fits_heading(record: Record | None, folds: FitScores | None) -> str:
    if folds is None:
        return "fit.fits"
    return "folds.folds" if record and record.seeds_count == 1 else "folds.fits"


def _drawn(sheet: CurveSheet | None) -> list[Drawing]:
    charts = sheet.charts.values() if sheet else ()
    return [drawing for chart in charts if (drawing := drawn(chart))]


def diagnosis_of(run: Run) -> Diagnosis | None:
    """Return the recorded diagnosis; of older records, what is made of their curves."""
    if run.record is None:
        return None
    if found := recorded(run.record.diagnosis):
        return found
    if not run.curves:
        return None
    return practical(diagnose(run.record, run.curves), run.record.spec, run.record.dataset.scale)
