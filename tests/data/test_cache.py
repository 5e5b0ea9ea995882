"""The limit of the cache: what was not used for longest goes."""

import os

import numpy as np
import pytest

from kx.base.errors import UsageError
from kx.data.files import cache
from kx.data.files.sources import SourceFiles

ROWS = np.arange(1000, dtype="uint8").reshape(10, 100)  # 128 + 1,000 bytes, and a note


@pytest.fixture
def keep(tmp_path):
    """Keep an entry in a folder of the cache, as if it were last used at the hour ``used``."""

    def kept(key, used, folder="pictures"):
        sha256 = cache.keep(tmp_path / folder, key, iter(ROWS), (100,))
        cache.seal(tmp_path / folder, key, sha256, {})
        os.utime(tmp_path / folder / f"{key}.json", (used * 3600, used * 3600))

    return kept


def names(cache_dir):
    return sorted(path.relative_to(cache_dir).as_posix() for path in cache_dir.glob("*/*"))


def both(*keys):
    return [f"{key}.{kind}" for key in keys for kind in ("json", "npy")]


def test_the_least_recently_used_goes_first(keep, tmp_path):
    keep("pictures-2", used=2)
    keep("features-1", used=1, folder="features")
    keep("pictures-3", used=3)

    assert 3 * 1128 < cache.used(tmp_path) < 3 * 1300
    cache.shrink(tmp_path, 2 * 1300)
    assert names(tmp_path) == both("pictures/pictures-2", "pictures/pictures-3")
    cache.shrink(tmp_path, 1300)
    assert names(tmp_path) == both("pictures/pictures-3")
    cache.shrink(tmp_path, 1300)
    assert names(tmp_path) == both("pictures/pictures-3")


def test_what_is_recalled_counts_as_used(keep, tmp_path):
    keep("old", used=1)
    keep("newer", used=2)

    assert cache.recall(tmp_path / "pictures", "old") is not None
    cache.shrink(tmp_path, 1300)

    assert names(tmp_path) == both("pictures/old")


def test_what_was_made_just_now_stays_however_large(keep, tmp_path, monkeypatch):
    keep("old", used=1)
    monkeypatch.setenv("KX_CACHE_MB", "0.0001")
    keep("new", used=2)

    assert names(tmp_path) == both("pictures/new")


def test_who_reads_an_entry_keeps_it_when_it_goes(keep, tmp_path):
    keep("read", used=1)
    rows = cache.recall(tmp_path / "pictures", "read").rows

    cache.shrink(tmp_path, 0)

    assert names(tmp_path) == []
    np.testing.assert_array_equal(rows, ROWS)
    assert cache.recall(tmp_path / "pictures", "read") is None


def test_folders_in_the_place_of_an_entry_are_put_aside_with_all_they_hold(keep, tmp_path):
    folder = tmp_path / "pictures"
    for name in ("key.npy", "key.npy.aside1", "key.json", "other.json"):
        (folder / name).mkdir(parents=True)
    (folder / "key.npy" / "mine.txt").write_text("kept")

    said = cache.make_room(folder, "key")
    keep("key", used=1)

    assert said.code == "cache.aside"
    assert said.values["names"] == (str(folder / "key.json.aside1"), str(folder / "key.npy.aside2"))
    assert (folder / "key.npy.aside2" / "mine.txt").read_text() == "kept"
    assert (cache.recall(folder, "key").rows == ROWS).all()
    assert cache.make_room(folder, "key") is None
    assert (folder / "other.json").is_dir()


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf"])
def test_a_limit_that_makes_no_sense_is_told_before_anything_is_read(monkeypatch, text):
    monkeypatch.setenv("KX_CACHE_MB", text)

    with pytest.raises(UsageError, match=f"KX_CACHE_MB is '{text}'"):
        SourceFiles.from_environment()
