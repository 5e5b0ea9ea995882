"""Fashion-MNIST: articles of clothing."""

from __future__ import annotations

from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import Labels, bundled, labelled
from kx.data.files.archives import IDX_KEY
from kx.data.files.files import Files, keras_file
from kx.data.samples import garments

CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)

# Keras pins no hashes. These, and the sizes, are the ones that TensorFlow Datasets pins for the
# same four files at their origin (tensorflow_datasets/url_checksums/fashion_mnist.txt).
# The folder is Keras's: the files of MNIST had the same names.


@dataset("fashion_mnist")
class FashionMnist(Dataset):
    """Load 60,000 + 10,000 pictures of clothing: a harder MNIST of the same shape.

    Args:
        labels: `integer` numbers of classes, or `one_hot` rows.

    Returns:
        x (n, 28, 28, 1) uint8, 0 = background; y (n,) int32 or (n, 10) float32.

    Raises:
        DataError: if a file is damaged or cannot be found.

    Source:
        Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking
        machine learning algorithms", arXiv 1708.07747; the files are those of ``keras.datasets``.
    """

    data_files = (
        keras_file(
            name="fashion-mnist/train-images-idx3-ubyte.gz",
            sha256="3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            size=26_421_880,
            sample=garments.train_images,
        ),
        keras_file(
            name="fashion-mnist/train-labels-idx1-ubyte.gz",
            sha256="a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            size=29_515,
            sample=garments.train_labels,
        ),
        keras_file(
            name="fashion-mnist/t10k-images-idx3-ubyte.gz",
            sha256="346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            size=4_422_102,
            sample=garments.test_images,
        ),
        keras_file(
            name="fashion-mnist/t10k-labels-idx1-ubyte.gz",
            sha256="67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            size=5_148,
            sample=garments.test_labels,
        ),
    )

    labels: Labels = "integer"

    def info(self) -> DatasetInfo:
        """Describe the pictures without reading them."""
        return DatasetInfo(
            name="fashion_mnist",
            task="multiclass",
            input_shape=(28, 28, 1),
            classes=CLASSES,
            one_hot=self.labels == "one_hot",
            scale="unit",
            train_examples=60_000,
            test_examples=10_000,
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the pictures."""
        x_train, y_train, x_test, y_test = (files.arrays(file)[IDX_KEY] for file in self.data_files)
        return bundled(
            self.info(),
            Split(x_train[..., None], labelled(y_train, len(CLASSES), self.labels)),
            Split(x_test[..., None], labelled(y_test, len(CLASSES), self.labels)),
        )
