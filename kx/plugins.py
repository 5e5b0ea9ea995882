"""What others register: installed packages, and files named by a spec."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kx.errors import KxError, PluginError

ENTRY_POINTS = "kx.plugins"
"""Installed packages offer their modules under this entry-point group."""


@cache
def load_installed() -> None:
    """Register what installed packages offer.

    Raises:
        PluginError: if an installed plugin cannot be imported, or takes a name that is taken.
    """
    for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        try:
            point.load()
        except KxError:
            raise
        except Exception as error:  # whatever a stranger's module raises while it is imported
            raise PluginError(
                f"plugin {point.name!r} ({point.value}) cannot be loaded: "
                f"{type(error).__name__}: {error}. Uninstall it or put it right."
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
    module_name = "kx_plugin_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    if module_name in sys.modules:
        return ""
    specification = importlib.util.spec_from_file_location(module_name, path)
    if specification is None or specification.loader is None:
        return f"{name!r}: is no Python module"
    module = importlib.util.module_from_spec(specification)
    sys.modules[module_name] = module
    try:
        specification.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a user's file raises when it is imported
        del sys.modules[module_name]
        return f"{name!r}: {type(error).__name__}: {error}"
    return ""
