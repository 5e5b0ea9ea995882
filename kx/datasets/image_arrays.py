"""Anybody's own pictures, in a file of arrays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.text import counted
from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import bundled
from kx.data.files.archives import Form, npy_form, read_npz
from kx.data.files.files import Files
from kx.data.files.trees import existing

if TYPE_CHECKING:
    import numpy as np

PARTS = ("train", "test")
KEYS = tuple(f"{kind}_{part}" for part in PARTS for kind in "xy")

HEAD = 4096
"""Bytes of an array that surely hold its header."""

MOST_CLASSES = 10_000
"""A larger label is hardly the number of a class."""


@dataset("image_arrays")
class ImageArrays(Dataset):
    """Load your own pictures and labels, from an .npz file with the arrays of mnist.npz.

    These are x_train and x_test, pictures (n, height, width) or (n, height, width, 1 or 3) of
    uint8 from 0 to 255; and y_train and y_test, (n,) whole numbers of classes, from 0 on. Such a
    file is what `numpy.savez_compressed("mine.npz", x_train=…, y_train=…, …)` writes.

    Args:
        path: of the file; a relative path begins at the folder of the spec.

    Returns:
        x (n, height, width, channels) uint8; y (n,) int32. Two classes are a binary task, more of
        them multiclass.

    Raises:
        DataError: if the file has not the four arrays, or these do not fit each other.
    """

    path: SpecPath

    def info(self) -> DatasetInfo:
        """Describe the pictures by the headers of their arrays, and by the labels.

        Raises:
            DataError: if the file has not the four arrays, or these do not fit each other.
        """
        file = existing(Path(self.path))
        try:
            with zipfile.ZipFile(file) as archive:
                names = {name.removesuffix(".npy") for name in archive.namelist()}
                _refuse_lacking(file.name, names)
                forms = {key: _form(archive, key) for key in KEYS}
        except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
            raise DataError(f"{file.name} is no .npz file of arrays: {error}.") from error
        labels = read_npz(file, [f"y_{part}" for part in PARTS])
        _refuse(file.name, [*_misfits(forms), *_bad_labels(forms, labels)])
        return _info(forms, labels)

    def load(self, files: Files) -> DatasetBundle:
        """Read the pictures."""
        import numpy as np

        from kx.data.files.official import content_digest

        tree = files.own(Path(self.path))
        arrays = read_npz(Path(self.path), KEYS)
        _refuse_lacking(tree.name, arrays)
        forms = {key: (value.shape, value.dtype) for key, value in arrays.items()}
        _refuse(tree.name, [*_misfits(forms), *_bad_labels(forms, arrays)])
        files.took(tree, content_digest(arrays))
        info = _info(forms, arrays)
        shape = (-1, *info.input_shape)
        train, test = (
            Split(
                arrays[f"x_{part}"].reshape(shape), arrays[f"y_{part}"].reshape(-1).astype(np.int32)
            )
            for part in PARTS
        )
        return bundled(info, train, test)


def _form(archive: zipfile.ZipFile, key: str) -> Form:
    with archive.open(f"{key}.npy") as member:
        return npy_form(io.BytesIO(member.read(HEAD)))


def _info(forms: Mapping[str, Form], labels: Mapping[str, np.ndarray]) -> DatasetInfo:
    (train, *sides), (test, *_) = (forms[f"x_{part}"][0] for part in PARTS)
    count = 1 + max(int(labels[f"y_{part}"].max(initial=0)) for part in PARTS)
    return DatasetInfo(
        "image_arrays",
        "binary" if count == 2 else "multiclass",
        (*sides, 1) if len(sides) == 2 else tuple(sides),
        classes=tuple(map(str, range(count))),
        train_examples=train,
        test_examples=test,
        pixels=True,
    )


def _refuse_lacking(name: str, names: Any) -> None:
    if lacking := [key for key in KEYS if key not in names]:
        there = ", ".join(sorted(names)[:10]) or "nothing"
        raise DataError(
            f"{name} has no {', '.join(lacking)}; it has {there}. It needs {', '.join(KEYS)}."
        )


def _refuse(name: str, problems: list[str]) -> None:
    if problems:
        raise DataError("\n".join(f"{name}: {problem}" for problem in problems))


def _misfits(forms: Mapping[str, Form]) -> Iterator[str]:
    """Yield what is wrong with the shapes and types of the arrays."""
    for part in PARTS:
        (shape, dtype), (labels, kind) = (forms[f"{which}_{part}"] for which in "xy")
        if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
            yield (
                f"x_{part} has the shape {shape}, but pictures have (n, height, width) or (n, "
                "height, width, 1 or 3): reshape it"
            )
        if dtype != "uint8":
            scaled = "; numbers from 0 to 1 become such by (255 * x).round().astype('uint8')"
            yield f"x_{part} is {dtype}, but pictures are uint8 from 0 to 255{scaled}"
        if kind.kind not in "iu":
            yield f"y_{part} is {kind}, but labels are whole numbers of classes"
        if labels not in ((shape[0],), (shape[0], 1)):
            rows = "; one-hot rows become numbers by argmax(axis=1)" if len(labels) == 2 else ""
            pictures = counted(shape[0], "picture", "pictures")
            yield f"y_{part} has the shape {labels} beside {pictures}{rows}"
    if forms["x_train"][0][1:] != forms["x_test"][0][1:]:
        yield f"x_train has the shape {forms['x_train'][0]}, and x_test {forms['x_test'][0]}"


def _bad_labels(forms: Mapping[str, Form], labels: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Yield which labels are no numbers of classes."""
    for part in PARTS:
        y = labels[f"y_{part}"]
        if forms[f"y_{part}"][1].kind not in "iu" or not y.size:
            continue
        if y.min() < 0 or y.max() > MOST_CLASSES:
            wrong = int(y.min()) if y.min() < 0 else int(y.max())
            yield f"y_{part} has the label {wrong}; classes are numbered 0, 1, 2 and so on"
        elif y.max() == 0 and part == "train":
            yield "y_train has only one class, 0: there is nothing to tell apart"
