"""The plan: a spec with every name looked up and every option checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import Problem
from kx.components import registry
from kx.components.registry import Entry, Registry, Transfer
from kx.contracts import DatasetBundle, DatasetInfo, Strategy, WeightFiles
from kx.data.arrays.bundle_checks import bundle_faults
from kx.models.head_choice import head_of, own_options, recorded_head
from kx.models.heads import Head, network_faults
from kx.planning.strangers import faults_of, is_built_in, refuse_faults, wrong_result
from kx.spec.schema import ExperimentSpec

if TYPE_CHECKING:
    import keras

    from kx.data.files.files import Files

SECTIONS: Mapping[str, tuple[str, Registry[Any]]] = {
    "dataset": ("name", registry.dataset),
    "architecture": ("name", registry.model),
    "validation": ("strategy", registry.evaluator),
}
"""The sections that name a registered function, the key that does so, and where it is looked up."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A registered function and the options chosen for it, defaults included.

    Attributes:
        options: as the spec has them: relative paths begin at ``folder``.
    """

    entry: Entry[Any]
    options: Mapping[str, Any]
    folder: Path = Path()

    def __call__(self, *given: Any, **options: Any) -> Any:
        """Call the function with what kx supplies; ``options``: others than those chosen.

        Raises:
            PluginError: for whatever a function of a plugin raises.
        """
        with faults_of(self.entry):
            return self.entry.function(*given, **(options or self.located()))

    def located(self) -> dict[str, Any]:
        """Return all its options, relative paths made whole."""
        return self.entry.located(self.options, self.folder)

    def takes(self, option: str, value: Any) -> bool:
        """Whether the function has this option, and the option may have this value."""
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
    dataset: Choice
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
        choice: Choice = getattr(self, section)
        return choice.takes(option, value)

    def load_data(self, files: Files) -> DatasetBundle:
        """Read the dataset through ``files``."""
        entry = self.dataset.entry
        takes_files = registry.positionals(entry.function)
        bundle = self.dataset(*([files] if takes_files else []))
        if not isinstance(bundle, DatasetBundle):
            raise wrong_result(entry, bundle, "kx.DatasetBundle")
        self._refuse_faults(bundle)
        info = replace(bundle.info, output_activation=self.spec.training.output_activation)
        return replace(bundle, info=info)

    def _refuse_faults(self, bundle: DatasetBundle) -> None:
        """Hold a plugin's data to what is promised of them, before anything is done with them."""
        if is_built_in(self.dataset.entry):
            return
        with faults_of(self.dataset.entry):
            found = bundle_faults(bundle) or list(self._differences(bundle.info))
        refuse_faults(self.dataset.entry, found)

    def _differences(self, found: DatasetInfo) -> Iterator[str]:
        """Yield where the form of the data is not what was told before they were read."""
        for name in ("task", "input_shape", "classes"):
            told = getattr(self.info, name, None)
            if self.info and told != getattr(found, name):
                yield f"has {name} {getattr(found, name)!r}; its info function says {told!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(DataPlan):
    """A spec that can be carried out.

    Attributes:
        callbacks: what the spec hangs into every fit, beside Keras's own.
        warnings: what is allowed, but hardly meant.
        variants: name -> the plan of the spec that it makes of this one.
        variant: what it is of, if it is one itself: ``of``, ``name`` and ``changes``.
    """

    architecture: Choice
    validation: Choice
    callbacks: tuple[Choice, ...] = ()
    warnings: tuple[Problem, ...] = ()
    variants: Mapping[str, Plan] = field(default_factory=dict)
    variant: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes_weights(self) -> bool:
        """Whether the network has a ready-made part, with weights of its own."""
        unused = self.architecture.entry.transfer is not None and self.transfer is None
        return not unused and registry.positionals(self.architecture.entry.function) > 1

    @property
    def transfer(self) -> Transfer | None:
        """What can be done with the network's ready-made part; None where it has none."""
        transfer = self.architecture.entry.transfer
        return transfer if transfer and transfer.used(**self.architecture.options) else None

    def build_model(self, info: DatasetInfo, weights: WeightFiles | None = None) -> keras.Model:
        """Build the uncompiled network for data of the form ``info``.

        Args:
            info: of the data.
            weights: through which those of a ready-made part are had; None: they are random.

        Raises:
            PluginError: if it is no network, or none that begins with a ``keras.Input``.
        """
        import keras

        entry = self.architecture.entry
        takes_weights = registry.positionals(entry.function) > 1
        model = self.architecture(info, *([weights] if takes_weights else []))
        if not isinstance(model, keras.Model):
            raise wrong_result(entry, model, "keras.Model")
        if not getattr(model, "inputs", None):  # its layers have no shapes yet, or never will
            raise wrong_result(entry, model, "keras.Model that begins with a keras.Input")
        if not is_built_in(entry):
            refuse_faults(entry, list(network_faults(model, info)))
        return model

    def find_weights(self, info: DatasetInfo, weights: WeightFiles) -> None:
        """Look for what the network's ready-made part begins with, before anything trains."""
        if self.transfer and self.transfer.find:
            self.transfer.find(info, weights, **self.architecture.options)
        else:
            self.build_model(info, weights)

    def build_extractor(self, info: DatasetInfo, weights: WeightFiles | None) -> keras.Model:
        """Build what makes features of pictures, for fits that are to be given features."""
        assert self.transfer and self.transfer.extractor  # noqa: S101 - for the type checker
        model: keras.Model = self.transfer.extractor(info, weights, **self.architecture.options)
        return model

    def choose_trainable(self, model: keras.Model, what: str) -> None:
        """Make ``what`` of a network on a ready-made base trainable: head, unfrozen, or all."""
        if transfer := self.transfer:
            transfer.choose(model, what, **self.architecture.options)

    def frozen_variables(self, model: keras.Model) -> Sequence[Any]:
        """Return the variables of a ready-made base that training must not change."""
        transfer = self.transfer
        return transfer.frozen(model, **self.architecture.options) if transfer else ()

    def make_callbacks(self) -> list[keras.callbacks.Callback]:
        """Return new callbacks of the registered kinds, for one fit."""
        return [choice() for choice in self.callbacks]

    def strategy(self, examples: int) -> Strategy:
        """Return the validation strategy for a training part of ``examples`` rows.

        Options that count rows shrink with data that is smaller than described: a sample, or
        the slice of a smoke run.
        """
        entry, options = self.validation.entry, self.validation.located()
        described = self.info.train_examples if self.info else None
        if entry.rescale and described and described != examples:
            options = entry.rescale(options, examples / described)
        strategy: Strategy = self.validation(**options)
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
