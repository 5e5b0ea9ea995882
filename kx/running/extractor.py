"""What makes features of pictures: a base that is built only where it has something to do."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.remark import Remark
from kx.base.seeds import derive
from kx.data.files import cache
from kx.data.files.sources import SourceFiles
from kx.running.loading import Loaded
from kx.running.work import Work
from kx.training.environment import seed_everything

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras

    from kx.data.files.weight_files import SourceWeights


class Extractor:
    """The base of a network whose fits are given features.

    What is learned by building it is noted beside the features: which files it takes its weights
    from, which only Keras knows, and how many parameters it has. A run whose features are kept
    needs no more of it before its model is saved.

    Attributes:
        weights: through which those of the base are read; None: they are random.
        folder: where features are kept; None: nowhere.
    """

    def __init__(
        self, work: Work, loaded: Loaded, recipe: Mapping[str, Any], weights: SourceWeights
    ) -> None:
        """Look up what is known of the base.

        Args:
            work: of the run.
            loaded: the pictures.
            recipe: what of the architecture's options decides the features.
            weights: through which those that the recipe asks for are looked for.
        """
        self._work, self._info, self._recipe = work, loaded.bundle.info, dict(recipe)
        self._asked = weights
        self.weights: SourceWeights | None = weights
        self._model: keras.Model | None = None
        self.folder = _folder(loaded)
        self._note: Any = _usable(cache.noted(self.folder, self._name)) if self.folder else None

    def find(self) -> None:
        """Look for the weights, by building the base if it is not known where they are from.

        Raises:
            MissingDataError: if they cannot be found.
            DataError: if they are not the official ones.
            UsageError: if the base lacks an option or a layer.
        """
        if self._note:
            self._work.watcher.stage(Remark.of("stage.weights", name=str(self._recipe["base"])))
            self._asked.ask_again(self._note["files"])
        else:
            self.model()

    def model(self) -> keras.Model:
        """Return the network, built once: pictures in, features out."""
        if self._model is None:
            work = self._work
            work.watcher.stage(Remark.of("stage.building", name=str(self._recipe["base"])))
            seeded(work)
            self._model = work.plan.network.extractor(self._info, self.weights)
            self._note = {
                "files": self._asked.asked,
                "parameters": int(self._model.count_params()),
            }
            if self.folder:
                with suppress(OSError):  # the features go to the same place, and tell
                    if moved := cache.make_room(self.folder, self._name):
                        work.warn("title.cache", moved)
                    cache.note(self.folder, self._name, self._note)
        return self._model

    @property
    def parameters(self) -> int:
        """Of the base; it is built if that is not known."""
        if not self._note:
            self.model()
        return int(self._note["parameters"])

    @property
    def identity(self) -> list[Any]:
        """What decides the features beside the pictures: options, weights, arithmetic, versions."""
        work = self._work
        hashes = self.weights.hashes if self.weights else []
        weights: list[Any] = hashes or ["random", derive(work.seed, "weights", "base")]
        return [_without_weights(self._recipe), weights, work.precision, *_versions()]

    @property
    def _name(self) -> str:
        return cache.digest(["base", self._recipe, list(self._info.input_shape), *_versions()])


def extractor_of(work: Work, loaded: Loaded, weights: SourceWeights) -> Extractor | None:
    """Return what makes features of the pictures, if the spec asks for them."""
    recipe = work.plan.network.recipe
    return None if recipe is None else Extractor(work, loaded, recipe, weights)


def seeded(work: Work) -> None:
    """Have what is built next draw its random weights as it always does in this run."""
    seed_everything(derive(work.seed, "weights", "base"))


def _folder(loaded: Loaded) -> Path | None:
    """Return where features are kept; those of a sample are not worth it."""
    folder = SourceFiles.from_environment().cache_dir
    return folder / "features" if folder and not loaded.facts.sample else None


def _usable(note: Any) -> Any:
    """Return what was noted of a base; None if it is not what this kx notes."""
    with suppress(KeyError, TypeError, ValueError):
        if isinstance(note["parameters"], int):
            return {
                **note,
                "files": [(str(n), str(url), str(md5)) for n, url, md5 in note["files"]],
            }
    return None


def _without_weights(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Of weights their content decides, not where they are from."""
    return {key: value for key, value in recipe.items() if key != "weights"}


def _versions() -> list[str]:
    from importlib.metadata import version

    return [version("keras"), version("tensorflow")]
