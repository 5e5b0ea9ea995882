"""Many files under one name: in a folder, in an archive, or made by kx. They are only read."""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kx.base.errors import DataError, MissingDataError
from kx.base.names import readable
from kx.base.reading import open_regular, regular_size
from kx.data.files.archives import MAX_BYTES, MAX_RATIO

HIDDEN = ("Thumbs.db", "desktop.ini", "__MACOSX", "@eaDir")
"""What systems leave in folders, besides all whose name begins with a dot."""


TABLES = (".csv", ".tsv")
"""Files that are read as they are, and are no archives."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Files by their names, which are paths relative to the tree, with ``/`` in between.

    Names are readable: a byte that is no UTF-8 is escaped, and ``read`` knows what is meant.

    Attributes:
        name: of the tree, for messages: not the folder it lies in.
        files: in natural order (2 before 10), whatever order the file system has.
        folders: likewise; also the empty ones.
        links: symbolic links, to files or folders, that were not followed; likewise.
        read: returns the bytes of a file; raises ``OSError`` if there is no way to.
        size: returns the number of these bytes, likewise.
    """

    name: str
    files: tuple[str, ...]
    folders: tuple[str, ...]
    links: tuple[str, ...]
    read: Callable[[str], bytes]
    size: Callable[[str], int]


def existing(path: Path) -> Path:
    """Return ``path`` if something is there.

    Raises:
        MissingDataError: if not.
    """
    if not path.exists():
        raise MissingDataError(f"{path} does not exist: neither a folder nor an archive.")
    return path


def open_tree(
    path: Path, name: str = "", without: Collection[str] = (), *, follow: bool = True
) -> Tree:
    """Return what lies at ``path``: a folder, or a zip or tar archive, which is not unpacked.

    A tar archive has to be read from its beginning to its end: its files are kept in memory.

    Args:
        path: of the folder or the archive.
        name: for messages; empty: the last part of ``path``.
        without: names of folders in it, at any depth, that nobody will read.
        follow: whether symbolic links in a folder are followed; those in an archive never are.

    Raises:
        DataError: if it is neither, damaged, or made to do harm.
    """
    name = name or readable(path.name)
    if path.is_dir():
        return _folder_tree(path, name, without, follow=follow)
    if path.suffix.lower() in TABLES and path.is_file():
        return memory_tree(name, {name: _content(path)})
    if path.is_file():
        return (_tar_tree if _is_tar(path) else _zip_tree)(path, name, without)
    raise DataError(f"{path} is neither a folder nor an archive.")


def listed_tree(root: Path, names: Iterable[str]) -> Tree:
    """Return a tree of those files alone that a list names, as paths that begin at ``root``.

    The folder itself is not looked into: it may hold any number of others.
    """
    files = tuple(names)
    return Tree(
        readable(root.resolve().name),
        files,
        (),
        (),
        lambda file: _content(root / file),
        lambda file: regular_size(root / file),
    )


def below(tree: Tree, folder: str) -> Tree:
    """Return the part of a tree that lies in one of its folders."""
    start = f"{folder}/"

    def cut(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name.removeprefix(start) for name in names if name.startswith(start))

    return replace(
        tree,
        files=cut(tree.files),
        folders=cut(tree.folders),
        links=cut(tree.links),
        read=lambda name: tree.read(start + name),
        size=lambda name: tree.size(start + name),
    )


def children(tree: Tree, folder: str = "") -> list[str]:
    """Return the names of the folders that lie directly in ``folder``, without links."""
    start = f"{folder}/" if folder else ""
    inner = (name.removeprefix(start) for name in tree.folders if name.startswith(start))
    return [name for name in inner if "/" not in name]


def inmost(tree: Tree, folder: str = "") -> str:
    """Return the first folder that holds several ones, if only single ones lead to it.

    Archives often wrap everything into a folder of their own name. Where single folders lead to
    none that holds several, the answer is ``folder`` itself.
    """
    at, inner = folder, children(tree, folder)
    while len(inner) == 1 and not any(_parent(link) == at for link in tree.links):
        at = f"{at}/{inner[0]}" if at else inner[0]
        inner = children(tree, at)
    return at if len(inner) > 1 else folder


def unwrapped(tree: Tree) -> Tree:
    """Return a tree without the single folders that everything in it is wrapped into."""
    folder = inmost(tree)
    return below(tree, folder) if folder else tree


def memory_tree(name: str, contents: Mapping[str, bytes], folders: Collection[str] = ()) -> Tree:
    """Return a tree of files that are kept in memory; ``folders`` need hold none of them."""
    everything = (*contents, *folders)
    above = {str(parent) for item in everything for parent in PurePosixPath(item).parents}
    return Tree(
        name,
        natural(contents),
        natural((above | set(folders)) - {"."}),
        (),
        contents.__getitem__,
        lambda file: len(contents[file]),
    )


def natural(names: Iterable[str]) -> tuple[str, ...]:
    """Return ``names`` in the order in which people count: ``cat.2`` before ``cat.10``."""
    return tuple(sorted(names, key=_natural_key))


def _natural_key(name: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in parts], name


def _folder_tree(root: Path, name: str, without: Collection[str], *, follow: bool) -> Tree:
    files: list[str] = []
    folders: list[str] = []
    links: list[str] = []
    waiting = [""]
    while waiting:
        start = waiting.pop()
        for entry in _entries(root / start):
            at = start + entry.name
            if _is_hidden(entry.name):
                continue
            if entry.is_symlink() and not follow:
                links.append(at)
            elif not entry.is_dir():
                files.append(at)
            elif entry.name not in without:
                _refuse_circle(root, at, entry)
                folders.append(at)
                waiting.append(f"{at}/")
    own = _by_shown_names(name, [*files, *folders, *links])
    return Tree(
        name,
        natural(map(readable, files)),
        natural(map(readable, folders)),
        natural(map(readable, links)),
        lambda file: _content(root / own[file]),
        lambda file: regular_size(root / own[file]),
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataError(f"{folder} cannot be listed: {error.strerror or error}.") from error


def _refuse_circle(root: Path, name: str, entry: os.DirEntry[str]) -> None:
    """Raise for a link to a folder that it lies in itself: following it would never end."""
    if entry.is_symlink():
        above = [root / parent for parent in PurePosixPath(name).parents]
        target = Path(entry.path).resolve()
        if any(folder.resolve().is_relative_to(target) for folder in above):
            raise DataError(f"{entry.path} is a link to a folder above it: remove it.")


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _by_shown_names(tree: str, names: Iterable[str]) -> dict[str, str]:
    """Return each name as it is shown -> as the file system has it.

    Raises:
        DataError: if two are shown alike.
    """
    found: dict[str, str] = {}
    for name in names:
        shown = readable(name)
        if found.setdefault(shown, name) != name:
            raise DataError(
                f"{tree} has two names that are both written {shown}, one of them in no UTF-8: "
                "rename one."
            )
    return found


def _content(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read()


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in HIDDEN


def _is_left_out(name: str, without: Collection[str]) -> bool:
    """Whether a part of a path is hidden, or one of ``without``."""
    parts = PurePosixPath(name).parts
    return any((_is_hidden(part) and part != "..") or part in without for part in parts)


def _zip_tree(path: Path, name: str, without: Collection[str]) -> Tree:
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # damage makes zipfile raise anything
        raise DataError(f"{path} is not a folder, and no zip archive either: {error}.") from error
    members = [m for m in archive.infolist() if not _is_left_out(_slashed(m), ())]
    _refuse_harm(path, members)
    members = [m for m in members if not _is_left_out(_slashed(m), without)]
    # Some programs write ./cats/1.jpg, and none need list the folders.
    named = [(PurePosixPath(_slashed(member)), member) for member in members]
    files = {str(at): member for at, member in named if not _slashed(member).endswith("/")}
    folders = {str(at) for at, member in named if _slashed(member).endswith("/")}
    folders |= {str(parent) for at, member in named for parent in at.parents}
    return Tree(
        name,
        natural(files),
        natural(folders - {"."}),
        (),
        lambda file: _member(archive, files[file]),
        lambda file: files[file].file_size,
    )


def _slashed(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; on Windows some are written with backslashes."""
    return member.filename.replace("\\", "/")


def is_archive(path: Path) -> bool:
    """Whether a file holds files, by its name."""
    return path.suffix.lower() == ".zip" or _is_tar(path)


def _is_tar(path: Path) -> bool:
    return path.name.lower().endswith((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"))


def _tar_tree(path: Path, name: str, without: Collection[str]) -> Tree:
    limit = min(MAX_BYTES, MAX_RATIO * path.stat().st_size)
    contents: dict[str, bytes] = {}
    folders: set[str] = set()
    unpacked = 0
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                _refuse_odd(path, member)
                unpacked += member.size
                _refuse_bomb(path, unpacked, limit)
                if _is_left_out(member.name, without):
                    continue
                at = readable(str(PurePosixPath(member.name)))
                if file := archive.extractfile(member):
                    contents[at] = file.read()
                else:
                    folders.add(at)
            while archive.fileobj and archive.fileobj.read(1 << 20):
                pass  # to the very end: only there gzip tells whether all was as it should be
    except (DataError, MemoryError):
        raise
    except Exception as error:  # damage makes tarfile and what unpacks it raise anything
        raise DataError(f"{path} is not a folder, and no tar archive either: {error}.") from error
    return memory_tree(name, contents, folders)


def _refuse_odd(path: Path, member: tarfile.TarInfo) -> None:
    """Raise for a link, a device, or a name that leads out of the archive."""
    _refuse_escape(path, member.name)
    if not (member.isfile() or member.isdir()):
        raise _odd(path, member.name)


def _odd(path: Path, member: str) -> DataError:
    return DataError(
        f"{path.name} holds {member!r}, which is neither a file nor a folder but a link "
        "or a device: it may be an attack. Get the archive from where it was first published."
    )


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(member)
    except OSError:
        raise
    except Exception as error:  # damage makes zipfile and zlib raise anything
        raise OSError(None, f"damaged in the archive ({error})") from error


def _refuse_harm(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raise if names lead out of the archive, or if it would unpack to absurdly many bytes.

    Nothing is ever unpacked to a disk, and what is declared holds: zipfile reads no more of a
    member. But an archive that tries cannot be trusted in anything else.
    """
    for member in members:
        _refuse_escape(path, member.filename)
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _odd(path, member.filename)
    limit = MAX_RATIO * path.stat().st_size
    _refuse_bomb(path, sum(member.file_size for member in members), limit)


def _refuse_escape(path: Path, member: str) -> None:
    name = PurePosixPath(member.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or re.match("[A-Za-z]:", member):
        raise DataError(
            f"{path.name} holds {member!r}, a name that leads out of the archive: it may be an "
            "attack. Get the archive from where it was first published."
        )


def _refuse_bomb(path: Path, unpacked: int, limit: int) -> None:
    if unpacked > limit:
        raise DataError(
            f"{path.name} would unpack to {unpacked:,} bytes, more than the {limit:,} that kx "
            "accepts of an archive of its size: it holds no pictures or texts."
        )
