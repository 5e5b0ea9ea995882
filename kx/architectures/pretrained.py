"""A network that others have trained, with a head of its own behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.base.errors import UsageError, suggest
from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, Way, Ways, WeightFiles
from kx.models.applications import (
    LEAST_SIDES,
    NAMES,
    OPTIONS,
    PREPARED_INSIDE,
    RESCALED,
    build,
    pixels_of,
    suggested,
)
from kx.models.heads import output_layer
from kx.models.options import Fraction, Units

if TYPE_CHECKING:
    import keras

BASE = "base"
"""What the layer is called that is the ready-made network."""

EXAMPLE = "training.phases: [{epochs: 10, trainable: head}, {epochs: 20, trainable: unfrozen}]"


@model("pretrained")
class Pretrained(Architecture):
    """Build a new head on a base that was trained on ImageNet: transfer learning.

    The base is in inference mode, also while it is fine-tuned: its batch normalisation keeps what
    it has learned, and it drops nothing.

    Args:
        base: a network of `keras.applications`, without its last layers.
        weights: `imagenet`, `none` for random ones, or the path of a file, from the spec's folder.
        base_options: further options of the network, such as `{alpha: 0.25}` of MobileNet.
        mode: `features`: the base runs once over all pictures, and only a head is trained, on
            what it made of them; `frozen`: it runs in every epoch, but does not change;
            `fine_tune`: `training.phases` say when its last layers are trained, too.
        unfreeze_from: the first layer of the base that a phase with `trainable: unfrozen` trains.
        cut_at: the layer that the base ends with; default: its last.
        pooling: `flatten` the features, or take the `average` or the `max` of each channel.
        units: width of each dense layer of the head.
        dropout: share of what the output layer is given, dropped while training.
        preprocess: `auto`: pixels as the base was trained on them; `rescale`: 0..1, whatever it
            was trained on, as in the notes.
        fallback: `random`: if the weights cannot be had, go on with random ones, and say so loudly.

    Source:
        Notes 3.3; Chollet (2017), "Deep Learning with Python", 5.3.
    """

    base: str = "VGG16"
    weights: Annotated[str, Field(min_length=1)] = "imagenet"
    base_options: dict[str, Any] = field(default_factory=dict)
    mode: Literal["features", "frozen", "fine_tune"] = "frozen"
    unfreeze_from: str | None = None
    cut_at: str | None = None
    pooling: Literal["flatten", "average", "max"] = "flatten"
    units: Annotated[tuple[Units, ...], Field(max_length=1000)] = (256,)
    dropout: Fraction = 0.5
    preprocess: Literal["auto", "rescale"] = "auto"
    fallback: Literal["random", "none"] = "none"

    @property
    def has_base(self) -> bool:
        """Always."""
        return True

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        if self.base not in NAMES:
            text = f"keras.applications has no network {self.base!r}"
            yield Complaint("base", text, suggested(self.base))
        else:
            yield from self._base_complaints(info)
        if self.mode == "fine_tune" and self.unfreeze_from is None:
            text = "mode: fine_tune needs the name of the first layer to be trained"
            yield Complaint("unfreeze_from", text, "such as block5_conv1 of VGG16")
        elif self.mode != "fine_tune" and self.unfreeze_from is not None:
            text = f"mode: {self.mode} trains no layer of the base"
            yield Complaint("unfreeze_from", text, "remove it, or use mode: fine_tune")

    def _base_complaints(self, info: DatasetInfo) -> Iterator[Complaint]:
        if info.extracted_from is None:
            yield from _picture_complaints(info, self.base)
        known = OPTIONS.get(self.base, ())
        for key in self.base_options:
            if key not in known:
                text = f"{self.base} has no option {key!r} here"
                yield Complaint(f"base_options.{key}", text, suggest(key, known))
        if self.preprocess == "rescale" and self.base.startswith(PREPARED_INSIDE):
            text = f"{self.base} brings pixels of 0 to 255 to its range itself"
            yield Complaint("preprocess", text, "use auto")

    def check_phases(self, trained: Sequence[str]) -> Iterator[Complaint]:
        """Yield a complaint if the phases do not suit the mode."""
        if self.mode != "fine_tune":
            if set(trained) - {"head"}:
                text = f"mode: {self.mode} trains the head only"
                yield Complaint("phases", text, "use mode: fine_tune to train the base as well")
        elif not trained:
            text = "mode: fine_tune needs two phases: first the head alone, then layers of the base"
            yield Complaint("phases", text, EXAMPLE)
        elif trained[0] != "head":
            text = "the first gradients of a random head would spoil what the base has learned"
            yield Complaint("phases", text, "begin with a phase of trainable: head")
        elif set(trained) == {"head"}:
            yield Complaint("phases", "no phase trains a layer of the base", EXAMPLE)

    def choose(self, network: keras.Model, what: str) -> None:
        """Make the head trainable, and of the base nothing, what is unfrozen, or all.

        Batch normalisation of the base is never trained: only then is it in inference mode. That
        the base is called with ``training=False`` counts for nothing in Keras 3.15 when the
        network around it is called with ``training=True``.
        """
        import keras

        base = _base_of(network)
        if base is None:
            return  # the head alone, which takes features
        base.trainable = what != "head"
        names = [layer.name for layer in base.layers]
        first = names.index(str(self.unfreeze_from)) if what == "unfrozen" else 0
        for number, layer in enumerate(base.layers):
            if number < first or isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False

    def frozen(self, network: keras.Model) -> list[Any]:
        """Return the variables of the base that no training may change, statistics included."""
        base = _base_of(network)
        trained = {id(variable) for variable in network.trainable_variables}
        return [
            variable
            for variable in (base.variables if base is not None else ())
            if id(variable) not in trained and "float" in str(variable.dtype)
        ]

    @property
    def recipe(self) -> dict[str, Any] | None:
        """What decides the features of a picture; None: no fit is given features."""
        keys = ("base", "weights", "base_options", "cut_at", "preprocess")
        return {key: getattr(self, key) for key in keys} if self.mode == "features" else None

    def extractor(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Build the base and its preprocessing: pictures in, features out."""
        import keras

        pictures = keras.Input(info.input_shape)
        return keras.Model(pictures, self._features(pictures, files), name="extractor")

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the head behind the base, or behind the features that it made."""
        import keras

        entrance = keras.Input(info.input_shape)
        features = entrance if info.extracted_from else self._features(entrance, files)
        built = keras.Model(entrance, self._head(features, info), name="pretrained")
        if self.unfreeze_from is not None and (network := _base_of(built)) is not None:
            _layer(network, self.unfreeze_from, self.base, "unfreeze_from")
        self.choose(built, "head")
        return built

    def _features(self, pictures: Any, files: WeightFiles | None) -> Any:
        """Return what the base makes of ``pictures``, symbolic bytes."""
        pixels = RESCALED if self.preprocess == "rescale" else pixels_of(self.base)
        network = self._network(tuple(pictures.shape[1:]), files)
        return network(pixels.layers(pictures), training=False)

    def _network(self, shape: tuple[int, ...], files: WeightFiles | None) -> keras.Model:
        import keras

        name, cut_at = self.base, self.cut_at
        given = {**self.base_options, "input_shape": shape}
        whole = build(name, self.weights, given, [False], files)
        output = whole.output if cut_at is None else _layer(whole, cut_at, name, "cut_at").output
        if len(output.shape) != 4:
            raise UsageError(f"architecture.cut_at: {cut_at} of {name} puts out no pictures.")
        for layer in whole.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0  # inference mode, as with batch normalisation in `choose`
        return keras.Model(whole.input, output, name=BASE)

    def _head(self, features: Any, info: DatasetInfo) -> Any:
        import keras

        layers = keras.layers
        poolings = {
            "flatten": layers.Flatten,
            "average": layers.GlobalAveragePooling2D,
            "max": layers.GlobalMaxPooling2D,
        }
        outputs = poolings[self.pooling]()(features)
        for number, width in enumerate(self.units, 1):
            # The names stay when the head that was trained on features is put behind its base.
            outputs = layers.Dense(width, "relu", name=f"hidden_{number}")(outputs)
        if self.dropout:
            outputs = layers.Dropout(self.dropout)(outputs)
        return output_layer(info)(outputs)


def _picture_complaints(info: DatasetInfo, base: str) -> Iterator[Complaint]:
    if not info.pixels or len(info.input_shape) != 3 or info.input_shape[-1] != 3:
        shape = " x ".join(map(str, info.input_shape))
        text = f"needs coloured pictures as bytes; an example of {info.name} is {shape}"
        yield Complaint("", text, "use cnn or mlp, or dataset: image_folder with your own")
        return
    least = LEAST_SIDES.get(base, 32)
    if min(info.input_shape[:2]) < least:
        text = f"{base} takes no pictures below {least} x {least} pixels"
        larger = Way(f"use dataset.image_size: {least} or more", "dataset.image_size", least)
        yield Complaint("base", text, Ways(larger, Way("use cnn")))


def _base_of(network: keras.Model) -> keras.Model | None:
    return next((layer for layer in network.layers if layer.name == BASE), None)


def _layer(network: keras.Model, name: str, base: str, option: str) -> keras.Layer:
    names = [layer.name for layer in network.layers]
    if name not in names:
        hint = suggest(name, names)
        raise UsageError(f"architecture.{option}: {base} has no layer {name!r}; {hint}")
    return network.get_layer(name)
