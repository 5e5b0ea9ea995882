"""Boston house prices of the 1970s."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.splitting import bundled, keras_halves
from kx.data.files.files import Files, keras_file
from kx.data.samples.houses import boston_houses

FEATURES = (
    "CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"
)  # fmt: skip


NOTE = (
    "Ethics: column B is computed from the share of Black residents, on the assumption that "
    "racial segregation shapes house prices. Use this dataset only to study methods, or that "
    "very problem; for anything else take california."
)


@dataset("boston")
class BostonHousing(Dataset):
    """Load 404 + 102 suburbs of Boston, to predict the price of a house (mind the ethics).

    Ethics: the column ``B`` was made from the share of Black residents, by a formula that assumes
    that racial segregation shapes house prices. Keras discourages using this dataset except to
    illustrate such problems, and so do we; ``california`` is the better choice for all else.

    Returns:
        x (n, 13) float32, unscaled, the columns as in ``FEATURES``; y (n,) float32, median price
        in 1000 USD, 5 to 50. The rows stand in the order of
        ``keras.datasets.boston_housing.load_data()``.

    Raises:
        DataError: if the file is damaged or cannot be found.

    Source:
        Harrison and Rubinfeld (1978), "Hedonic prices and the demand for clean air", Journal of
        Environmental Economics and Management 5; the file is that of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="boston_housing.npz",
            sha256="f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
            size=57_026,
            sample=boston_houses,
        ),
    )

    def info(self) -> DatasetInfo:
        """Describe the houses without reading them."""
        return DatasetInfo(
            name="boston",
            task="regression",
            input_shape=(len(FEATURES),),
            scale="standardize",
            train_examples=404,
            test_examples=102,
            features=FEATURES,
            target="median house price (1000 USD)",
            note=NOTE,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the houses."""
        arrays = files.arrays(self.data_files[0])
        x, y = arrays["x"].astype("float32"), arrays["y"].astype("float32")
        return bundled(self.info(), *keras_halves(x, y))
