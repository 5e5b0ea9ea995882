"""What became of the expectations of several specs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base.errors import KxError
from kx.base.language import Language
from kx.base.text import clean, duration, scored
from kx.runs.record import Record
from kx.runs.record_scores import ExpectationRecord
from kx.terminal.pieces import padded
from kx.wording.expected import reason, wanted
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow", "failed": "bold red"}


@dataclass(frozen=True, slots=True)
class Verified:
    """A spec that was trained to see whether it does what it expects.

    Attributes:
        spec: its path.
        record: of its run; None if that failed.
        error: what ended it then.
    """

    spec: str
    record: Record | None = None
    error: KxError | None = None

    @property
    def expectations(self) -> Sequence[ExpectationRecord]:
        """With their verdicts; none of a run that failed."""
        return self.record.expectations if self.record else ()

    def keys(self, verdict: str) -> Iterator[str]:
        """Yield ``spec: key`` of the expectations with this verdict, and why."""
        for expectation in self.expectations:
            if expectation["verdict"] == verdict:
                why = reason(expectation, Words())
                yield f"{self.spec}: {expectation['key']}{f' ({why})' if why else ''}"

    def as_dict(self) -> dict[str, Any]:
        """Return what there is to know, by name."""
        return {
            "spec": self.spec,
            "id": self.record.id if self.record else None,
            "seconds": self.record.seconds if self.record else None,
            "expectations": [
                {**each, "reason": reason(each, Words())} for each in self.expectations
            ],
            "error": str(self.error) if self.error else None,
        }


def verdicts_table(done: Sequence[Verified], language: Language = "en") -> RenderableType:
    """Return a line per spec and, below it, one per expectation; readable from 60 columns on."""
    from rich.console import Group

    words = Words(language)
    return Group(*(line for each in done for line in _lines(each, words)))


def _lines(each: Verified, words: Words) -> Iterator[Text]:
    spent = f" ({duration(each.record.seconds)}, {each.record.id})" if each.record else ""
    yield _text(f"{each.spec}{spent}", "bold")
    if each.error:
        yield _verdict("failed", words("state.failed"), str(each.error).partition("\n")[0])
    for expectation in each.expectations:
        value = scored(expectation["key"], expectation["value"])
        ends = words("verified.expected", ends=wanted(expectation, words.language))
        parts = [f"{expectation['key']} {value}", ends]
        parts += filter(None, (reason(expectation, words), expectation["source"]))
        verdict = expectation["verdict"]
        yield _verdict(verdict, words(f"verdict.{verdict}"), words("join.clauses").join(parts))


def _verdict(verdict: str, said: str, rest: str) -> Text:
    from rich.text import Text

    line = Text(f"  {padded(said, 10)}", style=STYLES[verdict])
    line.append(f"  {clean(rest)}", style="default not bold")
    return line


def _text(content: str, style: str) -> Text:
    from rich.text import Text

    return Text(clean(content), style=style)
