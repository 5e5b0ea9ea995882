"""The plan: a spec with every name looked up and every option checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kx.base.errors import Problem
from kx.base.remark import Remark
from kx.components import registry
from kx.components.registry import Entry, Registry
from kx.contracts import (
    Architecture,
    CallbackFactory,
    Component,
    Dataset,
    DatasetBundle,
    DatasetInfo,
    Strategy,
    WeightFiles,
)
from kx.data.arrays.bundle_checks import bundle_faults
from kx.data.tables.blocks import read_in_blocks
from kx.models.head_choice import head_of, own_options, recorded_head
from kx.models.heads import Head, network_faults
from kx.planning.strangers import faults_of, refuse_faults, wrong_result
from kx.spec.schema import ExperimentSpec

if TYPE_CHECKING:
    import keras

    from kx.data.files.files import Files

C = TypeVar("C", bound=Component)

SECTIONS: Mapping[str, tuple[str, Registry[Any]]] = {
    "dataset": ("name", registry.dataset),
    "architecture": ("name", registry.model),
    "validation": ("strategy", registry.evaluator),
}
"""The sections that name a component, the key that does so, and where it is looked up."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[C]):
    """A registered component and the options chosen for it, defaults included.

    Attributes:
        options: as the spec has them: relative paths begin at ``folder``.
    """

    entry: Entry[C]
    options: Mapping[str, Any]
    folder: Path = Path()

    def made(self) -> C:
        """Return the component with these options; one of a plugin may raise anything."""
        return self.entry.component(**self.located())

    def located(self) -> dict[str, Any]:
        """Return all its options, relative paths made whole."""
        return self.entry.located(self.options, self.folder)

    def takes(self, option: str, value: Any) -> bool:
        """Whether the component has this option, and the option may have this value."""
        from pydantic import ValidationError

        if option not in self.entry.options.model_fields:
            return False
        try:
            self.entry.options.model_validate({**self.options, option: value})
        except ValidationError:
            return False
        return True

    def resolved(self) -> dict[str, Any]:
        """Return all its options, as they are recorded."""
        return self.entry.options.model_validate(self.options).model_dump(mode="json")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """What of a spec decides its data.

    Attributes:
        info: the form of the data, where the dataset can tell before it is read.
        folder: of the spec: where its relative paths begin.
    """

    spec: ExperimentSpec
    dataset: Choice[Dataset]
    info: DatasetInfo | None
    folder: Path = Path()

    def takes(self, key: str, value: Any) -> bool:
        """Whether a dotted key of the spec may have this value, as far as its components tell."""
        section, _, option = key.partition(".")
        if section not in SECTIONS:
            return True
        name_key, table = SECTIONS[section]
        if option == name_key:
            return value in table
        choice: Choice[Any] = getattr(self, section)
        return choice.takes(option, value)

    def load_data(self, files: Files) -> DatasetBundle:
        """Read the dataset through ``files``."""
        entry = self.dataset.entry
        with faults_of(entry):
            bundle = self.dataset.made().load(files)
        if not isinstance(bundle, DatasetBundle):
            raise wrong_result(entry, bundle, "kx.DatasetBundle")
        self._refuse_faults(bundle)
        info = replace(bundle.info, output_activation=self.spec.training.output_activation)
        return replace(bundle, info=info)

    def _refuse_faults(self, bundle: DatasetBundle) -> None:
        """Hold a plugin's data to what is promised of them, before anything is done with them."""
        if self.dataset.entry.is_built_in:
            return
        with faults_of(self.dataset.entry):
            found = bundle_faults(bundle) or list(self._differences(bundle.info))
        refuse_faults(self.dataset.entry, found)

    def _differences(self, found: DatasetInfo) -> Iterator[str]:
        """Yield where the form of the data is not what was told before they were read."""
        for name in ("task", "input_shape", "classes"):
            told = getattr(self.info, name, None)
            if self.info and told != getattr(found, name):
                yield f"has {name} {getattr(found, name)!r}; its info says {told!r}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A spec that nobody wrote: kx proposed it after a look at data.

    Attributes:
        text: of the spec, with its comments.
        made_of: the name of the file or folder that was looked at.
        remarks: what was suspicious there.
    """

    text: str
    made_of: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(DataPlan):
    """A spec that can be carried out.

    Attributes:
        callbacks: what the spec hangs into every fit, beside Keras's own.
        warnings: what is allowed, but hardly meant.
        remarks: the same, as a record has it.
        variants: name -> the plan of the spec that it makes of this one.
        variant: what it is of, if it is one itself: ``of``, ``name`` and ``changes``.
        proposed: how its spec came about, if kx made it itself; None: somebody wrote it.
    """

    architecture: Choice[Architecture]
    validation: Choice[Strategy]
    callbacks: tuple[Choice[CallbackFactory], ...] = ()
    warnings: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()
    variants: Mapping[str, Plan] = field(default_factory=dict)
    variant: Mapping[str, Any] = field(default_factory=dict)
    proposed: Proposed | None = None

    @property
    def network(self) -> Architecture:
        """The architecture, with its options."""
        with faults_of(self.architecture.entry):
            return self.architecture.made()

    def build_model(self, info: DatasetInfo, weights: WeightFiles | None = None) -> keras.Model:
        """Build the uncompiled network for data of the form ``info``.

        Args:
            info: of the data.
            weights: through which those of a base are had; None: they are random.

        Raises:
            PluginError: if it is no network, or none that begins with a ``keras.Input``.
        """
        import keras

        entry = self.architecture.entry
        with faults_of(entry):
            model = self.architecture.made().build(info, weights)
        if not isinstance(model, keras.Model):
            raise wrong_result(entry, model, "keras.Model")
        if not getattr(model, "inputs", None):  # its layers have no shapes yet, or never will
            raise wrong_result(entry, model, "keras.Model that begins with a keras.Input")
        if not entry.is_built_in:
            refuse_faults(entry, list(network_faults(model, info)))
        return model

    def load_data(self, files: Files) -> DatasetBundle:
        """Read the dataset through ``files``, for the network of this plan."""
        # By name: a dataclass with slots is another class than super() would look for.
        bundle = DataPlan.load_data(self, files)
        return replace(bundle, info=self.read_by_network(bundle.info))

    def read_by_network(self, info: DatasetInfo) -> DatasetInfo:
        """Return the form of data as this plan's network is given them."""
        section = self.spec.preparation
        return read_in_blocks(
            info,
            reads_blocks=self.reads_blocks,
            categories=section.categories,
            bins=section.bins or 0,
        )

    @property
    def reads_blocks(self) -> bool:
        """Whether the network tells the columns of a table apart."""
        return bool(getattr(self.architecture.entry.source, "reads_blocks", False))

    def find_weights(self, info: DatasetInfo, weights: WeightFiles) -> None:
        """Look for the weights of the network's base before anything trains."""
        if self.network.has_base:
            self.network.find(info, weights)
        else:
            self.build_model(info, weights)

    def make_callbacks(self) -> list[keras.callbacks.Callback]:
        """Return new callbacks of the registered kinds, for one fit."""
        return [_callback(choice) for choice in self.callbacks]

    def strategy(self, examples: int) -> Strategy:
        """Return the validation strategy for a training part of ``examples`` rows.

        Options that count rows shrink with data that is smaller than described: a sample, or
        the slice of a smoke run.
        """
        described = self.info.train_examples if self.info else None
        with faults_of(self.validation.entry):
            strategy = self.validation.made()
            if described and described != examples:
                return strategy.rescaled(examples / described)
            return strategy

    def head(self, info: DatasetInfo) -> Head:
        """Return how the network ends: what the spec says, or else what suits the task."""
        return head_of(self.spec.training, info)

    def resolved(self) -> dict[str, Any]:
        """Return the whole spec with every default filled in, options of components included."""
        values = self.spec.resolved()
        for section in SECTIONS:
            values[section] |= getattr(self, section).resolved()
        for choice in self.callbacks:
            values["training"]["callbacks"][choice.entry.name] = choice.resolved()
        values["training"]["optimizer"] |= own_options(self.spec.training.optimizer)
        if self.info:
            values["training"] |= recorded_head(self.head(self.info))
        return values


def _callback(choice: Choice[CallbackFactory]) -> keras.callbacks.Callback:
    with faults_of(choice.entry):
        return choice.made().make()
