"""TensorFlow, started in a known state and without its noise."""

from __future__ import annotations

import contextlib
import gc
import inspect
import math
import os
from collections.abc import Iterator
from pathlib import Path

from kx.base import signals
from kx.base.errors import UsageError
from kx.base.limits import address_space, check_room
from kx.base.remark import Remark
from kx.spec.schema import TrainingSection
from kx.training.engine import Machine

CAPS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


AMX = "amx_bf16"
"""What Linux calls a CPU's units for products of 16-bit numbers."""


def check_environment() -> None:
    """Look whether TensorFlow and Keras would run here as kx needs them.

    Raises:
        UsageError: if the environment asks for another backend, or would cut training short.
        OutOfMemoryError: if the limits of this process leave no room for TensorFlow.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend != "tensorflow":
        raise UsageError(f"KERAS_BACKEND={backend}: kx runs on tensorflow only; unset it.")
    for name in CAPS:
        if os.environ.get(name):
            raise UsageError(f"{name} is set: Keras would silently train less. Unset it.")
    check_room(address_space(), usable_cores())


def start_tensorflow(
    *, deterministic: bool, log: Path | None = None, precision: str = "float32"
) -> None:
    """Import TensorFlow and Keras; make operations reproducible if ``deterministic``.

    Args:
        deterministic: whether every operation must give the same bits each time. Costs nothing
            measurable on a CPU.
        log: where TensorFlow's own start-up remarks go; None: nowhere.
        precision: Keras's dtype policy for all layers that are made from now on.

    Raises:
        UsageError: as ``check_environment`` does.
    """
    check_environment()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # Its errors reach Python as exceptions; what it logs beside them is of use to nobody here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    signals.listen()
    with _own_keras_home(), _stderr_to(log), _no_garbage():
        import keras
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        tf.constant(0)  # what TensorFlow has to say of the CPU, it says at the first operation
    signals.check()
    _reset_keras_defaults(keras)
    keras.config.set_dtype_policy(precision)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """Keep Python from looking for garbage among a million new objects: 0.4 s of an import."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what was imported stays, and need not be looked at again
        if collects:
            gc.enable()


@contextlib.contextmanager
def unlocated_operations() -> Iterator[None]:
    """Have TensorFlow take no note of where in Python an operation was made.

    XLA asks each operation for it while it compiles, and for that waits 500 times a program until
    no other thread runs Python: a twentieth of the time that Boston's folds take. The switch is
    one of TensorFlow's inner parts: where it is not as it was in 2.21, nothing is changed.
    """
    from tensorflow.python.framework import ops

    make = inspect.unwrap(getattr(ops, "_create_c_op", lambda: None))
    before = make.__defaults__
    names = list(inspect.signature(make).parameters)
    if before and names[-1:] == ["extract_traceback"]:
        make.__defaults__ = (*before[:-1], False)
    try:
        yield
    finally:
        make.__defaults__ = before


def chosen_precision(
    training: TrainingSection, cpu: Path = Path("/proc/cpuinfo")
) -> tuple[str, Remark]:
    """Return the precision to compute with, and why.

    Args:
        training: ``precision: auto`` leaves the choice open: then the CPU decides.
        cpu: a file that has the word ``amx_bf16`` if the CPU does.
    """
    if training.precision != "auto":
        stated = "precision" in training.model_fields_set
        return training.precision, Remark.of("why.spec" if stated else "why.default")
    try:
        fast = AMX in cpu.read_text(encoding="utf-8").split()
    except OSError:
        fast = False
    if fast:
        return "mixed_bfloat16", Remark.of("why.amx")
    return "float32", Remark.of("why.no_amx")


def free_memory() -> float:
    """Return the bytes that can be had without swapping; infinity where nothing tells."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    table = dict(line.split(":", 1) for line in lines)
    return float(table["MemAvailable"].split()[0]) * 1024


def machine() -> Machine:
    """Return what this machine has, once TensorFlow is imported."""
    return Machine(free_memory(), has_gpu())


def has_gpu() -> bool:
    """Return whether TensorFlow has found a GPU that it can use."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and TensorFlow's generators, and Keras's own."""
    import keras

    keras.utils.set_random_seed(seed)


def _reset_keras_defaults(keras: object) -> None:
    """Undo what somebody's ``keras.json`` says: it would change results from afar."""
    config = keras.config  # type: ignore[attr-defined]
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")


@contextlib.contextmanager
def _own_keras_home() -> Iterator[None]:
    """Keep Keras from reading or writing ``keras.json`` in the user's folder while imported."""
    before = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ["KERAS_HOME"]
        else:
            os.environ["KERAS_HOME"] = before


@contextlib.contextmanager
def _stderr_to(log: Path | None) -> Iterator[None]:
    """Send file descriptor 2 to ``log``: the lines come from C++, no Python setting stops them."""
    target = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    saved = os.dup(2)
    os.dup2(target, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(target)
