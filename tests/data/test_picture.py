"""Pictures are the same numbers on every way in: in datasets, for predictions, for explanations."""

import io

import numpy as np
import pytest
from PIL import Image

from kx.base.errors import DataError, MissingDataError
from kx.contracts import DatasetInfo
from kx.data.files.sources import SourceFiles
from kx.data.inputs import picture as inputs
from kx.data.inputs.given import Given
from kx.data.pictures.decoding import PictureForm, decode, quiet_decoder
from kx.data.pictures.picture import read_picture
from tests.data.photos import encoded, png_that_claims, write
from tests.parts import image_folder

SIDE = 16


def shades(size=(40, 30), bands=3):
    """Random pixels: resized otherwise, they would be other numbers."""
    shape = (size[1], size[0], bands) if bands > 1 else (size[1], size[0])
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def sixteen_bits():
    wide = np.random.default_rng(1).integers(0, 65_536, (30, 40), dtype=np.uint16)
    return encoded(Image.fromarray(wide), "PNG")


def palette_with_gaps():
    picture = Image.fromarray(shades()).quantize(16)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", transparency=3)
    return buffer.getvalue()


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(Image.fromarray(shades()), "JPEG", exif=exif)


def moving(kind):
    frames = [Image.fromarray(shades(bands=1)), Image.new("L", (40, 30), 255)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


FILES = {
    "plain.png": encoded(Image.fromarray(shades()), "PNG"),
    "large.jpg": encoded(Image.fromarray(shades((400, 300))), "JPEG"),
    "clear.png": encoded(Image.fromarray(shades(bands=4)), "PNG"),
    "sixteen.png": sixteen_bits(),
    "palette.png": palette_with_gaps(),
    "cmyk.jpg": encoded(Image.fromarray(shades(bands=4), "CMYK"), "JPEG"),
    "turned.jpg": turned(),
    "grey.png": encoded(Image.fromarray(shades(bands=2), "LA"), "PNG"),
    "moving.gif": moving("GIF"),
    "moving.webp": moving("WEBP"),
}


@pytest.mark.parametrize("channels", [3, 1])
def test_a_picture_is_the_same_numbers_on_every_way_in(tmp_path, channels):
    folder = write(tmp_path / "mine", {f"{k}/{n}": c for k in "ab" for n, c in FILES.items()})
    bundle = image_folder(SourceFiles(), path=str(folder), image_size=SIDE, channels=channels)
    x = np.concatenate([bundle.train.x, bundle.test.x])
    paths = [folder / name for part in ("train", "test") for name in bundle.origins[part]]
    form = inputs.form(bundle.info, x, {})

    predicted = inputs.read(Given([str(path) for path in paths]), form, None).x
    explained = [read_picture(path).fitted((SIDE, SIDE, channels)) for path in paths]

    assert {path.name for path in paths} == set(FILES)
    np.testing.assert_array_equal(predicted, x)
    np.testing.assert_array_equal(np.stack(explained), x)


def test_inverted_it_is_the_same_for_predictions_and_explanations(tmp_path):
    write(tmp_path, FILES)
    paths = [tmp_path / name for name in FILES]
    form = inputs.form(DatasetInfo("x", "binary", (SIDE, SIDE, 3)), np.zeros(1, "uint8"), {})

    predicted = inputs.read(Given(list(map(str, paths)), invert=True), form, None).x
    explained = [read_picture(path, invert=True).fitted((SIDE, SIDE, 3)) for path in paths]

    np.testing.assert_array_equal(np.stack(explained), predicted)


def one_pixel(tmp_path, mode, value, **options):
    path = tmp_path / "x.png"
    if mode == "I;16":
        Image.fromarray(np.array([[value]], np.uint16)).save(path)
    else:
        Image.new(mode, (1, 1), value).save(path, **options)
    return read_picture(path).pixels[0, 0].tolist()


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("RGB", (10, 20, 30), [10, 20, 30]),
        ("L", 128, [128] * 3),
        ("I;16", 0x80FF, [0x80] * 3),  # the upper 8 bits
        ("I;16", 0xFFFF, [255] * 3),
        ("RGBA", (10, 20, 30, 0), [255] * 3),  # on white
        ("RGBA", (0, 0, 0, 51), [204] * 3),  # a fifth of black on white
        ("LA", (0, 51), [204] * 3),
    ],
)
def test_what_people_see_of_it_is_what_networks_are_shown(tmp_path, mode, value, expected):
    assert one_pixel(tmp_path, mode, value) == expected


def test_it_is_shown_upright_and_in_its_own_size(tmp_path):
    write(tmp_path, FILES)

    assert read_picture(tmp_path / "turned.jpg").pixels.shape == (40, 30, 3)
    assert read_picture(tmp_path / "large.jpg").pixels.shape == (300, 400, 3)


def test_a_network_may_take_pictures_that_are_no_squares(tmp_path):
    write(tmp_path, FILES)
    with quiet_decoder():
        square, _ = decode("plain.png", FILES["plain.png"], PictureForm(4, 3, 4))

    assert read_picture(tmp_path / "plain.png").fitted((4, 5, 3)).shape == (4, 5, 3)
    np.testing.assert_array_equal(read_picture(tmp_path / "plain.png").fitted((4, 4, 3)), square)


@pytest.mark.parametrize("side", [7_072, 10_000, 20_000])
def test_a_bomb_is_refused_by_its_header(tmp_path, side):
    write(tmp_path, {"bomb.png": png_that_claims(side, side)})

    with pytest.raises(DataError, match=r"bomb\.png: .*more than 50 million"):
        read_picture(tmp_path / "bomb.png")


def test_what_is_missing_broken_or_no_picture_is_told(tmp_path):
    write(tmp_path, {"text.png": b"not a picture", "cut.png": FILES["plain.png"][:-400]})

    with pytest.raises(MissingDataError, match="no such file"):
        read_picture(tmp_path / "gone.png")
    with pytest.raises(DataError, match=r"text\.png: not a picture in a known format: JPEG, PNG"):
        read_picture(tmp_path / "text.png")
    with pytest.raises(DataError, match=r"cut\.png: truncated"):
        read_picture(tmp_path / "cut.png")
