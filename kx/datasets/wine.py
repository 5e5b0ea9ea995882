"""Scikit-learn's wines."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import Labels, TestFraction, bundled, divided, held_out, labelled
from kx.data.files.files import Files

CLASSES = ("cultivar 1", "cultivar 2", "cultivar 3")
EXAMPLES = 178
FEATURES = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
)


@dataset("wine")
class Wine(Dataset):
    """Load 178 wines by cultivar, from chemical measurements; needs no download.

    Args:
        test_fraction: share kept for testing, in (0, 1); the same shares of all cultivars.
        labels: `integer` numbers of cultivars, or `one_hot` rows.

    Returns:
        x (n, 13) float32, unscaled, the columns as in ``FEATURES``; y (n,) int32 or (n, 3)
        float32.

    Source:
        Aeberhard and Forina (1992), "Wine", UCI; the copy that ships with scikit-learn.
    """

    test_fraction: TestFraction = 0.2
    labels: Labels = "integer"

    def info(self) -> DatasetInfo:
        """Describe the wines without reading them."""
        test = held_out(EXAMPLES, self.test_fraction)
        return DatasetInfo(
            name="wine",
            task="multiclass",
            input_shape=(len(FEATURES),),
            classes=CLASSES,
            one_hot=self.labels == "one_hot",
            scale="standardize",
            train_examples=EXAMPLES - test,
            test_examples=test,
            features=FEATURES,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the wines."""
        from sklearn.datasets import load_wine

        data = load_wine()
        y = labelled(data.target, len(CLASSES), self.labels)
        parts = divided(Split(data.data.astype("float32"), y), self.test_fraction, data.target)
        return bundled(self.info(), *parts)
