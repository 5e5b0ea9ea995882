"""Examples of the dataset as people see them: pictures, texts, or the values of a row."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError, MissingDataError
from kx.base.text import number
from kx.data.arrays.sequences import INDEX_FROM, PADDING, START, UNKNOWN
from kx.data.tables.cells import written
from kx.data.tables.mixed_rows import beside_of, numbers_of
from kx.data.texts.word_index import WORD_INDEXES, read_word_index
from kx.explain.subjects import dataset_of
from kx.runs.reader import Predictions, Run

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from kx.contracts import ColumnForm, DatasetBundle
    from kx.data.files.sample_files import SampleFiles
    from kx.data.files.sources import SourceFiles

LONGEST = 160
"""Pixels of the longer side of a picture; larger ones are made smaller."""

SMALL = 64
"""Up to so many pixels a picture is kept as PNG, without any loss."""

WORDS = 90
"""Of a text its last words are shown, which is what a network for sequences keeps, too."""

VALUES = 32
"""At most so many columns of a row are shown."""

LAST = 6
"""Targets of the past that are shown of a window."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it is shown: exactly one of picture, text and values is there.

    Attributes:
        picture: a data URI.
        coarse: whether the picture has so few pixels that each is to be seen.
        text: its words.
        values: name of a column -> value.
    """

    picture: str = ""
    coarse: bool = False
    text: str = ""
    values: tuple[tuple[str, str], ...] = ()


def show(run: Run, said: Predictions, at: Sequence[int]) -> list[Shown]:
    """Return some of the rows that a run predicted, read anew from its dataset.

    Nothing is downloaded, and TensorFlow is not needed.

    Args:
        run: with a record.
        said: its predictions.
        at: places in these.

    Raises:
        KxError: if the data are no longer available, or are no longer the same.
    """
    import numpy as np

    words = _word_index(run.recorded.stated.section("dataset").get("name")) in WORD_INDEXES
    files = _files(run.recorded.is_sample)
    bundle = _texts(run, files) if words else dataset_of(run, files)
    part = bundle.test if said.part == "test" else bundle.train
    rows = said.rows[np.array(at, "int64")]
    if said.rows.max() >= len(part) or not np.array_equal(part.y[said.rows], said.y):
        raise DataError("the rows are no longer those of the run")
    return list(_shown(part.x[rows], bundle, words, files))


def _files(sample: bool) -> SampleFiles | SourceFiles:
    from kx.data.files.sample_files import SampleFiles
    from kx.data.files.sources import SourceFiles

    if sample:
        return SampleFiles()
    return replace(
        SourceFiles.from_environment(), offline=True, offline_because="a report downloads nothing"
    )


def _word_index(dataset: object) -> str:
    return f"{dataset}_word_index.json"


def _texts(run: Run, files: SampleFiles | SourceFiles) -> DatasetBundle:
    """Return the data with words in their order, whatever form the network was given them in.

    Raises:
        DataError: if the files are not those of the run.
    """
    from kx.planning import plan_data

    plan = plan_data(run.folder, run.recorded.spec_folder, plugins=run.plugins)
    # Of the plan, not of the spec: few architectures would take data of this form.
    options = {**plan.dataset.options, "encoding": "sequence", "maxlen": WORDS}
    bundle = replace(plan, dataset=replace(plan.dataset, options=options)).load_data(files)
    if dict(files.provenance().files) != run.recorded.dataset.files:
        raise DataError("the files are no longer those of the run")
    return bundle


def _shown(
    x: Any, bundle: DatasetBundle, words: bool, files: SampleFiles | SourceFiles
) -> Iterator[Shown]:
    shape = bundle.info.input_shape
    if bundle.info.texts:
        yield from (Shown(text=_beginning(text)) for text in x.strings)
    elif words or bundle.info.vocabulary is not None:
        known = _words(bundle.info.name, files)
        yield from (Shown(text=_text(row, known)) for row in x)
    elif len(shape) == 3 and shape[-1] in (1, 3):
        yield from (_as_picture(picture) for picture in _pixels(x))
    elif bundle.info.series:
        yield from (_as_past(window, bundle.info.table) for window in x)
    elif bundle.info.table:
        yield from (
            Shown(values=tuple(_written(x[[at]], bundle.info.table))) for at in range(len(x))
        )
    else:
        names = bundle.info.features
        yield from (Shown(values=tuple(_values(row, names))) for row in _dense(x))


def _words(dataset: str, files: SampleFiles | SourceFiles) -> dict[int, str]:
    """Return index -> word, or nothing where the list of words is not at hand."""
    from kx.data.files.sources import SourceFiles

    name = _word_index(dataset)
    if name not in WORD_INDEXES or not isinstance(files, SourceFiles):
        return {}
    try:
        ranks = read_word_index(name, files)
    except MissingDataError:
        return {}
    return {rank + INDEX_FROM: word for word, rank in ranks.items()}


def _text(row: np.ndarray, known: Mapping[int, str]) -> str:
    special = {UNKNOWN: "▢", START: ""}
    spoken = (
        special.get(index, known.get(index, f"#{index}"))
        for index in row.tolist()
        if index != PADDING
    )
    return ("" if START in row else "… ") + " ".join(word for word in spoken if word)


def _beginning(text: str) -> str:
    words = text.split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def _as_past(window: np.ndarray, columns: Sequence[ColumnForm]) -> Shown:
    """Return the last targets of a window, and what else was read at its last step."""
    past = " ".join(written(columns[0], value) for value in window[-LAST:, 0].tolist())
    before = "… " if len(window) > LAST else ""
    last = zip(columns[1:VALUES], window[-1, 1:].tolist(), strict=False)
    rest = [(column.name, written(column, value)) for column, value in last]
    return Shown(values=((columns[0].name, before + past), *rest))


def _pixels(x: Any) -> np.ndarray:
    """Return pictures as uint8; other numbers are brought there from their own range."""
    import numpy as np

    found = np.asarray(x)
    if found.dtype == np.uint8 or not found.size:
        return found
    low, high = float(found.min()), float(found.max())
    return ((found - low) / (high - low or 1.0) * 255).round().astype("uint8")


def _as_picture(pixels: np.ndarray) -> Shown:
    return Shown(picture=_data_uri(pixels), coarse=max(pixels.shape[:2]) < SMALL)


def _data_uri(picture: np.ndarray) -> str:
    from PIL import Image

    image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    small = max(image.size) <= SMALL
    if not small:
        image.thumbnail((LONGEST, LONGEST))
    content = _encoded(image, "PNG" if small else "JPEG")
    kind = "png" if small else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _encoded(image: Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, optimize=True, **({"quality": 80} if kind == "JPEG" else {}))
    return buffer.getvalue()


def _dense(x: Any) -> np.ndarray:
    import numpy as np

    found: np.ndarray = x.toarray() if hasattr(x, "toarray") else np.asarray(x)
    return found.reshape(len(found), -1)


def _written(row: Any, columns: Sequence[ColumnForm]) -> Iterator[tuple[str, str]]:
    """Yield the values of the only row of a part of a table as they were written."""
    beside = beside_of(row)
    for value, column in list(zip(numbers_of(row)[0].tolist(), columns, strict=True))[:VALUES]:
        if column.picture:
            yield column.name, " x ".join(map(str, column.picture))
        elif column.kind == "text":
            yield column.name, _beginning(beside[column.name].strings[0]) or "-"
        else:
            yield column.name, written(column, value)
    if len(columns) > VALUES:
        yield "…", f"+{len(columns) - VALUES}"


def _values(row: np.ndarray, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, value in enumerate(row[:VALUES].tolist()):
        name = names[at] if at < len(names) else f"x{at + 1}"
        yield name, number(value) if isinstance(value, int | float) else str(value)
    if len(row) > VALUES:
        yield "…", f"+{len(row) - VALUES}"
