"""Runs side by side, as Rich shows them; each run goes by its letter, as ids are long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kx.base.language import Language
from kx.base.text import STATUS_STYLES, clean, duration, interval, number, shortened, signed
from kx.runs.compare import Overview, ScoreRow
from kx.runs.evidence import Contender
from kx.runs.findings import Comparison, PairedResult
from kx.runs.history import Curves
from kx.runs.record_scores import ScoreRecord
from kx.terminal.pieces import plain, table
from kx.terminal.runs_table import curve_table
from kx.wording.caveats import caution, sentence
from kx.wording.paired_words import uncorrected
from kx.wording.recorded import in_a_line
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from kx.evaluators.paired import PairedTest

COLUMNS = 4
"""Runs beside each other in a table of 80 columns; more go into a second table below."""


def comparison_panel(
    overview: Overview,
    curves: Curves | None = None,
    language: Language = "en",
    *,
    ascii_only: bool = False,
) -> RenderableType:
    """Return runs, what differs between them, their curves and scores, and what the tests say.

    Args:
        overview: of the runs.
        curves: label -> loss of the validation part, epoch by epoch.
        language: of all but names, keys and values of the spec.
        ascii_only: whether nothing but ASCII can be shown.
    """
    from rich.console import Group

    words = Words(language)
    labels = [run.label for run in overview.runs if run.recorded]
    parts = [
        *(line for run in overview.runs for line in _run_lines(run, words)),
        *(part for each in overview.cautions for part in ("", _alarm(caution(each, language)))),
        *_differences("setting", overview.settings, labels, words),
        *_differences("fact", overview.facts, labels, words),
        *_drawn(_apart(curves or {}, overview.comparisons, words), ascii_only, words),
        *_scores(overview.scores, overview.runs[0].label, words),
        *(line for found in overview.comparisons for line in _comparison_lines(found, words)),
        *(plain(text, "yellow") for text in _uncorrected(overview.comparisons, words)),
    ]
    return Group(*parts)


def _alarm(text: str) -> Text:
    return plain(text, "bold yellow")


def _run_lines(run: Contender, words: Words) -> Iterator[RenderableType]:
    line = plain(f"{run.label}  {run.id}", "bold")
    line.append(f"  {words.name('state', run.state)}", style=STATUS_STYLES.get(run.state, ""))
    yield line
    if run.dataset:
        name, dataset = shortened(clean(run.name)), shortened(clean(run.dataset))
        yield _indented(plain(words("name.one", name=name, dataset=dataset)))
    yield from (_indented(_alarm(sentence(mark, words.language))) for mark in run.marks)
    if run.note:
        yield _indented(plain(run.note, "red"))


def _differences(
    kind: str, rows: Mapping[str, Mapping[str, Any]], labels: Sequence[str], words: Words
) -> Iterator[RenderableType]:
    """Yield one table for each few runs; there is a column for every run with a record."""
    if len(labels) > 1 and not rows:
        yield from ("", plain(words(f"compare.no_{kind}s")))
    for at in range(0, len(labels) if rows else 0, COLUMNS):
        shown = labels[at : at + COLUMNS]
        made = table([words(f"compare.{kind}"), *shown])
        for key, values in rows.items():
            cells = (_cell(key, values[name], words) if name in values else "-" for name in shown)
            made.add_row(*map(plain, (key, *cells)))
        yield from ("", made)
    if any(name not in values for values in rows.values() for name in labels):
        yield plain(words(f"compare.lacks_{kind}"), "dim")


def _apart(curves: Curves, comparisons: Sequence[Comparison], words: Words) -> Curves:
    """Return the curves, those named that are of other data than the first run's."""
    others = {found.run for found in comparisons if found.unlike}
    return {
        words("compare.other_data", run=label) if label in others else label: values
        for label, values in curves.items()
    }


def _drawn(curves: Curves, ascii_only: bool, words: Words) -> Iterator[RenderableType]:
    language = words.language
    for drawn in curve_table(curves, "val_loss", ascii_only=ascii_only, language=language):
        yield from ("", drawn)


def _cell(key: str, value: Any, words: Words) -> str:
    if value is None:
        return words("compare.none")
    if key == "git_commit":
        return _short(value)
    if key == "seconds":
        return duration(value)
    if key == "parameters":
        return f"{value:,}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(clean(text), 60)


def _short(commit: str) -> str:
    """Return what of a commit is enough to tell it from others, and whether files differ."""
    return commit[:12] + ("-dirty" if commit.endswith("-dirty") else "")


def _scores(rows: Sequence[ScoreRow], reference: str, words: Words) -> Iterator[RenderableType]:
    if not rows:
        return
    headings = [words(key) for key in ("score.score", "fact.run", "score.value", "score.interval")]
    minus = words("compare.minus", reference=reference)
    made = table([*headings, minus], right={2, 4})
    for row in rows:
        names = [shortened(clean(words.brief(row.part, row.metric)), 32)]
        for label, score in row.scores.items():
            difference = row.differences.get(label)
            cells = (*(names or [""]), label, number(score["value"]), _range(score, words))
            made.add_row(*map(plain, (*cells, "" if difference is None else signed(difference))))
            names.clear()
    yield from ("", made)


def _range(score: ScoreRecord, words: Words) -> str:
    low, high, kind = score["low"], score["high"], score["interval"] or ""
    if low is not None and high is not None and kind.endswith("spread"):
        return f"± {number((high - low) / 2)}" + words(
            "join.remark", text=words.name("interval", clean(kind))
        )
    return interval(low, high) or "-"


def _comparison_lines(comparison: Comparison, words: Words) -> Iterator[RenderableType]:
    yield ""
    title = words("compare.title", run=comparison.run, reference=comparison.reference)
    notes = [in_a_line(note, words) for note in comparison.notes]
    if not comparison.findings:
        why = words("join.clauses").join(notes)
        yield plain(words("join.reasoned", what=title, why=why), "yellow")
        return
    yield plain(title, "bold")
    for finding in comparison.findings:
        style = "bold" if finding.distinguishable else "yellow"
        on = words(f"compare.on.{finding.on}")
        said = _verdict(finding, comparison, words)
        yield _indented(plain(words("join.reasoned", what=on, why=said), style))
        for line in _finding_lines(finding, comparison, words):
            yield _indented(line, 6)
    yield from (_indented(plain(note)) for note in notes)


def _uncorrected(comparisons: Sequence[Comparison], words: Words) -> list[str]:
    found = uncorrected(comparisons, comparisons[0].reference, words)
    return [words("run.warning", text=text) for text in found]


def _verdict(finding: PairedResult, comparison: Comparison, words: Words) -> str:
    if finding.outcome in ("chance", "no_telling"):
        return words(f"paired.outcome.{finding.outcome}")
    better = comparison.run if finding.outcome == "better" else comparison.reference
    return words("paired.verdict.better", better=better)


def _finding_lines(finding: PairedResult, comparison: Comparison, words: Words) -> Iterator[Text]:
    """Yield what a verdict rests on."""
    test = finding.test
    on = words(f"paired.on.{finding.on}", pairs=f"{test.pairs:,}")
    what = words("compare.test", test=words(f"paired.test.{test.name}"), on=on)
    yield plain(words("join.reasoned", what=what, why=in_a_line(finding.why, words)))
    if test.only_first is not None and test.only_second is not None:
        right = {comparison.reference: test.only_first, comparison.run: test.only_second}
        said = [words("compare.only", run=run, count=f"{n:,}") for run, n in right.items()]
        yield plain(words("join.clauses").join(said))
    yield plain(_estimate(finding, words))


def _estimate(finding: PairedResult, words: Words) -> str:
    test = finding.test
    parts = [f"{words.metric(test.metric, short=True)} {signed(test.difference)}"]
    if test.low is not None and test.high is not None:
        held = "includes_0" if test.low <= 0 <= test.high else "excludes_0"
        ends = words("join.range", low=signed(test.low), high=signed(test.high))
        found = words("compare.interval", ends=ends)
        parts.append(found + (words(f"compare.{held}") if test.p is None else ""))
    if test.p is not None:
        parts.append(
            f"p = {number(test.p)}" + (words("compare.decides") if _disagree(test) else "")
        )
    return words("join.clauses").join(parts)


def _disagree(test: PairedTest) -> bool:
    """Whether interval and p, which come by different ways, say different things."""
    if test.low is None or test.high is None:
        return False
    return (test.low <= 0 <= test.high) == test.distinguishable


def _indented(line: Text, by: int = 3) -> RenderableType:
    from rich.padding import Padding

    return Padding(line, (0, 0, 0, by), expand=False)
