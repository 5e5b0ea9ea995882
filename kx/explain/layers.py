"""The layers of a network, those of models inside of it included."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kx.base.errors import UsageError, suggest

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One call of a layer, or of an operation such as a sum.

    Attributes:
        name: of the layer; inside of a model that is a layer itself, ``model/layer``.
        layer: with the weights of the network it was found in.
        inputs: symbolic, without masks and other arguments.
        output: symbolic; the first, if there are several.
    """

    name: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any

    @property
    def is_pictures(self) -> bool:
        """Whether the output is a stack of pictures: (n, height, width, channels)."""
        return len(self.output.shape) == 4


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A network with its inner models unfolded: one input, then step after step.

    Attributes:
        network: as it was before.
        input: symbolic.
        steps: in the order of computation.
    """

    network: keras.Model
    input: Any
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        """Of the network."""
        return str(self.network.name)

    @property
    def output(self) -> Any:
        """The symbolic output of the last step."""
        return self.steps[-1].output

    def pictures(self) -> list[Step]:
        """Return the steps whose output is a stack of pictures.

        Raises:
            UsageError: if there is none.
        """
        found = [step for step in self.steps if step.is_pictures]
        if not found:
            raise UsageError(
                f"no layer of {self.name} puts out pictures (height, width, channels): only "
                "convolutional networks, such as `architecture: cnn`, can be looked into."
            )
        return found

    def find(self, name: str) -> Step:
        """Return the step of the layer ``name`` whose output is a stack of pictures.

        Args:
            name: ``block5_conv3`` or, where several inner models have such a layer,
                ``vgg16/block5_conv3``. A layer called twice counts as its last call.

        Raises:
            UsageError: if there is none, or several.
        """
        steps = {step.name: step for step in self.pictures()}
        if name in steps:
            return steps[name]
        found = [path for path in steps if path.rpartition("/")[2] == name]
        if len(found) == 1:
            return steps[found[0]]
        if found:
            raise UsageError(f"{name!r} could be {' or '.join(found)}: name it in full.")
        other = any(name in (s.name, s.name.rpartition("/")[2]) for s in self.steps)
        text = "puts out no pictures" if other else "is none of its layers"
        raise UsageError(f"{name!r} {text} in {self.name}; {suggest(name, steps)}")

    def convolutions(self) -> list[Step]:
        """Return the steps of ``pictures`` that convolve.

        Raises:
            UsageError: if there is none.
        """
        found = [step for step in self.pictures() if hasattr(step.layer, "kernel_size")]
        if not found:
            raise UsageError(f"no layer of {self.name} convolves: it has no filters to show.")
        return found

    def last_extended(self) -> Step:
        """Return the last of ``pictures`` of more than one pixel.

        Raises:
            UsageError: if there is none.
        """
        found = [step for step in self.pictures() if step.output.shape[1:3] != (1, 1)]
        if not found:
            raise UsageError(f"no layer of {self.name} keeps more than one pixel: nothing to map.")
        return found[-1]

    def run(self, inputs: Any, last: Step | None = None) -> list[Step]:
        """Compute the steps for ``inputs``, a tensor (n, …): their outputs are then numbers.

        Args:
            inputs: prepared; may be watched by a ``tf.GradientTape``.
            last: the step to stop behind; None: carry out all.
        """
        count = len(self.steps) if last is None else self.steps.index(last) + 1
        return _unfold(self.network, inputs, count)


class _Enough(Exception):
    """All steps that were asked for are done."""


@dataclass(slots=True, eq=False)
class _Unfolding:
    """Calls the layers of a model once more, inner models layer by layer, and takes notes.

    No ``keras.Model`` is made of the notes: it would refuse two layers of one name, as an inner
    and its outer model may well have them.
    """

    count: int | None
    steps: list[Step] = field(default_factory=list)
    path: tuple[str, ...] = ()

    def run(self, model: keras.Model, inputs: Any) -> Any:
        """Return the outputs of ``model`` for ``inputs``, symbolic or not."""
        import keras

        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                inputs = self.call(layer, inputs)
            return inputs
        # Keras has no public way to run a graph of layers with a call of one's own: clone_model
        # takes one, but not for Sequential, and hands on no tensors of the graph around it.
        return model._run_through_graph(inputs, call_fn=self.call)

    def call(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the outputs of ``layer``; if it is a model, those of its last layer."""
        import keras

        if _is_open(layer):
            outer, self.path = self.path, (*self.path, layer.name)
            outputs = self.run(layer, args[0])
            self.path = outer
            return outputs
        if "training" in inspect.signature(layer.call).parameters:
            kwargs["training"] = False
        outputs = layer(*args, **kwargs)
        name = "/".join((*self.path, layer.name))
        self.steps.append(Step(name, layer, _tensors(args), keras.tree.flatten(outputs)[0]))
        if len(self.steps) == self.count:
            raise _Enough
        return outputs


def unfolded(
    model: keras.Model, shape: tuple[int | None, ...] | None = None, count: int | None = None
) -> Graph:
    """Return the layers of ``model`` in one graph, with the same weights.

    Naive ``keras.Model(model.inputs, inner.get_layer(name).output)`` fails: the tensors of a model
    that is a layer of another one are not connected with the outer input.

    Args:
        model: Sequential or functional; so are the models inside of it, others count as layers.
        shape: of one input, to replace that of the model: convolutions take pictures of any size.
        count: of steps, to leave away what comes behind them.

    Raises:
        UsageError: if the model has several inputs, or is a class of its own.
        ValueError: from Keras, if a layer does not take ``shape``.
    """
    import keras

    if not _is_open(model):
        raise UsageError(
            f"{model.name} is a {type(model).__name__}, which cannot be looked into: only models "
            "made of layers can (keras.Sequential, or keras.Model(inputs, outputs))."
        )
    if len(model.inputs) != 1:
        raise UsageError(f"{model.name} has {len(model.inputs)} inputs, and not one picture.")
    (old,) = model.inputs
    start = keras.Input(shape or old.shape[1:], dtype=old.dtype, sparse=old.sparse)
    return Graph(model, start, _unfold(model, start, count))


def _unfold(model: keras.Model, inputs: Any, count: int | None) -> list[Step]:
    unfolding = _Unfolding(count)
    with suppress(_Enough):
        unfolding.run(model, inputs)
    return unfolding.steps


def _is_open(layer: Any) -> bool:
    """Whether the layer is a model whose layers tell all that it does."""
    import keras

    # A class of its own may do anything in its `call`, even if it was built like a function.
    known = ("Functional", "Sequential")
    return isinstance(layer, keras.Model) and type(layer).__name__ in known


def _tensors(args: Any) -> tuple[Any, ...]:
    import keras

    return tuple(item for item in keras.tree.flatten(args) if _is_tensor(item))


def _is_tensor(item: Any) -> bool:
    import keras

    return isinstance(item, keras.KerasTensor) or bool(keras.ops.is_tensor(item))
