"""Where a user wants something written: what is there stays what it is."""

import json
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from kx.base.errors import StorageError
from kx.base.storage import write_named


def test_a_device_is_written_into_and_stays_one(tmp_path):
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        device.symlink_to("/dev/null")

    write_named(device, "text")

    assert stat.S_ISCHR(device.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["null"]


def test_a_pipe_gets_all_of_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()

    write_named(tmp_path / "pipe", b"0123456789" * 100_000)
    reader.join()

    assert got == [b"0123456789" * 100_000]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_pipe_that_nobody_reads_from_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("kx.base.storage.PATIENCE", 0.0)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(StorageError, match="pipe: cannot be written: No such device"):
        write_named(tmp_path / "pipe", "text")


@pytest.mark.parametrize("there", [True, False])
def test_a_link_leads_to_its_file(tmp_path, there):
    if there:
        (tmp_path / "file").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")

    write_named(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"


def test_a_report_goes_where_it_is_wanted(kx, finished, tmp_path):
    finished()
    (tmp_path / "link").symlink_to("page.html")

    for target in ("/dev/null", tmp_path / "link"):
        code, out, _ = kx("report", "last", "-o", target, "--outputs", tmp_path / "outputs")
        assert (code, out) == (0, f"{target}\n")

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert (tmp_path / "link").is_symlink()
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_pages_of_a_choice_of_runs_leave_that_of_all_alone(kx, finished, tmp_path):
    outputs = tmp_path / "outputs"
    first, second, _ = finished(), finished(), finished()
    kx("report", "--outputs", outputs)
    page = (outputs / "report.html").read_bytes()

    pages = [
        kx("report", *args, "--outputs", outputs)[1].strip()
        for args in (
            [first.name, second.name],
            [second.name, first.name],
            ["--limit", 2],
            ["--where", f"id = {first.name}"],
        )
    ]

    assert (outputs / "report.html").read_bytes() == page
    assert pages[0] == pages[1]
    assert len(set(pages)) == 3


def test_smoothed_pictures_leave_those_of_the_run_alone(kx, finished, tmp_path):
    outputs = tmp_path / "outputs"
    run = finished()
    kx("plot", "last", "--outputs", outputs)
    before = {path.name: path.read_bytes() for path in (run / "plots").iterdir()}

    out = kx("plot", "last", "--smooth", "0.8", "--outputs", outputs)[1]

    assert "loss-smooth-0.8.png" in out
    assert {name: (run / "plots" / name).read_bytes() for name in before} == before


class TestVerification:
    """``kx doctor --outputs``."""

    def test_runs_as_they_were_left_are_sound(self, kx, finished, tmp_path):
        finished()

        code, out, err = kx("doctor", "--outputs", tmp_path / "outputs")

        assert (code, err) == (0, "")
        assert "files are as their records say" in out

    def test_everything_else_is_told_in_one_table(self, kx, finished, tmp_path):
        outputs = tmp_path / "outputs"
        good, lost, other, odd = (finished() for _ in range(4))
        (lost / "history.csv").unlink()
        (other / "spec.yaml").write_text("name: other\n", encoding="utf-8")
        (other / "labels.json").write_bytes(b"null")
        (odd / "record.json").write_bytes(b"[" * 200_000)
        (outputs / "looks.json").write_bytes(b"[]")
        half = good / ".part-1-model.keras"
        half.touch()
        os.utime(half, (0, 0))

        code, out, err = kx("doctor", "--json", "--outputs", outputs)
        rows = {(row["run"], row["file"], row["state"]) for row in json.loads(out)["findings"]}

        assert code == 3
        assert "5 damaged, changed or missing" in err
        assert rows == {
            (lost.name, "history.csv", "missing"),
            (other.name, "spec.yaml", "changed"),
            (other.name, "labels.json", "damaged"),
            (odd.name, "", "damaged"),
            ("", "looks.json", "damaged"),
            (good.name, half.name, "left over"),
        }
        shown = "".join(kx("doctor", "--outputs", outputs)[1].split())
        assert f"missing{lost.name}" in shown

    def test_the_folder_need_not_be_named(self, kx, finished, tmp_path, monkeypatch):
        finished()
        monkeypatch.chdir(tmp_path)

        assert "outputs: " in kx("doctor", "--outputs")[1]
        assert json.loads(kx("doctor", "--outputs", "--json")[1])["findings"] == []

    def test_no_folder_is_a_mistake(self, kx, tmp_path):
        assert kx("doctor", "--outputs", tmp_path / "none")[0] == 2


@pytest.mark.skipif(sys.platform == "darwin", reason="it keeps caches elsewhere")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/kx"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "x"}, "/h/.cache/kx"),
        ({"HOME": "/h", "XDG_CACHE_HOME": ""}, "/h/.cache/kx"),
        ({"HOME": "/h", "KX_CACHE_DIR": "/k"}, "/k"),
        ({}, "None"),
        ({"XDG_CACHE_HOME": "x"}, "None"),
    ],
    ids=str,
)
def test_a_cache_has_a_folder_of_its_own_or_none(monkeypatch, variables, expected):
    import pwd

    from kx.data.files.sources import SourceFiles

    def nobody(number):
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)  # a user without an entry in passwd
    for name in ("HOME", "XDG_CACHE_HOME", "KX_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert str(SourceFiles.from_environment().cache_dir) == expected
