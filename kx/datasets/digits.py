"""Scikit-learn's small handwritten digits."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import Labels, TestFraction, bundled, divided, held_out, labelled

CLASSES = tuple("0123456789")
EXAMPLES = 1_797


def digits_info(*, test_fraction: TestFraction = 0.2, labels: Labels = "integer") -> DatasetInfo:
    """Describe the digits without reading them; the options are those of ``digits``."""
    test = held_out(EXAMPLES, test_fraction)
    return DatasetInfo(
        name="digits",
        task="multiclass",
        input_shape=(8, 8, 1),
        classes=CLASSES,
        one_hot=labels == "one_hot",
        scale="unit",
        mirrored=False,
        train_examples=EXAMPLES - test,
        test_examples=test,
    )


@dataset("digits", info=digits_info)
def digits(*, test_fraction: TestFraction = 0.2, labels: Labels = "integer") -> DatasetBundle:
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
    from sklearn.datasets import load_digits

    data = load_digits()
    x = data.images[..., None].astype("float32")
    y = labelled(data.target, len(CLASSES), labels)
    parts = divided(Split(x, y), test_fraction, data.target)
    return bundled(digits_info(test_fraction=test_fraction, labels=labels), *parts)
