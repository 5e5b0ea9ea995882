"""Scikit-learn's breast tumours."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import TestFraction, bundled, divided, held_out
from kx.data.files.files import Files

EXAMPLES = 569
MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
FEATURES = (
    *(f"mean {measure}" for measure in MEASURES),
    *(f"{measure} error" for measure in MEASURES),
    *(f"worst {measure}" for measure in MEASURES),
)


@dataset("breast_cancer")
class BreastCancer(Dataset):
    """Load 569 breast tumours, malignant or benign, from measured cells; needs no download.

    Args:
        test_fraction: share kept for testing, in (0, 1); the same share of both kinds.

    Returns:
        x (n, 30) float32, unscaled, the columns as in ``FEATURES``; y (n,) int32, where
        1 = benign, which is the more frequent class.

    Source:
        Street, Wolberg and Mangasarian (1993), "Nuclear feature extraction for breast tumor
        diagnosis", SPIE 1905; the copy that ships with scikit-learn.
    """

    test_fraction: TestFraction = 0.2

    def info(self) -> DatasetInfo:
        """Describe the tumours without reading them."""
        test = held_out(EXAMPLES, self.test_fraction)
        return DatasetInfo(
            name="breast_cancer",
            task="binary",
            input_shape=(len(FEATURES),),
            classes=("malignant", "benign"),
            scale="standardize",
            train_examples=EXAMPLES - test,
            test_examples=test,
            features=FEATURES,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the tumours."""
        from sklearn.datasets import load_breast_cancer

        data = load_breast_cancer()
        examples = Split(data.data.astype("float32"), data.target.astype("int32"))
        parts = divided(examples, self.test_fraction, data.target)
        return bundled(self.info(), *parts)
