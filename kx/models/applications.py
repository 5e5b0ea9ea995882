"""The networks of ``keras.applications``: which there are, their weights, how they take pixels."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError, MissingDataError, UsageError, closest, suggest

if TYPE_CHECKING:
    import keras
    import numpy as np

    from kx.contracts import WeightFiles

NAMES = (
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
    "DenseNet121", "DenseNet169", "DenseNet201",
    "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4",
    "EfficientNetB5", "EfficientNetB6", "EfficientNetB7",
    "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3",
    "EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S",
    "InceptionResNetV2", "InceptionV3",
    "MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small",
    "NASNetLarge", "NASNetMobile",
    "ResNet101", "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50", "ResNet50V2",
    "VGG16", "VGG19", "Xception",
)  # fmt: skip
"""What they are called. A list of our own: a wrong name is told before Keras is loaded."""

OPTIONS = {
    "MobileNet": ("alpha", "depth_multiplier"),
    "MobileNetV2": ("alpha",),
    "MobileNetV3Large": ("alpha", "minimalistic"),
    "MobileNetV3Small": ("alpha", "minimalistic"),
}
"""What of a network without its top can be chosen; of all others nothing."""

PREPARED_INSIDE = ("ConvNeXt", "EfficientNet", "MobileNetV3")
"""How the names begin of networks that take pixels of 0 to 255, and bring them to their range."""

SIDES = {"InceptionResNetV2": 299, "InceptionV3": 299, "NASNetLarge": 331, "Xception": 299}
"""Height and width of the pictures that a network was trained on; 224 for all others."""

LEAST_SIDES = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}
"""Height and width of the smallest pictures that a network takes; 32 for all others."""

LARGEST = 1e18
"""Of a weight: the squares of larger ones are infinite in 32 bits."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """How a network takes pixels of 0 to 255: ``scale * pixels + offset``, channel by channel.

    Attributes:
        backwards: blue comes first; scale and offset are in that order, too.
        scale: of each channel.
        offset: likewise.
    """

    backwards: bool
    scale: tuple[float, ...]
    offset: tuple[float, ...]

    def layers(self, pictures: Any) -> Any:
        """Return ``pictures``, symbolic, prepared by layers that load where kx is not installed."""
        import keras

        if self.backwards:
            pictures = keras.ops.flip(pictures, axis=-1)
        if self.scale == (1.0,) * 3 and not any(self.offset):
            return pictures
        return keras.layers.Rescaling(_single(self.scale), _single(self.offset))(pictures)

    def apply(self, pictures: np.ndarray) -> np.ndarray:
        """Return (..., 3) ``pictures`` prepared likewise, float64."""
        import numpy as np

        ordered = pictures[..., ::-1] if self.backwards else pictures
        prepared: np.ndarray = ordered * np.array(self.scale) + np.array(self.offset)
        return prepared


RESCALED = Pixels(False, (1 / 255,) * 3, (0.0,) * 3)
"""To 0..1, as the notes do it with any network."""


def pixels_of(name: str) -> Pixels:
    """Find out how the network ``name`` takes pixels, by what ``preprocess_input`` does to some.

    Raises:
        UsageError: if that is more than a factor and an offset for each channel.
    """
    import numpy as np

    function = preprocess_input(name)
    black = function(np.zeros((1, 1, 1, 3)))[0, 0, 0]  # float64, so that nothing is rounded
    response = (function(255 * np.eye(3)[:, None, None])[:, 0, 0] - black) / 255
    backwards = not response[0, 0]
    scale = (response[::-1] if backwards else response).diagonal()
    found = Pixels(backwards, tuple(scale.tolist()), tuple(black.tolist()))
    probe = np.random.default_rng(0).uniform(0, 255, (4, 2, 2, 3))
    if not np.allclose(found.apply(probe), function(probe), atol=1e-6):
        raise UsageError(
            f"what {name} does to its pixels is no factor and offset for each channel: use "
            "architecture.preprocess: rescale."
        )
    return found


def preprocess_input(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return how the network ``name`` wants its pixels, (n, height, width, 3) of 0 to 255."""
    import keras

    # Not every network is in the public module of its preprocessing: MobileNetV3 is not.
    function = sys.modules[getattr(keras.applications, name).__module__].preprocess_input

    def prepare(pixels: np.ndarray) -> np.ndarray:
        wide = "float64" if pixels.dtype == "float64" else "float32"
        prepared: np.ndarray = function(pixels.astype(wide))  # a copy: it works in place
        return prepared

    return prepare


def build(
    name: str,
    weights: str,
    options: dict[str, Any],
    top: Sequence[bool],
    files: WeightFiles | None,
) -> keras.Model:
    """Build the network ``name`` with the weights that are asked for.

    Args:
        name: of its function, such as ``VGG16``.
        weights: ``imagenet``, ``none`` for random ones, or the path of a file.
        options: of the function, such as ``alpha``.
        top: whether the layers that name a class are wanted; where the weights of the first are
            not available, the second is tried.
        files: through which weights are had; None: no file is read, all weights are random.

    Raises:
        UsageError: if there is no such network or option.
        MissingDataError: if the weights cannot be found.
        DataError: if they are not the official ones, or one of somebody's own is no number to
            compute with.
    """
    import keras

    if name not in NAMES:
        raise UsageError(f"keras.applications has no network {name!r}; {suggested(name)}")
    function = getattr(keras.applications, name)
    known = [key for key in inspect.signature(function).parameters if key != "weights"]
    for key in options:
        if key not in known:
            raise UsageError(f"{name} has no option {key!r}; {suggest(key, known)}")
    tops = [options["include_top"]] if "include_top" in options else list(top)
    missing: list[MissingDataError] = []
    for wanted in tops:
        whole = {"include_top": wanted, **_size(name, wanted), **options}
        try:
            return _built(name, function, weights, whole, files)
        except MissingDataError as error:
            missing.append(error)
    raise missing[0]


def suggested(name: str) -> str:
    """Return what may be meant by ``name``, and what there is."""
    small = {known.lower(): known for known in NAMES}
    guess = closest(name, small)
    start = f"did you mean {small[guess]!r}? " if guess else ""
    return f"{start}Known: {', '.join(NAMES)}"


def _built(
    name: str,
    function: Callable[..., Any],
    weights: str,
    options: dict[str, Any],
    files: WeightFiles | None,
) -> keras.Model:
    source: str | None = None
    if files is not None and weights != "none":
        source = weights if weights == "imagenet" else str(files.own(weights))
    try:
        with _asking(files), warnings.catch_warnings():
            # MobileNets have weights for a few sizes, and take those of 224 pixels for all others.
            warnings.filterwarnings("ignore", "`input_shape` is undefined or non-square")
            network = function(weights=source, **options)
    except (OSError, TypeError, ValueError) as error:  # how Keras says what it does not like
        raise UsageError(f"{name}: {str(error).strip().partition(chr(10))[0]}") from error
    if source not in (None, "imagenet"):
        _refuse_unusable(network, weights)
    return network


def _refuse_unusable(network: keras.Model, file: str) -> None:
    """Make sure that a network of somebody's own weights can compute.

    Raises:
        DataError: if a weight is no finite number, or its square is none.
    """
    import numpy as np

    for variable in network.weights:
        values = np.asarray(variable)
        unusable = ~(np.abs(values) <= LARGEST)  # also what is no number
        if unusable.any():
            raise DataError(
                f"{file}: {variable.path} has the number {values[unusable][0]:g}, with which no "
                "network can compute. Take the weights of another epoch, or make them anew."
            )


def _size(name: str, top: bool) -> dict[str, Any]:
    """Without its top a network takes pictures of any size, and would not know its own."""
    side = SIDES.get(name, 224)
    return {} if top else {"input_shape": (side, side, 3)}


@contextmanager
def _asking(files: WeightFiles | None) -> Iterator[None]:
    """Have Keras ask ``files`` for its files: its own way to get them deletes what differs."""
    from keras.src.utils import file_utils

    def get_file(fname: str, origin: str = "", *_: Any, **options: Any) -> str:
        assert files is not None  # noqa: S101 - for random weights Keras asks for no file
        return str(files.official(fname, origin, options.get("file_hash") or ""))

    before = file_utils.get_file
    file_utils.get_file = get_file
    try:
        yield
    finally:
        file_utils.get_file = before


def _single(values: tuple[float, ...]) -> float | list[float]:
    """Return one number for all channels, if they are alike."""
    return values[0] if len(set(values)) == 1 else list(values)
