"""Tiny picture files, good ones and bad ones."""

import hashlib
import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image


def encoded(picture, kind, **options):
    """The bytes of a file of ``kind``."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(color="red", size=(24, 18), mode="RGB"):
    return Image.new(mode, size, color)


def noisy(seed=0, size=(40, 30), kind="JPEG"):
    """A picture that does not shrink to nothing, so that half of its file is half of it."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), kind)


def halves(**options):
    """Left red, right blue."""
    picture = plain("red", (40, 40))
    picture.paste("blue", (20, 0, 40, 40))
    return encoded(picture, "PNG", **options)


def png_that_claims(width, height):
    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = zlib.compress(bytes(100_000))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def animated():
    frames = [plain(color) for color in ("red", "blue")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return halves(exif=exif)


BROKEN = {
    "empty.jpg": (b"", "empty, 0 bytes"),
    "half.jpg": (noisy()[:900], "truncated"),
    "half.png": (noisy(kind="PNG")[:2000], "truncated"),
    "half.bmp": (noisy(kind="BMP")[:2000], "truncated"),
    "half.webp": (noisy(kind="WEBP")[:500], "damaged"),
    "half.gif": (noisy(kind="GIF")[:900], "truncated"),
    "head.jpg": (noisy()[:12], "truncated"),
    "flipped.png": (flipped(noisy(kind="PNG")), "damaged"),
    "page.jpg": (b"\n<!DOCTYPE html><title>404</title>", "a web page"),
    "words.png": (b"no picture at all", "not a picture in a known format"),
    "tiff.jpg": (encoded(plain(), "TIFF"), "not a picture in a known format"),
    "large.png": (png_that_claims(9_000, 6_000), "9,000 x 6,000 pixels, more than 50 million"),
    "larger.png": (png_that_claims(10_000, 10_000), "more than 50 million pixels"),
    "bomb.png": (png_that_claims(20_000, 20_000), "more than 50 million pixels"),
    "zeros.webp": (bytes(5_000), "not a picture in a known format"),
}
"""Name -> content, and words that say what is wrong with it."""

ODD = {
    "png named.jpg": (encoded(plain(), "PNG"), "misnamed"),
    "cmyk.jpg": (encoded(plain("red").convert("CMYK"), "JPEG"), None),
    "palette.gif": (encoded(plain("red").convert("P"), "GIF"), None),
    "shout.JPEG": (encoded(plain("red"), "JPEG"), None),
    "red.webp": (encoded(plain("red"), "WEBP", lossless=True), None),
    "red.bmp": (encoded(plain("red"), "BMP"), None),
    "moving.gif": (animated(), "animated"),
    "clear.png": (encoded(plain((255, 0, 0, 255), mode="RGBA"), "PNG"), "transparent"),
}
"""Red pictures in odd files: name -> content, and what is odd, if that is to be told."""


def write(folder, contents):
    """Write files, by their names, in this order."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zipped(path, contents):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def state(folder):
    """What would show that somebody wrote in ``folder``."""
    return {
        path: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
        if path.is_file()
    }


def classes(count=5, kinds=("apple", "pear")):
    """Good pictures in a folder for each class."""
    return {
        f"{kind}/{kind}.{number}.png": noisy(seed=10 * number + label, kind="PNG")
        for label, kind in enumerate(kinds)
        for number in range(count)
    }
