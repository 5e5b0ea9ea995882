"""The notes' own Boston K-fold, as they write it, made to run on Keras 3 and nothing more.

Reads ``boston_housing.npz`` from the folder that ``KX_DATA_DIR`` names, else from Keras's own
cache, and prints one line of JSON: seconds spent building and fitting, and the mean of the folds'
validation MAE after the last epoch. Not how kx does it: this is what kx is measured against. It
standardises by all training rows, those held out included, as the notes do.
"""

import argparse
import contextlib
import json
import sys
import time
from typing import Any

from benchmarks.keras_home import keras_home

FOLDS = 4


def build_model(features: int) -> Any:
    """Return the notes' network, compiled."""
    from keras import layers, models

    model = models.Sequential()
    model.add(layers.Input(shape=(features,)))  # input_shape= of the first layer, in Keras 3
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(1))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


def notes_job(folds: int, epochs: int, validate: bool) -> tuple[float, list[float]]:
    """Train on all rows but a fold's, for each fold; return seconds and validation MAEs."""
    import numpy as np
    from keras.datasets import boston_housing

    (train_data, train_targets), _ = boston_housing.load_data()
    mean = train_data.mean(axis=0)
    train_data -= mean
    std = train_data.std(axis=0)
    train_data /= std

    seconds, all_scores = 0.0, []
    size = len(train_data) // FOLDS
    for i in range(folds):
        fold = slice(i * size, (i + 1) * size)
        validation = (train_data[fold], train_targets[fold])
        rest = [
            np.concatenate([rows[: i * size], rows[(i + 1) * size :]], axis=0)
            for rows in (train_data, train_targets)
        ]
        watched = {"validation_data": validation} if validate else {}
        start = time.perf_counter()
        model = build_model(train_data.shape[1])
        model.fit(*rest, epochs=epochs, batch_size=1, verbose=0, **watched)
        seconds += time.perf_counter() - start
        _, val_mae = model.evaluate(*validation, verbose=0)
        all_scores.append(float(val_mae))
    return seconds, all_scores


def main() -> None:
    """Read the options, do the job, and print what came of it."""
    parser = argparse.ArgumentParser(prog="notes_boston", description=__doc__)
    parser.add_argument("--epochs", type=int, default=100, help="of each fold (default: 100)")
    parser.add_argument("--folds", type=int, default=FOLDS, help="only the first ones of the 4")
    parser.add_argument("--validate", action="store_true", help="after each epoch, as kx does")
    options = parser.parse_args()
    with keras_home("boston_housing.npz"), contextlib.redirect_stdout(sys.stderr):
        seconds, maes = notes_job(options.folds, options.epochs, options.validate)
    mean = sum(maes) / len(maes)
    print(json.dumps({"fit_seconds": seconds, "validation_mae": mean, "validation_maes": maes}))


if __name__ == "__main__":
    main()
