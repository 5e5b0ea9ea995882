"""MNIST: handwritten digits."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import Labels, bundled, labelled
from kx.data.files.files import Files, keras_file
from kx.data.samples.digits import digits

CLASSES = tuple("0123456789")


@dataset("mnist")
class Mnist(Dataset):
    """Load 60,000 + 10,000 pictures of handwritten digits.

    Args:
        labels: `integer` digits, or `one_hot` rows.

    Returns:
        x (n, 28, 28, 1) uint8, 0 = paper, 255 = ink; y (n,) int32 or (n, 10) float32.

    Raises:
        DataError: if the file is damaged or cannot be found.

    Source:
        LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document
        recognition", Proceedings of the IEEE 86; the file is that of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="mnist.npz",
            sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            size=11_490_434,
            sample=digits,
            # Measured; the arrays written as idx files have the MD5 sums of LeCun's originals.
            content="7bf19471c397a07c4488f600bdfd9f25edbf8c41c2ecc70e1f93beee515475e6",
        ),
    )

    labels: Labels = "integer"

    def info(self) -> DatasetInfo:
        """Describe the digits without reading them."""
        return DatasetInfo(
            name="mnist",
            task="multiclass",
            input_shape=(28, 28, 1),
            classes=CLASSES,
            one_hot=self.labels == "one_hot",
            scale="unit",
            mirrored=False,
            train_examples=60_000,
            test_examples=10_000,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the digits."""
        arrays = files.arrays(self.data_files[0])
        train, test = (
            Split(
                arrays[f"x_{part}"][..., None],
                labelled(arrays[f"y_{part}"], len(CLASSES), self.labels),
            )
            for part in ("train", "test")
        )
        return bundled(self.info(), train, test)
