"""What a data loader yields: the form of the data, and the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from kx.base.remark import Remark
from kx.contracts.block import Block
from kx.contracts.series import SeriesForm
from kx.contracts.task import IN_UNITS, MANY_CLASSES, NUMBERS, ONE_CLASS, Task

if TYPE_CHECKING:
    import numpy as np


Scale = Literal["standardize", "robust", "quantile", "log", "unit", "none"]
"""How features are brought to small, similar ranges; see ``kx.data.preparation``."""

Missing = Literal["error", "zero", "mean", "median", "indicator"]
"""What stands for a missing feature (NaN), once prepared: nothing may be missing; 0; the mean or
the median of the training part; that mean, and a further column which tells where it was missing.
"""

Encoding = Literal["multi_hot", "count", "tf_idf", "sequence"]
"""What a network reads of a text: which words occur, how often, how telling they are, in which
order."""

Side = Literal["front", "back"]


@dataclass(frozen=True, slots=True)
class TextForm:
    """How texts become numbers, once a vocabulary is known.

    Attributes:
        tokenize: whether a text is a row of words, of characters, or (`cjk`) of words and of the
            characters of scripts without blanks between the words.
        ngrams: tokens beside each other that count as a further one, at most.
        encoding: what networks read.
        num_words: width of the vocabulary: 0 is padding, 1 an unknown token.
        maxlen: tokens of a ``sequence``.
        pad: where zeros are put beside a shorter text.
        truncate: where a longer text loses its tokens.
    """

    tokenize: Literal["word", "char", "cjk"] = "word"
    ngrams: int = 1
    encoding: Encoding = "multi_hot"
    num_words: int = 10_000
    maxlen: int = 500
    pad: Side = "front"
    truncate: Side = "front"


ColumnKind = Literal["number", "category", "date", "ordered", "boolean", "text", "image"]

DATE_WIDTH, CLOCK_WIDTH = 5, 2
"""Numbers that a date becomes: the day, and sine and cosine of its place in year and week; and,
where times differ, those of its place in the day."""


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """A column of a table whose columns are of several kinds, and how it becomes numbers.

    Attributes:
        levels: of a category: its values in the training part, the most frequent first; of an
            ordered column: all of its scale, the lowest first; of a boolean: what stands for 0 and
            for 1, as far as it is known.
        gaps: whether the training part lacks values: only then may later rows lack some.
        comma: of a number: whether it is written with a decimal comma.
        unit: likewise: with which unit.
        month_first: of a date: whether 3/1/2024 is in March.
        ahead: likewise: minutes by which the clock of its times is ahead of UTC.
        clock: likewise: whether the training part has different times of the day.
        indexed: of a category: whether networks are given the place of a value, for an embedding.
        text: of a text: how it becomes numbers.
        picture: of pictures: height, width, channels.
        bins: of a number or a date: in how many steps, each from 0 to 1, it is told beside itself.
    """

    name: str
    kind: ColumnKind
    levels: tuple[str, ...] = ()
    gaps: bool = False
    comma: bool = False
    unit: str = ""
    month_first: bool = False
    ahead: int = 0
    indexed: bool = False
    clock: bool = False
    text: TextForm | None = None
    picture: tuple[int, ...] = ()
    bins: int = 0

    @property
    def width(self) -> int:
        """How many columns networks are given of it.

        Of a category these are one for each level, one for all other values, and, if some rows of
        the training part lack it, one for none; of an ordered column one for each step between
        levels, of a boolean a single one, and one for none; of a text one for each word of the
        vocabulary, or for each place of a sequence; of a picture one for each number of a pixel.
        Of an indexed category it is one; of a number one, and one for each of its bins.
        """
        if self.indexed:
            return 1
        if self.picture:
            return prod(self.picture)
        if self.text:
            return self.text.maxlen if self.in_order else self.text.num_words
        if self.is_measured:
            own = DATE_WIDTH + CLOCK_WIDTH * self.clock if self.kind == "date" else 1
            return own + self.bins
        if self.kind == "category":
            return self.places
        return (len(self.levels) - 1 if self.kind == "ordered" else 1) + self.gaps

    @property
    def places(self) -> int:
        """How many values of a category are told apart: its levels, any other, and none."""
        return len(self.levels) + 1 + self.gaps

    @property
    def in_order(self) -> bool:
        """Whether it is a text whose words are given in their order, each by its index."""
        return self.text is not None and self.text.encoding == "sequence"

    @property
    def is_measured(self) -> bool:
        """Whether its values are amounts: they are scaled, and gaps among them filled."""
        return self.kind in ("number", "date")


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What must be known of a dataset to plan for it, before a byte of it is read.

    Attributes:
        name: as registered.
        task: decides output layer, loss and metrics.
        input_shape: of one example, without the batch axis.
        classes: names, in the order of the labels; empty for regression.
        quantiles: of a target, that are predicted: rising shares between 0 and 1.
        targets: names of the numbers of a ``multi_regression``.
        deviations: of these, in the training part: their losses are told in them.
        one_hot: whether multiclass labels are rows (n, classes) instead of integers (n,).
        sparse: whether x is a ``scipy.sparse.csr_matrix`` (few entries differ from zero).
        vocabulary: for word indices: every index is below this number; otherwise None.
        pad: of word indices: where shorter texts have zeros.
        word_index: where indices stand for words, the file that tells which; see
            ``kx.data.texts.word_index``.
        words: what each word index stands for, index 0 upwards, empty texts for the special ones;
            empty where it is not known, or not yet.
        tells_words: whether ``words`` will be known once the data are read and prepared.
        scale: the preparation that suits the features.
        missing: what suits gaps in them.
        train_examples: size of the training part; None if only known once it is read.
        validation_examples: how many of these, the last ones, the dataset itself has for
            validation; 0: it leaves the choice to the validation strategy.
        test_examples: size of the test part, as of the training part; 0: there is none.
        features: names of the columns of tabular data; may be empty.
        target: name and unit of what a regression predicts.
        columns: names of the columns of the table that texts were read from; may be empty.
        remarks: what everybody should know of the data before anything trains, as far as it is
            known so early, a plugin's as texts; `kx check` and the run warn of it.
        note: what every user should know, such as the ethics of the data; may be empty.
        output_activation: overrides the output layer's activation; None: what suits the task.
        groups: what ``Split.groups`` tells apart, such as ``patient``; empty: nothing.
        folds: name of the column that ``Split.folds`` is of; empty: there is none.
        ordered: whether the rows are in order of time, so that they must not be shuffled.
        pixels: x is uint8 in 0..255 and stays so; networks bring it to their range themselves, so
            that a saved model takes pictures as they are.
        mirrored: whether a picture that is mirrored left for right keeps its meaning: not so for
            writing.
        table: x are rows of a table, (n, columns) float64, whose columns are of these kinds: a
            number, the place of a category or of an ordered value among the levels, 0 or 1, a day;
            their preparation makes of them what the other attributes describe. If there are texts
            or pictures among them, x are ``kx.data.tables.mixed_rows.TableRows``. Empty: all
            columns are numbers.
        blocks: of a prepared row, as far as it is known what its columns are, without those that
            mark gaps until the training rows have told of them; empty: all are numbers.
        series: x are ``kx.data.arrays.windows.Windows`` of such rows, in order of time, and targets
            later ones; None: rows stand alone.
        texts: x are texts, and this is how their preparation encodes them; the other attributes
            describe what comes of it. None: x are numbers.
        extracted_from: the form of the pictures, where x are the features that a ready-made base
            made of them; otherwise None.
    """

    name: str
    task: Task
    input_shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    quantiles: tuple[float, ...] = ()
    targets: tuple[str, ...] = ()
    deviations: tuple[float, ...] = ()
    one_hot: bool = False
    sparse: bool = False
    vocabulary: int | None = None
    pad: Side = "front"
    word_index: str = ""
    words: tuple[str, ...] = ()
    tells_words: bool = False
    scale: Scale = "none"
    missing: Missing = "error"
    train_examples: int | None = None
    validation_examples: int = 0
    test_examples: int | None = None
    features: tuple[str, ...] = ()
    target: str = ""
    columns: tuple[str, ...] = ()
    remarks: tuple[str | Remark, ...] = ()
    note: str = ""
    output_activation: str | None = None
    groups: str = ""
    folds: str = ""
    ordered: bool = False
    pixels: bool = False
    mirrored: bool = True
    table: tuple[ColumnForm, ...] = ()
    blocks: tuple[Block, ...] = ()
    series: SeriesForm | None = None
    texts: TextForm | None = None
    extracted_from: DatasetInfo | None = None

    @property
    def outputs(self) -> int:
        """What networks answer: a number for each class or quantile, or one number."""
        if self.task in ("quantiles", "multi_regression"):
            return len(self.quantiles or self.targets)
        return len(self.classes) if self.many_classes or self.task == "multilabel" else 1

    @property
    def numbers(self) -> bool:
        """Whether targets are numbers and no classes."""
        return self.task in NUMBERS

    @property
    def in_units(self) -> bool:
        """Whether targets are numbers of any size, which are scaled for training if need be."""
        return self.task in IN_UNITS

    @property
    def one_class(self) -> bool:
        """Whether each example is of exactly one class."""
        return self.task in ONE_CLASS

    @property
    def many_classes(self) -> bool:
        """Whether networks give a probability for each class, which add up to 1."""
        return self.task in MANY_CLASSES


@dataclass(frozen=True, slots=True)
class Split:
    """Examples and their targets.

    Attributes:
        x: (n, *input_shape) array, or a CSR matrix (n, features).
        y: binary (n,) of 0 and 1; multiclass (n,) of integers or (n, classes) one-hot;
            multilabel (n, classes) of 0 and 1; regression (n,) float32.
        weights: (n,) float32, how much each example counts in the loss; None: all the same.
        groups: (n,) what each example belongs to, as ``DatasetInfo.groups`` names it; or None.
        folds: (n,) integers, the fold that each is held out with, -1 for none; or None.
        times: (n,) when each came about, where they are in that order and it is known; or None.
    """

    x: Any
    y: np.ndarray
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    folds: np.ndarray | None = None

    def __len__(self) -> int:
        return int(self.y.shape[0])

    def take(self, rows: np.ndarray) -> Split:
        """Return the examples at ``rows``, in that order."""
        return Split(
            self.x[rows],
            self.y[rows],
            None if self.weights is None else self.weights[rows],
            None if self.groups is None else self.groups[rows],
            None if self.times is None else self.times[rows],
            None if self.folds is None else self.folds[rows],
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a dataset's bytes came from.

    Attributes:
        source: ``KX_DATA_DIR``, ``KERAS_HOME``, ``download``, ``package`` (shipped inside a
            dependency), ``path`` (named by the spec), ``sample`` (generated by kx), or ``plugin``.
        files: name -> SHA-256 of each file read, or of all in a folder; empty where none is.
    """

    source: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        """Whether this is kx's stand-in and no real data."""
        return self.source == "sample"


@dataclass(frozen=True, slots=True)
class DatasetBundle:
    """What a data loader yields: the form of the data, and its two parts, unprepared.

    Attributes:
        remarks: what everybody should know of the data as they were found; the run warns of it.
        origins: ``train`` and ``test`` -> what each row was read from, such as a file's name;
            empty if there is nothing to tell.
        group_names: what each number of ``Split.groups`` is called; empty: by the number.
    """

    info: DatasetInfo
    train: Split
    test: Split
    remarks: tuple[str | Remark, ...] = ()
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    group_names: Sequence[str] = ()
