"""Pictures per second through VGG16 without its head, random weights: kx's way, or the notes'.

Prints one line of JSON. The clock runs from the built network to the last features, tracing
included; the pictures are noise of 150 x 150 pixels.
"""

import argparse
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

SHAPE = (150, 150, 3)
FEATURES = (4, 4, 512)


def by_kx(pictures: Any) -> tuple[float, Any]:
    """Extract as ``mode: features`` does."""
    import numpy as np

    from kx.architectures.pretrained import Pretrained
    from kx.contracts import DatasetInfo, Watcher
    from kx.running.features import Part

    info = DatasetInfo("noise", "binary", SHAPE, pixels=True)
    base = Pretrained(weights="none", mode="features", preprocess="rescale")
    network = base.extractor(info, None)
    of_base: Any = SimpleNamespace(model=lambda: network)
    work: Any = SimpleNamespace(watcher=Watcher())  # all that is asked of a run
    part = Part(of_base, pictures, "noise")
    start = time.perf_counter()
    features = np.stack(list(part.rows(work)))
    return time.perf_counter() - start, features


def by_notes(pictures: Any) -> tuple[float, Any]:
    """Extract as the notes do: batches of 20 through ``conv_base.predict``."""
    import keras
    import numpy as np

    conv_base = keras.applications.VGG16(weights=None, include_top=False, input_shape=SHAPE)
    features = np.zeros((len(pictures), *FEATURES))
    start = time.perf_counter()
    for first in range(0, len(pictures), 20):
        batch = pictures[first : first + 20] / 255
        features[first : first + 20] = conv_base.predict(batch, verbose=0)
    return time.perf_counter() - start, features


WAYS: dict[str, Callable[[Any], tuple[float, Any]]] = {"kx": by_kx, "notes": by_notes}


def main() -> None:
    """Read the options, extract, and print how fast that was."""
    parser = argparse.ArgumentParser(prog="extraction", description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--pictures", type=int, default=60)
    options = parser.parse_args()
    import numpy as np

    from kx.training.environment import seed_everything, start_tensorflow

    start_tensorflow(deterministic=False, precision=options.precision)
    seed_everything(1)
    draws = np.random.default_rng(1)
    pictures = draws.integers(0, 256, (options.pictures, *SHAPE), dtype=np.uint8)
    seconds, features = WAYS[options.way](pictures)
    told = {"per_second": len(pictures) / seconds, "mean": float(features.mean())}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
