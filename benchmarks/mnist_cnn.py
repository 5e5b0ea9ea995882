"""The notes' convolutional network for MNIST, fitted once: by kx, or by ``model.fit`` itself.

Prints one line of JSON: seconds of the fit, compilation included, and the test accuracy.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.epochs import job_for, read
from benchmarks.processes import ROOT

SPEC = ROOT / "configs" / "mnist_cnn.yaml"


def by_kx(plan: Any, bundle: Any, epochs: int) -> tuple[float, Any]:
    """Fit as ``kx train`` does; return the seconds, and what the network says of the test part."""
    import numpy as np

    from kx.contracts import Proposal, Watcher
    from kx.training.jobs import Hooks
    from kx.training.trainer import Trainer

    everything = Proposal("all", np.arange(len(bundle.train)), np.arange(0))
    job = replace(job_for(plan, bundle, everything), epochs=epochs)
    head, hooks = plan.head(bundle.info), Hooks(Watcher(), lambda *_: None)
    trainer = Trainer(plan.build_model, bundle.info, head, plan.spec.training, hooks)
    start = time.perf_counter()
    (fitted,) = trainer.fit([job])
    seconds = time.perf_counter() - start
    return seconds, trainer.predict_on(fitted, scaled(bundle.test.x))


def by_keras(plan: Any, bundle: Any, epochs: int) -> tuple[float, Any]:
    """Fit as the notes do; return the seconds, and what the network says of the test part."""
    from kx.training.assemble import compile_model

    training, batch = plan.spec.training, plan.spec.training.batch_size
    x = scaled(bundle.train.x)
    start = time.perf_counter()
    model = plan.build_model(bundle.info)
    compile_model(model, bundle.info, plan.head(bundle.info), training, -(-len(x) // batch))
    model.fit(x, bundle.train.y, batch_size=batch, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    return seconds, model.predict(scaled(bundle.test.x), batch_size=1000, verbose=0)


WAYS: dict[str, Callable[[Any, Any, int], tuple[float, Any]]] = {"kx": by_kx, "keras": by_keras}


def scaled(x: Any) -> Any:
    """Return bytes as numbers from 0 to 1, as the spec's preparation does."""
    return x.astype("float32") / 255


def main() -> None:
    """Read the options, fit, and print what came of it."""
    parser = argparse.ArgumentParser(prog="mnist_cnn", description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--examples", type=int, default=60_000, help="of the training part")
    options = parser.parse_args()
    from kx.training.environment import seed_everything, start_tensorflow

    plan, bundle, sample = read(SPEC)
    start_tensorflow(deterministic=True, precision=options.precision)
    seed_everything(1)
    bundle = first_rows(bundle, options.examples)
    seconds, said = WAYS[options.way](plan, bundle, options.epochs)
    accuracy = float((said.argmax(axis=1) == bundle.test.y).mean())
    print(json.dumps({"seconds": seconds, "accuracy": accuracy, "sample": sample}))


def first_rows(bundle: Any, count: int) -> Any:
    """Return the bundle with the first ``count`` rows of its training part."""
    import numpy as np

    rows = np.arange(min(count, len(bundle.train)))
    return replace(bundle, train=bundle.train.take(rows))


if __name__ == "__main__":
    main()
