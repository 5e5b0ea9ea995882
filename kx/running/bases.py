"""The pretrained base of a network: where its weights are from, and the network around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kx.base.errors import MissingDataError
from kx.base.remark import Code, Remark, as_remark
from kx.contracts import DatasetInfo
from kx.data.files.sources import SourceFiles
from kx.data.files.weight_files import SourceWeights
from kx.planning import Plan
from kx.running.extractor import Extractor, extractor_of, seeded
from kx.running.loading import Loaded
from kx.running.work import Work, first_line
from kx.runs.record_parts import BaseFacts, EmbeddingFacts

if TYPE_CHECKING:
    import keras

    from kx.data.files.weight_files import SourceWeights

FEW_WORDS = 0.5
"""Share of the words with a vector below which hardly anything is transferred."""


@dataclass(slots=True, eq=False)
class Base:
    """What networks are built on; of most there is nothing.

    Attributes:
        weights: through which pretrained ones are read; None: they are random, or there is no base.
        extractor: makes features of pictures, if the fits are to be given features.
        facts: what the record says; None without a base.
    """

    weights: SourceWeights | None = None
    extractor: Extractor | None = None
    facts: BaseFacts | None = None
    _told: EmbeddingFacts | None = field(default=None, repr=False)

    @property
    def coverage(self) -> EmbeddingFacts | None:
        """How many words have a pretrained vector, as far as it is known yet."""
        found = self.weights.coverage() if self.weights else None
        return EmbeddingFacts(**found.as_dict()) if found else None

    def tell_coverage(self, work: Work) -> None:
        """Say how many words have a vector, once it is known, and again if it is another number."""
        for remark in self.weights.new_remarks() if self.weights else ():
            title: Code = "title.cache" if remark.code.startswith("cache.") else "title.vectors"
            work.warn(title, remark)
        found = self.weights.coverage() if self.weights else None
        if found is None or self.coverage == self._told:
            return
        self._told = self.coverage
        if found.known / found.words < FEW_WORDS:
            share = found.known / found.words
            few = Remark.of("vectors.few", known=found.known, words=found.words, share=share)
            work.warn("title.vectors", few)
        else:
            work.watcher.stage(str(found))


def find_base(work: Work, loaded: Loaded) -> Base:
    """Find the weights of the network's pretrained base, if it has one.

    A network on a base is built, if it was never before: only Keras knows which file it wants, and
    what is wrong with the names of layers is told before anything trains.

    Raises:
        MissingDataError: if they are nowhere to be found, and the spec allows no random ones.
        DataError: if they are not the official ones.
        UsageError: if the base lacks an option or a layer.
    """
    if not work.plan.network.takes_weights:
        return Base()
    weights = SourceWeights(SourceFiles.from_environment(work.watcher), work.plan.folder)
    base = Base(weights, extractor_of(work, loaded, weights))
    missing = ""
    try:
        _look(work, base, loaded.bundle.info, weights)
    except MissingDataError as error:
        if work.plan.architecture.options.get("fallback") != "random":
            raise
        missing, base.weights = first_line(error), None
        if base.extractor:
            base.extractor.weights = None
        note = Remark.of("note.random")
        work.warn("title.random", Remark.of("note.behind", why=as_remark(missing), note=note))
    taken = weights.taken()
    base.facts = BaseFacts(
        name=_named(work.plan), **taken, random=not taken, fallback=bool(missing)
    )
    base.tell_coverage(work)
    return base


def _look(work: Work, base: Base, info: DatasetInfo, weights: SourceWeights) -> None:
    """Look for the weights: where only Keras knows which they are, the network is built."""
    if base.extractor:
        return base.extractor.find()
    name = _named(work.plan)
    built = "base" in work.plan.architecture.options
    work.watcher.stage(
        Remark.of("stage.building", name=name) if built else Remark.of("stage.reading", name=name)
    )
    seeded(work)
    return work.plan.find_weights(info, weights)


def _named(plan: Plan) -> str:
    options = plan.architecture.options
    words = "word vectors" if "pretrained" in options else plan.architecture.entry.name
    return str(options.get("base", words))


def whole(work: Work, base: Base, head: keras.Model, info: DatasetInfo) -> keras.Model:
    """Return the network that takes pictures, with the trained ``head`` behind its base.

    Args:
        work: of the run.
        base: that made the features.
        head: fitted on features.
        info: of these features.
    """
    assert info.extracted_from is not None  # noqa: S101 - for the type checker
    seeded(work)
    network = work.plan.build_model(info.extracted_from, base.weights)
    for layer in head.layers:
        values: list[Any] = layer.get_weights()
        if values:
            network.get_layer(layer.name).set_weights(values)
    return network
