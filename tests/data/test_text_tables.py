"""Texts from tables: which rows are read, which are not, and what is told of them."""

import gzip

import numpy as np
import pytest

from kx.base.errors import DataError, RowsError
from kx.contracts import Rows, Watcher
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.texts.vocabulary import fit_vocabulary
from kx.wording.recorded import in_words
from tests.parts import group_kfold, info_of, predefined_split, text_csv

ROWS = "".join(f"words {n},{'spam' if n % 2 else 'ham'}\n" for n in range(20))


@pytest.fixture
def load(tmp_path):
    """Write a table and load it."""

    def load(content, name="mails.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        files = SourceFiles()
        bundle = text_csv(files, path=str(path), **options)
        assert bundle.info == info_of("text_csv", path=str(path), **options)
        return bundle

    return load


def rows(bundle):
    """Line -> text, of all rows of both parts."""
    parts = {"train": bundle.train, "test": bundle.test}
    return {
        int(line.removeprefix("line ")): text
        for part, split in parts.items()
        for line, text in zip(bundle.origins[part], split.x.strings, strict=True)
    }


def test_a_table_may_be_larger_than_any_text(load):
    row = f"{'word ' * 400},spam\n{'term ' * 400},ham\n"

    bundle = load("text,label\n" + row * 3_000)  # 12 MB

    assert len(bundle.train) + len(bundle.test) == 6_000


def test_a_line_separator_in_a_text_ends_no_row(load):
    found = rows(load(f'text,label\n"one\u2028two",ham\nx\x85y,spam\n"a\nb",ham\n{ROWS}'))

    assert len(found) == 23
    assert (found[2], found[3], found[4], found[6]) == ("one\u2028two", "x\x85y", "a\nb", "words 0")


def test_packed_tables_and_folders_with_one_are_read(load, tmp_path):
    content = f"text,label\n{ROWS}".encode()
    plain = load(content)
    packed = load(gzip.compress(content), name="mails.csv.gz")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/mails.csv").write_bytes(content)
    (tmp_path / "folder/.DS_Store").write_bytes(b"")
    files = SourceFiles()
    loose = text_csv(files, path=str(tmp_path / "folder"))

    assert rows(packed) == rows(loose) == rows(plain)
    assert files.provenance().source == "path"
    assert set(files.provenance().files) == {"folder"}
    assert SampleFiles().provenance().source == "package"


SWALLOWED = 'text\tlabel\n"one\tham\ntwo\tspam\nthree"\tham\n' + ROWS.replace(",", "\t")


def test_rows_that_swallow_line_breaks_are_counted_and_told(load):
    bundle = load(SWALLOWED)

    (remark,) = map(in_words, bundle.info.remarks)
    assert len(rows(bundle)) == 21
    assert "1 row spans several lines" in remark
    assert "Further rows, with labels, seem to be inside 1 of them (lines 2 to 4)" in remark
    assert "dataset.quoting: none" in remark


def test_without_quoting_no_row_is_swallowed(load):
    bundle = load(SWALLOWED, quoting="none", delimiter="tab")

    assert len(rows(bundle)) == 23
    assert bundle.info.remarks == ()


def test_honest_line_breaks_are_told_without_a_suspicion(load):
    table = f'text,label\n"Dear all,\nwords, words\nYours",ham\n{ROWS}'

    (remark,) = map(in_words, load(table).info.remarks)

    assert "1 row spans several lines" in remark
    assert "(lines 2 to 4)" in remark
    assert "rows of their own" not in remark


FLAWS = "text,label\nno label,\n,ham\na,nan\nb,NULL\nc\nd,e,f\n" + ROWS


def test_rows_that_cannot_be_used_are_all_named(load):
    with pytest.raises(RowsError) as refused:
        load(FLAWS)

    said = str(refused.value)
    assert "mails.csv: 6 rows cannot be used" in said
    for flaw in (
        "line 2: no label",
        "line 3: no text",
        "line 4: no label, but 'nan'",
        "line 5: no label, but 'NULL'",
        "line 6: 1 column, but the first line names 2",
        "line 7: 3 columns, but the first line names 2",
    ):
        assert f"\n  {flaw}\n" in said
    assert "dataset.on_broken: skip" in said


def test_rows_that_cannot_be_used_may_be_left_out(load):
    bundle = load(FLAWS, on_broken="skip")

    assert len(rows(bundle)) == 20
    assert bundle.info.classes == ("ham", "spam")
    assert "6 rows were left out" in in_words(bundle.info.remarks[0])


def test_what_looks_like_no_label_may_be_a_class(load):
    bundle = load("text,label\n" + "a,none\nb,None\n" * 2 + ROWS, missing_labels=())

    assert bundle.info.classes == ("None", "ham", "none", "spam")
    assert "differ only in spelling" in in_words(bundle.info.remarks[0])


def test_numbers_are_a_regression(load):
    numbers = "".join(f"words {n},{n / 8}\n" for n in range(40))

    bundle = load("text,score\n" + numbers, label="score")

    assert (bundle.info.task, bundle.info.classes, bundle.info.target) == (
        "regression",
        (),
        "score",
    )
    assert bundle.train.y.dtype == np.float32
    for part, split in (("train", bundle.train), ("test", bundle.test)):
        lines = [int(name.removeprefix("line ")) for name in bundle.origins[part]]
        assert split.y.tolist() == [(line - 2) / 8 for line in lines]
    assert abs(bundle.test.y.mean() - 39 / 16) < 0.3  # as spread as the training part


def test_whole_numbers_are_asked_for(load):
    years = "text,label\n" + "".join(f"words {n},{1980 + n}\n" for n in range(40)) * 2

    with pytest.raises(DataError, match=r"Set dataset\.task: regression, counts or classes"):
        load(years)
    assert load(years, task="regression").info.task == "regression"
    assert len(load(years, task="classes").info.classes) == 40


def test_what_was_found_out_about_a_table_is_shown(tmp_path):
    class Told(Watcher):
        said = ""

        def stage(self, text):
            self.said = in_words(text)

    (tmp_path / "t.txt").write_bytes(f"text,label\n{ROWS}".replace(",", "\t").encode("utf-16"))
    text_csv(SourceFiles(watcher=(told := Told())), path=str(tmp_path / "t.txt"))

    assert told.said == "t.txt: 20 rows, utf-16, delimiter tab"


@pytest.mark.parametrize("name", ["mails.txt", "mails", "mails.dat"])
def test_the_name_of_the_file_says_nothing(load, name):
    assert len(rows(load(f"text;label\n{ROWS.replace(',', ';')}", name=name))) == 20


def test_of_a_large_table_only_the_first_line_is_looked_at_beforehand(tmp_path, monkeypatch):
    monkeypatch.setattr("kx.datasets.text_csv.CHEAP", 100)
    (tmp_path / "t.csv").write_text(f"text,label\n{ROWS}")

    assert info_of("text_csv", path=str(tmp_path / "t.csv")) is None
    with pytest.raises(DataError, match="no column 'class'"):
        info_of("text_csv", path=str(tmp_path / "t.csv"), label="class")


SPEC = """\
name: mails
dataset: {{name: text_csv, path: t.csv, {options}}}
architecture: {{name: mlp, units: [4]}}
"""


@pytest.mark.parametrize(
    ("content", "options", "code", "said"),
    [
        (f"text,label\n{ROWS}", "num_words: 50", 0, "ok"),
        (SWALLOWED, "delimiter: \\t", 0, "dataset.path: t.csv: 1 row spans several lines"),
        (FLAWS, "num_words: 50", 3, "line 2: no label; line 3: no text; line 4"),
        (FLAWS, "num_wrods: 50", 2, "unknown key 'num_wrods'"),
        ("text,label\n" + "".join(f"a,{n}\n" for n in range(30)), "ngrams: 1", 3, "What are they?"),
        (f"text,class\n{ROWS}", "ngrams: 1", 3, "has no column 'label'"),
        (f"text,label\n{ROWS}", "label: text", 3, "are the same column: text"),
        (f"text,label\n{ROWS}", "delimiter: ab", 2, "must be one character, or one of auto, comma"),
        (f"text,label\n{ROWS}", "charset: utf-9", 2, "an encoding that Python knows"),
        (f"text,label\n{ROWS}", "charset: rot13", 2, "an encoding that Python knows"),
    ],
)
def test_check_tells_what_is_wrong_with_a_table(
    kx, spec_file, tmp_path, content, options, code, said
):
    (tmp_path / "t.csv").write_text(content)

    found, out, err = kx("check", spec_file(SPEC.format(options=options)))

    assert found == code
    assert said in " ".join((out + err).split())


def test_rows_for_training_stay_in_the_order_of_the_file(load):
    bundle = load("text,label\n" + ROWS)

    for part in ("train", "test"):
        lines = [int(line.removeprefix("line ")) for line in bundle.origins[part]]
        assert lines == sorted(lines)


def test_numbers_beyond_32_bits_are_refused_with_their_line(load):
    numbers = "".join(f"words {n},{n}.5\n" for n in range(30))

    with pytest.raises(DataError, match="line 32: 1e300 is beyond the range of 32-bit numbers"):
        load("text,label\n" + numbers + "words,1e300\n", task="regression")


def test_numbers_that_32_bits_do_not_tell_apart_are_refused(load):
    numbers = "".join(f"words {n},17000000{n:02}.{n % 9 + 1}\n" for n in range(30))

    with pytest.raises(DataError, match=r"holds 30 different numbers, of which .* only \d+:"):
        load("text,label\n" + numbers, task="regression")


ROLES = "text,label,author,day,weight,part,fold\n" + "".join(
    f"words {n},{'spam' if n % 2 else 'ham'},a{n % 5},2024-01-{20 - n:02},{n + 1},"
    f"{('train', 'train', 'valid', 'test')[n % 4]},{n % 3 if n else ''}\n"
    for n in range(20)
)
"""Lines 2 to 21 have the words 0 to 19; later lines come about earlier."""


def numbers(split):
    return [int(text.split()[1]) for text in split.x.strings]


def test_groups_of_texts_stay_whole_under_their_names_and_weights_go_with_their_rows(load):
    bundle = load(ROLES, group="author", weight="weight")

    assert bundle.info.groups == "author"
    assert not set(bundle.train.groups) & set(bundle.test.groups)
    assert sorted(numbers(bundle.train) + numbers(bundle.test)) == list(range(20))
    for split in (bundle.train, bundle.test):
        assert split.weights.tolist() == [n + 1 for n in numbers(split)]
        named = [bundle.group_names[group] for group in split.groups]
        assert named == [f"a{n % 5}" for n in numbers(split)]


def test_the_latest_texts_are_for_testing(load):
    bundle = load(ROLES, time="day")

    assert bundle.info.ordered
    assert numbers(bundle.train) == list(range(19, 3, -1))
    assert numbers(bundle.test) == [3, 2, 1, 0]
    assert (np.diff(bundle.train.times) > 0).all()


def test_parts_and_folds_of_texts_are_as_their_columns_say(load):
    bundle = load(ROLES, part="part", fold="fold")

    assert (bundle.info.validation_examples, bundle.info.folds) == (5, "fold")
    assert numbers(bundle.train)[-5:] == [2, 6, 10, 14, 18]  # those for validation come last
    assert numbers(bundle.test) == [3, 7, 11, 15, 19]
    assert bundle.train.folds.tolist() == [n % 3 if n else -1 for n in numbers(bundle.train)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"group": "text"}, "dataset.text and dataset.group are the same column: text."),
        ({"fold": "label"}, "dataset.label and dataset.fold are the same column: label."),
        ({"group": "author", "time": "day"}, "they exclude each other"),
        ({"time": "day", "part": "part"}, "mails.csv: dataset.time tests on the last rows, but"),
        ({"group": "writer"}, "mails.csv has no column 'writer'"),
        ({"weight": "author"}, "mails.csv: column author: 5 values are not numbers (line 2: 'a0'"),
        (
            {"part": "author"},
            "mails.csv: column author, which dataset.part names: line 2: 'a0' is not a part",
        ),
        ({"group": "fold"}, "column fold, which dataset.group names, has no value in line 2"),
    ],
)
def test_what_columns_cannot_say_of_texts_is_refused(load, options, said):
    with pytest.raises(DataError) as refused:
        load(ROLES, **options)

    assert said in str(refused.value)


def test_no_group_is_divided_by_a_fold_nor_known_by_its_words_to_the_vocabulary(load):
    table = "text,label,author\n" + "".join(
        f"of{n % 6} words,{'spam' if n // 6 % 2 else 'ham'},a{n % 6}\n" for n in range(48)
    )
    bundle = load(table, group="author")
    train = bundle.train

    for fold in group_kfold(k=2).propose(Rows(len(train), groups=train.groups), 0):
        learned = {bundle.group_names[group] for group in train.groups[fold.train]}
        held_out = {bundle.group_names[group] for group in train.groups[fold.validation]}
        known = fit_vocabulary(train.x[fold.train], bundle.info.texts).vocabulary
        assert learned and held_out and not learned & held_out
        assert set(known) == {"words", *(name.replace("a", "of") for name in learned)}


def test_texts_are_held_out_with_the_fold_that_their_column_says(load):
    train = load(ROLES, fold="fold").train

    folds = predefined_split().propose(Rows(len(train), folds=train.folds), 0)

    held_out = [{n % 3 for n in numbers(train.take(fold.validation))} for fold in folds]
    assert held_out == [{0}, {1}, {2}]
    assert all(0 in numbers(train.take(fold.train)) for fold in folds)  # it has no fold
