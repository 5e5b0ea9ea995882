"""What tests of runs on a ready-made base share: pictures, specs, and a way to train them."""

import json

import numpy as np
from PIL import Image

SPEC = """\
name: small
seed: 3
dataset: {name: image_folder, path: photos, image_size: 32}
architecture:
  name: pretrained
  base: MobileNet
  base_options: {alpha: 0.25}
  cut_at: conv_pw_3_relu
  weights: none
  units: [8]
  mode: MODE
validation: {strategy: holdout, size: 8, refit: none}
training: {optimizer: {name: adam, learning_rate: 0.02}, batch_size: 8, epochs: 3}
"""
PARAMETERS = 2_960
"""Of the base, up to there."""
PHASES = "phases: [{epochs: 1, trainable: head}, {epochs: 2, trainable: unfrozen}]"
TUNED = (
    SPEC.replace("mode: MODE", "mode: fine_tune\n  unfreeze_from: conv_dw_3")
    .replace("epochs: 3", PHASES)
    .replace("refit: none", "refit: 2")
)
FEATURES, FROZEN = SPEC.replace("MODE", "features"), SPEC.replace("MODE", "frozen")


def photographed(folder):
    """Put pictures into a folder, light ones and dark ones."""
    draws = np.random.default_rng(0)
    for part, count in (("train", 12), ("test", 4)):
        for label, level in (("dark", 0), ("light", 128)):
            place = folder / "photos" / part / label
            place.mkdir(parents=True)
            for number in range(count):
                pixels = draws.integers(level, level + 128, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(place / f"{number}.png")
    return folder


def alone(patch, folder):
    """Leave a run nothing of the user's: data, weights, cache and network."""
    for name in ("KX_DATA_DIR", "KX_TIMEOUT"):
        patch.delenv(name, raising=False)
    patch.setenv("KX_OFFLINE", "1")
    patch.setenv("KX_CACHE_DIR", str(folder / "cache"))
    patch.setenv("KERAS_HOME", str(folder / "keras"))


def trained(run, home, text, *args, expected=0):
    """Train a spec in the folder of the pictures; return run folder, record, stdout, stderr."""
    (home / "spec.yaml").write_text(text)
    outputs = home / "outputs"
    before = set(outputs.iterdir()) if outputs.exists() else set()
    code, out, err = run("train", home / "spec.yaml", "--outputs", outputs, *args)
    assert code == expected, err
    (folder,) = set(outputs.iterdir()) - before
    return folder, json.loads((folder / "record.json").read_text()), out, err
