"""Anybody's own texts, sorted into folders."""

from __future__ import annotations

from dataclasses import replace

from kx.components.options import SpecPath
from kx.components.registry import dataset
from kx.contracts import Dataset, DatasetBundle, DatasetInfo
from kx.data.arrays.splitting import OnBroken
from kx.data.files.class_folders import FolderOptions, described_layout, own_layout
from kx.data.files.file_kinds import TEXTS
from kx.data.files.files import Files
from kx.data.files.folder_remarks import strangers
from kx.data.texts.text_files import TextOptions, text_bundle, text_info


@dataset("text_folder")
class TextFolder(Dataset):
    """Load your own texts, from one folder for each class.

    The folder (or zip or tar archive) holds either one folder for each class, which kx divides
    into a training and a test part with the same share of each class; or folders train, test and
    perhaps validation, with one folder for each class in each of them; with train and validation
    alone there is no test part. The texts for validation become the last rows of the training
    part, and those that the strategy holdout validates with. `rows.json` in a run's folder has
    the file of every row. Texts are txt files in UTF-8.

    Args:
        path: of the folder or the archive; a relative path begins at the folder of the spec.
        folders: what is a part and what a class.
        form: how the texts become numbers.
        on_broken: files that are no texts are an `error`, or left out: `skip`.

    Returns:
        x texts, which each fit makes a CSR matrix (n, num_words) of, or (n, maxlen) int32; y (n,)
        int32, the classes in the order of their names.

    Raises:
        DataError: if there are no texts of two classes, or some are none.
    """

    path: SpecPath
    folders: FolderOptions = FolderOptions()
    form: TextOptions = TextOptions()
    on_broken: OnBroken = "error"

    def info(self) -> DatasetInfo:
        """Describe the texts by the names of folders and files alone.

        Raises:
            DataError: if there are no texts of two classes.
        """
        return described_layout(self.path, TEXTS, self.folders).described(
            text_info("text_folder", self.form)
        )

    def load(self, files: Files) -> DatasetBundle:
        """Read the texts."""
        layout = own_layout(files, self.path, TEXTS, self.folders)
        info = layout.described(text_info("text_folder", self.form))
        bundle = text_bundle(files, layout.tree, layout.members(), info, self.on_broken)
        told = (*layout.remarks, *strangers(layout.tree, TEXTS), *bundle.remarks)
        return replace(bundle, remarks=told)
