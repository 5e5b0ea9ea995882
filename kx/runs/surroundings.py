"""What a result owes to its surroundings: versions, commit, machine, settings of libraries."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("kx", "keras", "tensorflow", "numpy", "scikit-learn")

ALLOWED = ("TF_", "KERAS_", "OMP_", "CUDA_VISIBLE_DEVICES")
"""How the environment variables begin that are recorded. No others are: they may hold secrets."""

CPU_FEATURES = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve")
"""Instructions that decide which kernels TensorFlow uses, and so the last digits of results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of the surroundings can change results; None: it is not known.

    No user name, host name or path is in it.

    Attributes:
        system: such as ``Linux``.
        machine: type of the processor, such as ``x86_64``.
        cpu_features: those of ``CPU_FEATURES`` that it has.
        cores: that may be used.
        onednn: whether TensorFlow uses these kernels.
        variables: of the environment, those that begin as ``ALLOWED`` says.
        deterministic: whether the spec asks for it; only a run knows.
    """

    system: str | None = None
    machine: str | None = None
    cpu_features: list[str] | None = None
    cores: int | None = None
    onednn: bool | None = None
    variables: Mapping[str, str] | None = None
    deterministic: bool | None = None

    @classmethod
    def now(cls, *, deterministic: bool | None = None) -> Surroundings:
        """Return those of this process."""
        return cls(
            system=platform.system(),
            machine=platform.machine(),
            cpu_features=_cpu_features(Path("/proc/cpuinfo")),
            cores=_usable_cores(),
            onednn=os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0",
            variables=_variables(),
            deterministic=deterministic,
        )

    def known(self) -> dict[str, Any]:
        """Return what is known, by its name."""
        values = {of.name: getattr(self, of.name) for of in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


def collect_versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of the installed ``packages``, without importing them."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_commit(folder: Path) -> str | None:
    """Return the commit of the repository around ``folder``, or None outside of one.

    ``-dirty`` at its end: files under version control differ from that commit.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if changes else commit


def _git(folder: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # A repository may name a program as its file monitor: reading a commit must not start it.
    command = [git, "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=5, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def _usable_cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_features(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []  # not Linux
    line = next((row for row in text.splitlines() if row.startswith(("flags", "Features"))), "")
    return [name for name in CPU_FEATURES if name in line.split()]


def _variables() -> dict[str, str]:
    # TF_CONFIG names the hosts of a cluster. A path may contain a user's name.
    return {
        name: "(a path)" if "/" in value or "\\" in value else value
        for name, value in sorted(os.environ.items())
        if name.startswith(ALLOWED) and name != "TF_CONFIG"
    }
