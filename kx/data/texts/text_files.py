"""Text files as data: each is looked at, decoded and cut into tokens once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kx.base.errors import DataError
from kx.base.remark import Remark, flaws_told
from kx.base.text import counted, some
from kx.contracts import DatasetBundle, DatasetInfo, Split, TextForm
from kx.data.arrays.sequences import sequence_form
from kx.data.arrays.splitting import OnBroken, bundled
from kx.data.files import cache
from kx.data.files.class_folders import LabelledFile
from kx.data.files.file_kinds import TEXTS
from kx.data.files.trees import Tree
from kx.data.texts.texts import tokenized

if TYPE_CHECKING:
    from kx.data.files.files import Files

NGrams = Annotated[int, Field(ge=1, le=5)]
NumWords = Annotated[int, Field(ge=3, le=1_000_000)]
"""Index 0 is padding, 1 an unknown token."""
MaxLen = Annotated[int, Field(ge=1, le=100_000)]
MOST_BYTES = 10_000_000
"""Of one text: a book has one or two million."""


@dataclass(frozen=True, slots=True)
class TextOptions(TextForm):
    """How texts become numbers: options of all datasets of texts.

    Attributes:
        tokenize: a text is a row of words, or of characters; `cjk`: of words, and, in scripts
            without blanks between them (Chinese, Japanese, Thai …), of characters.
        ngrams: up to so many tokens beside each other count as a further one; not in a sequence.
        encoding: `multi_hot` tells which tokens occur, `count` how often, `tf_idf` how telling
            they are, `sequence` in what order.
        num_words: the most frequent tokens of the training part, with padding and "unknown".
        maxlen: tokens of a `sequence`.
        pad: where shorter texts get zeros.
        truncate: where longer texts lose tokens.
    """

    ngrams: NGrams = 1
    num_words: NumWords = 10_000
    maxlen: MaxLen = 500


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file that was read.

    Attributes:
        flaw: why it is not text; empty: it is.
        identity: of name and content.
    """

    member: LabelledFile
    text: str
    flaw: str
    identity: str


def text_info(name: str, form: TextOptions) -> DatasetInfo:
    """Return what is known of texts that will be encoded so; two classes, as long as none are."""
    shape = sequence_form(form.encoding, form.num_words, form.maxlen, form.pad)
    tells = form.encoding == "sequence"
    texts = TextForm(**asdict(form))  # no options: as it is read back from a run
    return DatasetInfo(name=name, task="binary", texts=texts, tells_words=tells, **shape)


def text_bundle(
    files: Files,
    tree: Tree,
    parts: Mapping[str, Sequence[LabelledFile]],
    info: DatasetInfo,
    on_broken: OnBroken,
) -> DatasetBundle:
    """Read the texts of each part, in their order; those for validation follow the training ones.

    Args:
        files: are told what was read.
        tree: where the texts are; nothing in it is ever changed.
        parts: name of the part -> its texts.
        info: what they are made into.
        on_broken: whether files that are no texts are an error, or left out.

    Raises:
        DataError: naming all files that are no texts; or if, without them, no text of some class
            is left.
    """
    looked = {part: [_look(tree, member) for member in of] for part, of in parts.items()}
    everything = [file for of in looked.values() for file in of]
    files.took(tree, cache.digest(file.identity for file in everything))
    flaws = [f"{file.member.name}: {file.flaw}" for file in everything if file.flaw]
    if flaws and on_broken == "error":
        raise DataError(_unusable(tree, flaws))
    for part, of in looked.items():
        _refuse_lost_classes(tree, part, of, info.classes)
    good = {part: [file for file in of if not file.flaw] for part, of in looked.items()}
    validation = good.get("validation", [])
    train, test = [*good["train"], *validation], good["test"]
    info = replace(info, validation_examples=len(validation))
    told = flaws_told(flaws)
    left_out = Remark.of("texts.files_left_out", files=len(flaws), flaws=told)
    return _bundle(info, {"train": train, "test": test}, (left_out,) if flaws else ())


def text_flaws(tree: Tree) -> list[str]:
    """Return which files of a tree are no texts, and why."""
    looked = (_look(tree, LabelledFile(name, 0)) for name in filter(TEXTS.fits, tree.files))
    return [f"{file.member.name}: {file.flaw}" for file in looked if file.flaw]


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text that UTF-8 ``content`` is, and what is wrong with it; empty: nothing."""
    if len(content) > MOST_BYTES:
        return "", _too_large(len(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        return "", f"is not UTF-8: byte 0x{byte:02x} at position {error.start:,}; save it as UTF-8"
    if "\0" in text:
        return "", "holds a zero byte: it is not text"
    return text, "" if text.strip() else "is empty"


def _too_large(size: int) -> str:
    return f"has {size:,} bytes, more than the {MOST_BYTES:,} that kx reads as one text"


def _look(tree: Tree, member: LabelledFile) -> _Looked:
    try:
        if (size := tree.size(member.name)) > MOST_BYTES:
            return _Looked(member, "", _too_large(size), f"{member.name} {size}")
        content = tree.read(member.name)
    except OSError as error:
        return _Looked(member, "", f"cannot be read: {error.strerror or error}", member.name)
    identity = f"{member.name} {hashlib.sha256(content).hexdigest()}"
    return _Looked(member, *decoded(content), identity)


def _bundle(
    info: DatasetInfo, files: Mapping[str, Sequence[_Looked]], remarks: tuple[Remark, ...]
) -> DatasetBundle:
    import numpy as np

    assert info.texts is not None  # noqa: S101 - for the type checker
    texts = tokenized({part: [file.text for file in of] for part, of in files.items()}, info.texts)
    train, test = (
        Split(texts[part], np.array([file.member.label for file in files[part]], np.int32))
        for part in ("train", "test")
    )
    origins = {part: tuple(file.member.name for file in of) for part, of in files.items()}
    return replace(bundled(info, train, test), remarks=remarks, origins=origins)


def _unusable(tree: Tree, flaws: Sequence[str]) -> str:
    return (
        f"{tree.name}: {counted(len(flaws), 'file is no text', 'files are not texts')}: "
        f"{some(flaws)}\n"
        "Correct them, remove them, or set dataset.on_broken: skip."
    )


def _refuse_lost_classes(
    tree: Tree, part: str, files: Sequence[_Looked], classes: Sequence[str]
) -> None:
    left = {file.member.label for file in files if not file.flaw}
    if lost := {file.member.label for file in files} - left:
        name = next(file.member.name for file in files if file.member.label in lost)
        named = ", ".join(classes[label] for label in sorted(lost))
        raise DataError(
            f"{tree.name}: every text of {named} in the {part} part is unusable, "
            f"for example {name}."
        )
