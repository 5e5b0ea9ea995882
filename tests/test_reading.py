"""No file, whatever it is, makes kx wait or fills its memory."""

import os
import re
import socket
import threading
from pathlib import Path

import pytest

from kx.base.reading import open_regular, read_named, read_regular, regular_size

ZERO = Path("/dev/zero")
ODD = {
    "pipe": "a named pipe",
    "zero": "a device",
    "folder": "older|directory",
    "socket": "socket|such device",
}


@pytest.fixture
def odd(tmp_path):
    """One of everything that is no file."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to(ZERO)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(tmp_path / "socket"))
    return tmp_path


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(
    "read",
    [open_regular, regular_size, lambda path: read_regular(path, 10)],
    ids=["open", "size", "read"],
)
def test_what_is_no_file_is_named_at_once(odd, name, read):
    with pytest.raises(OSError) as caught:
        read(odd / name)

    assert re.search(ODD[name], caught.value.strerror)


@pytest.mark.parametrize("name", ["zero", "folder", "socket"])
def test_nor_may_a_user_name_it(odd, name):
    with pytest.raises(OSError):
        read_named(odd / name, 10)


@pytest.mark.parametrize(("most", "fits"), [(10, True), (9, False), (0, False)])
def test_a_file_is_read_up_to_a_bound(tmp_path, most, fits):
    (tmp_path / "file").write_bytes(b"0123456789")

    if fits:
        assert read_regular(tmp_path / "file", most) == b"0123456789"
    else:
        with pytest.raises(OSError, match=f"it has more than {most} bytes"):
            read_regular(tmp_path / "file", most)


def test_a_huge_file_is_not_read_at_all(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(OSError, match="more than 1,000 bytes"):
        read_regular(tmp_path / "file", 1000)


def test_a_file_that_does_not_tell_its_size_is_read_to_its_end():
    assert read_regular(Path("/proc/self/stat"), 100_000).startswith(str(os.getpid()).encode())


def test_a_link_is_followed_only_if_wanted(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")

    assert read_regular(tmp_path / "link", 10) == b"content"
    with pytest.raises(OSError):
        read_regular(tmp_path / "link", 10, follow=False)


@pytest.mark.parametrize(("content", "got"), [(b"abc", b"abc"), (b"a" * 99, b"a" * 11)])
def test_of_a_pipe_a_user_gets_what_is_written_up_to_one_byte_too_many(tmp_path, content, got):
    os.mkfifo(tmp_path / "pipe")
    opened = os.open(tmp_path / "pipe", os.O_RDWR)  # so that the writer need not wait
    os.write(opened, content)
    writer = threading.Thread(target=os.close, args=(opened,))
    try:
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        writer.start()
        writer.join()
        assert read_named(Path(f"/proc/self/fd/{reader}"), 10) == got
    finally:
        os.close(reader)


def test_a_pipe_that_nobody_writes_to_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("kx.base.reading.PATIENCE", 0.01)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="nobody writes to"):
        read_named(tmp_path / "pipe", 10)
