import io
import tarfile

import numpy as np
import pytest

from kx.base.errors import DataError, MissingDataError
from kx.contracts import Split, TextForm
from kx.data.arrays.array_digest import add_array
from kx.data.arrays.duplicates import row_hashes
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.files.trees import open_tree
from kx.data.samples.raw_reviews import invented_word
from kx.data.texts.texts import tokenized
from kx.data.texts.vocabulary import TextPreparation, fit_vocabulary
from kx.wording.recorded import in_words
from tests.data.photos import write, zipped
from tests.parts import imdb_raw, info_of, text_csv, text_folder

FILMS = ("The film is good; the end is NOT!", "Bad film.", "Don't  see it\nif it's bad")


def texts(*strings, **form):
    return tokenized({"all": strings}, TextForm(**form))["all"]


def tokens(x, row):
    return [x.lexicon[number] for number in x[row : row + 1].tokens]


def tar(path, contents):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                member.type, member.linkname = content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


def spam(count=10):
    files = {f"spam/{n}.txt": f"buy pills {n}".encode() for n in range(count)}
    return files | {f"ham/{n}.txt": f"see you at {n}".encode() for n in range(count)}


# Tokens


def test_words_are_those_of_the_notes_tokenizer():
    x = texts(*FILMS)
    assert tokens(x, 0) == ["the", "film", "is", "good", "the", "end", "is", "not"]
    assert tokens(x, 2) == ["don't", "see", "it", "if", "it's", "bad"]


def test_ngrams_follow_the_words_that_they_are_made_of():
    assert tokens(texts("not good at all", ngrams=2), 0) == [
        *("not", "good", "at", "all"),
        *("not good", "good at", "at all"),
    ]


def test_characters_are_tokens_too():
    assert tokens(texts("Aha!", tokenize="char"), 0) == ["a", "h", "a", "!"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "今天去ABC公园吧\uff01Don't stop",
            ["今", "天", "去", "abc", "公", "园", "吧", "don't", "stop"],
        ),
        ("東京タワーは３３３メートル。", [*"東京タワーは", "333", *"メートル"]),
        ("ｶﾞｷ「」、・", ["ガ", "キ"]),
        ("สวัสดี ผม", ["ส", "วั", "ส", "ดี", "ผ", "ม"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("안녕하세요, 세계", ["안녕하세요", "세계"]),
        ("naïve café—l\u2019été", ["naïve", "café", "l\u2019été"]),
        ("...", []),
    ],
)
def test_scripts_without_blanks_are_cut_into_characters_and_others_into_words(text, expected):
    assert tokens(texts(text, tokenize="cjk"), 0) == expected


def test_pairs_of_characters_are_ngrams():
    assert tokens(texts("天气好", tokenize="cjk", ngrams=2), 0) == [*"天气好", "天 气", "气 好"]


def test_texts_are_taken_like_rows_of_an_array():
    x = texts("a b", "", "c", "d e f")
    taken = Split(x, np.arange(4)).take(np.array([3, 1, 0])).x
    assert taken.shape == (3,)
    assert taken.strings.tolist() == ["d e f", "", "a b"]
    assert [tokens(taken, row) for row in range(3)] == [["d", "e", "f"], [], ["a", "b"]]
    assert taken.lengths.tolist() == [3, 0, 2]


def test_equal_texts_have_equal_hashes_and_other_texts_others():
    hashes = row_hashes(texts("a b", "a  b", "a b", ""))
    assert hashes[0] == hashes[2]
    assert len(set(hashes.tolist())) == 3


def test_a_fingerprint_tells_where_texts_end():
    import hashlib

    def digest(*strings):
        found = hashlib.sha256()
        add_array(found, "x", texts(*strings))
        return found.hexdigest()

    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab", "c") == digest("ab", "c")


# Vocabulary


def test_the_vocabulary_is_ranked_by_frequency_then_by_the_alphabet():
    found = fit_vocabulary(texts("b a c", "a b", "a d"), TextForm(num_words=5))
    assert found.vocabulary == ("a", "b", "c")  # c and d share the last place
    assert found.words == ("", "", "a", "b", "c")


def test_the_vocabulary_knows_no_word_of_other_texts():
    x = texts("a b", "zebra a", "zebra zebra")
    found = fit_vocabulary(x[:1], TextForm(num_words=100))
    assert found.vocabulary == ("a", "b")
    assert found.unknown(x[1:]) == 0.75


def test_each_encoding_by_hand():
    x = texts("a b a", "b zebra")
    known = {"a": 2, "b": 3}

    def encoded(encoding, **form):
        form = TextForm(encoding=encoding, num_words=4, **form)
        return TextPreparation(form, tuple(known), np.array([1.0, 1.0, 2.0, 1.0])).apply(x)

    assert encoded("multi_hot").toarray().tolist() == [[0, 0, 1, 1], [0, 1, 0, 1]]
    assert encoded("count").toarray().tolist() == [[0, 0, 2, 1], [0, 1, 0, 1]]
    tf_idf = encoded("tf_idf").toarray()
    np.testing.assert_allclose(tf_idf[0], np.array([0, 0, 4, 1]) / np.sqrt(17), rtol=1e-6)
    assert tf_idf.dtype == np.float32
    assert encoded("sequence", maxlen=2).tolist() == [[3, 2], [3, 1]]
    assert encoded("sequence", maxlen=4).tolist() == [[0, 2, 3, 2], [0, 0, 3, 1]]
    back = encoded("sequence", maxlen=2, pad="back", truncate="back")
    assert back.tolist() == [[2, 3], [3, 1]]
    back = encoded("sequence", maxlen=4, pad="back")
    assert back.tolist() == [[2, 3, 2, 0], [3, 1, 0, 0]]


def test_in_a_sequence_a_text_without_a_token_is_an_unknown_one():
    form = TextForm(encoding="sequence", num_words=9, maxlen=3)
    x = texts("?!", "a b", "", "...", "b a a b")
    encoded = TextPreparation(form, ("a", "b"), np.zeros(0)).apply(x)

    assert encoded.tolist() == [[0, 0, 1], [0, 2, 3], [0, 0, 1], [0, 0, 1], [2, 2, 3]]
    assert TextPreparation(form, ("a",), np.zeros(0)).apply(x[1:2]).tolist() == [[0, 2, 1]]
    assert TextPreparation(TextForm(), ("a", "b"), np.zeros(0)).apply(x[:1]).nnz == 0


def test_texts_without_a_known_token_are_found():
    preparation = fit_vocabulary(texts("a b"), TextForm())

    strange = preparation.strange(texts("a", "?!", "zebra zoo", "zebra b", ""))

    assert strange.tolist() == [False, True, True, False, True]


def test_tf_idf_is_that_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    strings = ("a b a", "b c", "c c d a")
    ours = fit_vocabulary(texts(*strings), TextForm(encoding="tf_idf", num_words=6))
    theirs = TfidfVectorizer(token_pattern=r"\w", vocabulary=ours.vocabulary).fit(strings)
    expected = theirs.transform(strings).toarray()
    np.testing.assert_allclose(ours.apply(texts(*strings)).toarray()[:, 2:], expected, rtol=1e-6)


def test_a_kept_vocabulary_prepares_as_before():
    x = texts(*FILMS)
    for encoding in ("multi_hot", "count", "tf_idf", "sequence"):
        found = fit_vocabulary(x[:2], TextForm(encoding=encoding, num_words=6, maxlen=3))
        again = TextPreparation.from_arrays(found.arrays(), found.settings())
        assert again.is_same(found)
        difference = again.apply(x) - found.apply(x)
        assert not np.any(getattr(difference, "data", difference))


def test_a_vocabulary_of_nothing_is_refused():
    with pytest.raises(DataError, match="no word at all"):
        fit_vocabulary(texts("", "..."), TextForm())


# Files


def test_folders_of_texts_are_divided_by_kx(tmp_path):
    folder = write(tmp_path, spam())
    bundle = text_folder(SourceFiles(), path=str(folder))
    assert bundle.info == info_of("text_folder", path=str(folder))
    assert (bundle.info.task, bundle.info.classes) == ("binary", ("ham", "spam"))
    assert (len(bundle.train), len(bundle.test), int(bundle.test.y.sum())) == (16, 4, 2)
    for part in (bundle.train, bundle.test):
        said = ["pills" in text for text in part.x.strings]
        assert said == part.y.astype(bool).tolist()
    assert bundle.origins["test"][0].endswith(".txt")


def test_a_tar_archive_is_read_without_being_unpacked(tmp_path):
    archive = tar(tmp_path / "mails.tar.gz", {f"mails/{k}": v for k, v in spam().items()})
    write(tmp_path / "mails", spam())
    one, other = (
        text_folder(SourceFiles(), path=str(tmp_path / name)) for name in (archive.name, "mails")
    )
    assert one.train.x.strings.tolist() == other.train.x.strings.tolist()
    assert {path.name for path in tmp_path.iterdir()} == {"mails", "mails.tar.gz"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("../evil.txt", b"x", "leads out of the archive"),
        ("/etc/evil.txt", b"x", "leads out of the archive"),
        ("spam/link.txt", (tarfile.SYMTYPE, "/etc/passwd"), "link or a device"),
        ("spam/hard.txt", (tarfile.LNKTYPE, "spam/0.txt"), "link or a device"),
        ("spam/bomb.txt", bytes(20_000_000), "would unpack to"),
    ],
)
def test_an_archive_made_to_do_harm_is_refused(tmp_path, name, content, said):
    archive = tar(tmp_path / "mails.tar.gz", {**spam(), name: content})
    with pytest.raises(DataError, match=said):
        open_tree(archive)


def test_a_damaged_archive_is_refused(tmp_path):
    archive = tar(tmp_path / "mails.tar.gz", spam())
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(DataError, match="no tar archive"):
        open_tree(archive)


BROKEN = {
    "spam/latin.txt": ("caf\xe9".encode("latin-1"), "spam/latin.txt: is not UTF-8: byte 0xe9 at"),
    "spam/none.txt": (b" \n", "spam/none.txt: is empty"),
    "ham/zero.txt": (b"a\0b", "ham/zero.txt: holds a zero byte"),
}


def test_all_files_that_are_no_texts_are_named_at_once(tmp_path):
    folder = write(tmp_path, spam() | {name: content for name, (content, _) in BROKEN.items()})
    with pytest.raises(DataError) as raised:
        text_folder(SourceFiles(), path=str(folder))
    assert "3 files are not texts" in str(raised.value)
    for _, said in BROKEN.values():
        assert said in str(raised.value)


def test_files_that_are_no_texts_may_be_left_out(tmp_path):
    folder = write(tmp_path, spam() | {name: content for name, (content, _) in BROKEN.items()})
    bundle = text_folder(SourceFiles(), path=str(folder), on_broken="skip")
    assert len(bundle.train) + len(bundle.test) == 20
    assert "3 files are not texts and were left out" in in_words(bundle.remarks[0])


def test_a_class_without_a_usable_text_is_refused(tmp_path):
    folder = write(tmp_path, {f"spam/{n}.txt": b"" for n in range(4)} | spam(0))
    write(folder, {f"ham/{n}.txt": b"hello" for n in range(4)})
    with pytest.raises(
        DataError,
        match=r"every text of spam in the train part is unusable, for example spam/\d\.txt",
    ):
        text_folder(SourceFiles(), path=str(folder), on_broken="skip")


def test_a_single_class_is_refused(tmp_path):
    write(tmp_path, {f"spam/{n}.txt": b"buy" for n in range(4)})
    with pytest.raises(DataError, match="only one class, spam"):
        info_of("text_folder", path=str(tmp_path))


# Tables


TABLE = 'id,text,label\n1,"buy, now",spam\n2,hello there,ham\n' + "".join(
    f"{n},words {n},{'spam' if n % 2 else 'ham'}\n" for n in range(3, 11)
)


def table(folder, content, **options):
    (folder / "mails.csv").write_text(content, encoding="utf-8")
    return text_csv(SourceFiles(), path=str(folder / "mails.csv"), **options)


def test_a_table_of_texts(tmp_path):
    bundle = table(tmp_path, TABLE)
    assert bundle.info.classes == ("ham", "spam")
    assert (len(bundle.train), len(bundle.test)) == (8, 2)
    strings = {*bundle.train.x.strings, *bundle.test.x.strings}
    assert {"buy, now", "hello there", "words 10"} <= strings
    at = bundle.train.x.strings.tolist().index("words 10")
    assert (bundle.train.y[at], bundle.origins["train"][at]) == (0, "line 11")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,class\na,b\n", "no column 'label'"),
        ("text,label,label\na,b,c\n", "has column 'label' twice"),
        ("text,label\na,b\nc\n", "line 3: 1 column, but the first line names 2"),
        ('text,label\n"a,b\n', "line 2"),
        ("text,label\na,b\n,b\n", "line 3: no text"),
        ("text,label\na,b\nc,\n", "line 3: no label"),
        ("text,label\na,b\nc,b\n", "1 class"),
        ("", "is empty"),
    ],
)
def test_a_mistake_in_a_table_is_located(tmp_path, content, said):
    with pytest.raises(DataError, match=said):
        table(tmp_path, content)


@pytest.mark.parametrize("names", [(), ("a.csv", "b.csv")])
def test_of_several_tables_none_is_chosen_unasked(tmp_path, names):
    folder = write(tmp_path, {name: TABLE.encode() for name in names})

    with pytest.raises(DataError, match=f"holds {len(names)} files, but only one table is read"):
        text_csv(SourceFiles(), path=str(folder))


def test_a_text_in_a_table_may_be_as_long_as_a_book(tmp_path):
    bundle = table(tmp_path, f"{TABLE}11,{'word ' * 40_000},spam\n")

    lengths = [len(text) for text in (*bundle.train.x.strings, *bundle.test.x.strings)]
    assert max(lengths) == 200_000


# IMDB


def test_the_sample_has_the_layout_of_the_reviews_and_something_to_learn():
    bundle = imdb_raw(SampleFiles())
    assert (len(bundle.train), len(bundle.test)) == (1_200, 300)
    assert bundle.train.y[:4].tolist() == [0, 1, 0, 1]
    assert len({invented_word(rank) for rank in range(10_000)}) == 10_000


def test_reviews_are_found_in_a_folder_and_in_an_archive(tmp_path):
    reviews = {
        f"aclImdb/{part}/{kind}/{n}_1.txt": f"{kind} {n}".encode()
        for part in ("train", "test")
        for kind in ("neg", "pos", "unsup")
        for n in range(3)
    }
    tar(tmp_path / "aclImdb_v1.tar.gz", reviews)
    packed = imdb_raw(SourceFiles(data_dir=tmp_path))
    write(tmp_path, reviews)
    loose = imdb_raw(SourceFiles(data_dir=tmp_path))
    assert packed.train.x.strings.tolist() == ["neg 0", "pos 0", "neg 1", "pos 1", "neg 2", "pos 2"]
    assert loose.train.x.strings.tolist() == packed.train.x.strings.tolist()


REVIEWS = {
    "aclImdb/train/neg/1.txt": b"bad",
    "aclImdb/train/unsup/1.txt": b"unknown",
    "aclImdb/train/unsup/more/1.txt": b"unknown",
    "aclImdb/README": b"about",
}


@pytest.mark.parametrize("pack", [tar, zipped, lambda path, files: write(path, files)])
def test_folders_that_nobody_reads_are_left_out(tmp_path, pack):
    path = pack(tmp_path / "reviews.tar.gz", REVIEWS)
    if pack is zipped:
        path = path.rename(tmp_path / "reviews.zip")
    tree = open_tree(path, without=["unsup"])

    assert tree.files == ("aclImdb/README", "aclImdb/train/neg/1.txt")
    assert not [name for name in tree.folders if "unsup" in name]
    assert tree.read("aclImdb/train/neg/1.txt") == b"bad"
    assert len(open_tree(path).files) == 4


def test_what_nobody_reads_may_do_no_harm_either(tmp_path):
    archive = tar(tmp_path / "reviews.tar.gz", {"unsup/../../evil.txt": b"x"})
    with pytest.raises(DataError, match="leads out of the archive"):
        open_tree(archive, without=["unsup"])


def test_other_folders_are_not_taken_for_the_reviews(tmp_path):
    write(tmp_path / "aclImdb", {f"train/{kind}/1.txt": b"x" for kind in ("bad", "good")})
    with pytest.raises(DataError, match="train/neg and train/pos"):
        imdb_raw(SourceFiles(data_dir=tmp_path))


def test_without_files_and_network_it_is_said_what_to_get(tmp_path):
    with pytest.raises(MissingDataError) as raised:
        imdb_raw(SourceFiles(keras_home=tmp_path, offline=True))
    assert "KX_OFFLINE forbids to download it" in str(raised.value)
    assert "aclImdb_v1.tar.gz (84 MB" in str(raised.value)


@pytest.mark.real_data
def test_the_real_reviews(real_data_dir):
    bundle = imdb_raw(SourceFiles(data_dir=real_data_dir, offline=True))
    assert (len(bundle.train), len(bundle.test)) == (25_000, 25_000)
    assert bundle.train.y.mean() == bundle.test.y.mean() == 0.5
    found = fit_vocabulary(bundle.train.x, TextForm())
    assert found.vocabulary[:5] == ("the", "and", "a", "of", "to")
