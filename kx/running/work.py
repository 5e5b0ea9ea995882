"""What the stages of a run share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kx.base.remark import Code, Remark, as_remark
from kx.contracts import Watcher
from kx.planning import Plan
from kx.runs.folder import RunFolder
from kx.runs.history import HistoryWriter
from kx.runs.record_parts import Member
from kx.spec.schema import TrainingSection
from kx.training.phases import cut_short

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
    """What every stage of a run works with.

    Attributes:
        precision: Keras's dtype policy: ``float32`` or ``mixed_bfloat16``.
        warnings: all that were given, in their order, as the record has them.
    """

    plan: Plan
    folder: RunFolder
    watcher: Watcher
    switches: Switches
    history: HistoryWriter
    precision: str = "float32"
    warnings: list[Remark] = field(default_factory=list)

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

    def warn(self, title: Code, said: str | Remark) -> None:
        """Tell the watcher, and the record."""
        heading, text = Remark.of(title), as_remark(said)
        self.watcher.warn(heading, text)
        kept = text.with_texts(without_paths)
        self.warnings.append(Remark.of("warning", title=heading, text=kept))


def without_paths(text: str) -> str:
    """Cut the folders of absolute paths, which name a user or a machine, out of ``text``."""
    return re.sub(r"(?<![\w./:])(?:/[^\s/:;,()'\"]+)+/?", _last_part, text)


def _last_part(path: re.Match[str]) -> str:
    return "…/" + path[0].rstrip("/").rpartition("/")[2]


def first_line(error: BaseException) -> str:
    """Return what an error says first, without its full stop."""
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
