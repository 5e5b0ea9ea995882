"""Pictures of any kind as arrays: every file is looked at first, decoded once, and kept.

Networks are given bytes, and bring them to their range themselves: a saved network then takes
pictures as they are, and a byte takes a quarter of the memory of a float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.arrays.splitting import bundled
from kx.data.files import cache
from kx.data.files.class_folders import LabelledFile
from kx.data.files.file_kinds import PICTURES
from kx.data.files.folder_remarks import strangers
from kx.data.files.trees import Tree
from kx.data.pictures.decoding import PictureForm
from kx.data.pictures.picture_files import PictureFile, looked_at
from kx.data.pictures.picture_remarks import left_out, odd, refuse_lost_classes, unusable
from kx.data.pictures.picture_rows import Findings, decoded, read_part

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.files import Files

OnCorrupt = Literal["error", "skip"]
"""What to do about files that are no pictures: stop and name them all, or leave them out."""


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures that were read.

    Attributes:
        parts: name of the part -> x (n, height, width, channels) uint8, y (n,) int32.
        names: name of the part -> the file of each row.
        remarks: what everybody should know of these pictures.
        sha256: over names and contents of all files.
    """

    parts: Mapping[str, Split]
    names: Mapping[str, tuple[str, ...]]
    remarks: tuple[Remark, ...]
    sha256: str


def read_pictures(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[LabelledFile]],
    form: PictureForm,
    on_corrupt: OnCorrupt,
    shown: Mapping[str, str] | None = None,
) -> Album:
    """Read the pictures of each part, in their order, from the cache if their bytes are the same.

    Args:
        files: say where the cache is, and who is told how far it is.
        tree: where the pictures are; nothing in it is ever changed.
        parts: name of the part -> its pictures.
        form: what they are made into.
        on_corrupt: whether pictures that cannot be used are an error, or left out.
        shown: what messages call each picture, if not by its name.

    Raises:
        DataError: naming all pictures that cannot be used.
    """
    tell = files.watcher.counted
    entries = {
        part: looked_at(tree, pictures, partial(tell, f"reading the {part} pictures"))
        for part, pictures in parts.items()
    }
    folder = files.cache_dir and files.cache_dir / "pictures"
    read, remarks = {}, list[Remark]()
    for part, known in entries.items():
        findings = Findings(partial(tell, Remark.of("stage.decoding", part=part)))
        read[part], problem = read_part(tree, known, form, folder, findings)
        remarks += [problem] if problem else []
    called = shown or {}
    flaws = [(called.get(n, n), why) for _, found in read.values() for n, why in found.flaws]
    total = sum(map(len, entries.values()))
    if flaws and on_corrupt == "error":
        raise unusable(tree, flaws, total)
    remarks += [*left_out(flaws, total), *odd(found for _, found in read.values())]
    left = {part: _without(entries[part], found.flaws) for part, (_, found) in read.items()}
    return Album(
        {part: Split(x, _labels(left[part])) for part, (x, _) in read.items()},
        {part: tuple(entry.name for entry in good) for part, good in left.items()},
        tuple(dict.fromkeys(remarks)),
        cache.digest(entry.identity for part in entries.values() for entry in part),
    )


def read_album(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[LabelledFile]],
    form: PictureForm,
    on_corrupt: OnCorrupt,
    classes: Sequence[str] = (),
) -> Album:
    """Read pictures that are sorted into classes; see ``read_pictures``.

    Args:
        files: are told what was read, too.
        tree: as there.
        parts: as there.
        form: as there.
        on_corrupt: as there.
        classes: names, in the order of the labels.

    Raises:
        DataError: as there; or if, without those that cannot be used, no picture of some class is
            left.
    """
    album = read_pictures(files, tree, parts, form, on_corrupt)
    files.took(tree, album.sha256)
    for part, wanted in parts.items():
        good = set(album.names[part])
        refuse_lost_classes(tree, part, wanted, [w for w in wanted if w.name in good], classes)
    remarks = dict.fromkeys((*strangers(tree, PICTURES), *album.remarks))
    return replace(album, remarks=tuple(remarks))


def picture_bundle(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[LabelledFile]],
    info: DatasetInfo,
    on_corrupt: OnCorrupt,
) -> DatasetBundle:
    """Read the pictures in ``tree`` as the dataset that ``info`` describes.

    Args:
        files: as in ``read_album``.
        tree: likewise.
        parts: ``train``, perhaps ``validation``, whose rows come last in the training part, and
            ``test``, which may be empty.
        info: form of the data, and how many there should be.
        on_corrupt: as in ``read_album``.

    Raises:
        DataError: as ``read_album`` does, or if no picture for validation can be used.
    """
    validation = parts.get("validation", ())
    two = {"train": [*parts["train"], *validation], "test": parts["test"]}
    form = PictureForm(info.input_shape[0], info.input_shape[2])
    album = read_album(files, tree, two, form, on_corrupt, info.classes)
    given = len({picture.name for picture in validation} & set(album.names["train"]))
    if validation and not given:
        raise DataError(f"{tree.name}: no picture of the validation part can be used.")
    info = replace(info, validation_examples=given)
    bundle = bundled(info, album.parts["train"], album.parts["test"])
    return replace(bundle, remarks=album.remarks, origins=album.names)


def picture_flaws(tree: Tree) -> list[str]:
    """Return ``file: what is wrong with it`` of all pictures in ``tree`` that cannot be used."""
    form, findings = PictureForm(16), Findings()
    pictures = [LabelledFile(name, 0) for name in filter(PICTURES.fits, tree.files)]
    for _ in decoded(tree, looked_at(tree, pictures), form, findings):
        pass
    return [f"{name}: {flaw}" for name, flaw in findings.flaws]


def _without(entries: Sequence[PictureFile], flaws: Sequence[tuple[str, str]]) -> list[PictureFile]:
    bad = {name for name, _ in flaws}
    return [entry for entry in entries if entry.name not in bad]


def _labels(entries: Sequence[PictureFile]) -> np.ndarray:
    import numpy as np

    return np.array([entry.label for entry in entries], np.int32)
