"""What others register: installed packages, and files named by a spec."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from kx.base.errors import KxError, PluginError
from kx.base.guard import guarded, patience
from kx.components import registry
from kx.components.installed import may_have
from kx.contracts import Component

ENTRY_POINTS = "kx.components.plugins"
"""Installed packages offer their modules under this entry-point group."""

MODULES = "kx_plugin_"
"""How the names of the modules begin that plugin files become."""


@cache
def load_installed() -> None:
    """Register what installed packages offer.

    Raises:
        PluginError: if an installed plugin cannot be imported, or takes a name that is taken.
    """
    if not may_have(ENTRY_POINTS):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        try:
            with guarded(point.module):
                point.load()
        except KxError as error:
            raise PluginError(
                f"plugin {point.name!r} ({point.value}) cannot be loaded: {error}. "
                "Uninstall it or put it right."
            ) from error


def load_files(names: Sequence[str], folder: Path) -> list[str]:
    """Register what the Python files ``names``, relative to ``folder``, define.

    Returns:
        For each file that cannot be used: which, and why; empty if all is well.
    """
    return [problem for name in names if (problem := _load_file(name, folder))]


def _load_file(name: str, folder: Path) -> str:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or path.suffix != ".py":
        return f"{name!r}: a plugin is a .py file beside the spec or in a folder below it"
    if not path.is_file():
        return f"{name!r}: there is no such file beside the spec"
    module_name = MODULES + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    if module_name in sys.modules:
        return ""
    specification = importlib.util.spec_from_file_location(module_name, path)
    if specification is None or specification.loader is None:
        return f"{name!r}: is no Python module"
    module = importlib.util.module_from_spec(specification)
    sys.modules[module_name] = module
    try:
        with guarded(str(specification.origin), patience()):
            specification.loader.exec_module(module)
    except KxError as error:  # also what registering refuses
        del sys.modules[module_name]
        return f"{name!r}: {error}"
    return ""


def keras_parts() -> dict[str, Any]:
    """Return the layers and other parts of networks in the modules of plugins, by their names.

    These are the functions that such a module defines, and the classes that Keras can save; what
    it has merely imported of others is none of them, lest a model file names it.
    """
    registered = {
        entry.module
        for table in (registry.dataset, registry.model, registry.evaluator, registry.callback)
        for entry in table.registered()
    }
    own = [name for name in registered if not name.startswith("kx.")]
    names = dict.fromkeys([*own, *(name for name in sys.modules if name.startswith(MODULES))])
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return {name: part for module in modules for name, part in vars(module).items()
            if _is_part(part, module.__name__)}  # fmt: skip


def _is_part(part: object, module: str) -> bool:
    if isinstance(part, FunctionType):
        return part.__module__ == module
    if not isinstance(part, type) or part.__module__.startswith("keras."):
        return False
    if issubclass(part, Component):
        return False
    return part.__module__ == module or any(hasattr(part, name) for name in ("from_config", "call"))
