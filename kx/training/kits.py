"""What fits share: compiled networks of one form, and the loops that were traced for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo
from kx.models.heads import Head
from kx.spec.schema import AugmentationSection, TrainingSection
from kx.training.assemble import compile_model
from kx.training.augmentation import Augmentation
from kx.training.engine import Engine
from kx.training.jobs import Job
from kx.training.loops import HalvedLoop, Loop, PlainLoop, ProgramLoop, ResidentLoop
from kx.training.phases import FitPhase, TrainableParts, phases_of
from kx.training.program import Program
from kx.training.program_form import ProgramForm
from kx.training.target_unit import unit_layer, with_unit
from kx.training.template import Template

if TYPE_CHECKING:
    import keras

Build = Callable[[DatasetInfo], "keras.Model"]


class Kit:
    """A template, and the loops that were made for it."""

    def __init__(self, template: Template, augmentation: Augmentation | None) -> None:
        self.template, self._augmentation = template, augmentation
        self.programs: dict[ProgramForm, Program] = {}
        self._loops: dict[str, Loop] = {}

    def loop(self, engine: Engine | None) -> Loop:
        """Return the loop of ``engine``, with what it traced for earlier fits."""
        kind = engine.kind if engine else "fit"
        if kind not in self._loops:
            makers: Mapping[str, Callable[[], Loop]] = {
                "fit": lambda: PlainLoop(self.template, self._augmentation),
                "resident": lambda: ResidentLoop(self.template, self._augmentation),
                "xla": lambda: ProgramLoop(self.template, self.programs),
                "halves": lambda: HalvedLoop(self.template),
            }
            self._loops[kind] = makers[kind]()
        return self._loops[kind]


class Kits:
    """The kits of a run, each made when a fit first needs it."""

    def __init__(
        self,
        build: Build,
        info: DatasetInfo,
        head: Head,
        training: TrainingSection,
        augmentation: AugmentationSection | None,
        parts: TrainableParts,
    ) -> None:
        self._build, self._info, self._head = build, info, head
        self._training, self._augmentation, self._parts = training, augmentation, parts
        self._made: dict[Any, Kit] = {}

    def of(self, job: Job, phase: FitPhase | None = None) -> Kit:
        """Return what is shared by the fits of networks that differ in nothing but values.

        Which phase makes no difference to what a network with given values predicts.
        """
        phase = phase or phases_of(self._training, job.epochs)[0]
        steps = job.batching(self._training).steps
        # A schedule counts in steps: folds with another number of them need another optimizer.
        counted = steps if self._training.learning_rate_schedule else None
        key = (job.input_shape, job.blocks, job.words, counted, phase.number)
        if key not in self._made:
            self._made[key] = self._new(job, steps, phase)
        return self._made[key]

    def _new(self, job: Job, steps: int, phase: FitPhase) -> Kit:
        words = job.words or self._info.words
        info = replace(self._info, input_shape=job.input_shape, blocks=job.blocks, words=words)

        def compiled(model: keras.Model) -> None:
            if phase.trainable:
                self._parts.choose(model, phase.trainable)
                if job.unit:
                    unit_layer(model).trainable = False
            compile_model(model, info, self._head, phase.training, steps)

        augmentation = Augmentation(self._augmentation) if self._augmentation else None
        scaled = job.unit is not None

        def built() -> keras.Model:
            return with_unit(self._build(info)) if scaled else self._build(info)

        template = Template(built, compiled, job.weights_seed)
        return Kit(template, augmentation)

    def grouped(self, jobs: Sequence[Job]) -> Iterator[tuple[Kit, list[Job]]]:
        """Yield runs of jobs whose networks have one form: all of them, as a rule."""
        group: list[Job] = []
        before: Kit | None = None
        for job in jobs:
            kit = self.of(job)
            if before is not None and kit is not before:
                yield before, group
                group = []
            group.append(job)
            before = kit
        if before is not None:
            yield before, group
