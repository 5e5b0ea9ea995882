"""The sections that name a component.

They are open here; the options are checked by ``kx.planning`` against those that the component
declares.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from kx.spec.schema.kinds import Strict

ComponentName = Annotated[str, Field(min_length=1, max_length=40)]


class NamedSection(Strict):
    """The name of a component; its options stand beside it."""

    model_config = ConfigDict(extra="allow")

    name: ComponentName

    @property
    def options(self) -> dict[str, Any]:
        """What stands in the section beside the keys of the frame."""
        return dict(self.model_extra or {})


class DatasetSection(NamedSection):
    """What to learn from."""

    name: ComponentName
    """A dataset of `kx list datasets`."""
    fallback: Literal["sample"] | None = None
    """`sample`: if the files cannot be had, use a small generated stand-in, and say so loudly."""


class ArchitectureSection(NamedSection):
    """The network."""

    name: ComponentName
    """An architecture of `kx list models`."""


class ValidationSection(NamedSection):
    """How the result is judged before the test set is looked at."""

    name: ComponentName = Field("holdout", alias="strategy")
    """A validation strategy of `kx list evaluators`."""
    keep: Literal["all", "best", "none"] = "none"
    """Which fits' models are kept beside that of the refit: `all`, that with the `best` value of
    `training.monitor`, or `none`."""
