"""What the network of a plugin can do: found out before hours of training."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kx.base.remark import Remark
from kx.base.text import clean, shortened
from kx.components.plugins import keras_parts
from kx.planning import Plan
from kx.planning.finding import Finding
from kx.planning.strangers import refuse_faults
from kx.running.bases import Base
from kx.running.loading import Loaded, tell
from kx.running.work import Work
from kx.training.target_unit import suits

if TYPE_CHECKING:
    import keras


def refuse_unkept(plan: Plan, model: keras.Model) -> None:
    """Refuse a network of a plugin that `kx predict` could not load from its file.

    It is described as in that file, and made again from the description.

    Raises:
        PluginError: why it cannot be.
    """
    entry = plan.architecture.entry
    if not entry.is_built_in:
        fault = _fault(model)
        refuse_faults(entry, [fault] if fault else [])


def _fault(model: keras.Model) -> str:
    """Return why a network cannot be made again of its description; empty if it can."""
    import keras

    try:
        config = keras.saving.serialize_keras_object(model)
        again = keras.saving.deserialize_keras_object(config, custom_objects=keras_parts())
    except Exception as error:  # Keras has no error of its own, and the plugin's code runs here
        if isinstance(error, MemoryError):
            raise
        return f"its network could not be loaded after training: {_reason(str(error))}"
    kinds, found = ([type(layer) for layer in net._flatten_layers()] for net in (model, again))
    if kinds != found or [w.shape for w in model.weights] != [w.shape for w in again.weights]:
        return "its network is another one when it is loaded: see get_config of its layers"
    return ""


def _reason(said: str) -> str:
    if match := re.search(r"Could not locate (?:class|function) '([^']{1,80})'", said):
        return (
            f"{match[1]!r} is not found by its name. Define it at the top of the plugin file, "
            "outside of any function"
        )
    if "Lambda" in said:
        return "it has a Lambda layer, whose code Keras does not load. Write a layer class instead"
    if "get_config" in said:
        line = next((line for line in said.splitlines() if "was created by" in line), "a layer")
        return f"{clean(line.strip())} cannot be described. Give its class a method get_config"
    return shortened(clean(" ".join(said.split())), 200)


def with_unit(work: Work, loaded: Loaded, base: Base) -> Loaded:
    """Leave the targets as they are where a plugin's network cannot say them in another unit.

    Raises:
        SpecError: if the spec asks for it all the same.
    """
    plan = work.plan
    if not loaded.scales_targets or plan.architecture.entry.is_built_in:
        return loaded
    info = loaded.bundle.info
    if suits(plan.build_model(info, base.weights), info.task):
        return loaded
    fatal = plan.spec.preparation.target == "standardize"
    remark = Remark.of("spec.targets_unscaled", name=plan.architecture.entry.name)
    hint = Remark.of("spec.targets_unscaled_hint")
    tell(work, [Finding(("preparation", "target"), remark, hint, fatal=fatal)])
    return replace(loaded, facts=replace(loaded.facts, target_scale="none"))
