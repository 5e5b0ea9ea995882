"""The numbers of the table of shipped specs in the READMEs: those of the records of the book.

A row is ``| [wine](configs/wine.yaml) | question | score | baselines | seconds |``. The words in it
are written by hand, in each language; the numbers are put in, each with as many decimals as stand
there.
"""

import re
from collections.abc import Mapping, Sequence

from kx.runs.record import Record, ScoreRecord

ROW = re.compile(r"^\| \[(?P<spec>\w+)\]\(configs/(?P=spec)\.yaml\) \|(?:[^|]*\|){4}$")
DECIMAL = re.compile(r"\d+\.(?P<decimals>\d+)")


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
    metric = next(name for name in record.scores["test"] if name != "loss")
    cells = line.split("|")
    try:
        cells[3] = _filled(cells[3], _of_score(record.scores["test"][metric]))
        cells[4] = _filled(cells[4], _of_baselines(record.baselines["test"][metric]))
    except ValueError as error:
        raise SystemExit(f"the README's row of {row['spec']}: {error}") from error
    cells[5] = re.sub(r"\d+", f"{record.seconds:.0f}", cells[5], count=1)
    return "|".join(cells)


def _of_score(score: ScoreRecord) -> Sequence[float | None]:
    value, low, high = score["value"], score["low"], score["high"]
    spread = str(score["interval"]).endswith("spread")
    return [value, (high - low) / 2] if spread and low is not None and high is not None else [value]


def _of_baselines(baselines: Mapping[str, float | None]) -> Sequence[float | None]:
    """Return the better of the constant guesses, and what a linear model gives, if there is one."""
    known = {name: value for name, value in baselines.items() if value is not None}
    known.pop("trees", None)
    linear = [known.pop("linear")] if "linear" in known else []
    best = min if "mean" in known else max
    return [best(known.values(), default=None), *linear]


def _filled(cell: str, numbers: Sequence[float | None]) -> str:
    """Return a cell with other numbers.

    Raises:
        ValueError: if it does not have as many.
    """
    found, known = list(DECIMAL.finditer(cell)), [n for n in numbers if n is not None]
    if len(found) != len(known):
        raise ValueError(f"{cell.strip()!r} has {len(found)} numbers, the run {len(known)}")
    left = iter(known)
    return DECIMAL.sub(lambda match: f"{next(left):.{len(match['decimals'])}f}", cell)
