import hashlib
import resource
import subprocess
import sys
from functools import partial

import pytest

from kx.base.errors import MissingDataError, StorageError
from kx.data.files.download import Downloader
from kx.data.files.sources import SourceFiles
from tests.data.loopback import body, data_file, first_half, rest, stall, status, whole
from tests.machine import PATIENCE

HTML = b"<html>Please log in.</html>"


def visible(folder):
    return sorted(path.name for path in (folder / "datasets").iterdir() if path.suffix != ".lock")


def test_a_file_is_fetched_once_and_progress_is_told(source, server, file, tmp_path):
    arrays = source.arrays(file)
    again = SourceFiles(keras_home=tmp_path, offline=True)

    assert (again.arrays(file)["x"] == arrays["x"]).all()
    assert server.ranges == [None]
    assert source.provenance().source == "download"
    assert again.provenance().source == "KERAS_HOME"
    assert dict(again.provenance().files) == {"numbers.npz": file.sha256}
    assert source.downloader.watcher.told[-1] == ("numbers.npz", file.size, file.size)
    assert visible(tmp_path) == ["numbers.npz"]


@pytest.mark.parametrize(
    ("answers", "ranges"),
    [
        ([first_half, rest], [None, "half"]),
        ([first_half, whole], [None, "half"]),
        ([status(503), whole], [None, None]),
        ([status(503), first_half, rest], [None, None, "half"]),
    ],
    ids=["resumed", "started anew", "503", "503 and cut"],
)
def test_a_passing_trouble_is_overcome(source, server, file, tmp_path, answers, ranges):
    server.answers = answers
    source.downloader = Downloader(timeout=PATIENCE, tries=3, pause=0.0)

    place = source.ensure(file)

    assert hashlib.sha256(place.path.read_bytes()).hexdigest() == file.sha256
    half = f"bytes={file.size // 2}-"
    assert server.ranges == [half if asked == "half" else asked for asked in ranges]
    assert visible(tmp_path) == ["numbers.npz"]


def test_a_server_that_falls_silent_is_asked_again(source, server, file, tmp_path):
    server.answers = [stall, whole]
    # A busy machine may take longer than that to answer, too: then it is asked once more.
    source.downloader = Downloader(timeout=0.5, tries=100, pause=0.0)

    source.ensure(file)

    assert len(server.ranges) >= 2
    assert visible(tmp_path) == ["numbers.npz"]


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (status(404), "the server answered 404", 1),
        (status(503), "the server answered 503 Service Unavailable, at the last of 3 tries", 3),
        (first_half, "the connection was cut after", 3),
        (
            body(HTML),
            "did not send the expected file (27 bytes, starts with '<html>Please log in.</ht'",
            1,
        ),
        (body(b"x" * 200_000), "the server offers 200,000 bytes instead of 160,", 1),
        (body(b"x" * 200_000, announced=False), "the server sent more than the expected 160,", 1),
        (body(HTML, announced=False), "the connection was cut after 27 of 160,", 3),
    ],
    ids=["404", "503", "cut", "html", "too large", "endless", "html without length"],
)
def test_a_failed_download_says_why_and_leaves_nothing(
    source, server, file, tmp_path, answer, reason, tries
):
    server.answers = [answer]
    source.downloader = Downloader(timeout=PATIENCE, tries=3, pause=0.0)

    with pytest.raises(MissingDataError) as caught:
        source.ensure(file)

    assert reason in str(caught.value)
    assert len(server.ranges) == tries
    assert visible(tmp_path) == []


def test_a_server_that_stays_silent_is_given_up(source, server, file, tmp_path):
    server.answers = [stall]
    source.downloader = Downloader(timeout=0.2, tries=3, pause=0.0)

    with pytest.raises(MissingDataError, match="did not answer in time, at the last of 3 tries"):
        source.ensure(file)

    assert visible(tmp_path) == []


def test_other_content_of_the_right_size_is_not_accepted(source, server, file, tmp_path):
    server.answers = [body(b"x" * file.size)]

    with pytest.raises(MissingDataError, match="SHA-256 [0-9a-f]{64}, expected " + file.sha256):
        source.ensure(file)

    assert visible(tmp_path) == []


def test_what_a_killed_process_left_is_removed(source, file, tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / ".numbers.npz.part-abc").write_bytes(b"half")

    source.ensure(file)

    assert visible(tmp_path) == ["numbers.npz"]


def test_plain_http_is_refused_beyond_this_machine(source):
    file = data_file("a.npz", b"a", url="http://example.invalid/a.npz")

    with pytest.raises(MissingDataError, match="is not an https address"):
        source.ensure(file)


def test_a_redirection_to_plain_http_is_refused(source, server, file):
    def elsewhere(handler, server):
        handler.send_response(302)
        handler.send_header("Location", "http://example.invalid/a.npz")
        handler.end_headers()

    server.answers = [elsewhere]

    with pytest.raises(MissingDataError, match=r"http://example\.invalid/a\.npz is not an https"):
        source.ensure(file)


def test_nobody_listening_is_told_as_such(source, server, file):
    server.http.server_close()

    with pytest.raises(MissingDataError, match="refused"):
        source.ensure(file)


def test_a_folder_that_cannot_be_made_is_a_storage_error(source, file, tmp_path):
    (tmp_path / "datasets").write_text("a file")

    with pytest.raises(StorageError, match=r"numbers\.npz cannot be written to"):
        source.ensure(file)


def test_a_folder_in_the_place_of_the_file_is_told(source, file, tmp_path):
    (tmp_path / "numbers.npz").mkdir()

    with pytest.raises(StorageError, match=r"numbers\.npz is a folder: move it away"):
        source.downloader.fetch(file, tmp_path / "numbers.npz")


FETCH = """
import sys
from pathlib import Path
from kx.data.files.download import Downloader
from kx.data.files.files import DataFile
from kx.data.files.sources import SourceFiles
url, sha256, size, home = sys.argv[1:]
file = DataFile("numbers.npz", url, sha256, int(size), dict)
source = SourceFiles(keras_home=Path(home), downloader=Downloader(timeout=20.0, pause=0.0))
print("ready", flush=True)
try:
    source.ensure(file)
except Exception as error:
    print(type(error).__name__, flush=True)
"""


def start_fetching(file, home, **options):
    args = [sys.executable, "-c", FETCH, file.url, file.sha256, str(file.size), str(home)]
    return subprocess.Popen(args, stdout=subprocess.PIPE, text=True, **options)


def test_four_processes_fetch_once(server, file, tmp_path):
    def when_all_ask(handler, server):
        server.released.wait(60)
        whole(handler, server)

    server.answers = [when_all_ask]

    processes = [start_fetching(file, tmp_path) for _ in range(4)]
    ready = [process.stdout.readline() for process in processes]
    server.released.set()
    said = [process.communicate(timeout=PATIENCE)[0] for process in processes]

    assert ready == ["ready\n"] * 4
    assert said == [""] * 4
    assert server.ranges == [None]
    assert visible(tmp_path) == ["numbers.npz"]


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(server, file, tmp_path):
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (50_000, 50_000))

    process = start_fetching(file, tmp_path, preexec_fn=limit)

    assert process.communicate(timeout=PATIENCE)[0].split() == ["ready", "StorageError"]
    assert visible(tmp_path) == []
