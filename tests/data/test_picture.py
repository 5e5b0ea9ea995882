import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kx.data.picture import fitted, read_picture
from kx.errors import DataError, MissingDataError


@pytest.fixture
def saved(tmp_path):
    """Write an array as a picture; return its path."""

    def save(array, name="x.png", mode=None, **options):
        picture = Image.fromarray(np.asarray(array))
        (picture.convert(mode) if mode else picture).save(tmp_path / name, **options)
        return tmp_path / name

    return save


RED = np.zeros((2, 3, 3), "uint8") + np.array([255, 0, 0], "uint8")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_stay_rgb(saved, mode):
    assert read_picture(saved(RED, mode=mode)).tolist() == RED.tolist()


@pytest.mark.parametrize(("kind", "value"), [("uint8", 128), ("uint16", 128 * 257 + 100)])
def test_grey_of_any_depth_becomes_bytes(saved, kind, value):
    found = read_picture(saved(np.full((2, 3), value, kind)))

    assert found.shape == (2, 3, 3)
    assert set(found.ravel()) == {128}


def test_a_picture_taken_with_a_turned_camera_is_upright(saved):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    path = saved(RED, exif=exif)

    assert read_picture(path).shape == (3, 2, 3)


def test_a_picture_is_stretched_to_the_input_of_a_network():
    assert fitted(RED, (4, 5, 3)).shape == (4, 5, 3)
    assert set(fitted(RED, (4, 5, 1)).ravel()) == {76}  # 0.299 * 255


def png_header(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_072, 10_000, 20_000])
def test_a_bomb_is_refused_by_its_header(tmp_path, side):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(side, side))

    with pytest.raises(DataError, match=r"too large.*50,000,000"):
        read_picture(path)


def test_what_is_missing_broken_or_no_picture_is_told(tmp_path, saved):
    text, cut = tmp_path / "text.png", saved(RED, "cut.png")
    text.write_text("not a picture")
    cut.write_bytes(cut.read_bytes()[:-30])

    with pytest.raises(MissingDataError, match="no such file"):
        read_picture(tmp_path / "gone.png")
    with pytest.raises(DataError, match="is not a picture"):
        read_picture(text)
    with pytest.raises(DataError, match="damaged"):
        read_picture(cut)
