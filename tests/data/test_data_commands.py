import json
import re
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from kx.base.errors import DataError, MissingDataError, UsageError
from kx.cli.data import app
from kx.components.registry import dataset
from kx.datasets.boston import BostonHousing
from tests.data.loopback import data_file, npz_bytes

CONTENT = npz_bytes(x=np.zeros((5, 13)), y=np.zeros(5))
FILE = data_file("boston_housing.npz", CONTENT)


@pytest.fixture
def here(monkeypatch, no_environment, tmp_path):
    """A user's folder where boston's file is another, small one."""
    monkeypatch.setenv("KX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KX_OFFLINE", "1")
    monkeypatch.setattr(BostonHousing, "data_files", (FILE,))
    return tmp_path


def kx(*args):
    """Run the command; an error of kx goes on to whoever called, as in main."""
    done = CliRunner().invoke(app, args)
    if done.exception and not isinstance(done.exception, SystemExit):
        done.exception.shown = done.stdout
        raise done.exception
    return done.stdout


def test_ls_lists_all_and_where_their_files_are(here):
    (here / "boston_housing.npz").write_bytes(CONTENT)

    page = kx("ls")
    rows = {row["name"]: row for row in json.loads(kx("ls", "--json"))}

    assert list(rows) == dataset.names()
    assert all(name in page for name in rows)
    assert rows["boston"]["files"][0]["found"] == "KX_DATA_DIR"
    assert rows["boston"]["input_shape"] == [13]
    assert rows["imdb"]["files"][0]["found"] is None
    assert rows["digits"]["files"] == []
    for words in ("in KX_DATA_DIR", "not here yet, 19.1 MB: kx data fetch imdb", "needs no file"):
        assert words in page
    assert max(map(len, page.splitlines())) <= 80


def test_info_fills_the_lines_of_a_narrow_terminal(here, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, _, about = kx("info", "boston").partition("about ")
    paragraphs = [text.splitlines() for text in re.split(r"\n +\n", about)]

    assert len(paragraphs) == 4
    for lines in paragraphs:
        assert all(len(line.rstrip()) > 60 for line in lines[1:-1]), lines


def test_info_tells_options_note_and_files(here):
    page = " ".join(kx("info", "reuters").split())
    facts = json.loads(kx("info", "reuters", "--json"))

    for words in (
        "num_words: integer, at least 3, at most 30,983, default 10000",
        "labels: 'integer' or 'one_hot', default integer",
        "tf-keras-datasets/reuters.npz",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    ):
        assert words in page
    assert [option["name"] for option in facts["options"]] == [
        "num_words", "encoding", "maxlen", "pad", "truncate", "labels", "words",
    ]  # fmt: skip
    assert facts["options"][0]["maximum"] == 30983
    assert facts["files"][0]["size"] == 2_110_848
    assert kx("info", "boston").count("racial segregation") == 2  # note and documentation


def test_a_wrong_name_gets_a_suggestion(here):
    with pytest.raises(UsageError, match="did you mean 'imdb'"):
        kx("info", "imbd")


@pytest.mark.parametrize(
    ("content", "state"),
    [(CONTENT, "ok"), (None, "not here"), (CONTENT[:-1], "damaged")],
    ids=["whole", "missing", "cut"],
)
def test_verify_judges_each_copy(here, content, state):
    if content is not None:
        (here / "boston_housing.npz").write_bytes(content)

    try:
        shown, error = kx("verify", "boston", "--json"), None
    except DataError as raised:
        shown, error = raised.shown, raised

    (row,) = json.loads(shown)
    assert (row["dataset"], row["file"], row["state"]) == ("boston", "boston_housing.npz", state)
    assert (error is not None) == (state == "damaged")
    if error:
        assert error.exit_code == 3
        assert "is not the expected file" in str(error)


def test_verify_looks_at_copies_that_are_not_read(here, tmp_path):
    (here / "boston_housing.npz").write_bytes(CONTENT)
    second = tmp_path / "keras" / "datasets" / "boston_housing.npz"
    second.parent.mkdir(parents=True)
    second.write_bytes(b"damaged")

    with pytest.raises(DataError) as caught:
        kx("verify")

    assert str(second) in str(caught.value)


def test_verify_accepts_the_arrays_in_another_container(here, monkeypatch):
    from kx.data.files.official import content_digest

    (here / "boston_housing.npz").write_bytes(CONTENT)
    digest = content_digest({"x": np.zeros((5, 13)), "y": np.zeros(5)})
    file = data_file("boston_housing.npz", CONTENT + b"x", digest=digest)
    monkeypatch.setattr(BostonHousing, "data_files", (file,))

    assert "ok, repacked" in kx("verify", "boston")


def test_fetch_downloads_what_is_not_here(monkeypatch, no_environment, server, tmp_path):
    file = data_file("boston_housing.npz", server.content, url=server.url)
    monkeypatch.setattr(BostonHousing, "data_files", (file,))

    first, second = (json.loads(kx("fetch", "boston", "--json"))[0] for _ in range(2))

    assert (first["found"], second["found"]) == ("download", "KERAS_HOME")
    assert first["path"] == str(tmp_path / "keras" / "datasets" / "boston_housing.npz")
    assert len(server.ranges) == 1


def test_fetch_fails_offline_and_has_nothing_to_do_for_embedded_data(here):
    with pytest.raises(MissingDataError, match="KX_OFFLINE"):
        kx("fetch", "boston")
    assert "digits needs no file" in kx("fetch", "digits")
    assert kx("fetch", "digits", "--json") == "[]\n"


def test_what_a_plugin_says_cannot_command_the_terminal(here, own_parts):
    @dataset("strange")
    def strange(*, size: int):
        """Load [/red] \x1b]0;title\x07 nothing."""

    page = kx("ls")

    assert "Load [/red] ?]0;title? nothing." in page
    assert "size: integer" in kx("info", "strange")


@pytest.mark.parametrize("args", [["ls"], ["info", "imdb"], ["ls", "--json"]], ids=" ".join)
def test_listing_imports_nothing_heavy(args):
    script = f"""
import json, sys
from kx.cli.data import app
try:
    app({args!r})
except SystemExit as end:
    assert not end.code
heavy = ("numpy", "scipy", "sklearn", "tensorflow", "keras", "urllib.request")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert json.loads(done.stdout.splitlines()[-1]) == [], done.stderr
