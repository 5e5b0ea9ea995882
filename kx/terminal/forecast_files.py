"""Predictions in files: CSV, JSON lines, Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from kx.base.errors import UsageError
from kx.base.storage import write_named
from kx.terminal.forecasts import GIVEN, Forecast, are_labelled, forecast_csv

Writer = Callable[[Sequence[Forecast], Sequence[str], bool], str | bytes]
"""Makes the content of a file of forecasts, classes, and whether each has a column."""


def refuse_ending(path: Path) -> None:
    """Refuse a file whose name does not say how predictions are to be written.

    Raises:
        UsageError: with the endings that are known.
    """
    if path.suffix.lower() not in WRITERS:
        known = ", ".join(WRITERS)
        raise UsageError(f"{path}: -o writes {known}; end the file's name in one of these.")
    if path.suffix.lower() == ".parquet":
        _pyarrow()


def write_forecasts(
    path: Path, forecasts: Sequence[Forecast], classes: Sequence[str], *, every: bool
) -> None:
    """Write predictions, all digits of them, as the ending of ``path`` says.

    Args:
        path: of the file.
        forecasts: of one network, at least one.
        classes: in the order of the columns with the probability of ``every`` class.
        every: whether there are such columns; JSON lines always have them.
    """
    write_named(path, WRITERS[path.suffix.lower()](forecasts, classes, every))


def _csv(forecasts: Sequence[Forecast], classes: Sequence[str], every: bool) -> str:
    return forecast_csv(forecasts, classes, every=every)


def _json_lines(forecasts: Sequence[Forecast], classes: Sequence[str], every: bool) -> str:
    lines = (json.dumps(each.as_dict(), ensure_ascii=False) for each in forecasts)
    return "".join(f"{line}\n" for line in lines)


def _parquet(forecasts: Sequence[Forecast], classes: Sequence[str], every: bool) -> bytes:
    pyarrow, parquet = _pyarrow(), import_module("pyarrow.parquet")
    said = are_labelled(forecasts)
    rows = [_row(each, classes if every else (), said=said) for each in forecasts]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _row(forecast: Forecast, classes: Sequence[str], *, said: bool) -> Mapping[str, Any]:
    """Return column -> value, the columns being those of CSV."""
    answer = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in forecast.answer.items()
    }
    found = dict(forecast.probabilities)
    more = {f"probability of {name}": found[name] for name in classes}
    return {"input": forecast.name, **answer, **more} | ({GIVEN: forecast.label} if said else {})


def _pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed: choose .csv or .jsonl."
        ) from None


WRITERS: Mapping[str, Writer] = {".csv": _csv, ".jsonl": _json_lines, ".parquet": _parquet}
"""How a file's name ends -> what makes its content."""
