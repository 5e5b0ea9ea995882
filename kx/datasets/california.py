"""California house prices of 1990."""

from __future__ import annotations

from typing import Literal

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.splitting import bundled, keras_halves
from kx.data.files.files import Files, keras_file
from kx.data.samples.houses import california_houses

Version = Literal["small", "large"]

ROWS: dict[Version, int] = {"small": 600, "large": 20_640}
"""The small version is the beginning of the large one."""

FEATURES = (
    "longitude",
    "latitude",
    "house_age",
    "rooms",
    "bedrooms",
    "population",
    "households",
    "income",
)
"""StatLib's order. Keras's documentation names others, which the file does not hold (its issue
21886): the averages per household of scikit-learn's edition."""

TARGET_UNIT = 100_000
"""The file has USD; networks learn badly to predict such large numbers."""


@dataset("california")
class CaliforniaHousing(Dataset):
    """Load 480 + 120 (or 16,512 + 4,128) districts of California, to predict house prices.

    Args:
        version: `small` has 600 districts, all around San Francisco Bay; `large` has 20,640.

    Returns:
        x (n, 8) float32, unscaled: coordinates in degrees, median age of the houses in years,
        numbers of rooms, bedrooms, people and households, median income in 10,000 USD; y (n,)
        float32, median price in 100,000 USD, 0.15 to 5. The rows stand in the order of
        ``keras.datasets.california_housing.load_data()``, whose prices are in USD.

    Raises:
        DataError: if the file is damaged or cannot be found.

    Source:
        Pace and Barry (1997), "Sparse Spatial Autoregressions", Statistics and Probability
        Letters 33; the file is that of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="california_housing.npz",
            sha256="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
            size=743_530,
            sample=california_houses,
        ),
    )

    version: Version = "small"

    def info(self) -> DatasetInfo:
        """Describe the districts without reading them."""
        train = ROWS[self.version] * 4 // 5
        return DatasetInfo(
            name="california",
            task="regression",
            input_shape=(len(FEATURES),),
            scale="standardize",
            train_examples=train,
            test_examples=ROWS[self.version] - train,
            features=FEATURES,
            target="median house price (100,000 USD)",
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the districts."""
        arrays = files.arrays(self.data_files[0])
        rows = ROWS[self.version]
        x = arrays["x"][:rows].astype("float32")
        y = (arrays["y"][:rows] / TARGET_UNIT).astype("float32")
        return bundled(self.info(), *keras_halves(x, y))
