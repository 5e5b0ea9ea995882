"""How the names of files end that hold a table."""

from __future__ import annotations

from pathlib import PurePath

ENDINGS = (
    ".csv", ".tsv", ".tab", ".psv", ".dat", ".data", ".jsonl", ".ndjson", ".parquet", ".arrow",
    ".feather",
)  # fmt: skip

PACKED = (".gz", ".bz2", ".xz", ".zip")
"""What may follow."""


def is_called_a_table(name: str) -> bool:
    """Whether a file is a table by its name; others, such as ``.txt`` or ``.json``, may be one."""
    path = PurePath(name.lower())
    inner = path.with_suffix("") if path.suffix in PACKED else path
    return inner.suffix in ENDINGS
