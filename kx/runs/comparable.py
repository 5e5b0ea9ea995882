"""Which runs can be held against each other: those of the same data, judged by the same numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from kx.base.text import clean, shortened
from kx.runs.record import Record, headline


@dataclass(frozen=True, slots=True)
class Apart:
    """A reason why runs must not be compared.

    Attributes:
        kinds: names of the different data, metrics or losses.
    """

    reason: Literal["data", "metrics", "losses"]
    kinds: tuple[str, ...]


class Data(NamedTuple):
    """What the numbers of a run are of. Runs with equal ones can be compared.

    Attributes:
        contents: of the files that were read; without any, the fingerprint.
        test_rows: None if that is not known.
    """

    name: str
    task: str
    sample: bool
    smoke: bool
    contents: Hashable
    test_rows: int | None


def data_of(record: Record) -> Data:
    """Return what the numbers of a run are of."""
    data = record.dataset
    # What comes with a dependency is the same whatever form its labels are asked for in.
    own = "package" if data.source == "package" else data.fingerprint
    contents = tuple(sorted(data.files.items())) if data.files else own
    sample, rows = record.is_sample, data.test_examples
    task = " ".join([str(data.task), *map(str, data.quantiles)])
    return Data(data.name, task, sample, record.smoke, contents, rows)


def unlike(first: Record, other: Record) -> str:
    """Return the first attribute of ``Data`` in which two runs differ, or an empty text."""
    pairs = zip(Data._fields, data_of(first), data_of(other), strict=True)
    return next((name for name, own, its in pairs if own != its), "")


def named(records: Iterable[Record]) -> dict[Data, str]:
    """Return what to call each kind of data; those of one name are told apart by more."""
    kinds = dict.fromkeys(map(data_of, records))
    names = [kind.name for kind in kinds]
    return {kind: _called(kind, names.count(kind.name) > 1) for kind in kinds}


def _called(kind: Data, more: bool) -> str:
    about = [word for word, holds in (("sample", kind.sample), ("smoke", kind.smoke)) if holds]
    if more and kind.test_rows is not None:
        about.append(f"{kind.test_rows:,} test rows")
    if more:
        about.append(_contents(kind.contents))
    name = shortened(clean(kind.name))
    return f"{name} ({', '.join(about)})" if about else name


def _contents(contents: Any) -> str:
    """Return what tells contents from others: a file's name with its digest, or a fingerprint."""
    if isinstance(contents, str):
        return contents[:8]
    file, digest = contents[0]
    return f"{shortened(clean(file), 24)} {str(digest)[:8]}"


def apart(records: Iterable[Record]) -> list[Apart]:
    """Return why runs must not be compared, if there is a reason; the worst first."""
    known = list(records)
    heads = [found[1] for record in known if (found := headline(record))]
    data = tuple(named(known).values())
    if len(data) > 1:
        return [Apart("data", data)]
    losses = dict.fromkeys(filter(None, (record.stated.loss for record in known)))
    metrics = Apart("metrics", _cleaned(dict.fromkeys(heads)))
    reasons = (metrics, Apart("losses", _cleaned(losses)))
    return [each for each in reasons if len(each.kinds) > 1]


def _cleaned(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(clean, names))
