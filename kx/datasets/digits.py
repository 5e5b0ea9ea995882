"""Scikit-learn's small handwritten digits."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import Labels, TestFraction, bundled, divided, held_out, labelled
from kx.data.files.files import Files

CLASSES = tuple("0123456789")
EXAMPLES = 1_797


@dataset("digits")
class Digits(Dataset):
    """Load 1,797 pictures of handwritten digits, 8 by 8 pixels; needs no download.

    Args:
        test_fraction: share kept for testing, in (0, 1); the same shares of all digits.
        labels: `integer` digits, or `one_hot` rows.

    Returns:
        x (n, 8, 8, 1) float32, 0 = paper, 16 = ink; y (n,) int32 or (n, 10) float32.

    Source:
        Alpaydin and Kaynak (1998), "Optical recognition of handwritten digits", UCI; the part
        that ships with scikit-learn.
    """

    test_fraction: TestFraction = 0.2
    labels: Labels = "integer"

    def info(self) -> DatasetInfo:
        """Describe the digits without reading them."""
        test = held_out(EXAMPLES, self.test_fraction)
        return DatasetInfo(
            name="digits",
            task="multiclass",
            input_shape=(8, 8, 1),
            classes=CLASSES,
            one_hot=self.labels == "one_hot",
            scale="unit",
            mirrored=False,
            train_examples=EXAMPLES - test,
            test_examples=test,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the digits."""
        from sklearn.datasets import load_digits

        data = load_digits()
        x = data.images[..., None].astype("float32")
        y = labelled(data.target, len(CLASSES), self.labels)
        parts = divided(Split(x, y), self.test_fraction, data.target)
        return bundled(self.info(), *parts)
