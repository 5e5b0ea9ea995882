"""What stands in those fields of a record that have no type of their own.

A record may be damaged in any way, and who reads one relies on these. What is not named here may
be anything.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from typing_extensions import TypedDict  # Pydantic wants this one below Python 3.12

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class _Validation(TypedDict, total=False):
    smooth: float
    skip_epochs: int


class _Spec(TypedDict, total=False):
    validation: _Validation


class RecordShape(TypedDict, total=False):
    """Of a record."""

    spec: _Spec


@cache
def shape() -> TypeAdapter[RecordShape]:
    """Return what checks a record, as JSON is parsed, against its shape."""
    from pydantic import TypeAdapter

    return TypeAdapter(RecordShape)
