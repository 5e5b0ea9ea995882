"""The notes' own IMDB job, as they write it, made to run on Keras 3 and nothing more.

Reads ``imdb.npz`` from the folder that ``KX_DATA_DIR`` names, else from Keras's own cache, and
prints the test accuracy as one line of JSON. Not how kx does it: this is what kx is measured
against. It needs about 10 GB of memory.
"""

import contextlib
import json
import sys
from typing import Any

from benchmarks.keras_home import keras_home


def notes_job() -> float:
    """Train, look at the validation part, train anew for 4 epochs, and return test accuracy."""
    import numpy as np
    from keras import layers, models
    from keras.datasets import imdb

    def vectorize_sequences(sequences: Any, dimension: int = 10000) -> Any:
        results = np.zeros((len(sequences), dimension))
        for i, sequence in enumerate(sequences):
            results[i, sequence] = 1.0
        return results

    def build(metric: str) -> Any:
        model = models.Sequential()
        model.add(layers.Input(shape=(10000,)))  # input_shape= of the first layer, in Keras 3
        model.add(layers.Dense(16, activation="relu"))
        model.add(layers.Dense(16, activation="relu"))
        model.add(layers.Dense(1, activation="sigmoid"))
        model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=[metric])
        return model

    (train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=10000)
    x_train = vectorize_sequences(train_data)
    x_test = vectorize_sequences(test_data)
    y_train = np.asarray(train_labels).astype("float32")
    y_test = np.asarray(test_labels).astype("float32")

    x_val = x_train[:10000]
    partial_x_train = x_train[10000:]
    y_val = y_train[:10000]
    partial_y_train = y_train[10000:]
    model = build("acc")
    model.fit(
        partial_x_train,
        partial_y_train,
        epochs=20,
        batch_size=512,
        validation_data=(x_val, y_val),
    )

    model = build("accuracy")
    model.fit(x_train, y_train, epochs=4, batch_size=512)
    results = model.evaluate(x_test, y_test)
    model.predict(x_test)
    return float(results[1])


if __name__ == "__main__":
    with keras_home("imdb.npz"), contextlib.redirect_stdout(sys.stderr):
        accuracy = notes_job()
    print(json.dumps({"test_accuracy": accuracy}))
