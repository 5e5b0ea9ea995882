"""Features of a ready-made base: kept ones against new ones, and kx's way against the notes'."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cpu import is_fast_in_half
from benchmarks.processes import cost_of, interleaved, verdict

SOONER = 10
"""A second run begins its first epoch, counted from having read the data."""
FASTER = 4
"""VGG16 in mixed_bfloat16 against the notes' loop in float32, on a CPU with units for it."""

SPEC = """\
name: features
seed: 1
dataset: {{name: image_folder, path: {path}, image_size: 150}}
architecture: {{name: pretrained, mode: features, fallback: random, {base}}}
validation: {{strategy: holdout, size: 0.25, refit: none}}
training: {{optimizer: rmsprop, batch_size: 20, epochs: 2}}
"""
SMALL = "base: MobileNet, base_options: {alpha: 0.25}"
NOTES = "base: VGG16, weights: none"
PAIRS = 3
"""So many times a first and a second run of the small base: short ones, easily disturbed."""
FEW = 100
"""Pictures of each class that VGG16 is shown, of the training and of the test part."""
DRAWN = 20
"""So many times the sample's pictures, each in another brightness, where there are no real ones."""


def main(arguments: Sequence[str] = ()) -> bool:
    """Run all, print two tables, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_features", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="of VGG16, each way (default: 1)")
    parser.add_argument("--pictures", type=int, default=60, help="through VGG16 (default: 60)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as folder:
        home = Path(folder)
        path, kind = pictures(home)
        met = kept(home / "small", path, kind, SMALL, PAIRS)
        met += kept(home / "notes", few_of(path, home / "few"), kind, NOTES, 1)
    return all([*met, *per_second(options.runs, options.pictures)])


def kept(home: Path, path: Path, kind: str, base: str, runs: int) -> list[bool]:
    """Run a spec twice, ``runs`` times; print and judge how soon each run began to train."""
    home.mkdir()
    (home / "spec.yaml").write_text(SPEC.format(path=json.dumps(str(path)), base=base))
    pairs = [_pair(home, str(number)) for number in range(runs)]
    first, second = ({key: median(pair[at][key] for pair in pairs) for key in pairs[0][at]}
                     for at in range(2))  # fmt: skip
    random = ", random weights" if first["random"] else ""
    print(f"{base}{random}: {first['passes']:,.0f} {kind}; medians of {runs}")
    print(f"{'seconds from being ready':30}{'forward passes':>16}{'features':>12}"
          f"{'first epoch':>14}{'its end':>10}{'all in all':>13}")  # fmt: skip
    for name, row in (("first run", first), ("second run", second)):
        print(
            f"{name:30}{row['passes']:>16,.0f}{row['stage']:>10.2f} s{row['begins']:>12.2f} s"
            f"{row['ends']:>8.2f} s{row['whole']:>11.1f} s"
        )
    print("ready: pictures are read, TensorFlow is started; all in all: from the start; not judged")
    passes, stage = int(second["passes"]), first["stage"] / second["stage"]
    sooner = median(one["begins"] / two["begins"] for one, two in pairs)
    return [
        verdict(f"the second run makes {passes} forward passes", not passes),
        verdict(f"it has its features {stage:.0f} times as fast (target: {SOONER})",
                stage >= SOONER),
        verdict(f"it begins its first epoch {sooner:.1f} times as soon (target: {SOONER})",
                sooner >= SOONER),
    ]  # fmt: skip


def _pair(home: Path, name: str) -> list[dict[str, Any]]:
    """Return what came of two runs of one spec, with a new cache."""
    command = [sys.executable, "-m", "benchmarks.features", str(home / "spec.yaml")]
    return [json.loads(cost_of([*command, "--home", str(home / name)]).out) for _ in range(2)]


def few_of(path: Path, target: Path) -> Path:
    """Return a folder with the first pictures of each class of both parts."""
    for classes in sorted(path.glob("*/*")):
        if classes.parent.name in ("train", "test"):
            place = target / classes.parent.name / classes.name
            place.mkdir(parents=True)
            for file in sorted(classes.iterdir())[:FEW]:
                shutil.copy(file, place)
    return target


def pictures(home: Path) -> tuple[Path, str]:
    """Return a folder of pictures and what they are: real ones, or drawn ones made in ``home``."""
    real = Path(os.environ.get("KX_DATA_DIR", "")) / "cats_and_dogs_small"
    if os.environ.get("KX_DATA_DIR") and real.is_dir():
        return real, "photographs of cats and dogs"
    from kx.datasets.cats_vs_dogs import CatsVsDogs

    for name, content in CatsVsDogs.data_folders[0].sample().items():
        file = home / "drawn" / Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        for number in range(DRAWN):
            file.with_stem(f"{file.stem}-{number}").write_bytes(_varied(content, number))
    return home / "drawn", "drawn pictures (SAMPLE DATA)"


def _varied(content: bytes, number: int) -> bytes:
    import io

    from PIL import Image, ImageEnhance

    buffer = io.BytesIO()
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    ImageEnhance.Brightness(picture).enhance(1 - number / 40).save(buffer, "PNG")
    return buffer.getvalue()


def per_second(runs: int, count: int) -> list[bool]:
    """Print how many pictures go through VGG16 in a second, and return what is to be judged."""
    ways = {
        "notes' loop, float32": ("notes", "float32"),
        "kx, float32": ("kx", "float32"),
        "kx, mixed_bfloat16": ("kx", "mixed_bfloat16"),
    }
    commands = {name: _extraction(way, how, count) for name, (way, how) in ways.items()}
    found: Mapping[str, Sequence[dict[str, Any]]] = {
        name: [json.loads(cost.out) for cost in costs]
        for name, costs in interleaved(commands, runs).items()
    }
    print(f"\nVGG16, random weights, {count} pictures of 150 x 150; medians of {runs}")
    speeds = {name: median(row["per_second"] for row in rows) for name, rows in found.items()}
    notes, _, half = speeds.values()
    print(f"{'':24}{'pictures per second':>20}{'against the notes':>20}")
    for name, speed in speeds.items():
        print(f"{name:24}{speed:>20.1f}{speed / notes:>19.2f}x")
    if not is_fast_in_half():
        print(f"mixed_bfloat16 is {half / notes:.2f} times the notes' loop: not judged: no AMX")
        return []
    text = f"mixed_bfloat16 is {half / notes:.1f} times the notes' loop (target: {FASTER})"
    return [verdict(text, half / notes >= FASTER)]


def _extraction(way: str, precision: str, count: int) -> list[str]:
    words = [way, f"--precision={precision}", f"--pictures={count}"]
    return [sys.executable, "-m", "benchmarks.extraction", *words]


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
