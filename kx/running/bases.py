"""The ready-made base of a network: where its weights are from, and the network around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.base.errors import MissingDataError
from kx.contracts import DatasetInfo
from kx.planning import Plan
from kx.running.extractor import extractor_of, seeded
from kx.running.work import Work, first_line

if TYPE_CHECKING:
    import keras

    from kx.data.files.weight_files import SourceWeights

FEW_WORDS = 0.5
"""Share of the words with a vector below which hardly anything is transferred."""

RANDOM_NOTE = (
    "This run goes on with random weights: nothing is transferred, its scores say nothing of "
    "transfer learning, and no expectation is judged."
)


def find_weights(work: Work, info: DatasetInfo) -> None:
    """Find the weights of the network's ready-made base, if it has one, and take down which.

    A network on a base is built, if it was never before: only Keras knows which file it wants, and
    what is wrong with the names of layers is told before anything trains.

    Raises:
        MissingDataError: if they are nowhere to be had, and the spec allows no random ones.
        DataError: if they are not the official ones.
        UsageError: if the base lacks an option or a layer.
    """
    from kx.data.files.sources import SourceFiles
    from kx.data.files.weight_files import SourceWeights

    if not work.plan.takes_weights:
        return
    files = SourceFiles.from_environment(work.watcher)
    weights = work.weights = SourceWeights(files, work.plan.folder)
    work.extractor = extractor_of(work, info)
    missing = ""
    try:
        _look(work, info, weights)
    except MissingDataError as error:
        if work.plan.architecture.options.get("fallback") != "random":
            raise
        missing, work.weights = first_line(error), None
        work.warn("Random weights", f"{missing}. {RANDOM_NOTE}")
    work.facts["base"] = {
        "name": _named(work.plan),
        **weights.taken(),
        "random": not weights.taken(),
        "fallback": bool(missing),
    }
    note_coverage(work)


def _look(work: Work, info: DatasetInfo, weights: SourceWeights) -> None:
    """Look for the weights: where only Keras knows which they are, the network is built."""
    if work.extractor:
        return work.extractor.find()
    does = "building" if "base" in work.plan.architecture.options else "reading"
    work.watcher.stage(f"{does} {_named(work.plan)}")
    seeded(work)
    return work.plan.find_weights(info, weights)


def _named(plan: Plan) -> str:
    options = plan.architecture.options
    words = "word vectors" if "pretrained" in options else plan.architecture.entry.name
    return str(options.get("base", words))


def note_coverage(work: Work) -> None:
    """Take down how many words of the vocabulary have a ready-made vector, once it is known."""
    found = work.weights.coverage() if work.weights else None
    if found is None or work.facts.get("embeddings") == found.as_dict():
        return
    work.facts["embeddings"] = found.as_dict()
    if found.known / found.words < FEW_WORDS:
        work.warn("Check the vectors", f"{found}. The others are zeros.")
    else:
        work.watcher.stage(str(found))


def whole(work: Work, head: keras.Model, info: DatasetInfo) -> keras.Model:
    """Return the network that takes pictures, with the trained ``head`` behind its base.

    Args:
        work: of the run.
        head: fitted on features.
        info: of these features.
    """
    assert info.extracted_from is not None  # noqa: S101 - for the type checker
    seeded(work)
    network = work.plan.build_model(info.extracted_from, work.weights)
    for layer in head.layers:
        values: list[Any] = layer.get_weights()
        if values:
            network.get_layer(layer.name).set_weights(values)
    return network
