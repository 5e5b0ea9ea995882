import numpy as np
import pytest

from kx.drawing.canvas import Heading
from kx.drawing.pictures import GalleryPicture, draw_gallery, draw_heat, draw_sheet, sheet


@pytest.mark.parametrize(
    ("count", "per_row", "shape"),
    [
        (16, 16, (2, 16 * 3 + 15)),
        (17, 16, (2 * 2 + 1, 16 * 3 + 15)),  # two rows, the second of one picture
        (5, 16, (2, 5 * 3 + 4)),
        (1, 8, (2, 3)),
    ],
)
def test_no_picture_is_lost_when_a_row_is_not_full(count, per_row, shape):
    tiles = np.arange(1, count + 1, dtype="uint8")[:, None, None] * np.ones((1, 2, 3), "uint8")

    laid = sheet(tiles, per_row, 1)

    assert laid.shape == (*shape, 1)
    assert sorted(set(laid.compressed())) == list(range(1, count + 1))
    assert laid.count() == count * 6  # the rest is masked, and so blank


GREY = np.zeros((4, 6, 1), "uint8")
RGB = np.zeros((4, 6, 3), "uint8")


@pytest.mark.parametrize("name", [r"$\badcmd$", "$", "\x1b]0;x\x07", "x" * 500])
def test_names_are_only_text(texts, name):
    look = Heading(name, sample=True, alarm=name)

    for tiles in (GREY[..., 0][None], GREY[None], RGB[None]):
        assert texts(draw_sheet, tiles, look, per_row=4, notes=name)
    assert texts(draw_heat, GREY, np.zeros((1, 1)), RGB, look, name)
    assert texts(draw_gallery, [GalleryPicture(GREY, (name,))], look, notes=name)


def test_titles_alarms_and_notes_are_written(texts):
    look = Heading("digits", sample=True, alarm="RANDOM WEIGHTS")

    said = texts(draw_sheet, GREY[None], look, per_row=4, notes="one channel")

    assert {"digits", "RANDOM WEIGHTS", "one channel"} <= set(said)
    assert "SAMPLE DATA, not the real data set" in said


def test_a_gallery_says_what_each_picture_is(texts):
    exhibits = [GalleryPicture(RGB, (f"is {n}", "taken for 9")) for n in range(5)]

    said = texts(draw_gallery, exhibits, Heading("digits"), per_row=4)

    assert {f"is {n}" for n in range(5)} <= set(said)
    assert said.count("taken for 9") == 5


def test_a_sheet_shows_each_pixel_as_a_block_of_the_same_size(tmp_path):
    from PIL import Image

    tile = np.array([[[[0], [255]], [[255], [0]]]], "uint8")
    draw_sheet(tmp_path / "x.png", tile, Heading("x"), per_row=1)

    with Image.open(tmp_path / "x.png") as picture:
        seen = np.asarray(picture.convert("L"))
    assert (seen[:, seen.shape[1] // 2 - 200] == 0).sum() == 700  # 1400 dots, half of them black


def test_a_very_high_sheet_is_drawn_smaller(tmp_path):
    from PIL import Image

    draw_sheet(tmp_path / "x.png", np.zeros((300, 50, 50), "uint8"), Heading("x"), per_row=1)

    with Image.open(tmp_path / "x.png") as picture:
        assert picture.height < 8200
