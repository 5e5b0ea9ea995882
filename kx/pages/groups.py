"""Runs that were carried out together, on a page: which is which, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from kx.advice.workflow import Aim
from kx.base.jsonfile import to_json
from kx.base.text import number, shortened
from kx.runs.entrants import Entrant
from kx.runs.reader import Run
from kx.runs.record_parts import Member
from kx.runs.run_group import member_of
from kx.wording.diagnosis_words import kind_of
from kx.wording.paired_words import Verdicts, verdicts
from kx.wording.steps import REACHED, aims_of, called, ground_of
from kx.wording.words import Words

MARKS = {True: "met", False: "missed", None: "not-judged"}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One of the runs.

    Attributes:
        place: of the run's line in the table below.
        changes: name of a setting and its value here.
        aim: what the step was for; empty for a variant.
        mark: a class of the style sheet, of what came of it.
        ground: the numbers that it was judged by.
        scores: name and value.
        diagnosis: its kind.
    """

    letter: str
    name: str
    place: str
    changes: Sequence[tuple[str, str]]
    aim: str
    mark: str
    reached: str
    ground: str
    scores: Sequence[tuple[str, str]]
    diagnosis: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """The group that all runs of a page are of.

    Attributes:
        note: what its runs are, in a sentence.
        tests: what paired tests of each against the first say.
    """

    title: str
    heading: str
    note: str
    rows: Sequence[MemberRow]
    tests: Verdicts


def member_of_run(run: Run) -> Member | None:
    """Return what a run is in a group, or that it is a variant; else None."""
    return member_of(run.record) if run.record else None


def common_group(runs: Sequence[Run]) -> str:
    """Return the id of the group that all of several runs are of, or an empty text."""
    found = {member.group if (member := member_of_run(run)) else "" for run in runs}
    return found.pop() if len(found) == 1 and len(runs) > 1 else ""


def group_view(runs: Sequence[Run], words: Words) -> GroupView | None:
    """Return what the page shows of the group that all ``runs`` are of; None if there is none.

    Args:
        runs: in their places.
        words: of the language.
    """
    members = [member for run in runs if (member := member_of_run(run))]
    if not common_group(runs):
        return None
    kind, of = members[0].kind, members[0].of
    entrants = [
        Entrant(member.label, member.changes, run)
        for member, run in zip(members, runs, strict=True)
    ]
    found = aims_of(entrants) if kind == "workflow" else ()
    aims: dict[str, Aim] = {aim.step: aim for aim in found}
    return GroupView(
        words(f"group.{kind}_title", of=of),
        words(f"group.{kind}"),
        words(f"group.{kind}_note"),
        [
            _row(letter, run, member, aims.get(member.label), words)
            for letter, run, member in zip(_letters(len(runs)), runs, members, strict=True)
        ],
        verdicts(runs, words.language),
    )


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[at] if at < 26 else str(at + 1) for at in range(count)]


def _row(letter: str, run: Run, member: Member, aim: Aim | None, words: Words) -> MemberRow:
    lang = words.language
    return MemberRow(
        letter=letter,
        name=called(member.label, member.kind, lang),
        place=run.id,
        changes=[(key, _value(value)) for key, value in member.changes.items()],
        aim=words(f"aim.{aim.step}") if aim else "",
        mark=MARKS[aim.reached] if aim else "",
        reached=words(f"reached.{REACHED[aim.reached]}") if aim else "",
        ground=ground_of(aim, lang) if aim else "",
        scores=list(_scores(run, words)),
        diagnosis=_diagnosis(run, words),
    )


def _diagnosis(run: Run, words: Words) -> str:
    return kind_of(run.record.diagnosis, words) if run.record else ""


def _scores(run: Run, words: Words) -> Iterator[tuple[str, str]]:
    for part in ("validation", "test"):
        scores = run.record.scores.get(part, {}) if run.record else {}
        for metric, score in list(scores.items())[:1]:
            yield words.brief(part, metric), number(score["value"])


def _value(value: object) -> str:
    return shortened(value if isinstance(value, str) else to_json(value, indent=None).strip())
