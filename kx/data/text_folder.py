"""Anybody's own texts, sorted into folders."""

from __future__ import annotations

from pathlib import Path

from kx.contracts import DatasetBundle, DatasetInfo
from kx.data.class_folders import TEXTS, described, listed, with_test_part
from kx.data.files import Files
from kx.data.parts import SEED, Seed, TestFraction
from kx.data.sources import existing
from kx.data.text_files import TextOptions, text_bundle, text_info
from kx.data.text_table import OnBroken
from kx.data.trees import open_tree, unwrapped
from kx.options import SpecPath
from kx.registry import dataset


def text_folder_info(
    *,
    path: SpecPath,
    form: TextOptions,
    test_fraction: TestFraction = 0.2,
    split_seed: Seed = SEED,
    on_broken: OnBroken = "error",
) -> DatasetInfo:
    """Describe the texts by the names of folders and files alone.

    Raises:
        DataError: if there are no texts of two classes.
    """
    tree = unwrapped(open_tree(existing(Path(path))))
    return described(text_info("text_folder", form), listed(tree, TEXTS), test_fraction)


@dataset("text_folder", info=text_folder_info)
def text_folder(
    files: Files,
    *,
    path: SpecPath,
    form: TextOptions,
    test_fraction: TestFraction = 0.2,
    split_seed: Seed = SEED,
    on_broken: OnBroken = "error",
) -> DatasetBundle:
    """Load your own texts, from one folder for each class.

    The folder (or zip or tar archive) holds either one folder for each class, which kx divides
    into a training and a test part with the same share of each class; or folders train, test and
    perhaps validation, with one folder for each class in each of them. The texts for validation
    become the last rows of the training part. `rows.json` in a run's folder has the file of every
    row. Texts are txt files in UTF-8.

    Args:
        files: how the folder is read.
        path: of the folder or the archive; a relative path begins at the folder of the spec.
        form: how the texts become numbers.
        test_fraction: share of each class that is kept for testing, where there is no folder test.
        split_seed: decides which texts these are.
        on_broken: files that are no texts are an `error`, or left out: `skip`.

    Returns:
        x texts, which each fit makes a CSR matrix (n, num_words) of, or (n, maxlen) int32; y (n,)
        int32, the classes in the order of their names.

    Raises:
        DataError: if there are no texts of two classes, or some are none.
    """
    tree = unwrapped(files.own(Path(path)))
    classes = listed(tree, TEXTS)
    info = described(text_info("text_folder", form), classes, test_fraction)
    parts = with_test_part(classes, test_fraction, split_seed)
    return text_bundle(files, tree, parts, info, on_broken)
