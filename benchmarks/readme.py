"""The numbers of the table of shipped specs in the READMEs: those of the records of the book.

A row is ``| [wine](configs/wine.yaml) | question | score | baselines | seconds |``. The words in it
are written by hand, in each language; the numbers are put in, each with as many decimals as stand
there. Of the baselines these are the better constant guess, the linear model and boosted trees, as
far as there are any.
"""

import re
from collections.abc import Mapping, Sequence

from kx.base.curves import lower_is_better
from kx.runs.record import Record
from kx.runs.record_scores import ScoreRecord

ROW = re.compile(r"^\| \[(?P<spec>\w+)\]\(configs/(?:\w+/)?(?P=spec)\.yaml\) \|(?:[^|]*\|){4}$")
DECIMAL = re.compile(r"-?\d[\d,]*\.(?P<decimals>\d+)")


def refreshed(text: str, records: Mapping[str, Record]) -> str:
    """Return a README with the numbers of the newest runs in it.

    Args:
        text: of the README.
        records: of runs that looked at the test part, by the name of their spec's file.

    Raises:
        SystemExit: if a row has room for more or fewer numbers than there are.
    """
    return "".join(_refreshed(line, records) for line in text.splitlines(keepends=True))


def _refreshed(line: str, records: Mapping[str, Record]) -> str:
    row = ROW.match(line.rstrip("\n"))
    if row is None or row["spec"] not in records:
        return line
    record = records[row["spec"]]
    metric = _told(record)
    cells = line.split("|")
    try:
        cells[3] = _filled(cells[3], _of_score(record.scores["test"][metric]))
        cells[4] = _filled(cells[4], _of_baselines(metric, record.baselines["test"][metric]))
    except ValueError as error:
        raise SystemExit(f"the README's row of {row['spec']}: {error}") from error
    cells[5] = re.sub(r"\d+", f"{record.seconds:.0f}", cells[5], count=1)
    return "|".join(cells)


def _told(record: Record) -> str:
    """Return the metric of the test part that the spec expects something of, or else its first."""
    expected = [each["key"].removeprefix("test.") for each in record.expectations]
    scores = [name for name in record.scores["test"] if name != "loss"]
    return next(name for name in (*expected, *scores) if name in scores)


def _of_score(score: ScoreRecord) -> Sequence[float | None]:
    value, low, high = score["value"], score["low"], score["high"]
    spread = str(score["interval"]).endswith("spread")
    return [value, (high - low) / 2] if spread and low is not None and high is not None else [value]


def _of_baselines(metric: str, baselines: Mapping[str, float | None]) -> Sequence[float | None]:
    known = {name: value for name, value in baselines.items() if value is not None}
    models = [known.pop(name) for name in ("linear", "trees") if name in known]
    best = min if lower_is_better(metric) else max
    return [best(known.values(), default=None), *models]


def _filled(cell: str, numbers: Sequence[float | None]) -> str:
    """Return a cell with other numbers.

    Raises:
        ValueError: if it does not have as many.
    """
    found, known = list(DECIMAL.finditer(cell)), [n for n in numbers if n is not None]
    if len(found) != len(known):
        raise ValueError(f"{cell.strip()!r} has {len(found)} numbers, the run {len(known)}")
    left = iter(known)
    return DECIMAL.sub(lambda match: f"{next(left):,.{len(match['decimals'])}f}", cell)
