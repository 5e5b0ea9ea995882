import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    bench_engines,
    bench_features,
    bench_glove,
    bench_imdb,
    bench_kfold,
    bench_lstm,
    bench_mnist_cnn,
    bench_predict,
    bench_report,
    bench_small_kfold,
    bench_startup,
    bench_table,
)

FEATURES = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "amx_int8")
PACKAGES = ("tensorflow", "keras", "numpy", "pydantic", "typer")
BENCHMARKS = (
    bench_startup,
    bench_predict,
    bench_report,
    bench_glove,
    bench_imdb,
    bench_kfold,
    bench_small_kfold,
    bench_mnist_cnn,
    bench_features,
    bench_lstm,
    bench_engines,
    bench_table,
)


def machine() -> str:
    """Describe what was measured on, by nothing that tells whose it is."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores; {_features()}\n"
        f"Python {platform.python_version()}, {packages}"
    )


def _features() -> str:
    """Return those of the CPU's instructions that decide how fast TensorFlow is."""
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return "CPU features unknown"
    return "CPU has " + (", ".join(name for name in FEATURES if name in words) or "no AVX2")


def main() -> bool:
    """Run all benchmarks, and return whether all targets were met."""
    print(machine())
    met = []
    for benchmark in BENCHMARKS:
        print(flush=True)
        met.append(benchmark.main())
    print(f"\n{'all targets met' if all(met) else 'targets missed'}")
    return all(met)


if __name__ == "__main__":
    sys.exit(not main())
