"""Whether installed packages may offer plugins."""

import sys
import zipfile

import pytest

from kx.components.installed import may_have

GROUP = "kx.components.plugins"


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Return the only folder in which packages are installed."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "gone")])
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:3])
    return tmp_path


@pytest.mark.parametrize("ending", [".dist-info", ".egg-info", ".DIST-INFO"])
@pytest.mark.parametrize("group", [GROUP, "console_scripts"])
def test_entry_points_are_found_by_their_group(packages, ending, group):
    metadata = packages / f"guest{ending}"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(f"[{group}]\nguest = guest\n")

    assert may_have(GROUP) == (group == GROUP)


def test_packages_without_entry_points_have_none(packages):
    (packages / "guest.dist-info").mkdir()
    (packages / "other.egg-info").write_text(GROUP)

    assert not may_have(GROUP)


def test_archives_may_have_any(packages, monkeypatch):
    with zipfile.ZipFile(packages / "packages.zip", "w") as archive:
        archive.writestr("guest.dist-info/entry_points.txt", f"[{GROUP}]\nguest = guest\n")
    monkeypatch.setattr(sys, "path", [str(packages / "packages.zip")])

    assert may_have(GROUP)


def test_eggs_may_have_any(packages, monkeypatch):
    (packages / "guest-1.egg").mkdir()
    monkeypatch.setattr(sys, "path", [str(packages / "guest-1.egg")])

    assert may_have(GROUP)


def test_what_finds_packages_elsewhere_may_find_any(packages, monkeypatch):
    class Elsewhere:
        def find_distributions(self, context):
            return []

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Elsewhere()])

    assert may_have(GROUP)
