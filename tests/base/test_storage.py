import errno
import itertools
import os
import signal
import stat
import subprocess
import sys

import pytest

from kx.base import storage
from kx.base.errors import StorageError
from kx.base.storage import atomic_file, atomic_write, sha256, sweep_partial

OLD, NEW = b"old" * 1000, b"new content" * 1000


def python(script, *arguments, **environment):
    """Run ``script`` in a fresh process."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def strike(monkeypatch):
    """A function that arms the fault hook."""

    def arm(fault):
        monkeypatch.setattr(storage, "_points", itertools.count(1))
        monkeypatch.setenv("KX_FAULT", fault)

    return arm


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("data", "content"), [(b"\x00\xff", b"\x00\xff"), ("Äh\n", b"\xc3\x84h\n"), ("", b"")]
)
def test_what_is_written_is_what_is_there(tmp_path, data, content):
    atomic_write(tmp_path / "file", data)

    assert (tmp_path / "file").read_bytes() == content
    assert names(tmp_path) == ["file"]


def test_the_file_has_the_mode_of_any_other_new_file(tmp_path):
    atomic_write(tmp_path / "ours", "")
    (tmp_path / "other").touch()

    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_unfinished_file_is_nobody_elses_and_keeps_its_suffix(tmp_path):
    with atomic_file(tmp_path / "model.keras") as part:
        assert part.parent == tmp_path
        assert part.name.startswith(".part-")
        assert part.name.endswith("-model.keras")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_a_block_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(OLD)

    with pytest.raises(ZeroDivisionError), atomic_file(path) as part:
        part.write_bytes(NEW)
        raise ZeroDivisionError

    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["model.keras"]


@pytest.mark.parametrize(("kind", "reason"), [("enospc", "No space left"), ("eio", "Input/output")])
def test_each_failing_step_leaves_the_old_file_or_the_new_one(tmp_path, strike, kind, reason):
    path = tmp_path / "record.json"
    seen = []
    for n in itertools.count(1):
        path.write_bytes(OLD)
        strike(f"{kind}:{n}")
        try:
            atomic_write(path, NEW)
            break
        except StorageError as error:
            assert reason in str(error)
            assert "11,000 bytes needed" in str(error)
        seen.append(path.read_bytes())
        assert names(tmp_path) == ["record.json"]

    assert seen == [OLD, OLD, OLD, NEW]  # before write, after it, after fsync, after replace
    assert path.read_bytes() == NEW


def test_each_kill_leaves_the_old_file_or_the_new_one(tmp_path):
    script = (
        "import sys; from pathlib import Path; from kx.base.storage import atomic_write;"
        "atomic_write(Path(sys.argv[1]), b'new content' * 1000)"
    )
    path = tmp_path / "record.json"
    seen = []
    for n in itertools.count(1):
        path.write_bytes(OLD)
        if python(script, path, KX_FAULT=f"kill:{n}").returncode == 0:
            break
        seen.append(path.read_bytes())

    assert seen == [OLD, OLD, OLD, NEW]
    assert [name[:6] for name in names(tmp_path)] == [".part-", ".part-", "record"]
    assert len(sweep_partial(tmp_path)) == 2
    assert names(tmp_path) == ["record.json"]


def test_a_full_disk_is_told_with_file_and_room(tmp_path):
    script = (
        "import resource, sys; from pathlib import Path; from kx.base.errors import StorageError\n"
        "from kx.base.storage import atomic_write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: atomic_write(Path(sys.argv[1]), bytes(5000))\n"
        "except StorageError as error: print(error)"
    )
    path = tmp_path / "model.keras"
    path.write_bytes(OLD)

    said = python(script, path).stdout

    assert str(path) in said
    assert os.strerror(errno.EFBIG) in said
    assert "5,000 bytes needed" in said
    assert "bytes free" in said
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["model.keras"]


def test_a_folder_that_is_gone_or_none_is_a_storage_error(tmp_path):
    (tmp_path / "file").touch()

    for folder in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(StorageError) as caught:
            atomic_write(folder / "record.json", "{}")

        assert f"{folder} is not a folder: make it first" in str(caught.value)
        assert "bytes" not in str(caught.value)


def test_a_folder_in_the_way_is_told(tmp_path):
    (tmp_path / "report.html").mkdir()

    with pytest.raises(StorageError, match="A folder of that name is there"):
        atomic_write(tmp_path / "report.html", NEW)

    assert names(tmp_path) == ["report.html"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_storage_error(tmp_path):
    tmp_path.chmod(0o555)

    with pytest.raises(StorageError, match="Permission denied"):
        atomic_write(tmp_path / "record.json", "{}")


def test_a_link_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(OLD)
    (tmp_path / "record.json").symlink_to(victim)

    atomic_write(tmp_path / "record.json", NEW)

    assert victim.read_bytes() == OLD
    assert not (tmp_path / "record.json").is_symlink()


def test_a_link_in_place_of_the_unfinished_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(storage.secrets, "token_hex", lambda count: "ab12")
    (tmp_path / ".part-ab12-x").symlink_to(tmp_path / "victim")

    with pytest.raises(StorageError, match="File exists"):
        atomic_write(tmp_path / "x", NEW)

    assert not (tmp_path / "victim").exists()


def test_sweeping_goes_into_folders_but_not_through_links(tmp_path):
    elsewhere, run = tmp_path / "elsewhere", tmp_path / "run"
    (run / "plots").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / ".part-1-a").touch()
    (run / "plots" / ".part-2-b.png").touch()
    (run / "linked").symlink_to(elsewhere)

    assert sweep_partial(run) == [run / "plots" / ".part-2-b.png"]
    assert names(elsewhere) == [".part-1-a"]


def test_sha256_is_that_of_the_standard(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")

    # FIPS 180-2, appendix B.1.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "abc") == expected


def test_a_killed_process_is_killed_by_the_hook_and_nothing_else(tmp_path):
    script = (
        "import sys; from pathlib import Path; from kx.base.storage import atomic_write;"
        "atomic_write(Path(sys.argv[1]), b'')"
    )

    assert python(script, tmp_path / "x", KX_FAULT="kill:2").returncode == -signal.SIGKILL
