"""From a spec to a plan: every name looked up, every option checked, nothing heavy imported.

What can be known to be wrong is found here, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from kx import plugins, registry
from kx.contracts import Complaint, DatasetBundle, DatasetInfo, Strategy, WeightFiles
from kx.data.weights import class_weight_complaints
from kx.errors import DataError, Problem, SpecError, closest, suggest
from kx.models.heads import ALIASES, LOSSES, METRICS, Head, head_complaints, suited_head
from kx.options import extended
from kx.registry import Entry, Registry, Transfer
from kx.spec.document import Document, Key
from kx.spec.load import check_frame, load_document
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import REQUIRED, validate
from kx.spec.variants import lines_of, nothing_changed, variant_document, variant_names
from kx.training.augmentation import augmentation_complaints

if TYPE_CHECKING:
    import keras

    from kx.data.files import Files

SECTIONS: Mapping[str, tuple[str, Registry[Any]]] = {
    "dataset": ("name", registry.dataset),
    "architecture": ("name", registry.model),
    "validation": ("strategy", registry.evaluator),
}
"""The sections that name a registered function, the key that does so, and where it is looked up."""

FRAME_KEYS = {
    "dataset": ("name", "fallback"),
    "architecture": ("name",),
    "validation": ("strategy", "keep"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A registered function and the options chosen for it, defaults included."""

    entry: Entry[Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A spec that can be carried out.

    Attributes:
        info: the form of the data, where the dataset can tell before it is read.
        callbacks: what the spec hangs into every fit, beside Keras's own.
        warnings: what is allowed, but hardly meant.
        folder: of the spec: where its relative paths begin.
        variants: name -> the plan of the spec that it makes of this one.
        variant: what it is of, if it is one itself: ``of``, ``name`` and ``changes``.
    """

    spec: ExperimentSpec
    dataset: Choice
    architecture: Choice
    validation: Choice
    info: DatasetInfo | None
    callbacks: tuple[Choice, ...] = ()
    warnings: tuple[Problem, ...] = field(default=())
    folder: Path = Path()
    variants: Mapping[str, Plan] = field(default_factory=dict)
    variant: Mapping[str, Any] = field(default_factory=dict)

    def load_data(self, files: Files) -> DatasetBundle:
        """Read the dataset through ``files``; check the plan against what came."""
        entry = self.dataset.entry
        takes_files = registry.positionals(entry.function)
        options = entry.located(self.dataset.options, self.folder)
        bundle: DatasetBundle = entry.function(*([files] if takes_files else []), **options)
        info = replace(bundle.info, output_activation=self.spec.training.output_activation)
        return replace(bundle, info=info)

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
        """
        function, options = self.architecture.entry.function, self.architecture.options
        takes_weights = registry.positionals(function) > 1
        model: keras.Model = function(info, *([weights] if takes_weights else []), **options)
        return model

    def find_weights(self, info: DatasetInfo, weights: WeightFiles) -> None:
        """Look for what the network's ready-made part begins with, before anything trains."""
        if self.transfer and self.transfer.find:
            self.transfer.find(info, weights, **self.architecture.options)
        else:
            self.build_model(info, weights)

    def build_extractor(self, info: DatasetInfo, weights: WeightFiles | None) -> keras.Model | None:
        """Build what makes features of pictures, if the fits are to be given features."""
        transfer, options = self.transfer, self.architecture.options
        return transfer.extractor(info, weights, **options) if transfer else None

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
        return [choice.entry.function(**choice.options) for choice in self.callbacks]

    def strategy(self, examples: int) -> Strategy:
        """Return the validation strategy for a training part of ``examples`` rows.

        Options that count rows shrink with data that is smaller than described: a sample, or
        the slice of a smoke run.
        """
        entry, options = self.validation.entry, dict(self.validation.options)
        described = self.info.train_examples if self.info else None
        if entry.rescale and described and described != examples:
            options = entry.rescale(options, examples / described)
        strategy: Strategy = entry.function(**options)
        return strategy

    def head(self, info: DatasetInfo) -> Head:
        """Return how the network ends: what the spec says, or else what suits the task."""
        return chosen_head(info, self.spec)

    def resolved(self) -> dict[str, Any]:
        """Return the whole spec with every default filled in, options of components included."""
        values = self.spec.resolved()
        for section in SECTIONS:
            choice: Choice = getattr(self, section)
            defaults = choice.entry.options.model_validate(choice.options)
            values[section] |= defaults.model_dump(mode="json")
        for choice in self.callbacks:
            defaults = choice.entry.options.model_validate(choice.options)
            values["training"]["callbacks"][choice.entry.name] = defaults.model_dump(mode="json")
        if self.info:
            head = self.head(self.info)
            values["training"] |= {
                "loss": head.loss,
                "metrics": list(head.metrics),
                "output_activation": head.activation,
            }
        return values

    def check_info(self, info: DatasetInfo) -> list[tuple[str, Complaint]]:
        """Return what does not fit a dataset that could not be described beforehand.

        Returns:
            The section of the spec, and the complaint.
        """
        return [(str(key[0]), found) for key, found in _fit_together(info, self.spec, self)]


def chosen_head(info: DatasetInfo, spec: ExperimentSpec) -> Head:
    """Return the head that the spec asks for, or else the one that suits the task."""
    suited = suited_head(info)
    training = spec.training
    return Head(
        training.output_activation or suited.activation,
        training.loss or suited.loss,
        training.metrics or suited.metrics,
    )


def make_plan(path: Path, overrides: Sequence[str] = ()) -> Plan:
    """Read the spec at ``path``, with ``key=value`` overrides, and look everything up.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    return plan_document(load_document(path, overrides), path.parent)


def plan_again(run: Path, spec_folder: str) -> Plan:
    """Plan the spec that the run in the folder ``run`` has kept.

    Args:
        run: the folder.
        spec_folder: the way from there to where the spec's relative paths begin, as recorded;
            empty: not known, then the current folder is tried.

    Raises:
        SpecError: if it no longer holds, as when its plugin file is elsewhere.
    """
    path = run / "spec.yaml"
    folder = run / spec_folder if spec_folder else Path()
    return plan_document(load_document(path, ()), folder)


def plan_document(document: Document, folder: Path) -> Plan:
    """Plan a parsed spec and its variants; ``folder`` is where its plugin files are.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    plan, problems = None, list(nothing_changed(document))
    try:
        plan = _plan_one(document, folder)
    except SpecError as error:
        problems += error.problems
    variants = dict(_plan_variants(document, folder, problems))
    if plan is None or problems:
        raise SpecError(_sorted(problems))
    return replace(plan, variants=variants)


def _plan_variants(
    document: Document, folder: Path, problems: list[Problem]
) -> Iterator[tuple[str, Plan]]:
    """Yield the variants that are sound; add to ``problems`` what is wrong with the others.

    A mistake of the spec is a mistake of each variant, and is told once.
    """
    known = {(problem.where, problem.message) for problem in problems}
    sound = not problems
    for name in variant_names(document):
        made, found = variant_document(document, name)
        try:
            changes = document.value["variants"][name]
            about = {"of": document.value.get("name"), "name": name, "changes": changes}
            yield name, replace(_plan_one(made, folder), variant=about)
        except SpecError as error:
            new = [p for p in error.problems if (p.where, p.message) not in known]
            found += [p for p in new if sound or _is_of(p, lines_of(document, name))]
        prefix = f"variants.{name}."
        problems += [
            p if p.key.startswith(prefix) else replace(p, key=prefix + p.key) for p in found
        ]


def _is_of(problem: Problem, lines: range) -> bool:
    """Whether a problem of a variant is its own; what is missing may be the unsound spec's."""
    return problem.position[0] in lines and problem.message != REQUIRED


def _plan_one(document: Document, folder: Path) -> Plan:
    spec, problems = check_frame(document)
    problems += _empty_values(document, problems)
    plugins.load_installed()
    named = document.value.get("plugins") if spec is None else spec.plugins
    if isinstance(named, list | tuple):
        files = [name for name in named if isinstance(name, str)]
        problems += [
            document.problem(("plugins",), f"cannot be loaded: {text}")
            for text in plugins.load_files(files, folder)
        ]
    choices = {section: _choose(section, document, problems) for section in SECTIONS}
    if spec is None or None in choices.values():
        raise SpecError(_sorted(problems))
    found = {key: choice for key, choice in choices.items() if choice}
    plan = _assemble(spec, found, document, folder, problems)
    plan = replace(plan, callbacks=tuple(_chosen_callbacks(spec, document, problems)))
    if problems:
        raise SpecError(_sorted(problems))
    return plan


def _assemble(
    spec: ExperimentSpec,
    choices: Mapping[str, Choice],
    document: Document,
    folder: Path,
    problems: list[Problem],
) -> Plan:
    """Check what depends on more than one key; add to ``problems``."""
    info = _described(choices["dataset"], document, folder, problems)
    if info:
        info = replace(info, output_activation=spec.training.output_activation)
    data, network, validation = (choices[section] for section in SECTIONS)
    plan = Plan(spec, data, network, validation, info, folder=folder)
    problems += _training_problems(spec, document, info)
    warnings: list[Problem] = []
    if info and not problems:
        for key, complaint in _fit_together(info, spec, plan):
            inner = "." in complaint.key  # a key of a mapping that stands in an option
            problem = document.problem(key, complaint.message, hint=complaint.hint, at_key=inner)
            (problems if complaint.fatal else warnings).append(problem)
    return replace(plan, warnings=tuple(_sorted(warnings)))


def _described(
    choice: Choice, document: Document, folder: Path, problems: list[Problem]
) -> DatasetInfo | None:
    """Return the form of the data if it can be told; add to ``problems`` if they are not there."""
    entry = choice.entry
    if not entry.info:
        return None
    try:
        return entry.info(**entry.located(choice.options, folder))
    except DataError as error:
        key = ("dataset", *entry.paths()[:1])
        problems.append(document.problem(key, " ".join(str(error).split()).rstrip(".")))
        return None


def _fit_together(
    info: DatasetInfo, spec: ExperimentSpec, plan: Plan
) -> Iterator[tuple[Key, Complaint]]:
    """Yield what does not fit between dataset, head, architecture and validation."""
    for complaint in head_complaints(info, chosen_head(info, spec)):
        yield ("training", complaint.key), complaint
    for complaint in class_weight_complaints(info, spec.training.class_weight):
        yield ("training", "class_weight"), complaint
    if info.pixels and spec.preparation.scale not in ("auto", "none"):
        text = (
            f"does not apply to {info.name}: its pictures stay bytes, which networks bring to 0..1"
        )
        yield ("preparation", "scale"), Complaint("scale", text, "remove it")
    for section, complaint in _text_complaints(info, spec):
        yield (section, complaint.key), complaint
    for complaint in _augmentation_complaints(info, spec, plan):
        yield ("augmentation", *([complaint.key] if complaint.key else [])), complaint
    for complaint in _phase_complaints(spec, plan):
        yield ("training", "phases"), complaint
    for complaint in _batching_complaints(info, spec, plan):
        yield ("training", "batching"), complaint
    for section in ("architecture", "validation"):
        choice: Choice = getattr(plan, section)
        if choice.entry.check:
            given = [_weights_here(plan)] if registry.positionals(choice.entry.check) > 1 else []
            for complaint in choice.entry.check(info, *given, **choice.options):
                yield (section, *(complaint.key.split(".") if complaint.key else [])), complaint


def _text_complaints(info: DatasetInfo, spec: ExperimentSpec) -> Iterator[tuple[str, Complaint]]:
    """Yield what does not apply to texts, each with its section."""
    if info.texts and spec.preparation.scale not in ("auto", "none"):
        text = f"does not apply to {info.name}: its texts are prepared by their vocabulary"
        yield "preparation", Complaint("scale", text, "remove it")
    if info.texts and info.texts.encoding == "sequence" and info.texts.ngrams > 1:
        text = "tokens beside each other have no place of their own in a sequence"
        yield "dataset", Complaint("ngrams", text, "use 1, or another dataset.encoding")


def _weights_here(plan: Plan) -> WeightFiles:
    """Return what tells of weights on this machine, without fetching any."""
    from kx.data.sources import SourceFiles
    from kx.data.weight_files import SourceWeights

    return SourceWeights(SourceFiles.from_environment(), plan.folder, fetch=False)


def _augmentation_complaints(
    info: DatasetInfo, spec: ExperimentSpec, plan: Plan
) -> Iterator[Complaint]:
    """Yield why pictures cannot be changed while training, or not well."""
    yield from augmentation_complaints(info, spec.augmentation)
    transfer, options = plan.transfer, plan.architecture.options
    if spec.augmentation and transfer and options.get("mode") == "features":
        text = "changes pictures in every epoch, but mode: features sees each of them once"
        yield Complaint("", text, "remove it, or use mode: frozen")


def _phase_complaints(spec: ExperimentSpec, plan: Plan) -> Iterator[Complaint]:
    """Yield what does not fit between the phases of the training and the rest of the spec."""
    phases, architecture = spec.training.phases or (), plan.architecture
    whats = [phase.trainable for phase in phases]
    if transfer := plan.transfer:
        yield from transfer.phases(whats, **architecture.options)
    elif set(whats) - {"all"}:
        text = f"{architecture.entry.name} has no ready-made base: all of it is trained"
        yield Complaint("phases", text, "use trainable: all")
    refits = plan.validation.options.get("refit") not in (None, "none")
    if len(phases) > 1 and spec.training.early_stopping and refits:
        text = "phases that may stop early cannot be trained again for as many epochs"
        yield Complaint("phases", text, "use validation.refit: none, or no early_stopping")
    if len(phases) > 1 and spec.training.checkpoint == "best":
        text = "with checkpoint: best each phase ends with the best weights of its own epochs"
        hint = "the result is the best of the last phase, even if an earlier one was better"
        yield Complaint("phases", text, hint, fatal=False)


def _batching_complaints(
    info: DatasetInfo, spec: ExperimentSpec, plan: Plan
) -> Iterator[Complaint]:
    """Yield why texts of like length cannot come together, with less padding."""
    if spec.training.batching == "fixed":
        return
    name = plan.architecture.entry.name
    if info.vocabulary is None:
        text = f"bucketed is for texts, word by word; the examples of {info.name} are none"
        yield Complaint("batching", text, "remove it")
    elif not plan.architecture.entry.any_length:
        text = f"bucketed: {name} takes texts of one length only"
        yield Complaint("batching", text, "use rnn, or batching: fixed")
    elif not plan.architecture.options.get("masking"):
        text = "bucketed: without masking, what is said of a text depends on how far it is padded"
        yield Complaint("batching", text, "set architecture.masking: true, or batching: fixed")


def _choose(section: str, document: Document, problems: list[Problem]) -> Choice | None:
    """Look up the section's component and check its options; add to ``problems``."""
    name_key, table = SECTIONS[section]
    value = document.value.get(section, {} if section == "validation" else None)
    if not isinstance(value, dict):
        return None  # the frame has said so
    name = value.get(name_key, _unnamed(value, table) if section == "validation" else None)
    if name is not None and not isinstance(name, str):
        name = document.texts.get((section, name_key))  # such as 3: a name, if an odd one
    if name is None:
        return None
    if name not in table:
        message = f"no {table.kind} is called {name!r}"
        hint = suggest(name, table.names())
        problems.append(document.problem((section, name_key), message, hint=hint))
        return None
    entry = table[name]
    given = {key: item for key, item in value.items() if key not in FRAME_KEYS[section]}
    options, found = validate(_with_frame_keys(entry, section), given, document, (section,))
    problems += found
    if options is None:
        return None
    return Choice(entry, {key: getattr(options, key) for key in entry.options.model_fields})


def _chosen_callbacks(
    spec: ExperimentSpec, document: Document, problems: list[Problem]
) -> Iterator[Choice]:
    """Look up the spec's callbacks and check their options; add to ``problems``."""
    table = registry.callback
    for name, given in spec.training.callbacks.items():
        key = ("training", "callbacks", name)
        if name not in table:
            hint = suggest(name, table.names()) + "; a plugin file can register one"
            message = f"no callback is called {name!r}"
            problems.append(document.problem(key, message, hint=hint, at_key=True))
            continue
        options, found = validate(table[name].options, given, document, key)
        problems += found
        if options is not None:
            values = {name: getattr(options, name) for name in table[name].options.model_fields}
            yield Choice(table[name], values)


def _unnamed(section: Mapping[str, Any], table: Registry[Any]) -> str:
    """Return the strategy of a section that names none: the default, or what is meant.

    The value of a misspelt key is what its options belong to; that the key is unknown is told.
    """
    meant = closest("strategy", [str(key) for key in section])
    name = section.get(meant) if meant else None
    return name if isinstance(name, str) and name in table else "holdout"


def _with_frame_keys(entry: Entry[Any], section: str) -> type[BaseModel]:
    """The options model, made to know the keys of the frame too, for "did you mean"."""
    extra: dict[str, Any] = dict.fromkeys(FRAME_KEYS[section], (str | None, None))
    return extended(entry.options, extra)


def _empty_values(document: Document, problems: Iterable[Problem]) -> list[Problem]:
    """Complain about ``key:`` with nothing behind it, which YAML reads as null."""
    told = {problem.position for problem in problems}
    empty = [
        document.problem(
            key,
            "nothing stands here",
            hint="write its value, put its keys below it, indented, or remove the line",
        )
        for key, text in document.texts.items()
        if text == ""
    ]
    return [problem for problem in empty if problem.position not in told]


def _training_problems(
    spec: ExperimentSpec, document: Document, info: DatasetInfo | None
) -> Iterator[Problem]:
    training = spec.training
    if training.loss and training.loss not in LOSSES:
        yield _unknown(document, ("training", "loss"), "loss", training.loss, LOSSES)
    for position, metric in enumerate(training.metrics or ()):
        if metric not in METRICS:
            key = ("training", "metrics", position)
            yield _unknown(document, key, "metric", metric, METRICS)
    yield from _schedule_problems(spec, document)
    if training.phases and training.epochs != training.epochs_of_phases:
        message = f"the phases add up to {training.epochs_of_phases}"
        got, hint = str(training.epochs), "leave it out"
        yield document.problem(("training", "epochs"), message, got=got, hint=hint)
    if training.tensorboard and find_spec("tensorboard") is None:
        hint = 'pip install "kx[tensorboard]"'
        yield document.problem(("training", "tensorboard"), "it is not installed", hint=hint)
    if set(training.metrics or ()) <= set(METRICS):  # else what is measured is not yet known
        yield from _monitor_problems(spec, document, info)
        yield from _expectation_problems(spec, document, info)


def _unknown(document: Document, key: Key, kind: str, name: str, known: Iterable[str]) -> Problem:
    meant = ALIASES.get(name)
    hint = f"here it is called {meant!r}" if meant in set(known) else suggest(name, known)
    return document.problem(key, f"no {kind} is called {name!r}", hint=hint)


def _monitor_problems(
    spec: ExperimentSpec, document: Document, info: DatasetInfo | None
) -> Iterator[Problem]:
    metrics = chosen_head(info, spec).metrics if info else spec.training.metrics
    if metrics is None:
        return
    known = [prefix + name for prefix in ("val_", "") for name in ("loss", *metrics)]
    monitors = {
        ("training", "monitor"): spec.training.monitor,
        ("training", "early_stopping", "monitor"): getattr(
            spec.training.early_stopping, "monitor", None
        ),
        ("training", "reduce_lr_on_plateau", "monitor"): getattr(
            spec.training.reduce_lr_on_plateau, "monitor", None
        ),
    }
    for key, name in monitors.items():
        if name is None or name in known:
            continue
        prefix = "val_" if name.startswith("val_") else ""
        meant = prefix + ALIASES.get(name.removeprefix("val_"), "")
        hint = f"here it is called {meant!r}" if meant in known else suggest(name, known)
        yield document.problem(key, f"nothing called {name!r} is measured", hint=hint)


def _schedule_problems(spec: ExperimentSpec, document: Document) -> Iterator[Problem]:
    training = spec.training
    schedule = training.learning_rate_schedule
    if schedule and training.reduce_lr_on_plateau:
        message = "excludes learning_rate_schedule: both would set the learning rate"
        key: Key = ("training", "reduce_lr_on_plateau")
        yield document.problem(key, message, hint="remove one of them", at_key=True)
    if schedule is not None and schedule.name == "piecewise_constant_decay":
        key = ("training", "learning_rate_schedule", "boundary_epochs")
        if list(schedule.boundary_epochs) != sorted(set(schedule.boundary_epochs)):
            yield document.problem(key, "must rise")
        if len(schedule.boundary_epochs) != len(schedule.learning_rates):
            hint = "the optimizer's own rate comes before the first boundary"
            yield document.problem(key, "needs one learning rate for each boundary", hint=hint)


def _expectation_problems(
    spec: ExperimentSpec, document: Document, info: DatasetInfo | None
) -> Iterator[Problem]:
    metrics = chosen_head(info, spec).metrics if info else spec.training.metrics
    scores = [f"{part}.{m}" for part in ("test", "validation") for m in ("loss", *(metrics or ()))]
    for name, expectation in spec.expect.items():
        known = [*scores, "best_epoch", "parameters"]
        if metrics is not None and name not in known:
            part, _, metric = name.partition(".")
            meant = f"{part}.{ALIASES.get(metric, '')}"
            hint = f"here it is called {meant!r}" if meant in known else suggest(name, known)
            message = f"no result is called {name!r}"
            yield document.problem(("expect", name), message, hint=hint, at_key=True)
        low, high = expectation.at_least, expectation.at_most
        if low is None and high is None:
            message = "expects nothing"
            yield document.problem(("expect", name), message, hint="state at_least or at_most")
        elif low is not None and high is not None and low > high:
            yield document.problem(("expect", name), f"no number is above {low} and below {high}")


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.position)
