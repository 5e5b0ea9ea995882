"""Records and lists of runs, as Rich shows them; readable from 60 columns on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from kx.diagnosis import Diagnosis
from kx.reporting.diagnosis_words import advice, in_a_line
from kx.reporting.group import member_of
from kx.reporting.labels import Labels
from kx.reporting.record import Expectation, Record, Score, best_baseline
from kx.reporting.run_summary import RunSummary
from kx.reporting.text import (
    STATUS_STYLES,
    clean,
    duration,
    interval,
    number,
    scored,
    shortened,
    stated,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

SAMPLE = "SAMPLE DATA: these numbers say nothing about the real data set"
LEAKY = "LEAKY PREPARATION: scores are too good"
SMOKE = "SMOKE RUN: cut short, only to see that all works"
RANDOM = "RANDOM WEIGHTS: the base is untrained, nothing was transferred"
ROWS = 12
"""At most so many fits are shown one by one."""
DIAGNOSIS_STYLES = {"well_fitted": "green", "too_short": "", "diverged": "red"}
VERDICT_STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow"}


def result_lines(record: Record, folder: Path | None = None) -> RenderableType:
    """Return how a run ended: scores beside baselines, best epoch, remarks, verdicts, plots.

    Args:
        record: of the run.
        folder: of the run; its name, its plots and how to get a report are then mentioned.
    """
    from rich.console import Group

    rows = [_heading(record), *_apart(_scores(record)), *_remarks(record)]
    if folder is not None:
        rows.append(_plain(f"run: {folder}"))
        if (folder / "plots").is_dir():
            rows.append(_plain(f"plots: {folder / 'plots'}"))
        where = "" if folder.parent == Path("outputs") else f" --outputs {folder.parent}"
        rows.append(_plain(f"report: kx report {folder.name}{where}"))
    return Group(*rows)


def run_panel(
    record: Record,
    state: str,
    labels: Labels | None = None,
    curves: Sequence[RenderableType] = (),
) -> RenderableType:
    """Return all that a record says, in sections.

    Args:
        record: of the run.
        state: as ``kx.reporting.folder.state`` returns it.
        labels: what people said of it.
        curves: as ``kx.reporting.runs_table.curve_table`` returns them.
    """
    from rich.console import Group

    said = labels or Labels()
    pairs = (*_facts(record, state), ("tags", ", ".join(said.tags)), ("note", said.note))
    facts = _grid((name, text) for name, text in pairs if text)
    # What it comes to stands at the end, where a terminal shows it.
    tables = _apart([facts, *_fits(record), *curves, *_scores(record)])
    return Group(_heading(record), *tables, *_remarks(record))


def summary_panel(run: RunSummary, curves: Sequence[RenderableType] = ()) -> RenderableType:
    """Return what is known of a run without a readable record, and how far it came."""
    from rich.console import Group

    said = [("tags", ", ".join(run.labels.tags)), ("note", run.labels.note)]
    facts = [("run", run.id), ("state", run.state), ("problem", run.note), *said]
    return Group(_grid([(name, text) for name, text in facts if text]), *_apart(curves))


def headed_texts(title: str, texts: Sequence[tuple[str, str]]) -> RenderableType:
    """Return texts, each beside its heading, below a title."""
    from rich.console import Group

    return Group(_styled(clean(title), "bold"), _grid(texts))


def _heading(record: Record) -> RenderableType:
    from rich.console import Group

    name = str(record.dataset.get("name", "?"))
    line = _styled(f"{clean(record.name)} on {clean(name)}: ", "bold")
    line.append(record.status, style=f"bold {STATUS_STYLES[record.status]}")
    line.append(f" in {duration(record.seconds)}")
    marks = {
        SAMPLE: record.is_sample,
        RANDOM: record.is_untransferred,
        LEAKY: record.leaky,
        SMOKE: record.smoke,
    }
    return Group(line, *(_styled(mark, "bold yellow") for mark, holds in marks.items() if holds))


def _apart(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """Return ``parts`` with an empty line before each and after the last."""
    spaced = [row for part in parts for row in ("", part)]
    return [*spaced, ""] if spaced else []


def _scores(record: Record) -> list[Table]:
    """Return the table of scores, if there are any."""
    kinds = [score["interval"] for part in record.scores.values() for score in part.values()]
    ends = "interval or spread" if any(map(_is_spread, kinds)) else "interval"
    table = _table(["score", "value", ends, "baseline"], right={1})
    marks = {SAMPLE: record.is_sample, RANDOM: record.is_untransferred, LEAKY: record.leaky}
    # Without the words behind the colon: they stand under the heading.
    table.title = ", ".join(m.partition(":")[0] for m, holds in marks.items() if holds) or None
    for part in ("validation", "test"):
        for metric, score in record.scores.get(part, {}).items():
            table.add_row(*_score_row(record, part, metric, score))
    return [table] if table.rows else []


def _score_row(record: Record, part: str, metric: str, score: Score) -> list[Text]:
    from rich.text import Text

    found = best_baseline(record, part, metric)
    baseline = f"{number(found[1])} ({shortened(clean(found[0]), 20)})" if found else "-"
    cells = (
        shortened(clean(f"{part} {metric}"), 32),
        number(score["value"]),
        _interval(record, score) or "-",
        baseline,
    )
    judged_by = "test" if "test" in record.scores else "validation"
    return [Text(cell, style="bold" if part == judged_by else "") for cell in cells]


def _interval(record: Record, score: Score) -> str:
    """Return the ends of an interval, or the spread of several fits, which is no interval."""
    low, high = score["low"], score["high"]
    if not _is_spread(score["interval"]) or low is None or high is None:
        return interval(low, high)
    return f"± {number((high - low) / 2)} (sd of {_fits_in_words(record, score['interval'])})"


def _is_spread(kind: str | None) -> bool:
    return kind in ("fold spread", "seed spread")


def _fits_in_words(record: Record, kind: str | None) -> str:
    """Return how many fits there were and what they were, as ``4 folds``."""
    if kind == "seed spread":
        return f"{record.seeds_count} seeds"
    what = "folds" if record.seeds_count == 1 else "fits"
    count = len(_judged(record))
    return f"{count} {what}" if count else f"the {what}"


def _judged(record: Record) -> list[dict[str, Any]]:
    """Return the fits with a validation part: all but the refits."""
    return [fit for fit in record.fits if fit.get("best_epoch") is not None]


def _fits(record: Record) -> list[Table]:
    """Return the table of fits, without those in the middle if there are too many."""
    table = _table(["fit", "epochs", "best", "time", "scores"], right={1, 2, 3})
    hidden = max(0, len(record.fits) - ROWS)
    several = len(_judged(record)) > 1
    for at, fit in enumerate(record.fits):
        if not hidden or not 0 <= at - ROWS // 2 < hidden:
            table.add_row(*_fit_row(fit, several))
        elif at == ROWS // 2:
            table.add_row(_plain("..."), "", "", "", _plain(f"{hidden} more, in record.json"))
    return [table] if table.rows else []


def _fit_row(fit: dict[str, Any], several: bool) -> list[Text]:
    """Return the cells of a fit; one among several shows only what it is judged by."""
    scores = fit.get("scores") or {}
    judged_by = {name: value for name, value in scores.items() if name.startswith("val_")}
    scores = judged_by if several and judged_by else scores
    return [
        _plain(fit.get("name", "?")),
        _plain(_or_dash(fit.get("epochs"))),
        _plain(_or_dash(fit.get("best_epoch"))),
        _plain(duration(fit.get("seconds"))),
        _plain(", ".join(f"{name} {_value(value)}" for name, value in scores.items())),
    ]


def _remarks(record: Record) -> Iterator[Text]:
    if record.best_epoch is not None:
        again = record.refit_epochs
        refit = f"; trained again on all training data for {again} epochs" if again else ""
        yield _plain(f"best epoch: {record.best_epoch}{refit}")
    yield from _diagnosis(record)
    yield from map(_plain, _on_the_base(record))
    yield from map(_plain, _on_the_parts(record))
    for expectation in record.expectations:
        yield _verdict(expectation)
    for warning in record.warnings:
        yield _styled(f"Warning: {clean(warning)}", "yellow")
    if record.error:
        yield _styled(f"Error: {clean(record.error)}", "red")


def _diagnosis(record: Record) -> Iterator[Text]:
    """Yield the diagnosis; a sound one needs no advice."""
    found = Diagnosis.from_dict(record.diagnosis)
    if found is None:
        return
    text = f"diagnosis: {in_a_line(found)}"
    more = "" if found.kind == "well_fitted" else f"; {advice(found)}"
    yield _styled(clean(text + more), DIAGNOSIS_STYLES.get(found.kind, "yellow"))


def _on_the_base(record: Record) -> Iterator[str]:
    """Yield what there is to know of a ready-made base: whether it was used, and left alone."""
    features, frozen = record.features, record.frozen
    if features.get("cached"):
        yield "features from cache: 0 forward passes"
    elif features:
        passes, spent = features.get("forward_passes", 0), duration(features.get("seconds"))
        yield f"features: {passes:,} forward passes in {spent}"
    if frozen:
        digest = str(frozen.get("after"))
        outcome = "unchanged" if frozen.get("before") == digest else "CHANGED"
        yield f"frozen: {frozen.get('weights')} tensors, {outcome} (sha {digest[:8]}…)"


def _on_the_parts(record: Record) -> Iterator[str]:
    """Yield what there is to know of the parts of the dataset before their scores are believed."""
    if record.vocabulary:
        yield _vocabulary(record.vocabulary)
    for part, count in record.duplicates.items():
        if count:
            yield _duplicated(part, count, record.dataset.get(f"{part}_examples"))
    looks, name = record.test_looks, record.dataset.get("name", "?")
    if record.scores and "test" not in record.scores:
        yield "the test set was not looked at"
    elif looks > 1:
        less = "each look makes the test score a little less honest"
        yield f"This was look {looks} at the test set of {name}: {less}."


def _duplicated(part: str, count: int, of: object) -> str:
    rows = f"{count:,} {part} rows"
    if isinstance(of, int) and of > 0:
        rows = f"{count:,} of {of:,} {part} rows ({count / of:.1%})"
    return f"{rows} also occur, identical, in the training part"


def _verdict(expectation: Expectation) -> Text:
    low, high = expectation["at_least"], expectation["at_most"]
    wanted = [f"at least {stated(low)}"] if low is not None else []
    wanted += [f"at most {stated(high)}"] if high is not None else []
    wanted = [stated(low)] if low is not None and low == high else wanted
    verdict, value = expectation["verdict"], scored(expectation["key"], expectation["value"])
    line = _styled(verdict, VERDICT_STYLES[verdict])
    line.append(clean(f": {expectation['key']} {value}, expected {' and '.join(wanted)}"))
    for remark in (expectation["reason"], expectation["source"]):
        line.append(f" ({clean(remark)})" if remark else "")
    return line


def _facts(record: Record, state: str) -> Iterator[tuple[str, str]]:
    data = record.dataset
    yield "run", record.id
    yield "state", state
    yield "started", record.started
    yield "command", record.command
    yield "part of", _part_of(record)
    yield "data from", str(data.get("source", ""))
    yield "fingerprint", str(data.get("fingerprint", ""))
    yield "examples", _sizes(data)
    yield "base", _base(record.base)
    yield "words", _coverage(record.embeddings)
    yield "parameters", f"{record.parameters:,}" if record.parameters else ""
    yield "engine", _reasoned(record.engine, record.engine_reason)
    yield "precision", _reasoned(record.precision, record.precision_reason)
    yield "fitting", _fitting(record)
    yield "memory", f"{record.peak_memory_mb:,.0f} MB at the peak" if record.peak_memory_mb else ""
    yield "seeds", _pairs(record.seeds, 2)
    yield "versions", _pairs(record.versions)
    yield "baselines", record.baseline_note
    yield "git commit", record.git_commit or ""
    yield "test looks", str(record.test_looks) if record.test_looks else ""


def _base(base: dict[str, Any]) -> str:
    if not base:
        return ""
    if base.get("random"):
        return f"{base.get('name')} with random weights"
    file, source = base.get("file"), base.get("source")
    return f"{base.get('name')}, {file} from {source} (sha {str(base.get('sha256'))[:8]}…)"


def _part_of(record: Record) -> str:
    """Return what a run is among others, and what was changed for that."""
    member = member_of(record)
    if member is None:
        return ""
    what = f"{member.of}: {'variant' if member.kind == 'variants' else 'step'} {member.label}"
    changes = [f"{key}: {json.dumps(value)}" for key, value in member.changes.items()]
    return "; ".join([f"{what} ({member.group})" if member.group else what, *changes])


def _reasoned(choice: str, reason: str) -> str:
    return f"{choice}: {reason}" if choice and reason else choice


def _coverage(found: dict[str, Any]) -> str:
    words, known = found.get("words"), found.get("known")
    if not words or known is None:
        return ""
    return f"{known:,} of {words:,} have a vector ({known / words:.1%}); the others are zeros"


def _fitting(record: Record) -> str:
    if not record.fit_seconds:
        return ""
    count = len(record.fits)
    fits = f"{count} fit{'s' if count != 1 else ''}"
    return f"{duration(record.fit_seconds)} for {fits}, compilation included"


def _sizes(data: dict[str, Any]) -> str:
    sizes = [(data.get(f"{part}_examples"), part) for part in ("train", "test")]
    return ", ".join(f"{count:,} {part}" for count, part in sizes if isinstance(count, int))


def _pairs(values: dict[str, Any], shown: int = ROWS // 2) -> str:
    """Return names and values; of many, which every fit adds to, the first few."""
    pairs = [f"{name} {value}" for name, value in values.items()]
    hidden = len(pairs) - shown
    more = [f"{hidden} more, in record.json"] if hidden > 0 else []
    return ", ".join(pairs[:shown] + more)


def _value(value: object) -> str:
    return number(value) if isinstance(value, float | int) else _or_dash(value)


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def _grid(pairs: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in pairs:
        table.add_row(_plain(name), _plain(text))
    return table


def _table(columns: Sequence[str], right: set[int]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.title_justify, table.title_style = "left", "bold yellow"
    for at, name in enumerate(columns):
        table.add_column(name, justify="right" if at in right else "left", overflow="fold")
    return table


def _plain(text: object) -> Text:
    return _styled(clean(text), "")


def _styled(text: str, style: str) -> Text:
    """Return text that is no markup: a ``[/foo]`` in a name stays what it is."""
    from rich.text import Text

    return Text(text, style=style)


def _vocabulary(facts: Mapping[str, Any]) -> str:
    """Say how large the vocabulary is, and how much of other parts it does not know."""
    shares = [f"{fmean(of):.1%} of {part}" for part, of in facts["unknown"].items()]
    return (
        f"vocabulary: {facts['tokens']:,} tokens of the training part; unknown: {', '.join(shares)}"
    )
