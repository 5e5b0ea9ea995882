"""Scikit-learn's diabetes patients."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import TestFraction, bundled, divided, held_out
from kx.data.files.files import Files

EXAMPLES = 442
FEATURES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
"""``bp`` is the mean blood pressure, ``s1`` to ``s6`` are measurements of the serum."""


@dataset("diabetes")
class Diabetes(Dataset):
    """Load 442 diabetes patients, to predict the progression of the disease; needs no download.

    Args:
        test_fraction: share kept for testing, in (0, 1); targets are distributed alike.

    Returns:
        x (n, 10) float32, unscaled, the columns as in ``FEATURES``; y (n,) float32, a score of 25
        to 346.

    Source:
        Efron, Hastie, Johnstone and Tibshirani (2004), "Least angle regression", Annals of
        Statistics 32; the copy that ships with scikit-learn.
    """

    test_fraction: TestFraction = 0.2

    def info(self) -> DatasetInfo:
        """Describe the patients without reading them."""
        test = held_out(EXAMPLES, self.test_fraction)
        return DatasetInfo(
            name="diabetes",
            task="regression",
            input_shape=(len(FEATURES),),
            scale="standardize",
            train_examples=EXAMPLES - test,
            test_examples=test,
            features=FEATURES,
            target="disease progression after one year (a score)",
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the patients."""
        from sklearn.datasets import load_diabetes

        data = load_diabetes(scaled=False)
        examples = Split(data.data.astype("float32"), data.target.astype("float32"))
        parts = divided(examples, self.test_fraction, data.target)
        return bundled(self.info(), *parts)
