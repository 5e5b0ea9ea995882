"""Losses and metrics that are named together with options."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kx.spec.schema.components import NamedSection

Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class LossSection(NamedSection):
    """A loss and its options."""


class MetricSection(NamedSection):
    """A metric and its options."""

    label: Label | None = None
    """What curves and scores call it; default: its name. It tells two of one name apart."""


LossChoice = str | LossSection
MetricChoice = str | MetricSection
