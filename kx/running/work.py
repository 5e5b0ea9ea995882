"""What the stages of a run share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kx.contracts import History, Watcher
from kx.data.files.weight_files import SourceWeights
from kx.planning import Plan
from kx.runs.folder import RunFolder
from kx.runs.history import HistoryWriter
from kx.runs.run_group import Member
from kx.spec.schema import TrainingSection
from kx.training.phases import cut_short

if TYPE_CHECKING:
    from kx.running.extractor import Extractor

SMOKE_TRAIN, SMOKE_TEST, SMOKE_EPOCHS, SMOKE_FITS = 256, 128, 2, 4


@dataclass(frozen=True, slots=True)
class Switches:
    """How a run is carried out; none of this is part of the spec.

    Attributes:
        sample: use the generated stand-in instead of the dataset's files.
        smoke: the same graph on a few rows, for two epochs: does everything work?
        test: look at the test part at the end; without, its looks are saved for later.
        command: of kx, as the record has it.
        member: what the run is among others that it is carried out with; None: it is alone.
    """

    sample: bool = False
    smoke: bool = False
    test: bool = True
    command: str = "train"
    member: Member | None = None


@dataclass(slots=True)
class Work:
    """What one run has at hand, and what it has found out so far.

    Attributes:
        facts: fields of the record.
        histories: of each fit, by its name.
        weights: through which those of a ready-made base are had; None: they are random.
        extractor: what makes features of pictures, if the fits are to be given features.
    """

    plan: Plan
    folder: RunFolder
    watcher: Watcher
    switches: Switches
    history: HistoryWriter
    facts: dict[str, Any] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    weights: SourceWeights | None = None
    extractor: Extractor | None = None

    @property
    def seed(self) -> int:
        """The spec's seed."""
        return self.plan.spec.seed

    @property
    def training(self) -> TrainingSection:
        """How to fit: as the spec says, but with few epochs of each phase in a smoke run."""
        training = self.plan.spec.training
        return cut_short(training, SMOKE_EPOCHS) if self.switches.smoke else training

    def epochs(self, wanted: int) -> int:
        """Return how many epochs to train: few in a smoke run."""
        if not self.switches.smoke:
            return wanted
        return min(wanted, self.training.epochs if self.training.phases else SMOKE_EPOCHS)

    def warn(self, title: str, text: str) -> None:
        """Tell the watcher, and the record."""
        self.watcher.warn(title, text)
        self.facts.setdefault("warnings", []).append(without_paths(f"{title}: {text}"))


def without_paths(text: str) -> str:
    """Cut the folders of absolute paths, which name a user or a machine, out of ``text``."""
    return re.sub(r"(?<![\w./:])(?:/[^\s/:;,()'\"]+)+/?", _last_part, text)


def _last_part(path: re.Match[str]) -> str:
    return "…/" + path[0].rstrip("/").rpartition("/")[2]


def first_line(error: BaseException) -> str:
    """Return what an error says first, without its full stop."""
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
